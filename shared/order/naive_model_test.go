package order_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// held is an order beside its model: each verb is done to both, and both must say and be the same.
type held struct {
	*desk
	r *rapid.T
	n *naive
}

// both holds a verb of the order against what the model said.
func (h *held) both(what string, want said, verb func(*order.Order) (order.Change, error)) {
	h.r.Helper()
	c, err := h.try(verb)
	if fault.Code(err) != want.code || err == nil && c.IsZero() == want.changed {
		h.r.Fatalf("%s of a %s order: change %q and %v, the model says %+v", what, h.n.status, c.Kind, err, want)
	}
	if again, err2 := h.try(verb); err == nil && repeats(what) && (err2 != nil || !again.IsZero()) {
		h.r.Fatalf("%s again: change %q and %v", what, again.Kind, err2)
	}
	h.n.same(h.desk)
}

// repeats tells whether a verb that was done finds its work done when it is called again.
func repeats(what string) bool {
	return what != "await" && what != "revoke" && what != "asked" && what != "try"
}

// quiet does a verb that the model knows nothing of: nothing that it knows may change.
func (h *held) quiet(verb func(*order.Order) (order.Change, error)) {
	h.r.Helper()
	if _, err := h.try(verb); err != nil {
		h.r.Fatalf("got %v", err)
	}
	h.n.same(h.desk)
}

func (h *held) oneOf(label string, words ...string) string {
	return rapid.SampledFrom(words).Draw(h.r, label)
}

func (h *held) upTo(label string, most int) int { return rapid.IntRange(0, most).Draw(h.r, label) }

func (h *held) start() {
	key, print := fmt.Sprint("k", h.upTo("key", 5)), h.oneOf("print", "f", "f", "f", "g")
	same := print == "f"
	if h.n.find(key) < 0 {
		print, same = "f", true
	}
	manual := rapid.Bool().Draw(h.r, "manual")
	h.both("start", h.n.start(key, same, manual, h.now), func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: key, Print: print, Gateway: "stripe", Mode: payment.Hosted, Manual: manual}, h.by("shopper"))
	})
}

// one picks an attempt, the last one more often than not.
func (h *held) one() (int, payment.AttemptID, bool) {
	if len(h.n.attempts) == 0 {
		return 0, "", false
	}
	i := max(len(h.n.attempts)-1-h.upTo("back", 3)/2, 0)
	return i, order.AttemptIDFor(h.o.ID(), h.n.attempts[i].key), true
}

func (h *held) begun() {
	i, id, there := h.one()
	if !there {
		return
	}
	failures := map[string]error{"": nil, "unknown": fault.New(fault.Unknown, "x", "refused", ""), "conflict": fault.New(fault.Conflict, "x", "refused", ""),
		"declined": fault.New(fault.Declined, "x", "refused", ""), "internal": fault.New(fault.Internal, "x", "refused", ""),
		"unavailable": fault.New(fault.Unavailable, "x", "refused", "")}
	failure := h.oneOf("answer", "", "", "", "unknown", "conflict", "declined", "internal", "unavailable")
	verb := func(o *order.Order) (order.Change, error) {
		return o.PaymentStarted(id, payment.Started{Session: "cs_" + string(id)}, failures[failure], h.by("shopper"))
	}
	if failure == "unavailable" { // It is only noted that it was tried.
		h.quiet(verb)
		return
	}
	h.both("begun", h.n.began(i, failure), verb)
}

// told is news of a payment as they may come: of any state, in any order, often true.
func (h *held) told() {
	i, id, there := h.one()
	if !there {
		return
	}
	state := payment.State(h.oneOf("state", "requires_action", "processing", "authorized", "captured", "captured", "canceled", "canceled", "expired", "expired"))
	f := facts(h.desk, id, state)
	if state == payment.Captured {
		f.Captured = rapid.SampledFrom([]int64{total, total, total, total, total, total + 1, total - 1}).Draw(h.r, "captured")
		asked := rapid.SampledFrom([]int64{f.Captured, total}).Draw(h.r, "asked")
		f.Amount = money.Of(asked, rapid.SampledFrom([]money.Currency{"EUR", "EUR", "EUR", "EUR", "EUR", "EUR", "USD"}).Draw(h.r, "currency"))
		if d := h.oneOf("dispute", "", "", "", "", "needs_response", "lost", "won"); d != "" {
			f.Disputes = []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeState(d), Amount: 500}}
		}
	} else {
		f.LastError = h.oneOf("refusal", "", "", "card_declined", "expired_card")
	}
	h.tell(i, f, rapid.Bool().Draw(h.r, "restock"))
}

