package listproducts

import (
	"context"

	"till/shared/catalog"
	"till/shared/edge/apigw"
)

// looksMax bounds how often a request looks on while it finds nothing.
const looksMax = 8

// look is what was found at one place: where it goes on, and by which word the store looked.
type look struct {
	by       catalog.Search
	products []catalog.Product
	next     string
}

func (l look) name() string { return listName + " " + l.by.Name() + " by " + l.by.Lead() }

// found is a page of what is searched for. Of several words the rarest leads: "walnut 4711" is one look, not a walk through all that is
// made of walnut. A page is empty only if nothing was found in many looks, or nothing is left.
func (h Handler) found(ctx context.Context, search catalog.Search, cursor string) ([]catalog.Product, string, error) {
	leads := search.Leads()
	var at look
	var err error
	if cursor == "" {
		at, err = h.rarest(ctx, leads)
	} else if at, err = resumed(leads, cursor); err == nil {
		at, err = h.look(ctx, at)
	}
	for looks := 1; err == nil && len(at.products) == 0 && at.next != "" && looks < looksMax; looks++ {
		at, err = h.look(ctx, at)
	}
	if err != nil {
		return nil, "", err
	}
	next, err := nextOf(at.name(), at.next)
	return at.products, next, err
}

func (h Handler) look(ctx context.Context, at look) (look, error) {
	var err error
	at.products, at.next, err = h.Find(ctx, at.by, at.next, pageSize)
	return at, err
}

// rarest looks by each word, until one has all of its products on one page: then that is all there is. If none has, it is the word by which
// most was found.
func (h Handler) rarest(ctx context.Context, leads []catalog.Search) (look, error) {
	var best look
	for i, by := range leads {
		at, err := h.look(ctx, look{by: by})
		if err != nil || at.next == "" {
			return at, err
		}
		if i == 0 || len(at.products) > len(best.products) {
			best = at
		}
	}
	return best, nil
}

// resumed is where a page of the search ended, whichever word led. Errors: fault.Unreadable, cursor_invalid.
func resumed(leads []catalog.Search, cursor string) (look, error) {
	var at look
	var err error
	for _, by := range leads {
		at.by = by
		if at.next, err = apigw.DecodeCursor(at.name(), cursor); err == nil {
			break
		}
	}
	return at, err
}
