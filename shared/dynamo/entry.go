package dynamo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/catalog"
	"till/shared/fault"
)

func entrySort(n int) string { return fmt.Sprintf("ENTRY#%06d", n) }

func entryKeyPlace(sku catalog.SKU, name string) item {
	return key("SKU#"+string(sku), "ENTRYKEY#"+name)
}

// entryTries is how often an entry is worked out anew because orders moved the stock meanwhile.
const entryTries = 8

// EnterStock is storetest.Store's. A stock-take is stored on condition of the counters that its difference was worked out from; what
// comes and goes only on condition of the entry before, since orders may move stock meanwhile.
func (s *Store) EnterStock(ctx context.Context, sku catalog.SKU, w catalog.Wish) (catalog.Stock, error) {
	if err := errors.Join(w.Check()...); err != nil {
		return catalog.Stock{}, err
	}
	for try := range entryTries {
		stock, again, err := s.enterOnce(ctx, sku, w)
		if !again {
			return stock, err
		}
		if err := pause(ctx, 3*time.Millisecond<<try); err != nil {
			return catalog.Stock{}, s.write("EnterStock", string(sku)).fail(err)
		}
	}
	return catalog.Stock{}, &fault.Error{Kind: fault.Unavailable, Op: "dynamo.EnterStock", Code: "dependency_unavailable"}
}

// enterOnce tries an entry; again: somebody else wrote in between.
func (s *Store) enterOnce(ctx context.Context, sku catalog.SKU, w catalog.Wish) (stock catalog.Stock, again bool, err error) {
	const op = "EnterStock"
	row, err := s.get(ctx, op, s.names.Catalog, stockKey(sku))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return catalog.Stock{}, false, err
	}
	old, n := stockOf(sku, row), int(numberOf(row, "n"))
	if w.Key != "" {
		repeat, err := s.get(ctx, op, s.names.Catalog, entryKeyPlace(sku, w.Key))
		switch {
		case err == nil && textOf(repeat, "print") != w.Print():
			return catalog.Stock{}, false, catalog.KeyReused("dynamo.EnterStock")
		case err == nil:
			return old, false, nil
		case !fault.Is(err, fault.NotFound):
			return catalog.Stock{}, false, err
		}
	}
	if w.Over != catalog.AnyEntry && w.Over != n {
		return catalog.Stock{}, false, catalog.Moved("dynamo.EnterStock")
	}
	after, e, err := old.Enter(w.Entry)
	if err != nil {
		return catalog.Stock{}, false, err
	}
	e.N = n + 1
	body, err := e.Encode()
	if err != nil {
		return catalog.Stock{}, false, internal(op, "unencodable")
	}
	history := key("SKU#"+string(sku), entrySort(e.N))
	history["body"] = text(string(body))
	in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: s.enterUpdate(row, old, after, e)},
		{Put: &types.Put{TableName: &s.names.Catalog, Item: history, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
	}}
	if w.Key != "" {
		mark := entryKeyPlace(sku, w.Key)
		mark["print"] = text(w.Print())
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{
			TableName: &s.names.Catalog, Item: mark, ConditionExpression: aws.String("attribute_not_exists(pk)")}})
	}
	call := s.write(op, string(sku))
	_, err = s.client.TransactWriteItems(ctx, in, call.options)
	if reasons, cancelled := reasonsOf(err); cancelled && verdict(reasons) == lost {
		if call.doubt { // An earlier try may have been this very entry.
			return catalog.Stock{}, false, call.fail(err)
		}
		return catalog.Stock{}, true, nil
	}
	if err != nil {
		return catalog.Stock{}, false, call.fail(err)
	}
	return after, false, nil
}

// enterUpdate changes the counters. Free is stored with what may be promised beyond it, so that an order's one condition holds for both.
func (s *Store) enterUpdate(row item, old, after catalog.Stock, e catalog.Entry) *types.Update {
	u := &types.Update{TableName: &s.names.Catalog, Key: stockKey(old.SKU),
		ExpressionAttributeNames:  map[string]string{"#free": "free", "#reserved": "reserved", "#sold": "sold", "#allow": "allow", "#expected": "expected"},
		ExpressionAttributeValues: item{":n": number(int64(e.N)), ":allow": number(after.Backorder), ":expected": text(after.Expected)}}
	value := func(name string, n int64) { u.ExpressionAttributeValues[name] = number(n) }
	if len(row) == 0 {
		u.UpdateExpression = aws.String("SET #free = :free, #reserved = :none, #sold = :none, n = :n, #allow = :allow, #expected = :expected")
		u.ConditionExpression = aws.String("attribute_not_exists(pk)")
		value(":free", after.Free+after.Backorder)
		value(":none", 0)
		return u
	}
	delta := after.Free + after.Backorder - old.Free - old.Backorder
	delete(u.ExpressionAttributeNames, "#reserved")
	delete(u.ExpressionAttributeNames, "#sold")
	u.UpdateExpression = aws.String("SET #free = #free + :delta, n = :n, #allow = :allow, #expected = :expected")
	value(":delta", delta)
	condition := "attribute_not_exists(n)"
	if e.N > 1 {
		condition = "n = :before"
		value(":before", int64(e.N-1))
	}
	if e.Counted != nil {
		condition += " AND #free = :was AND #reserved = :reserved"
		u.ExpressionAttributeNames["#reserved"] = "reserved"
		value(":was", old.Free+old.Backorder)
		value(":reserved", old.Reserved)
	} else if delta < 0 {
		condition += " AND #free >= :least"
		value(":least", -delta)
	}
	u.ConditionExpression = &condition
	return u
}

// StockEntries is storetest.Store's.
func (s *Store) StockEntries(ctx context.Context, sku catalog.SKU, before, limit int) ([]catalog.Entry, error) {
	last := entrySort(999_999)
	if before > 0 {
		last = entrySort(before - 1)
	}
	rows, err := s.query(ctx, "StockEntries", &dynamodb.QueryInput{
		TableName: &s.names.Catalog, ConsistentRead: aws.Bool(true), ScanIndexForward: aws.Bool(false),
		KeyConditionExpression:    aws.String("pk = :pk AND sk BETWEEN :first AND :last"),
		ExpressionAttributeValues: item{":pk": stockKey(sku)["pk"], ":first": text(entrySort(0)), ":last": text(last)},
	}, limit)
	if err != nil {
		return nil, err
	}
	var out []catalog.Entry
	for _, each := range rows {
		e, err := catalog.DecodeEntry([]byte(textOf(each, "body")))
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}
