package address

import (
	"context"
	"time"
)

// Outside asks a service that knows which addresses there are, and tells whether this one is there. It is given personal data, so a
// shop that has none keeps it nil: then nobody is asked.
type Outside func(ctx context.Context, a Address) (there bool, err error)

// Check refuses an address that the service says is not there. What it does not answer within limit, answers with an error, or breaks
// over stands in nobody's way: a shopper knows better where they live than a service that is down. Errors: fault.Invalid, code
// address_invalid, of the whole address.
func (o Outside) Check(ctx context.Context, a Address, limit time.Duration) error {
	if o == nil || a.IsZero() {
		return nil
	}
	ctx, stop := context.WithTimeout(ctx, limit)
	defer stop()
	said := make(chan bool, 1) // Whoever answers too late does not wait for us.
	go func() {
		there := true
		defer func() {
			if recover() != nil {
				there = true
			}
			said <- there
		}()
		if known, err := o(ctx, a); err == nil {
			there = known
		}
	}()
	select {
	case there := <-said:
		if !there {
			return refuse("", "Must be an address that the carrier knows.")
		}
	case <-ctx.Done():
	}
	return nil
}
