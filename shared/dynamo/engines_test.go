//go:build engines

package dynamo_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/shared/dynamo"
	"till/shared/storetest"
)

// TestKeepsTheContract runs on the engine at DYNAMODB_ENDPOINT, as scripts/engines/contract.sh starts it.
func TestKeepsTheContract(t *testing.T) {
	endpoint := os.Getenv("DYNAMODB_ENDPOINT") //nolint:forbidigo // a test on request: what it runs on is the caller's
	if endpoint == "" {
		t.Fatal("DYNAMODB_ENDPOINT is not set; scripts/engines/contract.sh sets it")
	}
	cfg := config(endpoint, nil)
	// For the same reason no connection is used twice: a new event that is stored at a second try is told to be a repeat.
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true })
	client := dynamodb.NewFromConfig(cfg)
	var count atomic.Int64
	storetest.Run(t, func(t *testing.T) storetest.Store {
		prefix := fmt.Sprintf("till-%d-%d-", os.Getpid(), count.Add(1))
		names := dynamo.Names{Orders: prefix + "orders", Catalog: prefix + "catalog", Inbox: prefix + "inbox", Customers: prefix + "customers"}
		makeTables(t, client, names)
		return dynamo.New(cfg, names)
	})
}

// gsi is an index as template.yaml has it.
type gsi struct {
	name, hash, sort string
	projection       types.ProjectionType
}

func makeTables(t *testing.T, client *dynamodb.Client, names dynamo.Names) {
	t.Helper()
	due := gsi{"due", "due_shard", "due", types.ProjectionTypeKeysOnly}
	for _, table := range []struct {
		name    string
		sort    bool
		indexes []gsi
	}{
		{names.Orders, true, []gsi{due, {"day", "day", "placed", types.ProjectionTypeKeysOnly}}},
		{names.Catalog, true, []gsi{{"list", "list", "sku", types.ProjectionTypeAll}}},
		{names.Inbox, false, []gsi{due}},
		{names.Customers, true, nil},
	} {
		in := &dynamodb.CreateTableInput{TableName: aws.String(table.name), BillingMode: types.BillingModePayPerRequest}
		hash, sort := "pk", ""
		if table.sort {
			sort = "sk"
		}
		in.KeySchema = define(in, hash, sort)
		for _, g := range table.indexes {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: aws.String(g.name), KeySchema: define(in, g.hash, g.sort), Projection: &types.Projection{ProjectionType: g.projection},
			})
		}
		// MiniStack may close a connection after it has acted; then the SDK's next try finds the work done.
		var made *types.ResourceInUseException
		if _, err := client.CreateTable(t.Context(), in); err != nil && !errors.As(err, &made) {
			t.Fatalf("making %s: %v", table.name, err)
		}
		t.Cleanup(func() {
			var gone *types.ResourceNotFoundException
			_, err := client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: in.TableName})
			if err != nil && !errors.As(err, &gone) {
				t.Errorf("deleting %s: %v", table.name, err)
			}
		})
	}
}

// define declares the attributes of a key and gives its schema.
func define(in *dynamodb.CreateTableInput, hash, sort string) []types.KeySchemaElement {
	schema := []types.KeySchemaElement{{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash}}
	in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(hash), AttributeType: types.ScalarAttributeTypeS})
	if sort != "" {
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange})
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(sort), AttributeType: types.ScalarAttributeTypeS})
	}
	return schema
}
