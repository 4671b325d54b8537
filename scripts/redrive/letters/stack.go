package letters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Queues are the dead-letter queues that a stack has, by the names of their work.
func Queues() []string { return []string{"events", "fulfillment", "mail", "relay"} }

// source is a queue of template.yaml: the logical ids of it and of its dead letters, and how these read.
type source struct {
	queue, dead string
	read        func(string) Content
}

func sources() map[string]source {
	return map[string]source{
		"events":      {"EventsQueue", "EventsDeadLetters", ReadEvent},
		"fulfillment": {"FulfillmentQueue", "FulfillmentDeadLetters", ReadFulfillment},
		"mail":        {"MailQueue", "MailDeadLetters", ReadMail},
		"relay":       {"", "RelayDeadLetters", ReadFailure},
	}
}

// Stack is a deployed stack. Every field is required.
type Stack struct {
	Cloud aws.Config
	Name  string
	Now   func() time.Time
	Sleep func(ctx context.Context, d time.Duration) error
}

// Waiting is a box with what SQS said of it.
type Waiting struct {
	Box
	About  int       // Letters that nobody has taken, about.
	Hidden int       // Letters that somebody has taken, about.
	At     time.Time // By SQS's clock, if it told, so that a clock that is wrong here leaves no letter behind.
}

// Open finds the boxes of some queues, in order. Errors: the stack, or a queue of it, is not as template.yaml has it, or may not
// be seen.
func (s Stack) Open(ctx context.Context, queues []string) ([]Waiting, error) {
	ids, err := s.resources(ctx)
	if err != nil {
		return nil, err
	}
	var boxes []Waiting
	for _, queue := range queues {
		box, err := s.box(ctx, queue, ids)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", queue, err)
		}
		boxes = append(boxes, box)
	}
	return boxes, nil
}

// resources is the stack's physical ids by its logical ones. DescribeStackResources would give the first hundred only.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html
func (s Stack) resources(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	pages := cloudformation.NewListStackResourcesPaginator(cloudformation.NewFromConfig(s.Cloud), &cloudformation.ListStackResourcesInput{StackName: &s.Name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, explain("cloudformation:ListStackResources", "stack "+s.Name, err)
		}
		for _, r := range page.StackResourceSummaries {
			out[aws.ToString(r.LogicalResourceId)] = aws.ToString(r.PhysicalResourceId)
		}
	}
	return out, nil
}

func (s Stack) box(ctx context.Context, queue string, ids map[string]string) (Waiting, error) {
	from := sources()[queue]
	client := sqs.NewFromConfig(s.Cloud)
	p := post{client: client, name: from.dead, url: ids[from.dead], batch: takeAtMost, hide: hidden}
	if queue == "relay" {
		p.batch, p.hide = 1, hiddenLong
	}
	dead, at, err := s.attributes(ctx, client, from.dead, p.url)
	if err != nil {
		return Waiting{}, err
	}
	w := Waiting{
		Box:   Box{Queue: queue, Read: from.read, Take: p.take, Delete: p.delete, Release: p.release},
		About: int(number(dead["ApproximateNumberOfMessages"])), Hidden: int(number(dead["ApproximateNumberOfMessagesNotVisible"])), At: at,
	}
	if queue == "relay" {
		function, table := ids["Relay"], ids["OrdersTable"]
		if function == "" || table == "" {
			return w, errors.New("the stack has no function Relay or no table OrdersTable")
		}
		w.Back = relay{dynamodbstreams.NewFromConfig(s.Cloud), lambda.NewFromConfig(s.Cloud), table, function, s.Sleep}.back
		return w, nil
	}
	url := ids[from.queue]
	live, _, err := s.attributes(ctx, client, from.queue, url)
	if err != nil {
		return w, err
	}
	if target := deadLetters(live["RedrivePolicy"]); target == "" || target != dead["QueueArn"] {
		return w, fmt.Errorf("%s does not send its dead letters to %s: its redrive policy was changed by hand; deploy again", from.queue, from.dead)
	}
	w.Back = p.sendTo(from.queue, url)
	return w, nil
}

// attributes reads a queue's settings, and the time at SQS.
func (s Stack) attributes(ctx context.Context, client *sqs.Client, name, url string) (map[string]string, time.Time, error) {
	if url == "" {
		return nil, time.Time{}, fmt.Errorf("the stack %s has no %s; is it a stack of Till?", s.Name, name)
	}
	out, err := client.GetQueueAttributes(ctx, &sqs.GetQueueAttributesInput{
		QueueUrl: &url, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll},
	})
	if err != nil {
		return nil, time.Time{}, explain("sqs:GetQueueAttributes", name, err)
	}
	at, told := middleware.GetServerTime(out.ResultMetadata)
	if !told {
		at = s.Now()
	}
	return out.Attributes, at, nil
}

// deadLetters is the ARN that a redrive policy names; "" for none.
func deadLetters(policy string) string {
	var p struct {
		Target string `json:"deadLetterTargetArn"`
	}
	if json.Unmarshal([]byte(policy), &p) != nil {
		return ""
	}
	return p.Target
}
