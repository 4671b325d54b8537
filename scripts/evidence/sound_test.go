package evidence_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

// opened is when the shop of these tests opens.
var opened = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// total is what each order comes to.
const total = 4581

// desk is where one order is worked on. What is known outside of it is kept along.
type desk struct {
	t       *testing.T
	o       *order.Order
	changes []order.Change
	mails   []evidence.Mail
	at      time.Time
}

func (d *desk) by(who string) order.By {
	d.at = d.at.Add(time.Second)
	return order.By{Who: who, At: d.at}
}

// place begins an order of two mugs.
func place(t *testing.T, key string) *desk {
	t.Helper()
	d := &desk{t: t, at: opened}
	line := pricing.Line{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1680, Tax: 638, Total: 3360}
	o, c, err := order.New(order.Placement{Key: key, Print: "print", Country: "DE", Customer: "cus_1", Contact: map[string][]byte{"email": []byte("sealed")},
		Hold: 30 * time.Minute, Quote: pricing.Quote{Currency: "EUR", Lines: []pricing.Line{line}, Subtotal: 3360, Shipping: 490, Tax: 731, Total: total, Method: "standard"}},
		d.by("shopper"))
	if err != nil {
		t.Fatal(err)
	}
	d.o = o
	d.keep(c)
	return d
}

// keep stores a change as a store does: its bytes, read again.
func (d *desk) keep(c order.Change) {
	d.t.Helper()
	body, err := c.Encode()
	if err != nil {
		d.t.Fatal(err)
	}
	stored, err := order.DecodeChange(body)
	if err != nil {
		d.t.Fatal(err)
	}
	d.changes = append(d.changes, stored)
	for _, m := range stored.Messages {
		if m.To == order.ToMail {
			d.mails = append(d.mails, evidence.Mail{At: d.at}.Keyed(string(stored.Order)+"#"+m.Kind+"#"+stored.Hash()[:12]))
			d.do(func(o *order.Order) (order.Change, error) { return o.MailSent(m.Kind, stored.N, d.by("notify")) })
		}
	}
}

func (d *desk) do(verb func(*order.Order) (order.Change, error)) *desk {
	d.t.Helper()
	c, err := verb(d.o)
	if err != nil || c.IsZero() {
		d.t.Fatalf("%+v, %v", c, err)
	}
	d.keep(c)
	return d
}

func (d *desk) attempt() payment.AttemptID { return order.AttemptIDFor(d.o.ID(), "pay") }

// starts opens an attempt to pay.
func (d *desk) starts() *desk {
	d.t.Helper()
	return d.do(func(o *order.Order) (order.Change, error) {
		return o.StartPayment(order.NewAttempt{Key: "pay", Print: "p", Gateway: "stripe", Mode: payment.Hosted}, d.by("shopper"))
	}).do(func(o *order.Order) (order.Change, error) {
		return o.PaymentStarted(d.attempt(), payment.Started{Session: "cs_1"}, nil, d.by("shopper"))
	})
}

// pays captures the total.
func (d *desk) pays() *desk {
	d.t.Helper()
	return d.starts().do(func(o *order.Order) (order.Change, error) {
		return o.ApplyPayment(payment.Facts{State: payment.Captured, Order: string(o.ID()), Attempt: d.attempt(), Intent: "pi_" + string(o.ID()),
			Amount: money.Of(total, "EUR"), Captured: total}, true, d.by("gateway:stripe"))
	})
}

// prepared is paid, and the machine waits for staff.
func (d *desk) prepared() *desk {
	d.t.Helper()
	return d.pays().do(func(o *order.Order) (order.Change, error) { return o.Prepare(1, d.by("machine")) }).
		do(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token", d.by("machine")) })
}

func (d *desk) delivered() *desk {
	d.t.Helper()
	return d.prepared().do(func(o *order.Order) (order.Change, error) {
		return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1"}, d.by("staff:1"))
	}).do(func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(d.by("machine")) }).
		do(func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", d.by("staff:1")) })
}

func (d *desk) cancelled() *desk {
	d.t.Helper()
	d.prepared().do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("shopper")) }).
		do(func(o *order.Order) (order.Change, error) { return o.FailFulfillment(1, d.by("machine")) })
	refund := d.o.OpenRefunds()[0]
	return d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(d.attempt(), payment.RefundFacts{ID: refund.ID, Ref: "re_1", State: payment.RefundSucceeded, Amount: refund.Amount}, d.by("gateway:stripe"))
	})
}

func (d *desk) expired() *desk {
	d.t.Helper()
	d.at = d.at.Add(31 * time.Minute)
	return d.do(func(o *order.Order) (order.Change, error) { return o.Expire(d.by("sweep")) })
}

// The orders of the sound shop, by their place.
const (
	delivered = iota
	cancelled
	open
	fulfilling
	expired
)