func (h *held) tell(i int, f payment.Facts, restock bool) {
	if f.Captured > 0 {
		f.Fee, f.Warned = rapid.SampledFrom([]int64{0, 0, 30, 45}).Draw(h.r, "fee"), h.upTo("warned", 15) == 0
		f.Risk = payment.Risk(h.oneOf("risk", "", "", "", "", "", "", "elevated", "elevated", "highest"))
	}
	if h.upTo("tried", 4) == 0 {
		h.both("told", h.n.told(i, f, restock, true, h.now), func(o *order.Order) (order.Change, error) { return o.ApplyTried(f, restock, h.gateway()) })
		return
	}
	h.both("told", h.n.told(i, f, restock, false, h.now), func(o *order.Order) (order.Change, error) { return o.ApplyPayment(f, restock, h.gateway()) })
}

// lapses lets an order's time run out, and at times its money come after all.
func (h *held) lapses() {
	if h.upTo("lapses", 2) > 0 {
		return
	}
	h.wait(15 * 24 * time.Hour)
	i, id, there := h.one()
	if there && charges(h.n.attempts[i].state) && rapid.Bool().Draw(h.r, "closed first") {
		h.tell(i, facts(h.desk, id, payment.Expired), false)
	}
	h.both("expire", h.n.expire(h.now), func(o *order.Order) (order.Change, error) { return o.Expire(h.by("sweep")) })
	if there && rapid.Bool().Draw(h.r, "paid after all") {
		h.tell(i, facts(h.desk, id, payment.Captured), rapid.Bool().Draw(h.r, "restock"))
	}
}

// disputes is a bank that asks for captured money back, or decides; the rest is as it was.
func (h *held) disputes() {
	i, id, there := h.one()
	if !there || h.n.attempts[i].captured == 0 {
		return
	}
	f := facts(h.desk, id, payment.Captured)
	f.Captured = h.n.attempts[i].captured
	f.Disputes = []payment.DisputeFacts{{Ref: h.oneOf("ref", "dp_1", "dp_2"), Amount: rapid.SampledFrom([]int64{500, total}).Draw(h.r, "disputed"),
		State:     payment.DisputeState(h.oneOf("dispute", "inquiry", "needs_response", "needs_response", "needs_response", "under_review", "lost", "lost", "accepted", "won")),
		Withdrawn: rapid.SampledFrom([]int64{0, 0, 400, 500, total}).Draw(h.r, "withdrawn"), Fee: rapid.SampledFrom([]int64{0, 15}).Draw(h.r, "fee")}}
	h.tell(i, f, true)
}

// strangers is news that are of no attempt of the order.
func (h *held) strangers() {
	f := facts(h.desk, "pay_unknown", payment.Captured)
	h.both("strangers", no("attempt_unknown"), news(h.desk, f))
	if _, id, there := h.one(); there {
		f = facts(h.desk, id, payment.Captured)
		f.Order = "ord_another"
		h.both("strangers", no("attempt_unknown"), news(h.desk, f))
	}
}

func (h *held) ask() {
	key, amount := fmt.Sprint("r", h.upTo("key", 6)), rapid.Int64Range(-1, total+1).Draw(h.r, "amount")
	switch h.upTo("whole", 3) {
	case 0:
		amount = total
	case 1:
		amount = total - h.n.back(true)
	}
	alone, who := rapid.SampledFrom([]int64{total, 1000}).Draw(h.r, "alone"), h.oneOf("who", "staff:1", "staff:2")
	h.both("ask", h.n.ask(key, amount, alone, who), func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: key, Amount: amount, Alone: alone}, h.by(who))
	})
}

