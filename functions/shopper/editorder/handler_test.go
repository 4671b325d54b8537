package editorder_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/vault"
)

var rows = []shoptest.Row{
	{Name: "one more of what was ordered", File: "edited", Status: 200},
	{Name: "whatever version is there", File: "whatever-is-there", Status: 200},
	{Name: "to another address, in another country", File: "another-address", Status: 200},
	{Name: "by another way", File: "express", Status: 200},
	{Name: "nothing is changed", File: "nothing", Status: 200},
	{Name: "another product", File: "another-product", Status: 200},
	{Name: "more than is on the shelf", File: "too-much", Status: 409, Code: "out_of_stock", At: []string{"#/lines/0"}},
	{Name: "no lines", File: "no-lines", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "an unknown SKU", File: "no-such-product", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "the shopper was shown another total", File: "expected-total-differs", Status: 409, Code: "price_changed", At: []string{"#/expected_total"}},
	{Name: "a way to deliver that there is not", File: "no-such-way", Status: 422, Code: "shipping_method_unknown", At: []string{"#/shipping_method"}},
	{Name: "an unknown code", File: "code-unknown", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "whose order it is stays", File: "an-email", Status: 422, Code: "unknown_field", At: []string{"#/email"}},
	{Name: "the currency stays", File: "a-currency", Status: 422, Code: "unknown_field", At: []string{"#/currency"}},
	{Name: "a card number in the address", File: "card-in-the-address", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line1"}},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed",
		At: []string{"#/lines/0/quantity", "#/vat_number", "#/phone", "#/shipping_address/name", "#/shipping_address/postal_code"}},
	{Name: "nobody changes unseen", File: "no-condition", Status: 428, Code: "precondition_required", At: []string{"If-Match"}},
	{Name: "another version was seen", File: "of-another-version", Status: 412, Code: "precondition_failed", At: []string{"If-Match"}},
	{Name: "a condition that cannot be read", File: "condition-malformed", Status: 400, Code: "condition_invalid", At: []string{"If-Match"}},
	{Name: "no token", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "an altered token", File: "token-altered", Status: 404, Code: "not_found"},
	{Name: "no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

func TestEdits(t *testing.T) {
	shoptest.Rows(t, "editorder", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "editorder", shoptest.Files(rows))
}

var (
	done     = shoptest.Row{Status: http.StatusOK}
	conflict = shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
	paying   = shoptest.Row{Status: http.StatusConflict, Code: "payment_in_progress"}
	stale    = shoptest.Row{Status: http.StatusPreconditionFailed, Code: "precondition_failed", At: []string{"If-Match"}}
)

func edit(t *testing.T, o shoptest.Opened, file string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, "editorder", file, o.Words()...)
}

func stock(t *testing.T, s *shoptest.Shop, sku catalog.SKU) catalog.Stock {
	t.Helper()
	got, err := s.Store.Stock(t.Context(), sku)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnEditIsPricedAnewWithItsStockInOneStep(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	before := s.Order(o).Record()
	s.Wait(5 * time.Minute)
	resp := s.Try(done, edit(t, o, "edited"))
	r := s.Order(o).Record()
	if r.Lines[0].Quantity != 3 || r.Total <= before.Total || r.N != before.N+1 || r.Version() != 2 || resp.Headers["ETag"] != `"2"` || !r.ExpiresAt.Equal(before.ExpiresAt) {
		t.Errorf("it is %+v, tagged %s", r, resp.Headers["ETag"])
	}
	if got := stock(t, s, "mug-blue"); got.Reserved != 3 || got.Free != 47 {
		t.Errorf("the stock is %+v", got)
	}
	s.Try(stale, edit(t, o, "edited"))
	other := edit(t, o, "another-product")
	other.Headers["if-match"] = `"2"`
	s.Try(done, other)
	if mugs, posters := stock(t, s, "mug-blue"), stock(t, s, "poster-a2"); mugs.Reserved != 0 || mugs.Free != 50 || posters.Reserved != 1 {
		t.Errorf("the stock is %+v and %+v", mugs, posters)
	}
	if s.Tell(s.Pay(o, "key-one"), paymenttest.Paid); s.Gateway.Captured(string(o.ID)) != s.Order(o).Record().Total {
		t.Errorf("the gateway took %d of %d", s.Gateway.Captured(string(o.ID)), s.Order(o).Record().Total)
	}
}

func TestAnEditThatChangesNothingIsNoChange(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	n := s.Order(o).Record().N
	if resp := s.Try(done, edit(t, o, "nothing")); resp.Headers["ETag"] != `"1"` || s.Order(o).Record().N != n {
		t.Errorf("tagged %s, %d changes", resp.Headers["ETag"], s.Order(o).Record().N)
	}
}

func TestTheTagOfAnOrderIsTheOneToEditItBy(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Pay(o, "key-one") // Which is no other version.
	seen := s.Try(done, eventfile.Request(t, "vieworder", "opened", o.Words()...)).Headers["ETag"]
	req := edit(t, o, "edited")
	req.Headers["if-match"] = seen
	s.Try(done, req)
	if after := s.Try(done, eventfile.Request(t, "vieworder", "opened", o.Words()...)); after.Headers["ETag"] != `"2"` || !strings.Contains(after.Body, `"kind":"edited","by":"shopper"`) {
		t.Errorf("afterwards %s %s", after.Headers["ETag"], after.Body)
	}
}

func TestAnotherAddressIsSealedAndTaxedAndTheRestIsKept(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	resp := s.Try(done, edit(t, o, "another-address"))
	r := s.Order(o).Record()
	with, err := s.Store.Change(t.Context(), o.ID, r.ContactIn)
	if err != nil || r.Country != "AT" || r.PostalCode != "1010" || with.Kind != "edited" {
		t.Fatalf("%v, to %s %s, %q", err, r.Country, r.PostalCode, with.Kind)
	}
	c, err := s.Vault.OpenContact(t.Context(), vault.CustomerID(r.Customer), access.ContactRow(o.ID), with.Contact)
	if err != nil || c.Email.Text() != "ada@example.com" || c.Phone.Text() != "+4312345678" || c.Shipping.Fields().City != "Wien" {
		t.Errorf("the contact is %v", err)
	}
	if r.Lines[0].TaxRate != 20000 || strings.Contains(resp.Body, "Wien") {
		t.Errorf("taxed at %d; the answer is %s", r.Lines[0].TaxRate, resp.Body)
	}
	s.Try(shoptest.Row{Status: http.StatusPreconditionFailed, Code: "precondition_failed", At: []string{"If-Match"}}, edit(t, o, "express"))
}

func TestAnOpenPaymentIsClosedAtTheGatewayFirst(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Try(done, edit(t, o, "edited"))
	got := s.Order(o)
	if a, _ := got.Attempt(id); a.State.Open() || s.Gateway.Calls("Close") != 1 {
		t.Errorf("the payment of before is %s after %d calls", a.State, s.Gateway.Calls("Close"))
	}
	s.Tell(s.Pay(o, "key-two"), paymenttest.Paid)
	s.Pump()
}

func TestWhatThePaymentAllowsNotIsRefusedAndChangesNothing(t *testing.T) {
	for _, tt := range []struct {
		name   string
		before func(*shoptest.Shop, shoptest.Opened)
		want   shoptest.Row
	}{
		{"it was paid", func(s *shoptest.Shop, o shoptest.Opened) { s.Tell(s.Pay(o, "k"), paymenttest.Paid) }, conflict},
		{"a slow payment is under way", func(s *shoptest.Shop, o shoptest.Opened) {
			s.Tell(s.Pay(o, "k"), func(f *payment.Facts) { f.State = payment.Processing })
		}, paying},
		{"whether the gateway let go is not known", func(s *shoptest.Shop, o shoptest.Opened) {
			s.Pay(o, "k")
			s.Break("gateway.Close", shoptest.Lost())
		}, paying},
		{"whether the gateway let go is not known, though it did", func(s *shoptest.Shop, o shoptest.Opened) {
			s.Pay(o, "k")
			s.Break("after gateway.Close", shoptest.Lost())
		}, paying},
		{"the gateway is down", func(s *shoptest.Shop, o shoptest.Opened) {
			s.Pay(o, "k")
			s.Break("gateway.Close", shoptest.Down())
		}, shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}},
		{"its time is over", func(s *shoptest.Shop, _ shoptest.Opened) { s.Wait(31 * time.Minute) }, conflict},
		{"it was cancelled", func(s *shoptest.Shop, o shoptest.Opened) {
			s.Try(done, eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
		}, conflict},
		{"its customer was erased", func(s *shoptest.Shop, o shoptest.Opened) {
			if err := s.Vault.Shred(t.Context(), vault.CustomerID(s.Order(o).Record().Customer)); err != nil {
				t.Fatal(err)
			}
		}, conflict},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := shoptest.New(t)
			o := s.Place("order-one")
			tt.before(s, o)
			s.Try(tt.want, edit(t, o, "edited"))
			s.Mend()
			if r := s.Order(o).Record(); r.Version() != 1 || r.Lines[0].Quantity != 2 {
				t.Errorf("it is %+v", r)
			}
		})
	}
}

