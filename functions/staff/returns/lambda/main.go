// Command returns is the Lambda function of functions/staff/returns.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/gateways"
	"till/shared/startup/vaults"
)

func main() {
	set, env := startup.Load(settings.LoadStaffRefund)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	lambda.Start(assembly.Returns(env.Tools, set, store, vaults.New(env, set.Vault, set.Stage, store), accounts))
}
