package engines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

// MiniStackOptions say where and how MiniStack runs.
type MiniStackOptions struct {
	Tools     string    // The folder of the tools; "" is ToolsFolder.
	Dir       string    // Where its temporary files, state and log go. It must be its own, and is made if it is not there.
	Port      int       // Where it listens on 127.0.0.1; 0 is a free port.
	Persist   bool      // Keep the state over Stop and Restart, in Dir. Kill loses what was written since the start.
	Region    string    // The region of calls that name none; "" is eu-central-1.
	WaitScale *float64  // What Step Functions' Wait states are multiplied by; nil is 1, 0 is no waiting.
	LogLevel  string    // Of the engine's log in Dir; "" is WARNING.
	Env       []string  // Further NAME=value, for it and the functions that it runs. The last of a name counts.
	Log       io.Writer // Lines of progress; nil is silence.
}

// MiniStack is a local AWS that runs. Its methods are not for use at once, but for Healthy.
type MiniStack struct {
	Endpoint string // http://127.0.0.1:PORT, for all services.
	Port     int
	PID      int    // Of the process that runs now.
	LogFile  string // What the engine writes.

	options MiniStackOptions
	program string
	mu      sync.Mutex
	child   *child
}

// StartMiniStack starts MiniStack and waits, at most a minute, until it answers. ctx bounds the start only: the engine runs
// until Stop or Kill, or until this process ends. It sees nothing of this process's environment but PATH: no credentials,
// no proxies. An error quotes the end of its log.
func StartMiniStack(ctx context.Context, o MiniStackOptions) (*MiniStack, error) {
	program, err := installed(o.Tools, cloud)
	if err != nil {
		return nil, err
	}
	if o.Dir == "" {
		return nil, errors.New("MiniStack needs a folder of its own: MiniStackOptions.Dir")
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	m := &MiniStack{options: o, program: filepath.Join(program, "bin", "ministack"), LogFile: filepath.Join(o.Dir, "ministack.log")}
	err = onPort(ctx, o.Port, func(port int) error {
		m.Port, m.Endpoint = port, fmt.Sprintf("http://127.0.0.1:%d", port)
		return m.start(ctx)
	})
	if err != nil {
		return nil, err
	}
	return m, nil
}

// onPort runs start on a port; if that was to be a free one, on others if it was taken meanwhile.
func onPort(ctx context.Context, port int, start func(port int) error) error {
	if port != 0 {
		if err := portFree(ctx, port); err != nil {
			return err
		}
		return start(port)
	}
	var err error
	for range portTries {
		if port, err = freePort(ctx); err != nil {
			return err
		}
		if err = start(port); err == nil || !strings.Contains(err.Error(), "already in use") {
			return err
		}
	}
	return err
}

func (m *MiniStack) start(ctx context.Context) error {
	temporary := filepath.Join(m.options.Dir, "tmp")
	if err := os.MkdirAll(temporary, 0o700); err != nil {
		return fmt.Errorf("starting MiniStack: %w", err)
	}
	say(m.options.Log, "MiniStack starts on %s", m.Endpoint)
	c, err := launch(ctx, "MiniStack", m.options.Dir, m.LogFile, m.environment(temporary), m.program)
	if err != nil {
		return err
	}
	if err := c.await(ctx, m.Healthy); err != nil {
		c.kill()
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.child, m.PID = c, c.cmd.Process.Pid
	return nil
}

// environment is all that MiniStack and its functions see.
func (m *MiniStack) environment(temporary string) []string {
	region, level := m.options.Region, m.options.LogLevel
	if region == "" {
		region = "eu-central-1"
	}
	if level == "" {
		level = "WARNING"
	}
	state := filepath.Join(m.options.Dir, "state")
	env := []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + m.options.Dir, "LANG=C.UTF-8", "PYTHONUNBUFFERED=1",
		"TMPDIR=" + temporary, "STATE_DIR=" + state, "S3_DATA_DIR=" + filepath.Join(state, "s3"),
		"GATEWAY_PORT=" + strconv.Itoa(m.Port), "BIND_HOST=127.0.0.1",
		"IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", // They would listen on ports of their own.
		"MINISTACK_REGION=" + region, "AWS_DEFAULT_REGION=" + region,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_ENDPOINT_URL=" + m.Endpoint, // Where functions call AWS.
		"LOG_LEVEL=" + level,
	}
	if m.options.Persist {
		env = append(env, "PERSIST_STATE=1")
	}
	if m.options.WaitScale != nil {
		env = append(env, "SFN_WAIT_SCALE="+strconv.FormatFloat(*m.options.WaitScale, 'f', -1, 64))
	}
	return append(env, m.options.Env...)
}

// Healthy tells whether MiniStack answers.
func (m *MiniStack) Healthy(ctx context.Context) error {
	return m.ask(ctx, http.MethodGet, "/_ministack/health", "")
}

// Reset empties it: no stacks, tables, queues or functions.
func (m *MiniStack) Reset(ctx context.Context) error {
	return m.ask(ctx, http.MethodPost, "/_ministack/reset", "")
}

// ScaleWaits multiplies Step Functions' Wait states from now on, restarts included; 0 is no waiting.
func (m *MiniStack) ScaleWaits(ctx context.Context, scale float64) error {
	m.options.WaitScale = &scale
	return m.ask(ctx, http.MethodPost, "/_ministack/config",
		fmt.Sprintf(`{"stepfunctions._SFN_WAIT_SCALE":%s}`, strconv.FormatFloat(scale, 'f', -1, 64)))
}

func (m *MiniStack) ask(ctx context.Context, method, path, body string) error {
	r, err := http.NewRequestWithContext(ctx, method, m.Endpoint+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	answer, err := client().Do(r)
	if err != nil {
		return fmt.Errorf("MiniStack: %w", err)
	}
	defer func() { _ = answer.Body.Close() }() // Read or not, it is over.
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("MiniStack answers %s %s with %s", method, path, answer.Status)
	}
	return nil
}

// Stop asks MiniStack to end, which ends its functions and, with Persist, writes the state; it waits for that until ctx
// ends, at most 15 s. Then what is left is killed, and that is an error. Stopping it twice is fine.
func (m *MiniStack) Stop(ctx context.Context) error { return m.running().stop(ctx) }

// Kill ends MiniStack and its functions at once, as a crash would.
func (m *MiniStack) Kill() { m.running().kill() }

// Restart stops MiniStack, if it runs, and starts it on the same port. Without Persist it is empty then.
func (m *MiniStack) Restart(ctx context.Context) error {
	if err := m.Stop(ctx); err != nil {
		return err
	}
	return m.start(ctx)
}

// Ended is closed when the process that runs now has ended.
func (m *MiniStack) Ended() <-chan struct{} { return m.running().ended }

func (m *MiniStack) running() *child {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.child
}
