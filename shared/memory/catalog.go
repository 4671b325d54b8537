package memory

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"till/shared/catalog"
	"till/shared/order"
)

func productKey(sku catalog.SKU) key { return key{"SKU#" + string(sku), "PRODUCT"} }

func stockKey(sku catalog.SKU) key { return key{"SKU#" + string(sku), "STOCK"} }

func stockImage(s catalog.Stock) Image {
	return Image{"free": s.Free + s.Backorder, "reserved": s.Reserved, "sold": s.Sold, "allow": s.Backorder, "expected": s.Expected}
}

func stockOf(sku catalog.SKU, item Image) catalog.Stock {
	allow := item.number("allow") // Free is stored with it.
	return catalog.Stock{SKU: sku, Free: item.number("free") - allow, Reserved: item.number("reserved"), Sold: item.number("sold"), Backorder: allow,
		Expected: item.text("expected")}
}

// Product is storetest.Store's.
func (s *Store) Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error) {
	return ask(ctx, s, "Product", func() (catalog.Product, error) {
		item, there := s.table(Catalog).items[productKey(sku)]
		if !there {
			return catalog.Product{}, order.NotFound("memory.Product")
		}
		return catalog.DecodeProduct([]byte(item.text("body")))
	})
}

// Products is storetest.Store's.
func (s *Store) Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
	return ask(ctx, s, "Products", func() (map[catalog.SKU]catalog.Product, error) {
		out := make(map[catalog.SKU]catalog.Product, len(skus))
		for _, sku := range skus {
			item, there := s.table(Catalog).items[productKey(sku)]
			if !there {
				continue
			}
			p, err := catalog.DecodeProduct([]byte(item.text("body")))
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
			product, err := catalog.DecodeProduct([]byte(s.table(Catalog).items[e.key].text("body")))
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
	return ask(ctx, s, "Stock", func() (catalog.Stock, error) {
		item, there := s.table(Catalog).items[stockKey(sku)]
		if !there {
			return catalog.Stock{}, order.NotFound("memory.Stock")
		}
		return stockOf(sku, item), nil
	})
}

// Stocks is storetest.Store's.
func (s *Store) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	return ask(ctx, s, "Stocks", func() (map[catalog.SKU]catalog.Stock, error) {
		out := make(map[catalog.SKU]catalog.Stock, len(skus))
		for _, sku := range skus {
			if item, there := s.table(Catalog).items[stockKey(sku)]; there {
				out[sku] = stockOf(sku, item)
			}
		}
		return out, nil
	})
}
