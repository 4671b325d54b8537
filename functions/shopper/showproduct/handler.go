// Package showproduct shows one product.
package showproduct

import (
	"context"
	"net/http"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/orderview"
	"till/shared/pricing"
)

// Handler shows an active product. Every field is required.
type Handler struct {
	Rules   pricing.Rules
	Product func(context.Context, catalog.SKU) (catalog.Product, error)
	Stock   func(context.Context, catalog.SKU) (catalog.Stock, error)
}

// Handle answers GET /products/{sku}?currency=EUR.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	missing := fault.New(fault.NotFound, "showproduct.Handle", "not_found", "There is no such product.")
	sku, err := catalog.ParseSKU(req.PathParameters["sku"])
	if err != nil {
		return apigw.Response{}, missing
	}
	currency, err := h.Rules.CurrencyOr(req.QueryStringParameters["currency"])
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
	view, sold := orderview.ProductOf(product, stock, currency)
	if !sold {
		return apigw.Response{}, missing
	}
	return apigw.JSON(http.StatusOK, view)
}
