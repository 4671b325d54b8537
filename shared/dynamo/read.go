package dynamo

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/order"
)

const (
	// batchMax is how many keys one BatchGetItem takes.
	batchMax = 100
	// roundsMax is how often keys that a batch left over are asked for again.
	roundsMax = 6
)

// get reads one item, consistently. Errors: fault.NotFound.
func (s *Store) get(ctx context.Context, op, table string, key item) (item, error) {
	c := s.read(op, textOf(key, "pk"))
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: aws.Bool(true)}, c.options)
	if err != nil {
		return nil, c.fail(err)
	}
	if len(out.Item) == 0 {
		return nil, order.NotFound(c.op)
	}
	return out.Item, nil
}

// query reads at most limit items, over as many pages as that takes.
func (s *Store) query(ctx context.Context, op string, in *dynamodb.QueryInput, limit int) ([]item, error) {
	var out []item
	for len(out) < limit {
		in.Limit = aws.Int32(int32(min(limit-len(out), 1000))) //nolint:gosec // at most 1000
		c := s.read(op, aws.ToString(in.TableName))
		page, err := s.client.Query(ctx, in, c.options)
		if err != nil {
			return nil, c.fail(err)
		}
		out = append(out, page.Items...)
		if len(page.LastEvaluatedKey) == 0 {
			break
		}
		in.ExclusiveStartKey = page.LastEvaluatedKey
	}
	return out[:min(len(out), max(limit, 0))], nil
}

// batch reads many items in no order; the keys differ. What DynamoDB leaves over, by size or for want of capacity, is asked
// for again.
func (s *Store) batch(ctx context.Context, op, table string, keys []item, consistent bool) ([]item, error) {
	var out []item
	for len(keys) > 0 {
		now := keys[:min(len(keys), batchMax)]
		keys = keys[len(now):]
		got, err := s.batchOnce(ctx, op, table, now, consistent)
		if err != nil {
			return nil, err
		}
		out = append(out, got...)
	}
	return out, nil
}

// batchOnce reads at most batchMax items.
func (s *Store) batchOnce(ctx context.Context, op, table string, keys []item, consistent bool) ([]item, error) {
	var out []item
	c := s.read(op, textOf(keys[0], "pk"))
	for round := range roundsMax {
		got, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			table: {Keys: keys, ConsistentRead: &consistent},
		}}, c.options)
		if err != nil {
			return nil, c.fail(err)
		}
		out = append(out, got.Responses[table]...)
		left := got.UnprocessedKeys[table].Keys
		if len(left) == 0 {
			return out, nil
		}
		if len(left) == len(keys) { // Not for size: there is no capacity.
			if err := pause(ctx, 25*time.Millisecond<<round); err != nil {
				return nil, c.fail(err)
			}
		}
		keys = left
	}
	return nil, c.fail(errUnprocessed)
}

var errUnprocessed = errors.New("keys stay unprocessed")

// dueBefore lists the partition keys on a due index up to a time, the earliest of all shards first.
func (s *Store) dueBefore(ctx context.Context, op, table string, before time.Time, limit int) ([]string, error) {
	var rows []item
	for i := range shards {
		got, err := s.query(ctx, op, &dynamodb.QueryInput{
			TableName: &table, IndexName: aws.String("due"),
			KeyConditionExpression:    aws.String("due_shard = :shard AND due <= :before"),
			ExpressionAttributeValues: item{":shard": text(strconv.Itoa(i)), ":before": text(dueText(before))},
		}, limit)
		if err != nil {
			return nil, err
		}
		rows = append(rows, got...)
	}
	return earliest(rows, limit), nil
}
