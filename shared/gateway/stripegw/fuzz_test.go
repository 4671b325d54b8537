package stripegw_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/payment"
)

// FuzzAnswers lets Stripe answer anything with any status to every call. Nothing panics, every error says what the caller can
// do and quotes nobody, and every success is one that an order can take: of a known state, with references that are ids.
func FuzzAnswers(f *testing.F) {
	const intent = `{"id":"pi_1","amount":1999,"amount_received":1999,"currency":"eur","status":"succeeded","client_secret":"pi_1_secret_x",` +
		`"metadata":{"order_id":"ord_1","attempt_id":"pay_1"},"latest_charge":{"id":"ch_1","disputed":true,"refunds":{"data":[{"id":"re_1","status":"succeeded",` +
		`"amount":5,"currency":"eur","metadata":{"refund_id":"ref_1"}}],"has_more":false}}}`
	for _, seed := range []string{intent, `{"data":[` + intent + `],"has_more":false}`, `{"data":[null],"has_more":true}`, `{"data":[],"has_more":true}`,
		`{"id":"cs_1","status":"open","url":"https://checkout.stripe.com/c/pay/cs_1","amount_total":1999,"currency":"eur","payment_intent":null}`,
		`{"id":"cs_1","status":"complete","payment_intent":` + intent + `}`, `{"id":"cs_1","payment_intent":"pi_1"}`,
		`{"data":[{"id":"evt_1","type":"charge.refunded","created":1769999000,"livemode":false,"data":{"object":{"id":"ch_1"}}}],"has_more":true}`,
		`{"data":[{"id":"dp_1","status":"needs_response","amount":1999,"currency":"eur","evidence_details":{"due_by":1770000000},` +
			`"balance_transactions":[{"amount":-1999,"fee":2000,"currency":"eur"},null]}]}`,
		`{"id":"pi_1","status":"requires_capture","amount":1999,"currency":"eur","latest_charge":{"id":"ch_1","balance_transaction":{"fee":-5,"currency":"eur"},` +
			`"payment_method_details":{"card":{"capture_before":1770000000}}}}`,
		`{"id":"re_1","status":"pending","amount":5,"currency":"eur","metadata":{}}`, `{"id":"dp_1","status":"lost","amount":5}`,
		`{"error":{"type":"card_error","code":"card_declined","decline_code":"insufficient_funds","message":"` + quote + `"}}`,
		`{"error":{"code":"` + quote + `"}}`, "", "<html>", "[]", "null", `{"id":7}`, `{"latest_charge":{"refunds":{"data":[null]}}}`,
		`{"id":"pi_1","status":"succeeded","amount":-1,"amount_received":9223372036854775807,"currency":"isk"}`} {
		for _, status := range []int{200, 402, 500} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 || status == 301 || status == 302 {
			return
		}
		g, ctx := newGateway(t, answers(status, string(body))), t.Context()
		refund := payment.Refund{ID: "ref_1", Amount: 5, Ref: "re_1"}
		started := func(s payment.Started, err error) error { return err }
		for _, call := range []func() error{
			func() error { s, err := g.Start(ctx, hosted); return started(s, err) },
			func() error { s, err := g.Start(ctx, embedded); return started(s, err) },
			func() error { s, err := g.Resume(ctx, attempt); return started(s, err) },
			func() error { facts, err := g.Fetch(ctx, attempt); return sound(t, facts, err) },
			func() error {
				facts, err := g.Fetch(ctx, payment.Attempt{ID: "pay_1", Mode: payment.Hosted, Session: "cs_1"})
				return sound(t, facts, err)
			},
			func() error {
				facts, err := g.Fetch(ctx, payment.Attempt{ID: "pay_1", Mode: payment.Hosted})
				return sound(t, facts, err)
			},
			func() error {
				facts, err := g.Fetch(ctx, payment.Attempt{Intent: "pi_1", State: payment.Captured})
				return sound(t, facts, err)
			},
			func() error { facts, err := g.Close(ctx, attempt); return sound(t, facts, err) },
			func() error {
				facts, err := g.Close(ctx, payment.Attempt{ID: "pay_1", Mode: payment.Hosted, Session: "cs_1"})
				return sound(t, facts, err)
			},
			func() error { facts, err := g.Confirm(ctx, attempt, string(body)); return sound(t, facts, err) },
			func() error {
				facts, err := g.Capture(ctx, attempt, payment.Capture{ID: "cap_1", Amount: 5})
				return sound(t, facts, err)
			},
			func() error {
				page, next, err := g.Events(ctx, arrived, "evt_1")
				return soundEvents(t, page, next, err)
			},
			func() error { facts, err := g.Find(ctx, "pi_1"); return sound(t, facts, err) },
			func() error { r, err := g.Refund(ctx, attempt, refund); return soundRefund(t, r, err) },
			func() error { r, err := g.FetchRefund(ctx, attempt, refund); return soundRefund(t, r, err) },
			func() error {
				r, err := g.FetchRefund(ctx, attempt, payment.Refund{ID: "ref_1", Amount: 5})
				return soundRefund(t, r, err)
			},
		} {
			err := call()
			if err == nil {
				continue
			}
			if !fault.Is(err, fault.Declined, fault.Unavailable, fault.Unknown, fault.NotFound, fault.Internal, fault.Conflict, fault.Invalid) || len(fault.All(err)) == 0 {
				t.Fatalf("%d %q: %v", status, body, err)
			}
			if text := err.Error(); strings.Contains(text, quote) || len(text) > 1500 {
				t.Fatalf("%d %q: the error quotes: %s", status, body, text)
			}
		}
	})
}

