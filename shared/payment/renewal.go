package payment

import (
	"context"
	"time"
)

// Renewer is a gateway that can renew a promise whose money it keeps aside for a part of the promise's time only. Others are no Renewer.
type Renewer interface {
	Gateway
	// Renew makes the gateway keep the promised money aside again, of an attempt whose Facts say that this can be done, and says how the
	// attempt stands then. What is kept aside for longer than the attempt's Sure says was renewed: so repeats renew it once, and an attempt
	// that knows of the last renewal once more. Errors: as Gateway; fault.Unavailable also for one that comes too early; fault.Declined,
	// the gateway does not vouch for the money any more. What was promised may be captured all the same, if it can be.
	Renew(ctx context.Context, a Attempt) (Facts, error)
}

// Renewal is how the renewals of a promise went. The zero Renewal was never begun. Safe to log.
type Renewal struct {
	Since   time.Time `json:"since,omitzero"`    // When a call first began whose outcome is not known; zero if there is none.
	Last    time.Time `json:"last,omitzero"`     // When the last one began, or was put off.
	Tries   int       `json:"tries,omitempty"`   // How often it began or was put off.
	Refused string    `json:"refused,omitempty"` // The gateway's code, if it refused for good.
	Done    int       `json:"done,omitempty"`    // How often the promise was renewed. The rest is about the next time.
}
