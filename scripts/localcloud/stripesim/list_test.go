package stripesim_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/localcloud/stripesim"
)

func TestListsAreFiltered(t *testing.T) {
	s := newShop(t)
	session := s.paid("ord_1", 2500, pays)
	s.paid("ord_2", 900, pays)
	open := s.session("ord_3", 700)
	pi := session.PaymentIntent.ID

	charges := s.api.Charges.List(&stripe.ChargeListParams{PaymentIntent: stripe.String(pi)})
	equal(t, "charge", charges.Next() && charges.Charge().Amount == 2500 && !charges.Next(), true)
	byIntent := s.api.CheckoutSessions.List(&stripe.CheckoutSessionListParams{PaymentIntent: stripe.String(pi)})
	equal(t, "session of an intent", byIntent.Next() && byIntent.CheckoutSession().ID == session.ID && !byIntent.Next(), true)
	byStatus := s.api.CheckoutSessions.List(&stripe.CheckoutSessionListParams{Status: stripe.String("open")})
	equal(t, "open session", byStatus.Next() && byStatus.CheckoutSession().ID == open.ID && !byStatus.Next(), true)
	moves := s.api.BalanceTransactions.List(&stripe.BalanceTransactionListParams{Source: stripe.String(session.PaymentIntent.LatestCharge.ID)})
	equal(t, "movement", moves.Next() && moves.BalanceTransaction().Net == 2437 && !moves.Next(), true)
	endpoints := s.api.WebhookEndpoints.List(nil)
	equal(t, "endpoint", endpoints.Next() && endpoints.WebhookEndpoint().URL == hookURL && !endpoints.Next(), true)
	count := 0
	for intents := s.api.PaymentIntents.List(nil); intents.Next(); {
		count++
	}
	equal(t, "intents", count, 2)

	params := &stripe.ChargeParams{}
	params.AddExpand("refunds")
	if _, err := s.refund(pi, 300); err != nil {
		t.Fatal(err)
	}
	ch, err := s.api.Charges.Get(session.PaymentIntent.LatestCharge.ID, params)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "refunds of the charge", ch.Refunds.Data[0].Amount, 300)

	bad := &stripe.EventListParams{}
	bad.StartingAfter = stripe.String("evt_none")
	events := s.api.Events.List(bad)
	equal(t, "an unknown start", events.Next(), false)
	equal(t, "its error", stripeError(t, events.Err()).HTTPStatusCode, 400)
	bad = &stripe.EventListParams{}
	bad.Limit = stripe.Int64(101)
	events = s.api.Events.List(bad)
	equal(t, "a limit of 101", events.Next(), false)
	equal(t, "its error", stripeError(t, events.Err()).Param, "limit")
}

func TestBrowserMakesAPaymentMethodAndTheServerConfirmsWithIt(t *testing.T) {
	s := newShop(t)
	p := s.post(base+"/v1/payment_methods", "key", publicKey, "type", "card", "card[number]", pays)
	equal(t, "made", p.status, 200)
	_, rest, _ := strings.Cut(p.body, `"id": "`)
	id, _, _ := strings.Cut(rest, `"`)
	pi := s.intent("ord_1", 700)
	now, err := s.api.PaymentIntents.Confirm(pi.ID, &stripe.PaymentIntentConfirmParams{PaymentMethod: stripe.String(id),
		ReturnURL: stripe.String("http://shop.test/back")})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", now.Status, stripe.PaymentIntentStatusSucceeded)
	equal(t, "method", now.PaymentMethod.ID, id)
	got, err := s.api.PaymentMethods.Get(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "last four", got.Card.Last4, "4242")
	for _, expiry := range [][2]string{{"13", "34"}, {"12", "20"}} {
		bad := s.post(base+"/v1/payment_methods", "key", publicKey, "type", "card", "card[number]", pays, "card[exp_month]", expiry[0], "card[exp_year]", expiry[1])
		equal(t, "expiry "+expiry[0]+"/"+expiry[1], bad.status, 402)
	}
}

func TestControlPageSettlesRefunds(t *testing.T) {
	s := newShop(t)
	s.faults(stripesim.Faults{Refunds: stripesim.RefundsPending})
	pi := s.paid("ord_1", 2500, pays).PaymentIntent
	r, err := s.refund(pi.ID, 1000)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pending", s.book("ord_1").RefundsPending, 1000)
	if err := s.sim.SettleRefund(r.ID, "succeeded"); err != nil {
		t.Fatal(err)
	}
	equal(t, "refunded", s.book("ord_1").Refunded, 1000)
	if err := s.sim.SettleRefund(r.ID, "failed"); err != nil {
		t.Fatal(err)
	}
	equal(t, "failed afterwards", s.book("ord_1").Refunded, 0)
	if s.sim.SettleRefund(r.ID, "succeeded") == nil || s.sim.SettleRefund("re_none", "failed") == nil {
		t.Error("a refund that has ended was changed")
	}
	s.clock.advance(24 * time.Hour)
	equal(t, "the clock does not revive it", s.book("ord_1").Refunded, 0)
	params := &stripe.RefundParams{}
	params.AddMetadata("note", "seen")
	if r, err = s.api.Refunds.Update(r.ID, params); err != nil {
		t.Fatal(err)
	}
	equal(t, "metadata", r.Metadata["note"], "seen")
}

func TestDisputeNeedsMoney(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 2500, pays).PaymentIntent
	if _, err := s.refund(pi.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.sim.RaiseDispute(pi.LatestCharge.ID, "fraudulent"); err == nil {
		t.Error("refunded money was disputed")
	}
	if _, err := s.sim.RaiseDispute("ch_none", "fraudulent"); err == nil {
		t.Error("an unknown charge was disputed")
	}
}

func TestPaymentsShowSessionsAndIntents(t *testing.T) {
	s := newShop(t)
	s.session("ord_1", 700)
	s.clock.advance(time.Second)
	s.paid("ord_2", 2500, pays)
	list := s.sim.Payments()
	equal(t, "lines", len(list), 2)
	equal(t, "newest first", list[0].Reference, "ord_2")
	equal(t, "method", list[0].Method, "visa 4242")
	equal(t, "captured", list[0].Captured, 2500)
	equal(t, "open", list[1].Status, "session open")
	equal(t, "chargeable", s.book("ord_1").Chargeable, 1)
}
