package order_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"till/shared/order"
	"till/shared/payment"
)

// naiveAnswer is what the shop says to a dispute, and what became of that.
type naiveAnswer struct {
	key, print, state string
	accepts           bool
	missed            bool // The gateway never got it: it may be sent again.
	since             time.Time
	asked             bool // The sweep has asked since.
}

func (a *naiveAnswer) open() bool {
	return a != nil && (a.state == "requested" || a.state == "unknown")
}

// hears is what a gateway's word of a dispute says of the answer to it: it waits for none any more, or does so a minute after the call.
func (a *naiveAnswer) hears(f payment.DisputeFacts, now time.Time) bool {
	switch {
	case a != nil && a.missed && a.state == "failed" && !a.accepts && f.State == "under_review":
		a.state, a.missed = "sent", false
		return true
	case !a.open():
		return false
	case f.State != "needs_response":
		a.state = "sent"
	case a.asked || !now.Before(a.since.Add(time.Minute)):
		a.state, a.missed = "failed", true
	default:
		return false
	}
	return true
}

// gives tells whether the shop has given in, as far as anybody knows.
func (a *naiveAnswer) gives() bool { return a != nil && a.accepts && a.state != "failed" }

func (n *naive) answers(ref, key, print string, accepts bool, now time.Time) said {
	d := n.disputes[ref]
	if d == nil {
		return no("not_found")
	}
	if a := d.answer; a != nil && a.key == key {
		switch {
		case a.print != print || a.accepts != accepts:
			return no("idempotency_key_reused")
		case !a.missed:
			return nothing
		}
	}
	switch {
	case !d.open():
		return no("dispute_closed")
	case d.answer.open():
		return no("answer_in_progress")
	case d.said.State != "needs_response":
		return no("dispute_not_answerable")
	}
	d.answer = &naiveAnswer{key: key, print: print, state: "requested", accepts: accepts, since: now}
	return done
}

// answers is staff who answer a dispute, wisely or not, once or again.
func (h *held) answers() {
	refs := append(slices.Sorted(maps.Keys(h.n.disputes)), "dp_9")
	ref, key, print, accepts := refs[h.upTo("ref", len(refs)-1)], fmt.Sprint("a", h.upTo("key", 3)), h.oneOf("print", "f", "f", "g"), rapid.Bool().Draw(h.r, "accepts")
	if d := h.n.disputes[ref]; d != nil && d.answer != nil && rapid.Bool().Draw(h.r, "again") {
		key, print, accepts = d.answer.key, d.answer.print, d.answer.accepts
	}
	h.both("answer", h.n.answers(ref, key, print, accepts, h.now), func(o *order.Order) (order.Change, error) {
		return o.AnswerDispute(order.NewAnswer{Dispute: ref, Key: key, Print: print, Accept: accepts}, h.by("staff:1"))
	})
}

// answered is what comes back of an answer, at times long after something else was heard of it.
func (h *held) answered() {
	var refs []string
	for _, ref := range slices.Sorted(maps.Keys(h.n.disputes)) {
		if h.n.disputes[ref].answer != nil {
			refs = append(refs, ref)
		}
	}
	if len(refs) == 0 {
		return
	}
	ref := refs[h.upTo("answered", len(refs)-1)]
	d := h.n.disputes[ref]
	a, id := d.answer, order.AnswerIDFor(h.o.ID(), ref, d.answer.key)
	switch h.oneOf("outcome", "taken", "taken", "refused", "refused", "unknown") {
	case "unknown":
		want := said{changed: a.state == "requested"}
		if want.changed {
			a.state, a.since, a.asked = "unknown", h.now, false
		}
		h.both("answer unknown", want, func(o *order.Order) (order.Change, error) { return o.AnswerUnknown(ref, id, h.by("staff:1")) })
	case "refused":
		want := said{changed: a.open()}
		if want.changed {
			a.state = "failed"
		}
		h.both("answer refused", want, func(o *order.Order) (order.Change, error) {
			return o.ApplyAnswer(ref, id, "too_late", payment.DisputeFacts{}, h.by("staff:1"))
		})
	default:
		f := d.said
		f.State = payment.DisputeState(h.oneOf("stands", "under_review", "under_review", "lost", "won"))
		f.Withdrawn = rapid.SampledFrom([]int64{0, 500}).Draw(h.r, "withdrawn")
		want := said{changed: a.state != "sent"}
		if want.changed {
			a.state, a.missed = "sent", false
		}
		want.changed = h.n.dispute(d.attempt, f, h.now) || want.changed
		h.both("answer taken", want, func(o *order.Order) (order.Change, error) { return o.ApplyAnswer(ref, id, "", f, h.by("staff:1")) })
	}
}

// sweeps lets the sweep look, which is nothing of the shopper's; but what it asks about is an answer that should be there.
func (h *held) sweeps() {
	h.quiet(asked(h.desk))
	for _, d := range h.o.Record().Disputes {
		if a := h.n.disputes[d.Ref].answer; a.open() && d.Answer.Asks > 0 {
			a.asked = true
		}
	}
}

// sameAnswers holds the answers of an order against the model's.
func (n *naive) sameAnswers(d *desk, r order.Record) {
	d.t.Helper()
	for _, each := range r.Disputes {
		a := n.disputes[each.Ref].answer
		if a == nil {
			if each.Answer.ID != "" {
				d.t.Fatalf("dispute %s has the answer %+v, the model none", each.Ref, each.Answer)
			}
			continue
		}
		if each.Answer.ID != order.AnswerIDFor(r.ID, each.Ref, a.key) || string(each.Answer.State) != a.state || each.Answer.Accept != a.accepts ||
			a.missed != (each.Answer.LastError == "answer_not_received") {
			d.t.Fatalf("the answer to %s is %+v, the model's %+v", each.Ref, each.Answer, *a)
		}
	}
}
