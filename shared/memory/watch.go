package memory

import (
	"context"
	"encoding/base64"
	"maps"
	"time"

	"till/shared/catalog"
	"till/shared/order"
)

func watchKey(sku catalog.SKU) key { return key{"SKU#" + string(sku), "WATCH"} }

// watchedList is under what the list index has the rows of watched stock.
const watchedList = "W"

func watchImage(sku catalog.SKU, low int64) Image {
	i := Image{"low": low}
	if low > 0 {
		i["list"], i["sku"] = watchedList, string(sku)
	}
	return i
}

// WatchedStock is storetest.Store's.
func (s *Store) WatchedStock(ctx context.Context, cursor string, limit int) (watches []catalog.Watch, next string, err error) {
	type page struct {
		watches []catalog.Watch
		next    string
	}
	got, err := ask(ctx, s, "WatchedStock", func() (page, error) {
		after, err := productCursor(cursor)
		if err != nil {
			return page{}, err
		}
		var p page
		for _, e := range s.table(Catalog).indexes["list"].rows[watchedList] {
			if e.sort <= after {
				continue
			}
			if len(p.watches) == limit {
				p.next = base64.RawURLEncoding.EncodeToString([]byte(p.watches[limit-1].SKU))
				break
			}
			item := s.table(Catalog).items[e.key]
			w := catalog.Watch{SKU: catalog.SKU(e.sort), Below: item.number("low")}
			if since := item.text("since"); since != "" {
				if w.Since, err = time.Parse(time.RFC3339, since); err != nil {
					return page{}, internal("WatchedStock", "unreadable")
				}
			}
			p.watches = append(p.watches, w)
		}
		return p, nil
	})
	return got.watches, got.next, err
}

// ToldOfStock is storetest.Store's.
func (s *Store) ToldOfStock(ctx context.Context, w catalog.Watch, since time.Time) error {
	return do(ctx, s, "ToldOfStock", func() error {
		item, there := s.table(Catalog).items[watchKey(w.SKU)]
		if !there || item.number("low") != w.Below {
			return conflict("ToldOfStock", order.VersionConflict, "Staff have decided anew meanwhile.")
		}
		next := maps.Clone(item)
		delete(next, "since")
		if !since.IsZero() {
			next["since"] = dueText(since)
		}
		return s.commit("ToldOfStock", put{table: Catalog, key: watchKey(w.SKU), next: next})
	})
}

// The keys of what the comparison of stock with the records of its changes leaves.
const (
	stockPK  = "SHOP#STOCK"
	stockDay = "DAY#" // And the day.
)

func checkKey() key { return key{stockPK, "CHECK"} }

// StockCheck is storetest.Store's.
func (s *Store) StockCheck(ctx context.Context) (catalog.StockCheck, error) {
	return ask(ctx, s, "StockCheck", func() (catalog.StockCheck, error) {
		item, there := s.table(Catalog).items[checkKey()]
		if !there {
			return catalog.StockCheck{}, nil
		}
		return catalog.DecodeStockCheck([]byte(item.text("body")))
	})
}

// SaveStockCheck is storetest.Store's.
func (s *Store) SaveStockCheck(ctx context.Context, c catalog.StockCheck) error {
	return do(ctx, s, "SaveStockCheck", func() error {
		body, err := c.Encode()
		if err != nil {
			return internal("SaveStockCheck", "unencodable")
		}
		return s.commit("SaveStockCheck", put{table: Catalog, key: checkKey(), next: Image{"body": string(body)}})
	})
}

// StockDays is storetest.Store's.
func (s *Store) StockDays(ctx context.Context) ([]catalog.StockDay, error) {
	return ask(ctx, s, "StockDays", func() ([]catalog.StockDay, error) {
		var out []catalog.StockDay
		for _, k := range s.rows(stockPK, stockDay, "") {
			d, err := catalog.DecodeStockDay([]byte(s.table(Catalog).items[k].text("body")))
			if err != nil {
				return nil, err
			}
			out = append(out, d)
		}
		return out, nil
	})
}

// SaveStockDay is storetest.Store's.
func (s *Store) SaveStockDay(ctx context.Context, d catalog.StockDay) error {
	return do(ctx, s, "SaveStockDay", func() error {
		body, err := d.Encode()
		if err != nil {
			return internal("SaveStockDay", "unencodable")
		}
		return s.commit("SaveStockDay", put{table: Catalog, key: key{stockPK, stockDay + d.Day}, next: Image{"body": string(body)}})
	})
}
