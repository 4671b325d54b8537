// Command reportledger is the Lambda function of functions/staff/reportledger.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadStaffReports)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable})
	lambda.Start(assembly.ReportLedger(env.Tools, store))
}
