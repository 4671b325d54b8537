// Command quote is the Lambda function of functions/shopper/quote.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadQuote)
	store := dynamo.New(env.Cloud, dynamo.Names{Catalog: set.CatalogTable})
	lambda.Start(assembly.Quote(env.Tools, set, store))
}
