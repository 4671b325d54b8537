package localcloud_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
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
	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/template"
	"till/shared/edge/sfntask"
	"till/shared/fault"
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
	return func(context.Context, []byte) ([]byte, error) { return []byte(`{"statusCode":200,"body":"` + name + `"}`), nil }
}

// place stores an order's change, as the store would tell it.
func (s *shop) place(_ context.Context, payload []byte) ([]byte, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, err
	}
	id := e.Headers["idempotency-key"]
	for _, sk := range []string{"ORDER", "CHANGE#1"} {
		item := map[string]any{"pk": "ORDER#" + id, "sk": sk, "msgs": id, "n": int64(1)}
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
			body := r.Change.NewImage["msgs"].String()
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
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(`{}`))
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

func TestAnOrderGoesThroughTheWholeCloud(t *testing.T) {
	s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	if status := s.post(t, "o1"); status != 201 {
		t.Fatal(status)
	}
	s.advance(t, time.Minute)
	t.Logf("%v %+v %+v", s.seen, s.cloud.State().Streams, s.cloud.State().Failures)
	machine := s.cloud.Machine(s.env["functions/worker/beginfulfillment/lambda/"]["STATE_MACHINE_ARN"])
	if alive, err := machine.Alive(t.Context(), "o1-1"); err != nil || !alive {
		t.Fatalf("alive %v, %v", alive, err)
	}
	if _, err := machine.Alive(t.Context(), "o2-1"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("an execution of nobody: %v", err)
	}
	if err := machine.Succeed(t.Context(), s.token); err != nil {
		t.Fatal(err)
	}
	if err := machine.Succeed(t.Context(), s.token); err != nil {
		t.Fatalf("a second answer is no error: %v", err)
	}
	s.advance(t, time.Minute)
	want := []string{
		"12:00:00 placed o1", "12:00:00 relayed o1", "12:00:00 began o1", `12:00:00 prepare {"order_id":"o1","try":1}`, "12:00:00 waits o1",
		`12:01:00 complete {"order_id":"o1","try":1}`,
	}
	if diff := cmp.Diff(want, s.seen); diff != "" {
		t.Fatal(diff)
	}
	st := s.cloud.State()
	if e := st.Executions[0]; e.Status != asl.Succeeded || e.Transitions > 5 {
		t.Fatalf("execution %s after %d transitions", e.Status, e.Transitions)
	}
	if got := st.Schedules[0].Fired; got != 2 || len(st.Failures) != 0 {
		t.Fatalf("the sweep ran %d times, failures %v", got, st.Failures)
	}
	if err := machine.Start(t.Context(), "o1-1", `{}`); !fault.Is(err, fault.Conflict) || fault.Code(err) != "execution_exists" {
		t.Fatalf("a name again: %v", err)
	}
}

func TestACancelledOrderEndsWithoutAlarm(t *testing.T) {
	s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	s.refused = messages.InvokeResponse_Error{Type: "OrderCancelled", Message: "cancelled"}
	s.post(t, "o1")
	s.advance(t, time.Minute)
	if e := s.cloud.State().Executions[0]; e.Status != asl.Succeeded || e.State != "Cancelled" {
		t.Fatalf("%s in %s", e.Status, e.State)
	}
}

func TestADeadLetterComesBackByRedrive(t *testing.T) {
	s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	s.broken = true
	s.post(t, "o1")
	s.advance(t, 24*time.Hour)
	moved := 0
	for _, q := range s.cloud.State().Queues {
		if q.Dead && len(q.Messages) > 0 {
			s.broken = false
			n, err := s.cloud.Redrive(q.Name)
			if err != nil {
				t.Fatal(err)
			}
			moved += n
		}
	}
	s.advance(t, time.Minute)
	if moved != 1 || len(s.cloud.State().Executions) != 1 || len(s.cloud.State().Failures) != 5 {
		t.Fatalf("moved %d, state %+v", moved, s.cloud.State().Failures)
	}
	if _, err := s.cloud.Redrive("nobody"); err == nil {
		t.Fatal("redrive of nobody")
	}
}

