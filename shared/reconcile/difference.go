package reconcile

import (
	"cmp"
	"slices"

	"till/shared/money"
	"till/shared/settlement"
)

// Code says what differs.
type Code string

// The codes.
const (
	MissingHere       Code = "missing_here"       // The gateway has it, our books do not.
	MissingThere      Code = "missing_there"      // Our books have it, and it is late in the gateway's files.
	AmountDiffers     Code = "amount_differs"     // Both have it, with other amounts.
	CurrencyDiffers   Code = "currency_differs"   // Both have it, in other currencies.
	FeeDiffers        Code = "fee_differs"        // The gateway kept another fee than it had said.
	Duplicate         Code = "duplicate"          // One payment, taken more than once.
	RowRepeated       Code = "row_repeated"       // One row, twice in the files: counted once.
	RowConflict       Code = "row_conflict"       // Two rows of one name that say different things: the first counts.
	StateDiffers      Code = "state_differs"      // One side says that it happened, the other that it did not.
	RefundNotOurs     Code = "refund_not_ours"    // A refund that our books do not have.
	DisputeUnknown    Code = "dispute_unknown"    // A dispute that our books do not have.
	AdjustmentUnknown Code = "adjustment_unknown" // The gateway moved money for a reason of its own.
	PayoutSumDiffers  Code = "payout_sum_differs" // A payout is not the sum of its rows, or not what came to the bank.
	ReferenceConflict Code = "reference_conflict" // The gateway's reference leads to one payment, ours in the same row to another.
	RowUnread         Code = "row_unread"         // A row that could not be read.
	TooEarlyToSay     Code = "too_early_to_say"   // Our books have it, and it may be in the next file: no difference yet.
)

// actions says for each code what to do.
var actions = map[Code]string{
	MissingHere:       "Look the payment up at the gateway. If it is an order's, apply its state to that order; else refund it.",
	MissingThere:      "Fetch it from the gateway. If it is there, wait for the next file; if not, correct the order: two people.",
	AmountDiffers:     "Fetch it from the gateway and apply its state to the order. If that changes nothing, ask the gateway.",
	CurrencyDiffers:   "Put the order on hold, fetch the payment from the gateway, and refund it or correct the order: two people.",
	FeeDiffers:        "Nothing to fetch: the settlement's fee is booked. Ask the gateway if it is more than the contract says.",
	Duplicate:         "Refund the payment that was taken too much, after fetching it from the gateway.",
	RowRepeated:       "Check whether a file was read twice. The row was counted once.",
	RowConflict:       "Ask the gateway which of the rows is right, and read its file anew.",
	StateDiffers:      "Fetch it from the gateway and apply its state to the order.",
	RefundNotOurs:     "Fetch the payment from the gateway, so that a refund made on its dashboard comes onto the order.",
	DisputeUnknown:    "Fetch the payment from the gateway, so that the dispute holds its order. Mind the deadline.",
	AdjustmentUnknown: "Read the gateway's note on it and book it by hand: two people.",
	PayoutSumDiffers:  "Fetch the payout's rows anew. If they still differ, ask the gateway, and the bank.",
	ReferenceConflict: "Fetch the payment: somebody has edited our reference at the gateway.",
	RowUnread:         "Look at this line of the file. Nothing in it was compared.",
	TooEarlyToSay:     "Nothing. It is expected in one of the next files.",
}

// Codes lists every code.
func Codes() []Code {
	return []Code{MissingHere, MissingThere, AmountDiffers, CurrencyDiffers, FeeDiffers, Duplicate, RowRepeated, RowConflict, StateDiffers,
		RefundNotOurs, DisputeUnknown, AdjustmentUnknown, PayoutSumDiffers, ReferenceConflict, RowUnread, TooEarlyToSay}
}

// Action is what people do about a difference.
func (c Code) Action() string { return actions[c] }

// Subject says what a difference is about.
type Subject string

// The subjects.
const (
	Payment Subject = "payment"
	Refund  Subject = "refund"
	Dispute Subject = "dispute"
	Payout  Subject = "payout"
	Row     Subject = "row"
)

// Difference is one thing on which a gateway and our books do not agree. Ours and Theirs are what each side has, signed as it changes the
// balance at the gateway; a side that knows nothing is zero. Safe to log.
type Difference struct {
	Code    Code         `json:"code"`
	Action  string       `json:"action"`
	Subject Subject      `json:"subject"`
	Gateway string       `json:"gateway"`
	Ref     string       `json:"ref,omitempty"`
	Order   string       `json:"order,omitempty"`
	Attempt string       `json:"attempt,omitempty"`
	Refund  string       `json:"refund,omitempty"`
	Ours    money.Amount `json:"ours,omitzero"`
	Theirs  money.Amount `json:"theirs,omitzero"`
	Line    int          `json:"line,omitempty"` // Of the first row, where it is about rows.
}

// Unread is the difference that a row which could not be read makes.
func Unread(gateway string, f settlement.Fault) Difference {
	return Difference{Code: RowUnread, Action: RowUnread.Action(), Subject: Row, Gateway: gateway, Ref: f.Code, Line: f.Line}
}

// sortDifferences puts differences into an order that does not depend on that of the rows.
func sortDifferences(all []Difference) {
	slices.SortStableFunc(all, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(slices.Index(Codes(), a.Code), slices.Index(Codes(), b.Code)), cmp.Compare(a.Gateway, b.Gateway),
			cmp.Compare(a.Subject, b.Subject), cmp.Compare(a.Order, b.Order), cmp.Compare(a.Ref, b.Ref), cmp.Compare(a.Refund, b.Refund),
			cmp.Compare(a.Line, b.Line))
	})
}
