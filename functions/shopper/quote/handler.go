// Package quote says what a basket would cost, and keeps nothing.
package quote

import (
	"context"
	"errors"
	"net/http"

	"till/shared/address"
	"till/shared/edge/apigw"
	"till/shared/edge/basket"
	"till/shared/fault"
)

// Handler prices baskets. Every field is required.
type Handler struct {
	Pricer basket.Pricer
}

// Handle answers POST /quotes. It takes the body of POST /orders; of the shopper only the country matters, and nothing of
// what is personal is looked at.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r basket.Request
	wrong := apigw.Decode(req, &r)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return apigw.Response{}, wrong
	}
	if country := r.Basket().Country; country != "" && !address.IsCountry(country) {
		wrong = errors.Join(wrong, &fault.Error{Kind: fault.Invalid, Op: "quote.Handle", Code: "address_invalid", At: r.CountryAt(),
			Msg: "Must be an ISO 3166-1 country code in capitals, such as DE."})
	}
	q, _, err := h.Pricer.Price(ctx, r)
	if err != nil && !fault.Is(err, fault.Invalid) {
		return apigw.Response{}, err // What is wrong besides is told when it can be priced.
	}
	if err = errors.Join(wrong, err); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, basket.View(q))
}
