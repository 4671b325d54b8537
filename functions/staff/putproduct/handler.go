// Package putproduct puts a product into the catalogue, or a new version of it.
package putproduct

import (
	"context"
	"net/http"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/money"
)

// Handler puts products. Every field is required.
type Handler struct {
	Put func(context.Context, catalog.Product) error
	Now func() time.Time
}

type request struct {
	Name        string           `json:"name" text:"free" fault:"name_invalid"`
	Description string           `json:"description" text:"free" fault:"description_invalid"`
	Prices      map[string]int64 `json:"prices" fault:"price_invalid"`
	WeightGrams int64            `json:"weight_grams" fault:"weight_invalid"`
	TaxClass    string           `json:"tax_class" fault:"tax_class_invalid"`
	Digital     bool             `json:"digital"`
	Active      *bool            `json:"active"`
}

// Handle answers PUT /staff/products/{sku}. What is left out of the body is empty after it; a product is active unless it
// says otherwise. Orders keep the prices that they were placed at.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	if _, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin); err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	var r request
	if err := body.Into(&r); err != nil {
		return apigw.Response{}, err
	}
	p := catalog.Product{
		SKU: catalog.SKU(req.PathParameters["sku"]), Name: r.Name, Description: r.Description, WeightGrams: r.WeightGrams,
		TaxClass: r.TaxClass, Digital: r.Digital,
		Active: r.Active == nil || *r.Active, Prices: make(map[money.Currency]int64, len(r.Prices)),
	}
	for currency, minor := range r.Prices {
		p.Prices[money.Currency(currency)] = minor
	}
	if err := p.Check(); err != nil {
		return apigw.Response{}, fault.At("#", err)
	}
	if err := h.Put(ctx, p); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, p)
}
