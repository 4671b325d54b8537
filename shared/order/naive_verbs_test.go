package order_test

import (
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

func (n *naive) start(key string, sameRequest bool, now time.Time) said {
	switch {
	case n.find(key) >= 0 && !sameRequest:
		return no("idempotency_key_reused")
	case n.find(key) >= 0:
		return nothing
	case !n.payable() || !now.Before(n.expires) || n.strange():
		return no("order_state_conflict")
	case n.open():
		return no("payment_in_progress")
	case len(n.attempts) == 20:
		return no("too_many_attempts")
	}
	n.attempts = append(n.attempts, &naiveAttempt{key: key, state: "initiating"})
	return done
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
func (n *naive) told(i int, f payment.Facts, restock bool, now time.Time) said {
	a := n.attempts[i]
	before := *a
	if goesOn(a.state, string(f.State)) {
		a.state = string(f.State)
	}
	a.intent = true
	a.session = a.session || a.state != "captured"
	if a.state == "captured" {
		a.refusal, a.session = "", false
	} else if f.LastError != "" && (charges(before.state) || charges(a.state)) {
		a.refusal = f.LastError
	}
	news := *a != before
	euros := f.Amount.Currency() == "EUR"
	switch {
	case euros && f.Captured > a.captured:
		news, a.captured = true, f.Captured
		n.money(i, f.Amount.Minor() == total && f.Captured == total, restock)
	case a.state == "captured" && a.captured == 0 && !n.holds["amount_mismatch"]:
		news, n.holds["amount_mismatch"] = true, true
	}
	for _, d := range f.Disputes {
		news = n.dispute(d) || news
	}
	if !news {
		return nothing
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
	n.endIfRefunded()
	return done
}

// money decides what became of captured money.
func (n *naive) money(i int, right, restock bool) {
	switch {
	case !right:
		n.holds["amount_mismatch"] = true
	case n.paid >= 0 && n.paid != i:
		n.giveRest(i) // Paid twice.
	case n.payable():
		n.status, n.paid, n.try = "confirmed", i, 1
	case n.status == "expired" && restock:
		n.status, n.paid, n.try = "confirmed", i, 1
		n.reserved = map[string]int64{"mug": 2, "tea": 1}
	default:
		n.giveRest(i) // Too late.
	}
}

func (n *naive) dispute(d payment.DisputeFacts) bool {
	was, known := n.disputes[d.Ref]
	if known && (was == d || was.Lost && d.Open) {
		return false
	}
	n.disputes[d.Ref] = d
	if d.Open {
		n.holds["dispute:"+d.Ref] = true
	} else {
		delete(n.holds, "dispute:"+d.Ref)
	}
	return true
}

func (n *naive) ask(key string, amount int64) said {
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
	return done
}

// refunded is what the gateway says of a refund. id is how its hold names it; without named, the news carry no reference.
func (n *naive) refunded(f *naiveRefund, state string, named bool, id string) said {
	news := named && !f.named
	f.named = f.named || named
	steps := map[string]int{"requested": 0, "unknown": 1, "pending": 2, "succeeded": 3, "canceled": 4, "failed": 4}
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
	switch kept := n.captured() - n.back(true) - n.lost(); {
	case len(n.holds) > 0:
		return no("order_on_hold")
	case n.status != "fulfilling", !n.waiting, n.captured() < total, kept < 1:
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
	for sku, quantity := range only {
		n.left[sku] -= quantity
		n.reserved[sku] -= quantity
		n.sold[sku] += quantity
	}
	n.parcels = append(n.parcels, &naiveParcel{number: number})
	if !n.packs() {
		n.status = "shipped"
	}
	return done
}

func (n *naive) deliver(parcel int) said {
	if parcel >= len(n.parcels) {
		return no("not_found")
	}
	if n.parcels[parcel].there {
		return nothing
	}
	n.parcels[parcel].there = true
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
