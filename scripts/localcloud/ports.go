package localcloud

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/schedule"
	"till/scripts/localcloud/sqs"
	"till/scripts/localcloud/stream"
)

// SendMessage puts a message into the queue with that URL and gives its id. Errors: sqs.ErrNoQueue, sqs.ErrInvalid,
// sqs.ErrTooLong; the context's, before anything was done.
func (c *Cloud) SendMessage(ctx context.Context, queueURL, body string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	return c.Queues.Send(queueURL, body, -1)
}

// StartExecution starts an execution and gives its ARN. Errors: *asl.APIError; the context's, before anything was done.
func (c *Cloud) StartExecution(ctx context.Context, machineARN, name, input string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	arn, _, err := c.Machines.Start(machineARN, name, input)
	return arn, err
}

// ExecutionARN is the ARN that an execution of that name has.
func (c *Cloud) ExecutionARN(machineARN, name string) string {
	for _, m := range c.template.StateMachines {
		if m.ARN == machineARN {
			return fmt.Sprintf("arn:aws:states:%s:%s:execution:%s:%s", c.template.Region, c.template.Account, m.Name, name)
		}
	}
	return ""
}

// DescribeExecution shows an execution. Errors: as StartExecution.
func (c *Cloud) DescribeExecution(ctx context.Context, executionARN string) (asl.Execution, error) {
	if err := ctx.Err(); err != nil {
		return asl.Execution{}, err
	}
	return c.Machines.Describe(executionARN)
}

// StopExecution ends an execution. Errors: as StartExecution.
func (c *Cloud) StopExecution(ctx context.Context, executionARN, errorName, cause string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Machines.Stop(executionARN, errorName, cause)
}

// SendTaskSuccess answers a waiting task. Errors: as StartExecution.
func (c *Cloud) SendTaskSuccess(ctx context.Context, token, output string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Machines.Succeed(token, output)
}

// SendTaskFailure fails a waiting task. Errors: as StartExecution.
func (c *Cloud) SendTaskFailure(ctx context.Context, token, errorName, cause string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Machines.Fail(token, errorName, cause)
}

// SendTaskHeartbeat is a sign of life of a waiting task. Errors: as StartExecution.
func (c *Cloud) SendTaskHeartbeat(ctx context.Context, token string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return c.Machines.Heartbeat(token)
}

// Changed is what the store calls for every item written, in the order of writing. The table is a physical name or a
// logical id. Errors: a table that the template does not have, an image without its key.
func (c *Cloud) Changed(change stream.Change) error {
	for _, t := range c.template.Tables {
		if t.Name == change.Table || t.LogicalID == change.Table {
			change.Table = t.Name
			return c.Streams.Put(change)
		}
	}
	return fmt.Errorf("localcloud: no table %q", change.Table)
}

// Wrote is Changed for images of plain values: string, int64, bool, []byte. event is INSERT, MODIFY or REMOVE.
func (c *Cloud) Wrote(table, event string, keys, image map[string]any) error {
	plainKeys, err := stream.Plain(keys)
	if err != nil {
		return err
	}
	plain, err := stream.Plain(image)
	if err != nil {
		return err
	}
	return c.Changed(stream.Change{Table: table, Name: event, Keys: plainKeys, New: plain})
}

// StreamRecord is Changed for a new item, in DynamoDB's JSON ({"pk":{"S":"…"}}).
func (c *Cloud) StreamRecord(table string, newImage []byte) error {
	var image stream.Image
	if err := json.Unmarshal(newImage, &image); err != nil {
		return fmt.Errorf("localcloud: image of %s: %w", table, err)
	}
	return c.Changed(stream.Change{Table: table, Name: "INSERT", New: image})
}

// StaffToken is an access token of the local pool, and an error if there is no pool.
func (c *Cloud) StaffToken(who cognito.Person) (string, error) {
	if c.Staff == nil {
		return "", fmt.Errorf("localcloud: no staff pool")
	}
	return c.Staff.Token(who)
}

// CustomerToken is an ID token of the local pool of customers, and an error if there is no such pool.
func (c *Cloud) CustomerToken(who cognito.Customer) (string, error) {
	if c.Customers == nil {
		return "", fmt.Errorf("localcloud: no customers' pool")
	}
	return c.Customers.IDToken(who)
}

// Redrive moves a dead-letter queue's messages back and tells how many. The queue is named, not addressed: it, or the one
// whose messages it takes.
func (c *Cloud) Redrive(queueName string) (int, error) {
	for _, q := range c.template.Queues {
		switch {
		case q.Name != queueName && q.LogicalID != queueName:
		case q.DeadARN != "":
			return c.Queues.Redrive(q.DeadARN)
		default:
			return c.Queues.Redrive(q.ARN)
		}
	}
	return 0, sqs.ErrNoQueue
}

// State is the cloud at one moment, for people and tests. It holds what messages and executions hold.
type State struct {
	Now        time.Time               `json:"now"`
	Queues     []sqs.State             `json:"queues"`
	Streams    []stream.State          `json:"streams"`
	Schedules  []schedule.State        `json:"schedules"`
	Executions []asl.Execution         `json:"executions"`
	Coverage   map[string][]asl.Point  `json:"coverage"`
	Functions  map[string]invoke.Count `json:"functions"`
	Failures   []invoke.Failure        `json:"failures"`
}

// How much of it State shows.
const (
	shownMessages   = 100
	shownExecutions = 200
)

// State takes a snapshot.
func (c *Cloud) State() State {
	s := State{
		Now: c.Clock.Now(), Queues: c.Queues.State(shownMessages), Streams: c.Streams.State(), Schedules: c.Schedules.State(),
		Executions: c.Machines.Executions(shownExecutions), Coverage: map[string][]asl.Point{},
		Functions: c.runner.Counts(), Failures: c.runner.Failures(),
	}
	for _, m := range c.template.StateMachines {
		s.Coverage[m.Name] = c.Machines.Coverage(m.ARN)
	}
	return s
}
