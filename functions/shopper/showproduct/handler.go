// Package showproduct shows one product.
package showproduct

import (
	"context"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/orderview"
	"till/shared/shop"
)

// Handler shows an active product. Every field is required.
type Handler struct {
	Shop    shop.Read // What staff have decided.
	Product func(context.Context, catalog.SKU) (catalog.Product, error)
	Stock   func(context.Context, catalog.SKU) (catalog.Stock, error)
	// Family, Products and Stocks are asked for variants only.
	Family   func(ctx context.Context, family string) ([]catalog.SKU, error)
	Products func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Product, error)
	Stocks   func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Now      func() time.Time
}

// Handle answers GET /products/{sku}?currency=EUR.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	missing := fault.New(fault.NotFound, "showproduct.Handle", "not_found", "There is no such product.")
	sku, err := catalog.ParseSKU(req.PathParameters["sku"])
	if err != nil {
		return apigw.Response{}, missing
	}
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	currency, err := decided.Rules().CurrencyOr(req.QueryStringParameters["currency"])
	if err != nil {
		return apigw.Response{}, err
	}
	product, err := h.Product(ctx, sku)
	if err != nil {
		return apigw.Response{}, err
	}
	stock, err := h.Stock(ctx, sku)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return apigw.Response{}, err
	}
	view, sold := orderview.ProductOf(product, stock, currency, h.Now())
	if !sold {
		return apigw.Response{}, missing
	}
	if product.Family != "" {
		if view, err = h.variants(ctx, view); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.Fresh(req, view)
}

// variants adds the family to a product.
func (h Handler) variants(ctx context.Context, v orderview.Product) (orderview.Product, error) {
	skus, err := h.Family(ctx, v.Family)
	if err != nil || len(skus) == 0 {
		return v, err
	}
	products, err := h.Products(ctx, skus)
	if err != nil {
		return v, err
	}
	stocks, err := h.Stocks(ctx, skus)
	if err != nil {
		return v, err
	}
	return v.WithVariants(products, stocks, h.Now()), nil
}
