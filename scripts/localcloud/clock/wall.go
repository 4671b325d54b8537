package clock

import (
	"context"
	"time"
)

// Sleep waits on the wall's clock, as long as ctx allows. Errors: the context's.
func Sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
