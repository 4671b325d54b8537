// Command e2e deploys Till, as SAM builds it, onto a local AWS, and does there what people, gateways and misfortune do: it shops
// through the API with simulated gateways, kills functions in the middle of their work, lets messages die and brings them back,
// restarts the whole cloud, and then reads tables, queues, executions and logs and holds them against the invariants.
//
//	make e2e                                      # all of it
//	go run ./scripts/e2e -only 'hold|refund'      # the scenarios that are called so, and no misfortunes
//
// The scenarios and the invariants are those that the tests of the shop in one process run.
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
	"regexp"
	"syscall"
	"time"

	"till/scripts/engines"
)

// limit is for everything: a run that hangs must end.
const limit = 35 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := command(ctx, os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("e2e", flag.ContinueOnError)
	dir := flags.String("dir", filepath.Join(engines.ToolsFolder, "out", "e2e"), "where the engine's files and all output are kept")
	only := flags.String("only", "", "run the scenarios whose names match, and nothing else")
	at := flags.Int("at-once", 3, "how many scenarios run beside each other")
	if err := flags.Parse(args); err != nil {
		return err
	}
	wanted, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if err := os.RemoveAll(*dir); err != nil { // An earlier run's.
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return err
	}
	kept, err := os.Create(filepath.Join(*dir, "e2e.log"))
	if err != nil {
		return err
	}
	r := &run{ctx: ctx, dir: *dir, began: time.Now(), out: io.MultiWriter(out, kept), wanted: wanted, whole: *only == "", atOnce: *at}
	err = r.all()
	return errors.Join(err, kept.Close())
}
