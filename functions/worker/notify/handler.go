// Package notify mails shoppers what happened to their order.
package notify

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/access"
	"till/shared/edge/sqsbatch"
	"till/shared/fault"
	"till/shared/letter"
	"till/shared/link"
	"till/shared/message"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/person"
	"till/shared/planted"
	"till/shared/shop"
	"till/shared/vault"
)

// Handler sends mails. Every field is required.
type Handler struct {
	Book     order.Book
	Change   func(ctx context.Context, id order.ID, n int) (order.Change, error)
	Open     func(context.Context, vault.CustomerID, vault.Row, map[string][]byte) (vault.Contact, error)
	Is       func(ctx context.Context, id vault.CustomerID, hash string) (bool, error)
	Address  func(ctx context.Context, hash string) (person.Email, error) // Of the customer to whom a blind index leads.
	NewCode  func(ctx context.Context, hash, purpose string) (code string, mac []byte, err error)
	Code     func(ctx context.Context, hash string) (passcode.Code, error)
	SaveCode func(context.Context, passcode.Code) error
	Links    func(context.Context) (link.Signer, error)
	// Send hands a mail over. key names the mail, so that a repeat can be told from a second one.
	Send    func(ctx context.Context, from shop.Sender, to person.Email, subject, text, key string) error
	Shop    shop.Read // What staff have decided: whom mails are from.
	ShopURL string
	Now     func() time.Time
	Log     *slog.Logger
}

// Handle takes a batch of Mail messages and reports each one that must come again.
func (h Handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	return sqsbatch.Run(ctx, h.Log, h.Now, batch, h.one)
}

// one sends a mail that the order still owes, and then notes that it is sent: a mail is never lost, and one whose note was
// lost may come twice.
func (h Handler) one(ctx context.Context, m events.SQSMessage) error {
	body, err := message.ReadMail(m.Body)
	if err != nil {
		return err
	}
	if body.Purpose != "" {
		return h.code(ctx, body)
	}
	if body.Index != "" {
		return h.asked(ctx, body)
	}
	o, err := h.Book.Load(ctx, body.Order)
	if err != nil {
		return err
	}
	if !o.Owes(body.Kind, body.Change) {
		return nil
	}
	err = h.mail(ctx, o, body)
	if fault.Code(err) == "customer_erased" || planted.Bug(15) {
		err = nil // Nobody is left to write to.
	}
	if err != nil {
		return err
	}
	// As it was read before the mail: if it has changed meanwhile, the save says so, and it is read again.
	_, _, err = h.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.MailSent(body.Kind, body.Change, order.By{Who: "notify", Cause: body.Kind, At: h.Now()})
	})
	return err
}

// asked notes that a shopper asked for a new link, if the order is theirs: then the order owes the mail, and its message comes as any
// other's does. Whatever does not fit is nothing, and nobody is told.
func (h Handler) asked(ctx context.Context, m message.Mail) error {
	o, err := h.Book.Load(ctx, m.Order)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	isTheirs, err := h.Is(ctx, vault.CustomerID(o.Record().Customer), m.Index)
	if err != nil || !isTheirs {
		return err
	}
	_, _, err = h.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.AskLink(m.Revoke, order.By{Who: "shopper", Cause: "link", At: h.Now()})
	})
	return err
}

// sender is whom mails are from. A mail does not wait for what it could do without: if the settings cannot be read, it is from the address
// alone.
func (h Handler) sender(ctx context.Context) shop.Sender {
	decided, err := h.Shop(ctx)
	if err != nil {
		h.Log.LogAttrs(ctx, slog.LevelWarn, "sender_unknown", slog.String("kind", fault.KindOf(err).String()), slog.Any("err", err))
		return shop.Sender{}
	}
	return decided.Sender()
}

func (h Handler) mail(ctx context.Context, o *order.Order, m message.Mail) error {
	r := o.Record()
	cause, err := h.Change(ctx, r.ID, m.Change)
	if err != nil {
		return err
	}
	with, err := h.Change(ctx, r.ID, r.ContactIn)
	if err != nil {
		return err
	}
	contact, err := h.Open(ctx, vault.CustomerID(r.Customer), access.ContactRow(r.ID), with.Contact)
	if err != nil {
		return err
	}
	signer, err := h.Links(ctx)
	if err != nil {
		return err
	}
	// In the fragment, so that no server's log ever holds the token.
	page := h.ShopURL + "/shop/order.html#order=" + string(r.ID) + "&token=" + access.MailToken(signer, o, cause.At)
	subject, text, known := letter.Write(m.Kind, r, page, contact.Language.Locale(r.Country))
	if !known {
		return fault.New(fault.Invalid, "notify.mail", "mail_unknown", "")
	}
	return h.Send(ctx, h.sender(ctx), contact.Email, subject, text, string(r.ID)+"#"+m.Kind+"#"+cause.Hash()[:12])
}
