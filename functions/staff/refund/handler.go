// Package refund gives money of an order back, at staff's word.
package refund

import (
	"context"
	"errors"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/shop"
	"till/shared/vault"
)

// Handler refunds. Every field but Alone is required.
type Handler struct {
	Cashier cashier.Cashier
	Shop    shop.Read // What staff have decided; it may lower what follows.
	// Alone is up to how many minor units of a currency one member of staff decides alone; of a currency that is not in it, any
	// amount. What is more is stored, and awaits another's approval.
	Alone map[money.Currency]int64
	Seal  func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now   func() time.Time
}

type request struct {
	Amount   int64          `json:"amount" fault:"refund_invalid"`
	Currency money.Currency `json:"currency" fault:"refund_invalid"` // If it is there, it must be the order's.
	Lines    []line         `json:"lines" fault:"lines_invalid"`     // What it is for. Then the amount may be left out.
	Reason   string         `json:"reason" text:"free" fault:"reason_invalid"`
}

// line is units of a product, or an amount of its price with tax.
type line struct {
	SKU      string `json:"sku" fault:"sku_unknown"`
	Quantity int64  `json:"quantity" fault:"quantity_invalid"`
	Amount   int64  `json:"amount" fault:"refund_invalid"`
}

type answer struct {
	Refund orderview.Refund `json:"refund"`
}

// Handle answers POST /staff/orders/{id}/refunds. The refund is stored, with its amount set aside, before the gateway is
// called; when the gateway's answer is lost, the refund is there all the same and goes on by itself.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	staff, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := staff.RequireRecent(h.Now()); err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
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
	var r request
	wrong, err := body.Shape(&r)
	if err != nil {
		return apigw.Response{}, err
	}
	if len(r.Lines) > linesMax {
		wrong = errors.Join(wrong, &fault.Error{Kind: fault.Invalid, Op: "refund.Handle", Code: "lines_invalid", At: "#/lines", Msg: "Must be at most 50 lines."})
	}
	reason, err := access.Reason(r.Reason)
	if err = errors.Join(wrong, err); err != nil {
		return apigw.Response{}, err
	}
	return h.refund(ctx, id, key, r, reason, staff)
}

func (h Handler) refund(ctx context.Context, id order.ID, key string, r request, reason person.Text, staff apigw.Staff) (apigw.Response, error) {
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	if r.Currency != "" && r.Currency != o.Record().Currency {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "refund.refund", Code: "refund_invalid", At: "#/currency",
			Msg: "Must be the currency of the order."}
	}
	note, err := access.SealNote(ctx, h.Seal, o, reason)
	if err != nil {
		return apigw.Response{}, err
	}
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	alone := decided.Alone(h.Alone)[o.Record().Currency]
	who := cashier.Who{Who: "staff:" + staff.Sub}
	o, _, err = h.Cashier.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(r.refund(key, alone, note), order.By{Who: who.Who, At: h.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	mine := order.RefundIDFor(id, key)
	after, err := h.Cashier.Refund(ctx, id, mine, who)
	switch {
	case err == nil:
		o = after
	case fault.Is(err, fault.Unavailable, fault.Unknown):
		// Stored and due: it goes on by itself, and this answer says where it stands.
	default:
		return apigw.Response{}, err
	}
	f, found := o.Refund(mine)
	if !found {
		return apigw.Response{}, fault.New(fault.Internal, "refund.Handle", "", "")
	}
	return apigw.JSON(http.StatusCreated, answer{orderview.RefundOf(f, o.Record().Currency)})
}

func (r request) refund(key string, alone int64, note []byte) order.NewRefund {
	n := order.NewRefund{Key: key, Amount: r.Amount, Alone: alone, Note: note}
	for _, l := range r.Lines {
		n.Lines = append(n.Lines, order.RefundLine{SKU: catalog.SKU(l.SKU), Quantity: l.Quantity, Amount: l.Amount})
	}
	return n
}

// linesMax is how many lines an order has at most.
const linesMax = 50
