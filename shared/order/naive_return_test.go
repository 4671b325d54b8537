package order_test

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"till/shared/catalog"
	"till/shared/fulfillment"
	"till/shared/order"
)

// naiveReturn is units that the shopper wants to send back: how many of each, and what came.
type naiveReturn struct {
	key, reason, state string
	wants, came        map[string]int64 // came is what is on the shelf, and damaged.
	shelf              map[string]int64
}

const window = 14 * 24 * time.Hour

// there is how many units arrived, not before a time.
func (n *naive) there(sku string, since time.Time) (sum int64) {
	for _, p := range n.parcels {
		if p.there && !p.at.Before(since) {
			sum += p.holds[sku]
		}
	}
	return sum
}

func (n *naive) sendBack(key, reason string, wants map[string]int64, now time.Time) said {
	for _, b := range n.returns {
		if b.key == key && b.reason == reason && maps.Equal(b.wants, wants) {
			return nothing
		}
		if b.key == key {
			return no("idempotency_key_reused")
		}
	}
	if n.there("mug", time.Time{})+n.there("tea", time.Time{}) == 0 {
		return no("order_state_conflict")
	}
	for _, sku := range []string{"mug", "tea"} {
		left := n.there(sku, time.Time{})
		for _, b := range n.returns {
			switch b.state {
			case "received":
				left -= b.came[sku]
			case "requested", "accepted":
				left -= b.wants[sku]
			}
		}
		if wants[sku] > left {
			return no("quantity_invalid")
		}
	}
	for sku, quantity := range wants {
		if quantity > n.there(sku, now.Add(-window)) {
			return no("return_window_over")
		}
	}
	n.returns = append(n.returns, &naiveReturn{key: key, reason: reason, state: "requested", wants: wants})
	return done
}

func (n *naive) decide(b *naiveReturn, next string) said {
	switch {
	case b.state == next:
		return nothing
	case b.state == "refused", b.state == "received", b.state == "accepted" && next == "accepted":
		return no("order_state_conflict")
	}
	b.state = next
	return done
}

func (n *naive) takeBack(b *naiveReturn, shelf, damaged map[string]int64) said {
	came := map[string]int64{}
	for _, sku := range []string{"mug", "tea"} {
		if shelf[sku]+damaged[sku] > b.wants[sku] {
			return no("quantity_invalid")
		}
		came[sku] = shelf[sku] + damaged[sku]
	}
	switch {
	case came["mug"]+came["tea"] == 0:
		return no("lines_invalid")
	case b.state == "received" && b.came["mug"] == came["mug"] && b.came["tea"] == came["tea"] && b.shelf["mug"] == shelf["mug"] && b.shelf["tea"] == shelf["tea"]:
		return nothing
	case b.state == "received", b.state == "refused":
		return no("order_state_conflict")
	}
	b.state, b.came, b.shelf = "received", came, shelf
	for sku, quantity := range shelf {
		n.sold[sku] -= quantity
	}
	return done
}

func (n *naive) sameReturns(d *desk, r order.Record) {
	d.t.Helper()
	if len(r.Returns) != len(n.returns) {
		d.t.Fatalf("%d returns, the model has %d", len(r.Returns), len(n.returns))
	}
	for i, b := range r.Returns {
		if string(b.State) != n.returns[i].state {
			d.t.Fatalf("return %d is %s, the model's %s", i, b.State, n.returns[i].state)
		}
	}
}

// sendsBack is a shopper who wants to send something back, at times more than there is, and at times too late.
func (h *held) sendsBack() {
	if len(h.n.returns) > 12 {
		return
	}
	key, reason := fmt.Sprint("b", h.upTo("key", 14)), h.oneOf("why", "damaged", "damaged", "changed_mind")
	wants := map[string]int64{}
	ask := order.NewReturn{Key: key, Reason: fulfillment.Reason(reason), Window: window}
	for _, sku := range [][]string{{"mug"}, {"tea"}, {"mug", "tea"}}[h.upTo("which", 2)] {
		wants[sku] = rapid.Int64Range(1, 2).Draw(h.r, sku)
		ask.Lines = append(ask.Lines, fulfillment.Line{SKU: catalog.SKU(sku), Quantity: wants[sku]})
	}
	h.both("send back", h.n.sendBack(key, reason, wants, h.now), func(o *order.Order) (order.Change, error) { return o.RequestReturn(ask, h.by("shopper")) })
}

// takesBack is staff who decide about a return, or note what came. What goes back for it is another test's.
func (h *held) takesBack() {
	if len(h.n.returns) == 0 {
		return
	}
	b := h.n.returns[h.upTo("return", len(h.n.returns)-1)]
	id := order.ReturnIDFor(h.o.ID(), b.key)
	if next := h.oneOf("decided", "", "", "accepted", "refused"); next != "" {
		h.both("decide", h.n.decide(b, next), func(o *order.Order) (order.Change, error) {
			return o.DecideReturn(id, fulfillment.ReturnState(next), nil, h.by("staff:1"))
		})
		return
	}
	shelf, damaged := map[string]int64{}, map[string]int64{}
	receipt := order.Receipt{Sold: order.SoldFrom(h.chain)}
	for _, sku := range slices.Sorted(maps.Keys(b.wants)) {
		shelf[sku], damaged[sku] = rapid.Int64Range(0, 2).Draw(h.r, "shelf"), rapid.Int64Range(0, 1).Draw(h.r, "damaged")
		receipt.Lines = append(receipt.Lines, order.ReceivedLine{SKU: catalog.SKU(sku), Shelf: shelf[sku], Damaged: damaged[sku], Refund: new(int64)})
	}
	h.both("take back", h.n.takeBack(b, shelf, damaged), func(o *order.Order) (order.Change, error) {
		return o.ReceiveReturn(id, receipt, h.by("staff:1"))
	})
}
