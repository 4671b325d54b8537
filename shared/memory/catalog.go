package memory

import (
	"context"
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"till/shared/catalog"
	"till/shared/order"
)

func productKey(sku catalog.SKU) key { return key{"SKU#" + string(sku), "PRODUCT"} }

func stockKey(sku catalog.SKU) key { return key{"SKU#" + string(sku), "STOCK"} }

func binKey(sku catalog.SKU, bin catalog.Bin) key {
	if bin == "" {
		return stockKey(sku)
	}
	return key{"SKU#" + string(sku), "STOCK#" + string(bin)}
}

// spreadOf puts a SKU's bins together.
func (s *Store) spreadOf(sku catalog.SKU) (catalog.Spread, error) {
	items := s.table(Catalog).items
	first := items[stockKey(sku)]
	layout, err := catalog.DecodeLayout(first.text("bins"))
	if err != nil {
		return catalog.Spread{}, err
	}
	out := catalog.Spread{SKU: sku, Layout: layout, Backorder: first.number("allow"), Expected: first.text("expected"), Low: first.number("low"),
		N: int(first.number("n"))}
	for _, bin := range layout.Bins() {
		out.Tallies = append(out.Tallies, tallyOf(bin, items[binKey(sku, bin)]))
	}
	return out, nil
}

func tallyOf(bin catalog.Bin, item Image) catalog.Tally {
	return catalog.Tally{Bin: bin, Open: item.number("free"), Reserved: item.number("reserved"), Sold: item.number("sold")}
}

// counted is a bin's item with other counters, all else kept.
func counted(item Image, c catalog.Tally) Image {
	next := maps.Clone(item)
	if next == nil {
		next = Image{}
	}
	next["free"], next["reserved"], next["sold"] = c.Open, c.Reserved, c.Sold
	return next
}

// Product is storetest.Store's.
func (s *Store) Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error) {
	return ask(ctx, s, "Product", func() (catalog.Product, error) {
		if !s.stored(productKey(sku)) {
			return catalog.Product{}, order.NotFound("memory.Product")
		}
		return s.product(productKey(sku))
	})
}

// stored tells whether the catalog has an item.
func (s *Store) stored(k key) bool {
	_, there := s.table(Catalog).items[k]
	return there
}

// product reads a product that is there. It is the caller's own.
func (s *Store) product(k key) (catalog.Product, error) {
	p, err := body(s.table(Catalog), k, catalog.DecodeProduct)
	p.Prices, p.Images, p.Options = maps.Clone(p.Prices), slices.Clone(p.Images), slices.Clone(p.Options)
	return p, err
}

// Products is storetest.Store's.
func (s *Store) Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
	return ask(ctx, s, "Products", func() (map[catalog.SKU]catalog.Product, error) {
		out := make(map[catalog.SKU]catalog.Product, len(skus))
		for _, sku := range skus {
			if !s.stored(productKey(sku)) {
				continue
			}
			p, err := s.product(productKey(sku))
			if err != nil {
				return nil, err
			}
			out[sku] = p
		}
		return out, nil
	})
}

// ListProducts is storetest.Store's.
func (s *Store) ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) (products []catalog.Product, next string, err error) {
	type page struct {
		products []catalog.Product
		next     string
	}
	got, err := ask(ctx, s, "ListProducts", func() (page, error) {
		after, err := productCursor(cursor)
		if err != nil {
			return page{}, err
		}
		var p page
		rows := s.table(Catalog).indexes["list"].rows[string(list)]
		from, _ := slices.BinarySearchFunc(rows, after, func(e entry, sku string) int { return strings.Compare(e.sort, sku) })
		for _, e := range rows[from:] {
			if e.sort <= after {
				continue
			}
			if len(p.products) == limit {
				p.next = base64.RawURLEncoding.EncodeToString([]byte(p.products[limit-1].SKU))
				break
			}
			product, err := s.product(e.key)
			if err != nil {
				return page{}, err
			}
			p.products = append(p.products, product)
		}
		return p, nil
	})
	return got.products, got.next, err
}

// productCursor reads after which SKU to go on. Errors: fault.Unreadable, code cursor_invalid.
func productCursor(cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return "", badCursor("ListProducts")
	}
	if _, err := catalog.ParseSKU(string(text)); err != nil {
		return "", badCursor("ListProducts")
	}
	return string(text), nil
}

// Stock is storetest.Store's.
func (s *Store) Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
	spread, err := s.spread(ctx, "Stock", sku)
	return spread.Stock(), err
}

// Spread is storetest.Store's.
func (s *Store) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	return s.spread(ctx, "Spread", sku)
}

func (s *Store) spread(ctx context.Context, op string, sku catalog.SKU) (catalog.Spread, error) {
	return ask(ctx, s, op, func() (catalog.Spread, error) {
		if _, there := s.table(Catalog).items[stockKey(sku)]; !there {
			return catalog.Spread{}, order.NotFound("memory." + op)
		}
		return s.spreadOf(sku)
	})
}

// Stocks is storetest.Store's.
func (s *Store) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	spreads, err := s.spreads(ctx, "Stocks", skus)
	out := make(map[catalog.SKU]catalog.Stock, len(spreads))
	for sku, each := range spreads {
		out[sku] = each.Stock()
	}
	return out, err
}

// Spreads is storetest.Store's.
func (s *Store) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	return s.spreads(ctx, "Spreads", skus)
}

func (s *Store) spreads(ctx context.Context, op string, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	return ask(ctx, s, op, func() (map[catalog.SKU]catalog.Spread, error) {
		out := make(map[catalog.SKU]catalog.Spread, len(skus))
		for _, sku := range skus {
			if _, there := s.table(Catalog).items[stockKey(sku)]; !there {
				continue
			}
			var err error
			if out[sku], err = s.spreadOf(sku); err != nil {
				return nil, err
			}
		}
		return out, nil
	})
}
