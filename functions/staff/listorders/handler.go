// Package listorders lists orders for staff: those of a day, and those with returns that wait.
package listorders

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler lists orders. Every field is required.
type Handler struct {
	Day     func(ctx context.Context, day, cursor string, limit int) (ids []order.ID, next string, err error)
	Returns func(ctx context.Context, cursor string, limit int) (ids []order.ID, next string, err error)
	Orders  func(context.Context, []order.ID) ([]*order.Order, error)
	Now     func() time.Time
}

const pageSize = 50

// anyOf asks for all that have some: holds, or returns that wait.
const anyOf = "any"

type page struct {
	Day    string            `json:"day,omitempty"` // Left out of the list of returns, which is of all days.
	Orders []orderview.Order `json:"orders"`
	Next   string            `json:"next,omitempty"`
}

// wish is which orders are asked for.
type wish struct {
	day    string // "" with returns.
	back   string // "" or anyOf or the state of a return that is open.
	status order.Status
	hold   string
}

// Handle answers GET /staff/orders?status=…&day=…&hold=…&return=…&next=…: the newest first, of a day (today unless asked) or, of all days,
// those with a return that waits, a page at a time. A page may hold few orders, or none, and still have a next.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	w, err := h.read(req.QueryStringParameters)
	if err != nil {
		return apigw.Response{}, err
	}
	list, position := w.list(), ""
	if cursor := req.QueryStringParameters["next"]; cursor != "" {
		if position, err = apigw.DecodeCursor(list, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	ids, next, err := h.ids(ctx, w, position)
	if err != nil {
		return apigw.Response{}, err
	}
	found, err := h.Orders(ctx, ids)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{Day: w.day, Orders: make([]orderview.Order, 0, len(found))}
	for _, o := range found {
		if w.fits(o) {
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

func (h Handler) ids(ctx context.Context, w wish, position string) ([]order.ID, string, error) {
	if w.back != "" {
		return h.Returns(ctx, position, pageSize)
	}
	return h.Day(ctx, w.day, position, pageSize)
}

// read checks what is asked for. Errors: fault.Invalid, each with the parameter that it is about.
func (h Handler) read(q map[string]string) (wish, error) {
	w := wish{day: q["day"], back: q["return"], status: order.Status(q["status"]), hold: q["hold"]}
	var faults []error
	if w.back != "" && w.back != anyOf && !fulfillment.ReturnState(w.back).Open() {
		faults = append(faults, wrong("status_invalid", "?return", "Must be any, requested or accepted."))
	}
	if w.status != "" && !slices.Contains(order.Statuses(), w.status) {
		faults = append(faults, wrong("status_invalid", "?status", "There is no such status."))
	}
	switch {
	case w.back != "" && w.day != "":
		faults = append(faults, wrong("day_invalid", "?day", "Returns are listed of all days: leave it out."))
	case w.back == "" && w.day == "":
		w.day = h.Now().UTC().Format(time.DateOnly)
	case w.day != "":
		if _, err := time.Parse(time.DateOnly, w.day); err != nil {
			faults = append(faults, wrong("day_invalid", "?day", "Must be a day such as 2026-01-31."))
		}
	}
	return w, errors.Join(faults...)
}

// list is what a cursor of the list is for.
func (w wish) list() string {
	if w.back != "" {
		return "returns"
	}
	return "orders/" + w.day
}

// fits tells whether an order is among those that are asked for. An index may name one that has moved on.
func (w wish) fits(o *order.Order) bool {
	r := o.Record()
	return (w.status == "" || r.Status == w.status) && (w.hold == "" || o.Held(w.hold) || w.hold == anyOf && len(r.Holds) > 0) &&
		(w.back == "" || slices.ContainsFunc(r.Returns, func(b fulfillment.Return) bool {
			return b.State.Open() && (w.back == anyOf || b.State == fulfillment.ReturnState(w.back))
		}))
}

func wrong(code, at, msg string) error {
	return &fault.Error{Kind: fault.Invalid, Op: "listorders.read", Code: code, At: at, Msg: msg}
}
