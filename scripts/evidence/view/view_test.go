package view_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/scripts/evidence"
	"till/scripts/evidence/view"
	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

var opened = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// free is an order of nothing but a gift: it is confirmed at once, and posts nothing.
func free(t *testing.T, key string, at time.Time) evidence.Order {
	t.Helper()
	o, c, err := order.New(order.Placement{Key: key, Country: "DE", Quote: pricing.Quote{Currency: "EUR",
		Lines: []pricing.Line{{SKU: "gift", Name: "Gift", Quantity: 1}}}}, order.By{Who: "shopper", At: at})
	if err != nil {
		t.Fatal(err)
	}
	return evidence.Order{Stored: o, Changes: []order.Change{c}}
}

func TestAnEmptyShopIsShownWithoutHoles(t *testing.T) {
	got, err := json.Marshal(view.Of(evidence.Evidence{Now: opened}))
	want := `{"now":"2026-03-02T09:00:00Z","stock":{},"orders":[],"ledger":[],"gateways":{"paypal":{},"square":{},"stripe":{}},"inbox":[],"queues":null,"executions":null,"mails":[],` +
		`"faults":null,"payments":null,"deliveries":null,"failures":null,"health":null,"checked":null}`
	if diff := cmp.Diff(want, string(got)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}

func TestEverythingIsShown(t *testing.T) {
	early, late := free(t, "early", opened), free(t, "late", opened.Add(time.Hour))
	e := evidence.Evidence{
		Now: opened, Orders: []evidence.Order{early, late}, Stocks: []catalog.Stock{{SKU: "gift", Free: 1, Reserved: 2, Sold: 3}, {SKU: "mug", Free: 9}},
		Spreads: []catalog.Spread{{SKU: "gift", Low: 5, Tallies: []catalog.Tally{{Reserved: 1, Sold: 3}, {Bin: "north", Open: 1, Reserved: 1}}}, {SKU: "mug", Tallies: []catalog.Tally{{Open: 9}}}},
		Books:   []evidence.Book{{Gateway: "stripe", Order: "ord_1", Currency: "EUR", Captured: 5, Refunded: 4, Disputed: 3, Fees: 6, Charges: 2, Chargeable: 1}},
		Inbox:   []evidence.Event{{Item: inbox.Receive(payment.Event{ID: "evt_1", Type: "charge.refunded", Order: "ord_1"}, opened)}},
		Queues:  []evidence.Queue{{Name: "mail", Visible: 1, InFlight: 2, Delayed: 3, DeadLetters: 4, Bodies: []string{"hidden"}}},
		Mails:   []evidence.Mail{{Order: "ord_1", Kind: "order_shipped", Version: "abc", To: "ada@example.com", At: opened, Subject: "Sent", Text: "Hello"}},
	}
	for i := range 250 {
		e.Executions = append(e.Executions, evidence.Execution{Name: fmt.Sprint(i), Status: evidence.Failed, State: "Prepare", Error: "OrderConflict",
			Input: "{}", Output: "hidden", States: []string{"Prepare", "Compensate"}, Transitions: 2})
	}
	got := view.Of(e)
	if got.Orders[0].ID != late.Stored.ID() || got.Orders[1].Timeline[0].Kind != "placed" || len(got.Executions) != 200 {
		t.Errorf("orders %+v, %d executions", got.Orders, len(got.Executions))
	}
	got.Orders, got.Executions = nil, got.Executions[:1]
	text, err := json.Marshal(got)
	want := `{"now":"2026-03-02T09:00:00Z","stock":{"gift":{"on_hand":3,"free":1,"reserved":2,"sold":3,"low_below":5,"bins":[{"location":"main","bin":"","open":0,"reserved":1,"sold":3},` +
		`{"location":"north","bin":"north","open":1,"reserved":1,"sold":0}]},"mug":{"on_hand":9,"free":9,"reserved":0,"sold":0}},"orders":null,"ledger":[],` +
		`"gateways":{"paypal":{},"square":{},"stripe":{"ord_1":{"currency":"EUR","captured":5,"refunded":4,"disputed":3,"fees":6,"charges":2}}},` +
		`"inbox":[{"id":"evt_1","kind":"charge.refunded","state":"received","order_id":"ord_1","received_at":"2026-03-02T09:00:00Z","tries":0}],` +
		`"queues":[{"name":"mail","visible":1,"in_flight":2,"delayed":3,"dead_letters":4}],` +
		`"executions":[{"name":"0","status":"FAILED","state":"Prepare","error":"OrderConflict","transitions":2,"input":"{}","history":["Prepare","Compensate"]}],` +
		`"mails":[{"at":"2026-03-02T09:00:00Z","to":"ada@example.com","subject":"Sent","text":"Hello","key":"ord_1#order_shipped#abc"}],"faults":null,"payments":null,"deliveries":null,"failures":null,"health":null,"checked":null}`
	if diff := cmp.Diff(want, string(text)); err != nil || diff != "" {
		t.Error(err, diff)
	}
}
