// Package flow starts executions of the fulfillment machine and answers its waiting tasks.
package flow

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"till/shared/awscall"
	"till/shared/fault"
)

const (
	callLimit   = 5 * time.Second // A call with all its tries.
	callsAtMost = 3
	pauseAtMost = 100 * time.Millisecond // Between tries; the SDK's own pauses would outlast the limit.
)

// Machine is the fulfillment machine. Safe for concurrent use.
type Machine struct {
	client  *sfn.Client
	retries *retry.Standard
	arn     string
}

// New makes a machine by its ARN, which only Start and Alive need. It calls nothing.
func New(cloud aws.Config, arn string) Machine {
	retries := retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.MaxBackoff = callsAtMost, pauseAtMost })
	client := sfn.NewFromConfig(cloud, func(o *sfn.Options) { o.Retryer = retries })
	return Machine{client: client, retries: retries, arn: arn}
}

// Start begins an execution under a name with an input of ids. The same name and input again, while it runs, is the same
// execution. Errors: fault.Conflict, code execution_exists: the name is taken, perhaps by an earlier try of this call;
// fault.Unavailable, nothing was started, code as Step Functions names the reason; fault.Unknown, it may run: start it again.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (m Machine) Start(ctx context.Context, name, input string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	c, with := m.call()
	_, err := m.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &m.arn, Name: &name, Input: &input}, with)
	var exists *types.ExecutionAlreadyExists
	if errors.As(err, &exists) {
		return &fault.Error{Kind: fault.Conflict, Op: "flow.Start", Code: "execution_exists", Err: err}
	}
	return c.Fail("flow.Start", err)
}

// Alive tells whether the execution of a name runs or succeeded. Errors: fault.NotFound; fault.Unavailable, also without an
// answer: a question changes nothing.
func (m Machine) Alive(ctx context.Context, name string) (bool, error) {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	arn := executionARN(m.arn, name)
	out, err := m.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	var missing *types.ExecutionDoesNotExist
	switch {
	case errors.As(err, &missing):
		return false, fault.Wrap(fault.NotFound, "flow.Alive", err)
	case err != nil:
		return false, fault.Wrap(fault.Unavailable, "flow.Alive", err)
	}
	return out.Status == types.ExecutionStatusRunning || out.Status == types.ExecutionStatusSucceeded, nil
}

// executionARN is the ARN of a machine's execution:
// arn:aws:states:REGION:ACCOUNT:stateMachine:NAME → arn:aws:states:REGION:ACCOUNT:execution:NAME:EXECUTION.
func executionARN(machine, name string) string {
	return strings.Replace(machine, ":stateMachine:", ":execution:", 1) + ":" + name
}

// Succeed answers a waiting task. A task that was answered already, or has timed out, is no error: somebody else was
// first. Errors: fault.Unavailable, code as Step Functions names the reason; fault.Unknown, answer it again.
func (m Machine) Succeed(ctx context.Context, token string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	c, with := m.call()
	_, err := m.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")}, with)
	return answered(c, "flow.Succeed", err)
}

// Cancel fails a waiting task with OrderCancelled, the name by which the machine knows an order that is no longer its own.
// Else as Succeed.
func (m Machine) Cancel(ctx context.Context, token string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	c, with := m.call()
	_, err := m.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("OrderCancelled")}, with)
	return answered(c, "flow.Cancel", err)
}

// call gives a call's memory of its tries, and the option that lets it see them.
func (m Machine) call() (*awscall.Call, func(*sfn.Options)) {
	c := &awscall.Call{RetryerV2: m.retries}
	return c, func(o *sfn.Options) { o.Retryer = c }
}

// answered is Fail for answers to tasks.
func answered(c *awscall.Call, op string, err error) error {
	var gone *types.TaskDoesNotExist
	var late *types.TaskTimedOut
	if errors.As(err, &gone) || errors.As(err, &late) {
		return nil
	}
	return c.Fail(op, err)
}
