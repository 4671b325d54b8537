// Package engines installs, starts and stops the engines that stand in for AWS on a developer's machine: MiniStack and AWS's
// own DynamoDB Local. Each runs as a child of the process that started it, on this machine's loopback as far as the engine
// lets one choose, and ends with it.
package engines

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"time"
)

// ToolsFolder is where `make tools` puts all that is not Go, seen from the project's folder.
const ToolsFolder = ".tools"

// The bounds of waiting for an engine.
const (
	startLimit = 3 * time.Minute // Until the first answer, on a machine that is busy.
	stopLimit  = time.Minute     // From being asked to end until being ended.
	portTries  = 3               // A free port may be taken between finding it and listening on it.
)

// poll is how often an engine that starts is asked whether it is there.
const poll = 50 * time.Millisecond

// toolsPath is the absolute path of the tools' folder; "" is ToolsFolder.
func toolsPath(folder string) (string, error) {
	if folder == "" {
		folder = ToolsFolder
	}
	return filepath.Abs(folder)
}

// freePort finds a port of the loopback on which nobody listens.
func freePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, fmt.Errorf("finding a free port: %w", err)
	}
	defer func() { _ = l.Close() }() // Nothing was sent over it.
	return l.Addr().(*net.TCPAddr).Port, nil
}

// portFree tells that nobody answers on a port.
func portFree(ctx context.Context, port int) error {
	c, err := new(net.Dialer).DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil //nolint:nilerr // Nobody answers: that is what was asked.
	}
	_ = c.Close() // Only its opening counted.
	return fmt.Errorf("something listens on port %d already: end it, or choose another port (0 is a free one)", port)
}

// client asks engines, each time over a new connection: an engine that restarts leaves old ones broken.
func client() *http.Client {
	return &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
}

// say writes a line of progress, if anybody listens.
func say(log io.Writer, format string, args ...any) {
	if log != nil {
		fmt.Fprintf(log, format+"\n", args...)
	}
}
