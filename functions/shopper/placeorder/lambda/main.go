// Command placeorder is the Lambda function of functions/shopper/placeorder.
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
	set, env := startup.Load(settings.LoadPlaceOrder)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.PlaceOrder(env.Tools, set, store, vaults.WithIndex(env, set.Vault, set.Stage, store, keys, set.IndexSecretARN), links.From(keys, set.LinkSecretARN),
		nil))
}
