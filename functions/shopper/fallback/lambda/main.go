// Command fallback is the Lambda function of functions/shopper/fallback.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	set, env := startup.Load(settings.LoadFallback)
	lambda.Start(assembly.Fallback(env.Tools, set))
}
