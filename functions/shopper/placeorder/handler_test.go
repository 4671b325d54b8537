package placeorder_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"till/scripts/shoptest"
	"till/shared/address"
	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/money"
	"till/shared/order"
)

// unreadable are requests of which nothing is understood.
var unreadable = []shoptest.Row{
	{Name: "an empty body is no JSON", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "JSON that ends too early", File: "cut-json", Status: 400, Code: "invalid_json"},
	{Name: "JSON with text behind it", File: "text-behind-the-json", Status: 400, Code: "invalid_json"},
	{Name: "two JSON values", File: "two-values", Status: 400, Code: "invalid_json"},
	{Name: "NaN is no JSON number", File: "nan", Status: 400, Code: "invalid_json"},
	{Name: "a member that is there twice", File: "repeated-member", Status: 400, Code: "invalid_json"},
	{Name: "more than 64 KiB", File: "over-64-kib", Status: 413, Code: "body_too_large"},
	{Name: "ten thousand levels", File: "nested-10000-deep", Status: 400, Code: "invalid_json"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "another media type", File: "other-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "another charset", File: "other-charset", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "bytes that are not UTF-8", File: "invalid-utf-8", Status: 400, Code: "invalid_encoding"},
	{Name: "half of a surrogate pair", File: "half-a-surrogate-pair", Status: 400, Code: "invalid_encoding"},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "an empty key", File: "empty-key", Status: 400, Code: "idempotency_key_invalid", At: []string{"Idempotency-Key"}},
	{Name: "a key of 256 characters", File: "key-of-256-characters", Status: 400, Code: "idempotency_key_invalid", At: []string{"Idempotency-Key"}},
	{Name: "a control character in the key", File: "key-with-a-control-character", Status: 400, Code: "idempotency_key_invalid", At: []string{"Idempotency-Key"}},
	{Name: "a key that was sent twice", File: "key-sent-twice", Status: 400, Code: "idempotency_key_invalid", At: []string{"Idempotency-Key"}},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

// meaning are requests that are wrong in meaning, or cannot be done now.
var meaning = []shoptest.Row{
	{Name: "the total is the shop's own", File: "total-of-the-sender", Status: 422, Code: "unknown_field", At: []string{"#/total"}},
	{Name: "the status is the shop's own", File: "status-of-the-sender", Status: 422, Code: "unknown_field", At: []string{"#/status"}},
	{Name: "prices are the shop's own", File: "unit-price-of-the-sender", Status: 422, Code: "unknown_field", At: []string{"#/lines/0/unit_price"}},
	{Name: "members are told apart by case", File: "lines-with-a-capital", Status: 422, Code: "unknown_field", At: []string{"#/Lines"}},
	{Name: "a list is no order", File: "body-is-a-list", Status: 422, Code: "type_invalid", At: []string{"#"}},
	{Name: "no lines", File: "no-lines", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "more lines than the limit", File: "fifty-one-lines", Status: 422, Code: "lines_invalid", At: []string{"#/lines"}},
	{Name: "a quantity of 0", File: "quantity-0", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity below 0", File: "quantity-minus-1", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity of one and a half", File: "quantity-one-and-a-half", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity as text", File: "quantity-as-text", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity of a thousand million", File: "quantity-10-to-the-9", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "a quantity of 2^63", File: "quantity-2-to-the-63", Status: 422, Code: "quantity_invalid", At: []string{"#/lines/0/quantity"}},
	{Name: "an unknown SKU", File: "sku-unknown", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "a product that is not sold any more", File: "sku-inactive", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "more than is on the shelf", File: "too-little-stock", Status: 409, Code: "out_of_stock", At: []string{"#/lines/1"}},
	{Name: "the shopper was shown another total", File: "expected-total-differs", Status: 409, Code: "price_changed", At: []string{"#/expected_total"}},
	{Name: "XXX is no currency of the shop", File: "currency-xxx", Status: 422, Code: "currency_invalid", At: []string{"#/currency"}},
	{Name: "eur is a typing error", File: "currency-in-small-letters", Status: 422, Code: "currency_invalid", At: []string{"#/currency"}},
	{Name: "a currency that the shop does not sell in", File: "currency-not-enabled", Status: 422, Code: "currency_invalid", At: []string{"#/currency"}},
	{Name: "quantity times price over 64 bits", File: "price-over-int64", Status: 422, Code: "amount_out_of_range", At: []string{"#/lines/0/quantity"}},
	{Name: "a new line in the e-mail", File: "email-with-a-new-line", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "two @ in the e-mail", File: "email-with-two-ats", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "an e-mail of 255 characters", File: "email-of-255-characters", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "an e-mail domain of mixed scripts", File: "email-of-mixed-scripts", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "a phone number of letters", File: "phone-of-letters", Status: 422, Code: "phone_invalid", At: []string{"#/phone"}},
	{Name: "a country that is none", File: "country-zz", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/country"}},
	{Name: "a postcode of another country", File: "postcode-of-another-country", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/postal_code"}},
	{Name: "a courier to a post office box", File: "courier-to-a-po-box", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/line1"}},
	{Name: "a street of 10 kB", File: "street-of-10-kb", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/line1"}},
	{Name: "a control character in the name", File: "newline-in-the-name", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/name"}},
	{Name: "a bidi control character in the name", File: "bidi-control-in-the-name", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/name"}},
	{Name: "ANSI in the street", File: "ansi-in-the-street", Status: 422, Code: "address_invalid", At: []string{"#/shipping_address/line1"}},
	{Name: "a line that looks like the log's in the SKU", File: "newline-in-the-sku", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "a look-up in the SKU", File: "jndi-in-the-sku", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
	{Name: "all faults are told in one answer", File: "many-faults-at-once", Status: 422, Code: "validation_failed", At: []string{"#/total", "#/lines/0/quantity", "#/shipping_method", "#/email", "#/phone", "#/shipping_address/country"}},
	{Name: "an optional member is left out, never null", File: "null-for-an-optional-member", Status: 422, Code: "phone_invalid", At: []string{"#/phone"}},
	{Name: "a code that cannot be used", File: "coupon-unknown", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "a delivery that is not offered", File: "shipping-method-unknown", Status: 422, Code: "shipping_method_unknown", At: []string{"#/shipping_method"}},
	{Name: "the billing address is checked, too", File: "billing-address-wrong", Status: 422, Code: "address_invalid", At: []string{"#/billing_address/postal_code"}},
}

// bargains are orders of a shop with discounts, and tax that prices hold in Japan.
var bargains = []shoptest.Row{
	{Name: "a code that may be used once", File: "code", Status: 201},
	{Name: "a code that has expired", File: "code-expired", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "a business of another country", File: "vat-number", Status: 201},
	{Name: "a VAT number that is none", File: "vat-number-wrong", Status: 422, Code: "vat_number_invalid", At: []string{"#/vat_number"}},
	{Name: "tax that prices hold", File: "tax-included", Status: 201},
	{Name: "more than any gateway of the shop takes at once", File: "total-too-large", Status: 422, Code: "amount_too_large", At: []string{"#/lines"}},
}

// cards are requests that carry card data, which is refused wherever it stands.
var cards = []shoptest.Row{
	{Name: "a card number as the name", File: "card-in-the-name", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/name"}},
	{Name: "a card number in the street", File: "card-in-the-street", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line1"}},
	{Name: "a card number in the second line", File: "card-in-the-second-line", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line2"}},
	{Name: "a card number as the company", File: "card-in-the-company", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/company"}},
	{Name: "a card number as the city", File: "card-in-the-city", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/city"}},
	{Name: "a card number as the region", File: "card-in-the-region", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/region"}},
	{Name: "a card number as the postcode", File: "card-in-the-postcode", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/postal_code"}},
	{Name: "a card number as the country", File: "card-in-the-country", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/country"}},
	{Name: "a card number of 15 digits as the billing name", File: "card-in-the-billing-name", Status: 422, Code: "card_data_rejected", At: []string{"#/billing_address/name"}},
	{Name: "a card number in the e-mail", File: "card-in-the-email", Status: 422, Code: "card_data_rejected", At: []string{"#/email"}},
	{Name: "a card number as the phone", File: "card-in-the-phone", Status: 422, Code: "card_data_rejected", At: []string{"#/phone"}},
	{Name: "a card number as the SKU", File: "card-in-the-sku", Status: 422, Code: "card_data_rejected", At: []string{"#/lines/0/sku"}},
	{Name: "a card number as the quantity", File: "card-in-the-quantity", Status: 422, Code: "card_data_rejected", At: []string{"#/lines/0/quantity"}},
	{Name: "a card number as the currency", File: "card-in-the-currency", Status: 422, Code: "card_data_rejected", At: []string{"#/currency"}},
	{Name: "a card number as the delivery", File: "card-in-the-delivery", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_method"}},
	{Name: "a card number as a discount code", File: "card-in-a-discount-code", Status: 422, Code: "card_data_rejected", At: []string{"#/discount_codes/1"}},
	{Name: "a card number as the expected total", File: "card-in-the-expected-total", Status: 422, Code: "card_data_rejected", At: []string{"#/expected_total"}},
	{Name: "a card number in an unknown member", File: "card-in-an-unknown-member", Status: 422, Code: "card_data_rejected", At: []string{"#/payment/number"}},
	{Name: "a member named cvv", File: "cvv-member", Status: 422, Code: "card_data_rejected", At: []string{"#/cvv"}},
	{Name: "a member named card_number, deep down", File: "card-number-member-deep-down", Status: 422, Code: "card_data_rejected", At: []string{"#/lines/0/card_number"}},
	{Name: "a card number with spaces", File: "card-with-spaces", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line2"}},
	{Name: "a card number with dashes", File: "card-with-dashes", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line2"}},
	{Name: "a card number in full-width digits", File: "card-in-full-width-digits", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/line2"}},
	{Name: "a card number of 13 digits in free text", File: "card-of-13-digits-in-the-name", Status: 422, Code: "card_data_rejected", At: []string{"#/shipping_address/name"}},
	{Name: "card data comes before other faults", File: "card-among-other-faults", Status: 422, Code: "card_data_rejected", At: []string{"#/cvc"}},
	{Name: "a card number as the key", File: "card-in-the-key", Status: 422, Code: "card_data_rejected", At: []string{"Idempotency-Key"}},
}

// accepted are requests that look odd and are right.
var accepted = []shoptest.Row{
	{Name: "an order is placed", File: "placed", Status: 201},
	{Name: "lines of one SKU are merged", File: "sku-on-two-lines", Status: 201},
	{Name: "an apostrophe in the name", File: "name-obrien", Status: 201},
	{Name: "a name of one word with an umlaut", File: "name-bjork", Status: 201},
	{Name: "accents upon accents", File: "name-vietnamese", Status: 201},
	{Name: "a Persian name with a joiner", File: "name-persian", Status: 201},
	{Name: "a look-up in the name is a name", File: "jndi-in-the-name", Status: 201},
	{Name: "a plus in the e-mail", File: "email-with-a-plus", Status: 201},
	{Name: "no postcode in Hong Kong", File: "hong-kong-without-a-postcode", Status: 201},
	{Name: "a phone number that passes the card check", File: "phone-of-9-digits-that-passes-luhn", Status: 201},
	{Name: "a phone number of 13 digits that passes the card check", File: "phone-of-13-digits-that-passes-luhn", Status: 201},
	{Name: "an EAN that passes the card check", File: "sku-ean", Status: 201},
	{Name: "16 digits that are no card number", File: "sixteen-digits-that-fail-luhn", Status: 201},
	{Name: "the last unit", File: "the-last-unit", Status: 201},
	{Name: "no expected total", File: "no-expected-total", Status: 201},
	{Name: "yen have no decimals", File: "yen", Status: 201},
	{Name: "dinars have three decimals", File: "dinar", Status: 201},
	{Name: "a key in quotes", File: "key-in-quotes", Status: 201},
	{Name: "members in another order", File: "members-in-another-order", Status: 201},
	{Name: "the charset in capitals", File: "charset-in-capitals", Status: 201},
	{Name: "no Origin", File: "no-origin", Status: 201},
	{Name: "a body in base64", File: "base64-body", Status: 201},
	{Name: "header names in any case", File: "headers-in-capitals", Status: 201},
	{Name: "headers that claim another caller", File: "forged-headers", Status: 201},
	{Name: "a billing address of another country", File: "with-a-billing-address", Status: 201},
}

func TestUnreadableRequests(t *testing.T) { shoptest.Rows(t, "placeorder", unreadable, nil) }

func TestRequestsThatAreWrongInMeaning(t *testing.T) { shoptest.Rows(t, "placeorder", meaning, nil) }

func TestCardDataIsRefusedWhereverItStands(t *testing.T) { shoptest.Rows(t, "placeorder", cards, nil) }

func TestBargains(t *testing.T) { shoptest.Rows(t, "placeorder", bargains, shoptest.Bargains) }

func TestNearMissesAreAccepted(t *testing.T) { shoptest.Rows(t, "placeorder", accepted, nil) }

func TestEveryEventIsTried(t *testing.T) {
	eventfile.AllIn(t, "placeorder", append(shoptest.Files(unreadable, meaning, cards, accepted, bargains), "same-key-other-body"))
}

// placed is what POST /orders answers.
type placed struct {
	Order struct {
		ID     order.ID
		Status order.Status
		Total  money.Amount
		Lines  []struct {
			SKU      catalog.SKU
			Quantity int64
		}
	}
	Token string
}

func read(t *testing.T, resp apigw.Response) placed {
	t.Helper()
	var p placed
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s %v", resp.StatusCode, resp.Body, err)
	}
	return p
}

func stock(t *testing.T, s *shoptest.Shop, sku catalog.SKU) catalog.Stock {
	t.Helper()
	got, err := s.Store.Stock(t.Context(), sku)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAnOrderIsPricedReservedAndOpenedByItsToken(t *testing.T) {
	s := shoptest.New(t)
	resp := s.Serve(eventfile.Request(t, "placeorder", "placed"))
	p := read(t, resp)
	if p.Order.Status != order.AwaitingPayment || p.Order.Total != money.Of(5341, "EUR") || resp.Headers["Location"] != "/orders/"+string(p.Order.ID) {
		t.Errorf("got %s", resp.Body)
	}
	if got := stock(t, s, "mug-blue"); got.Free != 48 || got.Reserved != 2 {
		t.Errorf("the stock is %+v", got)
	}
	open := eventfile.Request(t, "vieworder", "opened", "ORDER_ID", string(p.Order.ID), "ORDER_TOKEN", p.Token)
	if got := s.Serve(open); got.StatusCode != http.StatusOK {
		t.Errorf("the token opens it with %d", got.StatusCode)
	}
}

func TestLinesOfOneSKUAreMerged(t *testing.T) {
	p := read(t, shoptest.New(t).Serve(eventfile.Request(t, "placeorder", "sku-on-two-lines")))
	if len(p.Order.Lines) != 1 || p.Order.Lines[0].Quantity != 2 {
		t.Errorf("the lines are %+v", p.Order.Lines)
	}
}

func TestAChangedPriceCarriesTheNewQuote(t *testing.T) {
	s := shoptest.New(t)
	p := s.Problem(s.Serve(eventfile.Request(t, "placeorder", "expected-total-differs")))
	total, _ := p.Quote["total"].(map[string]any)
	if total["amount"] != 5341.0 {
		t.Errorf("the quote is %v", p.Quote)
	}
}

func TestTheLastUnitIsSoldOnce(t *testing.T) {
	s := shoptest.New(t)
	first, second := eventfile.Request(t, "placeorder", "the-last-unit"), eventfile.Request(t, "placeorder", "the-last-unit")
	second.Headers["idempotency-key"] = "another"
	read(t, s.Serve(first))
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "out_of_stock", At: []string{"#/lines/0"}}, second)
}

func TestAKeyOrdersOnceThoughFiftyComeAtOnce(t *testing.T) {
	s := shoptest.New(t)
	req := eventfile.Request(t, "placeorder", "placed")
	bodies := make([]string, 50)
	var all sync.WaitGroup
	for i := range bodies {
		all.Go(func() {
			resp := s.Serve(req)
			if resp.StatusCode != http.StatusCreated {
				t.Errorf("%d %s", resp.StatusCode, resp.Body)
			}
			bodies[i] = resp.Body
		})
	}
	all.Wait()
	for _, body := range bodies {
		if body != bodies[0] {
			t.Errorf("two answers:\n%s\n%s", bodies[0], body)
		}
	}
	if got := s.Store.AllOrders(); len(got) != 1 {
		t.Errorf("%d orders", len(got))
	}
	if got := stock(t, s, "mug-blue"); got.Reserved != 2 {
		t.Errorf("%d are reserved", got.Reserved)
	}
}

func TestARepeatGetsTheSameAnswerThoughPriceAndStockHaveChanged(t *testing.T) {
	s := shoptest.New(t)
	req := eventfile.Request(t, "placeorder", "placed")
	first := s.Serve(req)
	if _, err := catalog.Put(t.Context(), s.Store, catalog.Product{SKU: "mug-blue", Name: "Mug", Prices: map[money.Currency]int64{"EUR": 1}}, "staff:1", s.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Count(t.Context(), s.Store, "mug-blue", 2); err != nil {
		t.Fatal(err)
	}
	reordered := eventfile.Request(t, "placeorder", "members-in-another-order")
	for _, again := range []apigw.Request{req, reordered} {
		if got := s.Serve(again); got.Body != first.Body || got.StatusCode != http.StatusCreated {
			t.Errorf("%d %s", got.StatusCode, got.Body)
		}
	}
}

func TestAServiceThatKnowsAddressesMayRefuseAndItsSilenceDoesNot(t *testing.T) {
	s := shoptest.New(t)
	s.Outside = func(context.Context, address.Address) (bool, error) { return false, nil }
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "address_invalid", At: []string{"#/shipping_address"}}, eventfile.Request(t, "placeorder", "placed"))
	s.Outside = func(ctx context.Context, _ address.Address) (bool, error) {
		<-ctx.Done()
		return false, ctx.Err()
	}
	if resp := s.Serve(eventfile.Request(t, "placeorder", "placed")); resp.StatusCode != http.StatusCreated {
		t.Errorf("%d %s", resp.StatusCode, resp.Body)
	}
}

func TestAKeyWithAnotherBodyIsRefused(t *testing.T) {
	s := shoptest.New(t)
	s.Serve(eventfile.Request(t, "placeorder", "placed"))
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", At: []string{"Idempotency-Key"}},
		eventfile.Request(t, "placeorder", "same-key-other-body"))
}

func TestARefusedRequestKeepsNothingSoItsKeyMayComeBackCorrected(t *testing.T) {
	for _, refused := range []string{"email-with-two-ats", "too-little-stock", "expected-total-differs", "card-in-the-name"} {
		s := shoptest.New(t)
		if resp := s.Serve(eventfile.Request(t, "placeorder", refused)); resp.StatusCode < http.StatusBadRequest {
			t.Fatalf("%s: %d", refused, resp.StatusCode)
		}
		for _, w := range s.Written.All() {
			if pk, _ := w.Keys["pk"].(string); strings.HasPrefix(pk, "ORDER#") {
				t.Errorf("%s left %v", refused, w.Keys)
			}
		}
		read(t, s.Serve(eventfile.Request(t, "placeorder", "placed")))
	}
}

func TestWhileADependencyIsDownTheAnswerIs503AndTheSameKeySucceedsLater(t *testing.T) {
	req := eventfile.Request(t, "placeorder", "placed")
	for _, row := range []struct {
		name      string
		operation string
		err       error
	}{
		{"the order cannot be read", "Order", shoptest.Down()},
		{"products cannot be read", "Products", shoptest.Down()},
		{"the order cannot be stored", "Save", shoptest.Down()},
		{"whether the order is stored is not known", "after Save", shoptest.Lost()},
		{"the customer's key cannot be read", "LoadCustomer", shoptest.Down()},
		{"the customer cannot be stored", "AddCustomer", shoptest.Down()},
		{"the key service is down", "kms", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := shoptest.New(t)
			s.Break(row.operation, row.err)
			s.KMS.Down(row.operation == "kms")
			s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, req)
			s.Mend()
			s.KMS.Down(false)
			read(t, s.Serve(req))
			if got := stock(t, s, "mug-blue"); got.Reserved != 2 {
				t.Errorf("%d are reserved", got.Reserved)
			}
		})
	}
}

func FuzzNoBodyIsA5xxOrAPanic(f *testing.F) {
	for _, name := range eventfile.Names(f, "placeorder") {
		f.Add(eventfile.Request(f, "placeorder", name).Body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		req := eventfile.Request(t, "placeorder", "placed")
		req.Body = body
		place := shoptest.New(t).HTTP()[req.RouteKey] // Without the contract's check, which is slow.
		if resp, err := place(t.Context(), req); err != nil || resp.StatusCode >= http.StatusInternalServerError {
			t.Errorf("%d %s %v", resp.StatusCode, resp.Body, err)
		}
	})
}

// TestAnOrderKnowsThatItMustBeWaitedForIfTheShopAsks: only a shop with a rule about it pays for the look.
func TestAnOrderKnowsThatItMustBeWaitedForIfTheShopAsks(t *testing.T) {
	rules := `{"payments":{"capture_rules":[{"goods":"back_ordered","capture":"manual"}]}}`
	for name, tt := range map[string]struct {
		settings string
		shelf    int64
		want     bool
	}{
		"all is on the shelf": {rules, 50, false},
		"not enough is":       {rules, 1, true},
		"nobody asks":         {`{}`, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := shoptest.New(t)
			put := s.Staff("shopsettings", "put")
			put.Body = tt.settings
			if resp := s.Serve(put); resp.StatusCode != http.StatusCreated && resp.StatusCode != http.StatusOK {
				t.Fatalf("%d %s", resp.StatusCode, resp.Body)
			}
			entry := catalog.Entry{At: s.Now(), By: "staff:1", Counted: &tt.shelf, Plan: &catalog.Plan{Backorder: 50}}
			if _, err := s.Store.EnterStock(t.Context(), "mug-blue", catalog.Wish{Entry: entry, Over: catalog.AnyEntry}); err != nil {
				t.Fatal(err)
			}
			o := s.Place("order-one")
			if got := s.Order(o).Record().Waits; got != tt.want {
				t.Errorf("it is to be waited for: %v", got)
			}
		})
	}
}

// TestRulesAgainstFraud: who is declined is told nothing and leaves nothing; who is looked at sees that, and not why.
func TestRulesAgainstFraud(t *testing.T) {
	const rules = `{"risk":{"rules":[{"name":"large","at_least":{"EUR":100},"decision":"review"},{"name":"%s","email_domains":["%s"],"decision":"decline"}]}}`
	decided := func(domain string) *shoptest.Shop {
		s := shoptest.New(t)
		put := s.Staff("shopsettings", "put")
		put.Body = fmt.Sprintf(rules, "canary-rule", domain)
		if resp := s.Serve(put); resp.StatusCode != http.StatusOK {
			t.Fatalf("%d %s", resp.StatusCode, resp.Body)
		}
		return s
	}
	s := decided("example.com")
	refused := s.Serve(eventfile.Request(t, "placeorder", "placed"))
	if refused.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, `"code":"order_declined"`) || strings.Contains(refused.Body, "rule") {
		t.Errorf("%d %s", refused.StatusCode, refused.Body)
	}
	if got, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || got.Reserved != 0 || len(s.Store.AllOrders()) != 0 {
		t.Errorf("%d are reserved, %d orders are kept; %v", got.Reserved, len(s.Store.AllOrders()), err)
	}
	if !strings.Contains(strings.Join(s.Logged.All(), "\n"), "canary-rule") {
		t.Error("nobody can see by which rule")
	}
	s = decided("example.org")
	resp := s.Serve(eventfile.Request(t, "placeorder", "placed"))
	if resp.StatusCode != http.StatusCreated || !strings.Contains(resp.Body, `"on_hold":true`) || strings.Contains(resp.Body, "fraud") || strings.Contains(resp.Body, "large") {
		t.Errorf("%d %s", resp.StatusCode, resp.Body)
	}
}
