package catalog

import "till/shared/fault"

// Stock is what is counted of one SKU. Whole units; no counter is ever below zero.
type Stock struct {
	SKU      SKU   `json:"-"`
	Free     int64 `json:"free"`     // On the shelf, promised to nobody.
	Reserved int64 `json:"reserved"` // On the shelf, promised to an order.
	Sold     int64 `json:"sold"`     // Handed to a carrier.
}

// OnHand is what a stock-take would count: free and reserved.
func (s Stock) OnHand() int64 { return s.Free + s.Reserved }

// lowBelow is when a shopper is told that little is left. Exact counts are not shown: they tell competitors sales figures.
const lowBelow = 5

// Availability is what a shopper may know of stock: "true", "false" or "low".
func (s Stock) Availability() string {
	switch {
	case s.Free <= 0:
		return "false"
	case s.Free < lowBelow:
		return "low"
	default:
		return "true"
	}
}

// MoveKind says between which counters units move.
type MoveKind string

// The kinds of moves. Each takes from one counter and gives to another, so units are neither made nor lost.
const (
	Reserve MoveKind = "reserve" // free → reserved, when an order is placed.
	Release MoveKind = "release" // reserved → free, when an order ends unshipped.
	Sell    MoveKind = "sell"    // reserved → sold, when a parcel is handed over.
)

// Move is one change of stock that rides in an order's transaction.
type Move struct {
	SKU      SKU      `json:"sku"`
	Kind     MoveKind `json:"kind"`
	Quantity int64    `json:"quantity"`
}

// Deltas are what the move adds to the counters. The store refuses a move that would take a counter below zero.
func (m Move) Deltas() (free, reserved, sold int64) {
	switch m.Kind {
	case Reserve:
		return -m.Quantity, m.Quantity, 0
	case Release:
		return m.Quantity, -m.Quantity, 0
	case Sell:
		return 0, -m.Quantity, m.Quantity
	}
	return 0, 0, 0
}

// Apply gives the stock after the move. Errors: Shortage, a counter would be below zero; fault.Internal, code move_invalid,
// for a move of an unknown kind or of less than one unit: a bug of ours.
func (s Stock) Apply(m Move) (Stock, error) {
	free, reserved, sold := m.Deltas()
	if m.Quantity < 1 || reserved == 0 {
		return s, fault.New(fault.Internal, "catalog.Apply", "move_invalid", "")
	}
	after := Stock{s.SKU, s.Free + free, s.Reserved + reserved, s.Sold + sold}
	if after.Free < 0 || after.Reserved < 0 || after.Sold < 0 {
		return s, Shortage(m.SKU)
	}
	return after, nil
}

// Count gives the stock after a stock-take found onHand units. Errors: fault.Conflict, code stock_reserved, if fewer
// are on hand than are promised; fault.Invalid for a count out of range.
func (s Stock) Count(onHand int64) (Stock, error) {
	switch {
	case onHand < 0 || onHand > 1_000_000_000:
		return s, &fault.Error{Kind: fault.Invalid, Op: "catalog.Count", Code: "quantity_invalid", At: "#/on_hand",
			Msg: "Must be a whole number from 0 to 1,000,000,000."}
	case onHand < s.Reserved:
		return s, &fault.Error{Kind: fault.Conflict, Op: "catalog.Count", Code: "stock_reserved", At: "#/on_hand",
			Msg: "More units than this are reserved for orders. Cancel orders first, or count again."}
	}
	return Stock{s.SKU, onHand - s.Reserved, s.Reserved, s.Sold}, nil
}

// shortagePlace begins the At of a shortage, before the SKU.
const shortagePlace = "/stock/"

// Shortage is the fault of a move that stock does not allow: fault.Conflict, code out_of_stock, At "/stock/SKU".
// A store joins one per SKU.
func Shortage(sku SKU) *fault.Error {
	return &fault.Error{Kind: fault.Conflict, Op: "catalog.Move", Code: "out_of_stock", At: shortagePlace + string(sku),
		Msg: "There is not enough of this product left."}
}

// ShortSKUs lists the SKUs of the shortages in err, in order.
func ShortSKUs(err error) []SKU {
	var out []SKU
	for _, e := range fault.All(err) {
		if e.Code == "out_of_stock" && len(e.At) > len(shortagePlace) {
			out = append(out, SKU(e.At[len(shortagePlace):]))
		}
	}
	return out
}
