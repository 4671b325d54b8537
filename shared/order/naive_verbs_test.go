package order_test

import (
	"maps"
	"strings"
	"time"

	"till/shared/payment"
)

// said is what a verb of the model comes to: a refusal's code, or whether anything happened.
type said struct {
	code    string
	changed bool
}

func no(code string) said { return said{code: code} }

var (
	done    = said{changed: true}
	nothing = said{}
)

func (n *naive) find(key string) int {
	for i, a := range n.attempts {
		if a.key == key {
			return i
		}
	}
	return -1
}

func (n *naive) start(key string, sameRequest, manual bool, now time.Time) said {
	switch {
	case n.find(key) >= 0 && !sameRequest:
		return no("idempotency_key_reused")
	case n.find(key) >= 0:
		return nothing
	case !n.payable() || !now.Before(n.expires) || n.strange():
		return no("order_state_conflict")
	case n.open():
		return no("payment_in_progress")
	case n.lately(now, func(a *naiveAttempt) int { return a.refused }) >= 3:
		return no("too_many_attempts")
	case n.lately(now, func(*naiveAttempt) int { return 1 }) == 10:
		return no("rate_limited")
	case len(n.attempts) == 20:
		return no("too_many_attempts")
	}
	n.attempts = append(n.attempts, &naiveAttempt{key: key, state: "initiating", manual: manual, at: now})
	return done
}

// lately adds up what attempts of less than an hour ago count for.
func (n *naive) lately(now time.Time, count func(*naiveAttempt) int) (sum int) {
	for _, a := range n.attempts {
		if now.Sub(a.at) < time.Hour {
			sum += count(a)
		}
	}
	return sum
}

// began is the gateway's answer to a start: "" is a page that is open, else the kind of the error.
func (n *naive) began(i int, failure string) said {
	a := n.attempts[i]
	before := *a
	to := map[string]string{"": "requires_action", "unknown": "unknown", "conflict": "unknown", "declined": "failed", "internal": "failed"}[failure]
	if failure == "internal" && a.state == "unknown" {
		return nothing
	}
	if failure == "" && a.state != "captured" {
		a.session = true
	}
	if to != "" && goesOn(a.state, to) {
		a.state = to
		if to == "failed" {
			a.refusal = "refused"
		}
	}
	return said{changed: *a != before}
}

// told is what the gateway says of an attempt.
func (n *naive) told(i int, f payment.Facts, restock, tried bool, now time.Time) said {
	a := n.attempts[i]
	before := *a
	if goesOn(a.state, string(f.State)) && (f.State == payment.Captured || charges(a.state) || !n.open()) {
		a.state = string(f.State)
	}
	a.intent = true
	a.session = a.session || a.state != "captured"
	if a.state == "captured" {
		a.refusal, a.session = "", false
	} else if f.LastError != "" && f.LastError != a.refusal && (charges(before.state) || charges(a.state)) {
		a.refusal = f.LastError
		a.refused++
	}
	if tried || a.state != "requires_action" {
		a.trying = false
	}
	if a.state != "authorized" {
		a.before = time.Time{}
	} else if !f.CaptureBefore.IsZero() {
		a.before = f.CaptureBefore.UTC().Truncate(time.Second)
	}
	news := *a != before
	euros := f.Amount.Currency() == "EUR"
	if a.manual && a.state == "authorized" && charges(before.state) && before.state != "authorized" && n.paid != i {
		news = n.promises(i, euros && f.Amount.Minor() == total) || news
	}
	switch {
	case euros && f.Captured > a.captured:
		news, a.captured = true, f.Captured
		n.money(i, f.Amount.Minor() == total, restock)
	case a.state == "captured" && a.captured == 0 && !n.holds["amount_mismatch"]:
		news, n.holds["amount_mismatch"] = true, true
	}
	for _, d := range f.Disputes {
		news = n.dispute(i, d, now) || news
	}
	if found := string(f.Risk); found > a.risk { // "" < "elevated" < "highest"
		if news, a.risk = true, found; !n.over() {
			n.holds["gateway_risk:"+found] = true
		}
	}
	if f.Warned && !a.warned {
		if news, a.warned = true, true; !n.over() {
			n.holds["early_fraud_warning"] = true
		}
	}
	if euros && f.Fee > 0 && f.Fee != a.fee && a.captured > 0 && f.Captured >= a.captured {
		news, a.fee = true, f.Fee
	}
	if !news {
		return nothing
	}
	if n.paid == i && !n.lapsing(now) {
		delete(n.holds, "capture_expiring")
	}
	if a.manual && before.state == "authorized" && n.paid != i && !charges(a.state) && !n.anybodyHasOrPromises() {
		delete(n.holds, "amount_mismatch")
	}
	switch {
	case a.state == "processing" && n.status == "awaiting_payment":
		n.status = "payment_processing"
		if fortnight := now.UTC().Truncate(time.Second).Add(14 * 24 * time.Hour); fortnight.After(n.expires) {
			n.expires = fortnight
		}
	case n.status == "payment_processing" && a.state != "captured" && !n.open():
		n.status, n.expires = "awaiting_payment", now.UTC().Truncate(time.Second).Add(30*time.Minute)
	}
	n.giveUp(i)
	n.endIfRefunded()
	return done
}

