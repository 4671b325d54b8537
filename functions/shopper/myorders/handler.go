// Package myorders shows the holder of an account the orders that were placed with their address.
package myorders

import (
	"context"
	"net/http"
	"time"

	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/vault"
)

// Handler shows customers their orders. Every field but On is required.
type Handler struct {
	On     bool // Whether the shop has accounts. Without, there is nothing here for anybody.
	Find   func(context.Context, person.Email) (vault.CustomerID, error)
	List   func(ctx context.Context, customer, cursor string, limit int) (ids []order.ID, next string, err error)
	Orders func(context.Context, []order.ID) ([]*order.Order, error)
	Load   func(context.Context, order.ID) (*order.Order, error)
	Links  func(context.Context) (link.Signer, error)
	Now    func() time.Time
}

// RouteList is the route of the list; the other one is of one order.
const RouteList = "GET /account/orders"

const pageSize = 20

type page struct {
	Orders []orderview.Order `json:"orders"`
	Next   string            `json:"next,omitempty"`
}

type opened struct {
	Order orderview.Order `json:"order"`
	Token string          `json:"token"`
}

// Handle answers GET /account/orders?next=… and GET /account/orders/{id}.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if !h.On {
		return apigw.Response{}, order.NotFound("myorders.Handle")
	}
	email, err := access.RequireCustomer(req, h.Now())
	if err != nil {
		return apigw.Response{}, err
	}
	var customer string
	if !email.IsZero() {
		id, err := h.Find(ctx, email)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return apigw.Response{}, err
		}
		customer = string(id) // None: nobody has ordered with the address, or they were erased.
	}
	if req.RouteKey == RouteList {
		return h.list(ctx, customer, req.QueryStringParameters["next"])
	}
	return h.open(ctx, customer, req.PathParameters["id"])
}

// list shows a page of the customer's orders, the newest first.
func (h Handler) list(ctx context.Context, customer, cursor string) (apigw.Response, error) {
	list, position := "account_orders "+customer, ""
	if cursor != "" {
		var err error
		if position, err = apigw.DecodeCursor(list, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	out := page{Orders: []orderview.Order{}}
	if customer == "" {
		return apigw.JSON(http.StatusOK, out)
	}
	ids, next, err := h.List(ctx, customer, position, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	var found []*order.Order
	if len(ids) > 0 {
		if found, err = h.Orders(ctx, ids); err != nil {
			return apigw.Response{}, err
		}
	}
	for _, o := range found {
		if o.Record().Customer == customer { // The index is believed about where to look, not about whose it is.
			out.Orders = append(out.Orders, orderview.Of(o))
		}
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(list, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

// open shows one of the customer's orders, with a new token that opens it as the link of a mail does: it goes to whom the mails go.
// Another's order is answered as one that is not there.
func (h Handler) open(ctx context.Context, customer, path string) (apigw.Response, error) {
	id, err := order.ParseID(path)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	if customer == "" || o.Record().Customer != customer {
		return apigw.Response{}, order.NotFound("myorders.open")
	}
	signer, err := h.Links(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	r := o.Record()
	return apigw.JSON(http.StatusOK, opened{orderview.Of(o), access.MailToken(signer, o, h.Now())}, apigw.ETag(r.Version()))
}
