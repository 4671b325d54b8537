package paypalgw_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/gateway/paypalgw"
	"till/shared/payment"
)

// FuzzAnswers lets PayPal answer anything with any status to every call. Nothing panics, every error says what the caller can do and
// quotes nobody, and every success is one that an order can take.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{paidOrder, orderWith("APPROVED", ""), orderWith("COMPLETED", held("PARTIALLY_CAPTURED")+","+captures("COMPLETED", "PENDING")),
		orderWith("COMPLETED", captures("REFUNDED")+`,"refunds":[{"id":"R1","status":"COMPLETED","amount":`+eur("5.00")+`,"custom_id":"ord_1/pay_1/ref_1","links":[{"rel":"up","href":"https://x/CAP0"}]}]`),
		`{"events":[` + signedBody + `],"links":[{"rel":"next","href":"https://x/v1/notifications/webhooks-events/?next_page_token=a"}]}`,
		`{"items":[{"dispute_id":"PP-1"}],"dispute_id":"PP-1","status":"OPEN","dispute_amount":` + eur("1.00") + `,"purchase_units":[{}],"id":"X"}`,
		`{"name":"UNPROCESSABLE_ENTITY","details":[{"issue":"INSTRUMENT_DECLINED","description":"` + quote + `"}]}`, `{"name":"` + quote + `"}`,
		`{"error":"invalid_client"}`, "", "<html>", "[]", "null", `{"id":7}`, `{"id":"A","purchase_units":[null]}`, `{"purchase_units":[{"payments":{"captures":[null]}}]}`,
		`{"id":"A","status":"COMPLETED","purchase_units":[{"amount":{"currency_code":"JPY","value":"999999999999999"},"payments":{"captures":[{"id":"C","status":"COMPLETED","amount":{"currency_code":"JPY","value":"-1"}}]}}]}`} {
		for _, status := range []int{200, 422, 500} {
			f.Add(status, []byte(seed))
		}
	}
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		if status < 100 || status > 999 || status == 301 || status == 302 {
			return
		}
		g, ctx := newGateway(t, answers(status, string(body))), t.Context()
		refund, manual := payment.Refund{ID: "ref_1", Amount: 5, Ref: "1JU08902781691411"}, attempt
		manual.Manual = true
		for _, call := range []func() error{
			func() error { _, err := g.Start(ctx, hosted); return err },
			func() error { _, err := g.Resume(ctx, attempt); return err },
			func() error { facts, err := g.Fetch(ctx, attempt); return sound(t, facts, err) },
			func() error { facts, err := g.Find(ctx, attempt.Intent); return sound(t, facts, err) },
			func() error { facts, err := g.Confirm(ctx, attempt, ""); return sound(t, facts, err) },
			func() error { facts, err := g.Confirm(ctx, manual, ""); return sound(t, facts, err) },
			func() error { facts, err := g.Close(ctx, attempt); return sound(t, facts, err) },
			func() error {
				facts, err := g.Capture(ctx, attempt, payment.Capture{ID: "cap_1", Amount: 5})
				return sound(t, facts, err)
			},
			func() error { r, err := g.Refund(ctx, attempt, refund); return soundRefund(t, r, err) },
			func() error { r, err := g.FetchRefund(ctx, attempt, refund); return soundRefund(t, r, err) },
			func() error {
				r, err := g.FetchRefund(ctx, attempt, payment.Refund{ID: "ref_1"})
				return soundRefund(t, r, err)
			},
			func() error {
				events, next, err := g.Events(ctx, moment, "")
				if len(next) > 2000 || slices.ContainsFunc(events, func(e payment.Event) bool { return e.ID == "" || e.Created.IsZero() }) {
					t.Fatalf("got %+v, %q", events, next)
				}
				return err
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
	if !slices.Contains(payment.States(), f.State) || f.State == payment.Initiating || f.State == payment.Unknown || f.Ready && f.State != payment.RequiresAction {
		t.Fatalf("got %+v", f)
	}
	if f.Captured < 0 || f.Fee < 0 || f.Amount.Minor() < 0 || len(f.Intent) > 64 || f.Session != "" || len(f.LastError) > 64 {
		t.Fatalf("got %+v", f)
	}
	for _, r := range f.Refunds {
		_ = soundRefund(t, r, nil)
	}
	for _, d := range f.Disputes {
		if d.Amount < 0 || d.Withdrawn < 0 || d.Fee < 0 || !slices.Contains(payment.DisputeStates(), d.State) {
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
	if !slices.Contains(payment.RefundStates(), r.State) || r.State == payment.RefundRequested || r.Amount < 0 || r.Ref == "" {
		t.Fatalf("got %+v", r)
	}
	return nil
}

// FuzzVerify sends any headers for one body: only those of who has the key are taken.
func FuzzVerify(f *testing.F) {
	good := signedBy(f, authority(f), "CERT-1", moment)
	names := []string{paypalgw.HeaderID, paypalgw.HeaderTime, paypalgw.HeaderSignature, paypalgw.HeaderAlgorithm, paypalgw.HeaderCert}
	add := func(change func(http.Header)) {
		h := good.Clone()
		change(h)
		f.Add(h.Get(names[0]), h.Get(names[1]), h.Get(names[2]), h.Get(names[3]), h.Get(names[4]))
	}
	add(func(http.Header) {})
	for _, name := range names {
		for _, value := range []string{"", " ", good.Get(name) + " ", strings.ToLower(good.Get(name)), strings.ToUpper(good.Get(name)), good.Get(name) + "\n", "|", strings.Repeat("A", 3000)} {
			add(func(h http.Header) { h.Set(name, value) })
		}
	}
	for _, at := range []string{"2026-03-01T13:00:00+01:00", "2026-03-01t12:00:00z", "2026-03-01T12:00:00.000Z", "9999-12-31T23:59:59Z"} {
		add(func(h http.Header) { h.Set(paypalgw.HeaderTime, at) })
	}
	v := newVerifier(f, serve(string(authority(f).ChainPEM())), atMoment)
	f.Fuzz(func(t *testing.T, id, at, signature, algorithm, cert string) {
		h := map[string]string{names[0]: id, names[1]: at, names[2]: signature, names[3]: algorithm, names[4]: cert}
		e, err := v.Verify(t.Context(), []byte(signedBody), func(name string) string { return h[name] })
		if err == nil {
			for i, name := range names {
				if i < 4 && h[name] != good.Get(name) || i == 4 && !strings.HasPrefix(cert, certs) {
					t.Fatalf("%q was taken", h)
				}
			}
			return
		}
		if !fault.Is(err, fault.Unreadable) || fault.Code(err) != "signature_invalid" || e != (payment.Event{}) {
			t.Fatalf("%q: %+v, %v", h, e, err)
		}
	})
}

// FuzzEvent signs any body: what is no event is refused, and what is one can be stored.
func FuzzEvent(f *testing.F) {
	for _, seed := range []string{signedBody, "", "null", "[]", "{}", `{"id":"WH-1"}`, strings.Replace(signedBody, "PAYMENT.CAPTURE.COMPLETED", "CUSTOMER.DISPUTE.CREATED", 1),
		strings.Replace(signedBody, "2026-03-01T11:59:00.000Z", "9999-12-31T23:59:59-12:00", 1), strings.Replace(signedBody, `"resource":{`, `"resource":[{`, 1),
		strings.Replace(signedBody, "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.REFUNDED", 1), strings.Replace(signedBody, `"id":"3C`, `"purchase_units":[{"custom_id":7}],"id":"3C`, 1)} {
		f.Add([]byte(seed))
	}
	v := newVerifier(f, serve(string(authority(f).ChainPEM())), atMoment)
	f.Fuzz(func(t *testing.T, body []byte) {
		header := authority(t).Sign(certs+"CERT-1", "69cd13f0", webhookNew, moment, body)
		e, err := v.Verify(t.Context(), body, header.Get)
		if err != nil {
			if !fault.Is(err, fault.Unreadable, fault.TooLarge) {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if e.ID == "" || e.Type == "" || e.Subject == "" || e.Created.Year() > 9999 || e.Created.Before(time.Unix(1, 0)) || len(e.Key()) > 300 || e.Amount < 0 {
			t.Fatalf("%q: %+v", body, e)
		}
	})
}
