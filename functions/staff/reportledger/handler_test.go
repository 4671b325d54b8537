package reportledger_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/functions/staff/reportledger"
	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

func handler(s *shoptest.Shop) reportledger.Handler {
	return reportledger.Handler{Books: daybook.Source{Closing: s.Store.Closing, Entries: s.Store.DayEntries, Placed: s.Store.DayOrders,
		Late: s.Store.LateChanges, Orders: s.Store.Orders, Chain: s.Store.Changes, Pages: 100}, Findings: s.Store.Findings,
		Breakers: s.Store.Breakers, Gateways: []string{"stripe", "paypal"}, Now: s.Now}
}

// ask calls the handler as a manager.
func ask(t *testing.T, s *shoptest.Shop, h reportledger.Handler, query map[string]string) (apigw.Response, error) {
	t.Helper()
	req := s.Staff("listorders", "today")
	req.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = "[manager]"
	req.QueryStringParameters = query
	return h.Handle(t.Context(), req)
}

func report(t *testing.T, s *shoptest.Shop, h reportledger.Handler, day string) daybook.Report {
	t.Helper()
	resp, err := ask(t, s, h, map[string]string{"day": day})
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d, %v", resp.StatusCode, err)
	}
	var r daybook.Report
	if err := json.Unmarshal([]byte(resp.Body), &r); err != nil {
		t.Fatal(err)
	}
	if !r.Balanced || r.Day != day {
		t.Errorf("%+v", r)
	}
	return r
}

// stands gives what an account of the one gateway closes with.
func stands(r daybook.Report, a ledger.Account) int64 {
	for _, b := range r.Closing() {
		if b.Gateway == "stripe" && b.Account == a {
			return b.Minor
		}
	}
	return 0
}

func TestADaysReportIsWhatItsOrdersMovedAndWhatOthersMovedOnIt(t *testing.T) {
	s := shoptest.New(t)
	first, _ := s.Paid("order-one")
	total := s.Order(first).Record().Total
	today := s.Now().UTC().Format(time.DateOnly)
	h := handler(s)
	r := report(t, s, h, today)
	if got := stands(r, ledger.GatewayClearing); got != total || r.OpeningKnown {
		t.Errorf("%d stand at the gateway, want %d: %+v", got, total, r)
	}
	s.Wait(24 * time.Hour)
	morrow := s.Now().UTC().Format(time.DateOnly)
	second, _ := s.Paid("order-two")
	refunded(t, s, first)
	settled := reconcile.Entry{Key: "stripe#po_1#EUR", Gateway: "stripe", Currency: s.Order(second).Record().Currency, At: s.Now(),
		Postings: ledger.Transfer(ledger.GatewayClearing, ledger.Fees, 7)}
	if err := errors.Join(s.Store.SaveClosing(t.Context(), today, r.Closing()), s.Store.SaveEntry(t.Context(), settled)); err != nil {
		t.Fatal(err)
	}
	r = report(t, s, h, morrow)
	if got, want := stands(r, ledger.GatewayClearing), total+s.Order(second).Record().Total-7; got != want || !r.OpeningKnown {
		t.Errorf("%d stand at the gateway, want %d: %+v", got, want, r)
	}
	if got := stands(r, ledger.RefundsPayable); got != -100 {
		t.Errorf("%d are promised back, want 100: %+v", -got, r)
	}
	if again := report(t, s, h, today); len(again.Groups) != 1 || stands(again, ledger.RefundsPayable) != 0 {
		t.Errorf("the first day has become %+v", again)
	}
	if none := report(t, s, h, "2020-01-01"); none.Entries != 0 || none.OpeningKnown {
		t.Errorf("a day without orders: %+v", none)
	}
}

// refunded stores the request of a refund of 1.00.
func refunded(t *testing.T, s *shoptest.Shop, o shoptest.Opened) {
	t.Helper()
	loaded := s.Order(o)
	paidBy := loaded.Record().PaidBy
	c, err := loaded.ApplyRefund(paidBy, payment.RefundFacts{Ref: "re_1", State: payment.RefundPending, Amount: 100}, order.By{Who: "gateway:stripe", At: s.Now()})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Store.Save(t.Context(), loaded, c); err != nil {
		t.Fatal(err)
	}
}

func TestTheReportAsATable(t *testing.T) {
	s := shoptest.New(t)
	s.Paid("order-one")
	resp, err := ask(t, s, handler(s), map[string]string{"format": "csv"})
	if err != nil || resp.Headers["Content-Type"] != "text/csv; charset=utf-8" || !strings.Contains(resp.Headers["Content-Disposition"], "ledger-2026-11-22.csv") {
		t.Fatalf("%+v, %v", resp, err)
	}
	rows, err := csv.NewReader(strings.NewReader(resp.Body)).ReadAll()
	if err != nil || len(rows) < 4 || rows[0][3] != "account" || rows[1][1] != "stripe" {
		t.Errorf("%v, %v", rows, err)
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	s := shoptest.New(t)
	for _, row := range []struct {
		name, code string
		query      map[string]string
	}{
		{"a day that is none", "day_invalid", map[string]string{"day": "2026-02-30"}},
		{"a format that is none", "format_invalid", map[string]string{"format": "pdf"}},
	} {
		if _, err := ask(t, s, handler(s), row.query); fault.Code(err) != row.code || !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	for role, kind := range map[string]fault.Kind{"[viewer]": fault.Forbidden, "[packer]": fault.Forbidden, "": fault.Forbidden} {
		req := s.Staff("listorders", "today")
		req.RequestContext.Authorizer.JWT.Claims["cognito:groups"] = role
		if _, err := handler(s).Handle(t.Context(), req); !fault.Is(err, kind) {
			t.Errorf("%q: %v", role, err)
		}
	}
}

func TestWhileTheStoreIsDownTheReportFails(t *testing.T) {
	for _, operation := range []string{"Closing", "DayEntries", "DayOrders", "LateChanges", "Orders", "Changes"} {
		s := shoptest.New(t)
		s.Paid("order-one")
		s.Break(operation, shoptest.Down())
		if _, err := ask(t, s, handler(s), nil); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", operation, err)
		}
	}
}

func TestADayWithoutEndIsRefused(t *testing.T) {
	s := shoptest.New(t)
	h := handler(s)
	h.Books.Late = func(context.Context, string, string, int) ([]order.Change, string, error) { return nil, "more", nil }
	if _, err := ask(t, s, h, nil); fault.Code(err) != "report_too_large" {
		t.Errorf("got %v", err)
	}
}
