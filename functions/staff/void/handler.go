// Package void gives up money that was promised to an order and not taken, at staff's word.
package void

import (
	"context"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/orderview"
	"till/shared/vault"
)

// Handler voids. Every field is required.
type Handler struct {
	Cashier cashier.Cashier
	Seal    func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now     func() time.Time
}

type request struct {
	Reason string `json:"reason" text:"free" fault:"reason_invalid"`
}

type answer struct {
	Order orderview.Staff `json:"order"`
}

// Handle answers POST /staff/orders/{id}/void. An order of which nothing was taken ends with it. When the gateway does not answer,
// the wish is stored all the same, and what is asked for goes on by itself. A repeat gets the same answer.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r request
	staff, id, err := access.MoneyDesk(req, h.Now(), &r)
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
	note, err := access.SealNote(ctx, h.Seal, o, reason)
	if err != nil {
		return apigw.Response{}, err
	}
	if o, err = h.Cashier.Void(ctx, o, note, cashier.Who{Who: "staff:" + staff.Sub}); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.ForStaff(o)})
}
