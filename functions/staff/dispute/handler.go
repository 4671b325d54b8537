// Package dispute shows staff the evidence against a dispute, sends it to the gateway, or gives in.
package dispute

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"till/shared/cashier"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/exhibit"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/payment"
	"till/shared/person"
	"till/shared/vault"
)

// Handler answers disputes. Every field is required.
type Handler struct {
	Cashier cashier.Cashier
	Changes func(ctx context.Context, id order.ID, after, limit int) ([]order.Change, error)
	Open    func(context.Context, vault.CustomerID, vault.Row, map[string][]byte) (vault.Contact, error)
	Seal    func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
	Now     func() time.Time
}

const (
	// statementMax is how many characters staff may say: PayPal's notes hold 2,000, the facts beside it included.
	statementMax = 1_000
	// changesMax bounds the history that evidence is made of.
	changesMax = 500
)

type request struct {
	Statement string `json:"statement" text:"free" fault:"statement_invalid"`
}

type answer struct {
	Dispute  orderview.Dispute   `json:"dispute"`
	Evidence *orderview.Evidence `json:"evidence,omitempty"`
}

// Handle answers GET and POST /staff/orders/{id}/disputes/{dispute}/evidence and POST …/acceptance.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if method, _, _ := strings.Cut(req.RouteKey, " "); method == http.MethodGet {
		return h.show(ctx, req)
	}
	var r request
	var into any = &r
	accept := strings.HasSuffix(req.RouteKey, "/acceptance")
	if accept {
		into = &struct{}{}
	}
	staff, id, err := access.MoneyDesk(req, h.Now(), into)
	if err != nil {
		return apigw.Response{}, err
	}
	ref, err := named(req)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := apigw.IdempotencyKey(req)
	if err != nil {
		return apigw.Response{}, err
	}
	words, err := person.ParseText(r.Statement, statementMax)
	if err != nil && r.Statement != "" {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "dispute.Handle", Code: "statement_invalid", At: "#/statement",
			Msg: "Must be at most 1,000 printable characters, on one line."}
	}
	want := order.NewAnswer{Dispute: ref, Key: key, Accept: accept, Print: apigw.Fingerprint(key, []byte(strconv.Quote(r.Statement)))}
	return h.send(ctx, id, want, words, cashier.Who{Who: "staff:" + staff.Sub})
}

// named gives the dispute of the path in a form that a gateway's reference can have. Errors: fault.NotFound.
func named(req apigw.Request) (string, error) {
	ref := req.PathParameters["dispute"]
	if !payment.IsRef(ref, 192) {
		return "", order.NotFound("dispute.named")
	}
	return ref, nil
}

// send stores the answer before the gateway is called. When the gateway's answer is lost, the dispute says so, and the gateway is asked
// how it stands.
func (h Handler) send(ctx context.Context, id order.ID, want order.NewAnswer, words person.Text, who cashier.Who) (apigw.Response, error) {
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	if want.Note, err = access.SealNote(ctx, h.Seal, o, words); err != nil {
		return apigw.Response{}, err
	}
	o, err = h.Cashier.Answer(ctx, o, want, func(o *order.Order, d payment.Dispute) (payment.Evidence, error) {
		return h.evidence(ctx, o, d, words.Text())
	}, who)
	if err != nil {
		return apigw.Response{}, err
	}
	d, _ := o.Dispute(want.Dispute)
	return apigw.JSON(http.StatusCreated, answer{Dispute: orderview.DisputeOf(d, o.Record().Currency)})
}

// show gives the evidence as it would be sent, but for what staff are yet to say. Personal data is opened for this answer alone.
func (h Handler) show(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin); err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		return apigw.Response{}, err
	}
	ref, err := named(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return apigw.Response{}, err
	}
	d, found := o.Dispute(ref)
	if !found {
		return apigw.Response{}, order.NotFound("dispute.show")
	}
	e, err := h.evidence(ctx, o, d, "")
	if err != nil {
		return apigw.Response{}, err
	}
	shown := orderview.EvidenceOf(e)
	return apigw.JSON(http.StatusOK, answer{orderview.DisputeOf(d, o.Record().Currency), &shown})
}

// evidence makes the pack. The contact is opened only where the reason needs it; of an erased customer there is none.
func (h Handler) evidence(ctx context.Context, o *order.Order, d payment.Dispute, statement string) (payment.Evidence, error) {
	r := o.Record()
	changes, err := h.Changes(ctx, r.ID, 0, changesMax)
	if err != nil {
		return payment.Evidence{}, err
	}
	var contact vault.Contact
	for _, c := range changes {
		if c.N != r.ContactIn || !exhibit.NeedsContact(d.Reason) {
			continue
		}
		contact, err = h.Open(ctx, vault.CustomerID(r.Customer), access.ContactRow(r.ID), c.Contact)
		if err != nil && fault.Code(err) != "customer_erased" {
			return payment.Evidence{}, err
		}
	}
	return exhibit.Of(o, d, changes, contact, statement), nil
}
