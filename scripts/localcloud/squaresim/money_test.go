package squaresim_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/squaresim"
)

func refundBody(key, payment string, amount int64) string {
	return fmt.Sprintf(`{"idempotency_key":%q,"payment_id":%q,"amount_money":{"amount":%d,"currency":"EUR"},"reason":"ref_1"}`, key, payment, amount)
}

func TestRefundsAreOfWhatIsLeft(t *testing.T) {
	b := newBench(t, nil)
	_, payment := b.paid("one", "4242424242424242")
	a := b.ok("POST", "/v2/refunds", refundBody("r1", payment, 700))
	b.want(a, "refund.status", "COMPLETED", "refund.reason", "ref_1", "refund.payment_id", payment)
	b.want(b.ok("POST", "/v2/refunds", refundBody("r1", payment, 700)), "refund.id", a.get("refund.id"))
	b.refused("POST", "/v2/refunds", refundBody("r2", payment, 1300), 400, "REFUND_AMOUNT_INVALID", "amount_money.amount")
	b.ok("POST", "/v2/refunds", refundBody("r3", payment, 1299))
	b.want(b.ok("GET", "/v2/payments/"+payment, ""), "payment.refunded_money.amount", "1999", "payment.refund_ids.0", a.get("refund.id"))
	if got := b.book(); got.Refunded != 1999 || got.Captured != 1999 {
		t.Errorf("got %+v", got)
	}
	own := b.ok("GET", "/v2/orders/"+a.get("refund.order_id"), "")
	b.want(own, "order.state", "COMPLETED", "order.metadata.order_id", "", "order.returns.0.source_order_id", b.ok("GET", "/v2/payments/"+payment, "").get("payment.order_id"))
	list := b.ok("GET", "/v2/refunds?limit=1&sort_order=ASC", "")
	b.want(list, "refunds.0.id", a.get("refund.id"))
	b.want(b.ok("GET", "/v2/refunds?limit=1&sort_order=ASC&cursor="+list.get("cursor"), ""), "refunds.0.amount_money.amount", "1299", "cursor", "")

	_, old := b.paid("two", "4242424242424242")
	b.advance(366 * 24 * time.Hour)
	b.refused("POST", "/v2/refunds", refundBody("r4", old, 1), 400, "PAYMENT_NOT_REFUNDABLE", "payment_id")
}

func TestRefundsEndAsTheFaultSays(t *testing.T) {
	for mode, want := range map[string][2]string{
		"": {"COMPLETED", "COMPLETED"}, "pending": {"PENDING", "COMPLETED"}, "pending_then_failed": {"PENDING", "FAILED"},
		"succeeded_then_failed": {"COMPLETED", "FAILED"}, "failed": {"REJECTED", "REJECTED"},
	} {
		b := newBench(t, nil)
		_, payment := b.paid("one", "4242424242424242")
		b.must(b.sim.SetFaults(squaresim.Faults{Refunds: mode}))
		a := b.ok("POST", "/v2/refunds", refundBody("r1", payment, 1999))
		b.want(a, "refund.status", want[0])
		b.advance(time.Hour)
		b.want(b.ok("GET", "/v2/refunds/"+a.get("refund.id"), ""), "refund.status", want[1])
		got := b.book()
		if got.RefundsPending != 0 || (got.Refunded == 1999) != (want[1] == "COMPLETED") {
			t.Errorf("%s: %+v", mode, got)
		}
	}
}

