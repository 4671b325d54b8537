package evidence_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"till/scripts/evidence"
)

// names lists the invariants that do not hold, each once, by number.
func names(violations []evidence.Violation) []string {
	seen := map[string]bool{}
	for _, v := range violations {
		number, _, _ := strings.Cut(v.Invariant, " ")
		seen[number] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func TestASoundShopBreaksNoRule(t *testing.T) {
	e := sound(t)
	for _, end := range []bool{false, true} {
		for _, v := range evidence.Check(e, evidence.Expect{End: end, Canaries: []string{"ada@example.com"}}) {
			t.Error(v)
		}
	}
	if len(e.Orders) != 5 || len(e.Mails) != 6 || len(e.Inbox) != 3 {
		t.Errorf("%d orders, %d mails, %d events", len(e.Orders), len(e.Mails), len(e.Inbox))
	}
}

func TestEachRuleSeesWhatBreaksItAndNothingElse(t *testing.T) {
	seen := map[string]bool{}
	for _, tt := range slices.Concat(always(), alwaysToo(), ends()) {
		t.Run(tt.name, func(t *testing.T) {
			e := sound(t)
			tt.wound(t, &e)
			got := evidence.Check(e, tt.expect)
			if all := strings.Join(names(got), " "); all != tt.want {
				t.Errorf("broken: %s, want %s\n%v", all, tt.want, got)
			}
			for _, v := range got {
				seen[v.Invariant] = true
				if v.What == "" || !strings.HasPrefix(v.String(), v.Invariant+": ") || strings.Contains(v.String(), "ada@") {
					t.Errorf("told as %q", v)
				}
			}
			if !tt.expect.End {
				return
			}
			if early := evidence.Check(e, evidence.Expect{}); len(early) > 0 {
				t.Errorf("seen before the end: %v", early)
			}
		})
	}
	for _, name := range evidence.Invariants() {
		if !seen[name] {
			t.Errorf("nothing here breaks %s", name)
		}
	}
}

func TestWhatIsExpectedIsNoViolation(t *testing.T) {
	tests := []struct {
		name   string
		wound  func(e *evidence.Evidence)
		expect evidence.Expect
	}{
		{"alarms in the log", func(e *evidence.Evidence) { e.Logs = []string{`{"level":"ERROR"}`} }, evidence.Expect{End: true, Alarms: true}},
		{"alarms of queues", func(e *evidence.Evidence) { e.Queues[0].DeadLetters = 3 }, evidence.Expect{End: true, Alarms: true}},
		{"a mail that comes again", func(e *evidence.Evidence) { e.Mails = append(e.Mails, e.Mails[0]) }, evidence.Expect{End: true, MailsTwice: true}},
		{"mails that nobody could read", func(e *evidence.Evidence) { e.Mails = nil }, evidence.Expect{End: true, MailsUnread: true}},
		{"an execution stopped by hand", func(e *evidence.Evidence) { e.Executions[2].Status = evidence.Aborted }, evidence.Expect{End: true, Stopped: true}},
		{"units that nobody counted", func(e *evidence.Evidence) { e.Received, e.Entered, e.Stocks[0].Free = nil, nil, 99 }, evidence.Expect{End: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := sound(t)
			tt.wound(&e)
			if got := evidence.Check(e, tt.expect); len(got) > 0 {
				t.Error(got)
			}
			needed := tt.expect.Alarms || tt.expect.MailsTwice || tt.expect.MailsUnread || tt.expect.Stopped
			if got := evidence.Check(e, evidence.Expect{End: true}); (len(got) > 0) != needed {
				t.Errorf("unexpected, it is %v", got)
			}
		})
	}
}

func TestOneOrderIsCheckedAsItIsAmongAll(t *testing.T) {
	e := sound(t)
	e.Books[delivered].Charges = 2
	e.Mails = append(e.Mails, e.Mails[0])
	var got []string
	for _, s := range e.Stories() {
		for _, v := range evidence.CheckStory(s, evidence.Expect{End: true}) {
			got = append(got, v.String())
		}
	}
	var want []string
	for _, v := range evidence.Check(e, evidence.Expect{End: true}) {
		want = append(want, v.String())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) || len(got) != 2 {
		t.Errorf("one by one %v, together %v", got, want)
	}
}

func TestAMailIsKnownByItsKeyAndByItsTag(t *testing.T) {
	id := string(sound(t).Orders[0].Stored.ID())
	for _, separator := range []string{"#", "_", "-"} {
		m := evidence.Mail{}.Keyed(id + separator + "order_confirmed" + separator + "a-b_c-d_e-f_")
		if string(m.Order) != id || m.Kind != "order_confirmed" || m.Version != "a-b_c-d_e-f_" || m.Key() != id+"#order_confirmed#a-b_c-d_e-f_" {
			t.Errorf("%+v", m)
		}
	}
	if m := (evidence.Mail{}).Keyed("short"); m.Order != "" || m.Kind != "short" {
		t.Errorf("%+v", m)
	}
}

func TestAnExecutionWithoutAnOrderIsOfNone(t *testing.T) {
	for _, input := range []string{"", "{", "[]", `{"order_id":5}`, `{}`} {
		if got := (evidence.Execution{Input: input}).Order(); got != "" {
			t.Errorf("%s is of %s", input, got)
		}
	}
}

// BenchmarkCheckStory is what a simulation pays for each order that it looks at.
func BenchmarkCheckStory(b *testing.B) {
	s := sound(&testing.T{}).Stories()[delivered]
	for b.Loop() {
		if got := evidence.CheckStory(s, evidence.Expect{End: true}); len(got) > 0 {
			b.Fatal(got)
		}
	}
}
