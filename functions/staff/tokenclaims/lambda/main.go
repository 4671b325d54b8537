// Command tokenclaims is the Lambda function of functions/staff/tokenclaims.
package main

import (
	"github.com/aws/aws-lambda-go/lambda"

	"till/functions/assembly"
	"till/shared/settings"
	"till/shared/startup"
)

func main() {
	_, env := startup.Load(settings.LoadTokenClaims)
	lambda.Start(assembly.TokenClaims(env.Tools))
}
