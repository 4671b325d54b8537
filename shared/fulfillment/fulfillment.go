// Package fulfillment is parcels: what is in them, who carries them and where they are.
package fulfillment

import (
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"till/shared/catalog"
	"till/shared/fault"
)

// State is where a parcel is.
type State string

// The states of a shipment.
const (
	Shipped   State = "shipped"   // Handed to the carrier.
	Delivered State = "delivered" // At the customer's door.
)

// moves is every legal move of a shipment.
var moves = map[State][]State{
	Shipped:   {Delivered},
	Delivered: {},
}

// States lists every state a shipment can be in.
func States() []State { return []State{Shipped, Delivered} }

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s State) CanBecome(next State) bool { return slices.Contains(moves[s], next) }

// ID names a parcel: "shp_1" within its order. Safe to log.
type ID string

// Line is how many units of a SKU are in a parcel.
type Line struct {
	SKU      catalog.SKU `json:"sku"`
	Quantity int64       `json:"quantity"`
}

// Shipment is one parcel of an order.
type Shipment struct {
	ID             ID               `json:"id"`
	State          State            `json:"state"`
	Carrier        string           `json:"carrier"`
	TrackingNumber string           `json:"tracking_number"`
	Lines          []Line           `json:"lines"`
	ShippedAt      time.Time        `json:"shipped_at"`
	DeliveredAt    time.Time        `json:"delivered_at,omitzero"`
	From           catalog.Location `json:"from,omitempty"` // Where staff packed it, if they said so.
}

// CheckLabel reports every fault of what staff typed for a parcel. Errors: fault.Invalid, each At its member.
func CheckLabel(carrier, trackingNumber string) []error {
	var faults []error
	for _, f := range [...]struct{ text, at string }{{carrier, "#/carrier"}, {trackingNumber, "#/tracking_number"}} {
		if n := utf8.RuneCountInString(f.text); n < 1 || n > 64 || !printable(f.text) {
			faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "fulfillment.CheckLabel", Code: "shipment_invalid", At: f.at,
				Msg: "Must be 1 to 64 printable characters."})
		}
	}
	return faults
}

func printable(text string) bool {
	if !utf8.ValidString(text) {
		return false // Read rune by rune, broken bytes look like a printable sign.
	}
	for _, r := range text {
		if !unicode.IsPrint(r) {
			return false
		}
	}
	return true
}
