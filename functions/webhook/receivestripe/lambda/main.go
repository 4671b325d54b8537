// Command receivestripe is the Lambda function of functions/webhook/receivestripe.
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
	"till/shared/startup/stripe"
)

func main() {
	set, env := startup.Load(settings.LoadReceiveStripe)
	store := dynamo.New(env.Cloud, dynamo.Names{Inbox: set.InboxTable})
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	account := stripe.From(keys, set.StripeSecretARN)
	reload := func(ctx context.Context) (bool, error) { return keys.Reload(ctx, set.StripeSecretARN) }
	verify := stripe.Verify(account, reload, set.Stage, env.Now)
	lambda.Start(assembly.ReceiveStripe(env.Tools, store, verify, queue.New(env.Cloud, set.EventsQueueURL).Send))
}
