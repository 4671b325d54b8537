package world

import (
	"context"
	"time"

	"till/shared/catalog"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/risk"
	"till/shared/shop"
)

// guards are a shop's rules against fraud, about some of what a world sells: some orders are held until people have looked, some for what
// the gateway finds, few refused; and one names a customer whom nobody is, so that who orders is always looked up.
func guards() []risk.Rule {
	return []risk.Rule{
		{Name: "much-of-one", Products: []catalog.SKU{"thing-2", "thing-3", "thing-4"}, Units: 3, Decision: risk.Review},
		{Name: "dear", AtLeast: map[money.Currency]int64{"EUR": 6000, "USD": 6000}, Products: []catalog.SKU{"thing-5", "thing-6", "thing-7"}, Decision: risk.Review},
		{Name: "risky-card", Products: []catalog.SKU{"thing-2", "thing-3", "thing-4", "thing-5", "thing-6", "thing-7"}, Gateway: payment.RiskElevated, Decision: risk.Review},
		{Name: "resale", Products: []catalog.SKU{"thing-7"}, Units: 3, Decision: risk.Decline},
		{Name: "known", Customers: []string{"cus_aaaaaaaaaaaaaaaaaaaaaaaaaa"}, Decision: risk.Decline},
	}
}

// guard puts the rules in force where the terms say so.
func (w *World) guard() error {
	if !w.terms.Guarded {
		return nil
	}
	return w.Store.SaveSettings(context.Background(), shop.Version{N: 1, At: w.Clock.Now(), By: "seed", Settings: shop.Settings{Risk: &shop.Risk{Rules: guards()}}})
}

// compared lets the shop have compared its stock a day ago, when it had no orders: else it would look for its first one in a year of days.
func (w *World) compared() error {
	now := w.Clock.Now().UTC()
	return w.Store.SaveStockCheck(context.Background(), catalog.StockCheck{At: now.Add(-24 * time.Hour), First: now.Add(-24 * time.Hour).Format(time.DateOnly)})
}

// uncompared tells whether it has not since.
func (w *World) uncompared() bool {
	check, err := w.Store.StockCheck(context.Background())
	return err == nil && check.At.Before(w.opened)
}
