//go:build engines

package dynamo_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

// rig asks an engine about single items of one table, which has a hash key pk, a sort key sk and the index due.
type rig struct {
	*testing.T
	client *dynamodb.Client
	table  *string
}

func newRig(t *testing.T, e engine) rig {
	t.Helper()
	return rig{t, e.client, aws.String(e.freshTables(t).Orders)}
}

type attributes = map[string]types.AttributeValue

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func num(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }

// at is the key of an item; all items of a rig are in one partition.
func at(sk string) attributes { return attributes{"pk": str("p"), "sk": str(sk)} }

// sized is an item of about so many bytes.
func sized(sk string, bytes int) attributes {
	i := at(sk)
	i["filling"] = str(strings.Repeat("x", bytes))
	return i
}

func with(i attributes, name string, value types.AttributeValue) attributes {
	i[name] = value
	return i
}

// put stores an item that a probe needs.
func (r rig) put(i attributes) {
	r.Helper()
	if _, err := r.client.PutItem(r.Context(), &dynamodb.PutItemInput{TableName: r.table, Item: i}); err != nil {
		r.Fatal(err)
	}
}

// there tells whether an item is stored, and its attribute a.
func (r rig) there(sk string) (string, bool) {
	r.Helper()
	out, err := r.client.GetItem(r.Context(), &dynamodb.GetItemInput{TableName: r.table, Key: at(sk), ConsistentRead: aws.Bool(true)})
	if err != nil {
		r.Fatal(err)
	}
	if v, ok := out.Item["a"].(*types.AttributeValueMemberS); ok {
		return v.Value, true
	}
	return "", len(out.Item) > 0
}

// putting is the action that stores an item, on a condition unless that is "".
func (r rig) putting(i attributes, condition string) types.TransactWriteItem {
	p := &types.Put{TableName: r.table, Item: i, ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld}
	if condition != "" {
		p.ConditionExpression = &condition
	}
	return types.TransactWriteItem{Put: p}
}

// setting is the action that sets attribute a of item 1 to what an expression of :v says.
func (r rig) setting(expression string, v types.AttributeValue) types.TransactWriteItem {
	return types.TransactWriteItem{Update: &types.Update{
		TableName: r.table, Key: at("1"), UpdateExpression: aws.String("SET a = " + expression), ExpressionAttributeValues: attributes{":v": v},
	}}
}

// write runs a transaction and says what came of it; a token of "" is none.
func (r rig) write(token string, actions ...types.TransactWriteItem) string {
	in := &dynamodb.TransactWriteItemsInput{TransactItems: actions}
	if token != "" {
		in.ClientRequestToken = &token
	}
	_, err := r.client.TransactWriteItems(r.Context(), in)
	return r.said(err)
}

// said is an answer in short: accepted, refused by the error's name, or cancelled with the reasons; "+item" where the old item
// came with one.
func (r rig) said(err error) string {
	var cancelled *types.TransactionCanceledException
	var api smithy.APIError
	switch {
	case err == nil:
		return "accepted"
	case errors.As(err, &cancelled):
		var reasons []string
		for _, reason := range cancelled.CancellationReasons {
			code := aws.ToString(reason.Code)
			if len(reason.Item) > 0 {
				code += "+item"
			}
			reasons = append(reasons, code)
		}
		return "cancelled: " + strings.Join(reasons, ", ")
	case errors.As(err, &api):
		return api.ErrorCode()
	default:
		r.Fatal(err)
		return ""
	}
}

// token gives a token that no other probe has.
func token(name string) string { return fmt.Sprintf("%s-%d", name, made.Add(1)) }
