package dynamo

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/catalog"
	"till/shared/order"
)

// Product is storetest.Store's.
func (s *Store) Product(ctx context.Context, sku catalog.SKU) (catalog.Product, error) {
	got, err := s.get(ctx, "Product", s.names.Catalog, productKey(sku))
	if err != nil {
		return catalog.Product{}, err
	}
	return catalog.DecodeProduct([]byte(textOf(got, "body")))
}

// Products is storetest.Store's.
func (s *Store) Products(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Product, error) {
	got, err := s.batch(ctx, "Products", s.names.Catalog, skuKeys(skus, productKey), false)
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.SKU]catalog.Product, len(got))
	for _, each := range got {
		p, err := catalog.DecodeProduct([]byte(textOf(each, "body")))
		if err != nil {
			return nil, err
		}
		out[p.SKU] = p
	}
	return out, nil
}

// skuKeys gives the key of each SKU once.
func skuKeys(skus []catalog.SKU, keyOf func(catalog.SKU) item) []item {
	seen := make(map[catalog.SKU]bool, len(skus))
	var keys []item
	for _, sku := range skus {
		if !seen[sku] {
			seen[sku] = true
			keys = append(keys, keyOf(sku))
		}
	}
	return keys
}

// ListProducts is storetest.Store's.
func (s *Store) ListProducts(ctx context.Context, list catalog.List, cursor string, limit int) (products []catalog.Product, next string, err error) {
	in := &dynamodb.QueryInput{
		TableName: &s.names.Catalog, IndexName: aws.String("list"), KeyConditionExpression: aws.String("#list = :on"),
		ExpressionAttributeNames: map[string]string{"#list": "list"}, ExpressionAttributeValues: item{":on": text(string(list))},
	}
	if cursor != "" {
		after, err := base64.RawURLEncoding.DecodeString(cursor)
		if err != nil {
			return nil, "", badCursor("ListProducts")
		}
		if _, err := catalog.ParseSKU(string(after)); err != nil {
			return nil, "", badCursor("ListProducts")
		}
		in.KeyConditionExpression = aws.String("#list = :on AND sku > :after")
		in.ExpressionAttributeValues[":after"] = text(string(after))
	}
	// One more than asked says whether this is the end.
	got, err := s.query(ctx, "ListProducts", in, limit+1)
	if err != nil {
		return nil, "", err
	}
	for _, each := range got[:min(len(got), limit)] {
		p, err := catalog.DecodeProduct([]byte(textOf(each, "body")))
		if err != nil {
			return nil, "", err
		}
		products = append(products, p)
	}
	if len(got) > limit && limit > 0 {
		next = base64.RawURLEncoding.EncodeToString([]byte(products[limit-1].SKU))
	}
	return products, next, nil
}

// Stock is storetest.Store's.
func (s *Store) Stock(ctx context.Context, sku catalog.SKU) (catalog.Stock, error) {
	spread, err := s.spread(ctx, "Stock", sku)
	return spread.Stock(), err
}

// Spread is storetest.Store's.
func (s *Store) Spread(ctx context.Context, sku catalog.SKU) (catalog.Spread, error) {
	return s.spread(ctx, "Spread", sku)
}

// spread reads all bins of a SKU with one query. Errors: fault.NotFound, never counted.
func (s *Store) spread(ctx context.Context, op string, sku catalog.SKU) (catalog.Spread, error) {
	rows, err := s.query(ctx, op, &dynamodb.QueryInput{
		TableName: &s.names.Catalog, ConsistentRead: aws.Bool(true), KeyConditionExpression: aws.String("pk = :pk AND begins_with(sk, :stock)"),
		ExpressionAttributeValues: item{":pk": stockKey(sku)["pk"], ":stock": text(skStock)},
	}, rowsMax)
	if err != nil {
		return catalog.Spread{}, err
	}
	bins := make(map[string]item, len(rows))
	for _, each := range rows {
		bins[textOf(each, "sk")] = each
	}
	if bins[skStock] == nil {
		return catalog.Spread{}, order.NotFound("dynamo." + op)
	}
	return spreadOf(sku, bins)
}

// rowsMax is more bins than a SKU has.
const rowsMax = 100

// Stocks is storetest.Store's.
func (s *Store) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	spreads, err := s.spreads(ctx, "Stocks", skus)
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.SKU]catalog.Stock, len(spreads))
	for sku, each := range spreads {
		out[sku] = each.Stock()
	}
	return out, nil
}

// Spreads is storetest.Store's.
func (s *Store) Spreads(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	return s.spreads(ctx, "Spreads", skus)
}

// spreads reads the first bin of each SKU, and of those that have more the others: a shop that has none asks once.
func (s *Store) spreads(ctx context.Context, op string, skus []catalog.SKU) (map[catalog.SKU]catalog.Spread, error) {
	first, err := s.batch(ctx, op, s.names.Catalog, skuKeys(skus, stockKey), false)
	if err != nil {
		return nil, err
	}
	rows := make(map[catalog.SKU]map[string]item, len(first))
	var more []item
	for _, each := range first {
		sku := catalog.SKU(strings.TrimPrefix(textOf(each, "pk"), "SKU#"))
		rows[sku] = map[string]item{skStock: each}
		layout, err := catalog.DecodeLayout(textOf(each, "bins"))
		if err != nil {
			return nil, err
		}
		for _, bin := range layout.Bins()[1:] {
			more = append(more, binKey(sku, bin))
		}
	}
	if len(more) > 0 {
		others, err := s.batch(ctx, op, s.names.Catalog, more, false)
		if err != nil {
			return nil, err
		}
		for _, each := range others {
			rows[catalog.SKU(strings.TrimPrefix(textOf(each, "pk"), "SKU#"))][textOf(each, "sk")] = each
		}
	}
	out := make(map[catalog.SKU]catalog.Spread, len(rows))
	for sku, bins := range rows {
		if out[sku], err = spreadOf(sku, bins); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// spreadOf puts a SKU's bins together. One that a read of what may be a second old misses counts nothing yet.
func spreadOf(sku catalog.SKU, bins map[string]item) (catalog.Spread, error) {
	first := bins[skStock]
	layout, err := catalog.DecodeLayout(textOf(first, "bins"))
	if err != nil {
		return catalog.Spread{}, err
	}
	out := catalog.Spread{SKU: sku, Layout: layout, Backorder: numberOf(first, "allow"), Expected: textOf(first, "expected"), Low: numberOf(first, "low"),
		N: int(numberOf(first, "n"))}
	for _, bin := range layout.Bins() {
		row := bins[textOf(binKey(sku, bin), "sk")]
		out.Tallies = append(out.Tallies, catalog.Tally{Bin: bin, Open: numberOf(row, "free"), Reserved: numberOf(row, "reserved"), Sold: numberOf(row, "sold")})
	}
	return out, nil
}
