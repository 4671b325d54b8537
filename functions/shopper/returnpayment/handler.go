// Package returnpayment takes the browser back from a gateway's page and sends it on to the shop.
package returnpayment

import (
	"context"
	"log/slog"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// Handler answers returns. Every field is required.
type Handler struct {
	Load    func(context.Context, order.ID) (*order.Order, error)
	Cashier cashier.Cashier
	ShopURL string
	Log     *slog.Logger
}

// Handle answers GET /orders/{id}/payments/{payment_id}/return. Whoever comes learns nothing: it asks the gateway how the
// payment stands, which the shop's page shows to the holder of the order's link, and sends the browser on. Twice is once.
// When the gateway cannot be asked now, the browser is sent on all the same, for the webhook or the sweep will know.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Response{}, err
	}
	attempt, err := access.Attempt(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	a, found := o.Attempt(payment.AttemptID(attempt))
	if !found {
		return apigw.Response{}, order.NotFound("returnpayment.Handle")
	}
	if a.State.Open() {
		if _, _, err := h.Cashier.SettleFrom(ctx, o, a.ID, cashier.Who{Who: "shopper", Cause: "return"}); err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "return_not_settled", slog.String("order_id", string(id)),
				slog.String("attempt_id", attempt), slog.String("kind", fault.KindOf(err).String()), slog.String("code", fault.Code(err)))
		}
	}
	if a.Back != "" {
		return apigw.Redirect303(a.Back)
	}
	return apigw.Redirect303(h.ShopURL + "/shop/order.html#order=" + string(id))
}
