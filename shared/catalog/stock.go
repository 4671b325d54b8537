package catalog

import "till/shared/fault"

// Stock is what is counted of one SKU. Whole units; no counter is ever below zero, but for what is free: by as many as may be promised
// before they are there. On hand below zero says that parcels went out whose goods nobody has entered yet.
type Stock struct {
	SKU      SKU   `json:"-"`
	Free     int64 `json:"free"`     // On the shelf, promised to nobody.
	Reserved int64 `json:"reserved"` // On the shelf, promised to an order.
	Sold     int64 `json:"sold"`     // Handed to a carrier.
	// Backorder is how many more may be promised than are on hand, and Expected the day on which more is expected: "2026-12-24".
	Backorder int64  `json:"backorder,omitempty"`
	Expected  string `json:"expected,omitempty"`
}

// OnHand is what a stock-take would count: free and reserved.
func (s Stock) OnHand() int64 { return s.Free + s.Reserved }

// lowBelow is when a shopper is told that little is left. Exact counts are not shown: they tell competitors sales figures.
const lowBelow = 5

// Availability is what a shopper may know of stock: "true", "false" or "low".
func (s Stock) Availability() string {
	switch {
	case s.Later():
		return "true" // To be delivered when it is there.
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
	Return  MoveKind = "return"  // sold → free, when units came back and are on the shelf again.
)

// Move is one change of stock that rides in an order's transaction.
type Move struct {
	SKU      SKU      `json:"sku"`
	Kind     MoveKind `json:"kind"`
	Quantity int64    `json:"quantity"`
	Bin      Bin      `json:"bin,omitempty"` // Whose counters move.
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
	case Return:
		return m.Quantity, 0, -m.Quantity
	}
	return 0, 0, 0
}

// Valid tells whether the move is of a known kind, and of at least one unit.
func (m Move) Valid() bool {
	free, reserved, sold := m.Deltas()
	return m.Quantity > 0 && (free != 0 || reserved != 0 || sold != 0)
}

// Apply gives the stock after the move. Errors: Shortage, a counter would be below zero; fault.Internal, code move_invalid,
// for a move of an unknown kind or of less than one unit: a bug of ours.
func (s Stock) Apply(m Move) (Stock, error) {
	free, reserved, sold := m.Deltas()
	if !m.Valid() {
		return s, fault.New(fault.Internal, "catalog.Apply", "move_invalid", "")
	}
	after := s
	after.Free, after.Reserved, after.Sold = s.Free+free, s.Reserved+reserved, s.Sold+sold
	if after.Free < -s.Backorder || after.Reserved < 0 || after.Sold < 0 {
		return s, Shortage(m.SKU)
	}
	return after, nil
}

// Later tells whether what is ordered now must be waited for.
func (s Stock) Later() bool { return s.Free <= 0 && s.Free+s.Backorder > 0 }

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
