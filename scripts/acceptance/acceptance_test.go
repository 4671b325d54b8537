package acceptance_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud/stripesim"
)

// wreck is a shop that gives everyone the same answer.
type wreck struct {
	answer acceptance.Reply
	broken error
}

func (w wreck) Do(*http.Request) acceptance.Reply                  { return w.answer }
func (w wreck) Gateway(*http.Request) acceptance.Reply             { return w.answer }
func (w wreck) StaffToken(context.Context, string) (string, error) { return "", w.broken }
func (w wreck) Trouble(stripesim.Faults) error                     { return w.broken }
func (w wreck) Now() time.Time                                     { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
func (w wreck) Later(time.Duration) bool                           { return false }
func (w wreck) Evidence(context.Context, ...evidence.Part) (evidence.Evidence, error) {
	return evidence.Evidence{}, w.broken
}
func (w wreck) Eventually(_ context.Context, what string, _ func() bool) error {
	return errors.New(what)
}
func (w wreck) Place() acceptance.Place {
	return acceptance.Place{Shop: "http://shop.test", Gateway: "http://gateway.test", StockHold: 5 * time.Minute, SweepEvery: time.Minute}
}

func TestEveryScenarioFailsInAShopThatDoesNotWork(t *testing.T) {
	for name, w := range map[string]wreck{
		"it does not answer":      {},
		"it answers 500":          {answer: acceptance.Reply{Status: 500, Body: []byte("{}")}},
		"it is always content":    {answer: acceptance.Reply{Status: 200, Body: []byte("{}")}},
		"it creates all it hears": {answer: acceptance.Reply{Status: 201, Body: []byte("{}")}},
		"staff cannot sign in":    {answer: acceptance.Reply{Status: 201, Body: []byte(`{"order":{},"payment":{}}`)}, broken: errors.New("broken")},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range acceptance.All() {
				r := &acceptance.Recorder{Name: s.Name, Log: &bytes.Buffer{}}
				if r.Run(func(to acceptance.T) { acceptance.Play(t.Context(), w, s, to, "wreck") }) {
					t.Errorf("%s: nothing failed", s.Name)
				}
				for _, f := range r.Failures() {
					if strings.HasPrefix(f, "panic") {
						t.Errorf("%s: %s", s.Name, f)
					}
				}
			}
		})
	}
}

func TestScenariosHaveNamesOfTheirOwnAndTheLonelyOnesComeLast(t *testing.T) {
	seen, alone := map[string]bool{}, false
	for _, s := range acceptance.All() {
		if s.Name == "" || seen[s.Name] || s.Begin == nil || alone && !s.Alone {
			t.Errorf("%+v", s)
		}
		seen[s.Name], alone = true, s.Alone
		if span := s.Span(wreck{}.Place()); span < 0 || span > 10*time.Minute {
			t.Errorf("%s takes %s", s.Name, span)
		}
	}
	if len(seen) < 30 || !alone {
		t.Errorf("%d scenarios", len(seen))
	}
}

func TestPlayWaitsWhereTimeCannotBeMoved(t *testing.T) {
	ended := 0
	s := acceptance.Scenario{Name: "waits", Wait: func(acceptance.Place) time.Duration { return time.Millisecond }}
	s.Begin = func(*acceptance.Visit) func() { return func() { ended++ } }
	acceptance.Play(t.Context(), wreck{}, s, t, "play")
	s.Begin = func(*acceptance.Visit) func() { return nil }
	acceptance.Play(t.Context(), wreck{}, s, t, "play")
	if ended != 1 {
		t.Errorf("ended %d times", ended)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	s.Wait = func(acceptance.Place) time.Duration { return time.Hour }
	s.Begin = func(*acceptance.Visit) func() { return func() { ended++ } }
	r := &acceptance.Recorder{Log: &bytes.Buffer{}}
	if r.Run(func(to acceptance.T) { acceptance.Play(gone, wreck{}, s, to, "play") }) || ended != 1 {
		t.Errorf("a run that was given up ended %d times: %v", ended, r.Failures())
	}
}

func TestARecorderTellsWhatFailed(t *testing.T) {
	var printed bytes.Buffer
	r := &acceptance.Recorder{Name: "one", Log: &printed}
	after := false
	sound := r.Run(func(to acceptance.T) {
		to.Helper()
		to.Logf("step %d", 1)
		to.Errorf("wrong %d", 2)
		to.Fatalf("very wrong")
		after = true
	})
	if sound || after || len(r.Failures()) != 2 || printed.String() != "one: step 1\none: FAILED: wrong 2\none: FAILED: very wrong\n" {
		t.Errorf("%v %v %q", sound, r.Failures(), printed.String())
	}
	if r.Run(func(acceptance.T) { panic("lost") }) || len(r.Failures()) != 3 {
		t.Errorf("%v", r.Failures())
	}
	if fresh := (&acceptance.Recorder{Log: &printed}); !fresh.Run(func(acceptance.T) {}) {
		t.Errorf("%v", fresh.Failures())
	}
}
