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

// Capture takes money of an authorized intent, and gives up the rest. The intent keeps c.ID: so a repeat is known for one when Stripe
// has forgotten its key. https://docs.stripe.com/api/payment_intents/capture. Errors: as payment.Gateway.
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
		AmountToCapture: stripe.Int64(wire), Metadata: map[string]string{captureKey: string(c.ID)}, Expand: expandIntent,
	})
	if err == nil {
		return g.intentFacts(ctx, op, taken)
	}
	failure := classify(op, err)
	if refusalOf(failure).status != http.StatusBadRequest || !fault.Is(failure, fault.Conflict, fault.Invalid, fault.Internal) {
		return payment.Facts{}, failure
	}
	return g.afterCapture(ctx, op, pi.ID, c, failure)
}

// afterCapture asks how an intent stands of which Stripe would capture nothing: it was done before, is over, or holds less.
func (g *Gateway) afterCapture(ctx context.Context, op, intent string, c payment.Capture, refused error) (payment.Facts, error) {
	pi, err := g.intents.Get(intent, &stripe.PaymentIntentParams{Params: stripe.Params{Context: ctx}, Expand: expandIntent})
	if err != nil {
		return payment.Facts{}, classify(op, err)
	}
	f, err := g.intentFacts(ctx, op, pi)
	switch {
	case err != nil:
		return payment.Facts{}, err
	case f.State == payment.Captured && pi.Metadata[captureKey] == string(c.ID):
		return f, nil
	case f.State == payment.Authorized && c.Amount > f.Amount.Minor()-f.Captured:
		return payment.Facts{}, &fault.Error{Kind: fault.Conflict, Op: op, Code: "capture_exceeds_authorized",
			Msg: "More than was authorized cannot be captured.", Err: refusalOf(refused)}
	case f.State.Open():
		return payment.Facts{}, refused // Not authorized yet, or something is wrong with the call.
	default:
		return payment.Facts{}, &fault.Error{Kind: fault.Declined, Op: op, Code: fault.Code(refused),
			Msg: "The payment service does not take this money any more.", Err: refusalOf(refused)}
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
