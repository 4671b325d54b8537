// Command sweep is the Lambda function of functions/worker/sweep.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/flow"
	"till/shared/queue"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/gateways"
)

func main() {
	set, env := startup.Load(settings.LoadSweep)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable, Catalog: set.CatalogTable, Inbox: set.InboxTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	accounts := gateways.Open(gateways.At(keys, set.Gateways, set.Stage, env.Now))
	queues := assembly.Queues{
		Events: queue.New(env.Cloud, set.EventsQueueURL).Send, Fulfillment: queue.New(env.Cloud, set.FulfillmentQueueURL).Send,
		Mail: queue.New(env.Cloud, set.MailQueueURL).Send,
	}
	lambda.Start(assembly.Sweep(env.Tools, set, store, accounts, queues, flow.New(env.Cloud, "")))
}
