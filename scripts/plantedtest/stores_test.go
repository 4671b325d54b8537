//go:build planted

package plantedtest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/dynamo"
	"till/shared/order"
	"till/shared/planted"
	"till/shared/pricing"
)

// saved is the transaction that DynamoDB is asked for when an order is placed and, later, looked at by the sweep.
type saved struct {
	TransactItems []struct {
		Put, Update struct{ ConditionExpression string }
	}
}

// asks gives what a save of the order's change asks of DynamoDB.
func asks(t *testing.T, o *order.Order, c order.Change) saved {
	t.Helper()
	var got saved
	engine := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, r *http.Request) {
		if body, err := io.ReadAll(r.Body); err != nil || json.Unmarshal(body, &got) != nil {
			t.Errorf("%s, %v", body, err)
		}
		answer.Header().Set("Content-Type", "application/x-amz-json-1.0")
		if _, err := io.WriteString(answer, "{}"); err != nil {
			t.Error(err)
		}
	}))
	defer engine.Close()
	store := dynamo.New(aws.Config{
		Region: "eu-central-1", BaseEndpoint: aws.String(engine.URL), HTTPClient: engine.Client(),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}, dynamo.Names{Orders: "orders", Catalog: "catalog", Inbox: "inbox", Customers: "customers"})
	if err := store.Save(t.Context(), o, c); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTheBugsOfBothStoresAreInDynamoToo(t *testing.T) {
	defer func() { _ = planted.Choose(0) }()
	at := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	for bug, want := range map[int]struct {
		compares bool // That as many units are free.
		writes   int  // Items, when the sweep looked.
	}{0: {true, 2}, 1: {false, 2}, 16: {true, 1}} {
		if err := planted.Choose(bug); err != nil {
			t.Fatal(err)
		}
		o, placed, err := order.New(order.Placement{
			Key: "one", Quote: pricing.Quote{Currency: "EUR", Lines: []pricing.Line{{SKU: "mug", Quantity: 2, UnitPrice: 100, Total: 200}}, Subtotal: 200, Total: 200},
			Hold: time.Hour,
		}, order.By{Who: "shopper", At: at})
		if err != nil {
			t.Fatal(err)
		}
		stock := asks(t, o, placed).TransactItems[2].Update.ConditionExpression
		if compares := strings.Contains(stock, "#free >= :freeMin"); compares != want.compares || stock == "" {
			t.Errorf("bug %d: units are taken if %q", bug, stock)
		}
		looked, err := o.Asked(order.By{Who: "sweep", At: at.Add(time.Minute)})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(asks(t, o, looked).TransactItems); got != want.writes {
			t.Errorf("bug %d: the sweep's look writes %d items, want %d", bug, got, want.writes)
		}
	}
}
