// Package askreturn takes a shopper's wish to send back what was delivered.
package askreturn

import (
	"context"
	"errors"
	"net/http"

	"till/shared/catalog"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/link"
	"till/shared/order"
	"till/shared/orderview"
	"till/shared/person"
	"till/shared/shop"
	"till/shared/vault"
)

// Handler takes returns. Every field is required.
type Handler struct {
	Guard access.Guard
	Book  order.Book
	Shop  shop.Read // What staff have decided: for how long something may be returned.
	Seal  func(context.Context, vault.CustomerID, vault.Place, []byte) ([]byte, error)
}

type request struct {
	Lines   []line `json:"lines" fault:"lines_invalid"`
	Reason  string `json:"reason" fault:"reason_invalid"`
	Comment string `json:"comment" text:"free" fault:"comment_invalid"`
}

type line struct {
	SKU      string `json:"sku" fault:"sku_unknown"`
	Quantity int64  `json:"quantity" fault:"quantity_invalid"`
}

type answer struct {
	Return orderview.Return `json:"return"`
}

const (
	commentMax = 500 // Characters.
	linesMax   = 50  // How many lines an order has at most.
)

// Handle answers POST /orders/{id}/returns. The same key again is the same return.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	const op = "askreturn.Handle"
	raw, err := apigw.Read(req)
	if err != nil {
		return apigw.Response{}, err
	}
	o, err := h.Guard.Open(ctx, req, link.Return)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := apigw.IdempotencyKey(req)
	if err != nil {
		return apigw.Response{}, err
	}
	body, err := apigw.Parse(raw)
	if err != nil {
		return apigw.Response{}, err
	}
	var r request
	wrong, err := body.Shape(&r)
	if err != nil {
		return apigw.Response{}, err
	}
	if len(r.Lines) > linesMax {
		wrong = errors.Join(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "lines_invalid", At: "#/lines", Msg: "Must be 1 to 50 lines."})
	}
	words, err := person.ParseText(r.Comment, commentMax)
	if err != nil && r.Comment != "" {
		wrong = errors.Join(wrong, &fault.Error{Kind: fault.Invalid, Op: op, Code: "comment_invalid", At: "#/comment", Msg: "Must be at most 500 printable characters."})
	}
	if wrong != nil {
		return apigw.Response{}, wrong
	}
	return h.ask(ctx, o, key, r, words)
}

func (h Handler) ask(ctx context.Context, o *order.Order, key string, r request, words person.Text) (apigw.Response, error) {
	decided, err := h.Shop(ctx)
	if err != nil {
		return apigw.Response{}, err
	}
	note, err := access.SealNote(ctx, h.Seal, o, words)
	if err != nil {
		return apigw.Response{}, err
	}
	want := order.NewReturn{Key: key, Reason: fulfillment.Reason(r.Reason), Window: decided.ReturnWindow(), Note: note}
	for _, l := range r.Lines {
		want.Lines = append(want.Lines, fulfillment.Line{SKU: catalog.SKU(l.SKU), Quantity: l.Quantity})
	}
	o, _, err = h.Book.ChangeFrom(ctx, o, func(o *order.Order) (order.Change, error) {
		return o.RequestReturn(want, order.By{Who: "shopper", At: h.Guard.Now()})
	})
	if err != nil {
		return apigw.Response{}, err
	}
	mine, found := o.Return(order.ReturnIDFor(o.ID(), key))
	if !found {
		return apigw.Response{}, fault.New(fault.Internal, "askreturn.ask", "", "")
	}
	return apigw.JSON(http.StatusCreated, answer{orderview.ReturnOf(mine)})
}
