package memory

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/order"
)

func orderKey(id order.ID) key { return key{"ORDER#" + string(id), "ORDER"} }

func changeKey(id order.ID, n int) key {
	digits := strconv.Itoa(n)
	return key{"ORDER#" + string(id), "CHANGE#" + "000000"[min(len(digits), 6):] + digits}
}

func refKey(r order.Ref) key { return key{"REF#" + r.Gateway + "#" + r.Ref, "REF"} }

// Order is storetest.Store's.
func (s *Store) Order(ctx context.Context, id order.ID) (*order.Order, error) {
	return ask(ctx, s, "Order", func() (*order.Order, error) { return s.order("Order", id) })
}

func (s *Store) order(op string, id order.ID) (*order.Order, error) {
	t, k := s.table(Orders), orderKey(id)
	if _, there := t.items[k]; !there {
		return nil, order.NotFound("memory." + op)
	}
	o, err := body(t, k, order.Decode)
	if err != nil {
		return nil, err
	}
	return o.Clone(), nil
}

// Orders is storetest.Store's.
func (s *Store) Orders(ctx context.Context, ids []order.ID) ([]*order.Order, error) {
	return ask(ctx, s, "Orders", func() ([]*order.Order, error) {
		var out []*order.Order
		for i, id := range ids {
			if slices.Contains(ids[:i], id) {
				continue
			}
			o, err := s.order("Orders", id)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, o)
		}
		return out, nil
	})
}

// Change is storetest.Store's.
func (s *Store) Change(ctx context.Context, id order.ID, n int) (order.Change, error) {
	return ask(ctx, s, "Change", func() (order.Change, error) {
		t, k := s.table(Orders), changeKey(id, n)
		if _, there := t.items[k]; !there {
			return order.Change{}, order.NotFound("memory.Change")
		}
		c, err := body(t, k, order.DecodeChange)
		return c.Clone(), err
	})
}

// Changes is storetest.Store's.
func (s *Store) Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error) {
	return ask(ctx, s, "Changes", func() ([]order.Change, error) {
		t := s.table(Orders)
		last := int(t.items[orderKey(id)].number("n"))
		out := make([]order.Change, 0, max(0, min(limit, last-max(after, 0))))
		for n := max(after, 0) + 1; len(out) < limit; n++ {
			k := changeKey(id, n)
			if _, there := t.items[k]; !there {
				break
			}
			c, err := body(t, k, order.DecodeChange)
			if err != nil {
				return nil, err
			}
			out = append(out, c.Clone())
		}
		return out, nil
	})
}

// OrderByRef is storetest.Store's.
func (s *Store) OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error) {
	return ask(ctx, s, "OrderByRef", func() (order.ID, error) {
		item, there := s.table(Orders).items[refKey(order.Ref{Gateway: gateway, Ref: ref})]
		if !there {
			return "", order.NotFound("memory.OrderByRef")
		}
		return order.ID(item.text("order_id")), nil
	})
}

// DueOrders is storetest.Store's.
func (s *Store) DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	return ask(ctx, s, "DueOrders", func() ([]order.ID, error) {
		var out []order.ID
		for _, e := range s.table(Orders).indexes["due"].until(dueText(before), limit) {
			out = append(out, orderOf(e.key))
		}
		return out, nil
	})
}

// DayOrders is storetest.Store's.
func (s *Store) DayOrders(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "DayOrders", "day", day, cursor, limit)
}

// CustomerOrders is storetest.Store's.
func (s *Store) CustomerOrders(ctx context.Context, customer, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "CustomerOrders", "customer", customer, cursor, limit)
}

// openReturns is under what the index of returns has its orders.
const openReturns = "open"

// ReturnOrders is storetest.Store's.
func (s *Store) ReturnOrders(ctx context.Context, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "ReturnOrders", "returns", openReturns, cursor, limit)
}

// newest lists the orders under a value of an index that is sorted by when they were placed.
func (s *Store) newest(ctx context.Context, op, index, value, cursor string, limit int) (ids []order.ID, next string, err error) {
	type page struct {
		ids  []order.ID
		next string
	}
	got, err := ask(ctx, s, op, func() (page, error) {
		rows := s.table(Orders).indexes[index].rows[value]
		end := len(rows)
		if cursor != "" {
			last, err := placeOf(op, cursor)
			if err != nil {
				return page{}, err
			}
			end, _ = slices.BinarySearchFunc(rows, last, compare)
		}
		var p page
		for i := end - 1; i >= 0 && len(p.ids) < limit; i-- {
			p.ids = append(p.ids, orderOf(rows[i].key))
			if len(p.ids) == limit && i > 0 {
				p.next = base64.RawURLEncoding.EncodeToString([]byte(rows[i].sort + string(orderOf(rows[i].key))))
			}
		}
		return p, nil
	})
	return got.ids, got.next, err
}

func orderOf(k key) order.ID { return order.ID(strings.TrimPrefix(k.pk, "ORDER#")) }

// placedForm is how the indexes of days, customers and returns sort orders: fixed width, so that text sorts as time does.
const placedForm = "2006-01-02T15:04:05.000Z"

func dueText(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// placeOf reads where a page ended. Errors: fault.Unreadable, code cursor_invalid.
func placeOf(op, cursor string) (entry, error) {
	text, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(text) < len(placedForm) {
		return entry{}, badCursor(op)
	}
	placed, rest := string(text[:len(placedForm)]), string(text[len(placedForm):])
	id, noID := order.ParseID(rest)
	if _, err := time.Parse(placedForm, placed); err != nil || noID != nil {
		return entry{}, badCursor(op)
	}
	return entry{placed, orderKey(id)}, nil
}

func badCursor(op string) error {
	return fault.New(fault.Unreadable, "memory."+op, "cursor_invalid", "This is not a place in the list. Start again without it.")
}
