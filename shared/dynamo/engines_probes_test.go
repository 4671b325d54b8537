//go:build engines

package dynamo_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// enginesProbes ask what storetest.Facts says of engines, by its names.
func enginesProbes() map[string]func(*testing.T, engine) string {
	out := make(map[string]func(*testing.T, engine) string)
	for _, some := range []map[string]func(rig) string{cancellations(), tokens(), limits(), expressions(), pages(), bills()} {
		for name, probe := range some {
			out[name] = func(t *testing.T, e engine) string { return probe(newRig(t, e)) }
		}
	}
	maps.Copy(out, tables())
	return out
}

const absent = "attribute_not_exists(pk)"

func cancellations() map[string]func(rig) string {
	return map[string]func(rig) string{
		"a transaction with a failed condition": func(r rig) string {
			r.put(at("1"))
			return r.write("", r.putting(at("1"), absent), r.putting(at("2"), absent))
		},
		"a transaction with a condition that failed on no item": func(r rig) string {
			return r.write("", r.putting(at("1"), "attribute_exists(pk)"), r.putting(at("2"), absent))
		},
		"a transaction with two failed conditions": func(r rig) string {
			r.put(at("1"))
			return r.write("", r.putting(at("1"), absent), r.putting(at("2"), "attribute_exists(pk)"))
		},
		"a transaction that makes an item too large": func(r rig) string {
			r.put(sized("1", 300<<10))
			return r.write("", r.setting(":v", str(strings.Repeat("x", 150<<10))), r.putting(at("2"), ""))
		},
		"a transaction that adds to a text": func(r rig) string {
			r.put(with(at("1"), "a", str("text")))
			return r.write("", r.setting("a + :v", num("1")), r.putting(at("2"), ""))
		},
		"a transaction that adds to nothing": func(r rig) string {
			r.put(at("1"))
			return r.write("", r.setting("a + :v", num("1")), r.putting(at("2"), ""))
		},
		"a transaction whose sum is too large for a number": func(r rig) string {
			r.put(with(at("1"), "a", num("9.9E+125")))
			return r.write("", r.setting("a + :v", num("9.9E+125")), r.putting(at("2"), ""))
		},
		"24 transactions on one item at once": func(r rig) string {
			r.put(at("1"))
			answers := make([]string, 24)
			var all sync.WaitGroup
			for i := range answers {
				all.Go(func() {
					answers[i] = r.write("", r.setting(":v", num("1")), r.putting(at(fmt.Sprint("w", i)), absent))
				})
			}
			all.Wait()
			for _, a := range answers {
				if a != "accepted" {
					return "some conflict"
				}
			}
			return "none conflicts"
		},
	}
}

func tokens() map[string]func(rig) string {
	return map[string]func(rig) string{
		"a token again with the same content": func(r rig) string {
			same := token("same")
			r.write(same, r.putting(with(at("1"), "a", str("first")), absent))
			r.put(with(at("1"), "a", str("later")))
			said := r.write(same, r.putting(with(at("1"), "a", str("first")), absent))
			stored, _ := r.there("1")
			return said + ", stored is the " + stored
		},
		"a token again with other content": func(r rig) string {
			same := token("other")
			r.write(same, r.putting(at("1"), absent))
			return r.write(same, r.putting(at("2"), absent))
		},
		"a token again after its transaction was cancelled": func(r rig) string {
			same := token("cancelled")
			r.put(at("1"))
			first := r.write(same, r.putting(at("1"), absent))
			if _, err := r.client.DeleteItem(r.Context(), &dynamodb.DeleteItemInput{TableName: r.table, Key: at("1")}); err != nil {
				r.Fatal(err)
			}
			return first + ", then " + r.write(same, r.putting(at("1"), absent))
		},
		"a token of more than 36 characters": func(r rig) string {
			return r.write(strings.Repeat("t", 37), r.putting(at("1"), ""))
		},
	}
}

