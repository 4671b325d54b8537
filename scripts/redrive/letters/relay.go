package letters

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

const (
	// batchSize is how many records the relay is given at once, as its event source mapping in template.yaml has it.
	batchSize   = 25
	invokeLimit = 45 * time.Second // The function is stopped after 30.
	// emptyMax is how many pages without a record are read before the end is given up for lost; emptyPause lies between them.
	emptyMax   = 40
	emptyPause = 250 * time.Millisecond
)

// relay gives records of the stream to the relay function again.
type relay struct {
	streams  *dynamodbstreams.Client
	lambda   *lambda.Client
	table    string // Whose stream it is.
	function string
	sleep    func(ctx context.Context, d time.Duration) error
}

// back reads what the letter points at and gives it to the function in order, until it cannot be sent.
func (r relay) back(ctx context.Context, l Letter) (string, error) {
	var f failure
	if err := json.Unmarshal([]byte(l.Body), &f); err != nil {
		return "", errors.New("it cannot be read")
	}
	at := f.Batch
	if !strings.Contains(at.Stream, ":table/"+r.table+"/stream/") {
		return "", errors.New("it is about a stream of another table than this stack's")
	}
	page, err := r.first(ctx, at)
	if err != nil {
		return "", err
	}
	found := at.Start // The first record must be the one that the letter names.
	for empty := 0; page != nil && empty < emptyMax; {
		out, err := r.streams.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: page})
		if err != nil {
			return "", r.gone(explain("dynamodb:GetRecords", r.table, err), err)
		}
		done, err := r.give(ctx, at, out.Records, &found)
		if done || err != nil {
			return "", err
		}
		page = out.NextShardIterator
		if len(out.Records) > 0 {
			empty = 0
			continue
		}
		empty++
		if err := r.sleep(ctx, emptyPause); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("the stream ended before %s", at.End)
}

func (r relay) first(ctx context.Context, at place) (*string, error) {
	out, err := r.streams.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
		StreamArn: &at.Stream, ShardId: &at.Shard, SequenceNumber: &at.Start, ShardIteratorType: streamtypes.ShardIteratorTypeAtSequenceNumber,
	})
	if err != nil {
		return nil, r.gone(explain("dynamodb:GetShardIterator", r.table, err), err)
	}
	return out.ShardIterator, nil
}

// gone is ErrForgotten if a refusal means that the records, their shard or the whole stream are there no more.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_GetShardIterator.html
func (relay) gone(explained, err error) error {
	var trimmed *streamtypes.TrimmedDataAccessException
	var missing *streamtypes.ResourceNotFoundException
	if errors.As(err, &trimmed) || errors.As(err, &missing) {
		return ErrForgotten
	}
	return explained
}

// give invokes the function with the records of a page that the letter is about. done: they were the last. Only changes are
// given, for the relay passes over all else.
func (r relay) give(ctx context.Context, at place, page []streamtypes.Record, found *string) (done bool, err error) {
	var changes []events.DynamoDBEventRecord
	for _, record := range page {
		if record.Dynamodb == nil {
			continue
		}
		number := aws.ToString(record.Dynamodb.SequenceNumber)
		if *found != "" && digits(number) != digits(*found) {
			return true, ErrForgotten // It begins later: what was before is gone.
		}
		*found = ""
		if done = before(at.End, number); done {
			break
		}
		event, err := asEvent(record, at.Stream)
		if err != nil {
			return true, err
		}
		if sk, ok := event.Change.Keys["sk"]; ok && sk.DataType() == events.DataTypeString && strings.HasPrefix(sk.String(), "CHANGE#") {
			changes = append(changes, event)
		}
		if done = digits(number) == digits(at.End); done {
			break
		}
	}
	for some := range slices.Chunk(changes, batchSize) {
		if err := r.invoke(ctx, some); err != nil {
			return true, err
		}
	}
	return done, nil
}

// invoke calls the function as Lambda does, and believes nothing but its own word that nothing failed.
func (r relay) invoke(ctx context.Context, records []events.DynamoDBEventRecord) error {
	ctx, stop := context.WithTimeout(ctx, invokeLimit)
	defer stop()
	payload, err := json.Marshal(events.DynamoDBEvent{Records: records})
	if err != nil {
		return fmt.Errorf("the records cannot be written: %w", err)
	}
	out, err := r.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &r.function, Payload: payload})
	if err != nil {
		return explain("lambda:InvokeFunction", r.function, err)
	}
	var answer struct {
		Failures []events.DynamoDBBatchItemFailure `json:"batchItemFailures"`
		Type     string                            `json:"errorType"`
	}
	switch err := json.Unmarshal(out.Payload, &answer); {
	case out.FunctionError != nil:
		return fmt.Errorf("the relay failed with %s; its log says why", shown(answer.Type))
	case err != nil || answer.Failures == nil:
		return errors.New("the relay answered what cannot be read; its log may say why")
	case len(answer.Failures) > 0:
		return fmt.Errorf("the relay still cannot send from %s on; its log says why", shown(answer.Failures[0].ItemIdentifier))
	default:
		return nil
	}
}
