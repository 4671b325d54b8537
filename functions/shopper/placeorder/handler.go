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
	"till/shared/risk"
	"till/shared/shop"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Handler places orders. Every field is required.
type Handler struct {
	Pricer basket.Pricer
	Book   order.Book
	// Spread and Spreads read where products are counted: what is there now, and what was a second ago.
	Spread  func(context.Context, catalog.SKU) (catalog.Spread, error)
	Spreads func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Spread, error)
	// Note keeps that an order is a customer's, so that they can be told of it, before it is stored.
	Note     func(ctx context.Context, customer string, id order.ID) error
	Customer func(ctx context.Context, email person.Email, first string) (id vault.CustomerID, made bool, err error)
	// Known finds a customer, and makes none: before it is decided that the order is taken. It is asked only if a rule names customers.
	Known func(context.Context, person.Email) (vault.CustomerID, error)
	Seal  func(context.Context, vault.CustomerID, vault.Row, vault.Contact) (map[string][]byte, error)
	Links func(context.Context) (link.Signer, error)
	Hold  time.Duration // How long stock is held unpaid, unless staff have decided otherwise.
	// Accounts tells that customers have accounts, where they find what they order from now on.
	Accounts bool
	Now      func() time.Time
	Outside  address.Outside // nil asks nobody.
	// Stocks is asked only by a shop that takes money otherwise for what must be waited for.
	Stocks func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Log    *slog.Logger
	Meter  *telemetry.Metrics
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
	misshapen, err := body.Shape(&r)
	if err != nil {
		return apigw.Response{}, err
	}
	p, by, failed, err := h.decide(ctx, req, r, misshapen, key, print)
	if failed != nil || err != nil {
		if failed != nil {
			return *failed, err
		}
		return apigw.Response{}, err
	}
	o, err := h.place(ctx, p, by)
	switch {
	case fault.Code(err) == order.VersionConflict:
		// The same key, at the same time. The one that was stored answers for both.
		resp, _, err := h.repeat(ctx, key, print)
		return resp, err
	case len(catalog.ShortSKUs(err)) > 0, len(pricing.AllUsedUp(err)) > 0:
		// What is gone may have gone to the same key, while this request looked for it in other bins.
		if resp, done, err := h.repeat(ctx, key, print); done || err != nil {
			return resp, err
		}
		return apigw.Response{}, errors.Join(basket.UsedUp(r.Discounts, p.Quote, pricing.AllUsedUp(err)), basket.Short(err, r))
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

// place stores the order. Where products are counted in several bins, it chooses by what was there a second ago, so that orders seldom
// meet; what is refused then is looked for by what is there now. One who cannot read the former begins with the first bin.
func (h Handler) place(ctx context.Context, p placement, by order.By) (*order.Order, error) {
	id := order.IDFor(p.Key)
	wants := make([]catalog.Want, len(p.Quote.Lines))
	skus := make([]catalog.SKU, len(p.Quote.Lines))
	for i, l := range p.Quote.Lines {
		wants[i], skus[i] = catalog.Want{SKU: l.SKU, Quantity: l.Quantity}, l.SKU
	}
	if spreads, err := h.Spreads(ctx, skus); err == nil {
		p.Picks, _ = catalog.Pick(string(id), wants, spreads, p.prefer)
	}
	book := h.Book
	book.Find = func(ctx context.Context, id order.ID, wants []catalog.Want) (catalog.Picks, error) {
		return catalog.Find(ctx, h.Spread, string(id), wants, p.prefer)
	}
	return book.Place(ctx, p.Placement, by)
}

// placement is what an order is made of, and where its units are best taken from.
type placement struct {
	order.Placement
	prefer []catalog.Location
}

// decide checks and prices the request, and seals the contact. misshapen is what is wrong with its shape, told together with
// what is wrong in meaning. A price that differs from what the shopper was shown is an answer of its own: it carries the new
// quote.
func (h Handler) decide(ctx context.Context, req apigw.Request, r basket.Request, misshapen error, key, print string,
) (placement, order.By, *apigw.Response, error) {
	quote, decided, priceFault := h.Pricer.Price(ctx, r)
	if priceFault != nil && !fault.Is(priceFault, fault.Invalid) {
		return placement{}, order.By{}, nil, priceFault
	}
	contact, err := basket.ContactOf(r, quote, errors.Join(misshapen, priceFault))
	reads, _ := apigw.Header(req, "Accept-Language")
	contact.Language = person.LanguageOf(reads, contact.Shipping.Country())
	if err == nil {
		err = fault.At("#/shipping_address", h.Outside.Check(ctx, contact.Shipping, basket.OutsideLimit))
	}
	if err != nil {
		return placement{}, order.By{}, nil, err
	}
	if r.Expected != nil && *r.Expected != quote.Total {
		resp, err := basket.PriceChanged(ctx, h.Log, req, quote)
		return placement{}, order.By{}, &resp, err
	}
	verdict, err := h.judge(ctx, quote, contact, decided.RiskRules())
	if err != nil {
		return placement{}, order.By{}, nil, err
	}
	p, by, err := h.seal(ctx, quote, contact, decided, key, print)
	p.Review, p.Watch = verdict.Review, verdict.Watch
	return placement{p, decided.Locations}, by, nil, err
}

// judge holds the order against the shop's rules. Who is refused has left nothing behind, and is not told why: the log says by which
// rules. Errors: fault.Invalid, order_declined; those of the store.
func (h Handler) judge(ctx context.Context, quote pricing.Quote, contact vault.Contact, rules []risk.Rule) (risk.Verdict, error) {
	if len(rules) == 0 {
		return risk.Verdict{}, nil
	}
	var who vault.CustomerID
	if risk.AsksCustomers(rules) {
		var err error
		if who, err = h.Known(ctx, contact.Email); err != nil && !fault.Is(err, fault.NotFound) {
			return risk.Verdict{}, err
		}
	}
	v := risk.Judge(rules, basket.Risky(quote, contact, who))
	return v, basket.Heed(v, h.Meter)
}

func (h Handler) seal(ctx context.Context, quote pricing.Quote, contact vault.Contact, decided shop.Settings, key, print string,
) (order.Placement, order.By, error) {
	id := order.IDFor(key)
	customer, made, err := h.Customer(ctx, contact.Email, string(id))
	if err != nil {
		return order.Placement{}, order.By{}, err
	}
	if !made { // A new customer's row has it, at no cost.
		if err := h.Note(ctx, string(customer), id); err != nil {
			return order.Placement{}, order.By{}, err
		}
	}
	sealed, err := h.Seal(ctx, customer, access.ContactRow(id), contact)
	if err != nil {
		return order.Placement{}, order.By{}, err
	}
	waits := false
	if decided.AsksBackOrders() {
		if waits, err = basket.Waits(ctx, h.Stocks, quote.Lines, nil); err != nil {
			return order.Placement{}, order.By{}, err
		}
	}
	by := order.By{Who: "shopper", At: h.Now()}
	if planted.Bug(24) {
		by.Cause = contact.Email.Text()
	}
	return order.Placement{
		Key: key, Print: print, Quote: quote, Country: contact.Shipping.Country(), PostalCode: contact.Shipping.PostalCode(),
		Customer: string(customer), Contact: sealed, Hold: decided.Hold(h.Hold), Waits: waits,
		Listed: h.Accounts,
	}, by, nil
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
