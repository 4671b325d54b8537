//go:build engines

package engines_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/scripts/engines"
)

// realTools is where the real engines are.
func realTools(t *testing.T) string {
	t.Helper()
	if folder := os.Getenv("TILL_TOOLS"); folder != "" {
		return folder
	}
	return filepath.Join("..", "..", engines.ToolsFolder)
}

func client(endpoint string) *dynamodb.Client {
	return dynamodb.NewFromConfig(aws.Config{Region: "eu-central-1", BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		})})
}

func makeTable(t *testing.T, endpoint, name string) {
	t.Helper()
	_, err := client(endpoint).CreateTable(t.Context(), &dynamodb.CreateTableInput{TableName: &name, BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: types.KeyTypeHash}}})
	if err != nil {
		t.Fatal(err)
	}
}

func wantTables(t *testing.T, when, endpoint, want string) {
	t.Helper()
	out, err := client(endpoint).ListTables(t.Context(), &dynamodb.ListTablesInput{})
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(out.TableNames, " "); got != want {
		t.Errorf("%s: tables are %q, want %q", when, got, want)
	}
}

func TestEngineMiniStackKeepsItsStateWhenAsked(t *testing.T) {
	m, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: realTools(t), Dir: t.TempDir(), Persist: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Kill)
	makeTable(t, m.Endpoint, "kept")
	if err := m.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTables(t, "after a restart", m.Endpoint, "kept")
	makeTable(t, m.Endpoint, "lost")
	m.Kill()
	if err := m.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTables(t, "after a crash", m.Endpoint, "kept")
	if err := m.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantTables(t, "after a reset", m.Endpoint, "")
	if err := m.ScaleWaits(t.Context(), 0); err != nil {
		t.Error(err)
	}
	if err := m.Stop(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEngineTwoMiniStacksKnowNothingOfEachOther(t *testing.T) {
	var endpoints [2]string
	for i := range endpoints {
		m, err := engines.StartMiniStack(t.Context(), engines.MiniStackOptions{Tools: realTools(t), Dir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(m.Kill)
		endpoints[i] = m.Endpoint
	}
	makeTable(t, endpoints[0], "mine")
	wantTables(t, "the first", endpoints[0], "mine")
	wantTables(t, "the second", endpoints[1], "")
}

func TestEngineDynamoDBLocalStartsAndStops(t *testing.T) {
	d, err := engines.StartDynamoDBLocal(t.Context(), engines.DynamoDBLocalOptions{Tools: realTools(t), Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	makeTable(t, d.Endpoint, "mine")
	wantTables(t, "while it runs", d.Endpoint, "mine")
	if err := d.Stop(t.Context()); err != nil || lives(d.PID) {
		t.Errorf("it lives: %v; %v", lives(d.PID), err)
	}
}
