package order

import (
	"context"

	"till/shared/fault"
)

// Book loads and saves orders: what every function that changes one needs of a store.
type Book struct {
	Load func(context.Context, ID) (*Order, error)
	Save func(context.Context, *Order, Change) error
}

// savesMax is how often a change is decided anew when other writers are faster.
const savesMax = 8

// Change loads an order, lets verb decide on it and saves the outcome in one transaction. When another writer won, or it
// is not known whether the write was done, it loads again and lets verb decide again: so verb calls verbs of Order and
// nothing else, and a verb that finds its work done gives the zero Change. It gives the order as it is stored now and
// the change, zero if there was none. Errors: those of verb, and of Load and Save.
func (b Book) Change(ctx context.Context, id ID, verb func(*Order) (Change, error)) (*Order, Change, error) {
	var last error
	for range savesMax {
		o, err := b.Load(ctx, id)
		if err != nil {
			return nil, Change{}, err
		}
		c, err := verb(o)
		if err != nil {
			return nil, Change{}, err
		}
		if c.IsZero() {
			return o, c, nil
		}
		last = b.Save(ctx, o, c)
		switch {
		case last == nil:
			return o, c, nil
		case fault.Code(last) == VersionConflict, fault.Is(last, fault.Unknown) && ctx.Err() == nil:
			continue
		default:
			return nil, Change{}, last
		}
	}
	return nil, Change{}, last
}

// VersionConflict is the code of a fault.Conflict that Save gives when another writer was faster.
const VersionConflict = "version_conflict"
