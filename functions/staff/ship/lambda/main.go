// Command ship is the Lambda function of functions/staff/ship.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/flow"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadStaffShip)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable})
	lambda.Start(assembly.Ship(env.Tools, store, flow.New(env.Cloud, "")))
}