func TestStaffNeedATokenOfTheLocalPool(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := newShop(t, clock.Inline{}, key, localcloud.Faults{})
	token, err := s.cloud.StaffToken(cognito.Person{Username: "ada", Groups: []string{"manager"}, MFA: true})
	if err != nil {
		t.Fatal(err)
	}
	for authorization, want := range map[string]int{"": 401, "Bearer x": 401, "Bearer " + token: 200} {
		r := httptest.NewRequest(http.MethodGet, "/staff/orders", nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		w := httptest.NewRecorder()
		s.cloud.API("").ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("%.20q: %d", authorization, w.Code)
		}
	}
	if _, err := newShop(t, clock.Inline{}, nil, localcloud.Faults{}).cloud.StaffToken(cognito.Person{}); err == nil {
		t.Fatal("a token without a pool")
	}
}

// faulty delays, doubles and fails by a rule that depends on what was seen so far.
func faulty() localcloud.Faults {
	sends, calls := 0, 0
	return localcloud.Faults{
		Send: func(string, string) []time.Duration {
			if sends++; sends%3 == 0 {
				return []time.Duration{time.Duration(sends) * time.Second, 0}
			}
			return []time.Duration{0}
		},
		Before: func(function string, _ []byte) error {
			if calls++; calls%7 == 0 && !strings.HasSuffix(function, "PlaceOrder") {
				return messages.InvokeResponse_Error{Type: "DependencyUnavailable"}
			}
			return nil
		},
		Latency: func(string) time.Duration { return time.Duration(calls%5) * 10 * time.Millisecond },
	}
}

func TestEqualRunsHaveEqualHistories(t *testing.T) {
	run := func() string {
		s := newShop(t, clock.Inline{}, nil, faulty())
		for i := range 50 {
			s.post(t, fmt.Sprintf("o%d", i))
			if i%5 == 0 {
				s.advance(t, 7*time.Second)
			}
		}
		s.advance(t, 40*24*time.Hour)
		state, err := json.Marshal(s.cloud.State())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(s.seen, "\n")+string(state))))
	}
	if a, b := run(), run(); a != b {
		t.Fatalf("%s and %s", a, b)
	}
}

func TestAHundredShoppersAtOnceThenAJump(t *testing.T) {
	s := newShop(t, clock.NewPool(), nil, localcloud.Faults{})
	ctx, stop := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		began := time.Now() //nolint:forbidigo // a test of following the wall clock
		s.cloud.Clock.Follow(ctx, func() time.Time { return began.Add(time.Since(began)) })
	}()
	var wait sync.WaitGroup
	for i := range 100 {
		wait.Add(1)
		go func() {
			defer wait.Done()
			if status := s.post(t, fmt.Sprintf("o%d", i)); status != 201 {
				t.Errorf("order %d: %d", i, status)
			}
		}()
	}
	wait.Wait()
	s.advance(t, 31*time.Minute)
	st := s.cloud.State()
	if got := s.cloud.Machines.Count()[asl.Running]; got != 100 || len(st.Failures) != 0 || s.cloud.Queues.Busy() {
		t.Fatalf("%d executions, failures %v", got, st.Failures)
	}
	if fired := st.Schedules[0].Fired; fired < 31 {
		t.Fatalf("the sweep ran %d times in 31 minutes", fired)
	}
	stop()
	<-followed
}

func TestPortsDoNothingForACallerThatHasGone(t *testing.T) {
	s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	url := s.env["functions/worker/relay/lambda/"]["FULFILLMENT_QUEUE_URL"]
	if err := s.cloud.Queue(url).Send(gone, "x"); !fault.Is(err, fault.Unknown) {
		t.Errorf("send: %v", err)
	}
	if err := s.cloud.Queue("https://nobody").Send(t.Context(), "x"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("send to nobody: %v", err)
	}
	if err := s.cloud.Machine("arn:nobody").Start(t.Context(), "x", `{}`); !fault.Is(err, fault.Unavailable) {
		t.Errorf("start of nobody: %v", err)
	}
	if err := s.cloud.Machine("arn:nobody").Cancel(t.Context(), "garbage"); !fault.Is(err, fault.Unavailable) {
		t.Errorf("a token of garbage: %v", err)
	}
	if err := s.cloud.Wrote("NoTable", "INSERT", nil, map[string]any{"pk": "x"}); err == nil {
		t.Error("a table that does not exist")
	}
	if err := s.cloud.StreamRecord("OrdersTable", []byte(`{"pk":{"S":"ORDER#x"},"sk":{"S":"ORDER"}}`)); err != nil {
		t.Error(err)
	}
	if err := s.cloud.StreamRecord("OrdersTable", []byte(`{`)); err == nil {
		t.Error("an image that is none")
	}
}
