package passcode_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/passcode"
)

var (
	noon  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	right = []byte("right")
	wrong = []byte("wrong")
)

func asked(t *testing.T, c passcode.Code, ask string, at time.Time) passcode.Code {
	t.Helper()
	next, mail := c.Renew(passcode.Export, ask, right, at)
	if !mail || next.N != c.N+1 {
		t.Fatalf("it is not mailed: %+v", next)
	}
	return next
}

func TestACodeOpensOnceWithinItsTimeAndForItsPurpose(t *testing.T) {
	c := asked(t, passcode.Code{Hash: "h"}, "a", noon)
	last := noon.Add(passcode.Life - time.Second)
	for _, tt := range []struct {
		name    string
		purpose passcode.Purpose
		mac     []byte
		at      time.Time
		want    passcode.Verdict
		counts  bool
	}{
		{"the right one", passcode.Export, right, noon, passcode.Right, false},
		{"at the last moment", passcode.Export, right, last, passcode.Right, false},
		{"a moment later", passcode.Export, right, last.Add(time.Second), passcode.Wrong, false},
		{"another", passcode.Export, wrong, noon, passcode.Wrong, true},
		{"none", passcode.Export, nil, noon, passcode.Wrong, true},
		{"the right one for something else", passcode.Erasure, right, noon, passcode.Wrong, true},
	} {
		next, got := c.Try(tt.purpose, tt.mac, tt.at)
		if got != tt.want || (next.N != c.N) != tt.counts || (next.Tries == 1) != tt.counts {
			t.Errorf("%s: %v, %+v", tt.name, got, next)
		}
	}
	spent := c.Spend()
	if _, got := spent.Try(passcode.Export, right, noon); got != passcode.Used || spent.N != c.N+1 {
		t.Errorf("a used one: %v", got)
	}
	if _, got := (passcode.Code{}).Try(passcode.Export, nil, noon); got != passcode.Wrong {
		t.Errorf("nobody's: %v", got)
	}
}

func TestTheSixthTryIsRefusedEvenIfItIsRight(t *testing.T) {
	c := asked(t, passcode.Code{}, "a", noon)
	for range passcode.TriesMax {
		var got passcode.Verdict
		if c, got = c.Try(passcode.Export, wrong, noon); got != passcode.Wrong {
			t.Fatalf("got %v", got)
		}
	}
	for _, mac := range [][]byte{right, wrong} {
		if next, got := c.Try(passcode.Export, mac, noon); got != passcode.TooMany || next.N != c.N {
			t.Errorf("%s: %v, %+v", mac, got, next)
		}
	}
	if next := asked(t, c, "b", noon.Add(2*time.Minute)); next.Tries != 0 {
		t.Errorf("the next code was tried %d times", next.Tries)
	}
}

func TestAMailboxIsNotFilled(t *testing.T) {
	c := asked(t, passcode.Code{}, "a", noon)
	if _, mail := c.Renew(passcode.Export, "b", right, noon.Add(119*time.Second)); mail {
		t.Error("two within two minutes")
	}
	for i := range 4 {
		c = asked(t, c, string(rune('b'+i)), noon.Add(time.Duration(i+1)*2*time.Minute))
	}
	if _, mail := c.Renew(passcode.Export, "g", right, noon.Add(23*time.Hour)); mail {
		t.Error("a sixth one within a day")
	}
	if next := asked(t, c, "g", noon.Add(24*time.Hour)); len(next.Asks) != 5 {
		t.Errorf("it keeps %v", next.Asks)
	}
	used := asked(t, passcode.Code{}, "a", noon).Spend()
	asked(t, used, "b", noon.Add(time.Second))
}

func TestARequestThatComesTwiceCountsOnce(t *testing.T) {
	c := asked(t, passcode.Code{}, "a", noon)
	again := asked(t, c, "a", noon.Add(time.Second))
	if len(again.Asks) != 1 || !again.Until.Equal(c.Until) {
		t.Errorf("it became %+v", again)
	}
	tried, _ := c.Try(passcode.Export, wrong, noon)
	for name, was := range map[string]passcode.Code{"used": c.Spend(), "tried": tried} {
		if _, mail := was.Renew(passcode.Export, "a", right, noon); mail {
			t.Errorf("one that was %s is mailed anew", name)
		}
	}
	if _, mail := c.Renew(passcode.Export, "a", right, noon.Add(passcode.Life)); mail {
		t.Error("one that has ended is mailed anew")
	}
}

func TestTheStoredFormComesBack(t *testing.T) {
	want := asked(t, passcode.Code{}, "a", noon)
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := passcode.Decode(data)
	if got.N = want.N; err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got := want.Forget(); !got.Equal(noon.Add(24 * time.Hour)) {
		t.Errorf("it is kept until %v", got)
	}
	if _, err := passcode.Decode([]byte("{")); !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
}

func TestPurposes(t *testing.T) {
	for _, text := range []string{"export", "erasure"} {
		if p, err := passcode.ParsePurpose(text); err != nil || string(p) != text {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := passcode.ParsePurpose("Export"); fault.Code(err) != "purpose_invalid" {
		t.Errorf("got %v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"purpose":"export","mac":"AA==","ask":"a","until":"2026-11-22T12:15:00Z","asks":["2026-11-22T12:00:00Z"]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := passcode.Decode(data)
		if err != nil {
			return
		}
		if next, got := c.Try(passcode.Export, right, noon); got == passcode.Right && next.Spent {
			t.Errorf("%q opens twice", data)
		}
		if _, err := c.Encode(); err == nil && c.Forget().Before(c.Until) {
			t.Errorf("%q is forgotten early", data)
		}
	})
}

func FuzzParsePurpose(f *testing.F) {
	f.Add("export")
	f.Fuzz(func(t *testing.T, text string) {
		if p, err := passcode.ParsePurpose(text); err == nil && string(p) != text {
			t.Errorf("%q was read as %q", text, p)
		}
	})
}
