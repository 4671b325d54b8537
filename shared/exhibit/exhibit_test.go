package exhibit_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/address"
	"till/shared/exhibit"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/person"
	"till/shared/pricing"
	"till/shared/vault"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// story is an order that was paid, sent, partly refunded and disputed.
type story struct {
	t     *testing.T
	o     *order.Order
	chain []order.Change
	now   time.Time
}

func (s *story) by() order.By { return order.By{Who: "test", At: s.now} }

func (s *story) do(c order.Change, err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
	if !c.IsZero() {
		s.chain = append(s.chain, c)
	}
	s.now = s.now.Add(time.Hour)
}

func told(t *testing.T, c money.Currency) *story {
	t.Helper()
	const total = 2380
	s := &story{t: t, now: noon}
	q := pricing.Quote{Currency: c, Country: "DE", Method: "standard", Subtotal: total, Total: total,
		Lines: []pricing.Line{{SKU: "mug", Name: "Blue mug", Quantity: 2, UnitPrice: total / 2, Total: total}}}
	o, placed, err := order.New(order.Placement{Key: "k", Print: "p", Quote: q, Country: "DE", Customer: "cus_1", Contact: map[string][]byte{"email": {1}}, Hold: 24 * time.Hour}, s.by())
	s.o = o
	s.do(placed, err)
	s.do(o.StartPayment(order.NewAttempt{Key: "k", Gateway: "stripe", Mode: payment.Hosted}, s.by()))
	a := order.AttemptIDFor(o.ID(), "k")
	f := payment.Facts{State: payment.Captured, Order: string(o.ID()), Attempt: a, Intent: "pi_1", Amount: money.Of(total, c), Captured: total}
	s.do(o.ApplyPayment(f, true, s.by()))
	s.do(o.MailSent("order_confirmed", o.Record().N, s.by()))
	s.do(o.Prepare(1, s.by()))
	s.do(o.AwaitShipment(1, "token", s.by()))
	s.do(o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "123"}, s.by()))
	f.Refunds = []payment.RefundFacts{{Ref: "re_1", State: payment.RefundSucceeded, Amount: 105}, {Ref: "re_2", State: payment.RefundPending, Amount: 1}}
	f.Disputes = []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeNeedsResponse, Reason: payment.ReasonFraud, Amount: total}}
	s.do(o.ApplyPayment(f, true, s.by()))
	return s
}

func contact(t *testing.T) vault.Contact {
	t.Helper()
	email, err := person.ParseEmail("ada@shop.example")
	if err != nil {
		t.Fatal(err)
	}
	a, err := address.Parse(address.Input{Name: "Ada Müller", Line1: "Hauptstr. 1", City: "Berlin", PostalCode: "10117", Country: "DE"})
	if err != nil {
		t.Fatal(err)
	}
	return vault.Contact{Email: email, Shipping: a, Billing: a}
}

func TestTheFactsOfAnOrder(t *testing.T) {
	s := told(t, "EUR")
	d, _ := s.o.Dispute("dp_1")
	e := exhibit.Of(s.o, d, s.chain, contact(t), "It was sent.")
	if want := "2 x Blue mug (mug): EUR 23.80.\nOrder " + string(s.o.ID()) + " of 2026-03-01: delivery EUR 0.00, tax EUR 0.00, in all EUR 23.80."; e.Product != want {
		t.Errorf("goods are %q", e.Product)
	}
	if e.Name != "Ada Müller" || e.Email != "ada@shop.example" || e.Shipping != "Ada Müller, Hauptstr. 1, 10117 Berlin, DE" || e.Billing != e.Shipping {
		t.Errorf("%q, %q, %q", e.Name, e.Email, e.Shipping)
	}
	if len(e.Parcels) != 1 || e.Parcels[0].Carrier != "DHL" || e.Parcels[0].Tracking != "123" || !e.Parcels[0].DeliveredAt.IsZero() {
		t.Errorf("parcels are %+v", e.Parcels)
	}
	if e.Messages != "2026-03-01 15:00 UTC: a mail was sent to the shopper (order confirmed)." {
		t.Errorf("messages are %q", e.Messages)
	}
	want := []string{"12:00 UTC: The order was placed.", "13:00 UTC: The shopper began to pay.", "14:00 UTC: The payment arrived, and the order was confirmed.",
		"16:00 UTC: The order was given to the warehouse.", "18:00 UTC: All goods were sent."}
	got := strings.Split(strings.ReplaceAll(e.Timeline, "2026-03-01 ", ""), "\n")
	if !slices.Equal(got[:min(5, len(got))], want) {
		t.Errorf("the timeline is %q", got)
	}
	if e.Statement != "It was sent." || len(e.Refunds) != 0 {
		t.Errorf("it says %q, and of refunds %v, which is not the question", e.Statement, e.Refunds)
	}
}

func TestWhatMattersForEachReason(t *testing.T) {
	s := told(t, "EUR")
	named := map[payment.DisputeReason]string{payment.ReasonFraud: "name billing shipping", payment.ReasonNotReceived: "name shipping"}
	for _, reason := range append(payment.DisputeReasons(), "", "new") {
		d, _ := s.o.Dispute("dp_1")
		d.Reason = reason
		e := exhibit.Of(s.o, d, s.chain, contact(t), "")
		var who []string
		for _, each := range []struct{ name, text string }{{"name", e.Name}, {"billing", e.Billing}, {"shipping", e.Shipping}} {
			if each.text != "" {
				who = append(who, each.name)
			}
		}
		if got := strings.Join(who, " "); got != named[reason] || exhibit.NeedsContact(reason) != (got != "") {
			t.Errorf("%q names %q", reason, got)
		}
		if e.Product == "" || reason != payment.ReasonFraud && len(e.Refunds) != 1 {
			t.Errorf("%q: goods %q, refunds %v", reason, e.Product, e.Refunds)
		}
		if sent := reason != payment.ReasonDuplicate && reason != payment.ReasonCreditNotIssued && reason != payment.ReasonAmount; sent != (len(e.Parcels) == 1) {
			t.Errorf("%q: parcels %v", reason, e.Parcels)
		}
	}
}

func TestRefundsInEachKindOfCurrency(t *testing.T) {
	for c, want := range map[money.Currency]string{"EUR": "EUR 1.05", "JPY": "JPY 105", "KWD": "KWD 0.105"} {
		s := told(t, c)
		d, _ := s.o.Dispute("dp_1")
		d.Reason = payment.ReasonDuplicate
		e := exhibit.Of(s.o, d, s.chain, vault.Contact{}, "")
		if len(e.Refunds) != 1 || e.Refunds[0].Amount != want || e.Refunds[0].Ref != "re_1" {
			t.Errorf("%s: got %+v", c, e.Refunds)
		}
	}
}

func TestWithoutAContactNobodyIsNamed(t *testing.T) {
	s := told(t, "EUR")
	d, _ := s.o.Dispute("dp_1")
	if e := exhibit.Of(s.o, d, s.chain, vault.Contact{}, ""); e.Name+e.Email+e.Billing+e.Shipping != "" || e.Product == "" {
		t.Errorf("got %q, %q", e.Name, e.Shipping)
	}
}
