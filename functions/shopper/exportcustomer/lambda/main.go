// Command exportcustomer is the Lambda function of functions/shopper/exportcustomer.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/vaults"
)

func main() {
	set, env := startup.Load(settings.LoadExportCustomer)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.ExportCustomer(env.Tools, set, store, vaults.WithIndex(env, set.Vault, set.Stage, store, keys, set.IndexSecretARN)))
}
