package localshop

import (
	"context"
	"slices"
	"strings"

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
	return append([]Item{
		{catalog.Product{SKU: "mug-blue", Name: "Harbour mug, blue", Description: "Stoneware, 350 ml, glazed by hand. Keeps tea warm and desks calm.",
			Prices: prices(1680, 1890, 1490, 2600, 5600), WeightGrams: 380, Images: picture("mug-blue", "A blue mug"), Family: "mug-harbour", Options: options("Colour", "Blue"), Active: true}, 500},
		{catalog.Product{SKU: "mug-white", Name: "Harbour mug, white", Description: "The same mug without the sea.",
			Prices: prices(1680, 1890, 1490, 2600, 5600), WeightGrams: 380, Images: picture("mug-white", "A white mug"), Family: "mug-harbour", Options: options("Colour", "White"), Active: true}, 120},
		{catalog.Product{SKU: "tee-organic", Name: "Organic tee", Description: "Heavy cotton, cut straight, sewn in Portugal.",
			Prices: prices(2900, 3200, 2500, 4500, 9500), WeightGrams: 220, Images: append(picture("tee-organic", "A green tee with a leaf on its chest"), picture("tee-black", "The same tee in black")...),
			Family: "tee-organic", Options: options("Colour", "Green", "Size", "M"), Active: true}, 80},
		{catalog.Product{SKU: "notebook-dot", Name: "Dotted notebook", Description: "A5, 160 pages that lie flat.",
			Prices: prices(1250, 1390, 1090, 1900, 4000), WeightGrams: 260, Images: picture("notebook-dot", "A notebook with a dotted page"), Active: true}, 200},
		{catalog.Product{SKU: "poster-harbour", Name: "Harbour at dawn, poster", Description: "50 × 70 cm, printed on 200 g paper, sent rolled.",
			Prices: prices(2200, 2500, 1900, 3500, 7250), WeightGrams: 400, Images: picture("poster-harbour", "A poster of a harbour at dawn"), Active: true}, 60},
		{catalog.Product{SKU: "tea-assam", Name: "Assam, second flush", Description: "100 g of loose leaf in a tin.",
			Prices: prices(990, 1090, 850, 1500, 3200), WeightGrams: 150, Images: picture("tea-assam", "A tin of tea"), TaxClass: "reduced", Active: true}, 4},
		{catalog.Product{SKU: "lamp-desk", Name: "Desk lamp, limited edition", Description: "Brass and oak. Fifty were made, and no more will be.",
			Prices: prices(14900, 16900, 12900, 24000, 49500), WeightGrams: 1900, Images: picture("lamp-desk", "A desk lamp of brass and oak"), Active: true}, 50},
	}, sizes(prices(2900, 3200, 2500, 4500, 9500))...)
}

// sizes are the variants of the tee that its own page offers and no list shows.
func sizes(prices map[money.Currency]int64) []Item {
	var out []Item
	for _, v := range []struct {
		sku          catalog.SKU
		colour, size string
		onHand       int64
	}{{"tee-organic-s", "Green", "S", 40}, {"tee-organic-l", "Green", "L", 3}, {"tee-black-m", "Black", "M", 25}, {"tee-black-l", "Black", "L", 0}} {
		image := picture("tee-organic", "A green tee with a leaf on its chest")
		if v.colour == "Black" {
			image = picture("tee-black", "A black tee")
		}
		out = append(out, Item{catalog.Product{
			SKU: v.sku, Name: "Organic tee, " + strings.ToLower(v.colour) + ", " + v.size, Description: "Heavy cotton, cut straight, sewn in Portugal.", Prices: prices,
			WeightGrams: 220, Images: image, Family: "tee-organic", Options: options("Colour", v.colour, "Size", v.size), Unlisted: true, Active: true,
		}, v.onHand})
	}
	return out
}

// picture is the demo shop's own drawing of a product.
func picture(name, alt string) []catalog.Image {
	return []catalog.Image{{URL: "/assets/products/" + name + ".svg", Alt: alt}}
}

// options are names and values in turn.
func options(parts ...string) []catalog.Option {
	var out []catalog.Option
	for pair := range slices.Chunk(parts, 2) {
		out = append(out, catalog.Option{Name: pair[0], Value: pair[1]})
	}
	return out
}

// Seed puts the demo shop's products on sale.
func (s *Shop) Seed(ctx context.Context) error {
	for _, i := range Demo() {
		if _, err := catalog.Put(ctx, s.Store, i.Product, "seed", s.Clock.Now()); err != nil {
			return err
		}
		if _, err := catalog.Count(ctx, s.Store, i.SKU, i.OnHand); err != nil {
			return err
		}
	}
	return nil
}
