// Command settle compares gateways' settlement files with an export of the books and prints each difference with what is to be done
// about it.
//
//	go run ./scripts/settle -books books.json stripe=payouts.csv paypal=STL-20261122.01.009.CSV square=entries.json
//	go run ./scripts/settle -books books.json -json stripe=payouts.csv
//
// The export is JSON: {"payments": […], "refunds": […], "disputes": […], "payouts": […]}, see shared/reconcile.Item. Leave payouts out, or
// null, if the bank's statement is not at hand. Formats: stripe, paypal, square, square_csv.
//
// Exit codes: 0, they agree; 1, there are differences; 2, wrong usage, or something could not be read.
package main

import (
	"os"
	"time"

	"till/scripts/settle/compare"
)

func main() {
	c := compare.Command{Out: os.Stdout, Err: os.Stderr, Files: os.DirFS("/"), Dir: os.Getwd, Now: time.Now}
	os.Exit(c.Run(os.Args[1:]))
}
