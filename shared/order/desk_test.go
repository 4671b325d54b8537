package order_test

import (
	"bytes"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const total = int64(3558) // Two mugs and a tea, delivered to Germany.

func quote() pricing.Quote {
	return pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 2500, Shipping: 490, Tax: 568, Total: total,
		Lines: []pricing.Line{
			{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Tax: 380, Total: 2000},
			{SKU: "tea", Name: "Tea", Quantity: 1, UnitPrice: 500, Tax: 95, Total: 500},
		}}
}

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatalf(format string, args ...any)
}

// desk is an order with its whole chain and a clock. After each verb it is stored and loaded again, and the invariants hold.
type desk struct {
	t     tester
	o     *order.Order
	chain []order.Change
	data  []byte // As stored.
	now   time.Time
	begun map[payment.AttemptID]int64 // The total when each attempt began.
}

func place(t tester) *desk { return placed(t, quote()) }

func placed(t tester, q pricing.Quote) *desk { return placedWatched(t, q, "") }

func placedWatched(t tester, q pricing.Quote, watch payment.Risk) *desk {
	t.Helper()
	d := &desk{t: t, now: noon}
	d.o = &order.Order{}
	d.do(func(*order.Order) (c order.Change, err error) {
		d.o, c, err = order.New(order.Placement{Key: "k1", Print: "p1", Quote: q, Country: "DE", PostalCode: "10117", Customer: "cus_1",
			Contact: map[string][]byte{"email": {1}}, Hold: 30 * time.Minute, Watch: watch}, d.by("shopper"))
		return c, err
	})
	return d
}

func (d *desk) by(who string) order.By { return order.By{Who: who, Cause: "test", At: d.now} }

// gateway is who brings news.
func (d *desk) gateway() order.By { return d.by("gateway:stripe") }

func (d *desk) wait(by time.Duration) *desk {
	d.now = d.now.Add(by)
	return d
}

// try runs a verb on the order as stored. A refused verb leaves nothing behind.
func (d *desk) try(verb func(*order.Order) (order.Change, error)) (order.Change, error) {
	d.t.Helper()
	c, err := verb(d.o)
	switch {
	case err != nil || c.IsZero():
		d.load()
		return order.Change{}, err
	case c.N != len(d.chain)+1 || c.Order != d.o.ID():
		d.t.Fatalf("change %d of %s follows %d", c.N, c.Order, len(d.chain))
	}
	data, err := c.Encode()
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	if c, err = order.DecodeChange(data); err != nil {
		d.t.Fatalf("%v", err)
	}
	if d.data, err = d.o.Encode(); err != nil {
		d.t.Fatalf("%v", err)
	}
	d.chain = append(d.chain, c)
	replayed, err := order.Replay(d.chain)
	if err != nil {
		d.t.Fatalf("I20: %v", err)
	}
	if got, err := replayed.Encode(); err != nil || !bytes.Equal(got, d.data) {
		d.t.Fatalf("I20: replayed is %s, stored %s, %v", got, d.data, err)
	}
	d.load()
	d.holds()
	return c, nil
}

// asked is the order's total when an attempt was first seen: an edit leaves the attempts of before as they were.
func (d *desk) asked(id payment.AttemptID, r order.Record) int64 {
	if d.begun == nil {
		d.begun = map[payment.AttemptID]int64{}
	}
	if _, known := d.begun[id]; !known {
		d.begun[id] = r.Total
	}
	return d.begun[id]
}

// load reads the order as it is stored.
func (d *desk) load() {
	d.t.Helper()
	if d.data == nil {
		return
	}
	var err error
	if d.o, err = order.Decode(d.data); err != nil {
		d.t.Fatalf("%v", err)
	}
}

// do runs a verb that must succeed and gives its change.
func (d *desk) do(verb func(*order.Order) (order.Change, error)) order.Change {
	d.t.Helper()
	c, err := d.try(verb)
	if err != nil {
		d.t.Fatalf("%v", err)
	}
	return c
}

// again runs a verb that must find its work done.
func (d *desk) again(what string, verb func(*order.Order) (order.Change, error)) {
	d.t.Helper()
	if c := d.do(verb); !c.IsZero() {
		d.t.Fatalf("%s again made a change %q", what, c.Kind)
	}
}

