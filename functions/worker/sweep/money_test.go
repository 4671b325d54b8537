package sweep_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/cashier"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

func TestACaptureWhoseAnswerIsLostIsMadeByTheSweep(t *testing.T) {
	for _, operation := range []string{"gateway.Capture", "after gateway.Capture"} {
		s := shoptest.New(t)
		o, _ := s.Promised("order-one")
		s.Break(operation, shoptest.Lost())
		_, got, err := s.Cashier().Capture(t.Context(), s.Order(o), order.NewCapture{Key: "c1"}, cashier.Who{Who: "staff:1"})
		if err != nil || got.State != payment.CaptureUnknown {
			t.Fatalf("got %+v, %v", got, err)
		}
		s.Mend()
		minutes(t, s, 3)
		if r := s.Order(o).Record(); r.PaymentStatus() != "paid" || s.Gateway.Captured(string(o.ID)) != 5341 {
			t.Errorf("after %s it is %s, the gateway has %d", operation, r.PaymentStatus(), s.Gateway.Captured(string(o.ID)))
		}
	}
}

func TestAnAuthorizationThatLapsesIsAnnouncedADayBeforeAndEndsTheOrder(t *testing.T) {
	s := shoptest.New(t)
	o, a := s.Promised("order-one")
	s.Tell(a, func(f *payment.Facts) { f.CaptureBefore = s.Now().Add(3 * 24 * time.Hour) })
	day := func(n int) {
		for range n * 24 {
			s.Wait(time.Hour)
			sweep(t, s)
		}
	}
	day(1)
	if s.Order(o).Held("capture_expiring") {
		t.Error("it is held two days before")
	}
	s.Metrics.Take()
	day(1)
	s.Wait(2 * time.Minute)
	sweep(t, s)
	if !s.Order(o).Held("capture_expiring") || !strings.Contains(strings.Join(s.Metrics.Take(), ""), "CapturesExpiring") {
		t.Error("nobody is told a day before")
	}
	s.Tell(a, func(f *payment.Facts) { f.State = payment.Expired })
	day(1)
	minutes(t, s, 3)
	if got := s.Order(o).Record().Status; got != order.Cancelled {
		t.Errorf("the order is %s", got)
	}
	if stock, err := s.Store.Stock(t.Context(), "mug-blue"); err != nil || stock.Reserved != 0 {
		t.Errorf("the stock is %+v, %v", stock, err)
	}
}

func TestADisputeWhoseEndNobodyToldIsFound(t *testing.T) {
	s := shoptest.New(t)
	o, a := s.Paid("order-one")
	s.Tell(a, paymenttest.Disputed("dp_1"))
	s.Tell(a, func(f *payment.Facts) { f.Disputes[0].DueBy = s.Now().Add(24 * time.Hour) })
	if _, _, err := s.Cashier().Settle(t.Context(), o.ID, a, cashier.Who{Who: "gateway:stripe"}); err != nil {
		t.Fatal(err)
	}
	s.Metrics.Take()
	s.Tell(a, func(f *payment.Facts) { f.Disputes[0].State, f.Disputes[0].Withdrawn = payment.DisputeLost, f.Captured })
	for range 26 {
		s.Wait(time.Hour)
		sweep(t, s)
	}
	if d, _ := s.Order(o).Dispute("dp_1"); !d.Lost() || s.Order(o).Held("dispute:dp_1") {
		t.Errorf("it is %+v", d)
	}
	if !strings.Contains(strings.Join(s.Metrics.Take(), ""), "DisputesDue") {
		t.Error("nobody is told that it must be answered")
	}
}

func TestAShopperWhoAgreedAndOfWhomNobodyToldIsFound(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Tell(s.Pay(o, "key-one"), paymenttest.Agreed)
	minutes(t, s, 15)
	if got := s.Order(o).Record(); got.Status != order.Confirmed || s.Gateway.Calls("Confirm") != 1 {
		t.Errorf("the order is %s, told %d times to take the money", got.Status, s.Gateway.Calls("Confirm"))
	}
}

