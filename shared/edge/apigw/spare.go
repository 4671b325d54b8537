package apigw

import (
	"context"
	"time"
)

// spare is the end of a function's time that is kept for its answer: what hangs is given up before Lambda gives up the
// function, whose caller would get an answer in Lambda's shape.
const spare = time.Second

// sparing is a context that ends a second before the function's time does. What is left is told by now, which is the clock of
// the deadline: on a clock of its own, as a simulation has, the wall's would say nothing.
func sparing(parent context.Context, now func() time.Time) (context.Context, context.CancelFunc) {
	deadline, limited := parent.Deadline()
	if !limited {
		return parent, func() {}
	}
	deadline = deadline.Add(-spare)
	ctx, stop := context.WithTimeout(unlimited{parent}, deadline.Sub(now()))
	return until{ctx, deadline}, stop
}

// unlimited hides the deadline of a context, which is not the wall's to compare.
type unlimited struct{ context.Context }

// Deadline is context.Context's.
func (unlimited) Deadline() (time.Time, bool) { return time.Time{}, false }

// until shows a deadline.
type until struct {
	context.Context
	deadline time.Time
}

// Deadline is context.Context's.
func (u until) Deadline() (time.Time, bool) { return u.deadline, true }
