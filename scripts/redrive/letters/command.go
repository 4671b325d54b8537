package letters

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// Exit codes.
const (
	Done   = 0
	Failed = 1 // Something is left that people must look at, or it was interrupted.
	Usage  = 2
)

// Command is the program without its surroundings. Every field is required.
type Command struct {
	Out, Err io.Writer
	// Load finds the credentials and the region; both arguments may be empty.
	Load  func(ctx context.Context, region, endpoint string) (aws.Config, error)
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Run does what the arguments say and gives the exit code.
func (c Command) Run(ctx context.Context, args []string) int {
	o, err := Parse(args, c.Err)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return Done
	case err != nil:
		return Usage
	}
	cloud, err := c.Load(ctx, o.Region, o.Endpoint)
	if err == nil && cloud.Region == "" {
		err = errors.New("no region: give -region, or set AWS_REGION")
	}
	if err != nil {
		fmt.Fprintln(c.Err, "redrive:", plain(err.Error()))
		return Failed
	}
	boxes, err := Stack{Cloud: cloud, Name: o.Stack, Now: c.Now, Sleep: c.Sleep}.Open(ctx, o.Queues)
	if err != nil {
		fmt.Fprintln(c.Err, "redrive:", err)
		return Failed
	}
	code := Done
	for _, box := range boxes {
		if !c.empty(ctx, o, box).Settled() {
			code = Failed
		}
	}
	return code
}

// empty runs one box and tells how it went.
func (c Command) empty(ctx context.Context, o Options, box Waiting) Count {
	fmt.Fprintf(c.Out, "%s: about %d dead letters", box.Queue, box.About)
	if box.Hidden > 0 {
		fmt.Fprintf(c.Out, ", and %d that somebody is looking at", box.Hidden)
	}
	fmt.Fprintln(c.Out)
	plan := o.Plan
	plan.Began = box.At
	pace := &Pace{Every: o.Every, Now: c.Now, Sleep: c.Sleep}
	count := Mover{Plan: plan, Pace: pace.Wait, Say: func(line string) { fmt.Fprintln(c.Out, line) }}.Run(ctx, box.Box)
	fmt.Fprintf(c.Out, "%s: %d given back, %d deleted, %d left, %d to be looked at\n", box.Queue, count.Moved, count.Deleted, count.Left, count.Failed)
	if count.Interrupted {
		fmt.Fprintf(c.Out, "%s: interrupted. What was not given back waits as before; run it again\n", box.Queue)
	}
	return count
}
