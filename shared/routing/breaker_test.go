package routing_test

import (
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/routing"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func failing(b routing.Breaker, times int, at time.Time) routing.Breaker {
	for range times {
		b = b.Failed("dependency_unavailable", at)
	}
	return b
}

func TestABreakerOpensAfterFailuresAndClosesAfterASuccess(t *testing.T) {
	b := failing(routing.Breaker{Gateway: "stripe"}, 4, noon)
	if b.State(noon) != routing.Closed || !b.Allows(noon) || b.Score(noon) != 0 {
		t.Fatalf("after four failures it is %+v", b)
	}
	if b = failing(b, 1, noon); b.State(noon) != routing.Open || b.Allows(noon.Add(29*time.Second)) {
		t.Fatalf("after five it is %+v", b)
	}
	later := noon.Add(30 * time.Second)
	if b.State(later) != routing.HalfOpen || !b.Allows(later) {
		t.Fatalf("half a minute later it is %v", b.State(later))
	}
	trial := b.Trial(later)
	if trial.Allows(later) || trial.N != b.N+1 || !trial.Allows(later.Add(20*time.Second)) {
		t.Errorf("a trial keeps others away until its time is over: %+v", trial)
	}
	if again := trial.Failed("x", later); again.State(later.Add(59*time.Second)) != routing.Open || again.State(later.Add(time.Minute)) != routing.HalfOpen {
		t.Errorf("after a failed trial it waits twice as long: %+v", again)
	}
	if well := trial.Fine(later); well.State(later) != routing.Closed || well.Score(later) != 100 || well.Counted(later) || well.N != trial.N+1 {
		t.Errorf("after a good one all is well: %+v", well)
	}
}

func TestAFewFailuresAmongManySuccessesDoNotOpenIt(t *testing.T) {
	b := failing(routing.Breaker{}, 1, noon)
	for range 20 {
		if !b.Counted(noon) {
			t.Fatal("a success beside a failure is not counted")
		}
		b = b.Fine(noon)
	}
	if b.Counted(noon) {
		t.Error("successes are counted for ever")
	}
	if b = failing(b, 18, noon); b.State(noon) != routing.Closed || b.Score(noon) != 51 {
		t.Errorf("after 19 failures and 20 successes it is %v, %d", b.State(noon), b.Score(noon))
	}
	if b = failing(b, 1, noon); b.State(noon) != routing.Open {
		t.Errorf("after 20 failures it is %v", b.State(noon))
	}
}

func TestOldFailuresAreForgotten(t *testing.T) {
	b := failing(routing.Breaker{}, 4, noon)
	later := noon.Add(5 * time.Minute)
	if b.Counted(later) || b.Score(later) != 100 {
		t.Errorf("five minutes later it is %+v", b)
	}
	if b = failing(b, 4, later); b.State(later) != routing.Closed || len(b.Minutes) != 1 {
		t.Errorf("four more failures later it is %+v", b)
	}
}

func TestAHealthyGatewayCostsNoWrite(t *testing.T) {
	if (routing.Breaker{}).Counted(noon) {
		t.Error("a success of a healthy gateway is written")
	}
}

func TestTheWaitDoublesUpToTenMinutes(t *testing.T) {
	b, at := failing(routing.Breaker{}, 5, noon), noon
	for _, want := range []time.Duration{30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		if got := b.Retry.Sub(at); got != want {
			t.Errorf("it waits %v, not %v", got, want)
		}
		at = b.Retry
		b = b.Trial(at).Failed("x", at)
	}
	if len(b.Last) != 5 {
		t.Errorf("%d failures are kept", len(b.Last))
	}
}

func TestAFailureOfACallThatHadBegunBeforeChangesNoWait(t *testing.T) {
	b := failing(routing.Breaker{}, 5, noon)
	if late := b.Failed("x", noon.Add(time.Second)); !late.Retry.Equal(b.Retry) || late.Trips != b.Trips {
		t.Errorf("it became %+v", late)
	}
}

func TestWhatWasHeardIsKeptWhateverTheBreakerDoes(t *testing.T) {
	b, news := routing.Breaker{Gateway: "stripe"}.Listened(noon, 2)
	if !news || b.N != 1 || !b.Heard.Equal(noon) || b.Missed != 2 {
		t.Fatalf("%+v, %v", b, news)
	}
	if same, again := b.Listened(noon.Add(-time.Hour), 2); again || same.N != b.N || !same.Heard.Equal(noon) {
		t.Errorf("what was known is news: %+v", same)
	}
	if quiet, again := b.Listened(time.Time{}, 0); !again || !quiet.Heard.Equal(noon) || quiet.Missed != 0 {
		t.Errorf("after a look that saw nothing it is %+v", quiet)
	}
	if well := failing(b, 5, noon).Fine(noon.Add(time.Minute)); !well.Heard.Equal(noon) || well.Missed != 2 || well.State(noon) != routing.Closed {
		t.Errorf("back again it is %+v", well)
	}
}

// FuzzDecodeBreaker reads rows as they may be stored: what is read is asked without a panic, and written the same again.
func FuzzDecodeBreaker(f *testing.F) {
	f.Add([]byte(`{"gateway":"stripe","n":3,"minutes":[{"at":"2026-11-22T12:00:00Z","failed":5}],"opened":"2026-11-22T12:00:00Z","trips":-1,"later":1}`))
	f.Add([]byte(`{"trips":9223372036854775807,"last":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := routing.DecodeBreaker(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatal(err)
			}
			return
		}
		_, _, _, _ = b.State(noon), b.Allows(noon), b.Score(noon), b.Fine(noon)
		if b.Failed("x", noon).N != b.N+1 {
			t.Fatal("a failure is no new version")
		}
	})
}
