package payment

import (
	"slices"
	"time"

	"till/shared/fault"
)

// AnswerState is where the shop's answer to a dispute stands, as far as is known.
type AnswerState string

// The states of an answer.
const (
	AnswerRequested AnswerState = "requested" // Stored; the gateway may be being called.
	AnswerUnknown   AnswerState = "unknown"   // The call's outcome is not known. The gateway is asked how the dispute stands.
	AnswerSent      AnswerState = "sent"      // The gateway has it.
	AnswerFailed    AnswerState = "failed"    // The gateway does not have it: refused, or not received. People decide anew.
)

// answerMoves is every legal move of an answer. One that was not received may be sent once more under its key; and a repeat that was on its
// way when it was given up may be taken yet.
var answerMoves = map[AnswerState][]AnswerState{
	AnswerRequested: {AnswerUnknown, AnswerSent, AnswerFailed},
	AnswerUnknown:   {AnswerSent, AnswerFailed},
	AnswerSent:      {},
	AnswerFailed:    {AnswerRequested, AnswerSent},
}

// AnswerStates lists every state an answer can be in.
func AnswerStates() []AnswerState {
	return []AnswerState{AnswerRequested, AnswerUnknown, AnswerSent, AnswerFailed}
}

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s AnswerState) CanBecome(next AnswerState) bool { return slices.Contains(answerMoves[s], next) }

// Open tells whether its outcome is still awaited.
func (s AnswerState) Open() bool { return s == AnswerRequested || s == AnswerUnknown }

// AnswerID names one answer of ours. Safe to log; it is the idempotency key at gateways that take one.
type AnswerID string

// DisputeAnswer is what the shop says to a dispute: evidence against it, or that it gives in. The evidence itself is not kept: it is
// made of the order. Safe to log.
type DisputeAnswer struct {
	ID        AnswerID    `json:"id"`
	State     AnswerState `json:"state"`
	Accept    bool        `json:"accept,omitempty"` // The shop gives in.
	Print     string      `json:"print,omitempty"`  // Fingerprint of the request.
	LastError string      `json:"last_error,omitempty"`
	At        time.Time   `json:"at"`
	Asks      int         `json:"asks,omitempty"` // How often the gateway was asked since.
	Asked     time.Time   `json:"asked,omitzero"`
}

// Dispute finds a dispute by the gateway's reference.
func (f Facts) Dispute(ref string) (DisputeFacts, bool) {
	i := slices.IndexFunc(f.Disputes, func(d DisputeFacts) bool { return d.Ref == ref })
	if i < 0 {
		return DisputeFacts{}, false
	}
	return f.Disputes[i], true
}

// AnswerOnce is how every adapter answers a dispute. Gateways take one answer, and few know a key for it: so it asks how the dispute
// stands first, and calls only if an answer is waited for; and it asks again after, so that what was refused because it is done is a
// success. fetch asks about the attempt; call sends. Errors: as Gateway.AnswerDispute.
func AnswerOnce(op, ref string, fetch func() (Facts, error), call func() error) (Facts, error) {
	before, err := fetch()
	if err != nil {
		return Facts{}, err
	}
	d, found := before.Dispute(ref)
	switch {
	case !found:
		return Facts{}, fault.New(fault.NotFound, op, "dispute_not_found", "The payment service knows no such dispute.")
	case !d.Answerable():
		return before, nil
	}
	refused := call()
	if fault.Is(refused, fault.Unavailable, fault.Unknown) {
		return Facts{}, refused
	}
	after, err := fetch()
	switch {
	case err != nil && refused == nil:
		return Facts{}, &fault.Error{Kind: fault.Unknown, Op: op, Code: RefusalCode(fault.Unknown), Msg: RefusalText(fault.Unknown), Err: err}
	case err != nil:
		return Facts{}, refused
	}
	if d, found := after.Dispute(ref); refused != nil && (!found || d.Answerable()) {
		return Facts{}, refused
	}
	return after, nil
}
