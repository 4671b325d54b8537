// Command dispute is the Lambda function of functions/staff/dispute.
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
	set, env := startup.Load(settings.LoadStaffDispute)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Customers: set.CustomersTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	lambda.Start(assembly.Dispute(env.Tools, set, store, vaults.New(env, set.Vault, set.Stage, store), accounts))
}
