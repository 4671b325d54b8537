// Package cancel ends an order before it is shipped, at staff's word.
package cancel

import (
	"context"
	"net/http"
	"time"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/orderview"
)

// Handler cancels. Every field is required.
type Handler struct {
	Ending  cashier.Ending
	Cashier cashier.Cashier
	Now     func() time.Time
}

type request struct{}

type answer struct {
	Order orderview.Staff `json:"order"`
}

// Handle answers POST /staff/orders/{id}/cancellation. The open payment is closed first, stock goes back, and what was paid is
// refunded. A repeat gets the same answer.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	staff, id, err := access.MoneyDesk(req, h.Now(), &request{})
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	if o, err = h.Ending.Cancel(ctx, h.Cashier, o, cashier.Who{Who: "staff:" + staff.Sub}); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.ForStaff(o)})
}
