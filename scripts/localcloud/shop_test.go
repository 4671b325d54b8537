package localcloud_test

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/template"
	"till/shared/edge/sfntask"
)

const root = "../.."

type code func(ctx context.Context, payload []byte) ([]byte, error)

func (c code) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return c(ctx, payload) }

// shop is the shipped template with functions that only pass on what they get: enough to see every wire of the cloud.
type shop struct {
	cloud *localcloud.Cloud
	env   map[string]map[string]string

	mu      sync.Mutex
	seen    []string
	token   string
	broken  bool
	refused error
}

func (s *shop) note(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, s.cloud.Clock.Now().Format("15:04:05 ")+fmt.Sprintf(format, args...))
}

func newShop(t *testing.T, exec clock.Executor, key *rsa.PrivateKey, faults localcloud.Faults) *shop {
	t.Helper()
	source, err := os.ReadFile(root + "/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tpl, err := template.Load(source, template.Options{})
	if err != nil {
		t.Fatal(err)
	}
	cloud, err := localcloud.New(localcloud.Options{
		Template: tpl, Files: os.DirFS(root), Clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), exec),
		Seed: "1", StaffKey: key, ErrorNames: sfntask.Names(), Faults: faults,
	})
	if err != nil {
		t.Fatal(err)
	}
	s := &shop{cloud: cloud, env: map[string]map[string]string{}}
	for _, f := range tpl.Functions {
		s.env[f.CodeURI] = f.Environment
	}
	if err := cloud.Start(); err == nil || !strings.Contains(err.Error(), "no handler for functions/worker/sweep/lambda/") {
		t.Fatalf("a cloud without code starts: %v", err)
	}
	for _, folder := range cloud.Code() {
		name := strings.Split(folder, "/")[2]
		if err := cloud.Handle(folder, s.handler(t, name, s.env[folder])); err != nil {
			t.Fatal(err)
		}
	}
	if err := cloud.Handle("functions/nobody", nil); err == nil {
		t.Fatal("code for a function that does not exist")
	}
	if err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *shop) handler(t *testing.T, name string, env map[string]string) code {
	t.Helper()
	switch name {
	case "placeorder":
		return s.place
	case "relay":
		return s.relay(env)
	case "beginfulfillment":
		return s.begin(env)
	case "requestshipment":
		return s.request
	case "prepare", "complete", "compensate", "sweep":
		return func(_ context.Context, payload []byte) ([]byte, error) {
			if name != "sweep" {
				s.note("%s %s", name, payload)
			}
			if name == "prepare" && s.refused != nil {
				return nil, s.refused
			}
			return []byte(`{}`), nil
		}
	}
	return func(context.Context, []byte) ([]byte, error) {
		return []byte(`{"statusCode":200,"body":"` + name + `"}`), nil
	}
}

// place stores an order's change, as the store would tell it.
func (s *shop) place(_ context.Context, payload []byte) ([]byte, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	id := e.Headers["idempotency-key"]
	for _, sk := range []string{"ORDER", "CHANGE#1"} {
		item := map[string]any{"pk": "ORDER#" + id, "sk": sk, "msgs": int64(1), "for": id}
		if err := s.cloud.Wrote("OrdersTable", "INSERT", map[string]any{"pk": "ORDER#" + id, "sk": sk}, item); err != nil {
			return nil, err
		}
	}
	s.note("placed %s", id)
	return []byte(`{"statusCode":201,"body":"` + id + `"}`), nil
}

func (s *shop) relay(env map[string]string) code {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var e events.DynamoDBEvent
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		for _, r := range e.Records {
			if r.Change.Keys["sk"].String() != "CHANGE#1" {
				return nil, fmt.Errorf("unfiltered record %s", r.Change.Keys["sk"])
			}
			body := r.Change.NewImage["for"].String()
			if err := s.cloud.Queue(env["FULFILLMENT_QUEUE_URL"]).Send(ctx, body); err != nil {
				return nil, err
			}
			s.note("relayed %s", body)
		}
		return []byte(`{"batchItemFailures":[]}`), nil
	}
}

func (s *shop) begin(env map[string]string) code {
	return func(ctx context.Context, payload []byte) ([]byte, error) {
		var e events.SQSEvent
		if err := json.Unmarshal(payload, &e); err != nil {
			return nil, err
		}
		if s.broken {
			return nil, fmt.Errorf("down")
		}
		for _, m := range e.Records {
			if err := s.cloud.Machine(env["STATE_MACHINE_ARN"]).Start(ctx, m.Body+"-1", `{"order_id":"`+m.Body+`","try":1}`); err != nil {
				return nil, err
			}
			s.note("began %s", m.Body)
		}
		return []byte(`{"batchItemFailures":null}`), nil
	}
}

func (s *shop) request(_ context.Context, payload []byte) ([]byte, error) {
	var in struct {
		Order string `json:"order_id"`
		Token string `json:"task_token"`
	}
	err := json.Unmarshal(payload, &in)
	s.mu.Lock()
	s.token = in.Token
	s.mu.Unlock()
	s.note("waits %s", in.Order)
	return []byte(`{}`), err
}

func (s *shop) post(t *testing.T, key string) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/orders", strings.NewReader(`{}`))
	r.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	s.cloud.API("").ServeHTTP(w, r)
	return w.Code
}

func (s *shop) advance(t *testing.T, d time.Duration) {
	t.Helper()
	if err := s.cloud.Clock.Advance(d); err != nil {
		t.Fatal(err)
	}
}
