package daybook

import (
	"context"
	"errors"
	"slices"
	"sync"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/reconcile"
)

// Source is where days are summed up from. Every field is required.
type Source struct {
	// Closing gives what a day closed with; fault.NotFound if that was never stored: then the next one opens with nothing, and says so.
	Closing func(ctx context.Context, day string) ([]Balance, error)
	// Entries gives what settlements brought on a day.
	Entries func(ctx context.Context, day string) ([]reconcile.Entry, error)
	Placed  func(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	// Late lists the changes of a day that have postings and are of orders placed on another.
	Late   func(ctx context.Context, day, cursor string, limit int) (changes []order.Change, next string, err error)
	Orders func(context.Context, []order.ID) ([]*order.Order, error)
	Chain  func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Pages  int // How many pages of orders, and of changes, a day may have.
}

const (
	// pageSize is how many orders or changes are read at a time: as many as one batch read gives.
	pageSize = 100
	// chainSize is how many changes of an order are read at a time; most have fewer.
	chainSize = 100
	// chainsAtOnce is how many orders' changes are read at the same time.
	chainsAtOnce = 16
)

// Day sums a whole day (UTC) up. Errors: fault.Invalid, code day_invalid; fault.Unavailable, code report_too_large, a day with more than one
// run can sum; those of the store.
func (s Source) Day(ctx context.Context, day string) (Report, error) {
	d, err := s.open(ctx, day)
	if err != nil {
		return Report{}, err
	}
	if err := s.fill(ctx, d, day); err != nil {
		return Report{}, err
	}
	return d.Report(), nil
}

// open begins the day with what the one before closed with.
func (s Source) open(ctx context.Context, day string) (*Day, error) {
	d, err := NewDay(day, nil, false)
	if err != nil {
		return nil, err
	}
	opening, err := s.Closing(ctx, Before(day))
	if fault.Is(err, fault.NotFound) {
		return d, nil
	}
	if err != nil {
		return nil, err
	}
	return NewDay(day, opening, true)
}

// fill adds what the day moved: settlements, changes of the orders placed on it, and of others. Errors: fault.Unavailable, code report_too_large,
// a day with more pages than may be summed.
func (s Source) fill(ctx context.Context, d *Day, day string) error {
	settled, err := s.Entries(ctx, day)
	if err != nil {
		return err
	}
	for _, e := range settled {
		if err := d.Add(Entry{Gateway: e.Gateway, Currency: e.Currency, At: e.At, Source: e.Key, Postings: e.Postings}); err != nil {
			return err
		}
	}
	err = s.pages(func(cursor string) (string, error) {
		ids, next, err := s.Placed(ctx, day, cursor, pageSize)
		if err != nil {
			return "", err
		}
		return next, s.own(ctx, d, ids)
	})
	if err != nil {
		return err
	}
	return s.pages(func(cursor string) (string, error) {
		changes, next, err := s.Late(ctx, day, cursor, pageSize)
		if err != nil {
			return "", err
		}
		return next, s.late(ctx, d, changes)
	})
}

// pages calls page with each cursor, beginning with none, until there is no next.
func (s Source) pages(page func(cursor string) (string, error)) error {
	cursor := ""
	for range s.Pages {
		var err error
		if cursor, err = page(cursor); err != nil || cursor == "" {
			return err
		}
	}
	return fault.New(fault.Unavailable, "daybook.pages", "report_too_large", "This day has too many changes to sum up here.")
}

// own adds the changes of orders placed on the day; the day itself leaves out those of later days.
func (s Source) own(ctx context.Context, d *Day, ids []order.ID) error {
	orders, err := s.Orders(ctx, ids)
	if err != nil {
		return err
	}
	entries, faults := make([][]Entry, len(orders)), make([]error, len(orders))
	var all sync.WaitGroup
	places := make(chan struct{}, chainsAtOnce)
	for i, o := range orders {
		places <- struct{}{}
		all.Go(func() {
			defer func() { <-places }()
			entries[i], faults[i] = s.chain(ctx, o.Record())
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return err
	}
	return add(d, slices.Concat(entries...))
}

// late adds changes of orders placed on other days. Only for an order paid at several gateways is its chain read.
func (s Source) late(ctx context.Context, d *Day, changes []order.Change) error {
	var ids []order.ID
	for _, c := range changes {
		if !slices.Contains(ids, c.Order) {
			ids = append(ids, c.Order)
		}
	}
	orders, err := s.Orders(ctx, ids)
	if err != nil {
		return err
	}
	if len(orders) != len(ids) {
		return fault.New(fault.Internal, "daybook.late", "order_missing", "")
	}
	for _, o := range orders {
		r := o.Record()
		gateway, one := GatewayOf(r)
		var chain []Entry
		if !one {
			if chain, err = s.chain(ctx, r); err != nil {
				return err
			}
		}
		for _, c := range changes {
			if c.Order != r.ID {
				continue
			}
			e := EntryOf(r, c, gateway)
			if i := slices.IndexFunc(chain, func(other Entry) bool { return other.Source == e.Source }); i >= 0 {
				e = chain[i]
			}
			if err := d.Add(e); err != nil {
				return err
			}
		}
	}
	return nil
}

// chain reads all changes of an order and gives each its gateway.
func (s Source) chain(ctx context.Context, r order.Record) ([]Entry, error) {
	var all []order.Change
	for {
		more, err := s.Chain(ctx, r.ID, len(all), chainSize)
		if err != nil {
			return nil, err
		}
		if all = append(all, more...); len(more) < chainSize {
			break
		}
	}
	gateway, one := GatewayOf(r)
	if !one {
		return Chain(r, all)
	}
	var out []Entry
	for _, c := range all {
		out = append(out, EntryOf(r, c, gateway))
	}
	return out, nil
}

func add(d *Day, entries []Entry) error {
	for _, e := range entries {
		if err := d.Add(e); err != nil {
			return err
		}
	}
	return nil
}
