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
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// wish is a basket as a model knows it: units, and which codes are used.
type wish struct {
	mugs, teas int64
	codes      []string
}

// quoted is what a wish costs: 10 for each unit, one off for each code.
func (w wish) quoted() pricing.Quote {
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard"}
	for sku, n := range map[catalog.SKU]int64{"mug": w.mugs, "tea": w.teas} {
		if n > 0 {
			q.Lines = append(q.Lines, pricing.Line{SKU: sku, Name: string(sku), Quantity: n, UnitPrice: 1000, Total: 1000 * n})
			q.Subtotal += 1000 * n
		}
	}
	slices.SortFunc(q.Lines, func(a, b pricing.Line) int { return len(a.SKU) - len(b.SKU) + int(a.SKU[0]) - int(b.SKU[0]) })
	q.Total = q.Subtotal
	for _, code := range w.codes {
		q.Coupons = append(q.Coupons, pricing.Coupon{ID: code, Limit: 10, PerCustomer: 1})
		q.Discounts = append(q.Discounts, pricing.Applied{ID: code, Name: code, Code: code})
		q.Shipping += 100 // Whatever a code does to the price.
	}
	q.Total += q.Shipping
	return q
}

func drawn(r *rapid.T) wish {
	return wish{rapid.Int64Range(0, 3).Draw(r, "mugs"), rapid.Int64Range(1, 3).Draw(r, "teas"),
		rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"TEN", "FEW"}), 0, 2, rapid.ID[string]).Draw(r, "codes")}
}

// editing is an order that is edited, paid and let lapse in any order, beside what must be true of it.
type editing struct {
	*desk
	r       *rapid.T
	want    wish
	version int
	shelf   map[catalog.SKU]int64 // Reserved, by the moves alone.
	uses    map[string]int64      // Counted, by the moves alone.
}

func (e *editing) step(verb func(*order.Order) (order.Change, error)) (order.Change, error) {
	c, err := e.try(verb)
	e.moved(c)
	return c, err
}

// moved sums a change's moves, and holds the sums against the order.
func (e *editing) moved(c order.Change) {
	touched := map[catalog.SKU]bool{}
	for _, m := range c.Stock {
		if touched[m.SKU] || m.Quantity < 1 {
			e.r.Fatalf("a transaction touches %s twice or by %d: %v", m.SKU, m.Quantity, c.Stock)
		}
		touched[m.SKU] = true
		_, reserved, _ := m.Deltas()
		e.shelf[m.SKU] += reserved
	}
	counts, err := pricing.Counts(c.Uses)
	if err != nil {
		e.r.Fatalf("%v", err)
	}
	for _, n := range counts {
		if n.Customer == "" {
			e.uses[n.Coupon] += n.Delta
		}
	}
	r := e.o.Record()
	alive := r.Status != order.Expired && r.Status != order.Cancelled
	shelf, uses := map[catalog.SKU]int64{}, map[string]int64{}
	if alive {
		for _, l := range r.Lines {
			shelf[l.SKU] = l.Quantity
		}
		for _, u := range r.Coupons {
			uses[u.ID] = 1
		}
	}
	drop := func(_ catalog.SKU, n int64) bool { return n == 0 }
	maps.DeleteFunc(e.shelf, drop)
	maps.DeleteFunc(e.uses, func(_ string, n int64) bool { return n == 0 })
	if !maps.Equal(e.shelf, shelf) || !maps.Equal(e.uses, uses) && r.Captured() == 0 {
		e.r.Fatalf("I10: after %q of a %s order %v and %v are kept, want %v and %v", c.Kind, r.Status, e.shelf, e.uses, shelf, uses)
	}
	if a, _ := e.o.Attempt(r.PaidBy); r.PaidBy != "" && a.Captured != r.Total {
		e.r.Fatalf("I3: %d pays for %d", a.Captured, r.Total)
	}
}

func (e *editing) edit() {
	next, version := drawn(e.r), e.version
	if rapid.IntRange(0, 5).Draw(e.r, "stale") == 0 {
		version--
	}
	before := e.o.Record()
	_, open := e.o.OpenAttempt()
	c, err := e.step(func(o *order.Order) (order.Change, error) {
		return o.Edit(order.Edition{Version: version, Quote: next.quoted(), Country: "DE", PostalCode: "10117"}, e.by("shopper"))
	})
	want := ""
	switch {
	case version != e.version:
		want = "precondition_failed"
	case before.Status == order.PaymentProcessing:
		want = "payment_in_progress"
	case before.Status != order.AwaitingPayment, !e.now.Before(before.ExpiresAt), before.HoldsMoney():
		want = "order_state_conflict"
	case e.version > 30:
		want = "edits_exhausted"
	case open:
		want = "payment_in_progress"
	}
	if fault.Code(err) != want {
		e.r.Fatalf("editing a %s order: %v, want %q", before.Status, err, want)
	}
	if want != "" {
		return
	}
	same := next.mugs == e.want.mugs && next.teas == e.want.teas && slices.Equal(next.codes, e.want.codes)
	if c.IsZero() != same {
		e.r.Fatalf("%+v became %+v by %q", e.want, next, c.Kind)
	}
	if !same {
		e.version++
	}
	e.want = next
	if r := e.o.Record(); r.Version() != e.version || r.Total != next.quoted().Total || !r.ExpiresAt.Equal(before.ExpiresAt) {
		e.r.Fatalf("it is version %d of %d, want %d of %d", r.Version(), r.Total, e.version, next.quoted().Total)
	}
}

