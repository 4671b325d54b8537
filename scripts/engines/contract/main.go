// Command contract holds package dynamo to the contract of shared/storetest on real engines, each started for it: DynamoDB
// Local and MiniStack. An engine that is not there is a failure.
//
//	make contract
//	DYNAMODB_ENDPOINT=http://127.0.0.1:4566 go run ./scripts/engines/contract    on an engine that runs already
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"till/scripts/engines"
	"till/scripts/engines/tally"
)

// The engines, as storetest names them.
const (
	local = "dynamodb-local"
	mini  = "ministack"
)

// control is the row of starting and stopping engines.
const control = "start and stop"

// everything is the name that all tests of engines begin with.
const everything = "^TestEngine"

// runLimit bounds the tests on one engine.
const runLimit = "10m"

func main() {
	tools := flag.String("tools", engines.ToolsFolder, "the folder of the tools")
	out := flag.String("out", engines.ToolsFolder+"/out/contract", "where the engines' logs and the tests' output go; it is emptied first")
	run := flag.String("run", everything, "which tests of package dynamo, as go test -run takes them")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	c := contract{tools: *tools, out: *out, run: *run}
	err := c.all(ctx, os.Getenv("DYNAMODB_ENDPOINT"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "contract:", err)
		os.Exit(1)
	}
}

type contract struct{ tools, out, run string }

// result is what became of the tests on one engine.
type result struct {
	name   string
	report tally.Report
	took   time.Duration
	err    error
}

func (c contract) all(ctx context.Context, endpoint string) error {
	if err := os.RemoveAll(c.out); err != nil {
		return err
	}
	if err := os.MkdirAll(c.out, 0o750); err != nil {
		return err
	}
	var results []result
	if endpoint != "" {
		results = append(results, c.on(ctx, kindOf(ctx, endpoint), endpoint))
	} else {
		results = append(results, c.control(ctx))
		for _, engine := range []string{local, mini} {
			if ctx.Err() == nil { // Nobody interrupted it.
				results = append(results, c.started(ctx, engine))
			}
		}
	}
	return c.summary(results)
}

// kindOf tells which engine runs at an address: MiniStack has a path of its own.
func kindOf(ctx context.Context, endpoint string) string {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(endpoint, "/")+"/_ministack/health", http.NoBody)
	if err != nil {
		return local // The tests will say what is wrong with the address.
	}
	answer, err := (&http.Client{Timeout: 30 * time.Second}).Do(r)
	if err != nil {
		return local
	}
	_ = answer.Body.Close() // Only the status counts.
	if answer.StatusCode == http.StatusOK {
		return mini
	}
	return local
}

// started starts an engine, runs the contract on it and stops it.
func (c contract) started(ctx context.Context, engine string) result {
	folder := filepath.Join(c.out, engine)
	var endpoint string
	var stop func(context.Context) error
	switch engine {
	case local:
		d, err := engines.StartDynamoDBLocal(ctx, engines.DynamoDBLocalOptions{Tools: c.tools, Dir: folder, Log: os.Stdout})
		if err != nil {
			return result{name: engine, err: err}
		}
		endpoint, stop = d.Endpoint, d.Stop
	default:
		m, err := engines.StartMiniStack(ctx, engines.MiniStackOptions{Tools: c.tools, Dir: folder, Log: os.Stdout})
		if err != nil {
			return result{name: engine, err: err}
		}
		endpoint, stop = m.Endpoint, m.Stop
	}
	got := c.on(ctx, engine, endpoint)
	got.err = errors.Join(got.err, stop(context.WithoutCancel(ctx)))
	return got
}

// control starts and stops each engine as package engines says that it does.
func (c contract) control(ctx context.Context) result {
	tools, err := filepath.Abs(c.tools)
	if err != nil {
		return result{name: control, err: err}
	}
	return c.test(ctx, control, "./scripts/engines", everything, "TILL_TOOLS="+tools)
}

// on runs the contract on an engine at an address.
func (c contract) on(ctx context.Context, engine, endpoint string) result {
	return c.test(ctx, engine, "./shared/dynamo", c.run, "DYNAMODB_ENDPOINT="+endpoint, "DYNAMODB_ENGINE="+engine)
}

// test runs tests of a package.
func (c contract) test(ctx context.Context, name, folder, run string, env ...string) (got result) {
	got.name = name
	began := time.Now()
	defer func() { got.took = time.Since(began) }()
	text, err := os.Create(filepath.Join(c.out, strings.ReplaceAll(name, " ", "-")+".txt"))
	if err != nil {
		got.err = err
		return got
	}
	defer func() { got.err = errors.Join(got.err, text.Close()) }()
	fmt.Printf("%s: the tests run; what they say goes to %s\n", name, text.Name())
	cmd := exec.CommandContext(ctx, "go", "test", "-tags", "engines", "-count=1", "-json", "-timeout", runLimit, "-run", run, folder)
	cmd.Env = append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // It ends its tests with it.
	cmd.WaitDelay = 10 * time.Second
	reader, writer := io.Pipe()
	cmd.Stdout, cmd.Stderr = writer, writer
	ended := make(chan error, 1)
	go func() {
		err := cmd.Run()
		ended <- errors.Join(err, writer.Close())
	}()
	before := 0
	report, bad := tally.Read(reader, text, func(name string, failed int, took time.Duration) {
		state := "ok"
		if failed > before {
			state = fmt.Sprintf("%d FAILED", failed-before)
		}
		before = failed
		_, name, _ = strings.Cut(name, "/")
		fmt.Printf("  %-20s %-9s %6.1f s\n", strings.ReplaceAll(name, "_", " "), state, took.Seconds())
	})
	_, _ = io.Copy(io.Discard, reader) // After an error of Read, the tests still end.
	got.report, got.err = report, bad
	if err := <-ended; err != nil && len(report.Failed) == 0 && bad == nil {
		got.err = fmt.Errorf("go test: %w\n%s", err, report.Loose)
	}
	return got
}

// summary prints what failed, what differs and a table; it fails if anything did.
func (c contract) summary(results []result) error {
	var failed []string
	for _, r := range results {
		for _, row := range r.report.Failed {
			fmt.Printf("\n%s FAILED: %s\n%s", r.name, strings.ReplaceAll(row.Name, "_", " "), row.Text)
		}
		if r.err != nil {
			fmt.Printf("\n%s: %v\n", r.name, r.err)
		}
		if r.err != nil || len(r.report.Failed) > 0 {
			failed = append(failed, r.name)
		}
	}
	for _, r := range results {
		if len(r.report.Differs) > 0 {
			fmt.Printf("\n%s differs from AWS, as shared/storetest/facts.go lists:\n", r.name)
		}
		for _, row := range r.report.Differs {
			fmt.Printf("  %s: %s\n", strings.ReplaceAll(path.Base(row.Name), "_", " "), row.Text)
		}
	}
	fmt.Println()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "engine\trows\tpassed\tfailed\tdiffer as listed\ttime")
	for _, r := range results {
		n := len(r.report.Failed)
		fmt.Fprintf(table, "%s\t%d\t%d\t%d\t%d\t%.0f s\n", r.name, r.report.Passed+n, r.report.Passed, n, len(r.report.Differs), r.took.Seconds())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Printf("Logs and output are in %s.\n", c.out)
	if len(failed) > 0 {
		return fmt.Errorf("not kept on %s", strings.Join(failed, ", "))
	}
	return nil
}
