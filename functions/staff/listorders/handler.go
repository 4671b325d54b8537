// Package listorders lists orders of a day for staff.
package listorders

import (
	"context"
	"net/http"
	"slices"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler lists orders. Every field is required.
type Handler struct {
	Day    func(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	Orders func(context.Context, []order.ID) ([]*order.Order, error)
	Now    func() time.Time
}

const pageSize = 50

type page struct {
	Day    string            `json:"day"`
	Orders []orderview.Order `json:"orders"`
	Next   string            `json:"next,omitempty"`
}

// Handle answers GET /staff/orders?status=…&day=…&hold=…&next=…: the newest first, of a day (today unless asked), a page
// at a time. A page may hold few orders, or none, and still have a next.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	q := req.QueryStringParameters
	day, status, hold := q["day"], order.Status(q["status"]), q["hold"]
	if day == "" {
		day = h.Now().UTC().Format(time.DateOnly)
	}
	if err := check(day, status); err != nil {
		return apigw.Response{}, err
	}
	list, position := "orders/"+day, ""
	if cursor := q["next"]; cursor != "" {
		var err error
		if position, err = apigw.DecodeCursor(list, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	ids, next, err := h.Day(ctx, day, position, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	found, err := h.Orders(ctx, ids)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Day: day, Orders: make([]orderview.Order, 0, len(found))}
	for _, o := range found {
		r := o.Record()
		if (status == "" || r.Status == status) && (hold == "" || o.Held(hold) || hold == "any" && len(r.Holds) > 0) {
			out.Orders = append(out.Orders, orderview.ForStaff(o).Order)
		}
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(list, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

func check(day string, status order.Status) error {
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "listorders.check", Code: "day_invalid", At: "?day", Msg: "Must be a day such as 2026-01-31."}
	}
	if status != "" && !slices.Contains(order.Statuses(), status) {
		return &fault.Error{Kind: fault.Invalid, Op: "listorders.check", Code: "status_invalid", At: "?status", Msg: "There is no such status."}
	}
	return nil
}
