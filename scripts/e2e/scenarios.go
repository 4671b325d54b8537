package main

import (
	"sync"
	"time"

	"till/scripts/acceptance"
)

// begun is a scenario of which a part is still to come.
type begun struct {
	acceptance.Scenario
	at    time.Time
	visit *acceptance.Visit
	end   func()
}

// scenarios plays those that the shop in one process plays too. What must wait begins first and ends in the function that it
// gives, so that nobody waits for the clock; what upsets the gateway for everyone runs alone.
func (r *run) scenarios() (finish func()) {
	var waiting, free, alone []acceptance.Scenario
	for _, s := range acceptance.All() {
		switch {
		case !r.wanted.MatchString(s.Name):
		case s.Alone:
			alone = append(alone, s)
		case s.Span(r.shop.Place()) > 0:
			waiting = append(waiting, s)
		default:
			free = append(free, s)
		}
	}
	var mu sync.Mutex
	var later []begun
	play := func(s acceptance.Scenario) {
		if b := r.begin(s); b.end != nil {
			mu.Lock()
			defer mu.Unlock()
			later = append(later, b)
		}
	}
	for _, s := range waiting {
		play(s)
	}
	queue := make(chan acceptance.Scenario)
	var all sync.WaitGroup
	for range max(r.atOnce, 1) {
		all.Go(func() {
			for s := range queue {
				play(s)
			}
		})
	}
	for _, s := range free {
		queue <- s
	}
	close(queue)
	all.Wait()
	for _, s := range alone {
		play(s)
	}
	return func() { r.ends(later) }
}

// begin plays a scenario up to its end, or to where it must wait.
func (r *run) begin(s acceptance.Scenario) begun {
	b := begun{Scenario: s}
	ok := r.attempt(s.Name, func(t acceptance.T) {
		b.visit = r.enter(t)
		defer r.note(b.visit)
		b.end = s.Begin(b.visit)
		if b.end != nil && s.Span(r.shop.Place()) == 0 {
			b.end()
			b.end = nil
		}
	})
	if !ok {
		b.end = nil
	}
	b.at = time.Now()
	return b
}

// ends waits until each scenario's time has come, and ends it.
func (r *run) ends(later []begun) {
	for _, b := range later {
		left := time.Until(b.at.Add(b.Span(r.shop.Place())))
		r.say("waiting %s for: %s", max(left, 0).Round(time.Second), b.Name)
		r.pause(left)
		r.attempt(b.Name+", in the end", func(t acceptance.T) {
			b.visit.T = t
			defer r.note(b.visit)
			b.end()
		})
	}
}

// pause waits for the wall's clock.
func (r *run) pause(d time.Duration) {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.ctx.Done():
	}
}
