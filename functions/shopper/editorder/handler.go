// Package editorder changes an order that is not paid yet: what is bought, where it goes, and how.
package editorder

import (
	"context"
	"errors"
	"log/slog"
	"net/http"

	"till/shared/address"
	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/basket"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/pricing"
	"till/shared/risk"
	"till/shared/telemetry"
	"till/shared/vault"
)

// Handler edits orders. Every field is required.
type Handler struct {
	Guard   access.Guard
	Pricer  basket.Pricer
	Cashier cashier.Cashier
	Change  func(ctx context.Context, id order.ID, n int) (order.Change, error)
	Open    func(context.Context, vault.CustomerID, vault.Row, map[string][]byte) (vault.Contact, error)
	Seal    func(context.Context, vault.CustomerID, vault.Row, vault.Contact) (map[string][]byte, error)
	Outside address.Outside // nil asks nobody.
	// Stocks is asked only by a shop that takes money otherwise for what must be waited for.
	Stocks func(context.Context, []catalog.SKU) (map[catalog.SKU]catalog.Stock, error)
	Log    *slog.Logger
	Meter  *telemetry.Metrics
}

// request is what may be changed; what is left out stays as it is. A list replaces the whole list. Whose order it is, the e-mail, and the
// currency stay.
type request struct {
	Lines     []basket.Line  `json:"lines" fault:"lines_invalid"`
	Phone     *string        `json:"phone" fault:"phone_invalid"`
	Shipping  *address.Input `json:"shipping_address" text:"free" fault:"address_invalid"`
	Billing   *address.Input `json:"billing_address" text:"free" fault:"address_invalid"`
	VAT       *string        `json:"vat_number" fault:"vat_number_invalid"`
	Method    string         `json:"shipping_method" fault:"shipping_method_unknown"`
	Discounts []string       `json:"discount_codes" fault:"coupon_invalid"`
	Expected  *int64         `json:"expected_total" fault:"expected_total_invalid"`
}

// contact tells whether the request changes who the order is for.
func (r request) contact() bool {
	return r.Phone != nil || r.Shipping != nil || r.Billing != nil || r.VAT != nil
}

type answer struct {
	Order orderview.Order `json:"order"`
}

// Handle answers PATCH /orders/{id}. If-Match says which version of the order the shopper saw: a repeat of an edit that was done is
// refused, and changes nothing.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Guard.Open(ctx, req, link.Edit)
	if err != nil {
		return apigw.Response{}, err
	}
	condition, err := apigw.ReadCondition(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	var r request
	misshapen, err := body.Shape(&r)
	if err != nil {
		return apigw.Response{}, err
	}
	record := o.Record()
	if err := condition.Requires(record.Version()); err != nil {
		return apigw.Response{}, err
	}
	if err := o.Editable(record.Version(), h.Guard.Now()); err != nil {
		return apigw.Response{}, err
	}
	return h.edit(ctx, req, o, r, misshapen)
}

