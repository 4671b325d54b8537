package settle_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/reconcile"
	"till/shared/settlement"
)

func TestTheScheduleTellsNothing(t *testing.T) {
	var tick map[string]any
	if err := json.Unmarshal([]byte(eventfile.Text(t, "settle", "tick")), &tick); err != nil || len(tick["detail"].(map[string]any)) != 0 {
		t.Errorf("%v, %v", tick, err)
	}
	eventfile.AllIn(t, "settle", []string{"tick"})
}

// row is what the gateway settled of a paid order: all of it, less a fee.
func row(s *shoptest.Shop, o shoptest.Opened) settlement.Record {
	r := s.Order(o).Record()
	a, _ := s.Order(o).Attempt(r.PaidBy)
	return settlement.Record{Gateway: "stripe", ID: "txn_" + string(o.ID[4:14]), Code: "charge", Kind: settlement.Charge, Ref: "ch_1", Payment: a.Intent, Charge: "ch_" + string(o.ID[4:14]),
		Order: string(o.ID), Attempt: string(a.ID), Gross: r.Total, Fee: 30, Net: r.Total - 30, Currency: r.Currency, At: s.Now().UTC()}
}

// morning lets it become the next morning, and settles. It gives what was found.
func morning(t *testing.T, s *shoptest.Shop) reconcile.Findings {
	t.Helper()
	s.Wait(s.Now().UTC().Truncate(24 * time.Hour).Add(31*time.Hour + 30*time.Minute).Sub(s.Now()))
	if err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	return found(t, s)
}

func yesterday(s *shoptest.Shop) string { return s.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly) }

func found(t *testing.T, s *shoptest.Shop) reconcile.Findings {
	t.Helper()
	f, err := s.Store.Findings(t.Context(), yesterday(s))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func codes(f reconcile.Findings) (out []string) {
	for _, d := range f.Differences {
		out = append(out, string(d.Code)+" "+string(d.Subject))
	}
	slices.Sort(out)
	return out
}

func closed(t *testing.T, s *shoptest.Shop, day string, a ledger.Account) (sum int64) {
	t.Helper()
	balances, err := s.Store.Closing(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range balances {
		if b.Account == a {
			sum += b.Minor
		}
	}
	return sum
}

func TestWhatAgreesBringsFeesIntoTheLedgerOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	total := s.Order(o).Record().Total
	s.Gateway.Moved = []settlement.Record{row(s, o)}
	f := morning(t, s)
	if len(f.Differences) != 0 || f.Gateways[0].Rows != 1 || f.Gateways[0].Fault != "" {
		t.Fatalf("found %+v", f)
	}
	if got := closed(t, s, yesterday(s), ledger.GatewayClearing); got != total {
		t.Errorf("yesterday closed with %d at the gateway, want %d", got, total)
	}
	if err := s.Settle(); err != nil { // Once more, the same morning.
		t.Fatal(err)
	}
	morning(t, s)
	if got := closed(t, s, yesterday(s), ledger.Fees); got != 30 {
		t.Errorf("fees of %d are on the books", got)
	}
	if got := closed(t, s, yesterday(s), ledger.GatewayClearing); got != total-30 {
		t.Errorf("%d stand at the gateway, want %d", got, total-30)
	}
}

func TestWhatANeverHeardOfPaymentBroughtIsFetchedAndMendsItself(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	id := s.Pay(o, "key-one")
	s.Tell(id, paymenttest.Paid)
	a, _ := s.Order(o).Attempt(id)
	r := s.Order(o).Record()
	s.Gateway.Moved = []settlement.Record{{Gateway: "stripe", ID: "txn_1", Code: "charge", Kind: settlement.Charge, Payment: a.Intent, Charge: "ch_1", Order: string(o.ID),
		Attempt: string(id), Gross: r.Total, Net: r.Total, Currency: r.Currency, At: s.Now().UTC()}}
	f := morning(t, s)
	if len(f.Differences) != 0 || f.Mended != 1 {
		t.Errorf("found %+v", f)
	}
	if got := s.Order(o).Record(); got.Status != order.Confirmed {
		t.Errorf("the order is %s", got.Status)
	}
}

// TestADisputeThatOnlyASettlementNamesIsFetched: its events are lost, and payments do not tell theirs.
func TestADisputeThatOnlyASettlementNamesIsFetched(t *testing.T) {
	s := shoptest.New(t)
	s.Gateway.Names = true
	o, a := s.Paid("order-one")
	paid := row(s, o)
	s.Tell(a, paymenttest.Disputed("dp_1"))
	s.Gateway.Moved = []settlement.Record{paid, {Gateway: "stripe", ID: "txn_2", Code: "dispute", Kind: settlement.Dispute, Ref: "dp_1", Payment: paid.Payment, Charge: paid.Charge,
		Gross: -paid.Gross, Net: -paid.Gross, Currency: paid.Currency, At: s.Now().UTC()}}
	f := morning(t, s)
	if len(f.Differences) != 0 || f.Mended != 1 {
		t.Errorf("found %+v", f)
	}
	if d, known := s.Order(o).Dispute("dp_1"); !known || d.Withdrawn != paid.Gross {
		t.Errorf("the order knows %+v", d)
	}
}

func TestARefundThatFailedLateIsFoundThoughNobodyTold(t *testing.T) {
	s := shoptest.New(t)
	o, a := s.Paid("order-one")
	s.Gateway.Moved = []settlement.Record{row(s, o)}
	s.Serve(s.Staff("refund", "a-part", o.Words()[:2]...))
	if got := s.Order(o).Record().Refunds; len(got) != 1 || got[0].State != payment.RefundSucceeded {
		t.Fatalf("the refund is %+v", got)
	}
	s.Tell(a, func(f *payment.Facts) { f.Refunds[0].State = payment.RefundFailed })
	for range 6 { // As long as it may be on its way into a settlement.
		morning(t, s)
	}
	if got := s.Order(o).Record(); got.Refunds[0].State != payment.RefundFailed || got.Refunded() != 0 {
		t.Errorf("the refund is %+v", got.Refunds[0])
	}
	if f := found(t, s); len(f.Differences) != 0 {
		t.Errorf("found %v", codes(f))
	}
}

func TestWhatCannotBeMendedIsListedWithAnActionAndWakesSomebody(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	less, strange := row(s, o), row(s, o)
	less.Gross, less.Net = less.Gross-100, less.Net-100
	strange.ID, strange.Payment, strange.Charge, strange.Order, strange.Attempt = "txn_x", "pi_x", "ch_x", "", ""
	gone := settlement.Record{Gateway: "stripe", ID: "txn_r", Code: "refund", Kind: settlement.Refund, Ref: "re_x", Payment: less.Payment, Charge: less.Charge, Gross: -5, Net: -5,
		Currency: less.Currency, At: less.At}
	s.Gateway.Moved = []settlement.Record{less, strange, gone}
	s.Metrics.Take()
	f := morning(t, s)
	if want := []string{"amount_differs payment", "missing_here payment", "refund_not_ours refund"}; !slices.Equal(codes(f), want) {
		t.Errorf("found %v, want %v", codes(f), want)
	}
	for _, d := range f.Differences {
		if d.Action == "" {
			t.Errorf("nothing is to be done about %+v", d)
		}
	}
	if log := strings.Join(s.Logged.All(), ""); !strings.Contains(log, "settlement_differs") || !strings.Contains(log, string(o.ID)) {
		t.Error("the log does not name the order")
	}
	if !strings.Contains(strings.Join(s.Metrics.All(), ""), `"LedgerDifference":3`) {
		t.Errorf("counted %v", s.Metrics.All())
	}
}

func TestAGatewayThatCannotBeAskedIsNoMissingMoney(t *testing.T) {
	s := shoptest.New(t)
	s.Paid("order-one")
	s.Break("gateway.Settled", shoptest.Down())
	for range 7 {
		s.Wait(24 * time.Hour)
		if err := s.Settle(); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("got %v", err)
		}
	}
	if f := found(t, s); len(f.Differences) != 0 || f.Gateways[0].Fault != "dependency_unavailable" {
		t.Errorf("found %+v", f)
	}
	if _, err := s.Store.Closing(t.Context(), yesterday(s)); err != nil {
		t.Errorf("the day is not closed: %v", err)
	}
	s.Mend()
	if err := s.Settle(); err != nil {
		t.Fatal(err)
	}
	if want := []string{"missing_there payment"}; !slices.Equal(codes(found(t, s)), want) {
		t.Errorf("found %v, want %v", codes(found(t, s)), want)
	}
}

