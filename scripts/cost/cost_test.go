package cost_test

import (
	"fmt"
	"os"
	"testing"

	"till/scripts/cost"
)

// The bars of one checkout, also of a shopper's first, which makes their keys.
const (
	writeUnitsMax    = 30
	readUnitsMax     = 10
	transitionsMax   = 5
	messagesMax      = 3
	gatewayCallsMax  = 2
	kmsPerHundredMax = 1
)

func open(t testing.TB) *cost.Shop {
	t.Helper()
	s, err := cost.New(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func buy(t testing.TB, s *cost.Shop, mode string, n, shopper int) cost.Count {
	t.Helper()
	c, err := s.Checkout(mode, fmt.Sprintf("%s-%d", mode, n), fmt.Sprintf("ada%d@example.com", shopper))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestACheckoutStaysWithinItsBars(t *testing.T) {
	for _, mode := range []string{"hosted", "embedded"} {
		t.Run(mode, func(t *testing.T) {
			s := open(t)
			buy(t, s, mode, 0, 0) // The day's first order makes the day's key.
			for n, shopper := range []int{1, 1} {
				c := buy(t, s, mode, n+1, shopper)
				if c.WriteUnits > writeUnitsMax || c.ReadUnits > readUnitsMax || c.Messages > messagesMax || c.GatewayCalls > gatewayCallsMax {
					t.Errorf("order %d of the shopper: %+v", n+1, c)
				}
			}
		})
	}
}

func TestTheMachineTakesAtMostFiveTransitionsFromPaidToShipped(t *testing.T) {
	s := open(t)
	id, err := s.Deliver("ada@example.com")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Cloud.State().Executions {
		if e.Transitions > transitionsMax {
			t.Errorf("%s: %d transitions", id, e.Transitions)
		}
	}
}

func TestAHundredShoppersCostOneCallOfKMS(t *testing.T) {
	s, calls := open(t), 0
	for n := range 100 {
		calls += buy(t, s, "embedded", n, n).KMS
	}
	if calls > kmsPerHundredMax {
		t.Errorf("%d calls", calls)
	}
}

func BenchmarkCheckout(b *testing.B) {
	for _, mode := range []string{"hosted", "embedded"} {
		b.Run(mode, func(b *testing.B) {
			s := open(b)
			b.ReportAllocs()
			for n := 0; b.Loop(); n++ {
				buy(b, s, mode, n, n)
			}
		})
	}
}
