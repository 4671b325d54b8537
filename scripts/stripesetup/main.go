// Command stripesetup sets a shop up at Stripe: the webhook endpoint, pinned to Till's API version and event types, and its signing
// secret, which goes straight into the stack's secret.
//
//	STRIPE_KEY=sk_test_… STRIPE_PUBLISHABLE_KEY=pk_test_… go run ./scripts/stripesetup -stack till-dev   # look what it would do
//	… -apply                       # do it; a repeat changes nothing
//	… -show                        # what is set up and what differs; exit 1 if something does
//	… -rotate -apply               # add a second endpoint; both signing secrets are live
//	… -finish -apply               # once its deliveries arrive: remove the first one
//
// Keys come from the environment, or from the secret once they are there: never from arguments, which others on a machine can see.
// STRIPE_SETUP_KEY, if set, is used to manage endpoints and is not stored: the functions' own key need not be allowed to.
//
// Exit codes: 0, done; 1, something failed or differs; 2, wrong usage.
package main

import (
	"os"

	"till/scripts/setup"
	"till/scripts/setup/stripehooks"
)

func main() { os.Exit(setup.Main(stripehooks.Gateway(), os.Args[1:])) }
