package dynamo

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/fault"
	"till/shared/inbox"
)

// list is an index of the Inbox, with its parts.
type list struct {
	index, part, sort string
	parts             []string
}

// listOf is where the events of a state are listed.
func listOf(state inbox.State) list {
	if state != inbox.Received {
		return list{"kept", "kept", "since", []string{string(state)}}
	}
	l := list{"due", "due_shard", "due", nil}
	for i := range shards {
		l.parts = append(l.parts, strconv.Itoa(i))
	}
	return l
}

// EventsIn is storetest.Store's.
func (s *Store) EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) (keys []string, next string, err error) {
	l, from, began := listOf(state), inbox.Place{}, true
	if cursor != "" {
		var ok bool
		if from, ok = inbox.ParsePlace(cursor, l.parts); !ok {
			return nil, "", badCursor("EventsIn")
		}
		began = false
	}
	var places []inbox.Place
	for _, part := range l.parts {
		if !began && part != from.Part || len(places) > limit {
			continue
		}
		began = true
		in := &dynamodb.QueryInput{
			TableName: &s.names.Inbox, IndexName: aws.String(l.index), KeyConditionExpression: aws.String("#part = :part"),
			ExpressionAttributeNames: map[string]string{"#part": l.part}, ExpressionAttributeValues: item{":part": text(part)},
		}
		if part == from.Part {
			in.ExclusiveStartKey = item{"pk": text(from.Key), l.part: text(part), l.sort: text(from.Sort)}
		}
		rows, err := s.query(ctx, "EventsIn", in, limit+1-len(places)) // One more than asked says whether this is the end.
		if err != nil {
			return nil, "", err
		}
		for _, row := range rows {
			places = append(places, inbox.Place{Part: part, Sort: textOf(row, l.sort), Key: textOf(row, "pk")})
		}
	}
	if len(places) > limit && limit > 0 {
		places = places[:limit]
		next = places[limit-1].Cursor()
	}
	for _, p := range places {
		keys = append(keys, p.Key)
	}
	return keys, next, nil
}

// Events is storetest.Store's.
func (s *Store) Events(ctx context.Context, keys []string) ([]inbox.Item, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	var wanted []item
	for _, key := range keys {
		wanted = append(wanted, eventKey(key))
	}
	rows, err := s.batch(ctx, "Events", s.names.Inbox, wanted, true)
	if err != nil {
		return nil, err
	}
	found := map[string]inbox.Item{}
	for _, row := range rows {
		if found[textOf(row, "pk")], err = decodeEvent("dynamo.Events", row); err != nil {
			return nil, err
		}
	}
	var out []inbox.Item
	for _, key := range keys {
		if i, there := found[key]; there {
			out = append(out, i)
		}
	}
	return out, nil
}

// ReplayEvent is storetest.Store's.
func (s *Store) ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error) {
	for range settleTries {
		was, body, err := s.remembered(ctx, "ReplayEvent", key, now)
		if err != nil || was.State == inbox.Applied {
			return was, err
		}
		next := was.Replay(by, now)
		if won, err := s.replaceEvent(ctx, "ReplayEvent", next, body); won || err != nil {
			return next, err
		}
	}
	return inbox.Item{}, fault.New(fault.Unavailable, "dynamo.ReplayEvent", "dependency_unavailable", "")
}
