package order_test

import (
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// complained is a paid order whose bank waits for an answer until a week from noon.
func complained(t *testing.T) (*desk, payment.AttemptID, payment.DisputeFacts) {
	t.Helper()
	d, a := paid(t)
	f := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Reason: payment.ReasonFraud, Amount: total, Withdrawn: total,
		DueBy: d.now.Add(7 * 24 * time.Hour)}
	d.do(disputed(d, a, f))
	return d, a, f
}

func says(d *desk, n order.NewAnswer) func(*order.Order) (order.Change, error) {
	n.Dispute, n.Print = "dp_1", "print"
	return func(o *order.Order) (order.Change, error) { return o.AnswerDispute(n, d.by("staff:1")) }
}

func TestAnAnswerIsStoredSentAndSettledOnce(t *testing.T) {
	d, a, f := complained(t)
	if c := d.do(says(d, order.NewAnswer{Key: "k1", Note: []byte("sealed")})); c.Kind != "dispute_answer_requested" || string(c.Note) != "sealed" {
		t.Errorf("the change is %+v", c)
	}
	d.again("the same key", says(d, order.NewAnswer{Key: "k1"}))
	d.refused(fault.Conflict, "answer_in_progress", says(d, order.NewAnswer{Key: "k2"}))
	d.refused(fault.Invalid, "idempotency_key_reused", says(d, order.NewAnswer{Key: "k1", Accept: true}))
	id := order.AnswerIDFor(d.o.ID(), "dp_1", "k1")
	f.State, f.DueBy = payment.DisputeUnderReview, time.Time{}
	apply := func(o *order.Order) (order.Change, error) { return o.ApplyAnswer("dp_1", id, "", f, d.by("staff:1")) }
	if c := d.do(apply); c.Kind != "dispute_answered" {
		t.Errorf("the change is %s", c.Kind)
	}
	d.again("what is known", apply)
	d.again("the same news", disputed(d, a, f))
	d.again("an unknown outcome of what is sent", func(o *order.Order) (order.Change, error) { return o.AnswerUnknown("dp_1", id, d.by("staff:1")) })
	d.refused(fault.Conflict, "dispute_not_answerable", says(d, order.NewAnswer{Key: "k2"}))
	if got, _ := d.o.Dispute("dp_1"); got.Answer.State != payment.AnswerSent || got.State != payment.DisputeUnderReview || !d.o.Held("dispute:dp_1") {
		t.Errorf("it is %+v", got)
	}
}

func TestOneThatIsGivenInToIsAccepted(t *testing.T) {
	d, a, f := complained(t)
	d.do(says(d, order.NewAnswer{Key: "k1", Accept: true}))
	f.State, f.DueBy = payment.DisputeLost, time.Time{}
	id := order.AnswerIDFor(d.o.ID(), "dp_1", "k1")
	d.do(func(o *order.Order) (order.Change, error) { return o.ApplyAnswer("dp_1", id, "", f, d.by("staff:1")) })
	d.again("the gateway's word for it", disputed(d, a, f))
	got, _ := d.o.Dispute("dp_1")
	if got.State != payment.DisputeAccepted || got.Answer.State != payment.AnswerSent || d.o.Held("dispute:dp_1") {
		t.Errorf("it is %+v", got)
	}
	d.refused(fault.Conflict, "dispute_closed", says(d, order.NewAnswer{Key: "k2"}))
}

func TestWhatAGatewaySaysOfADisputeTellsOfTheAnswer(t *testing.T) {
	for name, row := range map[string]struct {
		unknown bool
		after   time.Duration
		state   payment.DisputeState
		want    payment.AnswerState
	}{
		"it has it, a moment after it was sent":       {false, time.Second, payment.DisputeUnderReview, payment.AnswerSent},
		"it has it, though its outcome was not known": {true, time.Hour, payment.DisputeUnderReview, payment.AnswerSent},
		"it has decided": {true, time.Hour, payment.DisputeWon, payment.AnswerSent},
		"it waits still, a moment after it was sent":    {false, time.Second, payment.DisputeNeedsResponse, payment.AnswerRequested},
		"it waits still, long after the call":           {true, time.Hour, payment.DisputeNeedsResponse, payment.AnswerFailed},
		"it waits still, long after nobody got to call": {false, time.Hour, payment.DisputeNeedsResponse, payment.AnswerFailed},
	} {
		t.Run(name, func(t *testing.T) {
			d, a, f := complained(t)
			d.do(says(d, order.NewAnswer{Key: "k1"}))
			id := order.AnswerIDFor(d.o.ID(), "dp_1", "k1")
			if row.unknown {
				d.do(func(o *order.Order) (order.Change, error) { return o.AnswerUnknown("dp_1", id, d.by("staff:1")) })
			}
			d.now = d.now.Add(row.after)
			if f.State = row.state; !f.Answerable() {
				f.DueBy = time.Time{}
			}
			if _, err := disputed(d, a, f)(d.o); err != nil {
				t.Fatal(err)
			}
			got, _ := d.o.Dispute("dp_1")
			if got.Answer.State != row.want || row.want == payment.AnswerFailed && got.Answer.LastError != "answer_not_received" {
				t.Errorf("it is %+v", got.Answer)
			}
		})
	}
}

