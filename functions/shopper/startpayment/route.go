package startpayment

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"till/shared/edge/apigw"
	"till/shared/edge/health"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/routing"
	"till/shared/shop"
)

// triesMax is how many gateways one request tries: each may take as long as a call does.
const triesMax = 2

// chain is the attempts of one Idempotency-Key: the first, and those that were tried after it failed.
type chain struct {
	o          *order.Order
	key, print string
	n          int // Attempts that are there already.
	last       payment.Attempt
}

// newChain finds what the key has begun.
func newChain(o *order.Order, body *apigw.Body, key string) chain {
	// 96 bits of the fingerprint tell requests of one key apart, and so many are stored.
	c := chain{o: o, key: key, print: body.Fingerprint(key)[:16]}
	for {
		a, there := o.Attempt(order.AttemptIDFor(o.ID(), c.keyOf(c.n)))
		if !there {
			return c
		}
		c.n, c.last = c.n+1, a
	}
}

// keyOf is the key of the chain's attempt n. No client's own key holds a comma.
func (c chain) keyOf(n int) string {
	if n == 0 {
		return c.key
	}
	return c.key + "," + strconv.Itoa(n)
}

// repeat begins the last attempt again, as it was then: a repeat gets the same answer though the shop's settings may have changed since.
func (c chain) repeat() (order.NewAttempt, bool) {
	if c.n == 0 {
		return order.NewAttempt{}, false
	}
	return order.NewAttempt{Key: c.keyOf(c.n - 1), Print: c.print, Gateway: c.last.Gateway, Mode: c.last.Mode, Back: c.last.Back, Manual: c.last.Manual}, true
}

// want is the chain's attempt n from here on.
func (c chain) want(n int, w routing.Way, back string, manual bool) order.NewAttempt {
	return order.NewAttempt{Key: c.keyOf(c.n + n), Print: c.print, Gateway: w.Gateway, Mode: w.Mode, Back: back, Manual: manual}
}

// offered lists the ways that the shop offers and the gateways can, in the shop's order.
func (h Handler) offered(ctx context.Context, o *order.Order, decided shop.Settings) ([]routing.Way, map[string]payment.Capabilities) {
	var out []routing.Way
	can := map[string]payment.Capabilities{}
	for _, name := range decided.Gateways(h.Gateways) {
		g, err := h.Cashier.Gateway(ctx, name)
		if err != nil {
			continue // Without an account, or whose keys cannot be read: nobody can pay there now.
		}
		c := g.Capabilities()
		if c.Takes("startpayment.offered", money.Of(o.Record().Total, o.Record().Currency)) != nil {
			continue
		}
		can[name] = c
		for _, mode := range c.Modes {
			out = append(out, routing.Way{Gateway: name, Mode: mode})
		}
	}
	return out, can
}

// chosen lists the ways that the rules allow for the order, well or not.
func (h Handler) chosen(ctx context.Context, o *order.Order, decided shop.Settings) []routing.Way {
	offered, _ := h.offered(ctx, o, decided)
	return routing.Choose(decided.Routing(), of(o), offered)
}

// manual tells whether the order's money is to be promised first. What its attempt began with stays.
func (h Handler) manual(o *order.Order, decided shop.Settings) bool {
	r := o.Record()
	return decided.Manual(h.Manual, shop.CaptureOf{Order: of(o), BackOrdered: r.Waits, Digital: r.Digital()})
}

func of(o *order.Order) routing.Order {
	r := o.Record()
	return routing.Order{ID: string(r.ID), Currency: r.Currency, Country: r.Country, Total: r.Total}
}

// routed lists what to begin, one after the other, by the shop's rules: of each gateway the first way. Who has a payment open goes on
// with it.
func (h Handler) routed(ctx context.Context, o *order.Order, r asked, decided shop.Settings, watch *health.Watch, c chain) ([]order.NewAttempt, error) {
	mode := payment.Mode(r.Mode)
	faults := []error{r.misshapen}
	if mode != "" && mode != payment.Hosted && mode != payment.Embedded {
		faults = append(faults, &fault.Error{Kind: fault.Invalid, Op: "startpayment.routed", Code: "gateway_unavailable", At: "#/mode", Msg: "Must be hosted or embedded."})
	}
	faults = append(faults, h.back(r.request))
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	if a, open := o.OpenAttempt(); open {
		return []order.NewAttempt{c.want(0, routing.Way{Gateway: a.Gateway, Mode: a.Mode}, r.ReturnURL, a.Manual)}, nil
	}
	offered, can := h.offered(ctx, o, decided)
	ways := slices.DeleteFunc(routing.Choose(decided.Routing(), of(o), offered), func(w routing.Way) bool { return mode != "" && w.Mode != mode })
	if len(ways) == 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Op: "startpayment.routed", Code: "gateway_unavailable", At: "#/gateway", Msg: "This order cannot be paid this way."}
	}
	var out []order.NewAttempt
	tried := map[string]bool{}
	for _, w := range ways {
		if tried[w.Gateway] || len(out) == triesMax {
			continue
		}
		tried[w.Gateway] = true
		// The first is to begin at once. The others take the place of the one that tries only when their turn comes.
		if len(out) > 0 && !watch.Allows(w.Gateway) || len(out) == 0 && !watch.Take(ctx, w.Gateway) {
			continue
		}
		out = append(out, c.want(len(out), w, r.ReturnURL, h.manual(o, decided) && can[w.Gateway].Holds(w.Mode)))
	}
	if len(out) == 0 {
		return nil, fault.New(fault.Unavailable, "startpayment.routed", "dependency_unavailable", "")
	}
	return out, nil
}

type choice struct {
	Options []routing.Way `json:"options"`
}

// options answers GET /orders/{id}/payments/options: how the order may be paid now, what is to be offered first in front. Gateways that do
// not work at the moment are left out.
func (h Handler) options(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	o, err := h.Guard.Open(ctx, req, link.Pay)
	if err != nil {
		return apigw.Response{}, err
	}
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	watch := h.Health.Watch(ctx, decided.Gateways(h.Gateways))
	out := choice{Options: []routing.Way{}}
	for _, w := range h.chosen(ctx, o, decided) {
		if watch.Allows(w.Gateway) {
			out.Options = append(out.Options, w)
		}
	}
	return apigw.JSON(http.StatusOK, out)
}