// sound checks facts of a success.
func sound(t *testing.T, f payment.Facts, err error) error {
	t.Helper()
	if err != nil {
		return err
	}
	if !slices.Contains(payment.States(), f.State) || f.State == payment.Initiating || f.State == payment.Unknown {
		t.Fatalf("the state is %q", f.State)
	}
	if f.Captured < 0 || f.Amount.Minor() < 0 || len(f.Intent) > 255 || len(f.Session) > 255 || len(f.LastError) > 255 {
		t.Fatalf("got %+v", f)
	}
	for _, r := range f.Refunds {
		_ = soundRefund(t, r, nil)
	}
	for _, d := range f.Disputes {
		if !slices.Contains(payment.DisputeStates(), d.State) || d.Amount < 0 || d.Withdrawn < 0 || d.Withdrawn > d.Amount || d.Fee < 0 || d.DueBy.Year() > 9999 {
			t.Fatalf("got %+v", d)
		}
	}
	if f.Fee < 0 || f.Ready || f.CaptureBefore.Year() > 9999 || !f.CaptureBefore.IsZero() && f.State != payment.Authorized {
		t.Fatalf("got %+v", f)
	}
	return nil
}

// soundEvents checks a page of events.
func soundEvents(t *testing.T, page []payment.Event, next string, err error) error {
	t.Helper()
	if err != nil {
		return err
	}
	for _, e := range page {
		if e.ID == "" || e.Type == "" || e.Subject == "" || e.Created.IsZero() || strings.Contains(e.ID+e.Account, "#") {
			t.Fatalf("got %+v", e)
		}
	}
	if next != "" && (len(page) == 0 || page[len(page)-1].ID != next) {
		t.Fatalf("the next page begins after %q", next)
	}
	return nil
}

func soundRefund(t *testing.T, r payment.RefundFacts, err error) error {
	t.Helper()
	if err != nil {
		return err
	}
	if !slices.Contains(payment.RefundStates(), r.State) || r.State == payment.RefundRequested || r.Amount < 0 {
		t.Fatalf("got %+v", r)
	}
	return nil
}

// FuzzSignature sends any header for one body: only that of who has the secret is taken.
func FuzzSignature(f *testing.F) {
	body := event("payment_intent.succeeded", `{"id":"pi_1"}`)
	good := header(arrived, body, secretNew)
	for _, seed := range []string{good, header(arrived, body, secretOld), header(arrived, body, secretFake), "", "t=", "t=1,v1=", good + "," + good, good + ",v0=1",
		strings.ToUpper(good), " " + good, strings.Replace(good, "t=", "t=+", 1), fmt.Sprintf("t=%d", arrived.Unix()), strings.Repeat("v1=00,", 1000)} {
		f.Add(seed)
	}
	v := newVerifier(f)
	known := strings.Split(strings.Split(good, "v1=")[1], ",")[0]
	older := strings.Split(header(arrived, body, secretOld), "v1=")[1]
	f.Fuzz(func(t *testing.T, head string) {
		e, err := v.Verify([]byte(body), head)
		if err == nil {
			if !strings.Contains(head, known) && !strings.Contains(head, older) {
				t.Fatalf("%q was taken", head)
			}
			return
		}
		if !fault.Is(err, fault.Unreadable) || fault.Code(err) != "signature_invalid" || e != (payment.Event{}) {
			t.Fatalf("%q: %+v, %v", head, e, err)
		}
	})
}
