package quote_test

import (
	"encoding/json"
	"slices"
	"testing"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/money"
)

// bargains are baskets of a shop with discounts, pick-up, and tax that prices hold in Japan.
var bargains = []shoptest.Row{
	{Name: "a code, in small letters", File: "code", Status: 200},
	{Name: "a code that has expired", File: "code-expired", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "a code that is not valid yet", File: "code-not-begun", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "a code for orders of more", File: "code-under-its-minimum", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "a code for other products", File: "code-for-other-products", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}},
	{Name: "codes that do not go together", File: "codes-that-do-not-go-together", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/1"}},
	{Name: "more codes than fit into an order", File: "six-codes", Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes"}},
	{Name: "a business of another country", File: "vat-number", Status: 200},
	{Name: "a business at home", File: "vat-number-of-the-home-country", Status: 200},
	{Name: "a VAT number that is none", File: "vat-number-wrong", Status: 422, Code: "vat_number_invalid", At: []string{"#/vat_number"}},
	{Name: "tax that prices hold", File: "tax-included", Status: 200},
	{Name: "picked up at the shop", File: "pickup", Status: 200},
	{Name: "more than any gateway of the shop takes at once", File: "total-too-large", Status: 422, Code: "amount_too_large", At: []string{"#/lines"}},
	{Name: "less than any gateway of the shop takes", File: "total-too-small", Status: 422, Code: "amount_too_small", At: []string{"#/lines"}},
	{Name: "a currency in which nothing has a price", File: "currency-without-prices", Status: 422, Code: "sku_unknown", At: []string{"#/lines/0/sku"}},
}

type amount struct{ Amount int64 }

type quote struct {
	Country                                  string
	Subtotal, Discount, Shipping, Tax, Total amount
	IncludedTax                              amount `json:"included_tax"`
	ReverseCharge                            bool   `json:"reverse_charge"`
	TaxLines                                 []struct {
		Rate      string
		Base, Tax amount
		Included  bool
	} `json:"tax_lines"`
	Discounts []struct {
		Name, Code string
		Amount     amount
	}
	Methods []struct {
		ID     string
		Pickup bool
	} `json:"shipping_methods"`
}

func asked(t *testing.T, file string) quote {
	t.Helper()
	s := shoptest.New(t)
	shoptest.Bargains(s)
	var q quote
	if err := json.Unmarshal([]byte(s.Serve(eventfile.Request(t, "quote", file)).Body), &q); err != nil {
		t.Fatal(err)
	}
	return q
}

func TestBargains(t *testing.T) { shoptest.Rows(t, "quote", bargains, shoptest.Bargains) }

// The sums are those that people would work out: two mugs of 19.99.
func TestWhatBargainsComeTo(t *testing.T) {
	code := asked(t, "code")
	if code.Subtotal.Amount != 3998 || code.Discount.Amount != 400 || len(code.Discounts) != 1 || code.Discounts[0].Code != "WELCOME10" || code.Discounts[0].Amount.Amount != 400 {
		t.Errorf("a code gives %+v", code)
	}
	business := asked(t, "vat-number")
	if !business.ReverseCharge || business.Tax.Amount != 0 || len(business.TaxLines) != 0 || business.Total.Amount != 3998+490 {
		t.Errorf("a business of another country pays %+v", business)
	}
	if home := asked(t, "vat-number-of-the-home-country"); home.ReverseCharge || home.Tax.Amount != 853 {
		t.Errorf("a business at home pays %+v", home)
	}
	japan := asked(t, "tax-included")
	if japan.Tax.Amount != 0 || japan.IncludedTax.Amount != (2*1999+800)*10/110 || japan.Total.Amount != 2*1999+800 || len(japan.TaxLines) != 1 || !japan.TaxLines[0].Included || japan.TaxLines[0].Rate != "10" {
		t.Errorf("tax that prices hold: %+v", japan)
	}
	pickup := asked(t, "pickup")
	at := slices.IndexFunc(pickup.Methods, func(m struct {
		ID     string
		Pickup bool
	}) bool {
		return m.ID == "pickup"
	})
	if pickup.Shipping.Amount != 0 || pickup.TaxLines[0].Rate != "19" || at < 0 || !pickup.Methods[at].Pickup {
		t.Errorf("picked up at home in Germany, by somebody of Austria: %+v", pickup)
	}
}

// TestACodeThatIsUsedUp has the last use of a code go into an order: the next basket is told so.
func TestACodeThatIsUsedUp(t *testing.T) {
	s := shoptest.New(t)
	shoptest.Bargains(s)
	if got := s.Serve(eventfile.Request(t, "placeorder", "code")).StatusCode; got != 201 {
		t.Fatalf("the order was answered with %d", got)
	}
	req := eventfile.Request(t, "quote", "code")
	req.Body = `{"currency":"EUR","country":"DE","lines":[{"sku":"mug-blue","quantity":2}],"discount_codes":["LAST"]}`
	s.Try(shoptest.Row{Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}}, req)
	again := eventfile.Request(t, "placeorder", "code")
	again.Headers["idempotency-key"] = "another"
	s.Try(shoptest.Row{Status: 422, Code: "coupon_invalid", At: []string{"#/discount_codes/0"}}, again)
}

// The bounds are those of the gateways that staff let shoppers choose.
func TestWhatNoGatewayTakes(t *testing.T) {
	s := shoptest.New(t)
	shoptest.Bargains(s)
	decided, err := s.Store.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	body := `{"currency":"IQD","country":"US","lines":[{"sku":"dinar","quantity":1}]}`
	s.Sell("dinar", map[money.Currency]int64{"IQD": 5000})
	for i := range decided.Settings.Delivery.Methods {
		decided.Settings.Delivery.Methods[i].Prices["IQD"] = 0
	}
	s.Decide(decided.Settings)
	req := eventfile.Request(t, "quote", "code")
	req.Body = body
	s.Try(shoptest.Row{Status: 422, Code: "currency_invalid", At: []string{"#/currency"}}, req)
}
