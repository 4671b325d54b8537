package stripesim_test

import (
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/localcloud/stripesim"
)

func TestRefundsArePartialUntilNothingIsLeft(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 2500, pays).PaymentIntent
	s.settle()
	params := &stripe.RefundParams{PaymentIntent: stripe.String(pi.ID), Amount: stripe.Int64(1000), Reason: stripe.String("requested_by_customer")}
	params.AddMetadata("operation", "op_1")
	r, err := s.api.Refunds.New(params)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", r.Status, stripe.RefundStatusSucceeded)
	equal(t, "metadata", r.Metadata["operation"], "op_1")
	equal(t, "charge", r.Charge.ID, pi.LatestCharge.ID)
	sameKinds(t, s.settle(), "charge.refunded", "refund.created")
	_, err = s.refund(pi.ID, 1501)
	e := stripeError(t, err)
	equal(t, "too much", e.HTTPStatusCode, 400)
	equal(t, "param", e.Param, "amount")
	if r, err = s.refund(pi.ID, 0); err != nil {
		t.Fatal(err)
	}
	equal(t, "the rest", r.Amount, 1500)
	_, err = s.refund(pi.ID, 0)
	equal(t, "once more", stripeError(t, err).Code, stripe.ErrorCodeChargeAlreadyRefunded)
	_, err = s.refund("pi_none", 0)
	equal(t, "of nothing", stripeError(t, err).Code, stripe.ErrorCodeResourceMissing)
	equal(t, "charge is refunded", s.intentNow(pi.ID).LatestCharge.Refunded, true)
	equal(t, "book", s.book("ord_1").Refunded, 2500)

	list := s.api.Refunds.List(&stripe.RefundListParams{PaymentIntent: stripe.String(pi.ID)})
	var amounts []int64
	for list.Next() {
		amounts = append(amounts, list.Refund().Amount)
	}
	if list.Err() != nil || len(amounts) != 2 || amounts[0] != 1500 || amounts[1] != 1000 {
		t.Errorf("list: %v, %v; newest first expected", amounts, list.Err())
	}
	got, err := s.api.Refunds.Get(r.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "one", got.ID, r.ID)
}

func TestRefundsEndAsTheFaultsSay(t *testing.T) {
	rows := map[string]struct {
		faults        stripesim.Faults
		card          string
		first, second stripe.RefundStatus
		events        []string
		refunded      int64
	}{
		"pending":            {stripesim.Faults{Refunds: "pending"}, pays, "pending", "succeeded", []string{"charge.refunded", "refund.created"}, 1000},
		"failed at once":     {stripesim.Faults{Refunds: "failed"}, pays, "failed", "failed", []string{"refund.created"}, 0},
		"pending, then fail": {stripesim.Faults{Refunds: "pending_then_failed"}, pays, "pending", "failed", []string{"charge.refunded", "refund.created"}, 0},
		"failed late":        {stripesim.Faults{Refunds: "succeeded_then_failed"}, pays, "succeeded", "failed", []string{"charge.refunded", "refund.created"}, 0},
		"card that is slow":  {stripesim.Faults{}, "4000000000007726", "pending", "succeeded", []string{"charge.refunded", "refund.created"}, 1000},
		"card that refuses":  {stripesim.Faults{}, "4000000000005126", "succeeded", "failed", []string{"charge.refunded", "refund.created"}, 0},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.faults(row.faults)
			pi := s.paid("ord_1", 2500, row.card).PaymentIntent
			s.settle()
			r, err := s.refund(pi.ID, 1000)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "first", r.Status, row.first)
			sameKinds(t, s.settle(), row.events...)
			s.clock.advance(time.Hour)
			if row.first != row.second {
				sameKinds(t, s.taken(), "charge.refund.updated", "refund.updated")
			}
			if r, err = s.api.Refunds.Get(r.ID, nil); err != nil {
				t.Fatal(err)
			}
			equal(t, "second", r.Status, row.second)
			equal(t, "refunded", s.book("ord_1").Refunded, row.refunded)
			equal(t, "refundable again", s.intentNow(pi.ID).LatestCharge.AmountRefunded, row.refunded)
			if row.second == "failed" && r.FailureReason == "" {
				t.Error("a failed refund has no reason")
			}
		})
	}
}

