package reconcile_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/reconcile"
	"till/shared/settlement"
)

func booksThatAgreeHaveNoDifference(t *rapid.T) {
	w := agreeing(rapid.IntRange(0, 30).Draw(t, "payments"), seeded(rapid.Uint64().Draw(t, "seed")))
	before := w.result(options)
	if len(before.Differences) > 0 || len(before.Waiting) > 0 {
		t.Fatalf("%+v, waiting %+v", before.Differences, before.Waiting)
	}
	w.rows = rapid.Permutation(w.rows).Draw(t, "rows")
	for i := range w.rows {
		w.rows[i].Line = i + 1
	}
	after := w.result(options)
	if len(after.Differences) > 0 {
		t.Fatalf("in another order: %+v", after.Differences)
	}
	a, badA := json.Marshal(before)
	b, badB := json.Marshal(after)
	if badA != nil || badB != nil || string(a) != string(b) {
		t.Fatalf("the order of rows matters:\n%s\n%s", a, b)
	}
	for _, e := range after.Journal {
		if err := ledger.Check(e.Postings); err != nil {
			t.Fatalf("%+v: %v", e, err)
		}
	}
	settledOnce(t, w, after)
}

// settledOnce: with what the files said noted, and their fees booked, no file at all leaves no difference.
func settledOnce(t *rapid.T, w *world, r reconcile.Result) {
	for _, s := range r.Settled {
		list := map[reconcile.Subject][]reconcile.Item{reconcile.Payment: w.book.Payments, reconcile.Refund: w.book.Refunds, reconcile.Dispute: w.book.Disputes}[s.Subject]
		for i := range list {
			if list[i].Gateway == s.Gateway && list[i].Ref == s.Ref && list[i].Attempt == s.Attempt && list[i].Refund == s.Refund {
				list[i].Settled += s.Gross
				list[i].SettledFee += s.Fee
			}
		}
	}
	w.rows, w.book.Payouts = nil, nil
	o := options
	o.AsOf = o.AsOf.Add(1000 * time.Hour)
	if again := w.result(o); len(again.Differences) > 0 || len(again.Waiting) > 0 || len(again.Journal) > 0 {
		t.Fatalf("after it was settled: %+v", again)
	}
}

func TestBooksThatAgreeHaveNoDifference(t *testing.T) {
	rapid.Check(t, booksThatAgreeHaveNoDifference)
}

func FuzzBooksThatAgree(f *testing.F) { f.Fuzz(rapid.MakeFuzz(booksThatAgreeHaveNoDifference)) }

// plant is a way to make one difference in a world of books that agree. It says what is to be found.
type plant struct {
	name string
	code reconcile.Code
	do   func(w *world, i int) string // Plants it at the i-th plain payment and gives the reference that the difference names.
}

// charge finds the row of a plain payment: one row, nothing after it.
func (w *world) charge(p reconcile.Item) int {
	return slices.IndexFunc(w.rows, func(r settlement.Record) bool {
		return r.Kind == settlement.Charge && (r.Payment == p.Ref && p.Ref != "" || slices.Contains(p.Refs, r.Charge) || r.Attempt == p.Attempt && p.Attempt != "")
	})
}

// change changes a row, and lets its payout stay what it was by a row of a fee beside it: only one thing is to be wrong.
func (w *world) change(i int, how func(*settlement.Record)) {
	before := w.rows[i]
	how(&w.rows[i])
	w.rows[i].Net = w.rows[i].Gross - w.rows[i].Fee
	w.even(before, before.Net-w.rows[i].Net)
}

func (w *world) even(like settlement.Record, net int64) {
	w.row(settlement.Record{Gateway: like.Gateway, Kind: settlement.Hold, Payout: like.Payout, Currency: like.Currency, Gross: net, At: like.At})
}

func (w *world) drop(i int) {
	r := w.rows[i]
	w.rows = slices.Delete(w.rows, i, i+1)
	w.even(r, r.Net)
}

