package engines

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
)

// DynamoDBLocalOptions say where and how DynamoDB Local runs.
type DynamoDBLocalOptions struct {
	Tools string    // The folder of the tools; "" is ToolsFolder.
	Dir   string    // Where its log goes. It must be its own, and is made if it is not there.
	Port  int       // Where it listens; 0 is a free port.
	Log   io.Writer // Lines of progress; nil is silence.
}

// DynamoDBLocal is AWS's own local DynamoDB that runs, its tables in memory. It listens on every address of this machine and
// takes any credentials: it has no option for either, so it is for made-up data and for minutes.
type DynamoDBLocal struct {
	Endpoint string // http://127.0.0.1:PORT
	Port     int
	PID      int
	LogFile  string // What the engine writes.

	child *child
}

// StartDynamoDBLocal checks each file of DynamoDB Local against its checksum, starts it and waits, at most a minute, until it
// answers. ctx bounds the start only: the engine runs until Stop or Kill, or until this process ends. An error quotes the end
// of its log.
func StartDynamoDBLocal(ctx context.Context, o DynamoDBLocalOptions) (*DynamoDBLocal, error) {
	folder, err := installed(o.Tools, dynamoDBLocal)
	if err != nil {
		return nil, err
	}
	lib := filepath.Join(folder, "lib")
	if err := checkSums(lib); err != nil {
		return nil, err
	}
	java, err := exec.LookPath("java")
	if err != nil {
		return nil, errors.New("DynamoDB Local needs Java 17 or newer; `make doctor` says how to get it")
	}
	if o.Dir == "" {
		return nil, errors.New("DynamoDB Local needs a folder of its own: DynamoDBLocalOptions.Dir")
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	d := &DynamoDBLocal{LogFile: filepath.Join(o.Dir, "dynamodb-local.log")}
	err = onPort(ctx, o.Port, func(port int) error {
		d.Port, d.Endpoint = port, fmt.Sprintf("http://127.0.0.1:%d", port)
		say(o.Log, "DynamoDB Local starts on %s", d.Endpoint)
		// The SDK of Java that it carries would otherwise ask for credentials of its own.
		env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + o.Dir, "LANG=C.UTF-8", "JAVA_HOME=" + os.Getenv("JAVA_HOME"),
			"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_REGION=eu-central-1"}
		c, err := launch(ctx, "DynamoDB Local", o.Dir, d.LogFile, env, java, "-Djava.library.path="+lib, "-Djava.io.tmpdir="+o.Dir,
			"-Xmx512m", "-cp", filepath.Join(lib, "*"), "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
			"-inMemory", "-sharedDb", "-disableTelemetry", "-port", strconv.Itoa(port))
		if err != nil {
			return err
		}
		if err := c.await(ctx, d.Healthy); err != nil {
			c.kill()
			return err
		}
		d.child, d.PID = c, c.cmd.Process.Pid
		return nil
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Healthy tells whether DynamoDB Local answers. Without a signature it answers 400: that it answers is enough.
func (d *DynamoDBLocal) Healthy(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, d.Endpoint+"/", http.NoBody)
	if err != nil {
		return err
	}
	answer, err := client().Do(r)
	if err != nil {
		return fmt.Errorf("DynamoDB Local: %w", err)
	}
	return answer.Body.Close()
}

// Stop asks DynamoDB Local to end and waits for it until ctx ends, at most 15 s. Then it is killed, and that is an error.
// Stopping it twice is fine.
func (d *DynamoDBLocal) Stop(ctx context.Context) error { return d.child.stop(ctx) }

// Kill ends DynamoDB Local at once.
func (d *DynamoDBLocal) Kill() { d.child.kill() }
