// Package capture takes money that was promised to an order, at staff's word.
package capture

import (
	"context"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/vault"
)

// Handler captures. Every field is required.
type Handler struct {
	Cashier cashier.Cashier
	Seal    func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now     func() time.Time
}

type request struct {
	Amount *int64 `json:"amount" fault:"capture_invalid"` // Left out: all that is left.
	Final  bool   `json:"final" fault:"capture_invalid"`  // What is left after it is given up.
	Reason string `json:"reason" text:"free" fault:"reason_invalid"`
}

type answer struct {
	Capture orderview.Capture `json:"capture"`
	Order   orderview.Staff   `json:"order"`
}

// Handle answers POST /staff/orders/{id}/captures. The capture is stored before the gateway is called; when the gateway's answer is
// lost, the capture is there all the same and goes on by itself. Holds do not stop it: staff have decided.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r request
	staff, id, err := access.MoneyDesk(req, h.Now(), &r)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := apigw.IdempotencyKey(req)
	if err != nil {
		return apigw.Response{}, err
	}
	reason, err := access.Reason(r.Reason)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	want := order.NewCapture{Key: key, Final: r.Final}
	if r.Amount != nil {
		want.Amount = *r.Amount
		if want.Amount == 0 {
			want.Amount = -1 // Nothing is not everything.
		}
	}
	if want.Note, err = access.SealNote(ctx, h.Seal, o, reason); err != nil {
		return apigw.Response{}, err
	}
	o, t, err := h.Cashier.Capture(ctx, o, want, cashier.Who{Who: "staff:" + staff.Sub})
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusCreated, answer{orderview.CaptureOf(t, o.Record().Currency), orderview.ForStaff(o)})
}
