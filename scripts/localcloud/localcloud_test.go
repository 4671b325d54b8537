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
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/schedule"
	"till/scripts/localcloud/sqs"
	"till/shared/fault"
)

func TestAnOrderGoesThroughTheWholeCloud(t *testing.T) {
	s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
	if status := s.post(t, "o1"); status != 201 {
		t.Fatal(status)
	}
	s.advance(t, time.Minute)
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
	if got := fired(t, st, "Sweep"); got != 2 || len(st.Failures) != 0 {
		t.Fatalf("the sweep ran %d times, failures %v", got, st.Failures)
	}
	if err := machine.Start(t.Context(), "o1-1", `{}`); !fault.Is(err, fault.Conflict) || fault.Code(err) != "execution_exists" {
		t.Fatalf("a name again: %v", err)
	}
}

// fired tells how often the one schedule of a function has fired.
func fired(t *testing.T, st localcloud.State, function string) int {
	t.Helper()
	all := slices.DeleteFunc(slices.Clone(st.Schedules), func(s schedule.State) bool { return !strings.Contains(s.Name, function) })
	if len(all) != 1 {
		t.Fatalf("%s has %d schedules of %+v", function, len(all), st.Schedules)
	}
	return all[0].Fired
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
	for name, named := range map[string]func(sqs.State) bool{
		"of the dead-letter queue":            func(q sqs.State) bool { return q.Dead && len(q.Messages) > 0 },
		"of the queue that the letter was in": func(q sqs.State) bool { return q.Moved > 0 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t, clock.Inline{}, nil, localcloud.Faults{})
			s.broken = true
			s.post(t, "o1")
			s.advance(t, 24*time.Hour)
			s.broken = false
			moved := 0
			for _, q := range s.cloud.State().Queues {
				if named(q) {
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
		})
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
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/staff/orders", nil)
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
		Before: func(function string, _ *invoke.JSON) error {
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
		s.advance(t, 31*24*time.Hour)
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
		began := time.Now()
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
	if n := fired(t, st, "Sweep"); n < 31 {
		t.Fatalf("the sweep ran %d times in 31 minutes", n)
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
