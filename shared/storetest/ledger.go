package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/money"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

var ledgerRows = []row{
	{"an entry is stored once, and its repeat succeeds", entryOnce},
	{"another entry under the same key is refused and leaves the first", entryOther},
	{"an entry that does not sum to zero is refused", entryUneven},
	{"a day's entries come oldest first, and no other day's", entriesOfADay},
	{"entries are no orders and no changes of the day", entriesApart},
	{"a closing comes back, the last that was stored", closingKept},
	{"a day that was never closed has no closing", closingNone},
	{"findings come back, the last that were stored", findingsKept},
	{"a day that was never compared has no findings", findingsNone},
}

// entry moves a fee at a time.
func entry(key string, at time.Time, fee int64) reconcile.Entry {
	return reconcile.Entry{Key: key, Gateway: "stripe", Payout: "po_1", Currency: "EUR", At: at, Rows: 3,
		Postings: ledger.Transfer(ledger.GatewayClearing, ledger.Fees, fee)}
}

func mustEnter(t *testing.T, s Store, e reconcile.Entry) {
	t.Helper()
	if err := s.SaveEntry(t.Context(), e); err != nil {
		t.Fatalf("saving %s: %v", e.Key, err)
	}
}

func wantEntries(t *testing.T, s Store, day string, keys ...string) {
	t.Helper()
	all, err := s.DayEntries(t.Context(), day)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, e.Key)
	}
	if !slices.Equal(got, keys) {
		t.Errorf("on %s are %v, want %v", day, got, keys)
	}
}

func entryOnce(t *testing.T, s Store) {
	e := entry("stripe#po_1#EUR", noon, 5)
	mustEnter(t, s, e)
	mustEnter(t, s, e)
	got, err := s.DayEntries(t.Context(), "2026-11-22")
	if err != nil || len(got) != 1 || got[0].Payout != "po_1" || got[0].Rows != 3 || !got[0].At.Equal(noon) || !slices.Equal(got[0].Postings, e.Postings) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func entryOther(t *testing.T, s Store) {
	mustEnter(t, s, entry("stripe#po_1#EUR", noon, 5))
	err := s.SaveEntry(t.Context(), entry("stripe#po_1#EUR", noon.Add(24*time.Hour), 6))
	wantFault(t, "another entry", err, fault.Conflict, "entry_differs")
	wantEntries(t, s, "2026-11-22", "stripe#po_1#EUR")
	wantEntries(t, s, "2026-11-23")
}

func entryUneven(t *testing.T, s Store) {
	e := entry("stripe#po_1#EUR", noon, 5)
	e.Postings = e.Postings[:1]
	wantFault(t, "half an entry", s.SaveEntry(t.Context(), e), fault.Internal, "unbalanced")
	wantEntries(t, s, "2026-11-22")
}

func entriesOfADay(t *testing.T, s Store) {
	mustEnter(t, s, entry("b", noon.Add(time.Hour), 5))
	mustEnter(t, s, entry("c", noon.Add(12*time.Hour), 5))
	mustEnter(t, s, entry("a", noon.Add(2*time.Hour), 5))
	wantEntries(t, s, "2026-11-22", "b", "a")
	wantEntries(t, s, "2026-11-23", "c")
	wantEntries(t, s, "2026-11-24")
}

func entriesApart(t *testing.T, s Store) {
	mustEnter(t, s, entry("a", noon, 5))
	if ids, _ := pages(t, s, "2026-11-22", 5); len(ids) != 0 {
		t.Errorf("orders of the day: %v", ids)
	}
	if names, _ := late(t, s, "2026-11-22", 5); len(names) != 0 {
		t.Errorf("late changes of the day: %v", names)
	}
}

func closingKept(t *testing.T, s Store) {
	first := []daybook.Balance{{Gateway: "stripe", Currency: "EUR", Account: ledger.Fees, Minor: 5}}
	second := []daybook.Balance{{Gateway: "stripe", Currency: "EUR", Account: ledger.Fees, Minor: 6}, {Gateway: "", Currency: "JPY", Account: ledger.Bank, Minor: -1}}
	for _, closing := range [][]daybook.Balance{first, second} {
		if err := s.SaveClosing(t.Context(), "2026-11-22", closing); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := s.Closing(t.Context(), "2026-11-22"); err != nil || !slices.Equal(got, second) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func closingNone(t *testing.T, s Store) {
	_, err := s.Closing(t.Context(), "2026-11-22")
	wantFault(t, "a closing", err, fault.NotFound, "")
}

func findingsKept(t *testing.T, s Store) {
	f := reconcile.Findings{Day: "2026-11-22", From: noon.UTC().Truncate(time.Second), At: noon.UTC().Truncate(time.Second),
		Gateways: []reconcile.Told{{Gateway: "stripe", Rows: 3}, {Gateway: "paypal", Fault: "dependency_unavailable"}}, Waiting: 1, Mended: 2}
	f.Keep(nil)
	second := f
	second.Keep([]reconcile.Difference{{Code: reconcile.AmountDiffers, Action: reconcile.AmountDiffers.Action(), Subject: reconcile.Payment, Gateway: "stripe",
		Order: "ord_1", Ours: money.Of(5, "EUR"), Theirs: money.Of(-6, "EUR")}})
	for _, each := range []reconcile.Findings{f, second} {
		if err := s.SaveFindings(t.Context(), each); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Findings(t.Context(), "2026-11-22")
	if diff := cmp.Diff(second, got, cmp.AllowUnexported(money.Amount{})); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := s.Closing(t.Context(), "2026-11-22"); !fault.Is(err, fault.NotFound) {
		t.Errorf("findings are taken for a closing: %v", err)
	}
}

func findingsNone(t *testing.T, s Store) {
	_, err := s.Findings(t.Context(), "2026-11-22")
	wantFault(t, "findings", err, fault.NotFound, "")
}
