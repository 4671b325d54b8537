package goods

import (
	"context"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
)

// What became of a line of an import.
const (
	Made      = "made"
	Changed   = "changed"
	Unchanged = "unchanged"
	Refused   = "refused" // It cannot be so: see the errors.
	Failed    = "failed"  // It did not happen, or may have happened; the same import again is safe.
)

// Fault is one fault of a line.
type Fault struct {
	Code    string `json:"code"`
	Pointer string `json:"pointer,omitempty"` // Into the line: "#/prices/EUR".
	Detail  string `json:"detail,omitempty"`
}

// Line is what became of one product of an import.
type Line struct {
	SKU     string  `json:"sku"`
	Result  string  `json:"result"`
	Version int     `json:"version,omitempty"` // After it; of a dry run before it.
	Errors  []Fault `json:"errors,omitempty"`
}

// Bringer puts many products at once. Every field is required.
type Bringer struct {
	Products func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
	Save     func(context.Context, catalog.Product, catalog.Edit) error
	Now      func() time.Time
}

// Bring puts each product over whatever is there, on its own: a line is done whole or not at all, whatever becomes of the others. What is
// there already is not written. dry: only says what would be done. Errors: the store's, before anything was written.
func (b Bringer) Bring(ctx context.Context, requests []Request, by string, dry bool) ([]Line, error) {
	products := make([]catalog.Product, len(requests))
	lines := make([]Line, len(requests))
	seen := map[catalog.SKU]bool{}
	var skus []catalog.SKU
	for i, r := range requests {
		p, err := r.Product()
		if err == nil && seen[p.SKU] {
			err = &fault.Error{Kind: fault.Invalid, Op: "goods.Bring", Code: "sku_invalid", At: "/sku", Msg: "Another line has this SKU."}
		}
		products[i], lines[i] = p, Line{SKU: r.SKU}
		if err != nil {
			lines[i].Result, lines[i].Errors = Refused, faultsOf(err)
			if _, bad := catalog.ParseSKU(r.SKU); bad != nil {
				lines[i].SKU = "" // What is no SKU is not shown.
			}
			continue
		}
		seen[p.SKU] = true
		skus = append(skus, p.SKU)
	}
	if len(skus) == 0 {
		return lines, nil
	}
	there, err := b.Products(ctx, skus)
	if err != nil {
		return nil, err
	}
	for i := range lines {
		if lines[i].Result == "" {
			b.one(ctx, &lines[i], products[i], there[products[i].SKU], by, dry)
		}
	}
	return lines, nil
}

// one puts one product.
func (b Bringer) one(ctx context.Context, l *Line, p, old catalog.Product, by string, dry bool) {
	l.Version = old.Version
	switch {
	case old.Version > 0 && old.Same(p):
		l.Result = Unchanged
		return
	case old.Version > 0:
		l.Result = Changed
	default:
		l.Result = Made
	}
	if dry {
		return
	}
	if err := b.Save(ctx, p, catalog.Edit{Before: old.Version, By: by, At: b.Now()}); err != nil {
		l.Result, l.Errors = Failed, faultsOf(err)
		return
	}
	l.Version++
}

// faultsOf shows faults; of what is our side's own only that it is.
func faultsOf(err error) []Fault {
	var out []Fault
	for _, e := range fault.All(err) {
		if e.Kind == fault.Invalid || e.Kind == fault.Stale {
			f := Fault{Code: e.Code, Detail: e.Msg}
			if e.Kind == fault.Invalid {
				f.Pointer = "#" + e.At
			}
			out = append(out, f)
		}
	}
	if len(out) == 0 {
		out = []Fault{{Code: "dependency_unavailable", Detail: "Not now. The same import may be sent again."}}
	}
	return out
}
