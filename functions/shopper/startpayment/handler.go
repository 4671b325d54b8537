// Package startpayment begins the payment of an order, on a gateway's page or in its form.
package startpayment

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/health"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/money"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/routing"
	"till/shared/shop"
)

// Handler starts payments. Every field is required.
type Handler struct {
	Guard         access.Guard
	Cashier       cashier.Cashier
	Shop          shop.Read     // What staff have decided. It may narrow Gateways, and replaces Manual.
	Gateways      []string      // Those that the shop is deployed with.
	Manual        bool          // Money is promised first, and taken by a capture, where the gateway can.
	Health        health.Health // How well each gateway does.
	ReturnOrigins []string      // Where a return_url may point.
}

// auto, as a gateway, is the choice of the shop's rules.
const auto = "auto"

type request struct {
	Gateway   string `json:"gateway" fault:"gateway_unavailable"` // "auto", or no member: as the shop's rules say.
	Mode      string `json:"mode" fault:"gateway_unavailable"`    // May be left out where the rules choose.
	ReturnURL string `json:"return_url" fault:"return_url_not_allowed"`
}

// isAuto tells whether the shop's rules choose the gateway.
// asked is a request with what is wrong with its shape.
type asked struct {
	request
	misshapen error
}

func (r request) isAuto() bool { return r.Gateway == auto }

type answer struct {
	Payment orderview.Payment `json:"payment"`
}

// Handle answers POST /orders/{id}/payments and GET /orders/{id}/payments/options.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if req.RequestContext.HTTP.Method == http.MethodGet {
		return h.options(ctx, req)
	}
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Guard.Open(ctx, req, link.Pay)
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
	c := newChain(o, body, key)
	if want, again := c.repeat(); again {
		return h.begin(ctx, o, []order.NewAttempt{want}, nil)
	}
	r := asked{request: request{Gateway: auto}}
	if r.misshapen, err = body.Shape(&r.request); err != nil {
		return apigw.Response{}, err
	}
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	var wants []order.NewAttempt
	looked := decided.Gateways(h.Gateways)
	if !r.isAuto() {
		looked = []string{r.Gateway}
		if !slices.Contains(h.Gateways, r.Gateway) {
			looked = nil // Whatever they sent is no key of ours.
		}
	}
	watch := h.Health.Watch(ctx, looked)
	if r.isAuto() {
		wants, err = h.routed(ctx, o, r, decided, watch, c)
	} else {
		wants, err = h.named(ctx, o, r, decided, watch, c)
	}
	if err != nil {
		return apigw.Response{}, err
	}
	return h.begin(ctx, o, wants, watch)
}

// begin tries one way after the other. It goes on to the next only when the one before is stored as failed: what may have begun, or
// may be charged, stands in the way of any other, here as in every later request. watch is nil for a repeat, whose call was counted.
func (h Handler) begin(ctx context.Context, o *order.Order, wants []order.NewAttempt, watch *health.Watch) (apigw.Response, error) {
	c := h.Cashier
	if watch != nil {
		c.Gateway = watch.Starts(h.Cashier.Gateway)
	}
	for i, want := range wants {
		next := "" // The gateway after this one, if there is one.
		if i+1 < len(wants) {
			next = wants[i+1].Gateway
		}
		want.Else = next != ""
		id, mine := o.ID(), order.AttemptIDFor(o.ID(), want.Key)
		limits := func(begun int) []apigw.Option { return access.Limits(o, h.Guard.Now(), begun) }
		begun := 1
		if _, before := o.Attempt(mine); before {
			begun = 0
		}
		answered := limits(begun)
		a, started, err := c.Begin(ctx, o, want, cashier.Who{Who: "shopper"})
		if err == nil {
			return apigw.JSON(http.StatusCreated, answer{orderview.PaymentOf(a, started)}, answered...)
		}
		if want.Else && ctx.Err() == nil {
			after, loadErr := h.Cashier.Book.Load(ctx, id)
			// Only now is the next one's turn: where one payment at a time may try, none that is not made takes its place.
			if loadErr == nil && over(after, mine) && watch.Take(ctx, next) {
				h.Health.PassedOn(ctx, want.Gateway, next, err)
				o = after
				continue
			}
		}
		return apigw.Response{}, access.Limited(err, limits(0))
	}
	return apigw.Response{}, fault.New(fault.Unavailable, "startpayment.begin", "dependency_unavailable", "")
}

// over tells that an attempt has failed, and that no other is open.
func over(o *order.Order, id payment.AttemptID) bool {
	a, there := o.Attempt(id)
	_, open := o.OpenAttempt()
	return there && a.State == payment.Failed && !open
}

// named reads how the shopper wants to pay, who names the gateway. Errors: fault.Invalid, gateway_unavailable, also for one that is left
// alone for now; amount_too_small, amount_too_large, amount_too_fine, for a total that it does not charge.
func (h Handler) named(ctx context.Context, o *order.Order, r asked, decided shop.Settings, watch *health.Watch, c chain) ([]order.NewAttempt, error) {
	faults := []error{r.misshapen}
	refuse := func(at, msg string) {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "startpayment.named", Code: "gateway_unavailable", At: at, Msg: msg})
	}
	mode := payment.Mode(r.Mode)
	if mode != payment.Hosted && mode != payment.Embedded {
		refuse("#/mode", "Must be hosted or embedded.")
	}
	var can payment.Capabilities
	if !slices.Contains(decided.Gateways(h.Gateways), r.Gateway) {
		refuse("#/gateway", "Must be a gateway that this shop offers.")
	} else if g, err := h.Cashier.Gateway(ctx, r.Gateway); err != nil {
		return nil, err
	} else if can = g.Capabilities(); !slices.Contains(can.Modes, mode) && len(faults) == 1 {
		refuse("#/mode", "This gateway does not offer this mode.")
	} else if err := can.Takes("startpayment.named", money.Of(o.Record().Total, o.Record().Currency)); fault.Code(err) == "currency_invalid" {
		refuse("#/gateway", "This gateway does not take the order's currency.")
	} else if err != nil {
		faults = append(faults, fault.At("#/gateway", err))
	}
	faults = append(faults, h.back(r.request))
	if errors.Join(faults...) == nil && !slices.Contains(h.chosen(ctx, o, decided), routing.Way{Gateway: r.Gateway, Mode: mode}) {
		refuse("#/gateway", "This order cannot be paid this way. Ask which ways there are.")
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if _, open := o.OpenAttempt(); !open && !watch.Take(ctx, r.Gateway) {
		refuse("#/gateway", "This gateway does not work at the moment. Ask which others there are.")
		return nil, errors.Join(faults...)
	}
	return []order.NewAttempt{c.want(0, routing.Way{Gateway: r.Gateway, Mode: mode}, r.ReturnURL, h.manual(o, decided) && can.Holds(mode))}, nil
}

// back checks where the shopper is to be sent after paying.
func (h Handler) back(r request) error {
	if r.ReturnURL == "" {
		return nil
	}
	return apigw.ReturnURL(r.ReturnURL, h.ReturnOrigins)
}
