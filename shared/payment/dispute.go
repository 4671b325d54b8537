package payment

import "time"

// DisputeState is where a shopper's complaint to a bank stands, in words of the gateways.
type DisputeState string

// The states of a dispute.
const (
	DisputeInquiry       DisputeState = "inquiry"        // The bank asks; it has taken nothing.
	DisputeNeedsResponse DisputeState = "needs_response" // The shop may answer until DueBy.
	DisputeUnderReview   DisputeState = "under_review"   // Answered; the bank decides.
	DisputeWon           DisputeState = "won"            // For the shop; also an inquiry that came to nothing.
	DisputeLost          DisputeState = "lost"           // For the shopper.
	DisputeAccepted      DisputeState = "accepted"       // The shop gave in.
)

// DisputeStates lists every state a dispute can be in.
func DisputeStates() []DisputeState {
	return []DisputeState{DisputeInquiry, DisputeNeedsResponse, DisputeUnderReview, DisputeWon, DisputeLost, DisputeAccepted}
}

// DisputeReason is why a shopper complains, in one word for all gateways.
type DisputeReason string

// The reasons.
const (
	ReasonFraud           DisputeReason = "fraud"                // They say that they did not buy.
	ReasonNotReceived     DisputeReason = "not_received"         // The goods did not come.
	ReasonNotAsDescribed  DisputeReason = "not_as_described"     // Others came than were bought, or broken ones.
	ReasonDuplicate       DisputeReason = "duplicate"            // They say that they paid twice.
	ReasonCreditNotIssued DisputeReason = "credit_not_processed" //nolint:gosec // No credential: a refund that they wait for did not come.
	ReasonCanceled        DisputeReason = "canceled"             // They say that they had called it off.
	ReasonAmount          DisputeReason = "wrong_amount"         // Another amount was taken than agreed.
	ReasonOther           DisputeReason = "other"                // Any other, or none that the gateway names.
)

// DisputeReasons lists every reason.
func DisputeReasons() []DisputeReason {
	return []DisputeReason{ReasonFraud, ReasonNotReceived, ReasonNotAsDescribed, ReasonDuplicate, ReasonCreditNotIssued, ReasonCanceled,
		ReasonAmount, ReasonOther}
}

// Open tells whether the bank has not decided yet.
func (s DisputeState) Open() bool {
	return s == DisputeInquiry || s == DisputeNeedsResponse || s == DisputeUnderReview
}

// Lost tells whether the money is the shopper's now.
func (s DisputeState) Lost() bool { return s == DisputeLost || s == DisputeAccepted }

// DisputeFacts is what a gateway says of one dispute now. Amounts in minor units of the payment's currency. Safe to log.
type DisputeFacts struct {
	Ref       string        `json:"ref"` // The gateway's reference.
	State     DisputeState  `json:"state"`
	Reason    DisputeReason `json:"reason,omitempty"`    // "" where nobody asked the gateway.
	DueBy     time.Time     `json:"due_by,omitzero"`     // Until when the shop may answer; zero if it may not, or the gateway does not say.
	Amount    int64         `json:"amount"`              // What the shopper wants back.
	Withdrawn int64         `json:"withdrawn,omitempty"` // What the gateway has taken of the shop's balance for it now, without Fee; 0 again once given back.
	Fee       int64         `json:"fee,omitempty"`       // What the gateway keeps for the dispute itself; 0 if it is not known, or was given back.
}

// Open tells whether the bank has not decided yet.
func (d DisputeFacts) Open() bool { return d.State.Open() }

// Lost tells whether the money is the shopper's now.
func (d DisputeFacts) Lost() bool { return d.State.Lost() }

// Answerable tells whether the gateway waits for the shop's answer: to a dispute, or to an inquiry that has a time to answer.
func (d DisputeFacts) Answerable() bool {
	return d.State == DisputeNeedsResponse || d.State == DisputeInquiry && !d.DueBy.IsZero()
}

// Same tells whether the gateway said just this before.
func (d DisputeFacts) Same(other DisputeFacts) bool {
	return d.DueBy.Equal(other.DueBy) && d.Ref == other.Ref && d.State == other.State && d.Amount == other.Amount &&
		d.Withdrawn == other.Withdrawn && d.Fee == other.Fee && d.Reason == other.Reason
}

// Dispute is one dispute of an order, kept for ever.
type Dispute struct {
	DisputeFacts
	Attempt AttemptID     `json:"attempt"`
	At      time.Time     `json:"at"`             // When it became known.
	Asks    int           `json:"asks,omitempty"` // How often the gateway was asked since the last news.
	Asked   time.Time     `json:"asked,omitzero"`
	Answer  DisputeAnswer `json:"answer,omitzero"` // What the shop says to it, the latest; zero if nothing yet.
}
