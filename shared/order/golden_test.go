package order_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// step is one verb of an order's life with what it leads to.
type step struct {
	kind   string
	verb   func(*order.Order) (order.Change, error)
	status order.Status
	once   bool // Each call is a change.
}

// life is the golden path: each verb in its turn.
func life(d *desk, a payment.AttemptID) []step {
	machine, staff := func() order.By { return d.by("fulfillment") }, func() order.By { return d.by("staff:1") }
	return []step{
		{"payment_started", func(o *order.Order) (order.Change, error) {
			return o.StartPayment(order.NewAttempt{Key: "k1", Print: "f-k1", Gateway: "stripe", Mode: payment.Hosted}, d.by("shopper"))
		}, order.AwaitingPayment, false},
		{"payment_ready", ready(d, a), order.AwaitingPayment, false},
		{"payment_processing", news(d, facts(d, a, payment.Processing)), order.PaymentProcessing, false},
		{"confirmed", news(d, facts(d, a, payment.Captured)), order.Confirmed, false},
		{"mail_sent", func(o *order.Order) (order.Change, error) { return o.MailSent("order_confirmed", 5, d.by("notify")) }, order.Confirmed, false},
		{"fulfillment_prepared", func(o *order.Order) (order.Change, error) { return o.Prepare(1, machine()) }, order.Fulfilling, false},
		{"shipment_awaited", func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token", machine()) }, order.Fulfilling, true},
		{"held", func(o *order.Order) (order.Change, error) { return o.Hold("manual", []byte("sealed"), staff()) }, order.Fulfilling, false},
		{"hold_lifted", func(o *order.Order) (order.Change, error) { return o.Lift("manual", staff()) }, order.Fulfilling, false},
		{"shipped", func(o *order.Order) (order.Change, error) {
			return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1"}, staff())
		}, order.Shipped, false},
		{"mail_sent", func(o *order.Order) (order.Change, error) { return o.MailSent("order_shipped", 11, d.by("notify")) }, order.Shipped, false},
		{"fulfillment_completed", func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(machine()) }, order.Shipped, false},
		{"delivered", func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", staff()) }, order.Delivered, false},
		{"completed", func(o *order.Order) (order.Change, error) { return o.Finish(d.by("sweep")) }, order.Completed, false},
	}
}

func TestTheGoldenPath(t *testing.T) {
	d := place(t)
	if c := d.chain[0]; c.Kind != "placed" || !slices.Equal(c.Stock, []catalog.Move{{SKU: "mug", Kind: catalog.Reserve, Quantity: 2}, {SKU: "tea", Kind: catalog.Reserve, Quantity: 1}}) {
		t.Errorf("placed with %+v", c)
	}
	a := order.AttemptIDFor(d.o.ID(), "k1")
	for _, s := range life(d, a) {
		c := d.wait(time.Second).do(s.verb)
		if c.Kind != s.kind || d.o.Record().Status != s.status {
			t.Fatalf("%s: the change is %q, the order %s", s.kind, c.Kind, d.o.Record().Status)
		}
		if !s.once {
			d.again(s.kind, s.verb)
		}
	}
	if r := d.o.Record(); !r.Due.IsZero() || r.PaymentStatus() != "paid" || r.FulfillmentStatus() != "delivered" || r.N != 15 {
		t.Errorf("it ended as %+v", r)
	}
	if got := d.balances(); got[ledger.Receivable] != 0 || got[ledger.GatewayClearing] != total || got[ledger.Revenue] != -2500 ||
		got[ledger.Shipping] != -490 || got[ledger.Tax] != -568 {
		t.Errorf("the books stand at %v", got)
	}
	sold := map[catalog.SKU]int64{}
	for _, c := range d.chain {
		for _, m := range c.Stock {
			if m.Kind == catalog.Sell {
				sold[m.SKU] += m.Quantity
			}
		}
	}
	if sold["mug"] != 2 || sold["tea"] != 1 {
		t.Errorf("sold %v", sold)
	}
}

// Lesson 14 and 13: all news and requests that come again, or too late, find their work done.
func TestSameStateIsSuccessAndLateEventsAreRecordedNoOps(t *testing.T) {
	d := place(t)
	a := order.AttemptIDFor(d.o.ID(), "k1")
	steps := life(d, a)
	for i, s := range steps {
		d.wait(time.Second).do(s.verb)
		for _, before := range steps[:i] {
			if before.once || before.kind == "held" || before.kind == "hold_lifted" {
				continue // Holding again is a new wish.
			}
			d.again(before.kind+" after "+s.kind, before.verb)
		}
	}
	for _, s := range payment.States() {
		d.again("late news "+string(s), news(d, facts(d, a, s)))
	}
}

func TestAnOrderOfNothingIsConfirmedWithoutAPayment(t *testing.T) {
	q := quote()
	q.Discount, q.Shipping, q.Tax, q.Total = q.Subtotal, 0, 0, 0
	d := placed(t, q)
	d.is(order.Confirmed, "paid")
	if got := messages(d.chain[0]); !slices.Equal(got, []string{"fulfillment ", "mail order_confirmed"}) {
		t.Errorf("it sent %v", got)
	}
	d.refused(fault.Conflict, "order_state_conflict", func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "k"}, d.by("shopper"))
	})
	d.do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("fulfillment")) })
	d.do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token", d.by("fulfillment")) })
	d.do(func(o *order.Order) (order.Change, error) {
		return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1"}, d.by("staff:1"))
	})
	d.is(order.Shipped, "paid")
}

