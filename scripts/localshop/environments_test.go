package localshop_test

import (
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
)

func TestEachEnvironmentHasItsOwnKeysAndItsOwnClock(t *testing.T) {
	const orders = 5
	for name, tt := range map[string]struct {
		cold         bool
		fewest, most int // Calls of KMS.
	}{"warm": {false, 1, 4}, "cold": {true, orders + 1, 100}} {
		t.Run(name, func(t *testing.T) {
			begun := map[string]int{}
			var c *clock.Clock
			w := open(t, func(o *localshop.Options) {
				c = o.Clock
				o.Environments = func(template.Function) bool { return tt.cold }
				o.Now = func(f template.Function) func() time.Time {
					begun[f.CodeURI]++
					return func() time.Time { return c.Now().Add(time.Duration(begun[f.CodeURI]) * time.Millisecond) }
				}
			})
			for range orders {
				w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
			}
			w.pass(time.Minute)
			if calls := w.KMS.Calls(); calls < tt.fewest || calls > tt.most {
				t.Errorf("KMS was called %d times", calls)
			}
			// One is made when the shop opens, to see that it can be.
			if got := begun["functions/shopper/placeorder/lambda/"]; (got == 1+orders) != tt.cold {
				t.Errorf("%d environments of placeorder", got)
			}
			w.settled()
		})
	}
}
