// Command stripemock holds every call of package stripegw to Stripe's own specification of its API: stripe-mock, which Stripe
// publishes, refuses paths, parameters and values that are not in it. It runs on this machine alone, and is built by Go.
// stripe-mock remembers nothing and never declines: what payments do is for the simulated Stripe and the gateways' contract.
//
//	make contract
//	go run ./scripts/stripemock
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"text/tabwriter"
)

func main() {
	tools := flag.String("tools", ".tools", "the folder of the tools: stripe-mock is kept in it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *tools, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "stripemock:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, tools string, out io.Writer) error {
	program, err := install(ctx, filepath.Join(tools, "stripe-mock"))
	if err != nil {
		return err
	}
	m, err := start(ctx, program)
	if err != nil {
		return err
	}
	results, err := check(ctx, m.base)
	if err := errors.Join(err, control(ctx, m.base), m.stop()); err != nil {
		return err
	}
	return report(out, results)
}

// report writes a line for each kind of call. The error names those that Stripe's specification does not allow, and those that
// were to be made and were not.
func report(out io.Writer, results []result) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	var bad error
	for _, r := range results {
		verdict := "as specified"
		if r.wrong != "" {
			verdict = r.wrong
			bad = errors.Join(bad, fmt.Errorf("%s: %s", r.call, r.wrong))
		}
		_, _ = fmt.Fprintf(table, "%s\t%d\t%s\n", r.call, r.times, verdict) // Into memory: Flush says whether it went out.
	}
	for _, want := range kinds() {
		if !slices.ContainsFunc(results, func(r result) bool { return r.call == want }) {
			bad = errors.Join(bad, fmt.Errorf("%s was not called", want))
		}
	}
	return errors.Join(table.Flush(), bad)
}
