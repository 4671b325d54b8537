// Command showorder is the Lambda function of functions/staff/showorder.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/vaults"
)

func main() {
	set, env := startup.Load(settings.LoadStaffSealed)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Customers: set.CustomersTable})
	lambda.Start(assembly.ShowOrder(env.Tools, store, vaults.New(env, set.Vault, set.Stage, store)))
}
