// Command beginfulfillment is the Lambda function of functions/worker/beginfulfillment.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/flow"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadBeginFulfillment)
	store := dynamo.New(env.Cloud, dynamo.Names{Orders: set.OrdersTable})
	lambda.Start(assembly.BeginFulfillment(env.Tools, store, flow.New(env.Cloud, set.StateMachineARN)))
}
