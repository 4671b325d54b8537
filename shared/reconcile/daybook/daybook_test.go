package daybook_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

const today = "2026-11-22"

func day(t testing.TB, opening []daybook.Balance, entries ...daybook.Entry) daybook.Report {
	t.Helper()
	d, err := daybook.NewDay(today, opening, opening != nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if err := d.Add(e); err != nil {
			t.Fatal(err)
		}
	}
	return d.Report()
}

func TestADayOpensMovesAndCloses(t *testing.T) {
	r := day(t, []daybook.Balance{{Gateway: "stripe", Currency: "EUR", Account: ledger.GatewayClearing, Minor: 500}, {Gateway: "stripe", Currency: "EUR", Account: ledger.Revenue, Minor: -500}},
		daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon, Postings: ledger.Transfer(ledger.Revenue, ledger.GatewayClearing, 100)},
		daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon, Postings: ledger.Transfer(ledger.GatewayClearing, ledger.Fees, 3)},
		daybook.Entry{Gateway: "paypal", Currency: "USD", At: noon, Postings: ledger.Transfer(ledger.GatewayClearing, ledger.Bank, 7)},
		daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon.Add(12 * time.Hour), Postings: ledger.Transfer(ledger.Revenue, ledger.GatewayClearing, 1000)},
		daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon},
	)
	var b strings.Builder
	if err := r.CSV(&b); err != nil {
		t.Fatal(err)
	}
	want := `day,gateway,currency,account,opening,debit,credit,closing
2026-11-22,paypal,USD,gateway_clearing,0,0,-7,-7
2026-11-22,paypal,USD,bank,0,7,0,7
2026-11-22,stripe,EUR,gateway_clearing,500,100,-3,597
2026-11-22,stripe,EUR,revenue,-500,0,-100,-600
2026-11-22,stripe,EUR,fees,0,3,0,3
`
	if b.String() != want || !r.Balanced || !r.OpeningKnown || r.Entries != 3 {
		t.Errorf("got %s%+v", b.String(), r)
	}
}

func TestTheDayBefore(t *testing.T) {
	for day, want := range map[string]string{"2026-11-22": "2026-11-21", "2026-03-01": "2026-02-28", "2027-01-01": "2026-12-31", "x": ""} {
		if got := daybook.Before(day); got != want {
			t.Errorf("before %s is %s, want %s", day, got, want)
		}
	}
}

func TestPostingsThatDoNotBalanceAreNamed(t *testing.T) {
	r := day(t, nil, daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon, Source: "ord_x#3", Postings: []ledger.Posting{{Account: ledger.Revenue, Minor: -1}}})
	if r.Balanced || r.Groups[0].Balanced || !slices.Equal(r.Uneven, []string{"ord_x#3"}) {
		t.Errorf("got %+v", r)
	}
	if r := day(t, []daybook.Balance{{Gateway: "stripe", Currency: "EUR", Account: ledger.Revenue, Minor: -1}}); r.Balanced {
		t.Errorf("an opening that does not balance: %+v", r)
	}
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	d, err := daybook.NewDay(today, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	huge := daybook.Entry{Gateway: "stripe", Currency: "EUR", At: noon, Postings: ledger.Transfer(ledger.Revenue, ledger.GatewayClearing, 1<<62)}
	if err := d.Add(huge); err != nil {
		t.Fatal(err)
	}
	if err := d.Add(huge); !fault.Is(err, fault.Internal) {
		t.Errorf("got %v", err)
	}
	for _, text := range []string{"", "2026-11-31", "22.11.2026", "2026-11-22T00:00:00Z"} {
		if _, err := daybook.NewDay(text, nil, false); fault.Code(err) != "day_invalid" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// closingsAreTheSumOfAllThatWasPosted: over days, whatever was posted in whatever order, each closing is the sum so far, and zero in all.
func closingsAreTheSumOfAllThatWasPosted(t *rapid.T) {
	accounts := ledger.Chart()
	sums := map[ledger.Account]int64{}
	var opening []daybook.Balance
	for n := range rapid.IntRange(1, 4).Draw(t, "days") {
		at := noon.Add(time.Duration(n) * 24 * time.Hour)
		d, err := daybook.NewDay(at.Format(time.DateOnly), opening, true)
		if err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 20).Draw(t, "entries") {
			from, to := rapid.SampledFrom(accounts).Draw(t, "from"), rapid.SampledFrom(accounts).Draw(t, "to")
			minor := rapid.Int64Range(-1e9, 1e9).Draw(t, "minor")
			if err := d.Add(daybook.Entry{Gateway: "g", Currency: "EUR", At: at, Postings: ledger.Transfer(from, to, minor)}); err != nil {
				t.Fatal(err)
			}
			sums[from] -= minor
			sums[to] += minor
		}
		r := d.Report()
		opening = r.Closing()
		if !r.Balanced {
			t.Fatalf("it does not balance: %+v", r)
		}
	}
	for _, b := range opening {
		if sums[b.Account] != b.Minor {
			t.Fatalf("%s closes with %d, want %d", b.Account, b.Minor, sums[b.Account])
		}
		delete(sums, b.Account)
	}
	for account, sum := range sums {
		if sum != 0 {
			t.Fatalf("%s is missing, with %d", account, sum)
		}
	}
}

func TestClosings(t *testing.T) { rapid.Check(t, closingsAreTheSumOfAllThatWasPosted) }

func set(t *testing.T, name string, value any) map[string]json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]json.RawMessage{name: raw}
}

