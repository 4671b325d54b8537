// Package showorder shows staff everything about one order.
package showorder

import (
	"context"
	"net/http"
	"time"

	"till/shared/address"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/vault"
)

// Handler shows orders. Every field is required.
type Handler struct {
	Load    func(context.Context, order.ID) (*order.Order, error)
	Changes func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Open    func(context.Context, vault.CustomerID, vault.Row, map[string][]byte) (vault.Contact, error)
	Note    func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now     func() time.Time
}

// changesMax bounds a history. An order that has seen more shows its first ones.
const changesMax = 500

type answer struct {
	Order    orderview.Staff `json:"order"`
	Timeline []entry         `json:"timeline"`
}

type entry struct {
	orderview.Event
	Note string `json:"note,omitempty"`
}

// Handle answers GET /staff/orders/{id}. Personal data is opened for this answer alone; of an erased customer there is
// none.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	changes, err := h.Changes(ctx, id, 0, changesMax)
	if err != nil {
		return apigw.Response{}, err
	}
	out := answer{Order: orderview.ForStaff(o)}
	out.Order.Balances = orderview.Balances(changes, o.Record().Currency)
	if out.Order.Contact, err = h.contact(ctx, o, changes); err != nil {
		return apigw.Response{}, err
	}
	if out.Timeline, err = h.timeline(ctx, o, changes); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, out)
}

func (h Handler) contact(ctx context.Context, o *order.Order, changes []order.Change) (*orderview.Contact, error) {
	r := o.Record()
	for _, c := range changes {
		if c.N != r.ContactIn {
			continue
		}
		contact, err := h.Open(ctx, vault.CustomerID(r.Customer), access.ContactRow(r.ID), c.Contact)
		if fault.Code(err) == "customer_erased" {
			return nil, nil //nolint:nilnil // nobody is there to be shown
		}
		if err != nil {
			return nil, err
		}
		return &orderview.Contact{
			Email: contact.Email.Text(), Phone: contact.Phone.Text(),
			Shipping: fields(contact.Shipping), Billing: fields(contact.Billing), VAT: contact.VAT.Text(),
		}, nil
	}
	return nil, nil //nolint:nilnil // an order without a contact
}

func fields(a address.Address) *address.Input {
	if a.IsZero() {
		return nil
	}
	in := a.Fields()
	return &in
}

// timeline opens the notes that staff left.
func (h Handler) timeline(ctx context.Context, o *order.Order, changes []order.Change) ([]entry, error) {
	out := make([]entry, len(changes))
	for i, event := range orderview.History(changes) {
		out[i].Event = event
		if len(changes[i].Note) == 0 {
			continue
		}
		note, err := h.Note(ctx, vault.CustomerID(o.Record().Customer), access.NotePlace(o.ID()), changes[i].Note)
		if err != nil && fault.Code(err) != "customer_erased" {
			return nil, err
		}
		out[i].Note = string(note)
	}
	return out, nil
}
