package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"till/shared/fault"
)

// Edit says who changes the catalogue, when, and over which version.
type Edit struct {
	Before int // The version that is changed; 0 makes what is not there.
	By     string
	At     time.Time
}

// Version is one version of a product, as history keeps it for good.
type Version struct {
	N       int       `json:"version"`
	At      time.Time `json:"at"`
	By      string    `json:"by"` // "staff:SUB", "seed". Safe to log.
	Product Product   `json:"product"`
}

// VersionOf is what history keeps of an edit.
func VersionOf(p Product, e Edit) Version {
	p.Version = e.Before + 1
	return Version{N: p.Version, At: e.At.UTC().Truncate(time.Millisecond), By: e.By, Product: p}
}

// Encode is the stored form of a version.
func (v Version) Encode() ([]byte, error) { return json.Marshal(v) }

// DecodeVersion reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeVersion(data []byte) (Version, error) {
	var v Version
	if err := json.Unmarshal(data, &v); err != nil {
		return Version{}, fault.Wrap(fault.Internal, "catalog.DecodeVersion", err)
	}
	return v, nil
}

// Same tells whether two products say the same, whatever their versions.
func (p Product) Same(other Product) bool {
	p.Version, other.Version = 0, 0
	mine, bad := p.Encode()
	theirs, worse := other.Encode()
	return bad == nil && worse == nil && bytes.Equal(mine, theirs)
}

// Moved is the fault of an edit of a version that is not the last any more: fault.Stale, code precondition_failed.
func Moved(op string) error {
	return &fault.Error{Kind: fault.Stale, Op: op, Code: "precondition_failed", At: "If-Match", Msg: "It was changed by somebody else. Read it again."}
}

// List is one of the two lists in which every product stands.
type List string

// The lists. What is listed may not be on sale yet, or any more: see Product.OnSale.
const (
	Listed   List = "1"
	Unlisted List = "0" // Withdrawn, or unlisted.
)

// Shelf keeps products.
type Shelf interface {
	Product(context.Context, SKU) (Product, error)
	SaveProduct(context.Context, Product, Edit) error
}

// Put stores a product over whatever is there, and gives it as stored. What is there already is not written again. Errors: as the
// shelf's; fault.Stale, it was changed meanwhile.
func Put(ctx context.Context, s Shelf, p Product, by string, at time.Time) (Product, error) {
	old, err := s.Product(ctx, p.SKU)
	switch {
	case fault.Is(err, fault.NotFound):
		old = Product{}
	case err != nil:
		return Product{}, err
	case old.Same(p):
		return old, nil
	}
	e := Edit{Before: old.Version, By: by, At: at}
	p.Version = e.Before + 1
	return p, s.SaveProduct(ctx, p, e)
}