// edit prices what the order is to become, and makes it so.
func (h Handler) edit(ctx context.Context, req apigw.Request, o *order.Order, r request, misshapen error) (apigw.Response, error) {
	record := o.Record()
	known, err := h.contactOf(ctx, record)
	if err != nil {
		return apigw.Response{}, err
	}
	want := merged(record, known, r)
	quote, decided, priceFault := h.pricerFor(record).Price(ctx, want)
	if priceFault != nil && !fault.Is(priceFault, fault.Invalid) {
		return apigw.Response{}, priceFault
	}
	contact, err := basket.ContactOf(want, quote, errors.Join(misshapen, priceFault))
	reads, _ := apigw.Header(req, "Accept-Language")
	contact.Language = person.LanguageOf(reads, contact.Shipping.Country())
	if err == nil && r.Shipping != nil {
		err = fault.At("#/shipping_address", h.Outside.Check(ctx, contact.Shipping, basket.OutsideLimit))
	}
	if err != nil {
		return apigw.Response{}, err
	}
	if r.Expected != nil && *r.Expected != quote.Total {
		return basket.PriceChanged(ctx, h.Log, req, quote)
	}
	edition := order.Edition{Version: record.Version(), Quote: quote, Country: contact.Shipping.Country(), PostalCode: contact.Shipping.PostalCode()}
	if decided.AsksBackOrders() {
		if edition.Waits, err = basket.Waits(ctx, h.Stocks, quote.Lines, record.Lines); err != nil {
			return apigw.Response{}, err
		}
	}
	verdict := risk.Judge(decided.RiskRules(), basket.Risky(quote, contact, vault.CustomerID(record.Customer)))
	if err = basket.Heed(verdict, h.Meter); err != nil {
		return apigw.Response{}, err
	}
	edition.Review, edition.Watch = verdict.Review, verdict.Watch
	if r.contact() {
		if edition.Contact, err = h.Seal(ctx, vault.CustomerID(record.Customer), access.ContactRow(record.ID), contact); err != nil {
			return apigw.Response{}, erased(err)
		}
	}
	o, err = h.Cashier.Edit(ctx, o, edition, cashier.Who{Who: "shopper"})
	if len(catalog.ShortSKUs(err)) > 0 || len(pricing.AllUsedUp(err)) > 0 {
		err = errors.Join(basket.UsedUp(want.Discounts, quote, pricing.AllUsedUp(err)), basket.Short(err, want))
	}
	if err != nil {
		return apigw.Response{}, err
	}
	after := o.Record()
	return apigw.JSON(http.StatusOK, answer{orderview.Of(o)}, apigw.ETag(after.Version()))
}

// contactOf opens who the order is for: taxes depend on it, and what is not changed is kept.
func (h Handler) contactOf(ctx context.Context, r order.Record) (vault.Contact, error) {
	with, err := h.Change(ctx, r.ID, r.ContactIn)
	if err != nil {
		return vault.Contact{}, err
	}
	c, err := h.Open(ctx, vault.CustomerID(r.Customer), access.ContactRow(r.ID), with.Contact)
	return c, erased(err)
}

// erased tells of a customer whose data are gone that nothing of the order can be changed any more.
func erased(err error) error {
	if fault.Code(err) == "customer_erased" {
		return order.StateConflict("editorder.Handle")
	}
	return err
}

// merged is the order as it is, with what the request changes, as a request of its own.
func merged(o order.Record, c vault.Contact, r request) basket.Request {
	want := basket.Request{Currency: string(o.Currency), Lines: r.Lines, Email: c.Email.Text(), Phone: c.Phone.Text(), Shipping: c.Shipping.Fields(),
		VAT: c.VAT.Text(), Method: o.Method, Discounts: r.Discounts, Expected: r.Expected}
	if r.Lines == nil {
		for _, l := range o.Lines {
			want.Lines = append(want.Lines, basket.Line{SKU: string(l.SKU), Quantity: l.Quantity})
		}
	}
	if r.Discounts == nil {
		for _, d := range o.Discounts {
			if d.Code != "" {
				want.Discounts = append(want.Discounts, d.Code)
			}
		}
	}
	if !c.Billing.IsZero() {
		billing := c.Billing.Fields()
		want.Billing = &billing
	}
	if r.Phone != nil {
		want.Phone = *r.Phone
	}
	if r.Shipping != nil {
		want.Shipping = *r.Shipping
	}
	if r.Billing != nil {
		want.Billing = r.Billing
	}
	if r.VAT != nil {
		want.VAT = *r.VAT
	}
	if r.Method != "" {
		want.Method = r.Method
	}
	return want
}

// pricerFor prices for an order whose own uses of coupons are counted already: they are not in its own way.
func (h Handler) pricerFor(o order.Record) basket.Pricer {
	p := h.Pricer
	p.Uses = func(ctx context.Context, keys []pricing.UseKey) (map[pricing.UseKey]int64, error) {
		used, err := h.Pricer.Uses(ctx, keys)
		for _, c := range o.Coupons {
			if key := (pricing.UseKey{Coupon: c.ID}); used[key] > 0 {
				used[key]--
			}
		}
		return used, err
	}
	return p
}
