package paypalgw

import (
	"context"
	"strings"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// titleMax is how long a description may be. https://developer.paypal.com/api/orders/v2/definitions/purchase_unit_request
const titleMax = 127

// newOrder is the body of POST /v2/checkout/orders. https://developer.paypal.com/api/orders/v2/definitions/order_request
type newOrder struct {
	Intent string    `json:"intent"`
	Units  []newUnit `json:"purchase_units"`
	Source struct {
		PayPal struct {
			Experience experience `json:"experience_context"`
		} `json:"paypal"`
	} `json:"payment_source"`
}

type newUnit struct {
	Custom      string    `json:"custom_id"`
	Invoice     string    `json:"invoice_id"` // PayPal pays one of these once: a second order with it is refused.
	Description string    `json:"description,omitempty"`
	Amount      newAmount `json:"amount"`
}

type newAmount struct {
	wire

	Breakdown *breakdown `json:"breakdown,omitempty"`
}

type breakdown struct {
	Goods    wire `json:"item_total"`
	Shipping wire `json:"shipping"`
	Tax      wire `json:"tax_total"`
	Discount wire `json:"discount"`
}

type experience struct {
	ReturnURL string `json:"return_url"`
	CancelURL string `json:"cancel_url"`
	Action    string `json:"user_action"`
	Shipping  string `json:"shipping_preference"`
}

// Start begins the attempt: an order at PayPal, and the page on which the shopper approves it. Embedded, PayPal's script in the
// browser opens that page itself, and is given the order's id. Errors: as payment.Gateway; fault.Invalid: currency_invalid,
// amount_too_small, amount_too_large, amount_too_fine; fault.Internal, start_differs: the attempt was begun before with something
// else.
func (g *Gateway) Start(ctx context.Context, s payment.Start) (payment.Started, error) {
	const op = "paypalgw.Start"
	ctx, cancel := within(ctx)
	defer cancel()
	if s.Mode != payment.Hosted && s.Mode != payment.Embedded {
		return payment.Started{}, fault.New(fault.Internal, op, "mode_unknown", "")
	}
	asked, err := orderOf(op, s)
	if err != nil {
		return payment.Started{}, err
	}
	var made order
	if err := g.post(ctx, op, "/v2/checkout/orders", s.Key(), asked, &made); err != nil {
		return payment.Started{}, err
	}
	if !payment.IsRef(made.ID, 64) || len(made.Units) != 1 {
		return payment.Started{}, unreadable(op)
	}
	// A key that was used before brings what was made then.
	amount, err := fromWire(op, made.Units[0].Amount)
	if err != nil {
		return payment.Started{}, err
	}
	if amount != s.Amount || made.Units[0].Custom != asked.Units[0].Custom {
		return payment.Started{}, fault.New(fault.Internal, op, "start_differs", "")
	}
	return g.started(op, s.Mode, made)
}

func orderOf(op string, s payment.Start) (newOrder, error) {
	amount, err := toWire(op, s.Amount)
	if err == nil {
		err = bounds(s.Amount.Currency()).Check(op, s.Amount)
	}
	if err != nil {
		return newOrder{}, err
	}
	u := newUnit{Custom: customOf(s.Order, string(s.Attempt)), Invoice: string(s.Attempt), Amount: newAmount{wire: amount}}
	if title := []rune(s.Title); len(title) <= titleMax {
		u.Description = s.Title
	} else {
		u.Description = string(title[:titleMax])
	}
	u.Amount.Breakdown = breakdownOf(op, s)
	o := newOrder{Intent: "CAPTURE", Units: []newUnit{u}}
	if s.Manual {
		o.Intent = "AUTHORIZE"
	}
	// NO_SHIPPING: the shop has its own address, and PayPal's must not differ from it.
	o.Source.PayPal.Experience = experience{ReturnURL: s.ReturnURL, CancelURL: s.ReturnURL, Action: "PAY_NOW", Shipping: "NO_SHIPPING"}
	return o, nil
}

// breakdownOf is the parts of the amount, if they sum to it in PayPal's own steps; nil if not: it is told the total alone then.
func breakdownOf(op string, s payment.Start) *breakdown {
	if s.Parts.Sum() != s.Amount.Minor() {
		return nil
	}
	var b breakdown
	for _, part := range []struct {
		minor int64
		to    *wire
	}{{s.Parts.Goods, &b.Goods}, {s.Parts.Shipping, &b.Shipping}, {s.Parts.Tax, &b.Tax}, {s.Parts.Discount, &b.Discount}} {
		written, err := partToWire(op, money.Of(part.minor, s.Amount.Currency()))
		if err != nil || part.minor < 0 {
			return nil
		}
		*part.to = written
	}
	return &b
}

// Resume gives again what Start answered, read from PayPal. Errors: as payment.Gateway; fault.Conflict, code payment_not_open: the
// shopper cannot act on it any more; fault.NotFound for an attempt without references: start it again.
func (g *Gateway) Resume(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	const op = "paypalgw.Resume"
	ctx, cancel := within(ctx)
	defer cancel()
	o, err := g.order(ctx, op, a.Intent)
	if err != nil {
		return payment.Started{}, err
	}
	f, err := read(op, o)
	if err != nil {
		return payment.Started{}, err
	}
	if f.State != payment.RequiresAction {
		return payment.Started{}, fault.New(fault.Conflict, op, "payment_not_open", "This payment is over or being made.")
	}
	return g.started(op, a.Mode, o)
}

// started is what the browser needs. The page's address is the same for as long as the order is open; an order that was approved
// does not tell it any more, and can still be approved anew.
func (g *Gateway) started(op string, mode payment.Mode, o order) (payment.Started, error) {
	out := payment.Started{Intent: o.ID, RedirectURL: g.pages + "/checkoutnow?token=" + o.ID}
	for _, l := range o.Links {
		if l.Rel == "payer-action" || l.Rel == "approve" {
			if !strings.HasPrefix(l.Href, g.pages+"/") || len(l.Href) > 2000 {
				return payment.Started{}, unreadable(op) // The shopper is sent to PayPal, and nowhere else.
			}
			out.RedirectURL = l.Href
			break
		}
	}
	if mode == payment.Embedded {
		out.ClientSecret, out.PublicKey = o.ID, g.client
	}
	return out, nil
}
