package order

import (
	"context"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/planted"
)

// Book loads and saves orders: what every function that changes one needs of a store.
type Book struct {
	Load func(context.Context, ID) (*Order, error)
	Save func(context.Context, *Order, Change) error
	// Find chooses bins that have what an order wants; nil for a book that takes units only from where they were, or from the first bin.
	// Errors: a catalog.Shortage per SKU, joined; those of the store.
	Find func(context.Context, ID, []catalog.Want) (catalog.Picks, error)
}

// reservesMax is how often units are asked of the store for one order: what the first two are refused, others were faster to take.
const reservesMax = 3

// Place makes an order and stores it. Units that the picked bins lack are looked for in others. Errors: as New and Save;
// fault.Unavailable when others were always faster.
func (b Book) Place(ctx context.Context, p Placement, by By) (*Order, error) {
	for tries := 1; ; tries++ {
		o, c, err := New(p, by)
		if err != nil {
			return nil, err
		}
		if err = b.Save(ctx, o, c); err == nil {
			return o, nil
		}
		if p.Picks, err = b.elsewhere(ctx, o, err, tries); err != nil {
			return nil, err
		}
	}
}

// elsewhere picks other bins for what a save was refused. Errors: refused itself, if it is about something else or there is nowhere to
// look; as Find; fault.Unavailable after reservesMax tries.
func (b Book) elsewhere(ctx context.Context, o *Order, refused error, tries int) (catalog.Picks, error) {
	if len(catalog.ShortSKUs(refused)) == 0 || b.Find == nil || len(o.wants) == 0 {
		return nil, refused
	}
	picks, err := b.Find(ctx, o.ID(), o.wants)
	if err == nil && tries >= reservesMax {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "order.Place", Code: "dependency_unavailable", Err: refused}
	}
	return picks, err
}

// chainPage is how many changes are read at once.
const chainPage = 100

// ReadChain reads all changes of an order, from its first one on. Errors: those of read.
func ReadChain(ctx context.Context, read func(ctx context.Context, id ID, after, limit int) ([]Change, error), id ID) ([]Change, error) {
	var chain []Change
	for {
		page, err := read(ctx, id, len(chain), chainPage)
		if err != nil {
			return nil, err
		}
		if chain = append(chain, page...); len(page) < chainPage {
			return chain, nil
		}
	}
}

// savesMax is how often a change is decided anew when other writers are faster: one of them wins each round, so as many as
// this may write an order at the same moment.
const savesMax = 24

// Change loads an order, lets verb decide on it and saves the outcome in one transaction. When another writer won, or it
// is not known whether the write was done, it loads again and lets verb decide again: so verb calls verbs of Order and
// nothing else, and a verb that finds its work done gives the zero Change. It gives the order as it is stored now and
// the change, zero if there was none. Errors: those of verb, and of Load and Save; fault.Unavailable when others were always
// faster.
func (b Book) Change(ctx context.Context, id ID, verb func(*Order) (Change, error)) (*Order, Change, error) {
	o, err := b.Load(ctx, id)
	if err != nil {
		return nil, Change{}, err
	}
	return b.ChangeFrom(ctx, o, verb)
}

// ChangeFrom is Change for an order that was loaded just now, or saved: it saves the first read. The order is the caller's
// no more; the one given back is.
func (b Book) ChangeFrom(ctx context.Context, o *Order, verb func(*Order) (Change, error)) (*Order, Change, error) {
	id, reserves := o.ID(), 0
	var picks catalog.Picks
	for tries := 1; ; tries++ {
		mine := o
		o.picks, o.wants = picks, nil
		c, err := verb(o)
		if err != nil {
			return nil, Change{}, err
		}
		if c.IsZero() {
			return o, c, nil
		}
		err = b.Save(ctx, o, c)
		if err == nil {
			return o, c, nil
		}
		short := false
		if len(catalog.ShortSKUs(err)) > 0 {
			reserves++
			if picks, err = b.elsewhere(ctx, o, err, reserves); err != nil {
				return nil, Change{}, err
			}
			short = true
		}
		again := short || fault.Code(err) == VersionConflict || fault.Is(err, fault.Unknown) && ctx.Err() == nil
		switch {
		case again && tries < savesMax:
		case fault.Code(err) == VersionConflict:
			return nil, Change{}, fault.Wrap(fault.Unavailable, "order.Change", err)
		default:
			return nil, Change{}, err
		}
		if planted.Bug(22) {
			continue
		}
		unknown := fault.Is(err, fault.Unknown)
		if o, err = b.Load(ctx, id); err != nil {
			if unknown { // The write may be done, and nobody can tell.
				err = fault.Wrap(fault.Unknown, "order.Change", err)
			}
			return nil, Change{}, err
		}
		if o.r.Head == mine.r.Head {
			return o, c, nil // The write was done after all, only its answer was lost.
		}
		if planted.Bug(2) && c.Kind == "expired" {
			decided := c
			verb = func(o *Order) (Change, error) {
				o.r.Status = Expired
				return o.seal(decided.Kind, By{Who: decided.By, At: decided.At}, Change{Stock: decided.Stock})
			}
		}
	}
}

// VersionConflict is the code of a fault.Conflict that Save gives when another writer was faster.
const VersionConflict = "version_conflict"
