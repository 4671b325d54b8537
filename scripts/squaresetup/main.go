// Command squaresetup sets a shop up at Square: the webhook subscription, pinned to Till's API version and event types, its
// signature key, which goes straight into the stack's secret, and the location's merchant and currency.
//
//	SQUARE_ACCESS_TOKEN=… SQUARE_APPLICATION_ID=sandbox-sq0idb-… SQUARE_LOCATION_ID=L… go run ./scripts/squaresetup -stack till-dev
//	… -apply                       # do it; a repeat changes nothing
//	… -show                        # what is set up and what differs; exit 1 if something does
//	… -rotate -apply               # add a second subscription; both signature keys are live
//	… -finish -apply               # once its deliveries arrive: remove the first one
//
// Keys come from the environment, or from the secret once they are there: never from arguments, which others on a machine can see.
//
// Exit codes: 0, done; 1, something failed or differs; 2, wrong usage.
package main

import (
	"os"

	"till/scripts/setup"
	"till/scripts/setup/squarehooks"
)

func main() { os.Exit(setup.Main(squarehooks.Gateway(), os.Args[1:])) }