// anybodyHasOrPromises tells whether some attempt has taken money, or holds it still.
func (n *naive) anybodyHasOrPromises() bool {
	for _, a := range n.attempts {
		if a.captured > 0 || a.state == "captured" || a.state == "authorized" {
			return true
		}
	}
	return false
}

// lapsing tells whether promised money is lost within a day.
func (n *naive) lapsing(now time.Time) bool {
	a := n.attempts[n.paid]
	return a.state == "authorized" && !a.before.IsZero() && !now.Add(24*time.Hour).Before(a.before)
}

// promises decides what became of money that was promised.
func (n *naive) promises(i int, right bool) bool {
	switch {
	case !right:
		was := n.holds["amount_mismatch"]
		n.holds["amount_mismatch"] = true
		return !was
	case n.paid >= 0:
		return false
	case n.payable():
		n.status, n.paid, n.try = "confirmed", i, 1
		return true
	}
	return false
}

// giveUp takes out of the price what an ended promise did not bring.
func (n *naive) giveUp(i int) {
	a := n.attempts[i]
	rest := n.price() - a.captured
	if !a.manual || n.paid != i || charges(a.state) || rest < 1 || n.status == "cancelled" {
		return
	}
	n.released += rest
	if a.captured == 0 && len(n.parcels) == 0 && (n.status == "confirmed" || n.status == "fulfilling") {
		n.end()
		return
	}
	for _, c := range n.captures {
		if c.attempt == i && c.final {
			return
		}
	}
	if !a.void {
		n.holds["amount_mismatch"] = true
	}
}

// money decides what became of captured money.
func (n *naive) money(i int, rightlyAsked, restock bool) {
	a := n.attempts[i]
	right := rightlyAsked && (a.captured == total && n.released == 0 || n.paid == i && a.captured <= n.price())
	switch {
	case n.paid == i && n.status == "cancelled" && a.captured <= total:
		n.giveRest(i) // Promised, given up, and taken after all.
	case !right:
		n.holds["amount_mismatch"] = true
	case n.paid >= 0 && n.paid != i:
		n.giveRest(i) // Paid twice.
	case n.paid == i:
	case n.payable():
		n.status, n.paid, n.try = "confirmed", i, 1
	case n.status == "expired" && restock:
		n.status, n.paid, n.try = "confirmed", i, 1
		n.reserved = map[string]int64{"mug": 2, "tea": 1}
	default:
		n.giveRest(i) // Too late.
	}
}

