// Command paypalsetup sets a shop up at PayPal: the webhook with Till's event types, and its id, with which signatures are checked,
// in the stack's secret.
//
//	PAYPAL_CLIENT_ID=… PAYPAL_CLIENT_SECRET=… go run ./scripts/paypalsetup -stack till-dev   # look what it would do
//	… -apply                       # do it; a repeat changes nothing
//	… -show                        # what is set up and what differs; exit 1 if something does
//
// There is nothing to rotate: PayPal signs with certificates of its own. Keys come from the environment, or from the secret once they
// are there: never from arguments, which others on a machine can see.
//
// Exit codes: 0, done; 1, something failed or differs; 2, wrong usage.
package main

import (
	"os"

	"till/scripts/setup"
	"till/scripts/setup/paypalhooks"
)

func main() { os.Exit(setup.Main(paypalhooks.Gateway(), os.Args[1:])) }
