package dynamo

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/planted"
)

const (
	// actionsMax is how many items one transaction writes.
	// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
	actionsMax = 100
	// tokenBytes is how long a transaction's token may be.
	tokenBytes = 36
)

// action is one part of a transaction, and what it means when its condition fails.
type action struct {
	types.TransactWriteItem
	lost error
}

// Save is storetest.Store's.
func (s *Store) Save(ctx context.Context, o *order.Order, c order.Change) error {
	if c.IsZero() {
		return nil
	}
	actions, err := s.actions(o, c)
	if err != nil {
		return err
	}
	if len(actions) > actionsMax {
		return internal("Save", "too_many_actions")
	}
	in := &dynamodb.TransactWriteItemsInput{ClientRequestToken: aws.String(s.token(c))}
	for _, a := range actions {
		in.TransactItems = append(in.TransactItems, a.TransactWriteItem)
	}
	call := s.write("Save", c.Hash())
	_, err = s.client.TransactWriteItems(ctx, in, call.options)
	if reasons, cancelled := reasonsOf(err); cancelled && verdict(reasons) == lost {
		return whyLost(reasons, actions)
	}
	return call.fail(err)
}

// token makes repeats of a save one save, for ten minutes, in DynamoDB itself. Tokens are the account's, not the table's.
func (s *Store) token(c order.Change) string {
	sum := sha256.Sum256([]byte(s.names.Orders + "/" + c.Hash()))
	return base64.RawURLEncoding.EncodeToString(sum[:])[:tokenBytes]
}

// whyLost says what failed conditions mean. An earlier try of the same save, found stored, is success; then, who asks with a
// stale order must load it again, whatever else is wrong; then references; then stock and coupons.
func whyLost(reasons []types.CancellationReason, actions []action) error {
	var short []error
	for i, r := range reasons[:min(len(reasons), len(actions))] {
		if aws.ToString(r.Code) != reasonCondition {
			continue
		}
		switch {
		case i < 2 && isOurs(reasons, actions):
			return nil
		case i < 2 || actions[i].Put != nil:
			return actions[i].lost
		case !alreadyShort(short, actions[i].lost):
			short = append(short, actions[i].lost)
		}
	}
	return errors.Join(short...)
}

// alreadyShort tells that another bin of the same SKU was short before.
func alreadyShort(short []error, lost error) bool {
	return slices.ContainsFunc(short, func(e error) bool {
		skus := catalog.ShortSKUs(e)
		return len(skus) > 0 && slices.Equal(skus, catalog.ShortSKUs(lost))
	})
}

// isOurs tells that the stored order or the stored change is the one that was to be stored.
func isOurs(reasons []types.CancellationReason, actions []action) bool {
	for i := range min(2, len(reasons), len(actions)) {
		if stored := textOf(reasons[i].Item, "body"); stored != "" && stored == textOf(actions[i].Put.Item, "body") {
			return true
		}
	}
	return false
}

// actions checks a change against its order and gives what to write: order, change, references, stock, uses of coupons.
func (s *Store) actions(o *order.Order, c order.Change) ([]action, error) {
	r := o.Record()
	if c.Order != r.ID || c.N != r.N {
		return nil, internal("Save", "wrong_change")
	}
	if err := ledger.Check(c.Postings); err != nil {
		return nil, err
	}
	if c.Hash() != r.Head {
		return nil, internal("Save", "wrong_hash")
	}
	body, err := o.Encode()
	if err != nil {
		return nil, internal("Save", "unencodable")
	}
	changeBody, err := c.Encode()
	if err != nil {
		return nil, err
	}
	stale := conflict("Save", order.VersionConflict, "The order was changed by somebody else. Look again.")
	out := []action{
		{s.putOrder(&r, body), stale},
		{s.putNew(changeItem(&r, c, changeBody)), stale},
	}
	if planted.Bug(16) && c.Kind == "checked" {
		out = out[:1]
	}
	for i, ref := range c.Refs {
		if !slices.Contains(c.Refs[:i], ref) {
			out = append(out, action{s.putRef(ref, r.ID), conflict("Save", "ref_taken", "")})
		}
	}
	stock, err := s.moveStock(c.Stock)
	if err != nil {
		return nil, err
	}
	uses, err := s.moveUses(c.Uses)
	return slices.Concat(out, stock, uses), err
}

// orderItem is the order as stored. Its day and its customer stay, so that their indexes are written once. Only what is listed has a
// customer there, and only what has a return that is open stands among the returns.
func orderItem(r *order.Record, body []byte) item {
	placed := r.PlacedAt.UTC().Format(placedForm)
	i := orderKey(r.ID)
	i["n"], i["body"] = number(int64(r.N)), text(string(body))
	i["day"], i["placed"] = text(placed[:len("2006-01-02")]), text(placed)
	if r.Listed {
		i["customer"] = text(r.Customer)
	}
	if r.OpenReturn() {
		i["returns"] = text(openReturns)
	}
	setDue(i, string(r.ID), r.Due)
	return i
}

