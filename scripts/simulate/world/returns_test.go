package world_test

import (
	"strings"
	"testing"

	"till/scripts/simulate/world"
	"till/shared/fulfillment"
	"till/shared/order"
)

// count is what a world's orders went through.
type count struct {
	returns map[fulfillment.ReturnState]int
	shelved int // Units that can be sold again.
	refunds int // Of returns.
	ruled   int // Orders that were held by the shop's rules,
	lifted  int // and let go by staff.
}

func (c *count) add(t *testing.T, r world.Result) {
	t.Helper()
	for _, id := range r.World.Store.AllOrders() {
		o, changes, err := r.World.Store.ChainAfter(id, 0)
		if err != nil {
			t.Fatal(err)
		}
		rec := o.Record()
		for _, b := range rec.Returns {
			c.returns[b.State]++
			for _, s := range b.Shelved {
				c.shelved += int(s.Quantity)
			}
			if _, there := o.Refund(rec.RefundOfReturn(b.ID)); there {
				c.refunds++
			}
		}
		ruled := false
		for _, ch := range changes {
			if held := strings.Contains(string(ch.Set["holds"]), "fraud_review:") || strings.Contains(string(ch.Set["holds"]), "gateway_risk:"); held {
				ruled = true
			}
			if ruled && ch.Kind == "hold_lifted" && rec.Status != order.Cancelled {
				c.lifted++
			}
		}
		if ruled {
			c.ruled++
		}
	}
}

// TestWorldsBringReturnsAndHoldsAbout: else the rules about them would hold since nothing happens.
func TestWorldsBringReturnsAndHoldsAbout(t *testing.T) {
	all := count{returns: map[fulfillment.ReturnState]int{}}
	for seed := range uint64(4) {
		r := run(t, config(t, "golden", seed+1, 100))
		for _, f := range r.Failures {
			t.Errorf("%+v", f)
		}
		all.add(t, r)
	}
	for _, state := range fulfillment.ReturnStates() {
		if all.returns[state] == 0 {
			t.Errorf("no return is %s", state)
		}
	}
	if all.shelved == 0 || all.refunds == 0 || all.ruled == 0 || all.lifted == 0 {
		t.Errorf("%+v", all)
	}
}
