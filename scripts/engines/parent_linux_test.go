package engines_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// However a program ends, the engines that it started end with it, and so do their functions.
func TestAnEngineEndsWithTheProgramThatStartedIt(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program := exec.CommandContext(t.Context(), self)
	program.Env = append(os.Environ(), "FAKE=parent", "TOOLS="+tools(t, "tidy"), "DIR="+dir)
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil || !lives(pid) {
		t.Fatalf("it says %q, %v", line, err)
	}
	child := childOf(t, dir)
	if err := program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = program.Wait() // It was killed.
	until(t, "the engine and its child are gone", func() bool { return !lives(pid) && !lives(child) })
}