// refused runs a verb that must be refused.
func (d *desk) refused(kind fault.Kind, code string, verb func(*order.Order) (order.Change, error)) {
	d.t.Helper()
	if c, err := d.try(verb); !fault.Is(err, kind) || fault.Code(err) != code {
		d.t.Fatalf("got %q and %v, want %v %s", c.Kind, err, kind, code)
	}
}

// is holds the order's statuses against what is expected of them.
func (d *desk) is(status order.Status, pays string) {
	d.t.Helper()
	r := d.o.Record()
	if r.Status != status || r.PaymentStatus() != pays {
		d.t.Fatalf("the order is %s and %s, want %s and %s", r.Status, r.PaymentStatus(), status, pays)
	}
}

func (d *desk) balances() map[ledger.Account]int64 {
	var postings []ledger.Posting
	for _, c := range d.chain {
		postings = append(postings, c.Postings...)
	}
	return ledger.Balances(postings)
}

// books holds the ledger against what the order says, which is another path to the same sums: I4 and I21.
func (d *desk) books() {
	d.t.Helper()
	r := d.o.Record()
	want := map[ledger.Account]int64{ledger.GatewayClearing: r.Captured() - r.Refunded(), ledger.Receivable: -r.Captured()}
	if r.PaidBy != "" {
		want[ledger.Receivable] += r.Total
		held := r.Taxes // What prices hold of tax is none of the shop's.
		want[ledger.Revenue], want[ledger.Shipping] = -(r.Subtotal - r.Discount - held.Included + held.ShippingIncluded), -(r.Shipping - held.ShippingIncluded)
		want[ledger.Tax] = -(r.Tax + held.Included)
	}
	if gone := r.Released; gone != (order.Released{}) {
		if gone.Goods+gone.Shipping+gone.Tax != gone.Amount || gone.Amount != r.Total-r.Price() {
			d.t.Fatalf("I4: %+v of %d are released", gone, r.Total)
		}
		want[ledger.Receivable] -= gone.Amount
		want[ledger.Revenue], want[ledger.Shipping], want[ledger.Tax] = want[ledger.Revenue]+gone.Goods, want[ledger.Shipping]+gone.Shipping, want[ledger.Tax]+gone.Tax
	}
	for _, each := range r.Disputes {
		want[ledger.GatewayClearing] -= each.Withdrawn
		want[ledger.FeesPayable] -= each.Fee
		want[ledger.Fees] += each.Fee
		if each.Lost() {
			want[ledger.DisputeLosses] += each.Withdrawn
		} else {
			want[ledger.DisputeReserve] += each.Withdrawn
		}
	}
	for _, a := range r.Attempts {
		want[ledger.FeesPayable] -= a.Fee
		want[ledger.Fees] += a.Fee
	}
	for _, f := range r.Refunds {
		if f.Goods < 0 || f.Shipping < 0 || f.Tax < 0 || f.Goods+f.Shipping+f.Tax > f.Amount {
			d.t.Fatalf("a refund has shares that are none: %+v", f)
		}
		if !f.State.Live() {
			continue
		}
		want[ledger.Revenue] += f.Goods
		want[ledger.Shipping] += f.Shipping
		want[ledger.Tax] += f.Tax
		want[ledger.Receivable] += f.Amount - f.Goods - f.Shipping - f.Tax
		if f.State != payment.RefundSucceeded {
			want[ledger.RefundsPayable] -= f.Amount
		}
	}
	got, sum := d.balances(), int64(0)
	for account, balance := range got {
		sum += balance
		if balance != want[account] {
			d.t.Fatalf("I4: %s stands at %d, want %d", account, balance, want[account])
		}
	}
	for account, balance := range want {
		if got[account] != balance {
			d.t.Fatalf("I4: %s stands at %d, want %d", account, got[account], balance)
		}
	}
	if sum != 0 || got[ledger.Revenue] > 0 || got[ledger.Shipping] > 0 || got[ledger.Tax] > 0 {
		d.t.Fatalf("I21: the books stand at %v", got)
	}
}

