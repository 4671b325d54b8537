package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/money"
	"till/shared/payment"
)

// kinds lists every kind of call that stripegw can make, and the making of the webhook endpoint that Till wants.
func kinds() []string {
	return []string{
		"POST /v1/checkout/sessions", "GET /v1/checkout/sessions", "GET /v1/checkout/sessions/{id}", "POST /v1/checkout/sessions/{id}/expire",
		"POST /v1/payment_intents", "GET /v1/payment_intents", "GET /v1/payment_intents/{id}", "POST /v1/payment_intents/{id}/capture",
		"POST /v1/payment_intents/{id}/cancel", "POST /v1/refunds", "GET /v1/refunds", "GET /v1/refunds/{id}", "GET /v1/disputes", "POST /v1/disputes/{id}", "POST /v1/disputes/{id}/close",
		"GET /v1/radar/early_fraud_warnings", "GET /v1/events", "POST /v1/webhook_endpoints",
	}
}

// result is what became of one kind of call.
type result struct {
	call  string
	times int
	wrong string // "" if every one was taken and its answer could be read.
}

// watcher notes what was called, and what was not taken.
type watcher struct {
	mu      sync.Mutex
	results []result
	last    int // The latest of them.
}

// RoundTrip implements http.RoundTripper.
func (w *watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.note(r, err.Error())
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<20))
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	wrong := ""
	if res.StatusCode != http.StatusOK {
		wrong = fmt.Sprintf("%d %s", res.StatusCode, bytes.Join(bytes.Fields(body), []byte(" ")))
	}
	w.note(r, wrong)
	return res, nil
}

func (w *watcher) note(r *http.Request, wrong string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	call := r.Method + " " + pattern(r.URL.Path)
	at := slices.IndexFunc(w.results, func(each result) bool { return each.call == call })
	if at < 0 {
		at = len(w.results)
		w.results = append(w.results, result{call: call})
	}
	w.last = at
	w.results[at].times++
	if w.results[at].wrong == "" {
		w.results[at].wrong = wrong
	}
}

// trouble notes that the answer to the latest call was of no use.
func (w *watcher) trouble(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if last := w.last; last >= 0 && last < len(w.results) && w.results[last].wrong == "" {
		w.results[last].wrong = err.Error()
	}
}

