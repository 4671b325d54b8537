// Package placeorder turns a basket into an order with its stock reserved.
package placeorder

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"till/shared/address"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/basket"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/planted"
	"till/shared/pricing"
	"till/shared/shop"
	"till/shared/vault"
)

// Handler places orders. Every field is required.
type Handler struct {
	Pricer   basket.Pricer
	Book     order.Book
	Customer func(context.Context, person.Email) (vault.CustomerID, error)
	Seal     func(context.Context, vault.CustomerID, vault.Row, vault.Contact) (map[string][]byte, error)
	Links    func(context.Context) (link.Signer, error)
	Hold     time.Duration // How long stock is held unpaid, unless staff have decided otherwise.
	Now      func() time.Time
	Outside  address.Outside // nil asks nobody.
	// Stocks is asked only by a shop that takes money otherwise for what must be waited for.
	Stocks func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Log    *slog.Logger
}

type answer struct {
	Order orderview.Order `json:"order"`
	Token string          `json:"token,omitempty"`
}

// Handle answers POST /orders. The record of the key comes before meaning, price and stock, so that a repeat gets the same
// answer whatever has changed since.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := apigw.IdempotencyKey(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	// Half of the fingerprint tells requests of one key apart, and half is what is stored.
	print := body.Fingerprint(key)[:22]
	if resp, done, err := h.repeat(ctx, key, print); (done || err != nil) && !planted.Bug(21) {
		return resp, err
	}
	var r basket.Request
	misshapen := body.Into(&r)
	if misshapen != nil && !fault.Is(misshapen, fault.Invalid) {
		return apigw.Response{}, misshapen
	}
	o, change, quote, failed, err := h.decide(ctx, req, r, misshapen, key, print)
	if failed != nil || err != nil {
		if failed != nil {
			return *failed, err
		}
		return apigw.Response{}, err
	}
	err = h.Book.Save(ctx, o, change)
	switch {
	case fault.Code(err) == order.VersionConflict:
		// The same key, at the same time. The one that was stored answers for both.
		resp, _, err := h.repeat(ctx, key, print)
		return resp, err
	case len(catalog.ShortSKUs(err)) > 0, len(pricing.AllUsedUp(err)) > 0:
		return apigw.Response{}, errors.Join(basket.UsedUp(r.Discounts, quote, pricing.AllUsedUp(err)), basket.Short(err, r))
	case err != nil:
		return apigw.Response{}, err
	}
	return h.answer(ctx, o)
}

// repeat answers for the order that the key has placed already, if it has.
func (h Handler) repeat(ctx context.Context, key, print string) (apigw.Response, bool, error) {
	o, err := h.Book.Load(ctx, order.IDFor(key))
	if fault.Is(err, fault.NotFound) {
		return apigw.Response{}, false, nil
	}
	if err == nil {
		err = o.Repeats(print)
	}
	if err != nil {
		return apigw.Response{}, false, err
	}
	resp, err := h.answer(ctx, o)
	return resp, true, err
}

// decide checks and prices the request, and makes the order. misshapen is what is wrong with its shape, told together with
// what is wrong in meaning. A price that differs from what the shopper was shown is an answer of its own: it carries the new
// quote.
func (h Handler) decide(ctx context.Context, req apigw.Request, r basket.Request, misshapen error, key, print string,
) (*order.Order, order.Change, pricing.Quote, *apigw.Response, error) {
	quote, decided, priceFault := h.Pricer.Price(ctx, r)
	if priceFault != nil && !fault.Is(priceFault, fault.Invalid) {
		return nil, order.Change{}, pricing.Quote{}, nil, priceFault
	}
	contact, err := basket.ContactOf(r, quote, errors.Join(misshapen, priceFault))
	if err == nil {
		err = fault.At("#/shipping_address", h.Outside.Check(ctx, contact.Shipping, basket.OutsideLimit))
	}
	if err != nil {
		return nil, order.Change{}, pricing.Quote{}, nil, err
	}
	if r.Expected != nil && *r.Expected != quote.Total {
		resp, err := basket.PriceChanged(ctx, h.Log, req, quote)
		return nil, order.Change{}, pricing.Quote{}, &resp, err
	}
	o, change, err := h.make(ctx, quote, contact, decided, key, print)
	return o, change, quote, nil, err
}

func (h Handler) make(ctx context.Context, quote pricing.Quote, contact vault.Contact, decided shop.Settings, key, print string,
) (*order.Order, order.Change, error) {
	customer, err := h.Customer(ctx, contact.Email)
	if err != nil {
		return nil, order.Change{}, err
	}
	id := order.IDFor(key)
	sealed, err := h.Seal(ctx, customer, access.ContactRow(id), contact)
	if err != nil {
		return nil, order.Change{}, err
	}
	waits := false
	if decided.AsksBackOrders() {
		if waits, err = basket.Waits(ctx, h.Stocks, quote.Lines, nil); err != nil {
			return nil, order.Change{}, err
		}
	}
	by := order.By{Who: "shopper", At: h.Now()}
	if planted.Bug(24) {
		by.Cause = contact.Email.Text()
	}
	o, change, err := order.New(order.Placement{
		Key: key, Print: print, Quote: quote, Country: contact.Shipping.Country(), PostalCode: contact.Shipping.PostalCode(),
		Customer: string(customer), Contact: sealed, Hold: decided.Hold(h.Hold), Waits: waits,
	}, by)
	return o, change, err
}

func (h Handler) answer(ctx context.Context, o *order.Order) (apigw.Response, error) {
	signer, err := h.Links(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	r := o.Record()
	return apigw.JSON(http.StatusCreated, answer{orderview.Of(o), access.Token(signer, o)},
		apigw.Location("/orders/"+string(o.ID())), apigw.ETag(r.Version()))
}