// anyEditedLife drives such an order.
func anyEditedLife(r *rapid.T) {
	e := &editing{r: r, want: drawn(r), version: 1, shelf: map[catalog.SKU]int64{}, uses: map[string]int64{}}
	e.desk = placed(r, e.want.quoted())
	e.moved(e.chain[0])
	for i := range rapid.IntRange(5, 60).Draw(r, "steps") {
		attempts := e.o.Record().Attempts
		switch rapid.SampledFrom([]string{"edit", "edit", "edit", "pay", "news", "news", "expire", "cancel", "later"}).Draw(r, "step") {
		case "edit":
			e.edit()
		case "pay":
			_, _ = e.step(func(o *order.Order) (order.Change, error) {
				return o.StartPayment(order.NewAttempt{Key: fmt.Sprint("k", i), Print: "p", Gateway: "stripe", Mode: payment.Hosted}, e.by("shopper"))
			})
		case "news": // Of the amount that was asked for, however old.
			if len(attempts) > 0 {
				a := rapid.SampledFrom(attempts).Draw(r, "attempt")
				f := facts(e.desk, a.ID, rapid.SampledFrom([]payment.State{payment.RequiresAction, payment.Processing, payment.Canceled, payment.Expired, payment.Captured}).Draw(r, "state"))
				f.Amount = money.Of(a.Amount, "EUR")
				if f.State == payment.Captured {
					f.Captured = a.Amount
				}
				_, _ = e.step(news(e.desk, f))
			}
		case "expire":
			if rapid.IntRange(0, 9).Draw(r, "expire") == 0 {
				_, _ = e.step(func(o *order.Order) (order.Change, error) { return o.Expire(e.by("sweep")) })
			}
		case "cancel":
			if rapid.IntRange(0, 9).Draw(r, "cancel") == 0 {
				_, _ = e.step(cancel(e.desk))
			}
		default:
			e.wait(rapid.SampledFrom([]time.Duration{time.Second, time.Minute, 5 * time.Minute}).Draw(r, "later"))
		}
	}
}

func TestAnyEditedLifeKeepsItsStockAndMoneyRight(t *testing.T) { rapid.Check(t, anyEditedLife) }
func FuzzAnyEditedLife(f *testing.F)                           { f.Fuzz(rapid.MakeFuzz(anyEditedLife)) }

func TestAUseThatIsCountedStaysAsItWasCounted(t *testing.T) {
	first := wish{mugs: 1, teas: 1, codes: []string{"TEN"}}
	d := placed(t, first.quoted())
	next := wish{mugs: 2, teas: 1, codes: []string{"TEN"}}.quoted()
	next.Coupons[0].PerCustomer = 0 // Staff have changed the discount meanwhile.
	c := d.do(func(o *order.Order) (order.Change, error) {
		return o.Edit(order.Edition{Version: 1, Quote: next, Country: "DE", PostalCode: "10117"}, d.by("shopper"))
	})
	if len(c.Uses) != 0 || d.o.Record().Coupons[0].PerCustomer != 1 {
		t.Errorf("it moves %+v and keeps %+v", c.Uses, d.o.Record().Coupons)
	}
	d.do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) })
	if gone := d.chain[len(d.chain)-1].Uses; len(gone) != 1 || gone[0].Customer == "" {
		t.Errorf("given back is %+v", gone)
	}
}

func TestAnotherAddressAloneIsAnEditWithItsContact(t *testing.T) {
	d := place(t)
	c := d.do(func(o *order.Order) (order.Change, error) {
		return o.Edit(order.Edition{Version: 1, Quote: quote(), Country: "AT", PostalCode: "1010", Contact: map[string][]byte{"email": {2}}}, d.by("shopper"))
	})
	if r := d.o.Record(); c.Kind != "edited" || r.Country != "AT" || r.ContactIn != c.N || len(c.Stock)+len(c.Uses) != 0 {
		t.Errorf("%q moves %v and %v: %+v", c.Kind, c.Stock, c.Uses, r)
	}
}
