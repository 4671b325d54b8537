// Command myorders is the Lambda function of functions/shopper/myorders.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/links"
	"till/shared/startup/vaults"
)

func main() {
	set, env := startup.Load(settings.LoadMyOrders)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.MyOrders(env.Tools, set, store, vaults.Finding(store, keys, set.IndexSecretARN), links.From(keys, set.LinkSecretARN)))
}
