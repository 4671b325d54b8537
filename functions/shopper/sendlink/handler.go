// Package sendlink takes a shopper's request for a new link to their order, or for a one-time code.
package sendlink

import (
	"context"
	"errors"
	"net/http"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/message"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/person"
)

// Handler takes requests for links and codes. Every field is required. It looks nothing up: whether order and address belong together, or
// anybody has ordered with an address, nobody learns from the answer, nor from how long it took.
type Handler struct {
	Hash   func(context.Context, person.Email) (string, error) // The blind index of an address.
	NewAsk func() (string, error)
	Mail   func(ctx context.Context, body string) error // To the mail queue.
}

type request struct {
	Email  string `json:"email" fault:"email_invalid"`
	Revoke bool   `json:"revoke" fault:"revoke_invalid"`
}

// RouteCode is the route of codes; the other one is of links.
const RouteCode = "POST /customers/code"

type codeRequest struct {
	Email   string `json:"email" fault:"email_invalid"`
	Purpose string `json:"purpose" fault:"purpose_invalid"`
}

// nobodys is the id of no order: what is asked about a path that is no id takes the same way as the rest.
const nobodys = order.ID("ord_aaaaaaaaaaaaaaaaaaaaaaaaaa")

// Handle answers POST /orders/{id}/link and POST /customers/code: 202, once the request is on the queue.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if req.RouteKey == RouteCode {
		return h.code(ctx, req)
	}
	var r request
	wrong := apigw.Decode(req, &r)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return apigw.Response{}, wrong
	}
	email, badEmail := person.ParseEmail(r.Email)
	if err := errors.Join(wrong, fault.At("#/email", badEmail)); err != nil {
		return apigw.Response{}, err
	}
	id, err := order.ParseID(req.PathParameters["id"])
	if err != nil {
		id = nobodys
	}
	hash, err := h.Hash(ctx, email)
	if err != nil {
		return apigw.Response{}, err
	}
	if err := h.Mail(ctx, message.ForLink(id, hash, r.Revoke)); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusAccepted, struct{}{})
}

func (h Handler) code(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	var r codeRequest
	wrong := apigw.Decode(req, &r)
	if wrong != nil && !fault.Is(wrong, fault.Invalid) {
		return apigw.Response{}, wrong
	}
	email, badEmail := person.ParseEmail(r.Email)
	purpose, badPurpose := passcode.ParsePurpose(r.Purpose)
	if err := errors.Join(wrong, fault.At("#/email", badEmail), fault.At("#/purpose", badPurpose)); err != nil {
		return apigw.Response{}, err
	}
	hash, err := h.Hash(ctx, email)
	if err != nil {
		return apigw.Response{}, err
	}
	ask, err := h.NewAsk()
	if err != nil {
		return apigw.Response{}, err
	}
	reads, _ := apigw.Header(req, "Accept-Language")
	if err := h.Mail(ctx, message.ForCode(hash, purpose, ask, string(person.LanguageOf(reads, "")))); err != nil {
		return apigw.Response{}, err
	}
	return apigw.JSON(http.StatusAccepted, struct{}{})
}
