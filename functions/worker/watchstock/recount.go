package watchstock

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
)

const (
	// restAfter is after how long a day's orders are not read again, if nothing is reserved for any of them.
	restAfter = 35
	// emptyMax is how many days in a row without an order are before the shop's first one, as long as that is not known.
	emptyMax = 400
	// dayBytesMax is below what a stored item may have; a day that has more is read each time.
	dayBytesMax = 300 << 10
	day         = 24 * time.Hour
)

// recounted is what one comparison found.
type recounted struct {
	found    []catalog.Difference
	first    string             // The first day with orders.
	rest     []catalog.StockDay // Days that need not be read again.
	products int
}

// recount reads all stock, and then what changed it. Days that are known are not read. It reads one thing after the other: nobody waits,
// and the shop's own reads come first.
func (h Handler) recount(ctx context.Context, first string, known map[string]catalog.StockDay) (recounted, error) {
	r := catalog.Recount{From: h.Now()}
	all, err := h.shelves(ctx)
	if err != nil {
		return recounted{}, err
	}
	r.Until = h.Now()
	out := recounted{products: len(all)}
	newest := r.Until.Add(time.Minute).UTC().Truncate(day) // An order's clock may be ahead.
	empty := 0
	for at := newest; ; at = at.Add(-day) {
		name := at.Format(time.DateOnly)
		if first != "" && name < first || first == "" && empty == emptyMax {
			break
		}
		d, is := known[name]
		if is {
			r.AddDay(d)
			out.first, empty = name, 0
			continue
		}
		read, err := h.orders(ctx, &r, name)
		if err != nil {
			return recounted{}, err
		}
		if empty++; read.orders > 0 {
			out.first, empty = name, 0
		}
		if read.orders > 0 && newest.Sub(at) > restAfter*day && read.atRest() {
			out.rest = append(out.rest, read.day(name))
		}
	}
	out.found = r.Differences(all)
	return out, nil
}

// shelves reads the stock of every product, and what its entries brought.
func (h Handler) shelves(ctx context.Context) ([]catalog.Entered, error) {
	var out []catalog.Entered
	for _, list := range []catalog.List{catalog.Listed, catalog.Unlisted} {
		for cursor := ""; ; {
			products, next, err := h.Products(ctx, list, cursor, pageSize)
			if err != nil {
				return nil, err
			}
			for _, p := range products {
				s, err := h.shelf(ctx, p.SKU)
				if fault.Is(err, fault.NotFound) {
					continue // Never counted.
				}
				if err != nil {
					return nil, err
				}
				out = append(out, s)
			}
			if cursor = next; next == "" {
				break
			}
		}
	}
	// One that is listed now and was not when the list of the others was read is there twice.
	slices.SortStableFunc(out, func(a, b catalog.Entered) int { return cmp.Compare(a.SKU, b.SKU) })
	return slices.CompactFunc(out, func(a, b catalog.Entered) bool { return a.SKU == b.SKU }), nil
}

// shelf reads the entries first: if there is one more when the counters are read, their numbers tell.
func (h Handler) shelf(ctx context.Context, sku catalog.SKU) (catalog.Entered, error) {
	s := catalog.Entered{Brought: map[catalog.Location]int64{}}
	for before := 0; ; {
		entries, err := h.Entries(ctx, sku, before, pageSize)
		if err != nil {
			return catalog.Entered{}, err
		}
		for _, e := range entries {
			e.Into(s.Brought)
			s.Entries++
		}
		if len(entries) < pageSize {
			break
		}
		before = entries[len(entries)-1].N
	}
	var err error
	s.Spread, err = h.Spread(ctx, sku)
	return s, err
}

type shelved struct {
	sku catalog.SKU
	bin catalog.Bin
}

// placed is what the orders of one day did.
type placed struct {
	orders         int
	reserved, sold map[shelved]int64
}

// orders adds the changes of the orders that were placed on a day.
func (h Handler) orders(ctx context.Context, r *catalog.Recount, name string) (placed, error) {
	out := placed{reserved: map[shelved]int64{}, sold: map[shelved]int64{}}
	for cursor := ""; ; {
		ids, next, err := h.Placed(ctx, name, cursor, pageSize)
		if err != nil {
			return placed{}, err
		}
		for _, id := range ids {
			out.orders++
			chain, err := order.ReadChain(ctx, h.Chain, id)
			if err != nil {
				return placed{}, err
			}
			for _, c := range chain {
				r.Add(c.At, c.Stock)
				out.add(c.Stock)
			}
		}
		if cursor = next; next == "" {
			return out, nil
		}
	}
}

func (p placed) add(moves []catalog.Move) {
	for _, m := range moves {
		_, reserved, sold := m.Deltas()
		p.reserved[shelved{m.SKU, m.Bin}] += reserved
		p.sold[shelved{m.SKU, m.Bin}] += sold
	}
}

func (p placed) atRest() bool {
	for _, n := range p.reserved {
		if n != 0 {
			return false
		}
	}
	return true
}

func (p placed) day(name string) catalog.StockDay {
	d := catalog.StockDay{Day: name}
	for k, n := range p.sold {
		if n != 0 {
			d.Sold = append(d.Sold, catalog.SoldFrom{SKU: k.sku, Bin: k.bin, Quantity: n})
		}
	}
	slices.SortFunc(d.Sold, func(a, b catalog.SoldFrom) int { return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Bin, b.Bin)) })
	return d
}

// known reads the days that need not be read.
func (h Handler) known(ctx context.Context) (map[string]catalog.StockDay, error) {
	days, err := h.Days(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[string]catalog.StockDay, len(days))
	for _, d := range days {
		out[d.Day] = d
	}
	return out, nil
}

// keep stores the days that are at rest, unless they are stored so.
func (h Handler) keep(ctx context.Context, known map[string]catalog.StockDay, rest []catalog.StockDay) error {
	for _, d := range rest {
		is, err := d.Encode()
		if err != nil {
			return fault.Wrap(fault.Internal, "watchstock.keep", err)
		}
		was, err := known[d.Day].Encode()
		if err != nil {
			return fault.Wrap(fault.Internal, "watchstock.keep", err)
		}
		if bytes.Equal(is, was) || len(is) > dayBytesMax {
			continue
		}
		if err := h.SaveDay(ctx, d); err != nil {
			return err
		}
	}
	return nil
}