func TestDisputeFollowsThePaymentOfItsCard(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 2500, disputed).PaymentIntent
	s.settle()
	s.clock.advance(5 * time.Second)
	hooks := s.taken()
	sameKinds(t, hooks, "charge.dispute.created", "charge.dispute.funds_withdrawn")
	list := s.api.Disputes.List(&stripe.DisputeListParams{PaymentIntent: stripe.String(pi.ID)})
	if !list.Next() {
		t.Fatalf("no dispute: %v", list.Err())
	}
	d := list.Dispute()
	equal(t, "status", d.Status, stripe.DisputeStatusNeedsResponse)
	equal(t, "amount", d.Amount, 2500)
	equal(t, "charge", s.intentNow(pi.ID).LatestCharge.Disputed, true)
	_, err := s.refund(pi.ID, 0)
	equal(t, "refund", stripeError(t, err).Code, stripe.ErrorCodeChargeDisputed)
	b := s.book("ord_1")
	equal(t, "disputed", b.Disputed, 2500)
	equal(t, "lost", b.DisputesLost, 0)
}

func TestDisputeIsDecided(t *testing.T) {
	rows := map[string]struct {
		decide         func(*testing.T, *shop, string)
		status         stripe.DisputeStatus
		events         []string
		disputed, lost int64
	}{
		"won by evidence": {func(t *testing.T, s *shop, id string) { evidence(t, s, id, "winning_evidence") }, "won",
			[]string{"charge.dispute.funds_reinstated", "charge.dispute.closed"}, 0, 0},
		"lost by evidence": {func(t *testing.T, s *shop, id string) { evidence(t, s, id, "losing_evidence") }, "lost",
			[]string{"charge.dispute.closed"}, 2500, 2500},
		"won after a review": {func(t *testing.T, s *shop, id string) {
			evidence(t, s, id, "the parcel's receipt")
			s.clock.advance(time.Hour)
		}, "won", []string{"charge.dispute.updated", "charge.dispute.funds_reinstated", "charge.dispute.closed"}, 0, 0},
		"lost by the deadline": {func(_ *testing.T, s *shop, _ string) { s.clock.advance(7 * 24 * time.Hour) }, "lost",
			[]string{"charge.dispute.closed"}, 2500, 2500},
		"accepted": {func(t *testing.T, s *shop, id string) {
			if _, err := s.api.Disputes.Close(id, nil); err != nil {
				t.Fatal(err)
			}
		}, "lost", []string{"charge.dispute.closed"}, 2500, 2500},
		"on the control page": {func(t *testing.T, s *shop, id string) {
			if err := s.sim.CloseDispute(id, true); err != nil {
				t.Fatal(err)
			}
		}, "won", []string{"charge.dispute.funds_reinstated", "charge.dispute.closed"}, 0, 0},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			ch := s.paid("ord_1", 2500, pays).PaymentIntent.LatestCharge
			id, err := s.sim.RaiseDispute(ch.ID, "product_not_received")
			if err != nil {
				t.Fatal(err)
			}
			s.settle()
			row.decide(t, s, id)
			sameKinds(t, s.settle(), row.events...)
			d, err := s.api.Disputes.Get(id, nil)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "status", d.Status, row.status)
			equal(t, "disputed", s.book("ord_1").Disputed, row.disputed)
			equal(t, "lost", s.book("ord_1").DisputesLost, row.lost)
			if s.sim.CloseDispute(id, true) == nil {
				t.Error("it was decided twice")
			}
		})
	}
}

func evidence(t *testing.T, s *shop, id, text string) {
	t.Helper()
	if _, err := s.api.Disputes.Update(id, &stripe.DisputeParams{Evidence: &stripe.DisputeEvidenceParams{UncategorizedText: stripe.String(text)}}); err != nil {
		t.Fatal(err)
	}
}

func TestInquiryMovesNoMoney(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 2500, "4000000000001976").PaymentIntent
	s.settle()
	s.clock.advance(5 * time.Second)
	sameKinds(t, s.taken(), "charge.dispute.created")
	equal(t, "disputed", s.book("ord_1").Disputed, 0)
	if _, err := s.refund(pi.ID, 0); err != nil {
		t.Errorf("a charge under inquiry could not be refunded: %v", err)
	}
}