var plants = []plant{
	{"a payment that is not in our books", reconcile.MissingHere, func(w *world, i int) string {
		ref := w.id("stranger_")
		w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Charge, Payment: ref, Charge: w.id("ch_"), Gross: 500, Fee: 10, Currency: "EUR", At: noon})
		return ref
	}},
	{"a payment of ours that our books do not know as captured", reconcile.MissingHere, func(w *world, i int) string {
		w.book.Payments[i].Amount, w.book.Payments[i].FeeKnown, w.book.Payments[i].Fee = 0, false, 0
		return w.book.Payments[i].Ref
	}},
	{"a payment that is not in the files", reconcile.MissingThere, func(w *world, i int) string {
		w.drop(w.charge(w.book.Payments[i]))
		return w.book.Payments[i].Ref
	}},
	{"a cent too little", reconcile.AmountDiffers, func(w *world, i int) string {
		w.change(w.charge(w.book.Payments[i]), func(r *settlement.Record) { r.Gross-- })
		return w.book.Payments[i].Ref
	}},
	{"another currency in our books", reconcile.CurrencyDiffers, func(w *world, i int) string {
		w.book.Payments[i].Currency = "CHF"
		return w.book.Payments[i].Ref
	}},
	{"another fee", reconcile.FeeDiffers, func(w *world, i int) string {
		w.change(w.charge(w.book.Payments[i]), func(r *settlement.Record) { r.Fee++ })
		w.book.Payments[i].FeeKnown = true
		w.book.Payments[i].Fee = w.rows[w.charge(w.book.Payments[i])].Fee - 1
		return w.book.Payments[i].Ref
	}},
	{"a payment taken twice", reconcile.Duplicate, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		again := w.row(r)
		w.even(again, -again.Net)
		return w.book.Payments[i].Ref
	}},
	{"a payment that failed in the end", reconcile.StateDiffers, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		r.Gross, r.Fee = -r.Gross, 0
		again := w.row(r)
		w.even(again, -again.Net)
		return w.book.Payments[i].Ref
	}},
	{"a refund that is not ours", reconcile.RefundNotOurs, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		r.Kind, r.Ref, r.Gross, r.Fee = settlement.Refund, w.id("re_strange_"), -1, 0
		w.even(r, -w.row(r).Net)
		return r.Ref
	}},
	{"a refund of ours that came back, and we do not know", reconcile.StateDiffers, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		ref := w.id("re_back_")
		p := w.book.Payments[i]
		w.book.Refunds = append(w.book.Refunds, reconcile.Item{Gateway: p.Gateway, Ref: ref, Order: p.Order, Attempt: p.Attempt, Currency: p.Currency, Amount: 50, At: p.At})
		r.Kind, r.Ref, r.Gross, r.Fee = settlement.Refund, ref, -50, 0
		w.row(r)
		r.Kind, r.Gross = settlement.RefundFailed, 50
		w.row(r)
		return ref
	}},
	{"a refund that the gateway never made", reconcile.MissingThere, func(w *world, i int) string {
		p, ref := w.book.Payments[i], w.id("re_never_")
		w.book.Refunds = append(w.book.Refunds, reconcile.Item{Gateway: p.Gateway, Ref: ref, Order: p.Order, Attempt: p.Attempt, Currency: p.Currency, Amount: 50, At: p.At})
		return ref
	}},
	{"a dispute that we do not know", reconcile.DisputeUnknown, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		r.Kind, r.Ref, r.Gross, r.Fee = settlement.Dispute, w.id("dp_strange_"), -1, 0
		w.even(r, -w.row(r).Net)
		return r.Charge
	}},
	{"money moved for a reason of the gateway's own", reconcile.AdjustmentUnknown, func(w *world, i int) string {
		return w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Adjustment, Gross: -77, Currency: "EUR", At: noon}).ID
	}},
	{"a payout that is not the sum of its rows", reconcile.PayoutSumDiffers, func(w *world, i int) string {
		ref := w.id("po_short_")
		w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Hold, Payout: ref, Gross: 1000, Currency: "EUR", At: noon})
		w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Payout, Payout: ref, Ref: ref, Gross: -999, Currency: "EUR", At: noon})
		w.book.Payouts = append(w.book.Payouts, reconcile.Item{Gateway: "stripe", Ref: ref, Currency: "EUR", Amount: 999, At: noon})
		return ref
	}},
	{"a payout of which less came to the bank", reconcile.PayoutSumDiffers, func(w *world, i int) string {
		ref := w.id("po_less_")
		w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Payout, Payout: ref, Ref: ref, Gross: -999, Currency: "EUR", At: noon})
		w.book.Payouts = append(w.book.Payouts, reconcile.Item{Gateway: "stripe", Ref: ref, Currency: "EUR", Amount: 998, At: noon})
		return ref
	}},
	{"a payout that never came to the bank", reconcile.MissingHere, func(w *world, i int) string {
		ref := w.id("po_lost_")
		w.row(settlement.Record{Gateway: "stripe", Kind: settlement.Payout, Payout: ref, Ref: ref, Gross: -999, Currency: "EUR", At: noon})
		return ref
	}},
	{"money at the bank that no file speaks of", reconcile.MissingThere, func(w *world, i int) string {
		ref := w.id("po_gift_")
		w.book.Payouts = append(w.book.Payouts, reconcile.Item{Gateway: "stripe", Ref: ref, Currency: "EUR", Amount: 999, At: noon})
		return ref
	}},
	{"a row twice", reconcile.RowRepeated, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		w.rows = append(w.rows, r)
		return r.ID
	}},
	{"two rows of one name", reconcile.RowConflict, func(w *world, i int) string {
		r := w.rows[w.charge(w.book.Payments[i])]
		r.Gross, r.Net = r.Gross+1, r.Net+1
		w.rows = append(w.rows, r)
		return r.ID
	}},
	{"our reference of another payment", reconcile.ReferenceConflict, func(w *world, i int) string {
		p, j := w.book.Payments[i], w.charge(w.book.Payments[i])
		other := slices.IndexFunc(w.book.Payments, func(o reconcile.Item) bool { return o.Gateway == p.Gateway && o.Attempt != p.Attempt })
		w.rows[j].Attempt, w.rows[j].Payment = w.book.Payments[other].Attempt, p.Ref
		return p.Ref
	}},
}

