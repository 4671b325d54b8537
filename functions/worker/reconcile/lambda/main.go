// Command reconcile is the Lambda function of functions/worker/reconcile.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/queue"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/gateways"
)

func main() {
	set, env := startup.Load(settings.LoadReconcile)
	store := dynamo.New(env.Cloud, dynamo.Names{Inbox: set.InboxTable, Catalog: set.CatalogTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	lambda.Start(assembly.Reconcile(env.Tools, store, accounts, queue.New(env.Cloud, set.EventsQueueURL).Send))
}
