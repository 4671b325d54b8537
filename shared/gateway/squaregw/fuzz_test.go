package squaregw_test

import (
	"slices"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
)

// FuzzAnswers lets Square answer anything with any status to every call. Nothing panics, no call goes on for ever, every error says
// what the caller can do and quotes nobody, and every success is one that an order can take.
func FuzzAnswers(f *testing.F) {
	order := anOrder("OPEN", "", "")
	both := func(state, tenders, status, more string) string { // An order and a payment in one, for every call.
		return strings.TrimSuffix(anOrder(state, `,"capture":"manual"`, tenders), "}") + "," + strings.TrimPrefix(aPayment(status, more), "{")
	}
	for _, seed := range []string{order, both("COMPLETED", paidTender, "COMPLETED", `,"refund_ids":["p1"]`), both("OPEN", `{"id":"p1"}`, "APPROVED", ""),
		both("OPEN", `{"id":"p1","card_details":{"status":"FAILED"}}`, "FAILED", `,"card_details":{"errors":[{"code":"`+quote+`"}]}`),
		`{"payment_link":{"id":"l1","order_id":"o1","url":"https://square.link/u/l1"}}`, `{"orders":[{"id":"o1","metadata":{"attempt_id":"pay_1"}}],"cursor":"c"}`,
		`{"refund":{"id":"p1","payment_id":"p1","status":"COMPLETED","reason":"ref_1","amount_money":{"amount":5,"currency":"EUR"}}}`,
		`{"events":[{"event_id":"e1","type":"payment.updated","merchant_id":"M1","created_at":"2026-03-01T12:00:00Z"}],"cursor":"c"}`,
		both("COMPLETED", paidTender, "COMPLETED", `},"dispute":{"id":"d1","state":"LOST","disputed_payment":{"payment_id":"p1"},"amount_money":{"amount":5,"currency":"EUR"}`),
		errorBody("PAYMENT_METHOD_ERROR", "GENERIC_DECLINE", ""), errorBody(quote, quote, quote), "", "<html>", "[]", "null", `{"order":7}`,
		`{"order":{"id":"o1","state":"OPEN","total_money":{"amount":9223372036854775807,"currency":"EUR"}}}`} {
		for _, status := range []int{200, 400, 402, 500} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 || status == 301 || status == 302 {
			return
		}
		calls := 0
		g := newGateway(t, counted(&calls, answers(status, string(body))))
		for name, call := range everyCall(t, g) {
			calls = 0
			err := call()
			if calls > 60 {
				t.Fatalf("%s makes %d calls", name, calls)
			}
			if err == nil {
				continue
			}
			if !fault.Is(err, fault.Declined, fault.Unavailable, fault.Unknown, fault.NotFound, fault.Internal, fault.Conflict, fault.Invalid) || len(fault.All(err)) == 0 {
				t.Fatalf("%s, %d %q: %v", name, status, body, err)
			}
			if text := err.Error(); strings.Contains(text, quote) || len(text) > 1500 {
				t.Fatalf("%s, %d %q: the error quotes: %s", name, status, body, text)
			}
		}
	})
}

// everyCall is each call of a gateway that can be made, checking its successes.
func everyCall(t *testing.T, g payment.Gateway) map[string]func() error {
	ctx := t.Context()
	hosted := payment.Attempt{ID: "pay_1", Mode: payment.Hosted, Session: "l1", Intent: "o1", Amount: 1999, At: when}
	lost := payment.Attempt{ID: "pay_1", Mode: payment.Embedded, At: when}
	start := payment.Start{Order: "ord_1", Attempt: "pay_1", Amount: money.Of(1999, "EUR"), At: when, ReturnURL: "https://shop.example/back"}
	startIn := func(mode payment.Mode) error {
		s := start
		s.Mode = mode
		_, err := g.Start(ctx, s)
		return err
	}
	return map[string]func() error{
		"start hosted":    func() error { return startIn(payment.Hosted) },
		"start embedded":  func() error { return startIn(payment.Embedded) },
		"resume hosted":   func() error { _, err := g.Resume(ctx, hosted); return err },
		"resume embedded": func() error { _, err := g.Resume(ctx, embedded); return err },
		"fetch":           func() error { facts, err := g.Fetch(ctx, embedded.About("d1", "d2")); return sound(t, facts, err) },
		"fetch by page":   func() error { facts, err := g.Fetch(ctx, payment.Attempt{Session: "l1"}); return sound(t, facts, err) },
		"fetch by id":     func() error { facts, err := g.Fetch(ctx, lost); return sound(t, facts, err) },
		"find":            func() error { facts, err := g.Find(ctx, "p1"); return sound(t, facts, err) },
		"confirm":         func() error { facts, err := g.Confirm(ctx, embedded, goodToken); return sound(t, facts, err) },
		"capture": func() error {
			facts, err := g.Capture(ctx, embedded, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
			return sound(t, facts, err)
		},
		"close hosted":   func() error { facts, err := g.Close(ctx, hosted); return sound(t, facts, err) },
		"close embedded": func() error { facts, err := g.Close(ctx, embedded); return sound(t, facts, err) },
		"refund":         func() error { r, err := g.Refund(ctx, embedded, refund); return soundRefund(t, r, err) },
		"fetch refund": func() error {
			r, err := g.FetchRefund(ctx, embedded, payment.Refund{ID: "ref_1", Ref: "p1"})
			return soundRefund(t, r, err)
		},
		"find refund": func() error { r, err := g.FetchRefund(ctx, embedded, refund); return soundRefund(t, r, err) },
		"events":      func() error { _, _, err := g.Events(ctx, when, ""); return err },
	}
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
	if f.Captured < 0 || f.Amount.Minor() < 0 || f.Intent == "" || len(f.Intent) > 255 || len(f.LastError) > 255 || f.Ready || f.Captured > 0 && f.State != payment.Captured {
		t.Fatalf("got %+v", f)
	}
	for _, r := range f.Refunds {
		_ = soundRefund(t, r, nil)
	}
	for _, d := range f.Disputes {
		if !slices.Contains(payment.DisputeStates(), d.State) || d.Amount < 0 || d.Withdrawn < 0 || d.Ref == "" {
			t.Fatalf("got %+v", d)
		}
	}
	return nil
}

func soundRefund(t *testing.T, r payment.RefundFacts, err error) error {
	t.Helper()
	if err != nil {
		return err
	}
	if !slices.Contains(payment.RefundStates(), r.State) || r.State == payment.RefundRequested || r.State == payment.RefundUnknown || r.Amount < 0 || r.Ref == "" {
		t.Fatalf("got %+v", r)
	}
	return nil
}