// sound is a shop in which all is well: an order of every kind, with everything that is about it.
func sound(t *testing.T) evidence.Evidence {
	t.Helper()
	desks := []*desk{place(t, "delivered").delivered(), place(t, "cancelled").cancelled(), place(t, "open").starts(), place(t, "fulfilling").prepared(),
		place(t, "expired").expired()}
	e := evidence.Evidence{
		Now:      opened.Add(time.Minute),
		Stocks:   []catalog.Stock{{SKU: "mug", Free: 14, Reserved: 4, Sold: 2}},
		Entered:  map[catalog.SKU]map[catalog.Location]int64{"mug": {catalog.Main: 20}},
		Received: map[catalog.SKU]int64{"mug": 20},
		Queues:   []evidence.Queue{{Name: "events"}, {Name: "mail"}},
		Logs:     []string{`{"level":"INFO","msg":"all is well"}`},
		Stored:   []evidence.Text{{Where: "customers CUSTOMER#1", Text: "sealed"}},
	}
	for _, d := range desks {
		body, err := d.o.Encode()
		if err != nil {
			t.Fatal(err)
		}
		stored, err := order.Decode(body)
		if err != nil {
			t.Fatal(err)
		}
		e.Orders = append(e.Orders, evidence.Order{Stored: stored, Changes: d.changes, Indexed: !stored.Record().Due.IsZero()})
		e.Mails = append(e.Mails, d.mails...)
	}
	id := func(i int) order.ID { return e.Orders[i].Stored.ID() }
	e.Books = []evidence.Book{
		{Gateway: "stripe", Order: id(delivered), Currency: "EUR", Captured: total, Charges: 1, Chargeable: 1},
		{Gateway: "stripe", Order: id(cancelled), Currency: "EUR", Captured: total, Refunded: total, Charges: 1, Chargeable: 1},
		{Gateway: "stripe", Order: id(open), Currency: "EUR", Chargeable: 1},
		{Gateway: "stripe", Order: id(fulfilling), Currency: "EUR", Captured: total, Charges: 1, Chargeable: 1},
	}
	for i, status := range map[int]string{delivered: evidence.Succeeded, cancelled: evidence.Succeeded, fulfilling: evidence.Running} {
		e.Executions = append(e.Executions, evidence.Execution{Name: string(id(i)) + "-1", Status: status, Input: `{"order_id":"` + string(id(i)) + `","try":1}`})
	}
	slices.SortFunc(e.Executions, func(a, b evidence.Execution) int { return placeOf(e, a) - placeOf(e, b) })
	for name, settle := range map[string]inbox.State{"evt_1": inbox.Applied, "evt_2": inbox.Ignored, "evt_3": inbox.Parked} {
		item, err := inbox.Receive(payment.Event{Gateway: "stripe", ID: name, Type: "payment_intent.succeeded"}, opened).Settle(settle, "unmatched_event", opened)
		if err != nil {
			t.Fatal(err)
		}
		e.Inbox = append(e.Inbox, evidence.Event{Item: item, Indexed: settle == inbox.Parked})
		e.Deliveries = append(e.Deliveries, evidence.Delivery{Gateway: "stripe", Event: name, Type: item.Event.Type})
	}
	slices.SortFunc(e.Inbox, func(a, b evidence.Event) int { return int(a.Event.ID[4]) - int(b.Event.ID[4]) })
	return e
}

func placeOf(e evidence.Evidence, x evidence.Execution) int {
	return slices.IndexFunc(e.Orders, func(o evidence.Order) bool { return o.Stored.ID() == x.Order() })
}

// forge rewrites an order's chain and links it anew, so that nothing but what was edited is wrong with it.
func forge(t *testing.T, e *evidence.Evidence, which int, edit func(changes []order.Change) []order.Change) {
	t.Helper()
	var fresh []order.Change
	for _, c := range e.Orders[which].Changes {
		body, err := c.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var plain order.Change // Without the stored bytes: they are made anew.
		if err := json.Unmarshal(body, &plain); err != nil {
			t.Fatal(err)
		}
		fresh = append(fresh, plain)
	}
	versions := map[string]string{}
	before := e.Orders[which].Changes
	fresh = edit(fresh)
	head := ""
	for i := range fresh {
		fresh[i].N, fresh[i].Order, fresh[i].Prev = i+1, e.Orders[which].Stored.ID(), head
		head = fresh[i].Hash()
		if i < len(before) {
			versions[before[i].Hash()[:12]] = head[:12]
		}
	}
	for i, m := range e.Mails {
		if renamed, mine := versions[m.Version]; mine && m.Order == e.Orders[which].Stored.ID() {
			e.Mails[i].Version = renamed
		}
	}
	e.Orders[which].Changes = fresh
	e.Orders[which].Stored = replayed(t, e.Orders[which], head)
}

// replayed is the order that a chain gives, whether or not it is a sound one; as it was, if it cannot be read.
func replayed(t *testing.T, o evidence.Order, head string) *order.Order {
	t.Helper()
	members := map[string]json.RawMessage{"id": raw(o.Stored.ID()), "n": raw(len(o.Changes)), "head": raw(head)}
	for _, c := range o.Changes {
		maps.Copy(members, c.Set)
		for _, name := range c.Unset {
			delete(members, name)
		}
	}
	stored, err := order.Decode(raw(members))
	if err != nil {
		return o.Stored
	}
	return stored
}

// last gives the index of the last change of a kind.
func last(t *testing.T, changes []order.Change, kind string) int {
	t.Helper()
	for i := len(changes) - 1; i >= 0; i-- {
		if changes[i].Kind == kind {
			return i
		}
	}
	t.Fatalf("no change is %q", kind)
	return 0
}

// appended adds a change that sets members.
func appended(members map[string]any) func([]order.Change) []order.Change {
	return func(changes []order.Change) []order.Change {
		c := order.Change{At: opened, Kind: "forged", By: "nobody", Set: map[string]json.RawMessage{}}
		for name, value := range members {
			c.Set[name] = raw(value)
		}
		return append(changes, c)
	}
}

func raw(value any) json.RawMessage {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return data
}
