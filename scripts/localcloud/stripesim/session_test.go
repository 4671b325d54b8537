package stripesim_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/localcloud/stripesim"
)

func TestGoldenPathOfAHostedSessionWithTheRealClient(t *testing.T) {
	for name, overHTTP := range map[string]bool{"in process": false, "over a socket": true} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			if overHTTP {
				s.api = newAPI(s.overHTTP().URL+"/stripe", http.DefaultTransport)
			}
			session := s.session("ord_1", 2500)
			equal(t, "status", session.Status, stripe.CheckoutSessionStatusOpen)
			equal(t, "payment status", session.PaymentStatus, stripe.CheckoutSessionPaymentStatusUnpaid)
			equal(t, "url", session.URL, base+"/pay/"+session.ID)
			equal(t, "total", session.AmountTotal, 2500)
			equal(t, "reference", session.ClientReferenceID, "ord_1")
			if session.PaymentIntent != nil {
				t.Error("an intent exists before the shopper paid")
			}
			p := s.post(session.URL, "card", pays, "action", "pay")
			equal(t, "pay page", p.status, 303)
			equal(t, "return", p.location, "http://shop.test/done?s="+session.ID)
			params := &stripe.CheckoutSessionParams{}
			params.AddExpand("payment_intent.latest_charge.balance_transaction")
			session, err := s.api.CheckoutSessions.Get(session.ID, params)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "status", session.Status, stripe.CheckoutSessionStatusComplete)
			equal(t, "payment status", session.PaymentStatus, stripe.CheckoutSessionPaymentStatusPaid)
			equal(t, "url", session.URL, "")
			pi := session.PaymentIntent
			equal(t, "intent", pi.Status, stripe.PaymentIntentStatusSucceeded)
			equal(t, "received", pi.AmountReceived, 2500)
			equal(t, "metadata", pi.Metadata["order_id"], "ord_1")
			equal(t, "brand", pi.LatestCharge.PaymentMethodDetails.Card.Brand, "visa")
			equal(t, "last four", pi.LatestCharge.PaymentMethodDetails.Card.Last4, "4242")
			equal(t, "fee", pi.LatestCharge.BalanceTransaction.Fee, 63)
			sameKinds(t, s.settle(), "payment_intent.created", "charge.succeeded", "payment_intent.succeeded", "checkout.session.completed")
			sameBook(t, s.book("ord_1"), stripesim.Book{Reference: "ord_1", Currency: "EUR", Captured: 2500, Fees: 63, Charges: 1, Chargeable: 1})
		})
	}
}

func TestSessionRefusesBadParameters(t *testing.T) {
	now := time.Now().Unix()
	rows := map[string]struct {
		change func(*stripe.CheckoutSessionParams)
		param  string
		code   stripe.ErrorCode
	}{
		"no mode":                        {func(p *stripe.CheckoutSessionParams) { p.Mode = nil }, "mode", "parameter_missing"},
		"a mode that is not simulated":   {func(p *stripe.CheckoutSessionParams) { p.Mode = stripe.String("subscription") }, "mode", ""},
		"no line items":                  {func(p *stripe.CheckoutSessionParams) { p.LineItems = nil }, "line_items", "parameter_missing"},
		"no success URL":                 {func(p *stripe.CheckoutSessionParams) { p.SuccessURL = nil }, "success_url", "parameter_missing"},
		"a success URL that is none":     {func(p *stripe.CheckoutSessionParams) { p.SuccessURL = stripe.String("done") }, "success_url", "url_invalid"},
		"an end in less than 30 min":     {func(p *stripe.CheckoutSessionParams) { p.ExpiresAt = stripe.Int64(now + 29*60) }, "expires_at", ""},
		"an end in more than 24 h":       {func(p *stripe.CheckoutSessionParams) { p.ExpiresAt = stripe.Int64(now + 25*3600) }, "expires_at", ""},
		"a total below the minimum":      {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].PriceData.UnitAmount = stripe.Int64(49) }, "line_items", "amount_too_small"},
		"a total of nine digits":         {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].Quantity = stripe.Int64(100_000) }, "line_items", "amount_too_large"},
		"a currency that does not exist": {func(p *stripe.CheckoutSessionParams) { p.LineItems[0].PriceData.Currency = stripe.String("eux") }, "line_items[0][price_data][currency]", ""},
		"a reference of 201 characters":  {func(p *stripe.CheckoutSessionParams) { p.ClientReferenceID = stripe.String(strings.Repeat("x", 201)) }, "client_reference_id", ""},
		"a parameter it does not know":   {func(p *stripe.CheckoutSessionParams) { p.AddExtra("colour", "red") }, "colour", "parameter_unknown"},
		"a metadata value of 501":        {func(p *stripe.CheckoutSessionParams) { p.AddMetadata("k", strings.Repeat("x", 501)) }, "metadata[k]", ""},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			params := sessionParams("ord_1", 2500)
			row.change(params)
			_, err := s.api.CheckoutSessions.New(params)
			e := stripeError(t, err)
			equal(t, "type", e.Type, stripe.ErrorTypeInvalidRequest)
			equal(t, "status", e.HTTPStatusCode, 400)
			equal(t, "param", e.Param, row.param)
			equal(t, "code", e.Code, row.code)
		})
	}
}

