package dynamo

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
)

// settleTries is how often a settlement is decided anew when the event changed meanwhile. Each time another writer got on.
const settleTries = 5

// PutEvent is storetest.Store's.
func (s *Store) PutEvent(ctx context.Context, i inbox.Item) (existing inbox.Item, fresh bool, err error) {
	c := s.write("PutEvent", i.Event.Key())
	row, err := eventItem(c.op, i)
	if err != nil {
		return inbox.Item{}, false, err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.names.Inbox, Item: row,
		ConditionExpression:                 aws.String("attribute_not_exists(pk) OR #ttl <= :now"), // TTL deletes late.
		ExpressionAttributeNames:            map[string]string{"#ttl": "ttl"},
		ExpressionAttributeValues:           item{":now": number(i.ReceivedAt.Unix())},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, c.options)
	if old, there := oldItem(err); there {
		existing, err = decodeEvent(c.op, old)
		return existing, false, err
	}
	if err != nil {
		return inbox.Item{}, false, c.fail(err)
	}
	return i, true, nil
}

// Event is storetest.Store's.
func (s *Store) Event(ctx context.Context, key string) (inbox.Item, error) {
	i, _, err := s.event(ctx, "Event", key)
	return i, err
}

// ClaimEvent is storetest.Store's. A claim whose answer was lost looks like another's: the event is left until the lease is
// over, which is late and safe.
func (s *Store) ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error) {
	was, body, err := s.remembered(ctx, "ClaimEvent", key, now)
	if err != nil {
		return inbox.Item{}, err
	}
	next, err := was.Claim(now)
	if err != nil {
		return inbox.Item{}, err
	}
	won, err := s.replaceEvent(ctx, "ClaimEvent", next, body)
	if err == nil && !won {
		err = conflict("ClaimEvent", "inbox_claimed", "")
	}
	if err != nil {
		return inbox.Item{}, err
	}
	return next, nil
}

// SettleEvent is storetest.Store's.
func (s *Store) SettleEvent(ctx context.Context, key string, state inbox.State, reason string, now time.Time) error {
	for range settleTries {
		was, body, err := s.remembered(ctx, "SettleEvent", key, now)
		if err != nil {
			return err
		}
		if was.State == state && state.Settled() {
			return nil
		}
		next, err := was.Settle(state, reason, now)
		if err != nil {
			return err
		}
		if won, err := s.replaceEvent(ctx, "SettleEvent", next, body); won || err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable, "dynamo.SettleEvent", "dependency_unavailable", "")
}

// DueEvents is storetest.Store's.
func (s *Store) DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return s.dueBefore(ctx, "DueEvents", s.names.Inbox, before, limit)
}

// event reads an event and its stored form.
func (s *Store) event(ctx context.Context, op, key string) (inbox.Item, string, error) {
	got, err := s.get(ctx, op, s.names.Inbox, eventKey(key))
	if err != nil {
		return inbox.Item{}, "", err
	}
	i, err := decodeEvent("dynamo."+op, got)
	return i, textOf(got, "body"), err
}

// remembered is event for one that is not to be forgotten yet.
func (s *Store) remembered(ctx context.Context, op, key string, now time.Time) (inbox.Item, string, error) {
	i, body, err := s.event(ctx, op, key)
	if err == nil && !i.Forget.After(now) {
		return inbox.Item{}, "", order.NotFound("dynamo." + op)
	}
	return i, body, err
}

// replaceEvent stores an event if its stored form is still what was read, and tells whether it was.
func (s *Store) replaceEvent(ctx context.Context, op string, i inbox.Item, was string) (bool, error) {
	c := s.write(op, i.Event.Key())
	row, err := eventItem(c.op, i)
	if err != nil {
		return false, err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.names.Inbox, Item: row, ConditionExpression: aws.String("body = :was"),
		ExpressionAttributeValues: item{":was": text(was)},
	}, c.options)
	if _, moved := oldItem(err); moved {
		return false, nil
	}
	return err == nil, c.fail(err)
}

func eventItem(op string, i inbox.Item) (item, error) {
	body, err := json.Marshal(i)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, op, err)
	}
	row := eventKey(i.Event.Key())
	row["body"], row["ttl"] = text(string(body)), number(i.Forget.Unix())
	setDue(row, i.Event.Key(), i.Due)
	if word, since := i.Kept(); word != "" {
		row["kept"], row["since"] = text(word), text(since)
	}
	return row, nil
}

func decodeEvent(op string, row item) (inbox.Item, error) {
	var i inbox.Item
	if err := json.Unmarshal([]byte(textOf(row, "body")), &i); err != nil {
		return inbox.Item{}, fault.Wrap(fault.Internal, op, err)
	}
	return i, nil
}
