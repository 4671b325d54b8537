package dynamo

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
)

// watchItem is the row by which a SKU is found whose stock is watched. It changes when staff decide anew and when it runs low, not with
// orders.
func watchItem(sku catalog.SKU, low int64) item {
	i := key("SKU#"+string(sku), skWatch)
	i["low"] = number(low)
	if low > 0 {
		i["list"], i["sku"] = text(watchedList), text(string(sku))
	}
	return i
}

// watchedList is under what the list index has these rows.
const watchedList = "W"

// WatchedStock is storetest.Store's.
func (s *Store) WatchedStock(ctx context.Context, cursor string, limit int) (watches []catalog.Watch, next string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Catalog, IndexName: aws.String("list"), KeyConditionExpression: aws.String("#list = :on"),
		ExpressionAttributeNames: map[string]string{"#list": "list"}, ExpressionAttributeValues: item{":on": text(watchedList)},
	}
	if cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return nil, "", badCursor("WatchedStock")
		}
		if _, err := catalog.ParseSKU(string(after)); err != nil {
			return nil, "", badCursor("WatchedStock")
		}
		in.KeyConditionExpression = aws.String("#list = :on AND sku > :after")
		in.ExpressionAttributeValues[":after"] = text(string(after))
	}
	// One more than asked says whether this is the end.
	got, err := s.query(ctx, "WatchedStock", in, limit+1)
	if err != nil {
		return nil, "", err
	}
	for _, each := range got[:min(len(got), limit)] {
		w := catalog.Watch{SKU: catalog.SKU(textOf(each, "sku")), Below: numberOf(each, "low")}
		if since := textOf(each, "since"); since != "" {
			if w.Since, err = time.Parse(time.RFC3339, since); err != nil {
				return nil, "", internal("WatchedStock", "unreadable")
			}
		}
		watches = append(watches, w)
	}
	if len(got) > limit && limit > 0 {
		next = base64.RawURLEncoding.EncodeToString([]byte(watches[limit-1].SKU))
	}
	return watches, next, nil
}

// ToldOfStock is storetest.Store's.
func (s *Store) ToldOfStock(ctx context.Context, w catalog.Watch, since time.Time) error {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.names.Catalog, Key: key("SKU#"+string(w.SKU), skWatch), UpdateExpression: aws.String("SET #since = :since"),
		ConditionExpression: aws.String("low = :low"), ExpressionAttributeNames: map[string]string{"#since": "since"},
		ExpressionAttributeValues: item{":low": number(w.Below), ":since": text(dueText(since))},
	}
	if since.IsZero() {
		in.UpdateExpression = aws.String("REMOVE #since")
		delete(in.ExpressionAttributeValues, ":since")
	}
	call := s.write("ToldOfStock", string(w.SKU))
	_, err := s.client.UpdateItem(ctx, in, call.options)
	var failed *types.ConditionalCheckFailedException
	if errors.As(err, &failed) {
		return conflict("ToldOfStock", order.VersionConflict, "Staff have decided anew meanwhile.")
	}
	return call.fail(err)
}

// StockCheck is storetest.Store's.
func (s *Store) StockCheck(ctx context.Context) (catalog.StockCheck, error) {
	got, err := s.get(ctx, "StockCheck", s.names.Catalog, key(stockPK, skCheck))
	if fault.Is(err, fault.NotFound) {
		return catalog.StockCheck{}, nil
	}
	if err != nil {
		return catalog.StockCheck{}, err
	}
	return catalog.DecodeStockCheck([]byte(textOf(got, "body")))
}

// SaveStockCheck is storetest.Store's.
func (s *Store) SaveStockCheck(ctx context.Context, c catalog.StockCheck) error {
	body, err := c.Encode()
	if err != nil {
		return internal("SaveStockCheck", "unencodable")
	}
	return s.putCatalog(ctx, "SaveStockCheck", key(stockPK, skCheck), body)
}

func (s *Store) putCatalog(ctx context.Context, op string, i item, body []byte) error {
	i["body"] = text(string(body))
	call := s.write(op, textOf(i, "sk"))
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.names.Catalog, Item: i}, call.options)
	return call.fail(err)
}

// daysMax is how many days are read: a century of them.
const daysMax = 36_525

// StockDays is storetest.Store's.
func (s *Store) StockDays(ctx context.Context) ([]catalog.StockDay, error) {
	rows, err := s.query(ctx, "StockDays", &dynamodb.QueryInput{
		TableName: &s.names.Catalog, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :day)"),
		ExpressionAttributeValues: item{":pk": text(stockPK), ":day": text(stockDay(""))},
	}, daysMax)
	if err != nil {
		return nil, err
	}
	out := make([]catalog.StockDay, len(rows))
	for i, each := range rows {
		if out[i], err = catalog.DecodeStockDay([]byte(textOf(each, "body"))); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// SaveStockDay is storetest.Store's.
func (s *Store) SaveStockDay(ctx context.Context, d catalog.StockDay) error {
	body, err := d.Encode()
	if err != nil {
		return internal("SaveStockDay", "unencodable")
	}
	return s.putCatalog(ctx, "SaveStockDay", key(stockPK, stockDay(d.Day)), body)
}