// changeItem is the change as stored. The stream's filter looks for msgs. One that moves the ledger on another day than the order's
// stands on the day index too: see LateChanges.
func changeItem(r *order.Record, c order.Change, body []byte) item {
	i := changeKey(c.Order, c.N)
	i["body"] = text(string(body))
	if len(c.Messages) > 0 {
		i["msgs"] = number(int64(len(c.Messages)))
	}
	at := c.At.UTC().Format(placedForm)
	if day := at[:len(time.DateOnly)]; len(c.Postings) > 0 && day != r.PlacedAt.UTC().Format(time.DateOnly) {
		i["day"], i["placed"] = text(lateDay(day)), text(at)
	}
	return i
}

func (s *Store) putOrder(r *order.Record, body []byte) types.TransactWriteItem {
	if r.N == 1 {
		return s.putNew(orderItem(r, body))
	}
	put := s.putNew(orderItem(r, body))
	put.Put.ConditionExpression = aws.String("n = :before")
	put.Put.ExpressionAttributeValues = item{":before": number(int64(r.N - 1))}
	return put
}

// putNew is a put of an item of the Orders table that must not be there.
func (s *Store) putNew(i item) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName: &s.names.Orders, Item: i, ConditionExpression: aws.String("attribute_not_exists(pk)"),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}}
}

func (s *Store) putRef(r order.Ref, id order.ID) types.TransactWriteItem {
	i := refKey(r)
	i["order_id"] = text(string(id))
	put := s.putNew(i)
	put.Put.ConditionExpression = aws.String("attribute_not_exists(pk) OR order_id = :id")
	put.Put.ExpressionAttributeValues = item{":id": text(string(id))}
	return put
}

// unitsMax is more units than Count lets anybody have, and little enough that no sum of moves wraps.
const unitsMax = 1 << 40

// place is a bin of a SKU.
type place struct {
	sku catalog.SKU
	bin catalog.Bin
}

// merge adds up the moves per bin, because a transaction may write an item once. Errors: fault.Internal, code
// move_invalid.
func merge(moves []catalog.Move) (map[place]catalog.Stock, error) {
	sums := make(map[place]catalog.Stock, len(moves))
	for _, m := range moves {
		m.Quantity = min(m.Quantity, unitsMax) // Nobody has that many: a shortage, as it would be unbounded.
		free, reserved, sold := m.Deltas()
		if !m.Valid() {
			return nil, internal("Save", "move_invalid")
		}
		at := place{m.SKU, m.Bin}
		sum := sums[at]
		sums[at] = catalog.Stock{SKU: m.SKU, Free: sum.Free + free, Reserved: sum.Reserved + reserved, Sold: sum.Sold + sold}
	}
	return sums, nil
}

// moveStock gives an update per bin whose counters move.
func (s *Store) moveStock(moves []catalog.Move) ([]action, error) {
	sums, err := merge(moves)
	if err != nil {
		return nil, err
	}
	var out []action
	for _, at := range slices.SortedFunc(maps.Keys(sums), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.sku, b.sku), cmp.Compare(a.bin, b.bin))
	}) {
		if sums[at] != (catalog.Stock{SKU: at.sku}) {
			out = append(out, action{types.TransactWriteItem{Update: s.updateStock(at.bin, sums[at])}, catalog.Shortage(at.sku)})
		}
	}
	return out, nil
}

// updateStock adds to the counters on condition that none falls below zero. Units are only moved, so at least one counter
// falls, and the condition on it also fails for a SKU without stock, and for a
// bin that is not there.
func (s *Store) updateStock(bin catalog.Bin, d catalog.Stock) *types.Update {
	u := &types.Update{TableName: &s.names.Catalog, Key: binKey(d.SKU, bin), ExpressionAttributeNames: map[string]string{},
		ExpressionAttributeValues: item{}}
	var sets, conditions []string
	for _, each := range [...]struct {
		name  string
		delta int64
	}{{"free", d.Free}, {"reserved", d.Reserved}, {"sold", d.Sold}} {
		if each.delta == 0 {
			continue
		}
		name, value := "#"+each.name, ":"+each.name
		u.ExpressionAttributeNames[name] = each.name
		u.ExpressionAttributeValues[value] = number(each.delta)
		sets = append(sets, name+" = "+name+" + "+value)
		if each.delta < 0 {
			u.ExpressionAttributeValues[value+"Min"] = number(-each.delta)
			conditions = append(conditions, name+" >= "+value+"Min")
		}
	}
	if planted.Bug(1) && d.Free < 0 {
		conditions = []string{"attribute_exists(#free)"}
		delete(u.ExpressionAttributeValues, ":freeMin")
	}
	u.UpdateExpression = aws.String("SET " + strings.Join(sets, ", "))
	u.ConditionExpression = aws.String(strings.Join(conditions, " AND "))
	return u
}
