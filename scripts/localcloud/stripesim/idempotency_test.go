package stripesim_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/localcloud/stripesim"
)

func withKey(p *stripe.PaymentIntentParams, key string) *stripe.PaymentIntentParams {
	p.SetIdempotencyKey(key)
	return p
}

func TestSameKeyGivesTheSameAnswer(t *testing.T) {
	s := newShop(t)
	first, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "echo", first.LastResponse.Header.Get("Idempotency-Key"), "k1")
	equal(t, "first is no replay", first.LastResponse.Header.Get("Idempotent-Replayed"), "")
	again, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "id", again.ID, first.ID)
	equal(t, "replay", again.LastResponse.Header.Get("Idempotent-Replayed"), "true")
	equal(t, "original", again.LastResponse.Header.Get("Original-Request"), first.LastResponse.RequestID)
	equal(t, "body", string(again.LastResponse.RawJSON), string(first.LastResponse.RawJSON))

	_, err = s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1001, "eur"), "k1"))
	e := stripeError(t, err)
	equal(t, "other amount", e.HTTPStatusCode, 400)
	equal(t, "type", e.Type, stripe.ErrorTypeIdempotency)
	params := sessionParams("ord_1", 1000)
	params.SetIdempotencyKey("k1")
	_, err = s.api.CheckoutSessions.New(params)
	equal(t, "other endpoint", stripeError(t, err).Type, stripe.ErrorTypeIdempotency)

	s.clock.advance(24 * time.Hour)
	late, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
	if err != nil {
		t.Fatal(err)
	}
	if late.ID == first.ID {
		t.Error("the key was still kept after 24 h")
	}
}

func TestKeyKeepsDeclinesButNotValidationErrors(t *testing.T) {
	s := newShop(t)
	_, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 10, "eur"), "k1"))
	equal(t, "invalid", stripeError(t, err).Code, stripe.ErrorCodeAmountTooSmall)
	if _, err = s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1")); err != nil {
		t.Errorf("a key was used up by an invalid request: %v", err)
	}
	pay := func() *stripe.Error {
		params := withKey(intentParams("ord_1", 1000, "eur"), "k2")
		params.Confirm, params.PaymentMethod = stripe.Bool(true), stripe.String("pm_card_visa_chargeDeclined")
		params.ReturnURL = stripe.String("http://shop.test/back")
		_, err := s.api.PaymentIntents.New(params)
		return stripeError(t, err)
	}
	first, again := pay(), pay()
	equal(t, "decline", first.HTTPStatusCode, 402)
	equal(t, "same intent", again.PaymentIntent.ID, first.PaymentIntent.ID)
	header := http.Header{"Authorization": {"Bearer " + secretKey}, "Idempotency-Key": {strings.Repeat("k", 256)}}
	equal(t, "a key of 256 characters", s.send(http.MethodPost, base+"/v1/payment_intents", header, "amount=1000&currency=eur").status, 400)
}

func TestKeyKeepsA500AndNoOtherFault(t *testing.T) {
	for _, status := range []int{500, 503, 429, 409} {
		s := newShop(t)
		s.faults(stripesim.Faults{API: stripesim.APIFaults{ErrorRate: 1, Status: status}})
		_, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
		equal(t, "fault", stripeError(t, err).HTTPStatusCode, status)
		s.faults(stripesim.Faults{})
		_, err = s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
		if kept := err != nil; kept != (status == 500) {
			t.Errorf("%d: the retry answered %v", status, err)
		}
	}
}

func TestKeyBringsTheTruthAfterALostAnswer(t *testing.T) {
	rows := map[string]stripesim.APIFaults{
		"timeout": {TimeoutAfter: 1}, "503": {ErrorAfter: 1}, "cut answer": {CutJSON: 1}, "long latency": {Latency: stripesim.Duration(9 * time.Second)},
	}
	for name, fault := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			pi := s.paid("ord_1", 2500, pays).PaymentIntent
			refund := func() (*stripe.Refund, error) {
				params := &stripe.RefundParams{PaymentIntent: stripe.String(pi.ID)}
				params.SetIdempotencyKey("k1")
				return s.api.Refunds.New(params)
			}
			s.faults(stripesim.Faults{API: fault})
			if _, err := refund(); err == nil {
				t.Fatal("the answer arrived")
			}
			s.faults(stripesim.Faults{})
			r, err := refund()
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "replay", r.LastResponse.Header.Get("Idempotent-Replayed"), "true")
			equal(t, "refunded once", s.book("ord_1").Refunded, 2500)
		})
	}
}

func TestConcurrentCallsWithOneKeyConflict(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	s := newShop(t, func(c *stripesim.Config) {
		c.Wait = func(context.Context, time.Duration) error {
			entered <- struct{}{}
			<-leave
			return nil
		}
	})
	s.faults(stripesim.Faults{API: stripesim.APIFaults{Latency: stripesim.Duration(time.Second)}})
	done := make(chan error)
	go func() {
		_, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
		done <- err
	}()
	<-entered
	s.faults(stripesim.Faults{})
	_, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
	e := stripeError(t, err)
	equal(t, "status", e.HTTPStatusCode, http.StatusConflict)
	equal(t, "code", e.Code, stripe.ErrorCodeIdempotencyKeyInUse)
	leave <- struct{}{}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	again, err := s.api.PaymentIntents.New(withKey(intentParams("ord_1", 1000, "eur"), "k1"))
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "afterwards", again.LastResponse.Header.Get("Idempotent-Replayed"), "true")
	equal(t, "intents", len(s.sim.Payments()), 1)
}
