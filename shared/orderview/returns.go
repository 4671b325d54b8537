package orderview

import (
	"time"

	"till/shared/fulfillment"
)

// Return is what a shopper sends back, or wants to. Who of staff did what, the timeline shows.
type Return struct {
	ID         fulfillment.ReturnID    `json:"id"`
	Status     fulfillment.ReturnState `json:"status"`
	Reason     fulfillment.Reason      `json:"reason"`
	Lines      []ReturnLine            `json:"lines"`
	CreatedAt  time.Time               `json:"created_at"`
	DecidedAt  time.Time               `json:"decided_at,omitzero"`
	ReceivedAt time.Time               `json:"received_at,omitzero"`
}

// ReturnLine is how many units of a product are to come back, and what came of them.
type ReturnLine struct {
	SKU       string `json:"sku"`
	Quantity  int64  `json:"quantity"`
	Restocked int64  `json:"restocked,omitempty"` // Can be sold again.
	Damaged   int64  `json:"damaged,omitempty"`   // Came back, and cannot.
}

// ReturnOf is a return as shoppers and staff see it.
func ReturnOf(b fulfillment.Return) Return {
	out := Return{ID: b.ID, Status: b.State, Reason: b.Reason, CreatedAt: b.At, DecidedAt: b.DecidedAt, ReceivedAt: b.ReceivedAt,
		Lines: make([]ReturnLine, 0, len(b.Lines))}
	for _, l := range b.Lines {
		out.Lines = append(out.Lines, ReturnLine{string(l.SKU), l.Quantity, l.Shelf, l.Damaged})
	}
	return out
}
