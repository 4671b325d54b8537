package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// A stripe-mock that specifies stripe-go v76's API version, 2023-10-16; v0.185.0 specifies 2024-04-10. https://github.com/stripe/stripe-mock/releases
const (
	module  = "github.com/stripe/stripe-mock"
	version = "v0.183.0"
	// sum is what the Go checksum database says of it. https://sum.golang.org/lookup/github.com/stripe/stripe-mock@v0.183.0
	sum = "h1:HO5y2E0IG465rtxva9TWuuceRl5GiXcmYG8L/kYFeJ0="
	// startLimit bounds the start: it reads its specification first.
	startLimit = time.Minute
)

// install builds stripe-mock into folder, unless it is there. Nothing of it gets into Till's own modules.
func install(ctx context.Context, folder string) (program string, err error) {
	folder, err = filepath.Abs(filepath.Join(folder, version))
	if err != nil {
		return "", err
	}
	program = filepath.Join(folder, "stripe-mock")
	if _, err := os.Stat(program); err == nil {
		return program, nil
	}
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", err
	}
	raw, err := goCommand(ctx, folder, "mod", "download", "-json", module+"@"+version).Output()
	if err != nil {
		return "", fmt.Errorf("fetching %s: %w", module, said(err))
	}
	var fetched struct{ Sum string }
	if err := json.Unmarshal(raw, &fetched); err != nil || fetched.Sum != sum {
		return "", fmt.Errorf("%s %s is not what it was: its sum is %q", module, version, fetched.Sum)
	}
	if _, err := goCommand(ctx, folder, "install", module+"@"+version).Output(); err != nil {
		return "", fmt.Errorf("building %s: %w", module, said(err))
	}
	return program, nil
}

// goCommand is Go outside of Till's module, installing into folder.
func goCommand(ctx context.Context, folder string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), "GOBIN="+folder, "GOFLAGS=", "GO111MODULE=on")
	return cmd
}

// said adds what a program wrote about its failure.
func said(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return fmt.Errorf("%w: %s", err, strings.TrimSpace(string(exit.Stderr)))
	}
	return err
}

// mock is stripe-mock, running on this machine.
type mock struct {
	base string
	cmd  *exec.Cmd
}

// start runs stripe-mock on a free port of 127.0.0.1 until stop, or until ctx ends.
func start(ctx context.Context, program string) (*mock, error) {
	cmd := exec.CommandContext(ctx, program, "-http-addr", "127.0.0.1:0", "-strict-version-check")
	cmd.Env = []string{} // It would take PORT for its own.
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	m := &mock{cmd: cmd}
	addresses := make(chan string, 1)
	go func() { // Ends with the program, which closes its output.
		defer close(addresses)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if _, address, found := strings.Cut(lines.Text(), "Listening for HTTP at address: "); found {
				addresses <- address
			}
		}
	}()
	limit, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	select {
	case address, up := <-addresses:
		if !up {
			return nil, errors.Join(errors.New("stripe-mock ended before it listened"), m.stop())
		}
		m.base = "http://" + address
		return m, nil
	case <-limit.Done():
		return nil, errors.Join(errors.New("stripe-mock does not listen"), m.stop())
	}
}

// stop ends stripe-mock, which has nothing to lose.
func (m *mock) stop() error {
	if err := m.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	var killed *exec.ExitError
	if err := m.cmd.Wait(); err != nil && !errors.As(err, &killed) {
		return err
	}
	return nil
}
