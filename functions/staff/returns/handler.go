// Package returns decides about what shoppers want to send back, and notes what came.
package returns

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
	"till/shared/fulfillment"
	"till/shared/money"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/shop"
	"till/shared/vault"
)

// Handler decides about returns. Every field but Alone is required.
type Handler struct {
	Cashier cashier.Cashier
	Changes func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Shop    shop.Read                // What staff have decided; it may lower what follows.
	Alone   map[money.Currency]int64 // As refund's: what is more awaits another's approval.
	Seal    func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now     func() time.Time
}

type request struct {
	Status string `json:"status" fault:"status_invalid"`
	Lines  []line `json:"lines" fault:"lines_invalid"` // What came, for the status received alone.
	Reason string `json:"reason" text:"free" fault:"reason_invalid"`
}

// line is what came of one product.
type line struct {
	SKU       string `json:"sku" fault:"sku_unknown"`
	Restocked int64  `json:"restocked" fault:"quantity_invalid"`
	Damaged   int64  `json:"damaged" fault:"quantity_invalid"`
	Refund    *int64 `json:"refund" fault:"refund_invalid"` // Minor units with tax; left out: what of these units' price has not gone back.
}

type answer struct {
	Return orderview.Return  `json:"return"`
	Refund *orderview.Refund `json:"refund,omitempty"` // That of what was received.
}

const linesMax = 50 // How many lines an order has at most.

// Handle answers PUT /staff/orders/{id}/returns/{return_id}. A repeat changes nothing. What came back is stored with its refund, before
// the gateway is called: when that answer is lost, the refund goes on by itself.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	const op = "returns.Handle"
	var r request
	staff, id, err := access.Desk(req, h.Now(), &r, apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	mine, err := order.ParseReturnID(req.PathParameters["return_id"])
	if err != nil {
		return apigw.Response{}, err
	}
	if err := staff.RequireRecent(h.Now()); err != nil {
		return apigw.Response{}, err
	}
	next := fulfillment.ReturnState(r.Status)
	came := next == fulfillment.ReturnReceived
	var wrong []error
	if !came && next != fulfillment.ReturnAccepted && next != fulfillment.ReturnRefused {
		wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "status_invalid", At: "#/status", Msg: "Must be accepted, refused or received."})
	}
	if len(r.Lines) > linesMax || !came && len(r.Lines) > 0 {
		wrong = append(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "lines_invalid", At: "#/lines", Msg: "Must be at most 50 lines, of a return that was received."})
	}
	reason, err := access.Reason(r.Reason)
	if err = errors.Join(append(wrong, err)...); err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	note, err := access.SealNote(ctx, h.Seal, o, reason)
	if err != nil {
		return apigw.Response{}, err
	}
	who := cashier.Who{Who: "staff:" + staff.Sub}
	if came {
		o, err = h.receive(ctx, o, mine, r, note, who)
	} else {
		o, _, err = h.Cashier.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
			return o.DecideReturn(mine, next, note, order.By{Who: who.Who, At: h.Now()})
		})
	}
	if err != nil {
		return apigw.Response{}, err
	}
	b, found := o.Return(mine)
	if !found {
		return apigw.Response{}, fault.New(fault.Internal, op, "", "")
	}
	out, record := answer{Return: orderview.ReturnOf(b)}, o.Record()
	if f, there := o.Refund(record.RefundOfReturn(mine)); there {
		back := orderview.RefundOf(f, record.Currency)
		out.Refund = &back
	}
	return apigw.JSON(http.StatusOK, out)
}

// receive notes what came back, and sends its refund.
func (h Handler) receive(ctx context.Context, o *order.Order, mine fulfillment.ReturnID, r request, note []byte, who cashier.Who) (*order.Order, error) {
	decided, err := h.Shop(ctx)
	if err != nil {
		return nil, err
	}
	// All that a return can hold was sold before it was asked for.
	chain, err := order.ReadChain(ctx, h.Changes, o.ID())
	if err != nil {
		return nil, err
	}
	record := o.Record()
	n := order.Receipt{Sold: order.SoldFrom(chain), Alone: decided.Alone(h.Alone)[record.Currency], Note: note}
	for _, l := range r.Lines {
		n.Lines = append(n.Lines, order.ReceivedLine{SKU: catalog.SKU(l.SKU), Shelf: l.Restocked, Damaged: l.Damaged, Refund: l.Refund})
	}
	o, _, err = h.Cashier.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.ReceiveReturn(mine, n, order.By{Who: who.Who, At: h.Now()})
	})
	if err != nil {
		return nil, err
	}
	refund := record.RefundOfReturn(mine)
	if _, there := o.Refund(refund); !there {
		return o, nil
	}
	after, err := h.Cashier.Refund(ctx, o.ID(), refund, who)
	switch {
	case err == nil:
		return after, nil
	case fault.Is(err, fault.Unavailable, fault.Unknown):
		return o, nil // Stored and due: it goes on by itself, and this answer says where it stands.
	default:
		return nil, err
	}
}
