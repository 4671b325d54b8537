package shop_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/pricing"
	"till/shared/routing"
	"till/shared/shop"
)

var deployed = []string{"stripe", "paypal", "square"}

// places lists where an error's faults are, sorted, each once.
func places(err error) []string {
	seen := map[string]bool{}
	for _, e := range fault.All(err) {
		seen[e.At] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

func ptr[T any](v T) *T { return &v }

func TestANewShopIsAsItIsBuiltIn(t *testing.T) {
	var s shop.Settings
	if !reflect.DeepEqual(s.Rules(), pricing.Standard()) {
		t.Error("its prices are others")
	}
	alone := map[money.Currency]int64{"EUR": 500}
	if s.Hold(time.Hour) != time.Hour || s.Manual(false, shop.CaptureOf{}) || !s.Manual(true, shop.CaptureOf{}) || s.AsksBackOrders() || !s.Delivers("AQ") || s.Routing() != nil ||
		!slices.Equal(s.Gateways(deployed), deployed) || !maps.Equal(s.Alone(alone), alone) {
		t.Error("something else than the deployment is in force")
	}
	if err := s.Check(deployed); err != nil {
		t.Error(err)
	}
	whole := s.Whole()
	if err := whole.Check(deployed); err != nil {
		t.Errorf("what is built in does not pass its own check: %v", err)
	}
	if !reflect.DeepEqual(whole.Rules(), pricing.Standard()) {
		t.Error("written out, the prices are others")
	}
}

func TestTheSenderOfMailsIsALineAndOneAddress(t *testing.T) {
	good := shop.Settings{Mail: &shop.Sender{Name: "Möwe & Söhne", ReplyTo: "help@shop.example"}}
	if err := good.Check(deployed); err != nil || good.Sender().Name != "Möwe & Söhne" {
		t.Errorf("%v", err)
	}
	for _, bad := range []shop.Sender{{Name: "a\r\nBcc: eve@example.com", ReplyTo: "x"}, {Name: strings.Repeat("n", 65), ReplyTo: "a@example.com, b@example.com"},
		{Name: "\u202ename", ReplyTo: "a@example.com\r\nBcc: b@example.com"}} {
		if got := places(shop.Settings{Mail: &bad}.Check(deployed)); !slices.Equal(got, []string{"#/mail/name", "#/mail/reply_to"}) {
			t.Errorf("%q, %q: %v", bad.Name, bad.ReplyTo, got)
		}
	}
	if (shop.Settings{}).Sender() != (shop.Sender{}) {
		t.Error("a new shop has a name")
	}
}

func TestWhatTheDocumentSaysIsInForce(t *testing.T) {
	s := shop.Settings{
		Currencies: []money.Currency{"JPY"}, Countries: []string{"JP"}, Tax: &shop.Tax{Home: "JP", Rates: map[string]int64{"JP": 8000}},
		Delivery: &shop.Delivery{Methods: []shop.Method{{ID: "post", Name: "Post", Prices: map[money.Currency]int64{"JPY": 500}}}},
		Orders:   &shop.Orders{HoldMinutes: 10, LinesMax: 2, QuantityMax: 5},
		Payments: &shop.Payments{Gateways: []string{"square", "stripe"}, Capture: shop.Manual, Rules: []routing.Rule{
			{Name: "all", Ways: []routing.Way{{Gateway: "square", Mode: payment.Hosted}}}}},
	}
	if err := s.Check(deployed); err != nil {
		t.Fatal(err)
	}
	r := s.Rules()
	if r.Home != "JP" || r.Tax.Rates["JP"] != 8000 || len(r.Methods) != 1 || r.Methods[0].Prices["JPY"] != 500 || !slices.Equal(r.Currencies, s.Currencies) {
		t.Errorf("the rules are %+v", r)
	}
	if s.Hold(time.Hour) != 10*time.Minute || !s.Manual(false, shop.CaptureOf{}) || s.Delivers("DE") || !s.Delivers("JP") || len(s.Routing()) != 1 {
		t.Error("something else is in force")
	}
	if got := s.Gateways([]string{"stripe", "paypal"}); !slices.Equal(got, []string{"stripe"}) {
		t.Errorf("offered are %v: a gateway that is not deployed cannot be", got)
	}
	if s.Payments.Capture = shop.Automatic; s.Manual(true, shop.CaptureOf{}) {
		t.Error("automatic is not in force")
	}
}

func TestTheLowerLimitOfARefundHolds(t *testing.T) {
	s := shop.Settings{Refunds: &shop.Refunds{Alone: map[money.Currency]int64{"EUR": 900, "USD": 100, "JPY": 0}}}
	got := s.Alone(map[money.Currency]int64{"EUR": 500, "USD": 500, "GBP": 7})
	if want := map[money.Currency]int64{"EUR": 500, "USD": 100, "GBP": 7, "JPY": 0}; !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestEveryFaultIsToldAtOnce(t *testing.T) {
	s := shop.Settings{
		Currencies: []money.Currency{"EUR", "eur", "EUR"}, Countries: []string{"DE", "ZZ"},
		Tax: &shop.Tax{Home: "de", Rates: map[string]int64{"DE": -1, "AT": 100_001, "xx": 5}},
		Delivery: &shop.Delivery{Methods: []shop.Method{{ID: "A b", Name: "", Days: "1\n2"}, {ID: "post", Name: "Post",
			Prices: map[money.Currency]int64{"EUR": -1}, FreeFrom: map[money.Currency]int64{"euro": 1}}, {ID: "post", Name: "x", Prices: map[money.Currency]int64{"EUR": 1}}}},
		Orders:  &shop.Orders{HoldMinutes: 4, LinesMax: 51, QuantityMax: -1},
		Refunds: &shop.Refunds{Alone: map[money.Currency]int64{"EUR": -1}},
		Payments: &shop.Payments{Gateways: []string{"stripe", "adyen", "stripe"}, Capture: "later", CaptureRules: []shop.CaptureRule{
			{Goods: "large", Countries: []string{"ZZ"}, AtMost: map[money.Currency]int64{"EUR": -1}}}, Rules: []routing.Rule{
			{Name: "A", Currencies: []money.Currency{"eur"}, Countries: []string{"ZZ"}, AtLeast: map[money.Currency]int64{"EUR": -1}, AtMost: map[money.Currency]int64{"x": 1},
				Share: ptr[int64](101), Ways: []routing.Way{{Gateway: "adyen", Mode: "phone"}}},
			{Name: "b"}, {Name: "b", Ways: []routing.Way{{Gateway: "stripe", Mode: payment.Hosted}}},
		}},
	}
	want := []string{
		"#/currencies/1", "#/currencies/2", "#/delivery/methods", "#/delivery/methods/0/days", "#/delivery/methods/0/id", "#/delivery/methods/0/name",
		"#/delivery/methods/0/prices", "#/delivery/methods/1/free_from", "#/delivery/methods/1/prices", "#/delivery/methods/2/id", "#/delivery_countries/1",
		"#/orders/lines_max", "#/orders/quantity_max", "#/orders/stock_hold_minutes", "#/payments/capture",
		"#/payments/capture_rules/0/at_most", "#/payments/capture_rules/0/capture", "#/payments/capture_rules/0/countries/0", "#/payments/capture_rules/0/goods",
		"#/payments/gateways/1", "#/payments/gateways/2", "#/payments/rules/0/at_least", "#/payments/rules/0/at_most", "#/payments/rules/0/countries/0",
		"#/payments/rules/0/currencies/0", "#/payments/rules/0/name", "#/payments/rules/0/share_percent", "#/payments/rules/0/ways/0/gateway",
		"#/payments/rules/0/ways/0/mode", "#/payments/rules/1/ways", "#/payments/rules/2/name", "#/refunds/alone_up_to", "#/tax/home_country", "#/tax/rates",
		"#/tax/rates/AT", "#/tax/rates/DE",
	}
	if got := places(s.Check(deployed)); !slices.Equal(got, want) {
		t.Errorf("the faults are at\n%q, want\n%q", got, want)
	}
}

func TestACurrencyNeedsAWayToDeliver(t *testing.T) {
	for at, s := range map[string]shop.Settings{
		"#/currencies":       {Currencies: []money.Currency{"EUR", "SEK"}},
		"#/delivery/methods": {Delivery: &shop.Delivery{Methods: []shop.Method{{ID: "post", Name: "Post", Prices: map[money.Currency]int64{"EUR": 1}}}}},
	} {
		if got := places(s.Check(deployed)); !slices.Equal(got, []string{at}) {
			t.Errorf("the faults are at %q", got)
		}
	}
}

func TestABasketOverTheLimits(t *testing.T) {
	line := func(quantity int64) pricing.Wanted { return pricing.Wanted{SKU: "mug", Quantity: quantity} }
	s := shop.Settings{Countries: []string{"DE"}, Orders: &shop.Orders{LinesMax: 2, QuantityMax: 5}}
	for _, tt := range []struct {
		name string
		b    pricing.Basket
		want []string
	}{
		{"within them", pricing.Basket{Country: "DE", Lines: []pricing.Wanted{line(5), line(1)}}, nil},
		{"before there is an address", pricing.Basket{Lines: []pricing.Wanted{line(5)}}, nil},
		{"too many lines", pricing.Basket{Lines: []pricing.Wanted{line(1), line(1), line(1)}}, []string{"#/lines"}},
		{"too many of one, and nowhere to go", pricing.Basket{Country: "AT", Lines: []pricing.Wanted{line(1), line(6)}}, []string{"#/country", "#/lines/1/quantity"}},
		{"what no shop takes is told by pricing alone", pricing.Basket{Lines: []pricing.Wanted{line(10_001)}}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := places(s.Basket(tt.b, "#/country")); !slices.Equal(got, tt.want) {
				t.Errorf("the faults are at %q, want %q", got, tt.want)
			}
		})
	}
}

func TestSettingsThatWereReadLatelyAreKept(t *testing.T) {
	at, reads, fails := time.Unix(1_770_000_000, 0), 0, error(nil)
	load := func(context.Context) (shop.Version, error) {
		reads++
		return shop.Version{N: reads, Settings: shop.Settings{Orders: &shop.Orders{HoldMinutes: int64(reads)}}}, fails
	}
	lately, always := shop.Lately(load, func() time.Time { return at }), shop.Now(load)
	for i, step := range []struct {
		after time.Duration
		fails error
		reads int
		want  time.Duration
	}{
		{0, nil, 1, time.Minute}, {shop.StaleFor - 1, nil, 1, time.Minute}, {1, errors.New("down"), 2, 0}, {0, nil, 3, 3 * time.Minute},
		{-time.Hour, nil, 4, 4 * time.Minute}, // A clock that was put back does not keep them for an hour.
	} {
		at, fails = at.Add(step.after), step.fails
		s, err := lately(t.Context())
		if reads != step.reads || s.Hold(0) != step.want || (err == nil) != (step.fails == nil) {
			t.Errorf("step %d: %d reads, %v, %v", i, reads, s.Hold(0), err)
		}
	}
	if s, err := always(t.Context()); err != nil || s.Hold(0) != 5*time.Minute {
		t.Errorf("read for the purpose: %v, %v", s.Hold(0), err)
	}
}

// FuzzCheck holds any document to: no panic, only Invalid faults each at a place, and what passes is written and read the same.
func FuzzCheck(f *testing.F) {
	f.Add([]byte(`{"currencies":["EUR"],"payments":{"rules":[{"name":"a","ways":[{"gateway":"stripe","mode":"hosted"}]}]}}`))
	f.Add([]byte(`{"tax":{"home_country":"ZZ","rates":{"":-1}},"delivery":{"methods":[{}]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var s shop.Settings
		if json.Unmarshal(data, &s) != nil {
			return
		}
		err := s.Check(deployed)
		for _, e := range fault.All(err) {
			if e.Kind != fault.Invalid || e.At == "" || e.Code == "" {
				t.Fatalf("%v", e)
			}
		}
		if err != nil {
			return
		}
		_, _ = s.Rules().Price(pricing.Basket{Currency: "EUR"}, nil)
		if text, err := (shop.Version{N: 1, Settings: s}).Encode(); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
	})
}

// FuzzDecodeVersion reads rows as they may be stored, by a newer version, too: what is read is written the same again.
func FuzzDecodeVersion(f *testing.F) {
	f.Add([]byte(`{"n":3,"at":"2026-11-22T12:00:00Z","by":"staff:1","settings":{"currencies":["EUR"],"later":{}}}`))
	f.Add([]byte(`null`))
	f.Fuzz(func(t *testing.T, data []byte) {
		v, err := shop.DecodeVersion(data)
		if err != nil {
			if !fault.Is(err, fault.Internal) {
				t.Fatal(err)
			}
			return
		}
		text, err := v.Encode()
		if err != nil {
			return // A year that JSON does not have.
		}
		again, err := shop.DecodeVersion(text)
		twice, bad := again.Encode()
		if err != nil || bad != nil || string(twice) != string(text) {
			t.Fatalf("%s became %s (%v, %v)", text, twice, err, bad)
		}
	})
}
