//go:build engines

package machinepaths_test

import (
	"context"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"till/scripts/machinepaths"
)

// running is one case on the engine.
type running struct {
	*machinepaths.Play
	arn     string
	replies sync.WaitGroup // Those that are still to be sent.
	tokens  chan string    // As they come.

	mu sync.Mutex
	at []time.Time // Of the calls.
}

// called takes note of a call of a task.
func (r *running) called(at time.Time, token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at = append(r.at, at)
	if token != "" {
		r.tokens <- token
	}
}

// expect makes the puppets play a script for an order.
func (e *engine) expect(order string, script machinepaths.Script) *running {
	r := &running{Play: machinepaths.NewPlay(script, order), tokens: make(chan string, 100)}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.plays[order] = r
	return r
}

// start begins an execution for a script. Its name is the order's id.
func (e *engine) start(ctx context.Context, machine, order string, script machinepaths.Script) (*running, error) {
	r := e.expect(order, script)
	out, err := e.states.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &order, Input: aws.String(r.Input())})
	if err == nil {
		r.arn = *out.ExecutionArn
	}
	return r, err
}

// end waits for the end of an execution and of all that is still said to it.
func (e *engine) end(ctx context.Context, r *running) (machinepaths.Outcome, error) {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		out, err := e.states.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &r.arn})
		if err != nil {
			return machinepaths.Outcome{}, err
		}
		if out.Status != types.ExecutionStatusRunning {
			r.replies.Wait()
			events, err := e.history(ctx, r.arn)
			return r.Outcome(string(out.Status), aws.ToString(out.Error), aws.ToString(out.Output), events), err
		}
		<-look.C
	}
}

// history is the whole history, which may have several pages.
func (e *engine) history(ctx context.Context, arn string) ([]machinepaths.Event, error) {
	var out []machinepaths.Event
	pages := sfn.NewGetExecutionHistoryPaginator(e.states, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 100})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			each := machinepaths.Event{Type: string(event.Type)}
			if d := event.StateEnteredEventDetails; d != nil {
				each.State = aws.ToString(d.Name)
			}
			out = append(out, each)
		}
	}
	return out, nil
}
