package engines_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"till/scripts/engines"
)

// TestMain lets the tests' own program stand in for MiniStack, and for a program that starts it.
func TestMain(m *testing.M) {
	switch os.Getenv("FAKE") {
	case "":
		os.Exit(m.Run())
	case "parent":
		os.Exit(parent())
	default:
		os.Exit(fake(os.Getenv("FAKE")))
	}
}

// fake is an engine of some behaviour: it starts a child, as MiniStack starts functions, and answers.
func fake(how string) int {
	fmt.Println("the fake engine says:", how)
	if how == "broken" {
		return 3
	}
	work := exec.CommandContext(context.Background(), "sleep", "1000")
	if err := work.Start(); err != nil {
		fmt.Println(err)
		return 1
	}
	file := filepath.Join(os.Getenv("TMPDIR"), "child")
	if err := os.WriteFile(file, []byte(strconv.Itoa(work.Process.Pid)), 0o600); err != nil { //nolint:gosec // the test's own folder
		fmt.Println(err)
		return 1
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	if how != "mute" {
		mux := http.NewServeMux()
		mux.HandleFunc("/_ministack/", func(http.ResponseWriter, *http.Request) {})
		mux.HandleFunc("/environment", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Join(os.Environ(), "\n")) })
		go func() {
			fmt.Println(http.ListenAndServe("127.0.0.1:"+os.Getenv("GATEWAY_PORT"), mux)) // Made for this test only.
		}()
	}
	<-asked
	if how == "tidy" { // As MiniStack is.
		_ = work.Process.Kill() // It is gone or it goes.
	}
	if how == "stubborn" {
		<-context.Background().Done()
	}
	return 0
}

// parent starts an engine, says so, and waits to be killed.
func parent() int {
	m, err := engines.StartMiniStack(context.Background(), engines.MiniStackOptions{Tools: os.Getenv("TOOLS"), Dir: os.Getenv("DIR")})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println(m.PID)
	<-context.Background().Done()
	return 0
}

// tools makes a folder of tools whose MiniStack is the fake one.
func tools(t *testing.T, how string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "cloud", "installed"), "whole\n")
	write(t, filepath.Join(folder, "cloud", "bin", "ministack"), fmt.Sprintf("#!/bin/sh\nFAKE=%s exec '%s'\n", how, self))
	return folder
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// until waits for something that is to become true.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	limit := time.NewTimer(2 * time.Minute) // Of a machine that is very busy.
	defer limit.Stop()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-limit.C:
			t.Fatalf("not in time: %s", what)
		case <-tick.C:
		}
	}
}

// lives tells whether a process is there and no corpse that waits for its parent.
func lives(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(status), ") Z ")
}

// childOf is the process that a fake engine started.
func childOf(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "tmp", "child"))
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// listen takes a port until the test ends.
func listen(t *testing.T) int {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l.Addr().(*net.TCPAddr).Port
}