// plain tells whether a payment has one row and nothing after it, so that one thing can be made wrong.
func (w *world) plain(i int) bool {
	p := w.book.Payments[i]
	rows := 0
	j := w.charge(p)
	if j < 0 || p.Settled != 0 || p.Gateway == "paypal" {
		return false
	}
	for _, r := range w.rows {
		if r.Charge == w.rows[j].Charge {
			rows++
		}
	}
	return rows == 1
}

// TestFiftyDifferencesInTenThousandPaymentsAreFoundAndNoOther plants every kind.
func TestFiftyDifferencesInTenThousandPaymentsAreFoundAndNoOther(t *testing.T) {
	const payments, planted = 10_000, 50
	w := agreeing(payments, seeded(7))
	want := map[string]int{}
	at := 0
	for n := range planted {
		for at++; !w.plain(at) || !w.plain(at+1); at++ {
			if at > payments-3 {
				t.Fatal("too few plain payments")
			}
		}
		p := plants[n%len(plants)]
		want[string(p.code)+" "+p.do(w, at)]++
		at++
	}
	rand := seeded(8)
	for i := range w.rows {
		j := rand(i + 1)
		w.rows[i], w.rows[j] = w.rows[j], w.rows[i]
	}
	conflicts(w)
	got := map[string]int{}
	for _, d := range w.result(options).Differences {
		got[string(d.Code)+" "+d.Ref]++
		if d.Action == "" || d.Subject == "" || d.Gateway == "" {
			t.Errorf("it says too little: %+v", d)
		}
	}
	if !maps.Equal(got, want) {
		for _, k := range slices.Sorted(maps.Keys(got)) {
			if got[k] != want[k] {
				t.Errorf("found %s %d times, planted %d", k, got[k], want[k])
			}
		}
		for _, k := range slices.Sorted(maps.Keys(want)) {
			if got[k] == 0 {
				t.Errorf("not found: %s", k)
			}
		}
	}
}

