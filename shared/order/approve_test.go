package order_test

import (
	"testing"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// awaits is an order with a refund that one member of staff alone may not give.
func awaits(t *testing.T) (*desk, payment.RefundID) {
	t.Helper()
	d, _ := paid(t)
	if c := d.do(asksMuch(d, 2000)); c.Kind != "refund_awaits_approval" {
		t.Fatalf("it is %q", c.Kind)
	}
	return d, order.RefundIDFor(d.o.ID(), "r1")
}

func asksMuch(d *desk, amount int64) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) {
		return o.RequestRefund(order.NewRefund{Key: "r1", Amount: amount, Alone: 1000}, d.by("staff:1"))
	}
}

func approves(d *desk, id payment.RefundID, who string) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.ApproveRefund(id, d.by(who)) }
}

func withdraws(d *desk, id payment.RefundID, who string) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.WithdrawRefund(id, d.by(who)) }
}

func TestALargeRefundWaitsForASecondMemberOfStaff(t *testing.T) {
	d, id := awaits(t)
	if len(d.o.OpenRefunds()) > 0 {
		t.Error("it would be sent")
	}
	d.again("the same request", asksMuch(d, 2000))
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r2", total-2000+1)) // Its amount is set aside.
	d.refused(fault.Forbidden, "second_approver_needed", approves(d, id, "staff:1"))
	d.do(approves(d, id, "staff:2"))
	d.again("the approval", approves(d, id, "staff:3"))
	if got := d.o.OpenRefunds(); len(got) != 1 || got[0].State != payment.RefundRequested || got[0].By != "staff:1" || got[0].ApprovedBy != "staff:2" {
		t.Errorf("it is %+v", got)
	}
	d.refused(fault.Conflict, "order_state_conflict", withdraws(d, id, "staff:1"))
	d.refused(fault.NotFound, "not_found", approves(d, "ref_none", "staff:2"))
}

func TestASmallRefundDoesNotWait(t *testing.T) {
	d, _ := paid(t)
	if c := d.do(asksMuch(d, 1000)); c.Kind != "refund_requested" || len(d.o.OpenRefunds()) != 1 {
		t.Errorf("exactly the limit is %q", c.Kind)
	}
}

func TestAWithdrawnRefundFreesItsAmount(t *testing.T) {
	d, id := awaits(t)
	d.do(withdraws(d, id, "staff:1"))
	d.again("the withdrawal", withdraws(d, id, "staff:1"))
	d.refused(fault.Conflict, "order_state_conflict", approves(d, id, "staff:2"))
	if got := d.balances(); got[ledger.RefundsPayable] != 0 || len(d.o.Record().Holds) != 0 {
		t.Errorf("the books stand at %v, held %v", got, d.o.Record().Holds)
	}
	d.do(askBack(d, "r2", total))
	d.refused(fault.NotFound, "not_found", withdraws(d, "ref_none", "staff:2"))
}

func TestACancelledOrderAsksNobodyAnyMore(t *testing.T) {
	d, id := awaits(t)
	d.do(cancel(d))
	got, _ := d.o.Refund(id)
	if open := d.o.OpenRefunds(); got.State != payment.RefundCanceled || len(open) != 1 || open[0].Amount != total {
		t.Errorf("it is %+v, and %+v goes back", got, open)
	}
}

func TestTheNumberOfRefundsIsBounded(t *testing.T) {
	d, _ := paid(t)
	for i := range 100 {
		d.do(askBack(d, string(rune('A'+i)), 1))
	}
	d.refused(fault.TooMany, "too_many_refunds", askBack(d, "r1", 1))
}
