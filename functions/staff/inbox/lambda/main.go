// Command inbox is the Lambda function of functions/staff/inbox.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/dynamo"
	"till/shared/queue"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadStaffInbox)
	store := dynamo.New(env.Cloud, dynamo.Names{Inbox: set.InboxTable})
	lambda.Start(assembly.StaffInbox(env.Tools, store, queue.New(env.Cloud, set.EventsQueueURL).Send))
}
