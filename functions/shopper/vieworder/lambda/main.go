// Command vieworder is the Lambda function of functions/shopper/vieworder.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/links"
)

func main() {
	set, env := startup.Load(settings.LoadViewOrder)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.ViewOrder(env.Tools, store, links.From(keys, set.LinkSecretARN)))
}
