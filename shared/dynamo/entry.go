package dynamo

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
	old, err := s.spread(ctx, op, sku)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return catalog.Stock{}, false, err
	}
	old.SKU = sku
	if w.Key != "" {
		repeat, err := s.get(ctx, op, s.names.Catalog, entryKeyPlace(sku, w.Key))
		switch {
		case err == nil && textOf(repeat, "print") != w.Print():
			return catalog.Stock{}, false, catalog.KeyReused("dynamo.EnterStock")
		case err == nil:
			return old.Stock(), false, nil
		case !fault.Is(err, fault.NotFound):
			return catalog.Stock{}, false, err
		}
	}
	if w.Over != catalog.AnyEntry && w.Over != old.N {
		return catalog.Stock{}, false, catalog.Moved("dynamo.EnterStock")
	}
	after, e, err := old.Enter(w.Entry)
	if err != nil {
		return catalog.Stock{}, false, err
	}
	e.N = after.N
	body, err := e.Encode()
	if err != nil {
		return catalog.Stock{}, false, internal(op, "unencodable")
	}
	history := key("SKU#"+string(sku), entrySort(e.N))
	history["body"] = text(string(body))
	deltas := old.Deltas(after)
	in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Update: s.enterUpdate(deltas[0], after, e)},
		{Put: &types.Put{TableName: &s.names.Catalog, Item: history, ConditionExpression: aws.String("attribute_not_exists(pk)")}},
	}}
	for _, d := range deltas[1:] {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Update: s.binUpdate(sku, d, e)})
	}
	if e.Low != nil {
		in.TransactItems = append(in.TransactItems, types.TransactWriteItem{Put: &types.Put{TableName: &s.names.Catalog, Item: watchItem(sku, *e.Low)}})
	}
	if check := s.uncounted(old, deltas, e); check != nil {
		in.TransactItems = append(in.TransactItems, check...)
	}
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
	return after.Stock(), false, nil
}

// enterUpdate changes the first bin, and what is known of the SKU as a whole. What is open is stored as free, with what may be promised
// besides, so that an order's one condition holds for both.
func (s *Store) enterUpdate(d catalog.Delta, after catalog.Spread, e catalog.Entry) *types.Update {
	u := s.binUpdate(after.SKU, d, e)
	set := ", n = :n, #allow = :allow, #expected = :expected"
	if u.ExpressionAttributeNames == nil {
		u.ExpressionAttributeNames = map[string]string{}
	}
	u.ExpressionAttributeNames["#allow"], u.ExpressionAttributeNames["#expected"] = "allow", "expected"
	value := func(name string, v types.AttributeValue) { u.ExpressionAttributeValues[name] = v }
	value(":n", number(int64(e.N)))
	value(":allow", number(after.Backorder))
	value(":expected", text(after.Expected))
	if bins := after.Layout.Encode(); bins != "" {
		set += ", bins = :bins"
		value(":bins", text(bins))
	}
	if e.Low != nil {
		set += ", low = :low"
		value(":low", number(*e.Low))
	}
	u.UpdateExpression = aws.String(*u.UpdateExpression + set)
	if d.New {
		return u
	}
	condition := "attribute_not_exists(n)"
	if e.N > 1 {
		condition = "n = :before"
		value(":before", number(int64(e.N-1)))
	}
	if u.ConditionExpression != nil {
		condition += " AND " + *u.ConditionExpression
	}
	u.ConditionExpression = &condition
	return u
}

// binUpdate changes the counters of one bin, or makes it. A stock-take is on condition of what was counted there.
func (s *Store) binUpdate(sku catalog.SKU, d catalog.Delta, e catalog.Entry) *types.Update {
	u := &types.Update{TableName: &s.names.Catalog, Key: binKey(sku, d.Bin), ExpressionAttributeNames: map[string]string{"#free": "free"},
		ExpressionAttributeValues: item{}}
	value := func(name string, n int64) { u.ExpressionAttributeValues[name] = number(n) }
	if d.New {
		u.ExpressionAttributeNames["#reserved"], u.ExpressionAttributeNames["#sold"] = "reserved", "sold"
		u.UpdateExpression = aws.String("SET #free = :free, #reserved = :none, #sold = :none")
		u.ConditionExpression = aws.String("attribute_not_exists(pk)")
		value(":free", d.Open)
		value(":none", 0)
		return u
	}
	u.UpdateExpression = aws.String("SET #free = #free + :delta")
	value(":delta", d.Open)
	switch {
	case e.Counted != nil && d.Bin.Location() == e.Where():
		u.ExpressionAttributeNames["#reserved"] = "reserved"
		u.ConditionExpression = aws.String("#free = :was AND #reserved = :reserved")
		value(":was", d.Was.Open)
		value(":reserved", d.Was.Reserved)
	case d.Open < 0:
		u.ConditionExpression = aws.String("#free >= :least")
		value(":least", -d.Open)
	}
	return u
}

// uncounted gives conditions on the bins of a stock-take that it leaves as they are: what was counted includes them.
func (s *Store) uncounted(old catalog.Spread, deltas []catalog.Delta, e catalog.Entry) []types.TransactWriteItem {
	if e.Counted == nil {
		return nil
	}
	var out []types.TransactWriteItem
	for _, c := range old.Tallies {
		if c.Bin.Location() != e.Where() || slices.ContainsFunc(deltas, func(d catalog.Delta) bool { return d.Bin == c.Bin }) {
			continue
		}
		u := s.binUpdate(old.SKU, catalog.Delta{Bin: c.Bin, Was: c}, e)
		out = append(out, types.TransactWriteItem{Update: u})
	}
	return out
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
