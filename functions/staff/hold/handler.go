// Package hold puts a hold on an order, so that it is not shipped.
package hold

import (
	"context"
	"net/http"
	"time"

	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/vault"
)

// Handler puts holds. Every field is required.
type Handler struct {
	Book order.Book
	Seal func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now  func() time.Time
}

type request struct {
	Reason string `json:"reason" text:"free" fault:"reason_invalid"`
}

type answer struct {
	Order orderview.Staff `json:"order"`
}

// reasonMax is how many characters staff may give as a reason.
const reasonMax = 500

// Handle answers PUT /staff/orders/{id}/holds/{key}. A hold that is there stays as it is.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r request
	staff, id, err := access.Desk(req, h.Now(), &r, apigw.Manager, apigw.Admin, apigw.Packer)
	if err != nil {
		return apigw.Response{}, err
	}
	reason, err := person.ParseText(r.Reason, reasonMax)
	if err != nil {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "hold.Handle", Code: "reason_invalid", At: "#/reason",
			Msg: "Must be 1 to 500 printable characters."}
	}
	o, err := h.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	note, err := access.SealNote(ctx, h.Seal, o, reason)
	if err != nil {
		return apigw.Response{}, err
	}
	o, _, err = h.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.Hold(req.PathParameters["key"], note, order.By{Who: "staff:" + staff.Sub, At: h.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, answer{orderview.ForStaff(o)})
}
