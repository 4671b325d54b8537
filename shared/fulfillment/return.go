package fulfillment

import (
	"slices"
	"time"

	"till/shared/catalog"
)

// ReturnState is where a return is.
type ReturnState string

// The states of a return.
const (
	ReturnRequested ReturnState = "requested" // Staff decide.
	ReturnAccepted  ReturnState = "accepted"  // The shopper sends it back.
	ReturnRefused   ReturnState = "refused"   // An end: it stays where it is, or never came.
	ReturnReceived  ReturnState = "received"  // An end: it came back, and staff looked at it.
)

// returnMoves is every legal move of a return. What comes back before anybody decided is received.
var returnMoves = map[ReturnState][]ReturnState{
	ReturnRequested: {ReturnAccepted, ReturnRefused, ReturnReceived},
	ReturnAccepted:  {ReturnRefused, ReturnReceived},
	ReturnRefused:   {},
	ReturnReceived:  {},
}

// ReturnStates lists every state a return can be in.
func ReturnStates() []ReturnState {
	return []ReturnState{ReturnRequested, ReturnAccepted, ReturnRefused, ReturnReceived}
}

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s ReturnState) CanBecome(next ReturnState) bool { return slices.Contains(returnMoves[s], next) }

// Open tells whether something is still to happen.
func (s ReturnState) Open() bool { return len(returnMoves[s]) > 0 }

// ReturnID names a return: "ret_" and 26 letters and digits. Safe to log.
type ReturnID string

// Reason is why something is sent back. Safe to log.
type Reason string

// Reasons lists every reason, in the order in which shoppers see them.
func Reasons() []Reason {
	return []Reason{"changed_mind", "does_not_fit", "not_as_described", "damaged", "wrong_item", "too_late", "other"}
}

// Return is units that a shopper sends back.
type Return struct {
	ID         ReturnID     `json:"id"`
	State      ReturnState  `json:"state"`
	Reason     Reason       `json:"reason"`
	Lines      []ReturnLine `json:"lines"`
	At         time.Time    `json:"at"`
	By         string       `json:"by,omitempty"` // Of staff, who brought it where it is.
	DecidedAt  time.Time    `json:"decided_at,omitzero"`
	ReceivedAt time.Time    `json:"received_at,omitzero"`
	Shelved    []Shelved    `json:"shelved,omitempty"` // Where units were put back.
}

// ReturnLine is how many units of a SKU a shopper sends back, and what came of them.
type ReturnLine struct {
	SKU      catalog.SKU `json:"sku"`
	Quantity int64       `json:"quantity"`
	Shelf    int64       `json:"shelf,omitempty"`   // Came back, and can be sold again.
	Damaged  int64       `json:"damaged,omitempty"` // Came back, and cannot.
}

// Shelved is how many units of a SKU were put back into a bin.
type Shelved struct {
	SKU      catalog.SKU `json:"sku"`
	Bin      catalog.Bin `json:"bin,omitempty"`
	Quantity int64       `json:"n"`
}

// Claims is how many units of a line nobody may ask to return again: those that came back, or may.
func (r Return) Claims(l ReturnLine) int64 {
	switch r.State {
	case ReturnRequested, ReturnAccepted:
		return l.Quantity
	case ReturnReceived:
		return l.Shelf + l.Damaged
	case ReturnRefused:
	}
	return 0
}