func TestOldMoneyOfWhichOnlyTheRefundIsSeenIsNoDifference(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	s.Gateway.Moved = []settlement.Record{row(s, o)}
	for range 15 {
		morning(t, s)
	}
	s.Serve(s.Staff("refund", "a-part", o.Words()[:2]...))
	back := s.Order(o).Record().Refunds[0]
	s.Gateway.Moved = append(s.Gateway.Moved, settlement.Record{Gateway: "stripe", ID: "txn_r", Code: "refund", Kind: settlement.Refund, Ref: back.Ref, Order: string(o.ID),
		Payment: s.Gateway.Moved[0].Payment, Charge: s.Gateway.Moved[0].Charge, Gross: -back.Amount, Net: -back.Amount, Currency: "EUR", At: s.Now().UTC()})
	if f := morning(t, s); len(f.Differences) != 0 {
		t.Errorf("found %+v", f.Differences)
	}
}

func TestDaysThatWereMissedAreClosedLater(t *testing.T) {
	s := shoptest.New(t)
	s.Paid("order-one")
	morning(t, s)
	first := yesterday(s)
	s.Wait(4 * 24 * time.Hour)
	s.Paid("order-two")
	f := morning(t, s)
	if f.Day != yesterday(s) {
		t.Errorf("compared is %s", f.Day)
	}
	for at := first; at <= yesterday(s); {
		if got := closed(t, s, at, ledger.GatewayClearing); got == 0 {
			t.Errorf("%s closed with nothing", at)
		}
		day, err := time.Parse(time.DateOnly, at)
		if err != nil {
			t.Fatal(err)
		}
		at = day.AddDate(0, 0, 1).Format(time.DateOnly)
	}
}

func TestAStoreThatFailsFailsTheRun(t *testing.T) {
	for _, operation := range []string{"DayOrders", "Orders", "Closing", "SaveClosing", "SaveFindings", "SaveEntry"} {
		s := shoptest.New(t)
		o, _ := s.Paid("order-one")
		s.Gateway.Moved = []settlement.Record{row(s, o)}
		s.Wait(24 * time.Hour)
		s.Break(operation, shoptest.Down())
		if err := s.Settle(); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}