// pattern puts {id} for what can only be one: Stripe's begin with a kind and "_1".
func pattern(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.Contains(part, "_1") {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// check makes every kind of call to the Stripe at base. stripe-mock's objects are in whatever state its examples have: only that a
// call is taken, and that its answer can be read, says something.
func check(ctx context.Context, base string) ([]result, error) {
	w := &watcher{}
	g, err := gateway(base, w)
	if err != nil {
		return nil, err
	}
	paid, err := gateway(base, paidAlready{w})
	if err != nil {
		return nil, err
	}
	waiting, err := gateway(base, paidAlready{disputedStill{w}})
	if err != nil {
		return nil, err
	}
	for _, call := range append(append(calls(ctx, g, paid), answers(ctx, waiting)...), func() error { return endpoint(ctx, base, w) }) {
		// Refused or odd for what the example holds is no matter; an answer that could not be read is.
		if err := call(); fault.Is(err, fault.Unknown, fault.Unavailable) {
			w.trouble(err)
		}
	}
	slices.SortFunc(w.results, func(a, b result) int { return strings.Compare(a.call, b.call) })
	return w.results, ctx.Err()
}

func gateway(base string, transport http.RoundTripper) (*stripegw.Gateway, error) {
	return stripegw.New(stripegw.Config{APIKey: apiKey, PublishableKey: "pk_test_123", BaseURL: base, Transport: transport})
}

// apiKey is of the form that stripe-mock takes.
const apiKey = "sk_test_123"

// calls are one of each method in each way. paid is a gateway whose intents are all paid.
func calls(ctx context.Context, g, paid *stripegw.Gateway) []func() error {
	at := time.Unix(1_770_000_000, 0)
	page := payment.Attempt{ID: "pay_1", Mode: payment.Hosted, Session: "cs_1", At: at}
	form := payment.Attempt{ID: "pay_1", Mode: payment.Embedded, Intent: "pi_1", At: at, State: payment.Captured}
	refund := payment.Refund{ID: "ref_1", Attempt: "pay_1", Amount: 5}
	var out []func() error
	for _, a := range []payment.Attempt{page, form} {
		out = append(out,
			func() error { _, err := g.Resume(ctx, a); return err },
			func() error { _, err := g.Fetch(ctx, a); return err },
			func() error { _, err := g.Fetch(ctx, payment.Attempt{ID: a.ID, Mode: a.Mode, At: at}); return err },
			func() error { _, err := g.Confirm(ctx, a, ""); return err },
			func() error { _, err := g.Close(ctx, a); return err },
			func() error { _, err := g.Refund(ctx, a, refund); return err },
			func() error {
				_, err := g.Capture(ctx, a, payment.Capture{ID: "cap_1", Amount: 5, Final: true})
				return err
			},
		)
		for _, manual := range []bool{false, true} {
			s := payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: a.Mode, Amount: money.Of(1999, "EUR"), Title: "Order ord_1",
				ReturnURL: "https://shop.test/", At: at, Manual: manual}
			out = append(out, func() error { _, err := g.Start(ctx, s); return err })
		}
	}
	return append(out,
		func() error { _, err := g.FetchRefund(ctx, form, refund); return err },
		func() error { _, err := g.FetchRefund(ctx, form, payment.Refund{ID: "ref_1", Ref: "re_1"}); return err },
		func() error { _, err := paid.Find(ctx, "pi_1"); return err },
		func() error { _, err := paid.Fetch(ctx, form); return err },
		func() error { _, _, err := g.Events(ctx, at, ""); return err },
		func() error { _, _, err := g.Events(ctx, at, "evt_1"); return err },
	)
}

// answers are what is said to a dispute that waits for it.
func answers(ctx context.Context, g *stripegw.Gateway) []func() error {
	a := payment.Attempt{ID: "pay_1", Mode: payment.Embedded, Intent: "pi_1", State: payment.Captured}
	at := time.Unix(1_770_000_000, 0)
	e := payment.Evidence{Key: "ans_1", Reason: payment.ReasonFraud, Product: "A mug.", Name: "Ada", Email: "ada@shop.example", Billing: "Berlin", Shipping: "Berlin",
		Parcels: []payment.Parcel{{Carrier: "DHL", Tracking: "1", ShippedAt: at}}, Messages: "A mail.", Timeline: "It was sent.", Statement: "They bought."}
	var out []func() error
	for _, reason := range payment.DisputeReasons() {
		each := e
		each.Reason = reason
		out = append(out, func() error { _, err := g.AnswerDispute(ctx, a, "dp_1", each); return err })
	}
	return append(out, func() error { _, err := g.AcceptDispute(ctx, a, "dp_1", "ans_2"); return err })
}

// disputedStill makes every list of disputes one of a dispute that waits for an answer.
type disputedStill struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (d disputedStill) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := d.next.RoundTrip(r)
	if err != nil || r.Method != http.MethodGet || r.URL.Path != "/v1/disputes" {
		return res, err
	}
	res.Body = io.NopCloser(strings.NewReader(`{"object":"list","has_more":false,"data":[{"id":"dp_1","amount":1999,"currency":"eur","status":"needs_response",
		"reason":"fraudulent","evidence_details":{"due_by":1900000000},"balance_transactions":[]}]}`))
	return res, nil
}

// paidAlready makes every intent that is read a paid one that was disputed: stripe-mock's own are not, and then nothing more is asked.
type paidAlready struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (p paidAlready) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := p.next.RoundTrip(r)
	if err != nil || pattern(r.URL.Path) != "/v1/payment_intents/{id}" {
		return res, err
	}
	res.Body = io.NopCloser(strings.NewReader(`{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded",
		"metadata":{"order_id":"ord_1","attempt_id":"pay_1"},"latest_charge":{"id":"ch_1","disputed":true}}`))
	return res, nil
}

// endpoint makes the webhook endpoint that operators are told to make: Stripe must know each type of event.
func endpoint(ctx context.Context, base string, w *watcher) error {
	_, err := post(ctx, w, base+"/v1/webhook_endpoints", url.Values{"url": {"https://shop.test/webhooks/stripe"},
		"api_version": {stripegw.APIVersion}, "enabled_events[]": stripegw.EventTypes()})
	return err
}

// control sends what Stripe does not have: if that is taken, nothing here says anything.
func control(ctx context.Context, base string) error {
	for path, values := range map[string]url.Values{
		"/v1/refunds":             {"payment_intent": {"pi_1"}, "colour": {"red"}},
		"/v1/payment_intents":     {"amount": {"lots"}, "currency": {"eur"}},
		"/v1/webhook_endpoints":   {"url": {"https://shop.test/"}, "enabled_events[]": {"treasury.dance.begun"}},
		"/v1/payment_intent":      {"amount": {"1999"}, "currency": {"eur"}},
		"/v1/checkout/sessions/x": {"mode": {"payment"}},
	} {
		if status, err := post(ctx, http.DefaultTransport, base+path, values); err != nil || status < 400 || status > 499 {
			return fmt.Errorf("stripe-mock takes what Stripe does not have: %d for %s: %w", status, path, err)
		}
	}
	return nil
}

func post(ctx context.Context, transport http.RoundTripper, target string, values url.Values) (status int, err error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, target, strings.NewReader(values.Encode()))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Authorization", "Bearer "+apiKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Stripe-Version", stripegw.APIVersion)
	res, err := transport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
