package localshop

import (
	"context"
	"time"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/pricing"
	"till/shared/shop"
)

// amounts are minor units in the demo shop's currencies.
func amounts(eur, usd, gbp, jpy, kwd int64) map[money.Currency]int64 {
	return map[money.Currency]int64{"EUR": eur, "USD": usd, "GBP": gbp, "JPY": jpy, "KWD": kwd}
}

// Decided is what the demo shop's staff have decided: codes of every kind, two zones of delivery and pick-up, and prices that hold their
// tax in Japan, whose law asks for it.
func Decided() shop.Settings {
	settings := shop.Settings{}.Whole()
	settings.Tax.Except = []string{"JP"}
	settings.Discounts = discounts()
	settings.Locations = []catalog.Location{catalog.Main, north}
	near := []string{"AT", "BE", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE", "IT", "LU", "NL", "PL", "PT", "SE"}
	settings.Delivery = &shop.Delivery{Methods: []shop.Method{
		{ID: "standard", Name: "Standard delivery", Days: "2–4", Zones: []pricing.Zone{
			{Places: near, Prices: amounts(490, 590, 450, 800, 1500), FreeFrom: amounts(7500, 7500, 7000, 10000, 25000)},
			{Prices: amounts(990, 1190, 890, 1500, 3000), FreeFrom: amounts(15000, 15000, 14000, 20000, 50000)},
		}},
		{ID: "express", Name: "Express courier", Days: "1", Courier: true, Zones: []pricing.Zone{{Places: near, Prices: amounts(1290, 1490, 1150, 2200, 4500)}}},
		{ID: "pickup", Name: "Pick up at the harbour", Days: "1", Pickup: true, Prices: amounts(0, 0, 0, 0, 0)},
	}}
	return settings
}

// discounts are codes for every answer that there is, and one discount that needs none.
func discounts() []shop.Discount {
	tenth := func(id, name, code string) shop.Discount {
		return shop.Discount{ID: id, Name: name, Code: code, Kind: pricing.Percentage, Rate: 10_000}
	}
	once, summer := tenth("last", "A tenth off, once", "LAST"), tenth("summer", "Summer sale", "SUMMER")
	once.Limit, summer.Until = 1, time.Date(2026, time.September, 1, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	return []shop.Discount{
		tenth("welcome", "A tenth off", "WELCOME10"), once, summer,
		{ID: "harbour", Name: "Five off from fifty", Code: "HARBOUR5", Kind: pricing.Fixed, Amounts: amounts(500, 500, 500, 800, 1500), Minimum: amounts(5000, 5000, 5000, 8000, 15000)},
		{ID: "freepost", Name: "Free delivery", Code: "FREEPOST", Kind: pricing.FreeDelivery, Methods: []string{"standard"}},
		{ID: "notebooks", Name: "Three notebooks for two", Kind: pricing.BuyXGetY, Buy: 2, Get: 1, Rate: pricing.RateUnit, Products: []catalog.SKU{"notebook-dot"}},
	}
}

// north is a second place where the demo shop keeps goods.
const north catalog.Location = "north"

// Decide puts what the demo shop's staff have decided in force: its settings, notebooks that lie in two places, lamps that many buy at once,
// and of what they want to be told when little is left.
func (s *Shop) Decide(ctx context.Context) error {
	if err := s.Store.SaveSettings(ctx, shop.Version{N: 1, At: s.Clock.Now(), By: "seed", Settings: Decided()}); err != nil {
		return err
	}
	notebooks, low := int64(60), int64(5)
	for _, each := range []struct {
		sku   catalog.SKU
		entry catalog.Entry
	}{
		{"notebook-dot", catalog.Entry{Location: north, Counted: &notebooks}},
		{"lamp-desk", catalog.Entry{Counters: 4}},
		{"tea-assam", catalog.Entry{Low: &low}},
		{"tee-organic-l", catalog.Entry{Low: &low}},
	} {
		each.entry.At, each.entry.By, each.entry.Reason = s.Clock.Now(), "seed", "counted"
		if _, err := s.Store.EnterStock(ctx, each.sku, catalog.Wish{Entry: each.entry, Over: catalog.AnyEntry}); err != nil {
			return err
		}
	}
	return nil
}