func TestPeopleAreToldByTheOrdersNameOfMailsThatDoNotGoOut(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	told := func() bool { return strings.Contains(strings.Join(s.Metrics.Take(), ""), "MailsUnsent") }
	minutes(t, s, 29)
	if told() {
		t.Error("somebody is woken by a delay")
	}
	minutes(t, s, 70)
	if !told() || !slices.ContainsFunc(s.Logged.All(), func(line string) bool {
		return strings.Contains(line, "mail_late") && strings.Contains(line, string(o.ID)) && strings.Contains(line, "order_confirmed")
	}) {
		t.Error("nobody is told of a mail that was tried three times")
	}
	sent := 0
	for _, m := range s.Mail.All() {
		if strings.Contains(m, string(o.ID)) {
			sent++
		}
	}
	if sent > 4 {
		t.Errorf("it was tried %d times within a hundred minutes", sent)
	}
}

func TestPeopleAreToldByTheOrdersNameOfMoneyThatNobodyKnowsOf(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Promised("order-one")
	s.Break("gateway.Capture", shoptest.Lost())
	if _, _, err := s.Cashier().Capture(t.Context(), s.Order(o), order.NewCapture{Key: "c1"}, cashier.Who{Who: "staff:1"}); err != nil {
		t.Fatal(err)
	}
	told := func() bool {
		return strings.Contains(strings.Join(s.Metrics.Take(), ""), "MoneyInLimbo")
	}
	minutes(t, s, 14)
	if told() {
		t.Error("somebody is woken before a quarter of an hour is over")
	}
	minutes(t, s, 2)
	line := ""
	for _, each := range s.Logged.All() {
		if strings.Contains(each, "money_in_limbo") {
			line = each
		}
	}
	if !told() || !strings.Contains(line, string(o.ID)) || !strings.Contains(line, `"what":"capture"`) || !strings.Contains(line, `"gateway":"stripe"`) {
		t.Errorf("the log says %q", line)
	}
	s.Mend()
	minutes(t, s, 40)
	if got := s.Order(o); len(got.Limbo()) != 0 {
		t.Errorf("in limbo are still %+v", got.Limbo())
	}
}

// TestAPromiseIsRenewedWhenItsMoneyIsNotKeptAsideAnyMore: nobody has to think of it.
func TestAPromiseIsRenewedWhenItsMoneyIsNotKeptAsideAnyMore(t *testing.T) {
	for _, strike := range []string{"", "gateway.Renew", "after gateway.Renew"} {
		s := shoptest.New(t)
		o, a := s.Promised("order-one")
		until := s.Now().Add(3 * 24 * time.Hour)
		s.Tell(a, func(f *payment.Facts) {
			f.CaptureBefore, f.Sure, f.Renewable = s.Now().Add(29*24*time.Hour), until, true
		})
		if _, _, err := s.Cashier().Settle(t.Context(), o.ID, a, cashier.Who{Who: "gateway:stripe"}); err != nil {
			t.Fatal(err)
		}
		for range 3*24 + 1 {
			s.Wait(time.Hour)
			if strike != "" && s.Now().After(until) {
				s.Break(strike, shoptest.Lost())
			}
			sweep(t, s)
		}
		s.Mend()
		minutes(t, s, 10)
		got, _ := s.Order(o).Attempt(a)
		if got.Renewal.Done != 1 || !got.Sure.Equal(until.Add(3*24*time.Hour).Truncate(time.Second)) || len(s.Order(o).Limbo()) != 0 {
			t.Errorf("after %q the attempt is %+v", strike, got)
		}
	}
}

// TestWhatOnlyWaitsForPeopleIsReadOnceAndSavedOnce: nothing was done about it that it would have to be read again for.
func TestWhatOnlyWaitsForPeopleIsReadOnceAndSavedOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Packing("order-one")
	s.Pump()
	s.Wait(4 * 24 * time.Hour)
	before, calls, was := s.Order(o).Record().N, map[string]int{}, s.Store.Fault
	s.Store.Fault = func(op string, after bool) error {
		if !after {
			calls[op]++
		}
		return was(op, after)
	}
	sweep(t, s)
	if calls["Order"] != 1 || calls["Save"] != 1 || s.Order(o).Record().N != before+1 {
		t.Errorf("after change %d there are %d: %v", before, s.Order(o).Record().N, calls)
	}
}
