package localshop_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"till/shared/fault"
)

// Local engines never throttle, and never refuse a write because another transaction holds its item. DynamoDB does both, often
// many times in a row; its adapter tells either as something that did not happen, which is what strikes here.
func TestAStoreThatThrottlesAndConflictsHoldsNothingUpForEver(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			w := open(t)
			dice := rand.New(rand.NewPCG(seed, 1))
			struck := 0
			w.tricks.store = func(op string, after bool) error {
				if after || dice.IntN(100) >= 8 {
					return nil
				}
				struck++
				return fault.New(fault.Unavailable, "memory."+op, "dependency_unavailable", "")
			}
			w.alarms, w.mailsTwice = true, true // Functions fail, and their errors are alarms; a mail's note may be lost.
			o := golden(w)
			w.tricks.store = nil
			if got := w.StaffView(o.ID); got.Status != "delivered" || got.PaymentStatus != "partially_refunded" || struck == 0 {
				t.Errorf("%s, %s after %d strikes", got.Status, got.PaymentStatus, struck)
			}
			w.settled()
		})
	}
}
