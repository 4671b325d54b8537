package localshop

import (
	"context"

	"till/shared/catalog"
	"till/shared/money"
)

// Item is one product of the demo shop with how many are on hand.
type Item struct {
	catalog.Product
	OnHand int64
}

// Demo is what the demo shop sells. Prices are net of tax.
func Demo() []Item {
	prices := func(eur, usd, gbp, jpy, kwd int64) map[money.Currency]int64 {
		return map[money.Currency]int64{"EUR": eur, "USD": usd, "GBP": gbp, "JPY": jpy, "KWD": kwd}
	}
	return []Item{
		{catalog.Product{SKU: "mug-blue", Name: "Harbour mug, blue", Description: "Stoneware, 350 ml, glazed by hand. Keeps tea warm and desks calm.",
			Prices: prices(1680, 1890, 1490, 2600, 5600), WeightGrams: 380, Active: true}, 500},
		{catalog.Product{SKU: "mug-white", Name: "Harbour mug, white", Description: "The same mug without the sea.",
			Prices: prices(1680, 1890, 1490, 2600, 5600), WeightGrams: 380, Active: true}, 120},
		{catalog.Product{SKU: "tee-organic", Name: "Organic tee", Description: "Heavy cotton, cut straight, sewn in Portugal.",
			Prices: prices(2900, 3200, 2500, 4500, 9500), WeightGrams: 220, Active: true}, 80},
		{catalog.Product{SKU: "notebook-dot", Name: "Dotted notebook", Description: "A5, 160 pages that lie flat.",
			Prices: prices(1250, 1390, 1090, 1900, 4000), WeightGrams: 260, Active: true}, 200},
		{catalog.Product{SKU: "poster-harbour", Name: "Harbour at dawn, poster", Description: "50 × 70 cm, printed on 200 g paper, sent rolled.",
			Prices: prices(2200, 2500, 1900, 3500, 7250), WeightGrams: 400, Active: true}, 60},
		{catalog.Product{SKU: "tea-assam", Name: "Assam, second flush", Description: "100 g of loose leaf in a tin.",
			Prices: prices(990, 1090, 850, 1500, 3200), WeightGrams: 150, Active: true}, 4},
		{catalog.Product{SKU: "lamp-desk", Name: "Desk lamp, limited edition", Description: "Brass and oak. Fifty were made, and no more will be.",
			Prices: prices(14900, 16900, 12900, 24000, 49500), WeightGrams: 1900, Active: true}, 50},
	}
}

// Seed puts the demo shop's products on sale.
func (s *Shop) Seed(ctx context.Context) error {
	for _, i := range Demo() {
		if err := s.Store.PutProduct(ctx, i.Product); err != nil {
			return err
		}
		if _, err := s.Store.SetStock(ctx, i.SKU, i.OnHand); err != nil {
			return err
		}
	}
	return nil
}