// conflicts brings, of two rows of one name, the one that agrees with the books to the front: the first counts.
func conflicts(w *world) {
	seen := map[string]int{}
	for i, r := range w.rows {
		if j, again := seen[r.ID]; again && w.rows[j].Gross > r.Gross {
			w.rows[i], w.rows[j] = w.rows[j], w.rows[i]
		}
		seen[r.ID] = i
	}
}

func TestEveryCodeIsPlantedOrTestedAlone(t *testing.T) {
	have := map[reconcile.Code]bool{reconcile.TooEarlyToSay: true, reconcile.RowUnread: true} // Below.
	for _, p := range plants {
		have[p.code] = true
	}
	for _, c := range reconcile.Codes() {
		if !have[c] || c.Action() == "" || strings.ContainsAny(c.Action(), "\n") {
			t.Errorf("%s is not planted, or has no action", c)
		}
	}
}

func TestWhatIsYoungIsNoDifferenceYet(t *testing.T) {
	item := reconcile.Item{Gateway: "stripe", Ref: "pi_1", Currency: "EUR", Amount: 100}
	for _, row := range []struct {
		name             string
		at               time.Time
		open             bool
		waiting, differs int
	}{
		{"younger than the lag", asOf.Add(-72*time.Hour + time.Second), false, 1, 0},
		{"as old as the lag", asOf.Add(-72 * time.Hour), false, 0, 1},
		{"old and open", asOf.Add(-1000 * time.Hour), true, 0, 0},
		{"open", asOf.Add(-100 * time.Hour), true, 1, 0},
		{"from before the files", options.From.Add(-time.Second), false, 0, 0},
	} {
		for _, about := range []reconcile.Subject{reconcile.Payment, reconcile.Refund, reconcile.Dispute, reconcile.Payout} {
			item.At, item.Open = row.at, row.open
			book := map[reconcile.Subject]reconcile.Book{reconcile.Payment: {Payments: []reconcile.Item{item}}, reconcile.Refund: {Refunds: []reconcile.Item{item}},
				reconcile.Dispute: {Disputes: []reconcile.Item{item}}, reconcile.Payout: {Payouts: []reconcile.Item{item}}}[about]
			r := reconcile.New(book, options).Result()
			if len(r.Waiting) != row.waiting || len(r.Differences) != row.differs {
				t.Errorf("%s, a %s: %+v, waiting %+v", row.name, about, r.Differences, r.Waiting)
			}
			for _, d := range r.Waiting {
				if d.Code != reconcile.TooEarlyToSay || d.Ours.IsZero() {
					t.Errorf("%s: %+v", row.name, d)
				}
			}
		}
	}
	if r := reconcile.New(reconcile.Book{Payments: []reconcile.Item{{Gateway: "mollie", Currency: "EUR", Amount: 1, At: noon}}}, options).Result(); len(r.Differences) > 0 {
		t.Errorf("a gateway whose files were not read: %+v", r.Differences)
	}
}

func TestARowThatCouldNotBeReadIsADifference(t *testing.T) {
	d := reconcile.Unread("stripe", settlement.Fault{Line: 7, Code: settlement.NetDiffers})
	if d.Code != reconcile.RowUnread || d.Line != 7 || d.Ref != settlement.NetDiffers || d.Action == "" {
		t.Errorf("got %+v", d)
	}
}

func TestFilesCutByDayDoNotHoldWholePayouts(t *testing.T) {
	m := reconcile.New(reconcile.Book{}, reconcile.Options{ByDay: true, AsOf: asOf})
	m.Add(settlement.Record{Gateway: "stripe", ID: "a", Kind: settlement.Hold, Payout: "po_1", Gross: 5, Net: 5, Currency: "EUR", At: noon})
	m.Add(settlement.Record{Gateway: "stripe", ID: "b", Kind: settlement.Payout, Payout: "po_1", Gross: -9, Net: -9, Currency: "EUR", At: noon})
	if r := m.Result(); len(r.Differences) > 0 {
		t.Errorf("got %+v", r.Differences)
	}
}

