package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// disputed says what a gateway says of an order's disputes.
func disputed(d *desk, a payment.AttemptID, disputes ...payment.DisputeFacts) func(*order.Order) (order.Change, error) {
	f := facts(d, a, payment.Captured)
	f.Disputes = disputes
	return news(d, f)
}

func TestMoneyOfADisputeOnTheBooks(t *testing.T) {
	asked := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeInquiry, Amount: total}
	taken := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: total, Withdrawn: total, Fee: 1500}
	won := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeWon, Amount: total}
	lost := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeLost, Amount: total, Withdrawn: total, Fee: 1500}
	gaveIn, part := lost, lost
	gaveIn.State, part.Withdrawn = payment.DisputeAccepted, 1000
	reopened := taken
	for name, row := range map[string]struct {
		told                            []payment.DisputeFacts
		clearing, reserve, losses, fees int64
		refundable                      int64
	}{
		"an inquiry takes nothing":                         {[]payment.DisputeFacts{asked}, total, 0, 0, 0, total},
		"what is withdrawn is held in reserve":             {[]payment.DisputeFacts{asked, taken}, 0, total, 0, 1500, 0},
		"won, it comes back, and so does the fee":          {[]payment.DisputeFacts{taken, won}, total, 0, 0, 0, total},
		"lost, it is a loss":                               {[]payment.DisputeFacts{taken, lost}, 0, 0, total, 1500, 0},
		"given in to, it is a loss":                        {[]payment.DisputeFacts{taken, gaveIn}, 0, 0, total, 1500, 0},
		"lost in part":                                     {[]payment.DisputeFacts{taken, part}, total - 1000, 0, 1000, 1500, total - 1000},
		"lost before anybody heard of it":                  {[]payment.DisputeFacts{lost}, 0, 0, total, 1500, 0},
		"lost, and said to be open by old news":            {[]payment.DisputeFacts{lost, taken}, 0, 0, total, 1500, 0},
		"lost, and won after all":                          {[]payment.DisputeFacts{lost, won}, total, 0, 0, 0, total},
		"won, and begun anew":                              {[]payment.DisputeFacts{taken, won, reopened}, 0, total, 0, 1500, 0},
		"lost where the gateway does not say what it took": {[]payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeLost, Amount: 500}}, total, 0, 0, 0, total - 500},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := paid(t)
			for _, told := range row.told {
				d.do(disputed(d, a, told))
				d.again("the same", disputed(d, a, told))
			}
			got := d.balances()
			if got[ledger.GatewayClearing] != row.clearing || got[ledger.DisputeReserve] != row.reserve || got[ledger.DisputeLosses] != row.losses ||
				got[ledger.Fees] != row.fees || got[ledger.FeesPayable] != -row.fees || d.o.Record().Status != order.Confirmed {
				t.Errorf("the books stand at %v, the order is %s", got, d.o.Record().Status)
			}
			d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r1", row.refundable+1))
			if row.refundable > 0 {
				d.do(askBack(d, "r2", row.refundable))
			}
		})
	}
}

func TestMoneyThatADisputeBringsBackToACancelledOrderGoesToItsShopper(t *testing.T) {
	d, a := paid(t)
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: total, Withdrawn: total}))
	d.do(func(o *order.Order) (order.Change, error) { return o.Cancel(d.by("staff:1")) })
	if open := d.o.OpenRefunds(); len(open) != 0 {
		t.Fatalf("while the bank has the money it is to go back: %+v", open)
	}
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeWon, Amount: total}))
	if open := d.o.OpenRefunds(); len(open) != 1 || open[0].Amount != total || open[0].Cause != payment.OrderCancelled {
		t.Errorf("to go back: %+v", open)
	}
	if r := d.o.Record(); r.Due.IsZero() {
		t.Error("nobody sends it")
	}
}

func TestADisputeThatIsLostAfterARefundIsALossAndNothingMoreGoesBack(t *testing.T) {
	d, a := packed(t)
	d.do(shipAll(d, "1"))
	d.do(askBack(d, "r1", total))
	id := order.RefundIDFor(d.o.ID(), "r1")
	d.do(func(o *order.Order) (order.Change, error) {
		return o.ApplyRefund(a, payment.RefundFacts{ID: id, Ref: "re_1", State: payment.RefundSucceeded, Amount: total}, d.gateway())
	})
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeLost, Amount: total, Withdrawn: total, Fee: 1500}))
	if got := d.balances(); got[ledger.GatewayClearing] != -total || got[ledger.FeesPayable] != -1500 || got[ledger.DisputeLosses] != total {
		t.Errorf("the books stand at %v", got)
	}
	d.refused(fault.Conflict, "refund_exceeds_captured", askBack(d, "r2", 1))
	d.is(order.Shipped, "refunded")
}

func TestADisputeIsAskedAboutEachDayAndWhenItsTimeIsNearlyOver(t *testing.T) {
	d, a := packed(t)
	d.do(shipAll(d, "1"))
	mailed(d)
	due := d.now.Add(5 * 24 * time.Hour)
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeNeedsResponse, Amount: total, Withdrawn: total, DueBy: due}))
	if got, there := d.o.Dispute("dp_1"); !there || got.Attempt != a || !got.DueBy.Equal(due) || !got.At.Equal(d.now.Truncate(time.Second)) {
		t.Errorf("it is kept as %+v", got)
	}
	if d.o.Unanswered(d.now) || slices.Contains(d.o.Overdue(d.now.Add(23*time.Hour)), order.AskDispute) {
		t.Error("it is urgent at once")
	}
	for !d.o.Unanswered(d.now) {
		if d.now.After(due.Add(-48 * time.Hour)) {
			t.Fatal("nobody is told in time")
		}
		d.now = d.o.Record().Due
		d.do(asked(d))
	}
	if d.now.After(due.Add(-47 * time.Hour)) {
		t.Errorf("told at %v of %v", d.now, due)
	}
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeUnderReview, Amount: total, Withdrawn: total, DueBy: due}))
	if d.o.Unanswered(d.now) {
		t.Error("what is answered is urgent")
	}
	if _, there := d.o.Dispute("dp_2"); there {
		t.Error("a dispute that is none is found")
	}
}

func TestAnAttemptNamesItsDisputesTheOpenOnesFirst(t *testing.T) {
	d, a := packed(t)
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeWon, Amount: 100}))
	d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_2", State: payment.DisputeInquiry, Amount: 100}))
	if got, _ := d.o.Attempt(a); !slices.Equal(got.Disputes, []string{"dp_2", "dp_1"}) {
		t.Errorf("named are %q", got.Disputes)
	}
	if r := d.o.Record(); r.Attempts[0].Disputes != nil {
		t.Errorf("kept are %q", r.Attempts[0].Disputes)
	}
}
