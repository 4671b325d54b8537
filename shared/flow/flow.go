// Package flow starts executions of the fulfillment machine and answers its waiting tasks.
package flow

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

// callLimit bounds a call with all its tries.
const callLimit = 5 * time.Second

// Machine is the fulfillment machine. Safe for concurrent use.
type Machine struct {
	client *sfn.Client
	arn    string
}

// New makes a machine by its ARN, which only Start and Alive need. It calls nothing.
func New(cloud aws.Config, arn string) Machine {
	return Machine{client: sfn.NewFromConfig(cloud), arn: arn}
}

// Start begins an execution under a name with an input of ids. The same name and input again, while it runs, is the same
// execution. Errors: fault.Conflict, code execution_exists; fault.Unavailable; fault.Unknown, it may run: start it again.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (m Machine) Start(ctx context.Context, name, input string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := m.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &m.arn, Name: &name, Input: &input})
	var exists *types.ExecutionAlreadyExists
	if errors.As(err, &exists) {
		return &fault.Error{Kind: fault.Conflict, Op: "flow.Start", Code: "execution_exists", Err: err}
	}
	return classify("flow.Start", err)
}

// Alive tells whether the execution of a name runs or succeeded. Errors: fault.NotFound; fault.Unavailable.
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
	const kind = ":stateMachine:"
	for i := 0; i+len(kind) <= len(machine); i++ {
		if machine[i:i+len(kind)] == kind {
			return machine[:i] + ":execution:" + machine[i+len(kind):] + ":" + name
		}
	}
	return machine + ":" + name
}

// Succeed answers a waiting task. A task that was answered already, or has timed out, is no error: somebody else was
// first. Errors: fault.Unavailable; fault.Unknown, answer it again.
func (m Machine) Succeed(ctx context.Context, token string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := m.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &token, Output: aws.String("{}")})
	return answered("flow.Succeed", err)
}

// Cancel fails a waiting task with OrderCancelled, the name by which the machine knows an order that is no longer its own.
// Else as Succeed.
func (m Machine) Cancel(ctx context.Context, token string) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	_, err := m.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &token, Error: aws.String("OrderCancelled")})
	return answered("flow.Cancel", err)
}

func answered(op string, err error) error {
	var gone *types.TaskDoesNotExist
	var late *types.TaskTimedOut
	if errors.As(err, &gone) || errors.As(err, &late) {
		return nil
	}
	return classify(op, err)
}

func classify(op string, err error) error {
	if err == nil {
		return nil
	}
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorFault() == smithy.FaultClient {
		return &fault.Error{Kind: fault.Unavailable, Op: op, Code: refused.ErrorCode(), Err: err}
	}
	return fault.Wrap(fault.Unknown, op, err)
}
