package localcloud

import (
	"context"
	"errors"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/sqs"
	"till/shared/fault"
)

// Queue is what queue.Queue is on AWS, against the local queues.
type Queue struct {
	cloud *Cloud
	url   string
}

// Queue is the twin of queue.New.
func (c *Cloud) Queue(url string) Queue { return Queue{c, url} }

// Send hands a message over. Errors: as queue.Queue.Send.
func (q Queue) Send(ctx context.Context, body string) error {
	_, err := q.cloud.SendMessage(ctx, q.url, body)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sqs.ErrNoQueue), errors.Is(err, sqs.ErrInvalid), errors.Is(err, sqs.ErrTooLong):
		return fault.Wrap(fault.Unavailable, "queue.Send", err)
	}
	return fault.Wrap(fault.Unknown, "queue.Send", err)
}

// Machine is what flow.Machine is on AWS, against the local state machines.
type Machine struct {
	cloud *Cloud
	arn   string
}

// Machine is the twin of flow.New.
func (c *Cloud) Machine(arn string) Machine { return Machine{c, arn} }

// Start begins an execution. Errors: as flow.Machine.Start.
func (m Machine) Start(ctx context.Context, name, input string) error {
	_, err := m.cloud.StartExecution(ctx, m.arn, name, input)
	if code(err) == asl.CodeExecutionAlreadyExists {
		return &fault.Error{Kind: fault.Conflict, Op: "flow.Start", Code: "execution_exists", Err: err}
	}
	return classify("flow.Start", err)
}

// Alive tells whether the execution of a name runs or succeeded. Errors: as flow.Machine.Alive.
func (m Machine) Alive(ctx context.Context, name string) (bool, error) {
	e, err := m.cloud.DescribeExecution(ctx, m.cloud.ExecutionARN(m.arn, name))
	switch {
	case code(err) == asl.CodeExecutionDoesNotExist:
		return false, fault.Wrap(fault.NotFound, "flow.Alive", err)
	case err != nil:
		return false, fault.Wrap(fault.Unavailable, "flow.Alive", err)
	}
	return e.Status == asl.Running || e.Status == asl.Succeeded, nil
}

// Succeed answers a waiting task. Errors: as flow.Machine.Succeed.
func (m Machine) Succeed(ctx context.Context, token string) error {
	return answered("flow.Succeed", m.cloud.SendTaskSuccess(ctx, token, "{}"))
}

// Cancel fails a waiting task with OrderCancelled. Errors: as flow.Machine.Cancel.
func (m Machine) Cancel(ctx context.Context, token string) error {
	return answered("flow.Cancel", m.cloud.SendTaskFailure(ctx, token, "OrderCancelled", ""))
}

func answered(op string, err error) error {
	if c := code(err); c == asl.CodeTaskDoesNotExist || c == asl.CodeTaskTimedOut {
		return nil
	}
	return classify(op, err)
}

func classify(op string, err error) error {
	if c := code(err); c != "" {
		return &fault.Error{Kind: fault.Unavailable, Op: op, Code: c, Err: err}
	}
	return fault.Wrap(fault.Unknown, op, err)
}

// code is that of a refusal, "" for anything else.
func code(err error) string {
	var refused *asl.APIError
	if errors.As(err, &refused) {
		return refused.Code
	}
	return ""
}
