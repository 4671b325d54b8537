// Package exportcustomer gives a customer everything that is kept about them.
package exportcustomer

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"till/shared/address"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/onrequest"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/passcode"
	"till/shared/person"
	"till/shared/vault"
)

// Handler exports what is kept. Every field is required.
type Handler struct {
	Guard   onrequest.Guard
	At      func(ctx context.Context, hash string) (vault.Customer, error)
	Address func(ctx context.Context, hash string) (person.Email, error)
	Orders  onrequest.Orders
	Changes func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Open    func(context.Context, vault.CustomerID, vault.Row, map[string][]byte) (vault.Contact, error)
	Now     func() time.Time
}

// What one answer holds at most.
const (
	ordersMax  = 200
	changesMax = 500
)

type answer struct {
	ExportedAt time.Time  `json:"exported_at"`
	Customer   customer   `json:"customer"`
	Orders     []exported `json:"orders"`
	More       bool       `json:"more,omitempty"` // There are older orders.
	Consents   []string   `json:"consents"`       // The shop asks for none.
}

type customer struct {
	ID    vault.CustomerID `json:"id"`
	Email string           `json:"email"`
}

type exported struct {
	Order    orderview.Order     `json:"order"`
	Contacts []contact           `json:"contacts"` // Each as it was given, the last one is used.
	Payments []orderview.Attempt `json:"payments"`
	Mails    []mail              `json:"mails"`
	Notes    int                 `json:"staff_notes,omitempty"`
}

type contact struct {
	orderview.Contact
	Language string    `json:"language,omitempty"`
	At       time.Time `json:"given_at"`
}

type mail struct {
	Kind string    `json:"kind"`
	At   time.Time `json:"sent_at"`
}

// Handle answers GET /customers/export. The code is spent by the answer alone: whoever is answered that something is down tries again with
// it.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	code, used, err := h.Guard.Open(ctx, req, passcode.Export)
	if err == nil && used {
		err = onrequest.Invalid()
	}
	if err != nil {
		return apigw.Response{}, err
	}
	c, err := h.At(ctx, code.Hash)
	if err != nil {
		return apigw.Response{}, gone(err)
	}
	email, err := h.Address(ctx, code.Hash)
	if err != nil {
		return apigw.Response{}, gone(err)
	}
	out := answer{ExportedAt: h.Now().UTC().Truncate(time.Second), Customer: customer{c.ID, email.Text()}, Orders: []exported{}, Consents: []string{}}
	var all []*order.Order
	err = h.Orders.Each(ctx, c, func(o *order.Order) bool {
		all = append(all, o)
		return true
	})
	if err != nil {
		return apigw.Response{}, err
	}
	slices.SortFunc(all, func(a, b *order.Order) int {
		return cmp.Or(b.Record().PlacedAt.Compare(a.Record().PlacedAt), cmp.Compare(a.ID(), b.ID()))
	})
	if out.More = len(all) > ordersMax; out.More {
		all = all[:ordersMax]
	}
	for _, o := range all {
		each, err := h.order(ctx, o)
		if err != nil {
			return apigw.Response{}, gone(err)
		}
		out.Orders = append(out.Orders, each)
	}
	if err := h.Guard.Spend(ctx, code); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusOK, out)
}

// gone is what is told of a customer who was erased meanwhile: nobody has this code any more.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return onrequest.Invalid()
	}
	return err
}

func (h Handler) order(ctx context.Context, o *order.Order) (exported, error) {
	out := exported{Order: orderview.Of(o), Contacts: []contact{}, Payments: orderview.ForStaff(o).Attempts, Mails: []mail{}}
	for i := range out.Payments {
		out.Payments[i].Fee = nil // What a gateway takes of the shop is nothing of the customer's.
	}
	changes, err := h.Changes(ctx, o.ID(), 0, changesMax)
	if err != nil {
		return exported{}, err
	}
	for _, c := range changes {
		if len(c.Note) > 0 {
			out.Notes++
		}
		if c.Kind == "mail_sent" {
			out.Mails = append(out.Mails, mail{c.Cause, c.At})
		}
		if len(c.Contact) == 0 {
			continue
		}
		opened, err := h.Open(ctx, vault.CustomerID(o.Record().Customer), access.ContactRow(o.ID()), c.Contact)
		if err != nil {
			return exported{}, err
		}
		out.Contacts = append(out.Contacts, contact{
			Contact: orderview.Contact{Email: opened.Email.Text(), Phone: opened.Phone.Text(), Shipping: fields(opened.Shipping),
				Billing: fields(opened.Billing), VAT: opened.VAT.Text()},
			Language: string(opened.Language), At: c.At,
		})
	}
	return out, nil
}

func fields(a address.Address) *address.Input {
	if a.IsZero() {
		return nil
	}
	in := a.Fields()
	return &in
}
