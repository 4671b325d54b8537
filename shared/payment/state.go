package payment

import "slices"

// State is where an attempt to pay stands, as far as is known.
type State string

// The states of an attempt, in words of the gateways.
const (
	Initiating     State = "initiating"      // Stored; the gateway is being called. Ended by that call or by the sweep.
	Unknown        State = "unknown"         // The call's outcome is not known. Only the gateway's answer ends it.
	RequiresAction State = "requires_action" // The shopper must act: enter a card, try another, authenticate.
	Processing     State = "processing"      // The gateway works on it, perhaps for days.
	Authorized     State = "authorized"      // Money is promised, not taken.
	Captured       State = "captured"        // Money is taken.
	Failed         State = "failed"          // The gateway never accepted it.
	Canceled       State = "canceled"        // Given up; the gateway cannot charge it any more.
	Expired        State = "expired"         // Ran out; the gateway cannot charge it any more.
)

// States lists every state, in the order of the table.
var states = []State{Initiating, Unknown, RequiresAction, Processing, Authorized, Captured, Failed, Canceled, Expired}

// moves is every legal move of an attempt. Nothing here steps back, so the order in which a gateway's news arrive does
// not matter. An ended attempt can still turn out to hold money: it counts.
var moves = map[State][]State{
	Initiating:     {Unknown, RequiresAction, Processing, Authorized, Captured, Failed, Canceled, Expired},
	Unknown:        {RequiresAction, Processing, Authorized, Captured, Failed, Canceled, Expired},
	RequiresAction: {Processing, Authorized, Captured, Canceled, Expired},
	Processing:     {Authorized, Captured, Canceled, Expired},
	Authorized:     {Captured, Canceled, Expired},
	Captured:       {},
	Failed:         {Authorized, Captured},
	Canceled:       {Authorized, Captured},
	Expired:        {Authorized, Captured},
}

// States lists every state an attempt can be in.
func States() []State { return slices.Clone(states) }

// CanBecome tells whether the move is in the table. Staying is not a move.
func (s State) CanBecome(next State) bool { return slices.Contains(moves[s], next) }

// Open tells whether the gateway may still charge the attempt, or may be doing so.
func (s State) Open() bool {
	switch s {
	case Initiating, Unknown, RequiresAction, Processing, Authorized:
		return true
	case Captured, Failed, Canceled, Expired:
	}
	return false
}
