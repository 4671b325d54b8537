package letters

import (
	"context"
	"sync"
	"time"
)

// Pace lets one pass at a time. Safe for concurrent use.
type Pace struct {
	Every time.Duration
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error

	mu   sync.Mutex
	next time.Time
}

// Wait waits for the next turn. Errors: ctx's, when it ends first.
func (p *Pace) Wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p.mu.Lock()
	now := p.Now()
	if p.next.Before(now) {
		p.next = now
	}
	wait := p.next.Sub(now)
	p.next = p.next.Add(p.Every)
	p.mu.Unlock()
	if wait == 0 {
		return nil
	}
	return p.Sleep(ctx, wait)
}