func TestWhatASettlementBringsIntoTheLedger(t *testing.T) {
	book := reconcile.Book{Payments: []reconcile.Item{
		{Gateway: "stripe", Ref: "pi_1", Currency: "EUR", Amount: 1000, Fee: 30, FeeKnown: true, At: noon},
		{Gateway: "stripe", Ref: "pi_2", Currency: "EUR", Amount: 2000, At: noon},
		{Gateway: "stripe", Ref: "pi_3", Currency: "USD", Amount: 500, At: noon},
	}}
	m := reconcile.New(book, options)
	for i, r := range []settlement.Record{
		{Kind: settlement.Charge, Payment: "pi_1", Gross: 1000, Fee: 30},
		{Kind: settlement.Charge, Payment: "pi_2", Gross: 2000, Fee: 60},
		{Kind: settlement.Charge, Payment: "pi_3", Gross: 450, Fee: 20, Presented: money.Of(500, "USD")},
		{Kind: settlement.Fee, Gross: -7},
		{Kind: settlement.Hold, Gross: -100},
		{Kind: settlement.Payout, Ref: "po_1", Gross: -3233},
	} {
		r.Gateway, r.ID, r.Payout, r.Currency, r.At, r.Net = "stripe", string(rune('a'+i)), "po_1", "EUR", noon, r.Gross-r.Fee
		m.Add(r)
	}
	r := m.Result()
	if len(r.Differences) > 0 {
		t.Fatalf("%+v", r.Differences)
	}
	got := map[string]int64{}
	for _, e := range r.Journal {
		for account, sum := range ledger.Balances(e.Postings) {
			got[e.Key+" "+string(account)] = sum
		}
	}
	want := map[string]int64{
		"stripe#po_1#EUR fees": 87, "stripe#po_1#EUR bank": 3233, "stripe#po_1#EUR currency_exchange": -450, "stripe#po_1#EUR gateway_clearing": 450 - 87 - 30 - 3233,
		"stripe#po_1#EUR fees_payable":      30,
		"stripe#po_1#USD currency_exchange": 500, "stripe#po_1#USD gateway_clearing": -500,
	}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	// What orders booked and what the settlement brings leave at the gateway just what is set aside there.
	if held := int64(3000) + got["stripe#po_1#EUR gateway_clearing"]; held != 100 {
		t.Errorf("%d are left at the gateway, want 100", held)
	}
}

