// Package listproducts shows what the shop sells, a page at a time.
package listproducts

import (
	"context"
	"errors"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/money"
	"till/shared/orderview"
	"till/shared/shop"
)

// Handler lists what is on sale. Every field is required.
type Handler struct {
	Shop   shop.Read // What staff have decided.
	List   func(ctx context.Context, list catalog.List, cursor string, limit int) ([]catalog.Product, string, error)
	Find   func(ctx context.Context, search catalog.Search, cursor string, limit int) ([]catalog.Product, string, error)
	Now    func() time.Time
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

// Handle answers GET /products?currency=EUR&next=… and, with &q=…, what is found. A page costs the same wherever it stands; one with
// fewer products than others, or none, need not be the last.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	currency, wrong := decided.Rules().CurrencyOr(req.QueryStringParameters["currency"])
	read := h.listed
	if text, asked := req.QueryStringParameters["q"]; asked {
		search, badSearch := catalog.ParseSearch(text)
		wrong = errors.Join(wrong, badSearch)
		read = func(ctx context.Context, cursor string) ([]catalog.Product, string, error) {
			return h.found(ctx, search, cursor)
		}
	}
	if wrong != nil {
		return apigw.Response{}, wrong
	}
	products, next, err := read(ctx, req.QueryStringParameters["next"])
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Products: make([]orderview.Product, 0, len(products)), Next: next}
	if out.Products, err = h.show(ctx, products, currency, out.Products); err != nil {
		return apigw.Response{}, err
	}
	return apigw.Fresh(req, out)
}

// listed is a page of everything.
func (h Handler) listed(ctx context.Context, cursor string) ([]catalog.Product, string, error) {
	position := ""
	if cursor != "" {
		var err error
		if position, err = apigw.DecodeCursor(listName, cursor); err != nil {
			return nil, "", err
		}
	}
	products, next, err := h.List(ctx, catalog.Listed, position, pageSize)
	if err != nil {
		return nil, "", err
	}
	next, err = nextOf(listName, next)
	return products, next, err
}

// nextOf is where a page of a list goes on; "" at its end.
func nextOf(list, position string) (string, error) {
	if position == "" {
		return "", nil
	}
	return apigw.EncodeCursor(list, position)
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
		if v, sold := orderview.ProductOf(p, stocks[p.SKU], c, h.Now()); sold {
			out = append(out, v)
		}
	}
	return out, nil
}
