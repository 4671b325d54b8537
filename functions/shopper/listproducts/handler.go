// Package listproducts shows what the shop sells, a page at a time.
package listproducts

import (
	"context"
	"net/http"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/money"
	"till/shared/orderview"
	"till/shared/pricing"
)

// Handler lists active products. Every field is required.
type Handler struct {
	Rules  pricing.Rules
	List   func(ctx context.Context, cursor string, limit int) ([]catalog.Product, string, error)
	Stocks func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
}

const (
	pageSize = 24
	listName = "products"
)

type page struct {
	Products []orderview.Product `json:"products"`
	Next     string              `json:"next,omitempty"`
}

// Handle answers GET /products?currency=EUR&next=….
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	currency, err := h.Rules.CurrencyOr(req.QueryStringParameters["currency"])
	if err != nil {
		return apigw.Response{}, err
	}
	position := ""
	if cursor := req.QueryStringParameters["next"]; cursor != "" {
		if position, err = apigw.DecodeCursor(listName, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	products, next, err := h.List(ctx, position, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Products: make([]orderview.Product, 0, len(products))}
	if out.Products, err = h.show(ctx, products, currency, out.Products); err != nil {
		return apigw.Response{}, err
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(listName, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

// show adds the products that are sold in the currency, with how available they are.
func (h Handler) show(ctx context.Context, products []catalog.Product, c money.Currency, out []orderview.Product) ([]orderview.Product, error) {
	if len(products) == 0 {
		return out, nil
	}
	skus := make([]catalog.SKU, len(products))
	for i, p := range products {
		skus[i] = p.SKU
	}
	stocks, err := h.Stocks(ctx, skus)
	if err != nil {
		return nil, err
	}
	for _, p := range products {
		if v, sold := orderview.ProductOf(p, stocks[p.SKU], c); sold {
			out = append(out, v)
		}
	}
	return out, nil
}
