package squaregw

import (
	"context"
	"net/http"
	"strings"

	"till/shared/fault"
	"till/shared/payment"
)

const linksPath = "/v2/online-checkout/payment-links"

// Start begins the attempt: an order, and for the hosted mode the page on which it can be paid. Which means of payment are on offer is
// decided in Square's dashboard. Of the amount's parts Square is told nothing: it would count tax and discounts again, its own
// way. A payment link has no end and no way to authorize only. Errors: as payment.Gateway; fault.Invalid: currency_invalid,
// amount_too_small, amount_too_large; manual_unavailable: a Manual start in the hosted mode.
func (g *Gateway) Start(ctx context.Context, s payment.Start) (payment.Started, error) {
	const op = "squaregw.Start"
	amount, err := g.toWire(op, s.Amount)
	if err != nil {
		return payment.Started{}, err
	}
	switch s.Mode {
	case payment.Hosted:
		if s.Manual {
			return payment.Started{}, fault.New(fault.Invalid, op, "manual_unavailable", "This payment service cannot hold money on its own page.")
		}
		return g.startHosted(ctx, op, s, amount)
	case payment.Embedded:
		return g.startEmbedded(ctx, op, s, amount)
	}
	return payment.Started{}, fault.New(fault.Internal, op, "mode_unknown", "")
}

// newOrder is an order of one line. https://developer.squareup.com/reference/square/orders-api/create-order. reference_id has at most
// 40 characters, as our ids of attempts do.
func (g *Gateway) newOrder(s payment.Start, amount moneyWire) object {
	metadata := object{orderKey: s.Order, attemptKey: string(s.Attempt)}
	if s.Manual {
		metadata[captureKey] = manual
	}
	return object{
		"location_id": g.location, "reference_id": string(s.Attempt), "metadata": metadata,
		"line_items": []object{{"name": s.Title, "quantity": "1", "base_price_money": amount}},
	}
}

func (g *Gateway) startEmbedded(ctx context.Context, op string, s payment.Start, amount moneyWire) (payment.Started, error) {
	var made struct {
		Order orderWire `json:"order"`
	}
	body := object{"idempotency_key": s.Key(), "order": g.newOrder(s, amount)}
	if err := g.change(ctx, op, http.MethodPost, "/v2/orders", body, &made); err != nil {
		return payment.Started{}, err
	}
	if err := isFor(op, &made.Order, amount); err != nil {
		return payment.Started{}, err
	}
	return g.formOf(made.Order.ID), nil
}

// startHosted makes a payment link: https://developer.squareup.com/reference/square/checkout-api/create-payment-link. Tips and coupons
// would change what is paid. The note is copied to the payment, whose events carry nothing else of ours.
func (g *Gateway) startHosted(ctx context.Context, op string, s payment.Start, amount moneyWire) (payment.Started, error) {
	var made struct {
		Link    linkWire `json:"payment_link"`
		Related struct {
			Orders []orderWire `json:"orders"`
		} `json:"related_resources"`
	}
	body := object{"idempotency_key": s.Key(), "description": s.Title, "order": g.newOrder(s, amount),
		"payment_note": noteOf(s.Order, string(s.Attempt)),
		"checkout_options": object{"redirect_url": s.ReturnURL, "allow_tipping": false, "enable_coupon": false, "enable_loyalty": false,
			"ask_for_shipping_address": false}}
	if err := g.change(ctx, op, http.MethodPost, linksPath, body, &made); err != nil {
		return payment.Started{}, err
	}
	for i := range made.Related.Orders {
		if err := isFor(op, &made.Related.Orders[i], amount); err != nil {
			return payment.Started{}, err
		}
	}
	return pageOf(op, &made.Link)
}

// isFor refuses an order that Square would have paid with another amount than was asked for: by taxes of the account, for example.
func isFor(op string, o *orderWire, amount moneyWire) error {
	switch {
	case !payment.IsRef(o.ID, 192):
		return unsure(op)
	case o.Total != amount:
		return fault.New(fault.Internal, op, "amount_differs", "")
	}
	return nil
}

// Resume gives again what Start answered, read from Square. Errors: as payment.Gateway; fault.Conflict, code payment_not_open: the
// shopper cannot act on it any more; fault.NotFound for an attempt without references: start it again.
func (g *Gateway) Resume(ctx context.Context, a payment.Attempt) (payment.Started, error) {
	const op = "squaregw.Resume"
	if a.Session == "" && a.Intent == "" {
		return payment.Started{}, notFound(op)
	}
	var page *linkWire
	if a.Session != "" {
		var err error
		if page, err = g.link(ctx, op, a.Session); err != nil {
			return payment.Started{}, g.closedPage(ctx, op, a, err)
		}
		a.Intent = page.Order
	}
	now, err := g.stand(ctx, op, a.Intent)
	switch {
	case err != nil:
		return payment.Started{}, err
	case now.state != payment.RequiresAction:
		return payment.Started{}, notOpen(op)
	case page != nil:
		return pageOf(op, page)
	case a.Mode == payment.Hosted:
		return payment.Started{}, notFound(op) // Its page is not known.
	}
	return g.formOf(a.Intent), nil
}

// closedPage says why a page is not there: of an order that is known, because it was closed.
func (g *Gateway) closedPage(ctx context.Context, op string, a payment.Attempt, failure error) error {
	if !fault.Is(failure, fault.NotFound) || a.Intent == "" {
		return failure
	}
	if _, err := g.order(ctx, op, a.Intent); err != nil {
		return err
	}
	return notOpen(op)
}

// pageOf is what the browser needs of a link.
func pageOf(op string, link *linkWire) (payment.Started, error) {
	address := link.URL
	if address == "" {
		address = link.Long
	}
	if !payment.IsRef(link.ID, 192) || !payment.IsRef(link.Order, 192) || !strings.HasPrefix(address, "http") {
		return payment.Started{}, unreadable(op)
	}
	return payment.Started{Session: link.ID, Intent: link.Order, RedirectURL: address}, nil
}

// formOf is what the form in the browser needs: https://developer.squareup.com/docs/web-payments/take-card-payment
func (g *Gateway) formOf(order string) payment.Started {
	return payment.Started{Intent: order, PublicKey: g.application, Location: g.location}
}

func notOpen(op string) error {
	return fault.New(fault.Conflict, op, "payment_not_open", "This payment is over or being made.")
}

// noteOf is what a payment's note says: our order and attempt. At most 500 characters.
func noteOf(order, attempt string) string { return order + "/" + attempt }

// references are ours, from a note that people can write at Square, and to which Square may add words of its own.
func references(note string) (order string, attempt payment.AttemptID) {
	for word := range strings.FieldsSeq(note) {
		left, right, _ := strings.Cut(word, "/")
		if strings.HasPrefix(left, "ord_") && strings.HasPrefix(right, "pay_") && payment.IsRef(left, 64) && payment.IsRef(right, 64) {
			return left, payment.AttemptID(right)
		}
	}
	return "", ""
}