func TestEachChangeIsItsGateways(t *testing.T) {
	stripe, paypal := payment.Attempt{ID: "pay_1", Gateway: "stripe"}, payment.Attempt{ID: "pay_2", Gateway: "paypal"}
	attempts := func(first, second int64) []payment.Attempt {
		a, b := stripe, paypal
		a.Captured, b.Captured = first, second
		return []payment.Attempt{a, b}
	}
	some := ledger.Transfer(ledger.Receivable, ledger.GatewayClearing, 1)
	record := order.Record{ID: "ord_1", Currency: "EUR", Attempts: attempts(100, 100), PaidBy: "pay_1"}
	if _, one := daybook.GatewayOf(record); one {
		t.Error("an order paid at two gateways is said to be one's")
	}
	got, err := daybook.Chain(record, []order.Change{
		{Order: "ord_1", N: 1, Set: set(t, "attempts", attempts(0, 0))},
		{Order: "ord_1", N: 2, Set: set(t, "attempts", attempts(100, 0)), Postings: some},
		{Order: "ord_1", N: 3, Set: set(t, "attempts", attempts(100, 100)), Postings: some},
		{Order: "ord_1", N: 4, Set: set(t, "refunds", []payment.Refund{{ID: "ref_1", Attempt: "pay_2", State: payment.RefundRequested}}), Postings: some},
		{Order: "ord_1", N: 5, Set: set(t, "disputes", []payment.Dispute{{DisputeFacts: payment.DisputeFacts{Ref: "dp_1", Withdrawn: 5}, Attempt: "pay_1"}}), Postings: some},
		{Order: "ord_1", N: 6, Set: set(t, "holds", []string{}), Postings: some},
		{Order: "ord_1", N: 7, Set: set(t, "attempts", attempts(101, 101)), Postings: some},
	})
	if err != nil {
		t.Fatal(err)
	}
	var gateways []string
	for _, e := range got {
		gateways = append(gateways, e.Source[len("ord_1#"):]+" "+e.Gateway)
	}
	if want := []string{"2 stripe", "3 paypal", "4 paypal", "5 stripe", "6 stripe", "7 " + daybook.Several}; !slices.Equal(gateways, want) {
		t.Errorf("got %v, want %v", gateways, want)
	}
	if _, err := daybook.Chain(record, []order.Change{{Set: map[string]json.RawMessage{"attempts": json.RawMessage(`7`)}}}); !fault.Is(err, fault.Internal) {
		t.Errorf("a change that cannot be read: %v", err)
	}
	for name, row := range map[string]struct {
		r    order.Record
		want string
	}{
		"no attempt":                  {order.Record{}, ""},
		"one, unpaid":                 {order.Record{Attempts: []payment.Attempt{paypal}}, "paypal"},
		"two, of which one has money": {order.Record{Attempts: attempts(0, 5)}, "paypal"},
	} {
		if got, one := daybook.GatewayOf(row.r); got != row.want || !one {
			t.Errorf("%s: %q, %v", name, got, one)
		}
	}
}

func TestAnOrderAsItemsOfABook(t *testing.T) {
	var b reconcile.Book
	daybook.Items(&b, order.Record{ID: "ord_1", Currency: "EUR",
		Attempts: []payment.Attempt{
			{ID: "pay_0", Gateway: "stripe", At: noon},
			{ID: "pay_1", Gateway: "stripe", Intent: "pi_1", Session: "cs_1", Captured: 100, Fee: 3, At: noon},
			{ID: "pay_2", Gateway: "paypal", Intent: "ORDER2", At: noon},
		},
		Refunds: []payment.Refund{
			{ID: "ref_1", Attempt: "pay_1", State: payment.RefundSucceeded, Amount: 10, Ref: "re_1", At: noon},
			{ID: "ref_2", Attempt: "pay_1", State: payment.RefundFailed, Amount: 20, Ref: "re_2", At: noon},
			{ID: "ref_3", Attempt: "pay_1", State: payment.RefundPending, Amount: 30, At: noon},
		},
		Disputes: []payment.Dispute{{DisputeFacts: payment.DisputeFacts{Ref: "dp_1", Amount: 50, Withdrawn: 40, Fee: 15}, Attempt: "pay_1", At: noon}},
	})
	got, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	at := `"at":"2026-11-22T12:00:00Z"}`
	want := `{"payments":[{"gateway":"stripe","ref":"pi_1","refs":["cs_1"],"order":"ord_1","attempt":"pay_1","currency":"EUR","amount":100,"fee":3,"fee_known":true,` + at +
		`,{"gateway":"paypal","ref":"ORDER2","order":"ord_1","attempt":"pay_2","currency":"EUR","amount":0,` + at +
		`],"refunds":[{"gateway":"stripe","ref":"re_1","order":"ord_1","attempt":"pay_1","refund":"ref_1","currency":"EUR","amount":10,` + at +
		`,{"gateway":"stripe","ref":"re_2","order":"ord_1","attempt":"pay_1","refund":"ref_2","currency":"EUR","amount":0,` + at +
		`,{"gateway":"stripe","order":"ord_1","attempt":"pay_1","refund":"ref_3","currency":"EUR","amount":30,"open":true,` + at +
		`],"disputes":[{"gateway":"stripe","ref":"dp_1","order":"ord_1","attempt":"pay_1","currency":"EUR","amount":40,"fee":15,"fee_known":true,` + at + `],"payouts":null}`
	if string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
