package dynamo

import (
	"context"
	"encoding/base64"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"till/shared/catalog"
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
	got, err := s.get(ctx, "Stock", s.names.Catalog, stockKey(sku))
	if err != nil {
		return catalog.Stock{}, err
	}
	return stockOf(sku, got), nil
}

// Stocks is storetest.Store's.
func (s *Store) Stocks(ctx context.Context, skus []catalog.SKU) (map[catalog.SKU]catalog.Stock, error) {
	got, err := s.batch(ctx, "Stocks", s.names.Catalog, skuKeys(skus, stockKey), false)
	if err != nil {
		return nil, err
	}
	out := make(map[catalog.SKU]catalog.Stock, len(got))
	for _, each := range got {
		sku := catalog.SKU(strings.TrimPrefix(textOf(each, "pk"), "SKU#"))
		out[sku] = stockOf(sku, each)
	}
	return out, nil
}

func stockOf(sku catalog.SKU, i item) catalog.Stock {
	allow := numberOf(i, "allow") // Free is stored with it.
	return catalog.Stock{SKU: sku, Free: numberOf(i, "free") - allow, Reserved: numberOf(i, "reserved"), Sold: numberOf(i, "sold"), Backorder: allow,
		Expected: textOf(i, "expected")}
}
