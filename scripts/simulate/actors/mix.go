package actors

import "time"

// Mix is who comes, and when.
type Mix struct {
	// PerHour is how many orders an hour brings, and Stay how long people are about after the last has come.
	PerHour int
	Stay    time.Duration
	// Slow is how much later than usual staff take much of what is paid from here; 0: they do not.
	Slow time.Duration
	// Clerk is how often somebody in the office looks at orders, prices and stock; 0: never.
	Clerk time.Duration
	// Moody gives the people of each world a mood of their own.
	Moody bool
	// Plain leaves out everybody who does more than buy one thing.
	Plain bool
	// Guarded is of a shop that has rules against fraud: what they hold staff look at.
	Guarded bool
	// One, if set, is what everybody does, and One alone.
	One func(*Shopper)
}

// Over is how long it takes until so many have come.
func (m Mix) Over(orders int) time.Duration {
	return max(time.Minute, time.Duration(orders)*time.Hour/time.Duration(max(1, m.PerHour)))
}