func limits() map[string]func(rig) string {
	many := func(r rig, n int) []types.TransactWriteItem {
		var out []types.TransactWriteItem
		for i := range n {
			out = append(out, r.putting(at(fmt.Sprint(i)), ""))
		}
		return out
	}
	return map[string]func(rig) string{
		"a transaction of 100 actions": func(r rig) string { return r.write("", many(r, 100)...) },
		"a transaction of 101 actions": func(r rig) string { return r.write("", many(r, 101)...) },
		"a transaction that writes an item twice": func(r rig) string {
			return r.write("", r.putting(at("1"), ""), r.setting(":v", str("x")))
		},
		"a transaction of more than 4 MB": func(r rig) string {
			var actions []types.TransactWriteItem
			for i := range 11 {
				actions = append(actions, r.putting(sized(fmt.Sprint(i), 395<<10), ""))
			}
			return r.write("", actions...)
		},
		"a transaction of just under 4 MB": func(r rig) string {
			var actions []types.TransactWriteItem
			for i := range 10 {
				actions = append(actions, r.putting(sized(fmt.Sprint(i), 395<<10), ""))
			}
			return r.write("", actions...)
		},
		"an item of 400 KB": func(r rig) string {
			const names = len("pk") + len("p") + len("sk") + len("1") + len("filling")
			_, err := r.client.PutItem(r.Context(), &dynamodb.PutItemInput{TableName: r.table, Item: sized("1", 400<<10-names)})
			return r.said(err)
		},
		"an item of 400 KB and a byte": func(r rig) string {
			const names = len("pk") + len("p") + len("sk") + len("1") + len("filling")
			_, err := r.client.PutItem(r.Context(), &dynamodb.PutItemInput{TableName: r.table, Item: sized("1", 400<<10-names+1)})
			return r.said(err)
		},
		"a batch of 101 keys": func(r rig) string {
			var keys []attributes
			for i := range 101 {
				keys = append(keys, at(fmt.Sprint(i)))
			}
			_, err := r.client.BatchGetItem(r.Context(), r.batch(keys))
			return r.said(err)
		},
		"a batch that asks for a key twice": func(r rig) string {
			_, err := r.client.BatchGetItem(r.Context(), r.batch([]attributes{at("1"), at("1")}))
			return r.said(err)
		},
	}
}

func (r rig) batch(keys []attributes) *dynamodb.BatchGetItemInput {
	return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{*r.table: {Keys: keys, ConsistentRead: aws.Bool(true)}}}
}

func expressions() map[string]func(rig) string {
	update := func(r rig, expression string, names map[string]string) string {
		_, err := r.client.UpdateItem(r.Context(), &dynamodb.UpdateItemInput{TableName: r.table, Key: at("1"), UpdateExpression: &expression,
			ExpressionAttributeNames: names, ExpressionAttributeValues: attributes{":v": str("x")}})
		return r.said(err)
	}
	return map[string]func(rig) string{
		"an update that sets a path twice":          func(r rig) string { return update(r, "SET a = :v, a = :v", nil) },
		"an update that names a reserved word":      func(r rig) string { return update(r, "SET day = :v", nil) },
		"an update with a name that it never uses":  func(r rig) string { return update(r, "SET a = :v", map[string]string{"#b": "b"}) },
		"an update with a value that it never uses": func(r rig) string { return update(r, "REMOVE a", nil) },
		"an item with an empty key": func(r rig) string {
			_, err := r.client.PutItem(r.Context(), &dynamodb.PutItemInput{TableName: r.table, Item: at("")})
			return r.said(err)
		},
		"an item with an empty key of an index": func(r rig) string {
			_, err := r.client.PutItem(r.Context(), &dynamodb.PutItemInput{TableName: r.table, Item: with(at("1"), "due_shard", str(""))})
			return r.said(err)
		},
		"a consistent read of an index": func(r rig) string {
			in := r.dueQuery()
			in.ConsistentRead = aws.Bool(true)
			_, err := r.client.Query(r.Context(), in)
			return r.said(err)
		},
	}
}

func (r rig) dueQuery() *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: r.table, IndexName: aws.String("due"), KeyConditionExpression: aws.String("due_shard = :s"),
		ExpressionAttributeValues: attributes{":s": str("0")}}
}
