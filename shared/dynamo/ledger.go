package dynamo

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

// entriesMax is how many entries of a day are read: a gateway pays out a few times a day, in a few currencies.
const entriesMax = 10_000

// SaveEntry is storetest.Store's.
func (s *Store) SaveEntry(ctx context.Context, e reconcile.Entry) error {
	if err := ledger.Check(e.Postings); err != nil {
		return err
	}
	body, err := json.Marshal(e)
	if err != nil {
		return internal("SaveEntry", "unencodable")
	}
	i := entryKey(e.Key)
	at := e.At.UTC().Format(placedForm)
	i["body"], i["day"], i["placed"] = text(string(body)), text(entryDay(at[:len("2006-01-02")])), text(at)
	c := s.write("SaveEntry", e.Key)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.names.Orders, Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, c.options)
	if old, there := oldItem(err); there {
		if textOf(old, "body") != string(body) {
			return conflict("SaveEntry", "entry_differs", "Another entry was stored under this name.")
		}
		return nil
	}
	return c.fail(err)
}

// DayEntries is storetest.Store's.
func (s *Store) DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error) {
	rows, err := s.query(ctx, "DayEntries", &dynamodb.QueryInput{
		TableName: &s.names.Orders, IndexName: aws.String("day"),
		KeyConditionExpression: aws.String("#day = :day"), ExpressionAttributeNames: map[string]string{"#day": "day"},
		ExpressionAttributeValues: item{":day": text(entryDay(day))},
	}, entriesMax)
	if err != nil {
		return nil, err
	}
	got, err := s.named(ctx, "DayEntries", rows)
	if err != nil {
		return nil, err
	}
	out := make([]reconcile.Entry, len(got))
	for i, each := range got {
		if err := json.Unmarshal([]byte(textOf(each, "body")), &out[i]); err != nil {
			return nil, fault.Wrap(fault.Internal, "dynamo.DayEntries", err)
		}
	}
	return out, nil
}

// SaveClosing is storetest.Store's.
func (s *Store) SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error {
	body, err := json.Marshal(closing)
	if err != nil {
		return internal("SaveClosing", "unencodable")
	}
	i := closingKey(day)
	i["body"] = text(string(body))
	c := s.write("SaveClosing", day)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.names.Orders, Item: i}, c.options)
	return c.fail(err)
}

// Closing is storetest.Store's.
func (s *Store) Closing(ctx context.Context, day string) ([]daybook.Balance, error) {
	got, err := s.get(ctx, "Closing", s.names.Orders, closingKey(day))
	if err != nil {
		return nil, err
	}
	var out []daybook.Balance
	return out, fault.Wrap(fault.Internal, "dynamo.Closing", json.Unmarshal([]byte(textOf(got, "body")), &out))
}

// SaveFindings is storetest.Store's.
func (s *Store) SaveFindings(ctx context.Context, f reconcile.Findings) error {
	body, err := json.Marshal(f)
	if err != nil {
		return internal("SaveFindings", "unencodable")
	}
	i := findingsKey(f.Day)
	i["body"] = text(string(body))
	c := s.write("SaveFindings", f.Day)
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.names.Orders, Item: i}, c.options)
	return c.fail(err)
}

// Findings is storetest.Store's.
func (s *Store) Findings(ctx context.Context, day string) (reconcile.Findings, error) {
	got, err := s.get(ctx, "Findings", s.names.Orders, findingsKey(day))
	if err != nil {
		return reconcile.Findings{}, err
	}
	var out reconcile.Findings
	return out, fault.Wrap(fault.Internal, "dynamo.Findings", json.Unmarshal([]byte(textOf(got, "body")), &out))
}
