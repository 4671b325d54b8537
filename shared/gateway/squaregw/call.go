package squaregw

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// object is a JSON object that is sent.
type object map[string]any

// get reads. The error is that of classify.
func (g *Gateway) get(ctx context.Context, op, path string, out any) error {
	return g.do(ctx, op, jsonapi.Call{Method: http.MethodGet, Path: path}, out, true)
}

// search reads with a POST.
func (g *Gateway) search(ctx context.Context, op, path string, body, out any) error {
	return g.do(ctx, op, jsonapi.Call{Method: http.MethodPost, Path: path, Body: body}, out, true)
}

// change calls what changes something.
func (g *Gateway) change(ctx context.Context, op, method, path string, body, out any) error {
	return g.do(ctx, op, jsonapi.Call{Method: method, Path: path, Body: body}, out, false)
}

func (g *Gateway) do(ctx context.Context, op string, call jsonapi.Call, out any, read bool) error {
	call.Header = g.header
	err := g.api.Do(ctx, call, out)
	if err == nil {
		return nil
	}
	var r *jsonapi.Refusal
	if errors.As(err, &r) {
		r.Read = read
		return classify(op, r)
	}
	return &fault.Error{Kind: fault.Internal, Op: op, Code: "gateway_call_invalid", Err: errors.New("the call could not be made")}
}

// at is the path of one object of Square's. An id that Square cannot have made is not found: it does not get into a path.
func at(op, folder, id string, more ...string) (string, error) {
	if !payment.IsRef(id, 192) {
		return "", notFound(op)
	}
	path := folder + "/" + id
	for _, part := range more {
		path += "/" + part
	}
	return path, nil
}

// with adds a query to a path; values that are empty are left out.
func with(path string, values map[string]string) string {
	query := url.Values{}
	for name, value := range values {
		if value != "" {
			query.Set(name, value)
		}
	}
	return path + "?" + query.Encode()
}

func notFound(op string) error {
	return fault.New(fault.NotFound, op, "payment_not_found", payment.RefusalText(fault.NotFound))
}

func unreadable(op string) error { return fault.New(fault.Internal, op, "answer_unreadable", "") }

// unsure is for a change whose answer came, and does not say what was done.
func unsure(op string) error {
	return fault.New(fault.Unknown, op, payment.RefusalCode(fault.Unknown), payment.RefusalText(fault.Unknown))
}

// known is for a call about what Square has just shown: that it is not found is no answer, and must not count as never begun.
func known(op string, err error) error {
	if fault.Is(err, fault.NotFound) {
		return unreadable(op)
	}
	return err
}

// order reads an order.
func (g *Gateway) order(ctx context.Context, op, id string) (*orderWire, error) {
	path, err := at(op, "/v2/orders", id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Order orderWire `json:"order"`
	}
	if err := g.get(ctx, op, path, &out); err != nil {
		return nil, err
	}
	if out.Order.ID != id {
		return nil, unreadable(op)
	}
	return &out.Order, nil
}

// payment reads a payment.
func (g *Gateway) payment(ctx context.Context, op, id string) (*paymentWire, error) {
	path, err := at(op, "/v2/payments", id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Payment paymentWire `json:"payment"`
	}
	if err := g.get(ctx, op, path, &out); err != nil {
		return nil, err
	}
	if out.Payment.ID != id {
		return nil, unreadable(op)
	}
	return &out.Payment, nil
}

// link reads a payment link.
func (g *Gateway) link(ctx context.Context, op, id string) (*linkWire, error) {
	path, err := at(op, linksPath, id)
	if err != nil {
		return nil, err
	}
	var out struct {
		Link linkWire `json:"payment_link"`
	}
	if err := g.get(ctx, op, path, &out); err != nil {
		return nil, err
	}
	if out.Link.ID != id || !payment.IsRef(out.Link.Order, 192) {
		return nil, unreadable(op)
	}
	return &out.Link, nil
}
