package shoptest

import (
	"time"

	"till/shared/cashier"
	"till/shared/edge/apigw"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

// Cashier moves the shop's money.
func (s *Shop) Cashier() cashier.Cashier {
	return cashier.Cashier{
		Book: order.Book{Load: s.Store.Order, Save: s.Store.Save}, Gateway: s.Gateways, Now: s.Now,
		ReturnURL: func(order.ID, payment.AttemptID) string { return Origin },
	}
}

// Promised places an order under a key, whose money is promised and not taken; the order is confirmed.
func (s *Shop) Promised(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o := s.Place(key)
	return o, s.Promise(o, "pay "+key)
}

// Promise begins a payment of an order under a key, and the shopper promises the money; the order is confirmed.
func (s *Shop) Promise(o Opened, key string) payment.AttemptID {
	s.Helper()
	who := cashier.Who{Who: "shopper"}
	a, _, err := s.Cashier().Begin(s.Context(), s.Order(o), order.NewAttempt{Key: key, Gateway: "stripe", Mode: payment.Hosted, Manual: true}, who)
	if err != nil {
		s.Fatal(err)
	}
	s.Tell(a.ID, paymenttest.Authorized)
	if _, _, err := s.Cashier().Settle(s.Context(), o.ID, a.ID, who); err != nil {
		s.Fatal(err)
	}
	if got := s.Order(o).Record(); got.Status != order.Confirmed || got.PaymentStatus() != "authorized" {
		s.Fatalf("the order is %s and %s", got.Status, got.PaymentStatus())
	}
	return a.ID
}

// Desk is a manager's request about an order, with a body and an idempotency key; "" leaves either out.
func (s *Shop) Desk(o Opened, body, key string) apigw.Request {
	s.Helper()
	req := s.Staff("refund", "a-part", o.Words()[:2]...)
	req.Body = body
	delete(req.Headers, "idempotency-key")
	if key != "" {
		req.Headers["idempotency-key"] = key
	}
	if body == "" {
		delete(req.Headers, "content-type")
	}
	return req
}

// Refusals are requests that no function which moves money does anything about, by what is wrong with them, with the kind of their
// fault.
func (s *Shop) Refusals(o Opened) map[string]apigw.Request {
	s.Helper()
	out := map[string]apigw.Request{}
	for _, file := range []string{"as-nobody", "as-packer", "as-viewer", "expired-token", "id-token", "shopper-token", "signed-in-16-minutes-ago", "without-mfa"} {
		req := s.Staff("refund", file, o.Words()[:2]...)
		req.Body = "{}"
		out[file] = req
	}
	out["order-unknown"] = s.Desk(o, "{}", "key")
	out["order-unknown"].PathParameters["id"] = "ord_" + string(o.ID[4:29]) + "x"
	return out
}

// Dispute is the gateway's reference of the dispute that Disputed makes.
const Dispute = "dp_1Mug"

// Disputed places an order under a key that is paid and shipped, and of which the shopper says that they did not buy it.
func (s *Shop) Disputed(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o, a := s.Shipped(key)
	s.Dispute(o, a)
	return o, a
}

// Dispute lets the shopper say of a payment that they did not make it. There is a week to answer.
func (s *Shop) Dispute(o Opened, a payment.AttemptID) {
	s.Helper()
	s.Tell(a, func(f *payment.Facts) {
		f.Disputes = append(f.Disputes, payment.DisputeFacts{Ref: Dispute, State: payment.DisputeNeedsResponse, Reason: payment.ReasonFraud, Amount: f.Captured,
			Withdrawn: f.Captured, DueBy: s.Now().Add(7 * 24 * time.Hour)})
	})
	if _, _, err := s.Cashier().Settle(s.Context(), o.ID, a, cashier.Who{Who: "gateway:stripe"}); err != nil {
		s.Fatal(err)
	}
}
