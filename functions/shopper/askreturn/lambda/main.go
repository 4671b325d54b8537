// Command askreturn is the Lambda function of functions/shopper/askreturn.
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
	set, env := startup.Load(settings.LoadAskReturn)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.AskReturn(env.Tools, set, store, vaults.New(env, set.Vault, set.Stage, store), links.From(keys, set.LinkSecretARN)))
}
