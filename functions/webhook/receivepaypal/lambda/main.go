// Command receivepaypal is the Lambda function of functions/webhook/receivepaypal.
package main

import (
	"context"

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
	set, env := startup.Load(settings.LoadReceive)
	store := dynamo.New(env.Cloud, dynamo.Names{Inbox: set.InboxTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	reload := func(ctx context.Context) (bool, error) { return keys.Reload(ctx, set.SecretsARN) }
	verify := gateways.Verify(gateways.At(keys, set.Gateways, set.Stage, env.Now), "paypal", reload)
	lambda.Start(assembly.ReceivePayPal(env.Tools, store, verify, queue.New(env.Cloud, set.EventsQueueURL).Send))
}
