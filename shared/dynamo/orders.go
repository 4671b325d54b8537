package dynamo

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/fault"
	"till/shared/order"
)

// Order is storetest.Store's.
func (s *Store) Order(ctx context.Context, id order.ID) (*order.Order, error) {
	got, err := s.get(ctx, "Order", s.names.Orders, orderKey(id))
	if err != nil {
		return nil, err
	}
	return order.Decode([]byte(textOf(got, "body")))
}

// Orders is storetest.Store's.
func (s *Store) Orders(ctx context.Context, ids []order.ID) ([]*order.Order, error) {
	place := make(map[string]int, len(ids))
	var keys []item
	for i, id := range ids {
		k := orderKey(id)
		if _, again := place[textOf(k, "pk")]; !again {
			place[textOf(k, "pk")] = i
			keys = append(keys, k)
		}
	}
	got, err := s.batch(ctx, "Orders", s.names.Orders, keys, true)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(got, func(a, b item) int { return cmp.Compare(place[textOf(a, "pk")], place[textOf(b, "pk")]) })
	out := make([]*order.Order, len(got))
	for i, each := range got {
		if out[i], err = order.Decode([]byte(textOf(each, "body"))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Change is storetest.Store's.
func (s *Store) Change(ctx context.Context, id order.ID, n int) (order.Change, error) {
	got, err := s.get(ctx, "Change", s.names.Orders, changeKey(id, n))
	if err != nil {
		return order.Change{}, err
	}
	return order.DecodeChange([]byte(textOf(got, "body")))
}

// Changes is storetest.Store's.
func (s *Store) Changes(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error) {
	got, err := s.query(ctx, "Changes", &dynamodb.QueryInput{
		TableName: &s.names.Orders, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String("pk = :pk AND sk BETWEEN :first AND :last"),
		ExpressionAttributeValues: item{
			":pk": orderKey(id)["pk"], ":first": text(changeSort(max(after, 0) + 1)), ":last": text("CHANGE#999999"),
		},
	}, limit)
	if err != nil {
		return nil, err
	}
	out := make([]order.Change, len(got))
	for i, each := range got {
		if out[i], err = order.DecodeChange([]byte(textOf(each, "body"))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// OrderByRef is storetest.Store's.
func (s *Store) OrderByRef(ctx context.Context, gateway, ref string) (order.ID, error) {
	got, err := s.get(ctx, "OrderByRef", s.names.Orders, refKey(order.Ref{Gateway: gateway, Ref: ref}))
	if err != nil {
		return "", err
	}
	return order.ID(textOf(got, "order_id")), nil
}

// DueOrders is storetest.Store's.
func (s *Store) DueOrders(ctx context.Context, before time.Time, limit int) ([]order.ID, error) {
	keys, err := s.dueBefore(ctx, "DueOrders", s.names.Orders, before, limit)
	if err != nil {
		return nil, err
	}
	ids := make([]order.ID, len(keys))
	for i, pk := range keys {
		ids[i] = orderOf(pk)
	}
	return ids, nil
}

// earliest gives the partition keys of rows of a due index in the order of their times, at most limit.
func earliest(rows []item, limit int) []string {
	slices.SortFunc(rows, func(a, b item) int {
		return cmp.Or(cmp.Compare(textOf(a, "due"), textOf(b, "due")), cmp.Compare(textOf(a, "pk"), textOf(b, "pk")))
	})
	out := make([]string, 0, min(len(rows), limit))
	for _, row := range rows[:min(len(rows), limit)] {
		out = append(out, textOf(row, "pk"))
	}
	return out
}

func orderOf(pk string) order.ID { return order.ID(strings.TrimPrefix(pk, "ORDER#")) }

// DayOrders is storetest.Store's.
func (s *Store) DayOrders(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "DayOrders", "day", day, cursor, limit)
}

// CustomerOrders is storetest.Store's.
func (s *Store) CustomerOrders(ctx context.Context, customer, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "CustomerOrders", "customer", customer, cursor, limit)
}

// ReturnOrders is storetest.Store's.
func (s *Store) ReturnOrders(ctx context.Context, cursor string, limit int) (ids []order.ID, next string, err error) {
	return s.newest(ctx, "ReturnOrders", "returns", openReturns, cursor, limit)
}

// newest lists the orders under a value of an index that is called as its attribute, and sorted by when they were placed.
func (s *Store) newest(ctx context.Context, op, index, value, cursor string, limit int) (ids []order.ID, next string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Orders, IndexName: &index, ScanIndexForward: aws.Bool(false),
		KeyConditionExpression: aws.String("#of = :of"), ExpressionAttributeNames: map[string]string{"#of": index},
		ExpressionAttributeValues: item{":of": text(value)},
	}
	if cursor != "" {
		if in.ExclusiveStartKey, err = startAt(op, index, value, cursor); err != nil {
			return nil, "", err
		}
	}
	// One more than asked says whether this is the end.
	got, err := s.query(ctx, op, in, limit+1)
	if err != nil {
		return nil, "", err
	}
	for _, row := range got[:min(len(got), limit)] {
		ids = append(ids, orderOf(textOf(row, "pk")))
	}
	if len(got) > limit && limit > 0 {
		next = base64.RawURLEncoding.EncodeToString([]byte(textOf(got[limit-1], "placed") + string(ids[limit-1])))
	}
	return ids, next, nil
}

// startAt is the key of the index row at which a page ended. Errors: fault.Unreadable, code cursor_invalid.
func startAt(op, index, value, cursor string) (item, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < len(placedForm) {
		return nil, badCursor(op)
	}
	placed := string(raw[:len(placedForm)])
	id, noID := order.ParseID(string(raw[len(placedForm):]))
	if _, err := time.Parse(placedForm, placed); err != nil || noID != nil {
		return nil, badCursor(op)
	}
	start := orderKey(id)
	start[index], start["placed"] = text(value), text(placed)
	return start, nil
}

func badCursor(op string) error {
	return fault.New(fault.Unreadable, "dynamo."+op, "cursor_invalid", "This is not a place in the list. Start again without it.")
}
