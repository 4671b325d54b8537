// Command footprint builds every function as it is deployed and says how large its zip is and how long it takes from its
// start to its first poll for work. It fails if a zip is over its bar; times are printed, not judged, unless -judge.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"till/shared/settings"
)

// The bars.
const (
	zipBytesMax = 5 << 20
	startMax    = 15 * time.Millisecond
	runs        = 11 // The median of these counts.
	startLimit  = time.Minute
)

func main() {
	judge := flag.Bool("judge", false, "fail also for a start-up over its bar, on a machine that is otherwise idle")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *judge); err != nil {
		fmt.Fprintln(os.Stderr, "footprint:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer, judge bool) error {
	folder, err := os.MkdirTemp("", "till-footprint-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }() // The system clears what is left of it.
	folders, err := filepath.Glob("functions/*/*/lambda")
	if err != nil || len(folders) == 0 {
		return errors.Join(err, errors.New("no functions here: run it in the project's folder"))
	}
	var over []string
	fmt.Fprintf(out, "%-28s %10s %14s\n", "function", "zip", "to first poll")
	for _, f := range folders {
		name := strings.TrimSuffix(strings.TrimPrefix(f, "functions/"), "/lambda")
		binary := filepath.Join(folder, strings.ReplaceAll(name, "/", "-"))
		if err := build(ctx, f, binary); err != nil {
			return err
		}
		size, err := zipped(binary)
		if err != nil {
			return err
		}
		took, err := median(ctx, binary, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		fmt.Fprintf(out, "%-28s %7.2f MiB %14v\n", name, float64(size)/(1<<20), took.Round(100*time.Microsecond))
		if size > zipBytesMax || judge && took > startMax {
			over = append(over, name)
		}
	}
	if len(over) > 0 {
		return fmt.Errorf("over a bar (%d MiB, %v): %s", zipBytesMax>>20, startMax, strings.Join(over, ", "))
	}
	return nil
}

// build makes the binary as `make build` and SAM do.
func build(ctx context.Context, folder, binary string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags=lambda.norpc", "-ldflags=-s -w", "-o", binary, "./"+folder)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", folder, err, said.String())
	}
	return nil
}

func zipped(binary string) (int, error) {
	file, err := os.Open(binary)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }() // Only read.
	var packed bytes.Buffer
	w := zip.NewWriter(&packed)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.DefaultCompression) })
	entry, err := w.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(entry, file); err != nil {
		return 0, err
	}
	return packed.Len(), w.Close()
}

func median(ctx context.Context, binary, function string) (time.Duration, error) {
	times := make([]time.Duration, runs)
	for i := range times {
		var err error
		if times[i], err = start(ctx, binary, function); err != nil {
			return 0, err
		}
	}
	slices.Sort(times)
	return times[runs/2], nil
}

// start runs the binary against a runtime API of our own and measures until it asks for work.
func start(ctx context.Context, binary, function string) (time.Duration, error) {
	ctx, stop := context.WithTimeout(ctx, startLimit)
	defer stop()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	polled := make(chan time.Time, 1)
	server := &http.Server{ReadHeaderTimeout: startLimit, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case polled <- time.Now():
		default:
		}
		<-ctx.Done()
		_ = r
	})}
	go func() { _ = server.Serve(listener) }() // Ends with Close.
	defer func() { _ = server.Close() }()
	cmd := exec.CommandContext(ctx, binary)
	var said bytes.Buffer
	cmd.Stdout = &said
	cmd.Env = append(environment(function), "AWS_LAMBDA_RUNTIME_API="+listener.Addr().String())
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case at := <-polled:
		stop()
		<-ended //nolint:errcheck // it was told to stop
		return at.Sub(began), nil
	case err := <-ended:
		return 0, fmt.Errorf("it ended: %w\n%s", err, said.String())
	}
}

// environment is what the template would set, with values that are well formed and lead nowhere.
func environment(function string) []string {
	env := []string{"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "AWS_LAMBDA_FUNCTION_NAME=" + function,
		"AWS_EC2_METADATA_DISABLED=true", "HOME=/nonexistent"}
	for _, name := range settings.Needs()[function] {
		value := "x"
		switch {
		case strings.HasSuffix(name, "_URL"):
			value = "https://example.com"
		case name == "GATEWAYS":
			value = "stripe,paypal,square"
		case name == "ACCOUNTS":
			value = "yes"
		case name == "CAPTURE":
			value = "manual"
		case name == "REFUND_ALONE":
			value = "EUR=50000"
		case name == "STOCK_HOLD":
			value = "30m"
		case name == "STAGE":
			value = "dev"
		case name == "LOG_LEVEL":
			value = "info"
		case name == "ROUTES":
			value = "GET /products"
		}
		env = append(env, name+"="+value)
	}
	return env
}
