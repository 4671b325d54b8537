package shop_test

import (
	"testing"

	"till/shared/money"
	"till/shared/routing"
	"till/shared/shop"
)

func TestTheFirstRuleThatHoldsSaysHowMoneyIsTaken(t *testing.T) {
	s := shop.Settings{Payments: &shop.Payments{Capture: shop.Automatic, CaptureRules: []shop.CaptureRule{
		{Goods: shop.Digital, Capture: shop.Automatic},
		{Goods: shop.BackOrdered, Capture: shop.Manual},
		{Countries: []string{"CH"}, Goods: shop.Parcels, Capture: shop.Manual},
		{AtLeast: map[money.Currency]int64{"EUR": 50_000}, Capture: shop.Manual},
	}}}
	if err := s.Check(deployed); err != nil || !s.AsksBackOrders() {
		t.Fatalf("asks for back-orders: %v, %v", s.AsksBackOrders(), err)
	}
	order := func(total int64, country string) routing.Order {
		return routing.Order{ID: "ord_1", Currency: "EUR", Country: country, Total: total}
	}
	for name, tt := range map[string]struct {
		of   shop.CaptureOf
		want bool
	}{
		"no rule holds, and the shop takes at once":      {shop.CaptureOf{Order: order(100, "DE")}, false},
		"a large total is promised":                      {shop.CaptureOf{Order: order(50_000, "DE")}, true},
		"a large total in a currency that is not named":  {shop.CaptureOf{Order: routing.Order{Currency: "USD", Total: 50_000}}, false},
		"what must be waited for is promised":            {shop.CaptureOf{Order: order(100, "DE"), BackOrdered: true}, true},
		"the first rule that holds stands before others": {shop.CaptureOf{Order: order(50_000, "CH"), BackOrdered: true, Digital: true}, false},
		"parcels to a country":                           {shop.CaptureOf{Order: order(100, "CH")}, true},
	} {
		if got := s.Manual(true, tt.of); got != tt.want {
			t.Errorf("%s: promised first: %v", name, got)
		}
	}
	s.Payments.Capture = ""
	if !s.Manual(true, shop.CaptureOf{Order: order(100, "DE")}) {
		t.Error("where no rule holds and the document is silent, it is as deployed")
	}
}

func TestThereAreNotMoreThanFiftyRulesAboutCaptures(t *testing.T) {
	s := shop.Settings{Payments: &shop.Payments{CaptureRules: make([]shop.CaptureRule, 51)}}
	if got := places(s.Check(deployed)); len(got) != 1 || got[0] != "#/payments/capture_rules" {
		t.Errorf("the faults are at %q", got)
	}
}
