package order_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// owes tells whether money of the order is promised that nobody has taken yet.
func (n *naive) owes() bool {
	return n.paid >= 0 && n.attempts[n.paid].state == "authorized" && n.attempts[n.paid].captured < n.price()
}

func (n *naive) asksCapture(key string, amount int64, final bool) said {
	for _, c := range n.captures {
		switch {
		case c.key != key:
		case amount == 0 && c.whole, amount == c.amount && !c.whole && (c.final || !final):
			return nothing
		default:
			return no("idempotency_key_reused")
		}
	}
	i := n.promised()
	if amount < 0 {
		return no("capture_invalid")
	}
	if i < 0 || n.attempts[i].void || n.attempts[i].captured >= n.price() {
		return no("payment_not_authorized")
	}
	left := n.price() - n.attempts[i].captured
	c := &naiveCapture{key: key, state: "requested", attempt: i, amount: amount, final: final || amount == left, whole: amount == 0}
	if c.whole {
		c.amount, c.final = left, true
	}
	switch {
	case n.taking():
		return no("capture_in_progress")
	case c.amount > left:
		return no("capture_exceeds_authorized")
	}
	n.captures = append(n.captures, c)
	return done
}

// captures is staff who take what was promised, wisely or not, and a gateway that does it, refuses it, or leaves one guessing.
func (h *held) captures() {
	if h.n.taking() && h.upTo("goes on", 3) > 0 {
		h.captured()
		return
	}
	key, final := fmt.Sprint("c", h.upTo("key", 5)), h.upTo("final", 3) == 0
	amount := rapid.SampledFrom([]int64{0, 0, -1, 1, 1000, total - 1000, total, total + 1}).Draw(h.r, "amount")
	h.both("capture", h.n.asksCapture(key, amount, final), capture(h.desk, order.NewCapture{Key: key, Amount: amount, Final: final}))
}

// captured is what becomes of the open capture.
func (h *held) captured() {
	var open *naiveCapture
	for _, c := range h.n.captures {
		if c.state == "requested" || c.state == "unknown" {
			open = c
		}
	}
	id, a := order.CaptureIDFor(h.o.ID(), open.key), h.n.attempts[open.attempt]
	f := facts(h.desk, order.AttemptIDFor(h.o.ID(), a.key), payment.Authorized)
	f.Captured = a.captured
	switch h.oneOf("outcome", "taken", "taken", "refused", "unknown") {
	case "unknown":
		want := said{changed: open.state == "requested"}
		open.state = "unknown"
		h.both("capture unknown", want, func(o *order.Order) (order.Change, error) { return o.CaptureUnknown(id, h.gateway()) })
		return
	case "refused":
		open.state, open.final = "failed", false
		h.n.holds["capture_failed:"+string(id)] = true
		if h.upTo("lapsed", 2) == 0 {
			f.State = payment.Expired
		}
		h.n.told(open.attempt, f, false, false, h.now)
		h.both("capture refused", done, func(o *order.Order) (order.Change, error) { return o.ApplyCapture(id, "refused", f, h.gateway()) })
		return
	}
	open.state = "succeeded"
	if f.Captured += open.amount; open.final {
		f.State = payment.Captured
	}
	h.n.told(open.attempt, f, false, false, h.now)
	h.both("captured", done, func(o *order.Order) (order.Change, error) { return o.ApplyCapture(id, "", f, h.gateway()) })
}

// promisedMoney brings the promise itself: until when it holds, that it lapsed, or that some of it was taken elsewhere.
func (h *held) promisedMoney() {
	i, id, there := h.one()
	if !there || !h.n.attempts[i].manual {
		return
	}
	f := facts(h.desk, id, payment.Authorized)
	f.Captured = h.n.attempts[i].captured
	switch h.oneOf("promise", "holds", "holds", "until", "until", "soon", "lapses", "taken elsewhere") {
	case "until":
		f.CaptureBefore = h.now.Add(5 * 24 * time.Hour)
	case "soon":
		f.CaptureBefore = h.now.Add(23 * time.Hour)
	case "lapses":
		f.State = payment.Expired
	case "taken elsewhere":
		f.Captured = min(f.Captured+500, total)
	}
	h.tell(i, f, true)
}

