package orderview_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/pricing"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// told is an order with its changes.
type told struct {
	*testing.T
	o       *order.Order
	changes []order.Change
}

func (d *told) do(c order.Change, err error) {
	d.Helper()
	if err != nil {
		d.Fatal(err)
	}
	d.changes = append(d.changes, c)
}

func by(who string) order.By { return order.By{Who: who, Cause: "canary-cause", At: noon} }

func placed(t *testing.T) *told {
	t.Helper()
	q := pricing.Quote{Currency: "EUR", Country: "DE", Method: "standard", Subtotal: 2000, Shipping: 490, Tax: 473, Total: 2963,
		Lines: []pricing.Line{{SKU: "mug", Name: "Mug", Quantity: 2, UnitPrice: 1000, Tax: 380, Total: 2000}}}
	d := &told{T: t}
	o, c, err := order.New(order.Placement{Key: "k1", Print: "canary-print", Quote: q, Country: "DE", PostalCode: "canary-postal",
		Customer: "canary-customer", Contact: map[string][]byte{"email": []byte("canary-contact")}, Hold: 30 * time.Minute}, by("shopper"))
	d.o = o
	d.do(c, err)
	return d
}

// eventful is an order to which everything has happened that a shopper is not told the reason of.
func eventful(t *testing.T) *told {
	t.Helper()
	d := placed(t)
	a := order.AttemptIDFor(d.o.ID(), "k1")
	d.do(d.o.StartPayment(order.NewAttempt{Key: "k1", Print: "canary-print", Gateway: "stripe", Mode: payment.Hosted, Back: "https://canary-back.example"}, by("shopper")))
	d.do(d.o.PaymentStarted(a, payment.Started{}, fault.New(fault.Unavailable, "x", "", ""), by("shopper")))
	d.do(d.o.PaymentStarted(a, payment.Started{Session: "cs_canary"}, nil, by("shopper")))
	f := payment.Facts{State: payment.Captured, Order: string(d.o.ID()), Attempt: a, Intent: "pi_canary", Amount: money.Of(2963, "EUR"), Captured: 2963}
	d.do(d.o.ApplyPayment(f, true, by("gateway:stripe")))
	d.do(d.o.Prepare(1, by("fulfillment")))
	d.do(d.o.AwaitShipment(1, "canary-token", by("fulfillment")))
	d.do(d.o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1", Lines: []fulfillment.Line{{SKU: "mug", Quantity: 1}}}, by("staff:canary-packer")))
	d.do(d.o.Deliver("shp_1", by("staff:canary-packer")))
	d.do(d.o.Hold("fraud_review", []byte("canary-note"), by("staff:canary-manager")))
	d.do(d.o.RequestRefund(order.NewRefund{Key: "r1", Amount: 100, Note: []byte("canary-note")}, by("staff:canary-manager")))
	f.Disputes = []payment.DisputeFacts{{Ref: "dp_canary", State: payment.DisputeNeedsResponse, Amount: 5}}
	d.do(d.o.ApplyPayment(f, true, by("gateway:stripe")))
	d.do(d.o.MailSent("order_confirmed", 5, by("notify")))
	d.do(d.o.Revoke(by("staff:canary-manager")))
	return d
}

func marshalled(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A shopper sees that an order is on hold, not why; and nothing of causes, staff, gateways and customers.
func TestWhatAShopperIsNotShown(t *testing.T) {
	d := eventful(t)
	shown := marshalled(t, orderview.Of(d.o)) + marshalled(t, orderview.Timeline(d.changes))
	for _, secret := range []string{"canary", "fraud_review", "dispute:", "dp_", "staff", "stripe", `"cause"`, `"key"`, `"by":"notify"`, string(order.AttemptIDFor(d.o.ID(), "k1"))} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is shown: %s", secret, shown)
		}
	}
	v := orderview.Of(d.o)
	if !v.OnHold || len(v.Holds) != 2 || v.Holds[0] != (orderview.Hold{Since: noon}) || v.Refunds[0].Cause != "" {
		t.Errorf("the holds are %+v, the refunds %+v", v.Holds, v.Refunds)
	}
}

