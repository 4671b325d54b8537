// Command report prints what a checkout costs: counted calls and units, and time and allocations by function.
package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"till/scripts/cost"
)

// rounds is over how many checkouts time and allocations are averaged.
const rounds = 300

func main() {
	if err := run(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(out io.Writer) error {
	s, err := cost.New(os.DirFS("."))
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "One checkout of one line, from the basket's price until it is confirmed:")
	fmt.Fprintln(out)
	fmt.Fprintf(out, "%-34s %7s %7s %5s %5s %5s %12s %7s\n", "", "write", "read", "KMS", "SQS", "HTTP", "transitions", "later")
	for n, row := range []struct{ name, mode, email string }{
		{"hosted, the day's first order", "hosted", "ada@example.com"},
		{"hosted, the shopper's first order", "hosted", "grace@example.com"},
		{"hosted", "hosted", "ada@example.com"},
		{"embedded, first", "embedded", "edith@example.com"},
		{"embedded", "embedded", "ada@example.com"},
	} {
		c, err := s.Checkout(row.mode, fmt.Sprint("count-", n), row.email)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%-34s %7d %7.1f %5d %5d %5d %12d %7d\n", row.name, c.WriteUnits, c.ReadUnits, c.KMS, c.Messages, c.GatewayCalls, c.Transitions, c.After)
	}
	fmt.Fprintln(out, "\nwrite, read: DynamoDB request units. SQS: messages sent. HTTP: calls of the gateway. later: write")
	fmt.Fprintln(out, "units of the mail and of the machine, until the order waits for staff.")
	return times(out, s)
}

// times measures many checkouts and prints what each function used on average.
func times(out io.Writer, s *cost.Shop) error {
	s.Meter.On = true
	for n := range rounds {
		mode := [...]string{"hosted", "embedded"}[n%2]
		if _, err := s.Checkout(mode, fmt.Sprint("time-", n), fmt.Sprintf("ada%d@example.com", n)); err != nil {
			return err
		}
	}
	fmt.Fprintf(out, "\n%d checkouts, each function's average (a laptop's time; the memory store; the simulated gateway's work included):\n\n", rounds)
	fmt.Fprintf(out, "%-26s %6s %12s %9s %9s\n", "function", "runs", "time", "allocs", "KiB")
	for _, u := range s.Meter.Uses() {
		n := uint64(u.Runs) //nolint:gosec // counted up from 0
		fmt.Fprintf(out, "%-26s %6d %12v %9d %9d\n", u.Function, u.Runs, (u.Time / time.Duration(u.Runs)).Round(time.Microsecond),
			u.Allocs/n, u.Bytes/n/1024)
	}
	return nil
}
