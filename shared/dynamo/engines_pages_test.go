//go:build engines

package dynamo_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// all reads the rig's partition, as far as one page goes.
func (r rig) all(limit int32) *dynamodb.QueryOutput {
	r.Helper()
	in := &dynamodb.QueryInput{TableName: r.table, KeyConditionExpression: aws.String("pk = :p"), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
		ExpressionAttributeValues: attributes{":p": str("p")}, ConsistentRead: aws.Bool(true)}
	if limit > 0 {
		in.Limit = &limit
	}
	out, err := r.client.Query(r.Context(), in)
	if err != nil {
		r.Fatal(err)
	}
	return out
}

// fill stores n items of about so many bytes.
func (r rig) fill(n, bytes int) {
	r.Helper()
	for i := range n {
		r.put(sized(fmt.Sprintf("%03d", i), bytes))
	}
}

func pages() map[string]func(rig) string {
	return map[string]func(rig) string{
		"a query of more than a megabyte": func(r rig) string {
			r.fill(30, 50<<10)
			out := r.all(0)
			if len(out.Items) < 19 || len(out.Items) > 21 || len(out.LastEvaluatedKey) == 0 {
				return fmt.Sprintf("%d of 30 items", len(out.Items))
			}
			return "stops at a megabyte"
		},
		"a query whose limit is all that there is": func(r rig) string {
			r.fill(3, 10)
			if out := r.all(3); len(out.LastEvaluatedKey) == 0 {
				return "says that it is the end"
			}
			return "says that there may be more"
		},
		"a batch of 20 MB": func(r rig) string {
			r.fill(52, 390<<10)
			var keys []attributes
			for i := range 52 {
				keys = append(keys, at(fmt.Sprintf("%03d", i)))
			}
			out, err := r.client.BatchGetItem(r.Context(), r.batch(keys))
			if err != nil {
				r.Fatal(err)
			}
			got, left := len(out.Responses[*r.table]), len(out.UnprocessedKeys[*r.table].Keys)
			switch {
			case got+left != 52:
				return fmt.Sprintf("%d items and %d keys left of 52", got, left)
			case left == 0:
				return "gives all"
			case got < 40 || got > 42:
				return fmt.Sprintf("stops after %d items", got)
			}
			return "stops at 16 MB"
		},
		"an item that comes into an index, moves in it and leaves it": func(r rig) string {
			var seen []int
			for _, due := range []string{"2", "1", ""} {
				i := at("1")
				if due != "" {
					i["due_shard"], i["due"] = str("0"), str(due)
				}
				r.put(i)
				out, err := r.client.Query(r.Context(), r.dueQuery())
				if err != nil {
					r.Fatal(err)
				}
				seen = append(seen, len(out.Items))
			}
			if slices.Equal(seen, []int{1, 1, 0}) {
				return "at once"
			}
			return fmt.Sprint(seen)
		},
		"an entry of an index of keys only": func(r rig) string {
			r.put(attributes{"pk": str("p"), "sk": str("1"), "due_shard": str("0"), "due": str("1"), "a": str("x")})
			out, err := r.client.Query(r.Context(), r.dueQuery())
			if err != nil {
				r.Fatal(err)
			}
			return fmt.Sprintf("%d with %d attributes", len(out.Items), len(out.Items[0]))
		},
	}
}

// bills are what answers say of capacity.
func bills() map[string]func(rig) string {
	units := func(r rig, same string) string {
		out, err := r.client.TransactWriteItems(r.Context(), &dynamodb.TransactWriteItemsInput{
			ClientRequestToken: &same, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
			TransactItems: []types.TransactWriteItem{r.putting(at("1"), ""), r.putting(at("2"), ""), r.putting(at("3"), "")},
		})
		if err != nil {
			r.Fatal(err)
		}
		total := 0.0
		for _, c := range out.ConsumedCapacity {
			total += aws.ToFloat64(c.CapacityUnits)
		}
		return fmt.Sprint(total)
	}
	return map[string]func(rig) string{
		"units of a transaction of three small items": func(r rig) string { return units(r, token("units")) },
		"units of the same transaction again": func(r rig) string {
			same := token("again")
			units(r, same)
			return units(r, same)
		},
		"units of a consistent query of a megabyte": func(r rig) string {
			r.fill(30, 50<<10)
			out := r.all(0)
			switch got := aws.ToFloat64(out.ConsumedCapacity.CapacityUnits); {
			case got > 240 && got < 275:
				return "about 256"
			default:
				return fmt.Sprint(got)
			}
		},
	}
}

// tables are probes of tables as such.
func tables() map[string]func(*testing.T, engine) string {
	return map[string]func(*testing.T, engine) string{
		"a table that was just made": func(t *testing.T, e engine) string {
			name := fmt.Sprintf("till-status-%d", made.Add(1))
			out, err := e.client.CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
				AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
				KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &name}); err != nil {
				t.Error(err)
			}
			return string(out.TableDescription.TableStatus)
		},
		"recovery to a point in time": func(t *testing.T, e engine) string {
			r := newRig(t, e)
			_, err := e.client.UpdateContinuousBackups(t.Context(), &dynamodb.UpdateContinuousBackupsInput{TableName: r.table,
				PointInTimeRecoverySpecification: &types.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: aws.Bool(true)}})
			return r.said(err)
		},
	}
}