func (h *held) refunded() {
	if len(h.n.refunds) == 0 {
		return
	}
	i := h.upTo("refund", len(h.n.refunds)-1)
	if m := h.n.refunds[i]; m.by != "" && !m.approved {
		return // The gateway has never heard of it.
	}
	f := h.o.Record().Refunds[i]
	if h.upTo("lost", 5) == 0 {
		want := nothing
		if h.n.refunds[i].state == "requested" {
			want = h.n.refunded(h.n.refunds[i], "unknown", false, string(f.ID))
		}
		h.both("unknown", want, func(o *order.Order) (order.Change, error) { return o.RefundUnknown(f.ID, h.by("staff:1")) })
		return
	}
	state := h.oneOf("becomes", "pending", "succeeded", "succeeded", "failed", "canceled")
	said := payment.RefundFacts{ID: f.ID, Ref: "re_" + string(f.ID), State: payment.RefundState(state), Amount: f.Amount}
	if f.Cause == payment.AtGateway {
		said.ID, said.Ref = "", f.Ref // The gateway knows no id of ours.
	}
	h.both("refunded", h.n.refunded(h.n.refunds[i], state, true, string(f.ID)),
		func(o *order.Order) (order.Change, error) { return o.ApplyRefund(f.Attempt, said, h.gateway()) })
}

// elsewhere is a refund made at the gateway's own dashboard, once money is there.
func (h *held) elsewhere() {
	i, id, there := h.one()
	if !there || h.n.attempts[i].captured == 0 || h.n.attempts[i].manual && h.n.refundable(i) < 7 || len(h.n.refunds) > 12 {
		return
	}
	ref := fmt.Sprint("re_elsewhere_", len(h.n.refunds))
	state := h.oneOf("state", "pending", "succeeded", "failed")
	want := nothing
	if state != "failed" {
		h.n.giveBack(i, 7, "")
		f := h.n.refunds[len(h.n.refunds)-1]
		h.n.refunded(f, state, true, "")
		want = done
	}
	said := payment.RefundFacts{Ref: ref, State: payment.RefundState(state), Amount: 7}
	h.both("elsewhere", want, func(o *order.Order) (order.Change, error) { return o.ApplyRefund(id, said, h.gateway()) })
	if want == done && h.o.Record().Refunds[len(h.n.refunds)-1].Ref != ref {
		h.r.Fatalf("the refund made elsewhere has lost its reference %s", ref)
	}
}

func (h *held) handsOff() {
	keys := []string{"manual", "fraud_review", "fulfillment_failed", "amount_mismatch", "Not A Word"}
	lifted := slices.Concat(keys, slices.Sorted(maps.Keys(h.n.holds)))
	key := h.oneOf("hold", keys...)
	if rapid.Bool().Draw(h.r, "lift") {
		key = h.oneOf("lifted", lifted...)
		h.lifts(key)
		return
	}
	h.both("hold", h.n.hold(key), func(o *order.Order) (order.Change, error) { return o.Hold(key, nil, h.by("staff:1")) })
}

func (h *held) lifts(key string) {
	h.both("lift", h.n.lift(key), func(o *order.Order) (order.Change, error) { return o.Lift(key, h.by("staff:1")) })
}

func (h *held) prepares(try int) {
	h.both("prepare", h.n.prepare(try), func(o *order.Order) (order.Change, error) { return o.Prepare(try, h.by("fulfillment")) })
}

func (h *held) awaits(try int) {
	h.both("await", h.n.await(try), func(o *order.Order) (order.Change, error) { return o.AwaitShipment(try, "t", h.by("fulfillment")) })
}

// onward is what comes next when all goes well, so that a life of random verbs gets far.
func (h *held) onward() {
	switch keys := slices.Sorted(maps.Keys(h.n.holds)); {
	case h.n.payable() && !h.n.open():
		h.start()
	case h.n.payable():
		i := slices.IndexFunc(h.n.attempts, func(a *naiveAttempt) bool { return charges(a.state) })
		h.tell(i, facts(h.desk, order.AttemptIDFor(h.o.ID(), h.n.attempts[i].key), payment.Captured), true)
	case len(keys) > 0:
		h.lifts(keys[0])
	case h.n.status == "confirmed":
		h.prepares(h.n.try)
	case h.n.status == "fulfilling" && !h.n.waiting:
		h.awaits(h.n.try)
	case h.n.status == "fulfilling":
		h.ships()
	case h.n.status == "shipped":
		h.delivers()
	case h.n.status == "delivered":
		h.sendsBack()
		h.takesBack()
	}
}

