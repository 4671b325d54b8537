package dynamo

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/vault"
)

// notThere is the condition of a row that must be new.
const notThere = "attribute_not_exists(pk)"

// LoadDayKey is vault.Keys'.
func (s *Store) LoadDayKey(ctx context.Context, purpose, day string) (vault.DayKey, error) {
	got, err := s.get(ctx, "LoadDayKey", s.names.Customers, dayKey(purpose, day))
	if err != nil {
		return vault.DayKey{}, err
	}
	return vault.DayKey{Purpose: purpose, Day: day, Wrapped: binaryOf(got, "wrapped")}, nil
}

// AddDayKey is vault.Keys'.
func (s *Store) AddDayKey(ctx context.Context, k vault.DayKey) error {
	c := s.write("AddDayKey", k.Purpose+k.Day)
	i := dayKey(k.Purpose, k.Day)
	i["wrapped"] = binary(k.Wrapped)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.names.Customers, Item: i, ConditionExpression: aws.String(notThere)}, c.options)
	if _, taken := oldItem(err); taken {
		return conflict("AddDayKey", order.VersionConflict, "")
	}
	return c.fail(err)
}

// LoadIndex is vault.Keys'.
func (s *Store) LoadIndex(ctx context.Context, hash string) (vault.Index, error) {
	got, err := s.get(ctx, "LoadIndex", s.names.Customers, indexKey(hash))
	if err != nil {
		return vault.Index{}, err
	}
	return vault.Index{Hash: hash, Customer: vault.CustomerID(textOf(got, "customer")), Email: binaryOf(got, "email")}, nil
}

// LoadCustomer is vault.Keys'.
func (s *Store) LoadCustomer(ctx context.Context, id vault.CustomerID) (vault.Customer, error) {
	got, err := s.get(ctx, "LoadCustomer", s.names.Customers, customerKey(id))
	if err != nil {
		return vault.Customer{}, err
	}
	if textOf(got, "erased_at") != "" {
		return vault.Customer{}, order.NotFound("dynamo.LoadCustomer")
	}
	c := vault.Customer{ID: id, N: int(numberOf(got, "n")), Index: textOf(got, "index"), First: textOf(got, "first")}
	return c, fault.Wrap(fault.Internal, "dynamo.LoadCustomer", json.Unmarshal([]byte(textOf(got, "keys")), &c.Keys))
}

// LoadErasure is vault.Keys'.
func (s *Store) LoadErasure(ctx context.Context, id vault.CustomerID) (vault.Erasure, error) {
	got, err := s.get(ctx, "LoadErasure", s.names.Customers, customerKey(id))
	if err != nil {
		return vault.Erasure{}, err
	}
	if textOf(got, "erased_at") == "" {
		return vault.Erasure{}, order.NotFound("dynamo.LoadErasure")
	}
	at, err := time.Parse(time.RFC3339Nano, textOf(got, "erased_at"))
	return vault.Erasure{Customer: id, Index: textOf(got, "erased_index"), At: at}, fault.Wrap(fault.Internal, "dynamo.LoadErasure", err)
}

// AddCustomer is vault.Keys'.
func (s *Store) AddCustomer(ctx context.Context, c vault.Customer, i vault.Index) error {
	call := s.write("AddCustomer", string(c.ID))
	row, err := customerItem(c)
	if err != nil {
		return err
	}
	index := indexKey(i.Hash)
	index["customer"], index["email"] = text(string(i.Customer)), binary(i.Email)
	_, err = s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &s.names.Customers, Item: row, ConditionExpression: aws.String(notThere)}},
		{Put: &types.Put{TableName: &s.names.Customers, Item: index, ConditionExpression: aws.String(notThere)}},
	}}, call.options)
	if reasons, cancelled := reasonsOf(err); cancelled && verdict(reasons) == lost {
		return conflict("AddCustomer", order.VersionConflict, "")
	}
	return call.fail(err)
}

// SaveCustomer is vault.Keys'.
func (s *Store) SaveCustomer(ctx context.Context, c vault.Customer) error {
	call := s.write("SaveCustomer", string(c.ID))
	row, err := customerItem(c)
	if err != nil {
		return err
	}
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.names.Customers, Item: row, ConditionExpression: aws.String("n = :before"),
		ExpressionAttributeValues:           item{":before": number(int64(c.N - 1))},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	}, call.options)
	if old, lost := oldItem(err); lost {
		if call.doubt && numberOf(old, "n") == int64(c.N) && textOf(old, "keys") == textOf(row, "keys") {
			return nil // Our own first try. Keys are random: nobody else's are the same.
		}
		return conflict("SaveCustomer", order.VersionConflict, "")
	}
	return call.fail(err)
}

