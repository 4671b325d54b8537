// Command shopsettings is the Lambda function of functions/staff/shopsettings.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadStaffSettings)
	store := dynamo.New(env.Cloud, dynamo.Names{Catalog: set.CatalogTable})
	lambda.Start(assembly.ShopSettings(env.Tools, set, store))
}