func TestMoneyOfTheOldAmountHoldsTheEditedOrderForPeople(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Try(done, edit(t, o, "edited"))
	s.Tell(id, paymenttest.Paid) // The gateway took it after all.
	if _, _, err := s.Cashier().Settle(t.Context(), o.ID, id, cashier.Who{Who: "gateway:stripe"}); err != nil {
		t.Fatal(err)
	}
	r := s.Order(o).Record()
	if !s.Order(o).Held("amount_mismatch") || r.Status != order.AwaitingPayment || r.PaidBy != "" {
		t.Errorf("it is %s, paid by %q, on hold: %v", r.Status, r.PaidBy, r.Holds)
	}
	s.Try(conflict, withTag(edit(t, o, "express"), `"2"`))
}

func withTag(req apigw.Request, tag string) apigw.Request {
	req.Headers["if-match"] = tag
	return req
}

func TestATotalOfNothingConfirmsTheOrder(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	_, _, err := order.Book{Load: s.Store.Order, Save: s.Store.Save}.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.Edit(order.Edition{Version: 1, Country: "DE"}, order.By{Who: "shopper", At: s.Now()})
	})
	if r := s.Order(o).Record(); err != nil || r.Status != order.Confirmed || r.Total != 0 || stock(t, s, "mug-blue").Reserved != 0 {
		t.Errorf("%v: it is %s, %d", err, r.Status, r.Total)
	}
}