func TestTheShoppersTimeline(t *testing.T) {
	var got []string
	for _, e := range orderview.Timeline(eventful(t).changes) {
		got = append(got, e.By+" "+e.Kind)
	}
	want := []string{"shopper placed", "shopper payment_started", "gateway confirmed", "shop fulfillment_prepared", "shop partly_shipped",
		"shop parcel_delivered", "shop refund_requested"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := marshalled(t, orderview.Timeline(nil)); got != "[]" {
		t.Errorf("an empty timeline is %s", got)
	}
}

// Optional members are left out, never null.
func TestNothingIsEverNull(t *testing.T) {
	fresh, full := placed(t), eventful(t)
	for _, v := range []any{orderview.Of(fresh.o), orderview.Of(full.o), orderview.ForStaff(fresh.o), orderview.ForStaff(full.o),
		orderview.Timeline(full.changes), orderview.History(nil), orderview.History(full.changes), orderview.Lines(nil, "EUR")} {
		if got := marshalled(t, v); strings.Contains(got, "null") || strings.Contains(got, "0001-01-01") {
			t.Errorf("it is shown as %s", got)
		}
	}
}

func TestAFreshOrderAsItsShopperSeesIt(t *testing.T) {
	d := placed(t)
	want := `{"id":"` + string(d.o.ID()) + `","status":"awaiting_payment","payment_status":"unpaid","fulfillment_status":"unfulfilled","currency":"EUR",` +
		`"lines":[{"sku":"mug","name":"Mug","quantity":2,"unit_price":{"amount":1000,"currency":"EUR"},"discount":{"amount":0,"currency":"EUR"},` +
		`"tax":{"amount":380,"currency":"EUR"},"total":{"amount":2000,"currency":"EUR"}}],"subtotal":{"amount":2000,"currency":"EUR"},` +
		`"discount":{"amount":0,"currency":"EUR"},"shipping":{"amount":490,"currency":"EUR"},"tax":{"amount":473,"currency":"EUR"},` +
		`"total":{"amount":2963,"currency":"EUR"},"shipping_method":"standard","country":"DE","shipments":[],"refunds":[],"holds":[],"on_hold":false,` +
		`"created_at":"2026-03-01T12:00:00Z","expires_at":"2026-03-01T12:30:00Z"}`
	if got := marshalled(t, orderview.Of(d.o)); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestParcelsAndRefundsAsAShopperSeesThem(t *testing.T) {
	v := orderview.Of(eventful(t).o)
	if v.PaymentStatus != "disputed" || v.FulfillmentStatus != "partially_fulfilled" || !v.ExpiresAt.IsZero() {
		t.Errorf("it is %s, %s, until %v", v.PaymentStatus, v.FulfillmentStatus, v.ExpiresAt)
	}
	want := []orderview.Shipment{{ID: "shp_1", Status: "delivered", Carrier: "DHL", TrackingNumber: "1",
		Lines: []orderview.ShipmentLine{{SKU: "mug", Quantity: 1}}, ShippedAt: noon, DeliveredAt: noon}}
	if diff := cmp.Diff(want, v.Shipments); diff != "" {
		t.Error(diff)
	}
	if r := v.Refunds[0]; r.Status != payment.RefundRequested || r.Amount != money.Of(100, "EUR") || !r.CreatedAt.Equal(noon) {
		t.Errorf("the refund is %+v", r)
	}
}

func TestWhatStaffAreShown(t *testing.T) {
	d := eventful(t)
	v := orderview.ForStaff(d.o)
	if v.Customer != "canary-customer" || v.Version != len(d.changes) || v.Due.IsZero() || v.Contact != nil || len(v.Attempts) != 1 ||
		v.Attempts[0].Reference != "pi_canary" || v.Attempts[0].Captured != money.Of(2963, "EUR") || v.Refunds[0].Cause != payment.ByStaff {
		t.Errorf("got %+v", v)
	}
	keys := []string{}
	for _, h := range v.Holds {
		keys = append(keys, h.By+" "+h.Key)
	}
	if !slices.Equal(keys, []string{"staff:canary-manager fraud_review", "gateway:stripe dispute:dp_canary"}) {
		t.Errorf("the holds are %v", keys)
	}
	history := orderview.History(d.changes)
	if len(history) != len(d.changes) || history[8] != (orderview.Event{At: noon, Kind: "parcel_delivered", By: "staff:canary-packer", Cause: "canary-cause", N: 9}) {
		t.Errorf("the history is %+v", history)
	}
	shown := marshalled(t, v) + marshalled(t, history)
	for _, secret := range []string{"canary-note", "canary-token", "canary-contact", "canary-print"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%s is shown: %s", secret, shown)
		}
	}
}

func TestCapturesDisputesAndRefundsByLineAreForStaff(t *testing.T) {
	d := placed(t)
	a := order.AttemptIDFor(d.o.ID(), "k1")
	d.do(d.o.StartPayment(order.NewAttempt{Key: "k1", Gateway: "stripe", Mode: payment.Hosted, Manual: true}, by("shopper")))
	f := payment.Facts{State: payment.Authorized, Order: string(d.o.ID()), Attempt: a, Intent: "pi_canary", Amount: money.Of(2963, "EUR"), CaptureBefore: noon.Add(7 * 24 * time.Hour)}
	d.do(d.o.ApplyPayment(f, true, by("gateway:stripe")))
	if v := orderview.ForStaff(d.o); v.PaymentStatus != "authorized" || !v.Attempts[0].CaptureBefore.Equal(noon.Add(7*24*time.Hour)) || v.Attempts[0].Fee != nil {
		t.Errorf("got %s, %+v", v.PaymentStatus, v.Attempts)
	}
	d.do(d.o.RequestCapture(order.NewCapture{Key: "canary-c1"}, by("staff:canary")))
	f.State, f.Captured, f.Fee = payment.Captured, 2963, 110
	f.Disputes = []payment.DisputeFacts{{Ref: "dp_canary", State: payment.DisputeNeedsResponse, Amount: 500, Withdrawn: 400, Fee: 20, DueBy: noon}}
	d.do(d.o.ApplyCapture(order.CaptureIDFor(d.o.ID(), "canary-c1"), "", f, by("staff:canary")))
	d.do(d.o.RequestRefund(order.NewRefund{Key: "r1", Lines: []order.RefundLine{{SKU: "mug", Quantity: 1}}}, by("staff:canary")))
	d.do(d.o.RequestRefund(order.NewRefund{Key: "r2", Amount: 200, Alone: 100}, by("staff:canary")))
	v := orderview.ForStaff(d.o)
	if len(v.Captures) != 1 || v.Captures[0].Status != payment.CaptureSucceeded || v.Captures[0].Amount != money.Of(2963, "EUR") || *v.Attempts[0].Fee != money.Of(110, "EUR") {
		t.Errorf("got %+v, %+v", v.Captures, v.Attempts)
	}
	if want := (orderview.Dispute{Reference: "dp_canary", Status: payment.DisputeNeedsResponse, Amount: money.Of(500, "EUR"), Withdrawn: money.Of(400, "EUR"),
		Fee: money.Of(20, "EUR"), DueBy: noon, OpenedAt: noon}); len(v.Disputes) != 1 || v.Disputes[0] != want {
		t.Errorf("got %+v", v.Disputes)
	}
	if len(v.Refunds) != 2 || len(v.Refunds[0].Lines) != 1 || v.Refunds[0].Lines[0].SKU != "mug" || v.Refunds[1].RequestedBy != "staff:canary" {
		t.Errorf("got %+v", v.Refunds)
	}
	shopper := orderview.Of(d.o)
	if len(shopper.Refunds) != 1 || shopper.Refunds[0].Lines != nil {
		t.Errorf("a shopper is promised %+v", shopper.Refunds)
	}
	if shown := marshalled(t, shopper) + marshalled(t, orderview.Timeline(d.changes)); strings.Contains(shown, "canary") || strings.Contains(shown, "awaits") {
		t.Errorf("a shopper is shown %s", shown)
	}
}

func TestBalances(t *testing.T) {
	got := orderview.Balances(eventful(t).changes, "EUR")
	want := []orderview.Balance{{Account: ledger.GatewayClearing, Currency: "EUR", Balance: 2963}, {Account: ledger.Revenue, Currency: "EUR", Balance: -1933},
		{Account: ledger.Tax, Currency: "EUR", Balance: -457}, {Account: ledger.Shipping, Currency: "EUR", Balance: -473}, {Account: ledger.RefundsPayable, Currency: "EUR", Balance: -100}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := orderview.Balances(nil, "EUR"); len(got) != 0 {
		t.Errorf("no changes balance to %v", got)
	}
}

func TestAProductAsShoppersSeeIt(t *testing.T) {
	p := catalog.Product{SKU: "mug", Name: "Mug", WeightGrams: 350, Active: true, Prices: map[money.Currency]int64{"EUR": 1999, "JPY": 2500}}
	for free, want := range map[int64]string{0: "false", 3: `"low"`, 50: "true"} {
		v, sold := orderview.ProductOf(p, catalog.Stock{SKU: "mug", Free: free, Reserved: 7}, "EUR", noon)
		if got := marshalled(t, v); !sold || got != `{"sku":"mug","name":"Mug","price":{"amount":1999,"currency":"EUR"},"available":`+want+`}` {
			t.Errorf("with %d free: %s", free, got)
		}
	}
	if _, sold := orderview.ProductOf(p, catalog.Stock{}, "USD", noon); sold {
		t.Error("sold in a currency that it has no price in")
	}
}