func (n *naive) dispute(i int, d payment.DisputeFacts, at time.Time) bool {
	was, known := n.disputes[d.Ref]
	now := &naiveDispute{attempt: i, said: d}
	var heard bool
	if known {
		now.attempt, now.answer = was.attempt, was.answer
		old := now.open() && (was.said.State == "lost" || was.said.State == "accepted")
		if heard = !old && now.answer.hears(d, at); now.answer.gives() && d.State == "lost" {
			now.said.State = "accepted" // What was given in to was not lost.
		}
		if was.said == now.said || old {
			return heard
		}
	}
	taken := n.lost(now.attempt)
	n.disputes[d.Ref] = now
	if back := taken - n.lost(now.attempt); back > 0 && (n.status == "cancelled" || n.status == "expired" || n.paid >= 0 && n.paid != now.attempt) {
		if back = min(back, n.refundable(now.attempt)); back > 0 {
			n.giveBack(now.attempt, back, "") // Nobody has a claim to what was won.
		}
	}
	if now.open() {
		n.holds["dispute:"+d.Ref] = true
	} else {
		delete(n.holds, "dispute:"+d.Ref)
	}
	return true
}

func (n *naive) ask(key string, amount, alone int64, who string) said {
	for _, f := range n.refunds {
		if f.key == key && f.amount == amount {
			return nothing
		}
		if f.key == key {
			return no("idempotency_key_reused")
		}
	}
	if amount < 1 || n.captured() == 0 {
		return no("refund_invalid")
	}
	from := n.paid
	for i, a := range n.attempts {
		if i != n.paid && n.refundable(i) >= amount { // Money without a claim to it goes first.
			from = i
			break
		}
		if from < 0 && a.captured > 0 {
			from = i
		}
	}
	if n.refundable(from) < amount {
		return no("refund_exceeds_captured")
	}
	n.giveBack(from, amount, key)
	if f := n.refunds[len(n.refunds)-1]; amount > alone {
		f.state, f.by = "awaiting_approval", who
	}
	return done
}

// refunded is what the gateway says of a refund. id is how its hold names it; without named, the news carry no reference.
func (n *naive) refunded(f *naiveRefund, state string, named bool, id string) said {
	news := named && !f.named
	f.named = f.named || named
	steps := map[string]int{"awaiting_approval": 9, "requested": 0, "unknown": 1, "pending": 2, "succeeded": 3, "canceled": 4, "failed": 4}
	isOver := f.state == "failed" || f.state == "canceled" || f.state == "succeeded" && state != "failed"
	if steps[state] > steps[f.state] && !isOver {
		news, f.state = true, state
		if state == "failed" || state == "canceled" {
			n.holds["refund_failed:"+id] = true
		}
	}
	if news {
		n.endIfRefunded()
	}
	return said{changed: news}
}

func (n *naive) hold(key string) said {
	switch {
	case n.holds[key]:
		return nothing
	case key == "fulfillment_failed", strings.ToLower(key) != key || key == "":
		return no("hold_invalid")
	case n.over():
		return no("order_state_conflict")
	}
	n.holds[key] = true
	return done
}

func (n *naive) lift(key string) said {
	if !n.holds[key] {
		return nothing
	}
	delete(n.holds, key)
	if key == "fulfillment_failed" && (n.status == "confirmed" || n.status == "fulfilling") {
		n.try++
	}
	return done
}

func (n *naive) prepare(try int) said {
	switch {
	case n.status == "cancelled" || try != n.try:
		return no("order_cancelled")
	case n.status == "confirmed":
		n.status = "fulfilling"
		return done
	case n.status == "fulfilling" || n.status == "shipped" || n.status == "delivered" || n.status == "completed":
		return nothing
	}
	return no("order_state_conflict")
}

func (n *naive) await(try int) said {
	switch {
	case n.status == "cancelled" || try != n.try:
		return no("order_cancelled")
	case n.status == "fulfilling" || n.status == "shipped" || n.status == "delivered" || n.status == "completed":
		n.waiting = true
		return done
	}
	return no("order_state_conflict")
}

