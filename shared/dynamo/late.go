package dynamo

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/order"
)

// LateChanges is storetest.Store's.
func (s *Store) LateChanges(ctx context.Context, day, cursor string, limit int) (changes []order.Change, next string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Orders, IndexName: aws.String("day"),
		KeyConditionExpression: aws.String("#day = :day"), ExpressionAttributeNames: map[string]string{"#day": "day"},
		ExpressionAttributeValues: item{":day": text(lateDay(day))},
	}
	if cursor != "" {
		if in.ExclusiveStartKey, err = lateStart(day, cursor); err != nil {
			return nil, "", err
		}
	}
	// One more than asked says whether this is the end.
	rows, err := s.query(ctx, "LateChanges", in, limit+1)
	if err != nil {
		return nil, "", err
	}
	page := rows[:max(0, min(len(rows), limit))]
	if changes, err = s.changesOf(ctx, page); err != nil {
		return nil, "", err
	}
	if len(rows) > len(page) && len(page) > 0 {
		last := page[len(page)-1]
		next = base64.RawURLEncoding.EncodeToString([]byte(textOf(last, "placed") + textOf(last, "sk") + string(orderOf(textOf(last, "pk")))))
	}
	return changes, next, nil
}

// changesOf reads the changes that rows of an index name, in their order.
func (s *Store) changesOf(ctx context.Context, rows []item) ([]order.Change, error) {
	got, err := s.named(ctx, "LateChanges", rows)
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

// named reads the items that rows of an index of the Orders table name, in their order.
func (s *Store) named(ctx context.Context, op string, rows []item) ([]item, error) {
	keys := make([]item, len(rows))
	place := make(map[string]int, len(rows))
	name := func(i item) string { return textOf(i, "pk") + textOf(i, "sk") }
	for i, row := range rows {
		keys[i] = key(textOf(row, "pk"), textOf(row, "sk"))
		place[name(row)] = i
	}
	got, err := s.batch(ctx, op, s.names.Orders, keys, true)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(got, func(a, b item) int { return place[name(a)] - place[name(b)] })
	return got, nil
}

// lateStart is the key of the index row at which a page ended. Errors: fault.Unreadable, code cursor_invalid.
func lateStart(day, cursor string) (item, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	const change = len(placedForm)
	sort := len(changeSort(0))
	if err != nil || len(raw) < change+sort {
		return nil, badCursor("LateChanges")
	}
	placed, sk := string(raw[:change]), string(raw[change:change+sort])
	id, noID := order.ParseID(string(raw[change+sort:]))
	digits, isChange := strings.CutPrefix(sk, "CHANGE#")
	if _, err := time.Parse(placedForm, placed); err != nil || noID != nil || !isChange || strings.Trim(digits, "0123456789") != "" {
		return nil, badCursor("LateChanges")
	}
	start := key(textOf(orderKey(id), "pk"), sk)
	start["day"], start["placed"] = text(lateDay(day)), text(placed)
	return start, nil
}