// gives is staff who give up a promise, and the sweep that warns before it lapses.
func (h *held) gives() {
	if rapid.Bool().Draw(h.r, "warn") {
		want := said{changed: h.n.promised() >= 0 && h.n.lapsing(h.now) && !h.n.holds["capture_expiring"]}
		if want.changed {
			h.n.holds["capture_expiring"] = true
		}
		h.both("warn", want, func(o *order.Order) (order.Change, error) { return o.CaptureExpires(h.by("sweep")) })
		return
	}
	want := done
	switch {
	case h.n.paid >= 0 && h.n.attempts[h.n.paid].void:
		want = nothing
	case h.n.paid < 0 || h.n.attempts[h.n.paid].state != "authorized":
		want = no("payment_not_authorized")
	case h.n.taking():
		want = no("capture_in_progress")
	default:
		h.n.attempts[h.n.paid].void = true
	}
	h.both("void", want, func(o *order.Order) (order.Change, error) { return o.RequestVoid(nil, h.by("staff:1")) })
}

// tries is a shopper's token on its way to the gateway.
func (h *held) tries() {
	i, id, there := h.one()
	if !there {
		return
	}
	a := h.n.attempts[i]
	if rapid.Bool().Draw(h.r, "fails") {
		kind := rapid.SampledFrom([]fault.Kind{fault.Declined, fault.Unavailable, fault.Unknown, fault.Invalid}).Draw(h.r, "failure")
		want := said{changed: a.trying && kind != fault.Unknown}
		if want.changed {
			if a.trying = false; kind == fault.Declined && charges(a.state) {
				a.refusal = "refused"
				a.refused++
			}
		}
		h.both("try fails", want, func(o *order.Order) (order.Change, error) {
			return o.TryFailed(id, fault.New(kind, "x", "refused", ""), h.by("shopper"))
		})
		return
	}
	want := done
	switch {
	case !h.n.payable() || h.n.strange() || a.state != "requires_action":
		want = no("order_state_conflict")
	case a.trying && h.now.Sub(a.tried) < 15*time.Second:
		want = no("payment_in_progress")
	case !a.trying && h.n.lately(h.now, func(a *naiveAttempt) int { return a.refused }) >= 3:
		want = no("too_many_attempts")
	case a.tries == 20:
		want = no("too_many_attempts")
	default:
		if !a.trying {
			a.tries++
		}
		a.trying, a.tried = true, h.now.UTC().Truncate(time.Millisecond)
	}
	h.both("try", want, func(o *order.Order) (order.Change, error) { return o.TryPayment(id, h.by("shopper")) })
}

// secondPerson decides about refunds that one alone may not give.
func (h *held) secondPerson() {
	if len(h.n.refunds) == 0 {
		return
	}
	i := h.upTo("refund", len(h.n.refunds)-1)
	f, id, who := h.n.refunds[i], h.o.Record().Refunds[i].ID, h.oneOf("who", "staff:1", "staff:2")
	want := no("order_state_conflict")
	if rapid.Bool().Draw(h.r, "withdraw") {
		switch {
		case f.state == "awaiting_approval":
			f.state, want = "canceled", done
		case f.state == "canceled" && f.by != "":
			want = nothing
		}
		h.both("withdraw", want, withdraws(h.desk, id, who))
		return
	}
	switch {
	case f.state == "awaiting_approval" && f.by == who:
		want = no("second_approver_needed")
	case f.state == "awaiting_approval":
		f.state, f.approved, want = "requested", true, done
	case f.approved && f.state != "canceled":
		want = nothing
	}
	h.both("approve", want, approves(h.desk, id, who))
}