func (n *naive) packs() bool { return n.left["mug"]+n.left["tea"] > 0 }

func (n *naive) ship(number string, only map[string]int64) said {
	for _, p := range n.parcels {
		if p.number == number {
			return nothing
		}
	}
	switch kept := n.captured() - n.back(true) - n.gone(); {
	case len(n.holds) > 0:
		return no("order_on_hold")
	case n.status != "fulfilling", !n.waiting:
		return no("order_state_conflict")
	case n.owes():
	case n.captured() < n.price(), kept < 1:
		return no("order_state_conflict")
	}
	if only == nil {
		only = map[string]int64{"mug": n.left["mug"], "tea": n.left["tea"]}
	}
	for sku, quantity := range only {
		if quantity > n.left[sku] {
			return no("quantity_invalid")
		}
	}
	if n.owes() {
		before := n.worth(2-n.left["mug"], 1-n.left["tea"])
		after := n.worth(2-n.left["mug"]+only["mug"], 1-n.left["tea"]+only["tea"])
		switch {
		case n.attempts[n.paid].captured < after:
			return no("payment_not_captured")
		case n.captured()-n.back(true)-n.gone() < after-before:
			return no("order_state_conflict")
		}
	}
	for sku, quantity := range only {
		n.left[sku] -= quantity
		n.reserved[sku] -= quantity
		n.sold[sku] += quantity
	}
	n.parcels = append(n.parcels, &naiveParcel{number: number, holds: maps.Clone(only)})
	if !n.packs() {
		n.status = "shipped"
	}
	return done
}

// worth is what must be taken for so many mugs and teas that are with carriers: a mug is 11.90 with its tax, a tea 5.95, and delivery,
// with the first parcel, 5.83.
func (n *naive) worth(mugs, teas int64) int64 {
	switch {
	case mugs+teas == 0:
		return 0
	case mugs == 2 && teas == 1:
		return n.price()
	}
	return min(mugs*1190+teas*595+583, n.price())
}

func (n *naive) deliver(parcel int, now time.Time) said {
	if parcel >= len(n.parcels) {
		return no("not_found")
	}
	if n.parcels[parcel].there {
		return nothing
	}
	n.parcels[parcel].there, n.parcels[parcel].at = true, now.UTC().Truncate(time.Second)
	for _, p := range n.parcels {
		if !p.there {
			return done
		}
	}
	if n.status == "shipped" {
		n.status = "delivered"
	}
	return done
}

func (n *naive) closed() said {
	if !n.waiting {
		return nothing
	}
	if n.packs() {
		return no("order_state_conflict")
	}
	n.waiting = false
	return done
}

func (n *naive) failed(try int) said {
	if try != n.try || n.status == "cancelled" && !n.waiting || n.holds["fulfillment_failed"] {
		return nothing
	}
	n.waiting = false
	if n.status != "cancelled" {
		n.holds["fulfillment_failed"] = true
	}
	return done
}

func (n *naive) cancel() said {
	switch {
	case n.status == "cancelled":
		return nothing
	case n.open():
		return no("payment_in_progress")
	case len(n.parcels) > 0 || n.status == "expired":
		return no("order_state_conflict")
	}
	n.end()
	for _, f := range n.refunds {
		if f.state == "awaiting_approval" {
			f.state = "canceled"
		}
	}
	for i := range n.attempts {
		n.giveRest(i)
	}
	return done
}

func (n *naive) expire(now time.Time) said {
	switch {
	case n.status == "expired":
		return nothing
	case n.open() || n.strange() || !n.payable() || now.Before(n.expires):
		return no("order_state_conflict")
	}
	n.status, n.reserved = "expired", map[string]int64{}
	return done
}

func (n *naive) finish() said {
	switch n.status {
	case "completed":
		return nothing
	case "delivered":
		n.status = "completed"
		return done
	}
	return no("order_state_conflict")
}
