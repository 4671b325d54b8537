// Command cancelorder is the Lambda function of functions/shopper/cancelorder.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/flow"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/gateways"
	"till/shared/startup/links"
)

func main() {
	set, env := startup.Load(settings.LoadCancelOrder)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	lambda.Start(assembly.CancelOrder(env.Tools, set, store, links.From(keys, set.LinkSecretARN), accounts, flow.New(env.Cloud, "")))
}
