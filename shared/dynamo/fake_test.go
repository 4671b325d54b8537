package dynamo_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/dynamo"
)

// config is that of an engine at an address; it accepts any credentials. A nil client is the SDK's own.
func config(endpoint string, client *http.Client) aws.Config {
	cfg := aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String(endpoint),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}
	if client != nil {
		cfg.HTTPClient = client
	}
	return cfg
}

// names are the tables' names in these tests.
var names = dynamo.Names{Orders: "orders", Catalog: "catalog", Inbox: "inbox", Customers: "customers"}

// reply is one scripted answer of DynamoDB.
type reply struct {
	status int
	body   string
	cut    bool // The connection breaks after the request was read.
	hang   bool // Nothing is answered in time.
}

func ok(body string) reply { return reply{status: http.StatusOK, body: body} }

// failed is an error of DynamoDB as its JSON protocol has it. more is further members, with a comma in front.
func failed(status int, name, more string) reply {
	return reply{status: status, body: `{"__type":"com.amazonaws.dynamodb.v20120810#` + name + `","message":"said so"` + more + `}`}
}

var (
	throttled = failed(http.StatusBadRequest, "ProvisionedThroughputExceededException", "")
	broken    = failed(http.StatusInternalServerError, "InternalServerError", "")
)

// cancelled is a cancelled transaction with one reason per action: a code, or a code and after a blank the old item.
func cancelled(reasons ...string) reply {
	parts := make([]string, len(reasons))
	for i, r := range reasons {
		code, old, found := strings.Cut(r, " ")
		parts[i] = `{"Code":"` + code + `"}`
		if found {
			parts[i] = `{"Code":"` + code + `","Message":"said so","Item":` + old + `}`
		}
	}
	return failed(http.StatusBadRequest, "TransactionCanceledException", `,"CancellationReasons":[`+strings.Join(parts, ",")+`]`)
}

// fake answers one call after the other from a script, the last answer for ever, and keeps what was asked.
type fake struct {
	mu     sync.Mutex
	script []reply
	calls  []request
}

// request is one call as it came.
type request struct {
	operation string
	body      map[string]any
}

// store gives a store on a fake with this script.
func store(t *testing.T, script ...reply) (*dynamo.Store, *fake) {
	t.Helper()
	f := &fake{script: script}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	client := &http.Client{}
	if slices.ContainsFunc(script, func(r reply) bool { return r.hang }) {
		client.Timeout = 100 * time.Millisecond // The others are waited for, however busy the machine is.
	}
	t.Cleanup(client.CloseIdleConnections)
	return dynamo.New(config(server.URL, client), names), f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer := f.next(r)
	switch {
	case answer.hang:
		<-r.Context().Done()
	case answer.cut:
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	default:
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(answer.status)
		_, _ = io.WriteString(w, answer.body)
	}
}

func (f *fake) next(r *http.Request) reply {
	var body map[string]any
	raw, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(raw, &body)
	}
	if err != nil {
		return reply{status: http.StatusBadRequest, body: err.Error()}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	f.calls = append(f.calls, request{operation, body})
	answer := f.script[0]
	if len(f.script) > 1 {
		f.script = f.script[1:]
	}
	return answer
}

// first is the first call. Where an answer was cut, the client may be done before the fake is.
func (f *fake) first() request {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls[0]
}

// asked lists the operations that were called.
func (f *fake) asked() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	operations := make([]string, len(f.calls))
	for i, c := range f.calls {
		operations[i] = c.operation
	}
	return strings.Join(operations, " ")
}
