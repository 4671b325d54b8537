package squaregw_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"till/shared/fault"
	"till/shared/gateway/gatewaytest"
	"till/shared/money"
	"till/shared/payment"
)

// begun is an embedded attempt at a simulated Square.
func begun(t *testing.T, h *gatewaytest.Harness, manual bool) (payment.Attempt, payment.Started) {
	t.Helper()
	s := payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Embedded, Amount: money.Of(1999, "EUR"), Title: "Order ord_1", At: h.Now(), Manual: manual}
	started, err := h.Gateway.Start(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return payment.Attempt{ID: s.Attempt, Mode: s.Mode, State: payment.RequiresAction, Amount: 1999, Intent: started.Intent, At: s.At}, started
}

// atOnce confirms an attempt with several tokens at the same time.
func atOnce(t *testing.T, h *gatewaytest.Harness, a payment.Attempt, tokens []string) []error {
	t.Helper()
	errs := make([]error, len(tokens))
	var all sync.WaitGroup
	for i, token := range tokens {
		all.Go(func() { _, errs[i] = h.Gateway.Confirm(t.Context(), a, token) })
	}
	all.Wait()
	return errs
}

func TestConfirmationsAtOnceTakeOnce(t *testing.T) {
	for range 20 {
		h := open(t, "EUR")
		a, started := begun(t, h, false)
		one, _ := h.Pay(started, gatewaytest.Pays)
		two, _ := h.Pay(started, gatewaytest.Pays)
		for _, err := range atOnce(t, h, a, []string{one, two, one, two, one}) {
			if err != nil && !fault.Is(err, fault.Conflict, fault.Unknown) {
				t.Errorf("got %v", err)
			}
		}
		f, err := h.Gateway.Fetch(t.Context(), a)
		if err != nil || f.State != payment.Captured || f.Captured != 1999 || h.Book("ord_1").Captured != "19.99" {
			t.Fatalf("got %+v, %v; the books say %+v", f, err, h.Book("ord_1"))
		}
	}
}

func TestWhatWasAuthorizedTwiceIsCapturedOnceAndTheRestGivenUp(t *testing.T) {
	twice := 0
	for range 50 {
		h := open(t, "EUR")
		a, started := begun(t, h, true)
		one, _ := h.Pay(started, gatewaytest.Pays)
		two, _ := h.Pay(started, gatewaytest.Pays)
		atOnce(t, h, a, []string{one, two})
		if h.Book("ord_1").Held == "39.98" {
			twice++
		}
		f, err := h.Gateway.Fetch(t.Context(), a)
		if err != nil || f.State != payment.Authorized || f.Captured != 0 {
			t.Fatalf("got %+v, %v", f, err)
		}
		f, err = h.Gateway.Capture(t.Context(), a, payment.Capture{ID: "cap_1", Amount: 1999, Final: true})
		if book := h.Book("ord_1"); err != nil || f.State != payment.Captured || f.Captured != 1999 || book.Captured != "19.99" || book.Held != "0.00" {
			t.Fatalf("got %+v, %v; the books say %+v", f, err, book)
		}
	}
	t.Logf("authorized twice in %d of 50 runs", twice)
}

func TestAClosedAttemptHoldsNothingWhoeverWasFaster(t *testing.T) {
	for range 50 {
		h := open(t, "EUR")
		a, started := begun(t, h, true)
		token, _ := h.Pay(started, gatewaytest.Pays)
		var all sync.WaitGroup
		all.Go(func() { _, _ = h.Gateway.Confirm(t.Context(), a, token) })
		all.Go(func() { _, _ = h.Gateway.Close(t.Context(), a) })
		all.Wait()
		f, err := h.Gateway.Close(t.Context(), a) // As the shop repeats it until it is told that the attempt is over.
		if book := h.Book("ord_1"); err != nil || f.State.Open() || book.Held != "0.00" || book.Captured != "0.00" || book.Chargeable != 0 {
			t.Fatalf("got %+v, %v; the books say %+v", f, err, book)
		}
	}
}

func TestWhoPaysWhileAnAttemptIsClosedLeavesItUnsure(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		times        int // The call before which somebody pays.
	}{
		{"before the order is looked at once more", http.MethodGet, 2},
		{"before the order is canceled", http.MethodPut, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t, "EUR")
			h := b.harness()
			a, started := begun(t, h, true)
			token, _ := h.Pay(started, gatewaytest.Pays)
			left := tt.times
			b.before = func(r *http.Request) {
				if r.Method != tt.method || !strings.Contains(r.URL.Path, "/v2/orders/") {
					return
				}
				if left--; left == 0 {
					b.before = nil
					if _, err := h.Gateway.Confirm(t.Context(), a, token); err != nil {
						t.Error(err)
					}
				}
			}
			if _, err := h.Gateway.Close(t.Context(), a); !fault.Is(err, fault.Unknown) || b.before != nil {
				t.Fatalf("got %v, with %d calls to come", err, left)
			}
			f, err := h.Gateway.Close(t.Context(), a)
			if book := h.Book("ord_1"); err != nil || f.State != payment.Canceled || book.Held != "0.00" || book.Captured != "0.00" {
				t.Fatalf("got %+v, %v; the books say %+v", f, err, book)
			}
		})
	}
}
