// Package dynamo is Till's four tables in DynamoDB. It is the only importer of the DynamoDB client.
package dynamo

import (
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/vault"
)

const (
	// tryTime bounds one try of a call; connectTime its connection.
	tryTime     = 2 * time.Second
	connectTime = time.Second
	// triesMax is how often a call is tried when that is safe: it did not happen, or happening twice is happening once.
	triesMax = 3
)

// Names are the tables' names. A function that does not use a table leaves its name empty; its role would not let it.
type Names struct {
	Orders    string // ORDERS_TABLE
	Catalog   string // CATALOG_TABLE
	Inbox     string // INBOX_TABLE
	Customers string // CUSTOMERS_TABLE
}

// Store is all tables; storetest.Store says what each method promises. Safe for concurrent use. Make one per process: it
// keeps connections.
type Store struct {
	client  *dynamodb.Client
	names   Names
	retries *retry.Standard
}

var _ vault.Keys = (*Store)(nil)

// New makes a store. An HTTP client of the SDK's own kind gets Till's time limits; any other, as tests use, is kept.
func New(cfg aws.Config, names Names) *Store {
	client := dynamodb.NewFromConfig(cfg, func(o *dynamodb.Options) {
		if plain, ok := o.HTTPClient.(*awshttp.BuildableClient); ok {
			o.HTTPClient = plain.WithTimeout(tryTime).WithDialerOptions(func(d *net.Dialer) { d.Timeout = connectTime })
		}
	})
	return &Store{client: client, names: names, retries: retries()}
}