func customerItem(c vault.Customer) (item, error) {
	keys, err := json.Marshal(c.Keys)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, "dynamo.customerItem", err)
	}
	i := customerKey(c.ID)
	i["n"], i["index"], i["keys"] = number(int64(c.N)), text(c.Index), text(string(keys))
	if c.First != "" {
		i["first"] = text(c.First)
	}
	return i, nil
}

// EraseCustomer is vault.Keys'.
func (s *Store) EraseCustomer(ctx context.Context, e vault.Erasure) error {
	err := s.erase(ctx, e, e.Index != "")
	if errors.Is(err, errOthersIndex) {
		return s.erase(ctx, e, false)
	}
	return err
}

var errOthersIndex = errors.New("the index row leads to another customer")

// erase leaves, where the customer's keys were, the record of the erasure: so nobody can put keys there again, and a customer
// is made without a further condition. The index row goes with it, if asked. Errors: errOthersIndex.
func (s *Store) erase(ctx context.Context, e vault.Erasure, index bool) error {
	c := s.write("EraseCustomer", string(e.Customer))
	actions := []types.TransactWriteItem{
		{Update: &types.Update{
			TableName: &s.names.Customers, Key: customerKey(e.Customer),
			UpdateExpression: aws.String("SET erased_at = if_not_exists(erased_at, :at), " +
				"erased_index = if_not_exists(erased_index, :index) REMOVE n, #index, #keys, #first"),
			ExpressionAttributeNames:  map[string]string{"#index": "index", "#keys": "keys", "#first": "first"},
			ExpressionAttributeValues: item{":at": text(e.At.UTC().Format(time.RFC3339Nano)), ":index": text(e.Index)},
		}},
	}
	if index {
		actions = append(actions, types.TransactWriteItem{Delete: &types.Delete{
			TableName: &s.names.Customers, Key: indexKey(e.Index),
			ConditionExpression:       aws.String("attribute_not_exists(pk) OR customer = :id"),
			ExpressionAttributeValues: item{":id": text(string(e.Customer))},
		}})
	}
	_, err := s.client.TransactWriteItems(ctx, &dynamodb.TransactWriteItemsInput{TransactItems: actions}, c.options)
	if reasons, cancelled := reasonsOf(err); cancelled && verdict(reasons) == lost {
		return errOthersIndex
	}
	return c.fail(err)
}

// LoadCode is storetest.Store's.
func (s *Store) LoadCode(ctx context.Context, hash string) (passcode.Code, error) {
	got, err := s.get(ctx, "LoadCode", s.names.Customers, codeKey(hash))
	if err != nil {
		return passcode.Code{}, err
	}
	c, err := passcode.Decode([]byte(textOf(got, "body")))
	c.Hash, c.N = hash, int(numberOf(got, "n"))
	return c, err
}

// SaveCode is storetest.Store's.
func (s *Store) SaveCode(ctx context.Context, c passcode.Code) error {
	call := s.write("SaveCode", c.Hash)
	body, err := c.Encode()
	if err != nil {
		return err
	}
	row := codeKey(c.Hash)
	row["n"], row["body"], row["ttl"] = number(int64(c.N)), text(string(body)), number(c.Forget().Unix())
	in := &dynamodb.PutItemInput{TableName: &s.names.Customers, Item: row, ConditionExpression: aws.String(notThere)}
	if c.N > 1 {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String("n = :before"), item{":before": number(int64(c.N - 1))}
	}
	in.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
	_, err = s.client.PutItem(ctx, in, call.options)
	if old, lost := oldItem(err); lost {
		if call.doubt && numberOf(old, "n") == int64(c.N) && textOf(old, "body") == string(body) {
			return nil // Our own first try, or one that says the same.
		}
		return conflict("SaveCode", order.VersionConflict, "")
	}
	return call.fail(err)
}

// NoteOrder is storetest.Store's.
func (s *Store) NoteOrder(ctx context.Context, customer string, id order.ID) error {
	c := s.write("NoteOrder", string(id))
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.names.Customers, Item: notedKey(customer, string(id))}, c.options)
	return c.fail(err)
}

// NotedOrders is storetest.Store's.
func (s *Store) NotedOrders(ctx context.Context, customer, after string, limit int) ([]order.ID, error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Customers, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :sk)"),
		ExpressionAttributeValues: item{":pk": notedKey(customer, "")["pk"], ":sk": notedKey(customer, "")["sk"]},
	}
	if after != "" {
		in.ExclusiveStartKey = notedKey(customer, after)
	}
	found, err := s.query(ctx, "NotedOrders", in, limit)
	if err != nil {
		return nil, err
	}
	var out []order.ID
	for _, i := range found {
		out = append(out, order.ID(strings.TrimPrefix(textOf(i, "sk"), skNoted)))
	}
	return out, nil
}
