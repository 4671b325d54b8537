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

// engine is what the tests of this file run on, as `make contract` says.
type engine struct {
	name   storetest.Engine
	cfg    aws.Config
	client *dynamodb.Client
}

func theEngine(t *testing.T) engine {
	t.Helper()
	endpoint, name := os.Getenv("DYNAMODB_ENDPOINT"), storetest.Engine(os.Getenv("DYNAMODB_ENGINE"))
	if endpoint == "" || name == "" {
		t.Fatal("DYNAMODB_ENDPOINT and DYNAMODB_ENGINE are not set: run `make contract`")
	}
	cfg := config(endpoint, nil)
	// MiniStack may close a connection after it has acted, and the SDK's next try finds the work done: a new event that is stored
	// at a second try is told to be a repeat. So no connection is used twice.
	cfg.HTTPClient = awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.DisableKeepAlives = true })
	return engine{name, cfg, dynamodb.NewFromConfig(cfg)}
}

// made tells tables of one process apart.
var made atomic.Int64

// freshTables makes tables that are gone after the test.
func (e engine) freshTables(t *testing.T) dynamo.Names {
	t.Helper()
	prefix := fmt.Sprintf("till-%d-%d-", os.Getpid(), made.Add(1))
	names := dynamo.Names{Orders: prefix + "orders", Catalog: prefix + "catalog", Inbox: prefix + "inbox", Customers: prefix + "customers"}
	makeTables(t, e.client, names)
	return names
}

func TestEngineKeepsTheContract(t *testing.T) {
	e := theEngine(t)
	storetest.Run(t, func(t *testing.T) storetest.Streamed {
		names := e.freshTables(t)
		return streamed{dynamo.New(e.cfg, names), e, names.Orders}
	})
}

func TestEngineDiffersAsListed(t *testing.T) {
	e := theEngine(t)
	probes := make(map[string]func(*testing.T) string)
	for name, probe := range enginesProbes() {
		probes[name] = func(t *testing.T) string { return probe(t, e) }
	}
	storetest.Differences(t, e.name, probes)
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
		{names.Orders, true, []gsi{due, {"day", "day", "placed", types.ProjectionTypeKeysOnly}, {"customer", "customer", "placed", types.ProjectionTypeKeysOnly},
			{"returns", "returns", "placed", types.ProjectionTypeKeysOnly}}},
		{names.Catalog, true, []gsi{{"list", "list", "sku", types.ProjectionTypeAll}}},
		{names.Inbox, false, []gsi{due, {"kept", "kept", "since", types.ProjectionTypeKeysOnly}}},
		{names.Customers, true, nil},
	} {
		in := &dynamodb.CreateTableInput{TableName: aws.String(table.name), BillingMode: types.BillingModePayPerRequest}
		hash, sort := "pk", ""
		if table.sort {
			sort = "sk"
		}
		in.KeySchema = define(in, hash, sort)
		if table.name == names.Orders {
			in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(true), StreamViewType: types.StreamViewTypeNewImage}
		}
		for _, g := range table.indexes {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{
				IndexName: aws.String(g.name), KeySchema: define(in, g.hash, g.sort), Projection: &types.Projection{ProjectionType: g.projection},
			})
		}
		// For the same reason a table may be found made.
		var exists *types.ResourceInUseException
		if _, err := client.CreateTable(t.Context(), in); err != nil && !errors.As(err, &exists) {
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

// define declares the attributes of a key, each once though several indexes have it, and gives its schema.
func define(in *dynamodb.CreateTableInput, hash, sort string) []types.KeySchemaElement {
	declare := func(name string) {
		for _, each := range in.AttributeDefinitions {
			if *each.AttributeName == name {
				return
			}
		}
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: types.ScalarAttributeTypeS})
	}
	declare(hash)
	schema := []types.KeySchemaElement{{AttributeName: aws.String(hash), KeyType: types.KeyTypeHash}}
	if sort != "" {
		declare(sort)
		schema = append(schema, types.KeySchemaElement{AttributeName: aws.String(sort), KeyType: types.KeyTypeRange})
	}
	return schema
}