func TestInquiryMayBecomeADispute(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 2500, "4000000000001976").PaymentIntent
	if _, err := s.refund(pi.ID, 500); err != nil {
		t.Fatal(err)
	}
	s.clock.advance(5 * time.Second)
	s.taken()
	list := s.api.Disputes.List(nil)
	if !list.Next() {
		t.Fatal(list.Err())
	}
	id := list.Dispute().ID
	s.clock.advance(3 * 24 * time.Hour)
	if err := s.sim.EscalateInquiry(id); err != nil {
		t.Fatal(err)
	}
	sameKinds(t, s.settle(), "charge.dispute.updated", "charge.dispute.funds_withdrawn")
	equal(t, "disputed", s.book("ord_1").Disputed, 2000)
	d, err := s.api.Disputes.Get(id, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", d.Status, stripe.DisputeStatusNeedsResponse)
	equal(t, "due", d.EvidenceDetails.DueBy, s.clock.Now().Add(7*24*time.Hour).Unix())
	if s.sim.EscalateInquiry(id) == nil || s.sim.EscalateInquiry("dp_nobody") == nil {
		t.Error("what is no inquiry became a dispute")
	}
	s.clock.advance(5 * 24 * time.Hour) // Past the inquiry's own end.
	equal(t, "open", len(s.taken()), 0)
	s.clock.advance(2 * 24 * time.Hour)
	sameKinds(t, s.taken(), "charge.dispute.closed")
	equal(t, "lost", s.book("ord_1").DisputesLost, 2000)
}

func TestFraudWarningFollowsThePaymentOfItsCard(t *testing.T) {
	s := newShop(t)
	s.paid("ord_1", 2500, "4000000000005423")
	s.settle()
	s.clock.advance(5 * time.Second)
	sameKinds(t, s.taken(), "radar.early_fraud_warning.created")
}

func TestWarningsOfFraudAreListedByPayment(t *testing.T) {
	s := newShop(t)
	warned, other := s.paid("ord_1", 2500, pays).PaymentIntent, s.paid("ord_2", 2500, pays).PaymentIntent
	id, err := s.sim.WarnOfFraud(warned.LatestCharge.ID)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		params stripe.RadarEarlyFraudWarningListParams
		want   int
	}{
		{stripe.RadarEarlyFraudWarningListParams{PaymentIntent: stripe.String(warned.ID)}, 1},
		{stripe.RadarEarlyFraudWarningListParams{Charge: stripe.String(warned.LatestCharge.ID)}, 1},
		{stripe.RadarEarlyFraudWarningListParams{PaymentIntent: stripe.String(other.ID)}, 0},
		{stripe.RadarEarlyFraudWarningListParams{CreatedRange: &stripe.RangeQueryParams{LesserThan: s.clock.Now().Unix()}}, 0},
		{stripe.RadarEarlyFraudWarningListParams{}, 1},
	} {
		n := 0
		list := s.api.RadarEarlyFraudWarnings.List(&row.params)
		for ; list.Next(); n++ {
			equal(t, "id", list.RadarEarlyFraudWarning().ID, id)
			equal(t, "actionable", list.RadarEarlyFraudWarning().Actionable, true)
		}
		if list.Err() != nil || n != row.want {
			t.Errorf("%+v: %d, %v", row.params, n, list.Err())
		}
	}
	if _, err := s.refund(warned.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := s.sim.WarnOfFraud(warned.LatestCharge.ID); err == nil {
		t.Error("a payment that was given back was warned of")
	}
	if _, err := s.sim.WarnOfFraud("ch_nobody"); err == nil {
		t.Error("a payment that does not exist was warned of")
	}
}

func TestBalanceIsTheSumOfAllMovements(t *testing.T) {
	s := newShop(t)
	pi := s.paid("ord_1", 10000, pays).PaymentIntent
	if _, err := s.refund(pi.ID, 4000); err != nil {
		t.Fatal(err)
	}
	balance, err := s.api.Balance.Get(nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "balance", balance.Available[0].Amount, 10000-175-4000)
	totals := s.sim.Totals()
	sameBook(t, totals[0], stripesim.Book{Currency: "EUR", Captured: 10000, Refunded: 4000, Fees: 175, Charges: 1, Chargeable: 1})
	account, err := s.api.Accounts.Get()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "account", account.ID, "acct_1Till")
}
