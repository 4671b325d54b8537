//go:build engines

package dynamo_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"

	"till/shared/dynamo"
	"till/shared/storetest"
)

// streamed is a store on an engine, with the stream of its Orders table.
type streamed struct {
	*dynamo.Store
	engine engine
	orders string
}

// recordsLimit bounds waiting for the stream.
const recordsLimit = 2 * time.Minute

// Records is storetest.Streamed's.
func (s streamed) Records(t *testing.T, n int) []storetest.Record {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), recordsLimit)
	defer cancel()
	client := dynamodbstreams.NewFromConfig(s.engine.cfg)
	table, err := s.engine.client.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &s.orders})
	if err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		got := readStream(ctx, t, client, table.Table.LatestStreamArn)
		if len(got) >= n {
			return got
		}
		select {
		case <-ctx.Done():
			return got
		case <-tick.C:
		}
	}
}

// readStream reads what is on all shards now, the eldest shard first.
func readStream(ctx context.Context, t *testing.T, client *dynamodbstreams.Client, stream *string) []storetest.Record {
	t.Helper()
	var out []storetest.Record
	described, err := client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: stream})
	if err != nil {
		t.Fatal(err)
	}
	for _, shard := range described.StreamDescription.Shards {
		first, err := client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
			StreamArn: stream, ShardId: shard.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
		})
		if err != nil {
			t.Fatal(err)
		}
		for next := first.ShardIterator; next != nil; {
			page, err := client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: next})
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Records {
				out = append(out, record(r))
			}
			if len(page.Records) == 0 {
				break // The shard is open: its iterators have no end.
			}
			next = page.NextShardIterator
		}
	}
	return out
}

func record(r types.Record) storetest.Record {
	out := storetest.Record{Event: string(r.EventName), PK: wireText(r.Dynamodb.Keys["pk"]), SK: wireText(r.Dynamodb.Keys["sk"]),
		New: map[string]string{}, HasOld: len(r.Dynamodb.OldImage) > 0}
	for name, value := range r.Dynamodb.NewImage {
		if _, isKey := r.Dynamodb.Keys[name]; !isKey {
			out.New[name] = wireText(value)
		}
	}
	return out
}

// wireText is a string, or a number as text.
func wireText(v types.AttributeValue) string {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	default:
		return ""
	}
}
