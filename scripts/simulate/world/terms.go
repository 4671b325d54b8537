package world

import (
	"context"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"till/scripts/localcloud/gateways"
	"till/scripts/simulate/actors"
	"till/shared/catalog"
)

// Terms are what the owner of a world's shop has chosen, and what the gateways are like there.
type Terms struct {
	Gateways []string      // With which shoppers can pay.
	Manual   bool          // Money is promised when shoppers pay, and taken later.
	Alone    bool          // One member of staff refunds little, and for more another must approve.
	Slow     time.Duration // How long bank debits and pending refunds take.
	Counters int           // Over how many counters each product is spread, if over more than one.
	North    bool          // Half of all goods are at a second location.
	Guarded  bool          // The shop has rules against fraud.
	Late     bool          // Staff take days to send what is paid: PayPal keeps promised money aside for three.
}

// aloneMost is how much of any currency one member of staff refunds in a shop with Alone, in minor units.
const aloneMost = "EUR=1500,USD=1500,GBP=1500,JPY=1500,KWD=1500"

// drawTerms gives the terms of a seed: of the shops a quarter has one gateway, and a quarter two.
func drawTerms(seed uint64) Terms {
	dice := rand.New(rand.NewPCG(seed, 0x7465726d73))
	all := strings.Split(gateways.Offered, ",")
	t := Terms{Gateways: all, Slow: time.Hour}
	one := dice.IntN(len(all))
	switch dice.IntN(4) {
	case 0:
		t.Gateways = []string{all[one]}
	case 1:
		t.Gateways = slices.Delete(slices.Clone(all), one, one+1)
	}
	t.Manual, t.Alone = dice.IntN(5) < 3, dice.IntN(2) == 0
	if dice.IntN(2) == 0 {
		t.Slow = time.Duration(1+dice.IntN(72)) * time.Hour
	}
	if dice.IntN(3) == 0 {
		t.Counters = 2 + dice.IntN(4)
	}
	t.North = dice.IntN(4) == 0
	t.Late = t.Manual && slices.Contains(t.Gateways, "paypal") && dice.IntN(5) < 3
	t.Guarded = dice.IntN(3) == 0
	return t
}

// late is how much longer staff take where they take their time: as long as PayPal keeps promised money aside.
const late = 3 * 24 * time.Hour

// mix is who comes to such a shop, if things go wrong there: nobody waits for days where nothing does.
func (t Terms) mix(m actors.Mix, wrong bool) actors.Mix {
	m.Guarded = t.Guarded
	if t.Late && wrong {
		m.Stay, m.Slow, m.Clerk = m.Stay+late, late, 5*m.Clerk
	}
	return m
}

// rests lets nothing go wrong where staff take their time, until promises have grown old; and then for as long as before.
func (w *World) rests(m actors.Mix, past time.Duration) {
	if m.Slow > 0 {
		w.calm = past >= w.crowd.Span()-m.Slow && past < m.Slow
	}
}

// looks is how often what was touched is looked at.
const looks = 30 * time.Minute

// spread brings half of a product to another location, and spreads the rest over counters, where the terms say so.
func (w *World) spread(sku catalog.SKU, onHand int64) error {
	enter := func(e catalog.Entry) error {
		e.By = "seed"
		_, err := w.Store.EnterStock(context.Background(), sku, catalog.Wish{Entry: e, Over: catalog.AnyEntry})
		return err
	}
	if n := onHand / 2; w.terms.North && n > 0 {
		if err := enter(catalog.Entry{To: "north", Moved: n, Reason: "transferred"}); err != nil {
			return err
		}
	}
	if w.terms.Counters > 1 {
		return enter(catalog.Entry{Counters: w.terms.Counters})
	}
	return nil
}

// parameters are the template's.
func (t Terms) parameters() map[string]string {
	out := map[string]string{"Gateways": strings.Join(t.Gateways, ",")}
	if t.Manual {
		out["CaptureMode"] = "manual"
	}
	if t.Alone {
		out["RefundAlone"] = aloneMost
	}
	return out
}

// Gateway is a world's terms with one gateway and nothing chosen otherwise: for paths.
func Gateway(name string) *Terms { return &Terms{Gateways: []string{name}, Slow: time.Hour} }
