// Command settle is the Lambda function of functions/worker/settle.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/gateways"
)

func main() {
	set, env := startup.Load(settings.LoadSettle)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	lambda.Start(assembly.Settle(env.Tools, set, store, accounts))
}
