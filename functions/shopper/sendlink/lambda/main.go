// Command sendlink is the Lambda function of functions/shopper/sendlink.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/queue"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup"
	"till/shared/startup/vaults"
)

func main() {
	set, env := startup.Load(settings.LoadSendLink)
	keys := secrets.New(env.Cloud, set.Stage, env.Now)
	lambda.Start(assembly.SendLink(env.Tools, set, vaults.IndexOnly(keys, set.IndexSecretARN), queue.New(env.Cloud, set.MailQueueURL).Send))
}
