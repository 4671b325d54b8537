// Command relay is the Lambda function of functions/worker/relay.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/queue"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadRelay)
	lambda.Start(assembly.Relay(env.Tools, queue.New(env.Cloud, set.FulfillmentQueueURL).Send, queue.New(env.Cloud, set.MailQueueURL).Send))
}
