package payment

import (
	"slices"
	"time"

	"till/shared/catalog"
)

// RefundState is where giving money back stands, as far as is known.
type RefundState string

// The states of a refund.
const (
	RefundAwaiting  RefundState = "awaiting_approval" // Stored, its amount set aside; a second member of staff must approve it.
	RefundRequested RefundState = "requested"         // Stored, its amount set aside; the gateway may be being called.
	RefundUnknown   RefundState = "unknown"           // The call's outcome is not known. Asked again with the same key.
	RefundPending   RefundState = "pending"           // The gateway accepted it.
	RefundSucceeded RefundState = "succeeded"         // The money has left for the shopper.
	RefundFailed    RefundState = "failed"            // It came back, or was never sent.
	RefundCanceled  RefundState = "canceled"          // Withdrawn at the gateway.
)

// refundMoves is every legal move of a refund. A bank may send money back days after success: late failure is legal.
var refundMoves = map[RefundState][]RefundState{
	RefundAwaiting:  {RefundRequested, RefundCanceled},
	RefundRequested: {RefundUnknown, RefundPending, RefundSucceeded, RefundFailed, RefundCanceled},
	RefundUnknown:   {RefundPending, RefundSucceeded, RefundFailed, RefundCanceled},
	RefundPending:   {RefundSucceeded, RefundFailed, RefundCanceled},
	RefundSucceeded: {RefundFailed},
	RefundFailed:    {},
	RefundCanceled:  {},
}

// RefundStates lists every state a refund can be in.
func RefundStates() []RefundState {
	return []RefundState{RefundAwaiting, RefundRequested, RefundUnknown, RefundPending, RefundSucceeded, RefundFailed, RefundCanceled}
}

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s RefundState) CanBecome(next RefundState) bool { return slices.Contains(refundMoves[s], next) }

// Live tells whether the refund has, or may have, taken its amount: what counts against the captured money.
func (s RefundState) Live() bool { return s != RefundFailed && s != RefundCanceled }

// Open tells whether its outcome is still awaited of the gateway.
func (s RefundState) Open() bool {
	return s == RefundRequested || s == RefundUnknown || s == RefundPending
}

// Cause says why money goes back. Not the words that staff typed: those may hold personal data and are sealed.
type Cause string

// The causes of refunds.
const (
	ByStaff          Cause = "staff"
	OrderCancelled   Cause = "order_cancelled"
	LatePayment      Cause = "late_payment"      // Paid after the order had ended and stock was gone.
	DuplicatePayment Cause = "duplicate_payment" // A second payment of a paid order.
	AtGateway        Cause = "at_gateway"        // Made on the gateway's own dashboard.
)

// RefundID names a refund of ours. Safe to log; the gateway keeps it as metadata.
type RefundID string

// Refund is one promise to give money back, kept for ever. Amounts in minor units of the order's currency.
type Refund struct {
	ID       RefundID    `json:"id"`
	Attempt  AttemptID   `json:"attempt"`
	State    RefundState `json:"state"`
	Cause    Cause       `json:"cause"`
	Amount   int64       `json:"amount"`
	Goods    int64       `json:"goods,omitempty"`    // The part of Amount that reverses revenue.
	Shipping int64       `json:"shipping,omitempty"` // The part that reverses delivery.
	Tax      int64       `json:"tax,omitempty"`      // The part that reverses tax.
	Ref      string      `json:"ref,omitempty"`      // The gateway's reference.
	At       time.Time   `json:"at"`
	Asks     int         `json:"asks,omitempty"` // How often the gateway was asked since the last news.
	Asked    time.Time   `json:"asked,omitzero"`

	Lines      []RefundLine `json:"lines,omitempty"`       // What it is for, if staff said so.
	By         string       `json:"by,omitempty"`          // Who asked for it, while or after it awaits approval.
	ApprovedBy string       `json:"approved_by,omitempty"` // The second member of staff, who approved or withdrew it.
}

// RefundLine is the part of a refund that is for one line of the order. Minor units.
type RefundLine struct {
	SKU      catalog.SKU `json:"sku"`
	Quantity int64       `json:"quantity,omitempty"` // How many units it is for; 0 for a part of the price alone.
	Goods    int64       `json:"goods"`              // Of the line's price without tax.
	Tax      int64       `json:"tax"`                // Of the line's tax.
}

// Amount is what goes back for the line, with its tax.
func (l RefundLine) Amount() int64 { return l.Goods + l.Tax }

// Key is the idempotency key of the refund at the gateway: the same for every repeat of it.
func (r Refund) Key() string { return string(r.ID) }

// RefundFacts is what a gateway says of one refund now.
type RefundFacts struct {
	ID     RefundID // Ours, from the gateway's metadata; "" for one made elsewhere.
	Ref    string
	State  RefundState
	Amount int64 // Minor units of the payment's currency.
}
