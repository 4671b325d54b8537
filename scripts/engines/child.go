package engines

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// tailBytes is how much of an engine's log an error quotes.
const tailBytes = 3000

// child is one engine's process, the leader of a group of its own in which its children are.
type child struct {
	name, log string
	cmd       *exec.Cmd
	ended     chan struct{} // Closed when the process has ended.
	once      sync.Once
}

// launch starts a program in a folder with exactly this environment; it writes to the file log.
func launch(ctx context.Context, name, dir, log string, env []string, argv ...string) (*child, error) {
	if err := os.MkdirAll(filepath.Dir(log), 0o700); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	defer func() { _ = out.Close() }() // The child has its own.
	// The engine outlives the call that starts it: only Stop and the end of this process end it.
	cmd := exec.CommandContext(context.WithoutCancel(ctx), argv[0], argv[1:]...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = dir, env, out, out, attributes()
	c := &child{name: name, log: log, cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux ends a child with the thread that started it, so that thread stays until then.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		_ = cmd.Wait() // How it ended is in ProcessState.
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	return c, nil
}

// await polls until ready, the end of the process, of ctx or of the limit.
func (c *child) await(ctx context.Context, ready func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	for {
		last := ready(ctx)
		if last == nil && c.alive() {
			return nil
		}
		select {
		case <-c.ended:
			return fmt.Errorf("%s ended while it started (%v)%s", c.name, c.cmd.ProcessState, c.tail())
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w%s", c.name, errors.Join(ctx.Err(), last), c.tail())
		case <-tick.C:
		}
	}
}

func (c *child) alive() bool {
	select {
	case <-c.ended:
		return false
	default:
		return true
	}
}

// stop asks the process to end, waits for it until ctx ends or its time is over, and leaves nothing of its group.
func (c *child) stop(ctx context.Context) error {
	if !c.alive() {
		c.kill()
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	if err := c.cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("stopping %s: %w", c.name, err)
	}
	select {
	case <-c.ended:
		c.kill()
		return nil
	case <-ctx.Done():
		c.kill()
		return fmt.Errorf("%s did not end when asked to, and was killed: %w%s", c.name, ctx.Err(), c.tail())
	}
}

// kill ends the process and all that it started at once, and waits for it.
func (c *child) kill() {
	c.once.Do(func() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }) // No such group: nothing is left.
	<-c.ended
}

// tail quotes the end of the log.
func (c *child) tail() string {
	text, err := os.ReadFile(c.log)
	if err != nil {
		return "; its log cannot be read: " + err.Error()
	}
	if len(text) == 0 {
		return "; it wrote nothing into " + c.log
	}
	if len(text) > tailBytes {
		text = text[len(text)-tailBytes:]
	}
	return fmt.Sprintf("; the end of %s:\n%s", c.log, strings.TrimSpace(string(text)))
}