func TestADisputeHoldsTheMoneyUntilTheShopWins(t *testing.T) {
	for name, tt := range map[string]struct {
		act         func(b *bench, id string)
		state       string
		holds, lost int64
	}{
		"won":            {func(b *bench, id string) { b.must(b.sim.CloseDispute(id, true)) }, "WON", 0, 0},
		"lost":           {func(b *bench, id string) { b.must(b.sim.CloseDispute(id, false)) }, "LOST", 1999, 1999},
		"accepted":       {func(b *bench, id string) { b.ok("POST", "/v2/disputes/"+id+"/accept", "") }, "ACCEPTED", 1999, 1999},
		"left alone":     {func(b *bench, _ string) { b.advance(7 * 24 * time.Hour) }, "LOST", 1999, 1999},
		"answered well":  {func(b *bench, id string) { b.evidence(id, "It was delivered.", "PROCESSING") }, "WON", 0, 0},
		"answered badly": {func(b *bench, id string) { b.evidence(id, "losing_evidence", "LOST") }, "LOST", 1999, 1999},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			_, payment := b.paid("one", "4000000000000259")
			b.advance(5 * time.Second)
			a := b.ok("GET", "/v2/disputes?location_id=LTESTS", "")
			id := a.get("disputes.0.id")
			b.want(a, "disputes.0.state", "EVIDENCE_REQUIRED", "disputes.0.disputed_payment.payment_id", payment, "disputes.0.amount_money.amount", "1999",
				"disputes.0.reason", "NO_KNOWLEDGE", "disputes.0.due_at", "2026-03-08T12:00:05.000Z")
			b.refused("POST", "/v2/refunds", refundBody("r1", payment, 1), 400, "PAYMENT_NOT_REFUNDABLE_DUE_TO_DISPUTE", "payment_id")
			b.refused("POST", "/v2/disputes/"+id+"/submit-evidence", "", 400, "BAD_REQUEST", "dispute_id")
			if got := b.book(); got.Disputed != 1999 || got.DisputesLost != 0 {
				t.Errorf("open: %+v", got)
			}
			tt.act(b, id)
			b.want(b.ok("GET", "/v2/disputes/"+id, ""), "dispute.state", tt.state)
			if got := b.book(); got.Disputed != tt.holds || got.DisputesLost != tt.lost || got.Captured != 1999 {
				t.Errorf("ended: %+v", got)
			}
			b.refused("POST", "/v2/disputes/"+id+"/accept", "", 400, "BAD_REQUEST", "dispute_id")
			if b.sim.CloseDispute(id, true) == nil {
				t.Error("it was decided twice")
			}
			kinds := b.kinds()
			if !slices.Contains(kinds, "dispute.created") || !slices.Contains(kinds, "dispute.state.updated") {
				t.Errorf("announced %v", kinds)
			}
		})
	}
}

func (b *bench) evidence(id, text, becomes string) {
	b.Helper()
	b.ok("POST", "/v2/disputes/"+id+"/evidence-text", `{"idempotency_key":"e1","evidence_type":"REBUTTAL_EXPLANATION","evidence_text":"`+text+`"}`)
	b.want(b.ok("POST", "/v2/disputes/"+id+"/submit-evidence", ""), "dispute.state", becomes)
	b.advance(time.Hour)
}

func TestAnInquiryTakesNothing(t *testing.T) {
	b := newBench(t, nil)
	b.paid("one", "4000000000001976")
	b.advance(5 * time.Second)
	a := b.ok("GET", "/v2/disputes", "")
	b.want(a, "disputes.0.state", "INQUIRY_EVIDENCE_REQUIRED")
	if got := b.book(); got.Disputed != 0 {
		t.Errorf("got %+v", got)
	}
	b.must(b.sim.CloseDispute(a.get("disputes.0.id"), false))
	b.want(b.ok("GET", "/v2/disputes", ""), "disputes.0.state", "INQUIRY_CLOSED")
}

func TestAPaymentCanBeDisputedByHand(t *testing.T) {
	b := newBench(t, nil)
	_, payment := b.paid("one", "4242424242424242")
	b.ok("POST", "/v2/refunds", refundBody("r1", payment, 999))
	id, err := b.sim.RaiseDispute(payment, "product_not_received")
	b.must(err)
	b.want(b.ok("GET", "/v2/disputes/"+id, ""), "dispute.amount_money.amount", "1000", "dispute.reason", "NOT_RECEIVED")
	for _, again := range []string{payment, "nobody"} {
		if _, err := b.sim.RaiseDispute(again, "fraudulent"); err == nil {
			t.Errorf("%s can be disputed", again)
		}
	}
	list := b.sim.Payments()
	if len(list) != 1 || list[0].Charge != payment || list[0].Dispute != id || list[0].Disputed != "EVIDENCE_REQUIRED" || list[0].Refunded != 999 || !strings.HasPrefix(list[0].Method, "visa") {
		t.Errorf("got %+v", list)
	}
	if sum := b.sim.Totals(); len(sum) != 1 || sum[0].Captured != 1999 || sum[0].Disputed != 1000 || sum[0].Refunded != 999 {
		t.Errorf("got %+v", sum)
	}
}
