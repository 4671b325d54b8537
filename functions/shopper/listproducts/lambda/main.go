// Command listproducts is the Lambda function of functions/shopper/listproducts.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadCatalogue)
	store := dynamo.New(env.Cloud, dynamo.Names{Catalog: set.CatalogTable})
	lambda.Start(assembly.ListProducts(env.Tools, store))
}