func TestOfTwoEditsOfOneVersionOneIsMade(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	if made := together(t, s, 8, func(i int) apigw.Request { return quantity(edit(t, o, "edited"), 3+i) }); made != 1 {
		t.Errorf("%d of edits to different numbers were made", made)
	}
	if r := s.Order(o).Record(); r.Version() != 2 || stock(t, s, r.Lines[0].SKU).Reserved != r.Lines[0].Quantity {
		t.Errorf("it is version %d, of %+v", r.Version(), r.Lines)
	}
}

// Of edits that are the same to the instant nobody can tell whose was stored: each of them may be told that it was.
func TestTheSameEditTwiceInOneInstantIsMadeOnce(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	if made := together(t, s, 8, func(int) apigw.Request { return edit(t, o, "edited") }); made < 1 {
		t.Error("none was made")
	}
	if r := s.Order(o).Record(); r.Version() != 2 || r.Edits != 1 || stock(t, s, r.Lines[0].SKU).Reserved != 3 {
		t.Errorf("it is version %d, edited %d times, of %+v", r.Version(), r.Edits, r.Lines)
	}
}

// together sends n requests side by side, and gives how many were answered 200. Every other must be told that it came too late.
func together(t *testing.T, s *shoptest.Shop, n int, request func(i int) apigw.Request) int {
	t.Helper()
	answers := make(chan int, n)
	for i := range n {
		req := request(i)
		go func() { answers <- s.Serve(req).StatusCode }()
	}
	made := 0
	for range n {
		switch status := <-answers; status {
		case http.StatusOK:
			made++
		case http.StatusPreconditionFailed:
		default:
			t.Errorf("answered %d", status)
		}
	}
	return made
}

// quantity makes an edit one to n units.
func quantity(req apigw.Request, n int) apigw.Request {
	req.Body = fmt.Sprintf(`{"lines": [{"sku": "mug-blue", "quantity": %d}]}`, n)
	return req
}

func TestWhileADependencyIsDownNothingIsEditedAndLaterItIs(t *testing.T) {
	for operation, err := range map[string]error{"Order": shoptest.Down(), "Products": shoptest.Down(), "Save": shoptest.Down(),
		"LoadCustomer": shoptest.Down(), "Change": shoptest.Down()} {
		t.Run(operation, func(t *testing.T) {
			s := shoptest.New(t)
			o := s.Place("order-one")
			s.Break(operation, err)
			s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, edit(t, o, "edited"))
			s.Mend()
			s.Try(done, edit(t, o, "edited"))
			if got := stock(t, s, "mug-blue"); got.Reserved != 3 {
				t.Errorf("the stock is %+v", got)
			}
		})
	}
}

func TestAnEditWhoseStoringIsNotKnownIsLookedForAndMadeOnce(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Break("after Save", shoptest.Lost())
	s.Try(done, edit(t, o, "edited"))
	s.Mend()
	if got, r := stock(t, s, "mug-blue"), s.Order(o).Record(); got.Reserved != 3 || r.Version() != 2 {
		t.Errorf("the stock is %+v", got)
	}
}

func TestAChangedPriceCarriesTheNewQuote(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	var got struct{ Quote map[string]any }
	if err := json.Unmarshal([]byte(s.Serve(edit(t, o, "expected-total-differs")).Body), &got); err != nil || got.Quote["total"] == nil {
		t.Errorf("%v, %v", err, got)
	}
}
