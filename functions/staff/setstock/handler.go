// Package setstock takes in what a stock-take has counted.
package setstock

import (
	"context"
	"net/http"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/fault"
)

// Handler sets stock. Every field is required.
type Handler struct {
	Set func(ctx context.Context, sku catalog.SKU, onHand int64) (catalog.Stock, error)
	Now func() time.Time
}

type request struct {
	OnHand *int64 `json:"on_hand" fault:"quantity_invalid"`
}

type answer struct {
	SKU      catalog.SKU `json:"sku"`
	OnHand   int64       `json:"on_hand"`
	Free     int64       `json:"free"`
	Reserved int64       `json:"reserved"`
	Sold     int64       `json:"sold"`
}

// Handle answers PUT /staff/stock/{sku}: on_hand is all that is on the shelf, also what is promised to orders.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	if _, err := apigw.RequireStaff(req, h.Now(), apigw.Packer, apigw.Manager, apigw.Admin); err != nil {
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
	sku, err := catalog.ParseSKU(req.PathParameters["sku"])
	if err != nil {
		return apigw.Response{}, fault.New(fault.NotFound, "setstock.Handle", "not_found", "")
	}
	if r.OnHand == nil {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "setstock.Handle", Code: "quantity_invalid", At: "#/on_hand",
			Msg: "Must say how many units are on hand."}
	}
	s, err := h.Set(ctx, sku, *r.OnHand)
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{sku, s.OnHand(), s.Free, s.Reserved, s.Sold})
}
