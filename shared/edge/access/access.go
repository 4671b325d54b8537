// Package access opens one order to the shopper who holds its link.
package access

import (
	"context"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/order"
	"till/shared/person"
	"till/shared/vault"
)

// Guard checks a request's token against the order in its path. Every field is required.
type Guard struct {
	Load  func(context.Context, order.ID) (*order.Order, error)
	Links func(context.Context) (link.Signer, error)
	Now   func() time.Time
}

// Open gives the order of the path, if the request's token allows all of need on it. Errors: fault.Unauthorized without a
// token; fault.NotFound, one and the same for an order that is not there and a token that does not fit.
func (g Guard) Open(ctx context.Context, req apigw.Request, need link.Purpose) (*order.Order, error) {
	token, err := apigw.Bearer(req)
	if err != nil {
		return nil, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return nil, err
	}
	signer, err := g.Links(ctx)
	if err != nil {
		return nil, err
	}
	o, err := g.Load(ctx, id)
	if err != nil {
		return nil, err
	}
	if signer.Verify(token, string(id), need, revocation(o), g.Now()) != nil {
		return nil, order.NotFound("access.Open")
	}
	return o, nil
}

// Token gives the link that opens an order to the shopper who placed it: the same for as long as it lives. A link that was
// revoked is not given out again.
func Token(s link.Signer, o *order.Order) string {
	r := o.Record()
	if r.Revocations > 0 {
		return ""
	}
	return s.Sign(string(r.ID), link.Shopper, r.PlacedAt.Add(link.Life), 0)
}

// MailToken gives the link of a mail about something that happened at a time.
func MailToken(s link.Signer, o *order.Order, at time.Time) string {
	return s.Sign(string(o.ID()), link.Shopper, at.Add(link.Life), revocation(o))
}

func revocation(o *order.Order) uint32 {
	n := o.Record().Revocations
	return uint32(min(max(n, 0), 1<<31-1))
}

// Attempt gives the payment id of the path in its form. Errors: fault.NotFound.
func Attempt(req apigw.Request) (string, error) {
	id := req.PathParameters["payment_id"]
	if len(id) != 30 || id[:4] != "pay_" {
		return "", fault.New(fault.NotFound, "access.Attempt", "not_found", "There is no such payment.")
	}
	return id, nil
}

// ContactRow is where an order's sealed contact and notes stand, as their encryption is bound to it.
func ContactRow(id order.ID) vault.Row { return vault.Row{Table: "orders", PK: string(id)} }

// SealNote seals staff's words about an order with a vault's Seal: people write names into them. No words, and no customer any
// more, give no note. Errors: as vault.Seal.
func SealNote(ctx context.Context, seal func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error),
	o *order.Order, words person.Text,
) ([]byte, error) {
	if words.IsZero() {
		return nil, nil
	}
	note, err := seal(ctx, vault.CustomerID(o.Record().Customer), NotePlace(o.ID()), []byte(words.Text()))
	if fault.Code(err) == "customer_erased" {
		return nil, nil
	}
	return note, err
}

// NotePlace is where staff's words about an order stand, as their encryption is bound to it.
func NotePlace(id order.ID) vault.Place {
	return vault.Place{Table: "orders", PK: string(id), Attribute: "note"}
}
