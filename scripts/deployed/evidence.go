package deployed

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/dynamo"
	"till/shared/order"
	"till/shared/pricing"
)

// far is later than everything that can be due.
func far() time.Time { return time.Now().AddDate(10, 0, 0) }

// many is more than a local stack ever holds.
const many = 100_000

// Evidence reads what the stack holds through AWS's own APIs, with the product's own adapter where items must be understood: these
// parts, or all if none is named. Read it while nothing runs. What only the gateways and the mailbox know is added by Local.
func (s *Stack) Evidence(ctx context.Context, since time.Time, parts ...evidence.Part) (evidence.Evidence, error) {
	e := evidence.Evidence{Now: time.Now()}
	for _, part := range []struct {
		evidence.Part
		read func() error
	}{
		{evidence.Store, func() error { return s.readStore(ctx, &e) }},
		{evidence.Machines, func() (err error) { e.Executions, err = s.executions(ctx); return err }},
		{evidence.Queues, func() (err error) { e.Queues, err = s.Queues(ctx); return err }},
		{evidence.Logs, func() (err error) { e.Logs, err = s.Logs(ctx, since); return err }},
	} {
		if len(parts) > 0 && !slices.Contains(parts, part.Part) {
			continue
		}
		if err := part.read(); err != nil {
			return evidence.Evidence{}, err
		}
	}
	return e, nil
}

func (s *Stack) readStore(ctx context.Context, e *evidence.Evidence) error {
	store := s.store()
	for _, read := range []func(context.Context, *dynamo.Store, *evidence.Evidence) error{s.readOrders, s.readCatalog, s.readInbox, s.readCustomers} {
		if err := read(ctx, store, e); err != nil {
			return err
		}
	}
	return nil
}

// store reads the stack's tables as the product does.
func (s *Stack) store() *dynamo.Store {
	return dynamo.New(s.Config, dynamo.Names{
		Orders: s.Physical("OrdersTable"), Catalog: s.Physical("CatalogTable"), Inbox: s.Physical("InboxTable"), Customers: s.Physical("CustomersTable"),
	})
}

func (s *Stack) readOrders(ctx context.Context, store *dynamo.Store, e *evidence.Evidence) error {
	rows, err := s.rows(ctx, "OrdersTable", e)
	if err != nil {
		return err
	}
	due, err := store.DueOrders(ctx, far(), many)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.sk != "ORDER" {
			continue
		}
		id := order.ID(strings.TrimPrefix(row.pk, "ORDER#"))
		stored, err := store.Order(ctx, id)
		if err != nil {
			return err
		}
		changes, err := store.Changes(ctx, id, 0, many)
		if err != nil {
			return err
		}
		e.Orders = append(e.Orders, evidence.Order{Stored: stored, Changes: changes, Indexed: slices.Contains(due, id)})
	}
	return nil
}

func (s *Stack) readCatalog(ctx context.Context, store *dynamo.Store, e *evidence.Evidence) error {
	rows, err := s.rows(ctx, "CatalogTable", e)
	if err != nil {
		return err
	}
	var uses []pricing.UseKey
	for _, row := range rows {
		if coupon, is := strings.CutPrefix(row.pk, "COUPON#"); is {
			customer, _ := strings.CutPrefix(row.sk, "USES")
			uses = append(uses, pricing.UseKey{Coupon: coupon, Customer: strings.TrimPrefix(customer, "#")})
		}
		if row.sk != "STOCK" {
			continue
		}
		spread, err := store.Spread(ctx, catalog.SKU(strings.TrimPrefix(row.pk, "SKU#")))
		if err != nil {
			return err
		}
		stock := spread.Stock()
		e.Stocks, e.Spreads = append(e.Stocks, stock), append(e.Spreads, spread)
		entries, err := store.StockEntries(ctx, stock.SKU, 0, math.MaxInt)
		if err != nil {
			return err
		}
		if e.Entered == nil {
			e.Entered = map[catalog.SKU]map[catalog.Location]int64{}
		}
		e.Entered[stock.SKU] = map[catalog.Location]int64{}
		for _, each := range entries {
			each.Into(e.Entered[stock.SKU])
		}
	}
	e.Uses, err = store.Uses(ctx, uses)
	return err
}

func (s *Stack) readInbox(ctx context.Context, store *dynamo.Store, e *evidence.Evidence) error {
	rows, err := s.rows(ctx, "InboxTable", e)
	if err != nil {
		return err
	}
	due, err := store.DueEvents(ctx, far(), many)
	if err != nil {
		return err
	}
	for _, row := range rows {
		i, err := store.Event(ctx, row.pk)
		if err != nil {
			return err
		}
		e.Inbox = append(e.Inbox, evidence.Event{Item: i, Indexed: slices.Contains(due, row.pk)})
	}
	return nil
}

// readCustomers reads what must not be in the clear.
func (s *Stack) readCustomers(ctx context.Context, _ *dynamo.Store, e *evidence.Evidence) error {
	_, err := s.rows(ctx, "CustomersTable", e)
	return err
}

type row struct{ pk, sk string }

// rows gives the keys of a whole table, and puts all that it holds among what must be free of canaries. Only people with
// the account's own keys may read so; no function may.
func (s *Stack) rows(ctx context.Context, table string, e *evidence.Evidence) ([]row, error) {
	var out []row
	pages := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(s.Config), &dynamodb.ScanInput{TableName: aws.String(s.Physical(table)), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", table, err)
		}
		for _, item := range page.Items {
			r := row{plain(item["pk"]), plain(item["sk"])}
			out = append(out, r)
			var all strings.Builder
			for name, value := range item {
				all.WriteString(name + "=" + plain(value) + "\n")
			}
			e.Stored = append(e.Stored, evidence.Text{Where: table + " " + r.sk, Text: all.String()})
		}
	}
	return out, nil
}

// plain is what can be read of a value by whoever reads the table.
func plain(value types.AttributeValue) string {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		return v.Value
	case *types.AttributeValueMemberN:
		return v.Value
	case *types.AttributeValueMemberB:
		return string(v.Value)
	case nil:
		return ""
	}
	return fmt.Sprint(value)
}
