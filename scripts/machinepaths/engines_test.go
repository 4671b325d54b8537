//go:build engines

package machinepaths_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"till/scripts/engines"
)

const (
	role = "arn:aws:iam::000000000000:role/puppet"
	// functionSeconds is the puppets' own limit: longer than a hurried task may take, so that the two can be told apart.
	functionSeconds = 4
	// daysPerSecond is how the waiting is shortened: thirty days are six seconds.
	daysPerSecond = 5
	// runLimit is far more than any case takes.
	runLimit = 3 * time.Minute
)

// engine is a MiniStack with puppets for tasks.
type engine struct {
	endpoint string
	cloud    aws.Config
	states   *sfn.Client
	prefix   string            // Of names, so that two runs share an engine.
	arns     map[string]string // Of the puppets, by task.
	server   *httptest.Server
	over     chan struct{} // Closed at the end: whatever hangs may go.

	mu    sync.Mutex
	plays map[string]*running // By order.
}

// endpoint is the MiniStack that the environment names, or one that is started for this test alone.
func endpoint(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"MINISTACK_ENDPOINT", "AWS_ENDPOINT_URL"} {
		if value := os.Getenv(name); value != "" {
			return value
		}
	}
	m, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: filepath.Join("..", "..", engines.ToolsFolder), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return m.Endpoint
}

func startEngine(t *testing.T) *engine {
	t.Helper()
	e := &engine{
		endpoint: endpoint(t), prefix: fmt.Sprintf("paths-%d", time.Now().UnixNano()), arns: map[string]string{}, over: make(chan struct{}),
		plays: map[string]*running{},
	}
	e.cloud = aws.Config{
		Region: "eu-central-1", BaseEndpoint: &e.endpoint, Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		// No connection is used twice: MiniStack closes some after it has acted, and the repeat of an answer would be one too many.
		HTTPClient: awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true }),
	}
	e.states = sfn.NewFromConfig(e.cloud)
	e.server = httptest.NewServer(http.HandlerFunc(e.orders))
	t.Cleanup(func() {
		close(e.over)
		e.server.Close()
	})
	e.setWaits(t, 0)
	t.Cleanup(func() { e.setWaits(t, 1) })
	e.makePuppets(t)
	return e
}

// setWaits scales the waits between tries. It leaves time-outs as they are.
func (e *engine) setWaits(t *testing.T, scale float64) {
	t.Helper()
	body := fmt.Sprintf(`{"stepfunctions._SFN_WAIT_SCALE":%g}`, scale)
	request, err := http.NewRequestWithContext(context.Background(), http.MethodPost, e.endpoint+"/_ministack/config", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if text, err := io.ReadAll(answer.Body); err != nil || !strings.Contains(string(text), "_SFN_WAIT_SCALE") {
		t.Fatalf("waits cannot be set: %v %s", err, text)
	}
}