func TestWhatNamesNoPayoutIsBookedUnderItsFile(t *testing.T) {
	book := reconcile.Book{Payments: []reconcile.Item{{Gateway: "paypal", Ref: "O1", Currency: "EUR", Amount: 100, Fee: 3, FeeKnown: true, At: noon}}}
	m := reconcile.New(book, options)
	fee := func(id string, at time.Time) settlement.Record {
		return settlement.Record{Gateway: "paypal", ID: id, Kind: settlement.Fee, Gross: -5, Net: -5, Currency: "EUR", At: at}
	}
	m.File("STL-1")
	m.Add(fee("a", noon))
	m.File("STL-2")
	m.Add(fee("b", noon))
	m.Add(settlement.Record{Gateway: "paypal", ID: "c", Kind: settlement.Charge, Payment: "O1", Gross: 100, Fee: 3, Net: 97, Currency: "EUR", At: noon})
	m.File("")
	m.Add(fee("d", noon))
	var got []string
	for _, e := range m.Result().Journal {
		if ledger.Balances(e.Postings)[ledger.Fees] == 5 && e.Payout == "" {
			got = append(got, e.Key)
		}
	}
	if want := []string{"paypal#2026-11-22#EUR", "paypal#STL-1#EUR", "paypal#STL-2#EUR"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAChargebackAndItsEndAreOneDisputeThoughTheEndNamesOnlyTheChargeback(t *testing.T) {
	for _, row := range []struct {
		name      string
		withdrawn int64
		code      reconcile.Code
	}{{"both know that it was won", 0, ""}, {"we think that it was lost", 500, reconcile.StateDiffers}} {
		m := reconcile.New(reconcile.Book{
			Payments: []reconcile.Item{{Gateway: "paypal", Ref: "ORDER1", Refs: []string{"CAP1"}, Attempt: "pay_1", Currency: "EUR", At: noon}},
			Disputes: []reconcile.Item{{Gateway: "paypal", Ref: "PP-D-1", Attempt: "pay_1", Currency: "EUR", Amount: row.withdrawn, At: noon}},
		}, options)
		m.Add(settlement.Record{Gateway: "paypal", ID: "CB2", Kind: settlement.DisputeReversed, Ref: "CB2", Charge: "CB1", Gross: 500, Net: 500, Currency: "EUR", At: noon.Add(1)})
		m.Add(settlement.Record{Gateway: "paypal", ID: "CB1", Kind: settlement.Dispute, Ref: "CB1", Charge: "CAP1", Gross: -500, Net: -500, Currency: "EUR", At: noon})
		r := m.Result()
		if len(r.Differences) == 0 && row.code == "" || len(r.Differences) == 1 && r.Differences[0].Code == row.code {
			continue
		}
		t.Errorf("%s: %+v", row.name, r.Differences)
	}
}

func TestBooksThatAreNone(t *testing.T) {
	for text, code := range map[string]string{
		``: "book_unreadable", `[]`: "book_unreadable", `{"payments":[{"x":1}]}`: "book_unreadable", `{} {}`: "book_unreadable",
		`{"payments":[{"gateway":"stripe","currency":"ZZZ"}]}`:                              "book_invalid",
		`{"payments":[{"currency":"EUR"}]}`:                                                 "book_invalid",
		`{"refunds":[{"gateway":"stripe","currency":"EUR","amount":-1}]}`:                   "book_invalid",
		`{"payouts":[{"gateway":"stripe","currency":"EUR","settled":9000000000000000000}]}`: "book_invalid",
		`{"payments":[{"gateway":"stripe","currency":"EUR","amount":1.5}]}`:                 "book_unreadable",
	} {
		if _, err := reconcile.ReadBook(strings.NewReader(text)); fault.Code(err) != code {
			t.Errorf("%s: %v, want %s", text, err, code)
		}
	}
	b, err := reconcile.ReadBook(strings.NewReader(`{"payments":[{"gateway":"stripe","ref":"pi_1","currency":"EUR","amount":5,"at":"2026-11-22T12:00:00Z"}]}`))
	if err != nil || len(b.Payments) != 1 || b.Payouts != nil {
		t.Errorf("%+v, %v", b, err)
	}
}

func FuzzReadBook(f *testing.F) {
	f.Add(`{"payments":[{"gateway":"stripe","ref":"pi_1","refs":["a"],"currency":"EUR","amount":5,"at":"2026-11-22T12:00:00Z"}],"payouts":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		b, err := reconcile.ReadBook(strings.NewReader(text))
		if err != nil {
			if !fault.Is(err, fault.Unreadable, fault.Invalid, fault.TooLarge) {
				t.Error(err)
			}
			return
		}
		m := reconcile.New(b, options)
		m.Add(settlement.Record{Gateway: "stripe", ID: "a", Kind: settlement.Charge, Payment: "pi_1", Gross: 5, Net: 5, Currency: "EUR", At: noon})
		for _, e := range m.Result().Journal {
			if ledger.Check(e.Postings) != nil {
				t.Errorf("%+v does not balance", e)
			}
		}
	})
}

// BenchmarkTenThousandPayments is to stay under ten seconds.
func BenchmarkTenThousandPayments(b *testing.B) {
	w := agreeing(10_000, seeded(7))
	for b.Loop() {
		if r := w.result(options); len(r.Differences) > 0 {
			b.Fatal(r.Differences)
		}
	}
}
