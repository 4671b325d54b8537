package shoptest

import (
	"time"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/pricing"
	"till/shared/shop"
)

// Decide stores what staff have decided about the shop.
func (s *Shop) Decide(settings shop.Settings) {
	s.Helper()
	last, err := s.Store.Settings(s.Context())
	if err != nil {
		s.Fatal(err)
	}
	if err := s.Store.SaveSettings(s.Context(), shop.Version{N: last.N + 1, At: s.Now(), By: "staff:test", Settings: settings}); err != nil {
		s.Fatal(err)
	}
}

// Sell puts a hundred of a thing on the shelf.
func (s *Shop) Sell(sku catalog.SKU, prices map[money.Currency]int64) {
	s.Helper()
	product := catalog.Product{SKU: sku, Name: "A " + string(sku), Prices: prices, WeightGrams: 10, Active: true}
	if _, err := catalog.Put(s.Context(), s.Store, product, "seed", s.Now()); err != nil {
		s.Fatal(err)
	}
	if _, err := catalog.Count(s.Context(), s.Store, sku, 100); err != nil {
		s.Fatal(err)
	}
}

// Bargains has the shop sell with discounts, pick-up, tax that prices hold in Japan, a currency that no gateway takes, and two things
// of unusual prices. It gives no words to replace, as Rows asks for.
func Bargains(s *Shop) []string {
	s.Helper()
	s.Sell("crane", map[money.Currency]int64{"EUR": 10_000_000})
	s.Sell("pin", map[money.Currency]int64{"EUR": 20})
	off := func(id, code string) shop.Discount {
		return shop.Discount{ID: id, Name: "Ten per cent", Code: code, Kind: pricing.Percentage, Rate: 10_000}
	}
	expired, begins, rich, teas, alone, last := off("summer", "SUMMER"), off("winter", "WINTER"), off("harbour", "HARBOUR"), off("teatime", "TEATIME"), off("alone", "ALONE"), off("last", "LAST")
	expired.Until, begins.From = Began.Add(-time.Hour).Format(time.RFC3339), Began.Add(time.Hour).Format(time.RFC3339)
	rich.Minimum, teas.Products, alone.Alone, last.Limit = map[money.Currency]int64{"EUR": 5000}, []catalog.SKU{"tea"}, true, 1
	settings := shop.Settings{}.Whole()
	settings.Currencies = append(settings.Currencies, "IQD")
	settings.Tax.Except = []string{"JP"}
	settings.Discounts = []shop.Discount{off("welcome", "WELCOME10"), expired, begins, rich, teas, alone, last}
	settings.Delivery.Methods = append(settings.Delivery.Methods, shop.Method{ID: "pickup", Name: "Pick up", Days: "1", Pickup: true,
		Prices: map[money.Currency]int64{"EUR": 0}})
	s.Decide(settings)
	return nil
}
