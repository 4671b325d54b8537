package stripegw

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// Confirm only says how the attempt stands: at Stripe the shopper's own browser takes the money. Errors: as Fetch.
func (g *Gateway) Confirm(ctx context.Context, a payment.Attempt, _ string) (payment.Facts, error) {
	return g.Fetch(ctx, a)
}

// Capture takes money of an authorized intent; the rest is released unless the account may capture more than once.
// https://docs.stripe.com/api/payment_intents/capture. Errors: as payment.Gateway.
func (g *Gateway) Capture(ctx context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	const op = "stripegw.Capture"
	pi, err := g.paidIntent(ctx, op, a)
	if err != nil {
		return payment.Facts{}, err
	}
	authorized, err := fromWire(op, pi.Amount, string(pi.Currency))
	if err != nil {
		return payment.Facts{}, err
	}
	wire, err := toWire(op, money.Of(c.Amount, authorized.Currency()))
	if err != nil {
		return payment.Facts{}, err
	}
	taken, err := g.intents.Capture(pi.ID, &stripe.PaymentIntentCaptureParams{
		Params:          stripe.Params{Context: ctx, IdempotencyKey: stripe.String(string(c.ID))},
		AmountToCapture: stripe.Int64(wire), Expand: expandIntent,
	})
	if err == nil {
		return g.intentFacts(ctx, op, taken)
	}
	failure := classify(op, err)
	if refusalOf(failure).status != http.StatusBadRequest {
		return payment.Facts{}, failure
	}
	// Taken before under a key that Stripe has forgotten, over, or asked for too much: how it stands decides.
	f, err := g.Fetch(ctx, a)
	switch {
	case err != nil:
		return payment.Facts{}, err
	case f.State == payment.Captured:
		return f, nil
	case f.State == payment.Authorized && c.Amount > f.Amount.Minor()-f.Captured:
		return payment.Facts{}, &fault.Error{Kind: fault.Conflict, Op: op, Code: "capture_exceeds_authorized",
			Msg: "More than was authorized cannot be captured.", Err: refusalOf(failure)}
	default:
		return payment.Facts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(failure),
			Msg: "The payment service does not take this money any more.", Err: refusalOf(failure)}
	}
}

// eventPage is a page of Stripe's list of events, each as its webhook would hold it.
type eventPage struct {
	stripe.APIResource
	HasMore bool              `json:"has_more"`
	Data    []json.RawMessage `json:"data"`
}

// Events lists events of the types that the endpoint subscribes to, newest first. Stripe keeps them for 30 days.
// https://docs.stripe.com/api/events/list. cursor is the last event's id. Errors: as Fetch.
func (g *Gateway) Events(ctx context.Context, since time.Time, cursor string) ([]payment.Event, string, error) {
	const op = "stripegw.Events"
	values := &form.Values{}
	values.Add("limit", strconv.Itoa(pageSize))
	values.Add("created[gte]", strconv.FormatInt(since.Unix(), 10))
	if cursor != "" {
		values.Add("starting_after", cursor)
	}
	for _, each := range EventTypes() {
		values.Add("types[]", each)
	}
	var page eventPage
	if err := g.backend.CallRaw(http.MethodGet, "/v1/events", g.key, values, &stripe.Params{Context: ctx}, &page); err != nil {
		return nil, "", classify(op, err)
	}
	var out []payment.Event
	last := ""
	for _, raw := range page.Data {
		e, ok := read(raw)
		if !ok {
			return nil, "", fault.New(fault.Internal, op, "answer_unreadable", "")
		}
		out, last = append(out, e), e.ID
	}
	if !page.HasMore {
		last = ""
	}
	return out, last, nil
}
