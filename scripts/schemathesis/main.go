// Command schemathesis lets Schemathesis make requests of infra/openapi.yaml, good and bad, for a shop in this process, and holds each
// answer to the contract: no 5xx, no status, media type, header or member that is not promised. The same seed makes the same requests.
//
//	make schemathesis
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localshop"
)

func main() {
	seed := flag.Int("seed", 7, "what the requests follow from")
	examples := flag.Int("examples", 25, "how many requests are made up of each operation, beside those that follow from the contract's forms")
	limit := flag.Duration("limit", 15*time.Minute, "when it is too long")
	tools := flag.String("tools", ".tools", "the folder of the tools")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(ctx, *limit)
	err := run(ctx, filepath.Join(*tools, "schemathesis", "bin", "schemathesis"), *seed, *examples, os.Stdout)
	cancel()
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "schemathesis:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, program string, seed, examples int, out io.Writer) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		return err
	}
	address := "http://localhost:" + port
	front, err := open(ctx, address)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: front, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	err = ask(ctx, program, address, seed, examples, out)
	closing := server.Close()
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		closing = errors.Join(closing, served)
	}
	return errors.Join(err, closing, front.report(out))
}

// open makes the shop, in the clock's own time, so that nothing passes by itself.
func open(ctx context.Context, address string) (*front, error) {
	shop, err := localshop.New(localshop.Options{
		Files: os.DirFS("."), Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.NewPool()), Seed: "schemathesis", ShopURL: address, Log: io.Discard,
		Parameters: map[string]string{"CustomerAccounts": "yes"},
	})
	if err != nil {
		return nil, err
	}
	if err := shop.Seed(ctx); err != nil {
		return nil, err
	}
	return newFront(ctx, shop, address)
}

// ask runs the program. Its own answer, by exit code, is whether anything was found.
func ask(ctx context.Context, program, address string, seed, examples int, out io.Writer) error {
	work, err := os.MkdirTemp("", "schemathesis")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(work) }() // What it kept for itself.
	contract, err := filepath.Abs("infra/openapi.yaml")
	if err != nil {
		return err
	}
	if program, err = filepath.Abs(program); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, program, "run", contract, "--url", address,
		"--seed", strconv.Itoa(seed), "--max-examples", strconv.Itoa(examples), "--phases", "examples,coverage,fuzzing", "--workers", "1",
		"--checks", "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,response_schema_conformance",
		"--continue-on-failure", "--no-shrink", "--generation-database", "none", "--warnings", "off", "--no-color", "--suppress-health-check", "all")
	cmd.Dir, cmd.Stdout, cmd.Stderr = work, out, out
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 5 * time.Second
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("an answer is not as the contract promises, or the tool failed: %w", err)
	}
	return nil
}