// TestAnAnswerThatComesAfterItWasGivenUpIsSent: a repeat was on its way.
func TestAnAnswerThatComesAfterItWasGivenUpIsSent(t *testing.T) {
	for _, by := range []string{"who sent it", "the gateway"} {
		d, a, f := complained(t)
		d.do(says(d, order.NewAnswer{Key: "k1"}))
		d.now = d.now.Add(time.Hour)
		d.do(disputed(d, a, f)) // It waits still.
		f.State, f.DueBy = payment.DisputeUnderReview, time.Time{}
		if by == "the gateway" {
			d.do(disputed(d, a, f))
		} else {
			d.do(func(o *order.Order) (order.Change, error) {
				return o.ApplyAnswer("dp_1", order.AnswerIDFor(o.ID(), "dp_1", "k1"), "", f, d.by("staff:1"))
			})
		}
		if got, _ := d.o.Dispute("dp_1"); got.Answer.State != payment.AnswerSent || got.Answer.LastError != "" {
			t.Errorf("told by %s: %+v", by, got.Answer)
		}
	}
}

func TestAnAnswerThatWasNotReceivedIsSentAgainUnderItsKey(t *testing.T) {
	d, a, f := complained(t)
	d.do(says(d, order.NewAnswer{Key: "k1"}))
	d.now = d.now.Add(time.Hour)
	d.do(disputed(d, a, f))
	if c := d.do(says(d, order.NewAnswer{Key: "k1"})); c.Kind != "dispute_answer_requested" {
		t.Errorf("the change is %s", c.Kind)
	}
	id := order.AnswerIDFor(d.o.ID(), "dp_1", "k1")
	d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyAnswer("dp_1", id, "evidence_refused", payment.DisputeFacts{}, d.by("staff:1"))
	})
	d.again("one that was refused is not sent again by itself", says(d, order.NewAnswer{Key: "k1"}))
	d.do(says(d, order.NewAnswer{Key: "k2"}))
}

func TestWhatCannotBeAnswered(t *testing.T) {
	d, a, f := complained(t)
	d.refused(fault.NotFound, "not_found", func(o *order.Order) (order.Change, error) {
		return o.AnswerDispute(order.NewAnswer{Dispute: "dp_2", Key: "k"}, d.by("staff:1"))
	})
	d.now = f.DueBy
	d.refused(fault.Conflict, "dispute_deadline_over", says(d, order.NewAnswer{Key: "k"}))
	asked := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeInquiry, Reason: payment.ReasonFraud, Amount: total}
	d.do(disputed(d, a, asked))
	d.refused(fault.Conflict, "dispute_not_answerable", says(d, order.NewAnswer{Key: "k"}))
	asked.State = payment.DisputeWon
	d.do(disputed(d, a, asked))
	d.refused(fault.Conflict, "dispute_closed", says(d, order.NewAnswer{Key: "k"}))
}

func TestAnAnswerThatIsUnknownIsAskedAboutSoon(t *testing.T) {
	d, _, _ := complained(t)
	d.do(says(d, order.NewAnswer{Key: "k1"}))
	if due := d.o.Record().Due; due.After(d.now.Add(2 * time.Minute)) {
		t.Errorf("due %v after %v", due, d.now)
	}
	d.now = d.now.Add(2 * time.Minute)
	if tasks := d.o.Overdue(d.now); len(tasks) != 1 || tasks[0] != order.AskDispute {
		t.Errorf("overdue is %v", tasks)
	}
	d.do(func(o *order.Order) (order.Change, error) { return o.Asked(d.by("staff:1")) })
	if due := d.o.Record().Due; !due.After(d.now) {
		t.Errorf("due %v at %v", due, d.now)
	}
}

func TestEveryAnswerStateAgainstEveryOther(t *testing.T) {
	legal := map[[2]payment.AnswerState]bool{
		{payment.AnswerRequested, payment.AnswerUnknown}: true, {payment.AnswerRequested, payment.AnswerSent}: true,
		{payment.AnswerRequested, payment.AnswerFailed}: true, {payment.AnswerUnknown, payment.AnswerSent}: true,
		{payment.AnswerUnknown, payment.AnswerFailed}: true, {payment.AnswerFailed, payment.AnswerRequested}: true,
		{payment.AnswerFailed, payment.AnswerSent}: true,
	}
	for _, from := range payment.AnswerStates() {
		for _, to := range payment.AnswerStates() {
			if got := from.CanBecome(to); got != legal[[2]payment.AnswerState{from, to}] {
				t.Errorf("%s to %s: %v", from, to, got)
			}
		}
	}
}