func (h *held) machine() {
	try := max(h.n.try-h.upTo("stale", 3)/3, 0)
	switch h.oneOf("task", "prepare", "prepare", "await", "await", "closed", "failed") {
	case "prepare":
		h.prepares(try)
	case "await":
		h.awaits(try)
	case "closed":
		h.both("closed", h.n.closed(), func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(h.by("fulfillment")) })
	default:
		h.both("failed", h.n.failed(try), fail(h.desk, try))
	}
}

func (h *held) ships() {
	number := fmt.Sprint(h.upTo("number", 3))
	if rapid.Bool().Draw(h.r, "everything") {
		h.both("ship", h.n.ship(number, nil), ship(h.desk, number))
		return
	}
	sku, quantity := h.oneOf("sku", "mug", "tea"), rapid.Int64Range(1, 2).Draw(h.r, "quantity")
	h.both("ship", h.n.ship(number, map[string]int64{sku: quantity}), ship(h.desk, number, fulfillment.Line{SKU: catalog.SKU(sku), Quantity: quantity}))
}

func (h *held) delivers() {
	i := h.upTo("parcel", 3)
	id := fulfillment.ID(fmt.Sprintf("shp_%d", i+1))
	h.both("deliver", h.n.deliver(i, h.now), func(o *order.Order) (order.Change, error) { return o.Deliver(id, h.by("staff:1")) })
}

func (h *held) ends() {
	switch h.oneOf("end", "cancel", "expire", "expire", "expire", "finish", "revoke") {
	case "cancel":
		h.both("cancel", h.n.cancel(), cancel(h.desk))
	case "expire":
		h.both("expire", h.n.expire(h.now), func(o *order.Order) (order.Change, error) { return o.Expire(h.by("sweep")) })
	case "finish":
		h.both("finish", h.n.finish(), func(o *order.Order) (order.Change, error) { return o.Finish(h.by("sweep")) })
	default:
		h.n.revoked += 2 // Each call is one, and both asks twice.
		c1, err1 := h.try(func(o *order.Order) (order.Change, error) { return o.Revoke(h.by("staff:1")) })
		c2, err2 := h.try(func(o *order.Order) (order.Change, error) { return o.Revoke(h.by("staff:1")) })
		if err1 != nil || err2 != nil || c1.IsZero() || c2.IsZero() {
			h.r.Fatalf("revoked: %v, %v", err1, err2)
		}
		h.n.same(h.desk)
	}
}

// unseen is what the sweep and the mailer note: nothing of it is the shopper's.
func (h *held) unseen() {
	h.sweeps()
	for _, m := range h.o.Record().Owed {
		h.quiet(func(o *order.Order) (order.Change, error) { return o.MailSent(m.Kind, m.N, h.by("notify")) })
	}
}

// later lets time go by: mostly minutes, at times more than any deadline.
func (h *held) later() {
	h.wait(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 5 * time.Minute, 31 * time.Minute, 15 * 24 * time.Hour}).Draw(h.r, "later"))
}

// everyVerbIsTheModels drives an order and its model through any verbs in any order.
func everyVerbIsTheModels(r *rapid.T) {
	h := &held{r: r, n: newNaive()}
	h.desk = placedWatched(r, quote(), payment.RiskElevated)
	h.n.same(h.desk)
	verbs := []func(){h.start, h.start, h.begun, h.told, h.told, h.told, h.lapses, h.disputes, h.strangers, h.ask, h.ask, h.refunded, h.refunded, h.elsewhere, h.handsOff, h.handsOff,
		h.answers, h.answers, h.answered, h.captures, h.captures, h.promisedMoney, h.gives, h.tries, h.secondPerson,
		h.machine, h.machine, h.machine, h.machine, h.ships, h.ships, h.delivers, h.delivers, h.sendsBack, h.sendsBack, h.takesBack, h.takesBack, h.ends, h.unseen, h.later}
	verbs = append(verbs, slices.Repeat([]func(){h.onward}, rapid.SampledFrom([]int{0, 1, 4, 12}).Draw(r, "luck"))...)
	for range rapid.IntRange(40, 120).Draw(r, "steps") {
		rapid.SampledFrom(verbs).Draw(r, "verb")()
	}
}

func TestAnyLifeIsTheNaiveModels(t *testing.T) { rapid.Check(t, everyVerbIsTheModels) }
func FuzzAnyLifeIsTheNaiveModels(f *testing.F) { f.Fuzz(rapid.MakeFuzz(everyVerbIsTheModels)) }
