// Package approve lets a second member of staff decide about a refund that one alone may not.
package approve

import (
	"context"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
)

// Handler approves. Every field is required.
type Handler struct {
	Cashier cashier.Cashier
	Now     func() time.Time
}

type request struct {
	Decision string `json:"decision" fault:"decision_invalid"` // "approve", also if it is left out, or "withdraw".
}

type answer struct {
	Refund orderview.Refund `json:"refund"`
}

// Handle answers POST /staff/orders/{id}/refunds/{refund_id}/approval. Who asked for the refund may withdraw it, not approve it. An
// approved refund is sent at once; when the gateway does not answer, it goes on by itself. A repeat gets the same answer.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r request
	staff, id, err := access.MoneyDesk(req, h.Now(), &r)
	if err != nil {
		return apigw.Response{}, err
	}
	refund, who := payment.RefundID(req.PathParameters["refund_id"]), cashier.Who{Who: "staff:" + staff.Sub}
	decide := (*order.Order).ApproveRefund
	switch r.Decision {
	case "", "approve":
	case "withdraw":
		decide = (*order.Order).WithdrawRefund
	default:
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "approve.Handle", Code: "decision_invalid", At: "#/decision",
			Msg: "Must be approve or withdraw."}
	}
	o, _, err := h.Cashier.Book.Change(ctx, id, func(o *order.Order) (order.Change, error) {
		return decide(o, refund, order.By{Who: who.Who, At: h.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	after, err := h.Cashier.Refund(ctx, id, refund, who)
	switch {
	case err == nil:
		o = after
	case !fault.Is(err, fault.Unavailable, fault.Unknown): // Else it is stored and due.
		return apigw.Response{}, err
	}
	f, _ := o.Refund(refund)
	return apigw.JSON(http.StatusOK, answer{orderview.RefundOf(f, o.Record().Currency)})
}
