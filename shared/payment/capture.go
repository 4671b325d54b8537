package payment

import (
	"slices"
	"time"
)

// CaptureState is where taking authorized money stands, as far as is known.
type CaptureState string

// The states of a capture.
const (
	CaptureRequested CaptureState = "requested" // Stored, its amount set aside; the gateway may be being called.
	CaptureUnknown   CaptureState = "unknown"   // The call's outcome is not known. Asked again with the same id.
	CaptureSucceeded CaptureState = "succeeded" // The money is taken.
	CaptureFailed    CaptureState = "failed"    // It was not taken, and will not be.
)

// captureMoves is every legal move of a capture.
var captureMoves = map[CaptureState][]CaptureState{
	CaptureRequested: {CaptureUnknown, CaptureSucceeded, CaptureFailed},
	CaptureUnknown:   {CaptureSucceeded, CaptureFailed},
	CaptureSucceeded: {},
	CaptureFailed:    {},
}

// CaptureStates lists every state a capture can be in.
func CaptureStates() []CaptureState {
	return []CaptureState{CaptureRequested, CaptureUnknown, CaptureSucceeded, CaptureFailed}
}

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s CaptureState) CanBecome(next CaptureState) bool {
	return slices.Contains(captureMoves[s], next)
}

// Open tells whether its outcome is still awaited.
func (s CaptureState) Open() bool { return s == CaptureRequested || s == CaptureUnknown }

// CaptureID names one capture of ours. Safe to log; it is the idempotency key at the gateway.
type CaptureID string

// Capture takes money that was authorized. Kept for ever. Amounts in minor units of the attempt's currency. A gateway looks at ID,
// Amount and Final alone.
type Capture struct {
	ID        CaptureID    `json:"id"`
	Attempt   AttemptID    `json:"attempt"`
	State     CaptureState `json:"state"`
	Amount    int64        `json:"amount"`
	Final     bool         `json:"final,omitempty"` // What is left of the authorization is given up.
	Whole     bool         `json:"whole,omitempty"` // Asked for as all that was left.
	LastError string       `json:"last_error,omitempty"`
	At        time.Time    `json:"at"`
	Asks      int          `json:"asks,omitempty"` // How often the gateway was asked since the last news.
	Asked     time.Time    `json:"asked,omitzero"`
}