// holds checks what is true of every order at any time.
func (d *desk) holds() {
	d.t.Helper()
	r := d.o.Record()
	d.books()
	if last := d.chain[len(d.chain)-1]; ledger.Check(last.Postings) != nil {
		d.t.Fatalf("I21: %v", last.Postings)
	}
	if r.Subtotal-r.Discount+r.Shipping+r.Tax != r.Total {
		d.t.Fatalf("I7: %+v", r)
	}
	open := 0
	taking := 0
	for _, t := range r.Captures {
		if t.State.Open() {
			taking++
		}
	}
	for _, a := range r.Attempts {
		if mine := r.Taken(a.ID); mine > a.Amount || taking > 1 {
			d.t.Fatalf("%d of %d were taken, and %d captures are open", mine, a.Amount, taking)
		}
		if a.State.Open() {
			open++
		}
		if a.Amount != d.asked(a.ID, r) {
			d.t.Fatalf("I7: an attempt of %d for %d", a.Amount, d.asked(a.ID, r))
		}
	}
	if open > 1 {
		d.t.Fatalf("I22: %d attempts are open", open)
	}
	if unfinished(r) == r.Due.IsZero() {
		d.t.Fatalf("I19: %s, due %v: %+v", r.Status, r.Due, r)
	}
}

// unfinished is I19's word for an order that somebody must still look at.
func unfinished(r order.Record) bool {
	for _, a := range r.Attempts {
		if a.State.Open() {
			return true
		}
	}
	for _, f := range r.Refunds {
		if f.State.Open() || f.State == payment.RefundAwaiting {
			return true
		}
	}
	for _, b := range r.Returns {
		if b.State.Open() {
			return true
		}
	}
	for _, t := range r.Captures {
		if t.State.Open() {
			return true
		}
	}
	for _, each := range r.Disputes {
		if each.Open() {
			return true
		}
	}
	return !r.Status.Ended() || len(r.Holds) > 0 || len(r.Owed) > 0 || r.TaskIn > 0
}

func start(d *desk, key string) payment.AttemptID {
	d.t.Helper()
	d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: key, Print: "f-" + key, Gateway: "stripe", Mode: payment.Hosted}, d.by("shopper"))
	})
	return order.AttemptIDFor(d.o.ID(), key)
}

// begun is an attempt whose page is open.
func begun(d *desk, key string) payment.AttemptID {
	d.t.Helper()
	a := start(d, key)
	d.do(ready(d, a))
	return a
}

func ready(d *desk, a payment.AttemptID) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.PaymentStarted(a, payment.Started{Session: "cs_" + string(a)}, nil, d.by("shopper"))
	}
}

// facts is what the gateway says of an attempt in a state: all is captured in Captured, and nothing before.
func facts(d *desk, a payment.AttemptID, s payment.State) payment.Facts {
	f := payment.Facts{State: s, Order: string(d.o.ID()), Attempt: a, Session: "cs_" + string(a), Intent: "pi_" + string(a), Amount: money.Of(d.o.Record().Total, "EUR")}
	if s == payment.Captured {
		f.Captured = f.Amount.Minor()
	}
	return f
}

// news applies facts, with stock to be had again.
func news(d *desk, f payment.Facts) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.ApplyPayment(f, true, d.gateway()) }
}

// paid is an order that was paid by the attempt k1.
func paid(t tester) (*desk, payment.AttemptID) {
	t.Helper()
	d := place(t)
	a := begun(d, "k1")
	d.wait(time.Minute).do(news(d, facts(d, a, payment.Captured)))
	return d, a
}

// packed is a paid order that waits for staff to ship.
func packed(t tester) (*desk, payment.AttemptID) {
	t.Helper()
	d, a := paid(t)
	d.wait(time.Second).do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("fulfillment")) })
	d.wait(time.Second).do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token-1", d.by("fulfillment")) })
	return d, a
}

// mailed sends what is owed.
func mailed(d *desk) {
	d.t.Helper()
	for _, m := range d.o.Record().Owed {
		d.do(func(o *order.Order) (order.Change, error) { return o.MailSent(m.Kind, m.N, d.by("notify")) })
	}
}

// messages lists what a change sends: where to, and mails' kinds.
func messages(c order.Change) (out []string) {
	for _, m := range c.Messages {
		out = append(out, m.To+" "+m.Kind)
	}
	return out
}

var _ tester = (*testing.T)(nil)