func TestSessionExpiresOnTheClock(t *testing.T) {
	s := newShop(t)
	params := sessionParams("ord_1", 2500)
	params.ExpiresAt = stripe.Int64(s.clock.Now().Add(30 * time.Minute).Unix())
	session, err := s.api.CheckoutSessions.New(params)
	if err != nil {
		t.Fatal(err)
	}
	s.clock.advance(30*time.Minute - time.Second)
	sameKinds(t, s.taken())
	s.clock.advance(time.Second)
	sameKinds(t, s.taken(), "checkout.session.expired")
	p := s.post(session.URL, "card", pays, "action", "pay")
	equal(t, "paying afterwards", p.status, http.StatusGone)
	equal(t, "chargeable", s.book("ord_1").Chargeable, 0)
	if !strings.Contains(p.body, "http://shop.test/cancel") {
		t.Error("the page of an expired session shows no way back")
	}
}

func TestExpireEndsASessionAndTheIntentOfItsFailedAttempt(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	equal(t, "declined", s.post(session.URL, "card", declined, "action", "pay").status, http.StatusPaymentRequired)
	s.settle()
	session, err := s.api.CheckoutSessions.Expire(session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", session.Status, stripe.CheckoutSessionStatusExpired)
	sameKinds(t, s.settle(), "payment_intent.canceled", "checkout.session.expired")
	_, err = s.api.CheckoutSessions.Expire(session.ID, nil)
	equal(t, "again", stripeError(t, err).HTTPStatusCode, 400)
	paid := s.paid("ord_2", 900, pays)
	_, err = s.api.CheckoutSessions.Expire(paid.ID, nil)
	equal(t, "a paid one", stripeError(t, err).HTTPStatusCode, 400)
	_, err = s.api.CheckoutSessions.Expire("cs_test_none", nil)
	equal(t, "one that does not exist", stripeError(t, err).Code, stripe.ErrorCodeResourceMissing)
}

func TestIntentOfASessionIsCanceledWithTheSessionOnly(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	s.post(session.URL, "card", declined, "action", "pay")
	id := s.sim.Payments()[0].Intent
	_, err := s.api.PaymentIntents.Cancel(id, nil)
	equal(t, "cancel", stripeError(t, err).HTTPStatusCode, 400)
}

func TestSlowDebitIsUnpaidUntilItIsSettled(t *testing.T) {
	rows := map[string]struct {
		iban string
		want []string
		paid stripe.CheckoutSessionPaymentStatus
		held int64
	}{
		"that pays":  {"AT61 1904 3002 3457 3201", []string{"charge.succeeded", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"}, "paid", 2500},
		"that fails": {"AT861904300235473202", []string{"charge.failed", "payment_intent.payment_failed", "checkout.session.async_payment_failed"}, "unpaid", 0},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			session := s.session("ord_1", 2500)
			equal(t, "pay page", s.post(session.URL, "iban", row.iban, "action", "pay").status, 303)
			sameKinds(t, s.settle(), "payment_intent.created", "payment_intent.processing", "checkout.session.completed")
			session, err := s.api.CheckoutSessions.Get(session.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "status", session.Status, stripe.CheckoutSessionStatusComplete)
			equal(t, "payment status", session.PaymentStatus, stripe.CheckoutSessionPaymentStatusUnpaid)
			s.clock.advance(time.Hour)
			sameKinds(t, s.taken(), row.want...)
			session, err = s.api.CheckoutSessions.Get(session.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "payment status", session.PaymentStatus, row.paid)
			equal(t, "captured", s.book("ord_1").Captured, row.held)
		})
	}
}

func TestSessionWithManualCaptureIsUnpaidUntilCaptured(t *testing.T) {
	s := newShop(t)
	params := sessionParams("ord_1", 2500)
	params.PaymentIntentData.CaptureMethod = stripe.String("manual")
	session, err := s.api.CheckoutSessions.New(params)
	if err != nil {
		t.Fatal(err)
	}
	s.post(session.URL, "card", pays, "action", "pay")
	session, err = s.api.CheckoutSessions.Get(session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", session.Status, stripe.CheckoutSessionStatusComplete)
	equal(t, "payment status", session.PaymentStatus, stripe.CheckoutSessionPaymentStatusUnpaid)
	if _, err := s.api.PaymentIntents.Capture(session.PaymentIntent.ID, nil); err != nil {
		t.Fatal(err)
	}
	session, err = s.api.CheckoutSessions.Get(session.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "payment status", session.PaymentStatus, stripe.CheckoutSessionPaymentStatusPaid)
}

func TestLineItemsAreListedAndExpanded(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	list := s.api.CheckoutSessions.ListLineItems(&stripe.CheckoutSessionListLineItemsParams{Session: stripe.String(session.ID)})
	count := 0
	for list.Next() {
		count++
		equal(t, "line", list.LineItem().AmountTotal, 2500)
	}
	if list.Err() != nil || count != 1 {
		t.Fatalf("%d lines, %v", count, list.Err())
	}
	params := &stripe.CheckoutSessionParams{}
	params.AddExpand("line_items")
	session, err := s.api.CheckoutSessions.Get(session.ID, params)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "expanded", len(session.LineItems.Data), 1)
	params = &stripe.CheckoutSessionParams{}
	params.AddExpand("weather")
	_, err = s.api.CheckoutSessions.Get(session.ID, params)
	equal(t, "what cannot be expanded", stripeError(t, err).HTTPStatusCode, 400)
}
