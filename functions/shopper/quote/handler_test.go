package quote_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
)

var rows = []shoptest.Row{
	{Name: "a basket is priced", File: "quoted", Status: 200},
	{Name: "the body of an order is priced", File: "body-of-an-order", Status: 200},
	{Name: "a basket without a country is priced for the shop's home", File: "no-country", Status: 200},
	{Name: "personal data is not looked at", File: "email-not-looked-at", Status: 200},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "an unknown member", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/total"}},
	{Name: "an unknown SKU", File: "sku-unknown", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "a country that is none", File: "country-zz", Status: 422, Code: "address_invalid", At: []string{"#/country"}},
	{Name: "a country that is none, in the address", File: "country-of-the-address-zz", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/country"}},
	{Name: "XXX is no currency of the shop", File: "currency-xxx", Status: 422, Code: "currency_invalid", At: []string{"#/currency"}},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed",
		At: []string{"#/lines/1/quantity", "#/foo", "#/shipping_address/country", "#/lines/0/sku", "#/lines/0/quantity", "#/discount_codes/0", "#/shipping_method", "#/vat_number"}},
	{Name: "a card number where nothing is looked at", File: "card-in-the-name", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/name"}},
	{Name: "quantity times price over 64 bits", File: "price-over-int64", Status: 422, Code: "amount_out_of_range", At: []string{"#/lines/0/quantity"}},
}

func TestQuotes(t *testing.T) {
	shoptest.Rows(t, "quote", rows, nil)
	eventfile.AllIn(t, "quote", shoptest.Files(rows, bargains))
}

func TestAQuoteAddsUpAndKeepsNothing(t *testing.T) {
	s := shoptest.New(t)
	before := len(s.Written.All())
	resp := s.Serve(eventfile.Request(t, "quote", "quoted"))
	type amount struct{ Amount int64 }
	var q struct {
		Subtotal, Discount, Shipping, Tax, Total amount
		Methods                                  []struct{ ID string } `json:"shipping_methods"`
	}
	if err := json.Unmarshal([]byte(resp.Body), &q); err != nil {
		t.Fatal(err)
	}
	if sum := q.Subtotal.Amount - q.Discount.Amount + q.Shipping.Amount + q.Tax.Amount; sum != q.Total.Amount || sum != 5341 {
		t.Errorf("the parts make %d of %d", sum, q.Total.Amount)
	}
	if len(q.Methods) != 2 {
		t.Errorf("the offers are %v", q.Methods)
	}
	if after := len(s.Written.All()); after != before {
		t.Errorf("%d items were written", after-before)
	}
}

func TestAQuoteCostsWhatTheOrderCosts(t *testing.T) {
	s := shoptest.New(t)
	var q, o struct {
		Total any
		Order struct{ Total any }
	}
	for name, into := range map[string]any{"quote": &q, "placeorder": &o} {
		file := map[string]string{"quote": "body-of-an-order", "placeorder": "placed"}[name]
		if err := json.Unmarshal([]byte(s.Serve(eventfile.Request(t, name, file)).Body), into); err != nil {
			t.Fatal(err)
		}
	}
	quoted, _ := json.Marshal(q.Total)
	placed, _ := json.Marshal(o.Order.Total)
	if string(quoted) != string(placed) {
		t.Errorf("quoted %s, placed %s", quoted, placed)
	}
}

func TestWhileTheCatalogueIsDownTheAnswerIs503(t *testing.T) {
	s := shoptest.New(t)
	s.Break("Products", shoptest.Down())
	s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, eventfile.Request(t, "quote", "quoted"))
}
