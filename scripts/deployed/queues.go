package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"till/scripts/evidence"
)

// deadLettersOf is the dead-letter queue of each queue; the relay reads a stream and has only those.
func deadLettersOf() map[string]string {
	return map[string]string{"EventsQueue": "EventsDeadLetters", "FulfillmentQueue": "FulfillmentDeadLetters", "MailQueue": "MailDeadLetters", "Relay": "RelayDeadLetters"}
}

// Queues counts what lies in the queues.
func (s *Stack) Queues(ctx context.Context) ([]evidence.Queue, error) {
	var out []evidence.Queue
	for _, name := range [...]string{"EventsQueue", "FulfillmentQueue", "MailQueue", "Relay"} {
		q := evidence.Queue{Name: name}
		dead, err := s.count(ctx, deadLettersOf()[name])
		if err != nil {
			return nil, err
		}
		q.DeadLetters = dead.Visible + dead.InFlight + dead.Delayed
		if s.Physical(name) != "" && s.kinds[name] == "AWS::SQS::Queue" {
			lying, err := s.count(ctx, name)
			if err != nil {
				return nil, err
			}
			q.Visible, q.InFlight, q.Delayed = lying.Visible, lying.InFlight, lying.Delayed
		}
		out = append(out, q)
	}
	return out, nil
}

func (s *Stack) count(ctx context.Context, name string) (evidence.Queue, error) {
	got, err := sqs.NewFromConfig(s.Config).GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: aws.String(s.Physical(name)), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return evidence.Queue{}, fmt.Errorf("queue %s: %w", name, err)
	}
	number := func(name types.QueueAttributeName) int {
		n, err := strconv.Atoi(got.Attributes[string(name)])
		if err != nil {
			return 0
		}
		return n
	}
	return evidence.Queue{
		Name: name, Visible: number(types.QueueAttributeNameApproximateNumberOfMessages),
		InFlight: number(types.QueueAttributeNameApproximateNumberOfMessagesNotVisible),
		Delayed:  number(types.QueueAttributeNameApproximateNumberOfMessagesDelayed),
	}, nil
}

// SendMessage puts a text into a queue, as a fault would.
func (s *Stack) SendMessage(ctx context.Context, name, body string) error {
	_, err := sqs.NewFromConfig(s.Config).SendMessage(ctx, &sqs.SendMessageInput{QueueUrl: aws.String(s.Physical(name)), MessageBody: &body})
	return err
}

// CheckDeadLetters reads back that each queue gives up a message after five times, into its own dead-letter queue.
func (s *Stack) CheckDeadLetters(ctx context.Context) error {
	client := sqs.NewFromConfig(s.Config)
	var faults []error
	for queue, dead := range deadLettersOf() {
		if s.kinds[queue] != "AWS::SQS::Queue" {
			continue
		}
		got, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
			QueueUrl: aws.String(s.Physical(queue)), AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameRedrivePolicy},
		})
		if err != nil {
			return fmt.Errorf("queue %s: %w", queue, err)
		}
		var policy struct {
			DeadLetterTargetArn string
			MaxReceiveCount     json.Number
		}
		text := got.Attributes[string(types.QueueAttributeNameRedrivePolicy)]
		if err := json.Unmarshal([]byte(text), &policy); err != nil || policy.DeadLetterTargetArn != s.ARN(dead) || policy.MaxReceiveCount != "5" {
			faults = append(faults, fmt.Errorf("queue %s gives up so: %q; want %s after 5", queue, text, s.ARN(dead)))
		}
	}
	return errors.Join(faults...)
}

// hurried is a visibility timeout in seconds that a function of a busy laptop's stack still ends within, mostly. Where it does not, its
// message comes a second time while the first is worked on.
const hurried = "3"

// Hurry lets a message that failed come again after some seconds, where the template waits six times a function's time limit.
func (s *Stack) Hurry(ctx context.Context, queue string) error {
	_, err := sqs.NewFromConfig(s.Config).SetQueueAttributes(ctx, &sqs.SetQueueAttributesInput{
		QueueUrl: aws.String(s.Physical(queue)), Attributes: map[string]string{string(types.QueueAttributeNameVisibilityTimeout): hurried},
	})
	return err
}

// Purge throws a queue's messages away, as a person does who has read them.
func (s *Stack) Purge(ctx context.Context, queue string) error {
	_, err := sqs.NewFromConfig(s.Config).PurgeQueue(ctx, &sqs.PurgeQueueInput{QueueUrl: aws.String(s.Physical(queue))})
	return err
}
