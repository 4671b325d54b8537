package localshop_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/stripesim"
	"till/shared/fault"
	"till/scripts/localshop"
)

func TestZZSwarm(t *testing.T) {
	for seed := range 150 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			w := open(t, func(o *localshop.Options) { o.Seed = fmt.Sprint(seed); o.Random = seeded(fmt.Sprint(seed)) })
			w.alarms, w.mailsTwice = true, true
			d := rand.New(rand.NewPCG(uint64(seed), 9))
			rate := func() int { if d.IntN(2) == 0 { return 0 }; return d.IntN(25) }
			hit := func(p int) bool { return p > 0 && d.IntN(100) < p }
			ps, pst, pb, pa, pd, pp := rate(), rate(), rate(), rate(), rate()/4, rate()
			w.tricks.send = func(string, string) []time.Duration { if hit(ps) { return nil }; if hit(ps) { return []time.Duration{0, time.Second * time.Duration(d.IntN(100))} }; return []time.Duration{0} }
			w.tricks.stream = func(string, int) (time.Duration, bool, bool) { return time.Duration(d.IntN(30)) * time.Second, hit(pst), hit(pst) }
			w.tricks.before = func(string) error { if hit(pb) { return invoke.Crashed() }; return nil }
			w.tricks.after = func(string) error { if hit(pa) { return invoke.Crashed() }; return nil }
			w.tricks.store = func(_ string, after bool) error { if hit(pd) { return fault.New(map[bool]fault.Kind{false: fault.Unavailable, true: fault.Unknown}[after], "m", "x", "") }; return nil }
			w.tricks.port = func(_ string, after bool) error { if hit(pp) { return fault.New(map[bool]fault.Kind{false: fault.Unavailable, true: fault.Unknown}[after], "p", "x", "") }; return nil }
			r := func() stripesim.Rate { return stripesim.Rate(float64(rate()) / 100) }
			w.trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Duplicate: d.IntN(4), Delay: stripesim.Duration(time.Duration(d.IntN(300)) * time.Second), Drop: r(), Reorder: d.IntN(2) == 0, Forge: d.IntN(2) == 0},
				API: stripesim.APIFaults{ErrorRate: r(), ErrorAfter: r(), Status: []int{0, 500, 429, 409, 502}[d.IntN(5)], TimeoutBefore: r(), TimeoutAfter: r(), CutJSON: r()}})
			var orders []orderSeen
			for range 12 {
				var o orderSeen
				var rep reply
				k := w.key()
				for range 6 { if o, rep = w.tryPlace(of("mug-blue", 1, "EUR"), k); rep.status == 201 { break } }
				if o.ID == "" { continue }
				orders = append(orders, o)
			}
			for range 250 {
				o := orders[d.IntN(len(orders))]
				switch d.IntN(9) {
				case 0, 1:
					p, _ := w.tryPay(o.ID, "hosted", w.key())
					if p.RedirectURL != "" { w.enter(p.RedirectURL, []string{pays, declined, authenticates, disputed}[d.IntN(4)]) }
				case 2, 3:
					p, _ := w.tryPay(o.ID, "embedded", w.key())
					if p.ClientSecret != "" { w.confirm(p, []string{pays, declined, authenticates}[d.IntN(3)]) }
				case 4:
					if d.IntN(3) == 0 { w.cancel(o.ID) }
				case 5:
					w.refund(o.ID, int64(1+d.IntN(2600)), w.key())
				case 6:
					w.ship(o.ID, "1")
				case 7:
					w.deliver(o.ID, "shp_1")
				case 8:
					w.pass(time.Duration(d.IntN(400)) * time.Second)
				}
			}
			*w.tricks = tricks{}
			w.sound()
			w.trouble(stripesim.Faults{})
			w.pass(3 * day)
			w.settled()
		})
		if t.Failed() { t.Log("seed", seed); break }
	}
}
