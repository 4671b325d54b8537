package acceptance

import (
	"fmt"
	"net/http"
	"sync"
	"time"

	"till/scripts/evidence"
)

// refunds are those who get money back.
func refunds() []Scenario {
	return []Scenario{
		{Name: "an order is refunded in part and then in full", Begin: refundedInParts, Wait: untilAnswered},
		{Name: "a shipped order is refunded in full and stays shipped", Begin: refundedAfterShipping},
		{Name: "twenty refunds at once give no more back than was paid", Begin: twentyRefunds},
		{Name: "a refund made on the gateway's dashboard is on the books", Begin: refundedAtGateway},
	}
}

func refundedInParts(v *Visit) func() {
	sku := v.Product("mug", 1680, 2)
	o := v.Fulfilling(Of(sku, 2, "EUR")) // 45.82
	first := v.Key()
	if got := v.Refunded(v.Refund(o.ID, 1000, first)); got != "succeeded" {
		v.T.Fatalf("refund is %s", got)
	}
	v.Refund(o.ID, 1000, first).Want(v.T, http.StatusCreated) // A repeat gives nothing back.
	v.Refund(o.ID, 1001, first).Want(v.T, http.StatusUnprocessableEntity, "idempotency_key_reused")
	v.Refund(o.ID, 0, v.Key()).Want(v.T, http.StatusUnprocessableEntity, "refund_invalid")
	v.Refund(o.ID, 3583, v.Key()).Want(v.T, http.StatusConflict, "refund_exceeds_captured")
	v.Becomes(o, "fulfilling", "partially_refunded", "unfulfilled")
	v.Refund(o.ID, 3582, v.Key()).Want(v.T, http.StatusCreated)
	v.Becomes(o, "cancelled", "refunded", "unfulfilled") // Nothing is left to ship.
	v.availability(sku, `"low"`)
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_state_conflict")
	v.Refund(o.ID, 1, v.Key()).Want(v.T, http.StatusConflict, "refund_exceeds_captured")
	v.Eventually("two mails of refunds", func() bool { return v.Evidence(evidence.Mails).Mailed(o.ID, "refund_sent") == 2 })
	return func() { v.noMachine(o) }
}

// answeredWithin is when the sweep tells a machine what nobody else has; see package order.
const answeredWithin = 2 * time.Minute

func untilAnswered(p Place) time.Duration { return answeredWithin + 2*p.SweepEvery }

func refundedAfterShipping(v *Visit) func() {
	o := v.Fulfilling(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Refund(o.ID, o.Total.Amount, v.Key()).Want(v.T, http.StatusCreated)
	v.Becomes(o, "shipped", "refunded", "fulfilled")
	return nil
}

func twentyRefunds(v *Visit) func() {
	o := v.Fulfilling(Of(v.Product("tee", 2900, 20), 1, "USD"))
	part := o.Total.Amount / 10
	v.SignIn("manager")
	replies := make([]Reply, 20)
	var all sync.WaitGroup
	for i := range replies {
		all.Go(func() {
			replies[i] = v.Patiently(func() Reply { return v.Refund(o.ID, part, v.Named(fmt.Sprintf("refund-%d", i))) })
		})
	}
	all.Wait()
	count := tally(replies)
	if count["201 "] != 10 || count["409 refund_exceeds_captured"] != 10 {
		v.T.Fatalf("answers: %v", count)
	}
	v.Eventually("ten refunds have succeeded", func() bool {
		done := 0
		for _, r := range v.View(o.ID).Refunds {
			if r.Status == "succeeded" {
				done++
			}
		}
		return done == 10
	})
	return nil
}

func refundedAtGateway(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	p := v.Pay(o.ID, Embedded)
	v.PayUp(p)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	v.AsShop("/v1/refunds", "payment_intent", p.Intent(), "amount", "500").Want(v.T, http.StatusOK)
	v.Becomes(o, "fulfilling", "partially_refunded", "unfulfilled")
	v.AsShop("/v1/refunds", "payment_intent", p.Intent()).Want(v.T, http.StatusOK)
	v.Becomes(o, "cancelled", "refunded", "unfulfilled")
	return nil
}
