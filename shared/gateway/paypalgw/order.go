package paypalgw

import (
	"context"
	"strings"
	"time"

	"till/shared/payment"
)

// What is read of PayPal's objects: ids, states, amounts, times and our references, and nothing about people.
// https://developer.paypal.com/docs/api/orders/v2/#definition-order
type order struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Units  []unit `json:"purchase_units"`
	Links  []link `json:"links"`
}

type unit struct {
	Custom   string `json:"custom_id"`
	Amount   wire   `json:"amount"`
	Payments struct {
		Authorizations []authorization `json:"authorizations"`
		Captures       []capture       `json:"captures"`
		Refunds        []refund        `json:"refunds"`
	} `json:"payments"`
}

type authorization struct {
	ID      string    `json:"id"`
	Status  string    `json:"status"`
	Amount  wire      `json:"amount"`
	Created time.Time `json:"create_time"`
	Expires time.Time `json:"expiration_time"`
}

type capture struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	Amount    wire   `json:"amount"`
	Invoice   string `json:"invoice_id"`
	Custom    string `json:"custom_id"`
	Breakdown *struct {
		Fee wire `json:"paypal_fee"`
	} `json:"seller_receivable_breakdown"`
	Related related `json:"supplementary_data"`
}

type related struct {
	IDs struct {
		Order string `json:"order_id"`
	} `json:"related_ids"`
}

type refund struct {
	ID     string `json:"id"`
	Status string `json:"status"`
	Amount wire   `json:"amount"`
	Custom string `json:"custom_id"`
	Links  []link `json:"links"`
}

type link struct {
	Href string `json:"href"`
	Rel  string `json:"rel"`
}

// captureOf is the capture that a refund says it is of: the last part of its link "up".
func (r refund) captureOf() string {
	for _, l := range r.Links {
		if l.Rel == "up" {
			return lastOf(l.Href)
		}
	}
	return ""
}

func lastOf(href string) string {
	if last := href[strings.LastIndexByte(href, '/')+1:]; payment.IsRef(last, 64) {
		return last
	}
	return ""
}

// customOf is what PayPal keeps as custom_id (at most 127 characters): our references, with a slash between.
func customOf(refs ...string) string { return strings.Join(refs, "/") }

// references are ours, as far as a custom_id holds them.
func references(custom string) (orderID string, attempt payment.AttemptID, refund payment.RefundID) {
	parts := strings.Split(custom, "/")
	if len(parts) < 2 || len(parts) > 3 {
		return "", "", ""
	}
	for _, part := range parts {
		if !payment.IsRef(part, 64) {
			return "", "", ""
		}
	}
	if len(parts) == 3 {
		refund = payment.RefundID(parts[2])
	}
	return parts[0], payment.AttemptID(parts[1]), refund
}

// order asks for an order. Errors: as call; fault.NotFound also for what cannot be an order's id.
func (g *Gateway) order(ctx context.Context, op, id string) (order, error) {
	if !payment.IsRef(id, 64) {
		return order{}, nobodyKnows(op)
	}
	var o order
	if err := g.get(ctx, op, "/v2/checkout/orders/"+id, &o); err != nil {
		return order{}, err
	}
	if !payment.IsRef(o.ID, 64) || len(o.Units) != 1 {
		return order{}, unreadable(op) // Not one that we began.
	}
	return o, nil
}