func TestIDs(t *testing.T) {
	id := order.IDFor("k1")
	if got, err := order.ParseID(string(id)); err != nil || got != id || len(id) != 30 {
		t.Errorf("%s was read as %s, %v", id, got, err)
	}
	if order.IDFor("k2") == id || order.IDFor("k1") != id {
		t.Error("the same key is not the same order")
	}
	if order.AttemptIDFor(id, "k") == order.AttemptIDFor(order.IDFor("k2"), "k") || string(order.RefundIDFor(id, "k"))[4:] == string(order.AttemptIDFor(id, "k"))[4:] {
		t.Error("one key of two orders, or for two things, is one id")
	}
	for _, text := range []string{"", "ord_", string(id) + "a", string(id)[:29], strings.ToUpper(string(id)), "ord_" + strings.Repeat("1", 26), "pay_" + string(id)[4:], "ord_" + strings.Repeat("é", 13)} {
		if _, err := order.ParseID(text); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q was read as an id: %v", text, err)
		}
	}
}

func TestRepeats(t *testing.T) {
	d := place(t)
	if err := d.o.Repeats("p1"); err != nil {
		t.Errorf("the same request: %v", err)
	}
	if err := d.o.Repeats("p2"); fault.Code(err) != "idempotency_key_reused" || !fault.Is(err, fault.Invalid) {
		t.Errorf("another request: %v", err)
	}
}

func TestRevoke(t *testing.T) {
	d := place(t)
	for want := 1; want <= 2; want++ {
		d.do(func(o *order.Order) (order.Change, error) { return o.Revoke(d.by("staff:1")) })
		if got := d.o.Record().Revocations; got != want {
			t.Errorf("revoked %d times, not %d", got, want)
		}
	}
}

func TestThePlacementIsKept(t *testing.T) {
	r := place(t).o.Record()
	if r.Country != "DE" || r.PostalCode != "10117" || r.Customer != "cus_1" || r.ContactIn != 1 || !r.ExpiresAt.Equal(noon.Add(30*time.Minute)) ||
		!slices.Equal(r.Lines, quote().Lines) || !slices.IsSortedFunc(r.Lines, func(a, b pricing.Line) int { return strings.Compare(string(a.SKU), string(b.SKU)) }) {
		t.Errorf("it is kept as %+v", r)
	}
}
