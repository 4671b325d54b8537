package squaregw_test

import (
	"fmt"
	"testing"
	"time"

	"till/scripts/localcloud/squaresim"
	"till/shared/fault"
	"till/shared/gateway/gatewaytest"
	"till/shared/payment"
)

// storm is one attempt in bad weather: every call may fail before or after its effect, and is repeated or given up at random.
type storm struct {
	t       *testing.T
	h       *gatewaytest.Harness
	bed     *bed
	dice    *gatewaytest.Dice
	a       payment.Attempt
	started payment.Started
	token   string
	refunds []payment.Refund
}

func (s *storm) below(n int) int { return int(s.dice.Uint64() % uint64(n)) }

// weather is what the next call meets.
func (s *storm) weather() {
	rate := squaresim.Rate(0.25)
	s.bed.must(s.bed.sim.SetFaults(squaresim.Faults{API: squaresim.APIFaults{ErrorRate: rate / 2, ErrorAfter: rate / 2, TimeoutBefore: rate / 2, TimeoutAfter: rate / 2, CutJSON: rate / 2}}))
}

func (s *storm) calm() { s.bed.must(s.bed.sim.SetFaults(squaresim.Faults{})) }

// step does what a shop might do next.
func (s *storm) step() {
	ctx, g := s.t.Context(), s.h.Gateway
	var err error
	switch s.below(7) {
	case 0:
		_, err = g.Confirm(ctx, s.a, s.token)
	case 1:
		s.calm()
		s.token, _ = s.h.Pay(s.started, []gatewaytest.Card{gatewaytest.Pays, gatewaytest.Pays, gatewaytest.Declined}[s.below(3)])
	case 2:
		_, err = g.Capture(ctx, s.a, payment.Capture{ID: payment.CaptureID(fmt.Sprint("cap_", s.below(2))), Amount: 1999, Final: true})
	case 3:
		if s.below(8) == 0 {
			_, err = g.Close(ctx, s.a)
		}
	case 4, 5:
		r := payment.Refund{ID: payment.RefundID(fmt.Sprint("ref_", s.below(4))), Attempt: s.a.ID, Amount: 500}
		s.refunds = append(s.refunds, r)
		_, err = g.Refund(ctx, s.a, r)
	case 6:
		s.h.Advance(time.Duration(s.below(30)) * time.Hour)
	}
	if err != nil && (!fault.Is(err, fault.Declined, fault.Unavailable, fault.Unknown, fault.Conflict, fault.Invalid) ||
		fault.Is(err, fault.Invalid) && fault.Code(err) != "token_invalid") {
		s.t.Fatalf("got %v", err)
	}
}

func TestWhateverFailsTheFactsAreTheBooksAndNothingIsDoneTwice(t *testing.T) {
	captured, given, none := 0, 0, 0
	for seed := range 400 {
		dice := gatewaytest.Dice(seed * 7919)
		s := &storm{t: t, dice: &dice, bed: newBed(t, "EUR")}
		s.h = s.bed.harness()
		s.a, s.started = begun(t, s.h, s.below(2) == 0)
		for range 30 {
			s.weather()
			s.step()
		}
		s.calm()
		f, err := s.h.Gateway.Fetch(t.Context(), s.a)
		if err != nil {
			t.Fatal(err)
		}
		book := s.h.Book("ord_1")
		back, seen := int64(0), map[payment.RefundID]bool{}
		for _, r := range f.Refunds {
			if seen[r.ID] || r.ID == "" || r.Amount != 500 {
				t.Fatalf("seed %d: refunds are %+v", seed, f.Refunds)
			}
			seen[r.ID] = true
			back += r.Amount
		}
		decimal := func(n int64) string { return fmt.Sprintf("%d.%02d", n/100, n%100) }
		if f.Captured > 1999 || decimal(f.Captured) != book.Captured || decimal(back) != book.Refunded || back > f.Captured {
			t.Fatalf("seed %d: the facts are %+v, the books say %+v", seed, f, book)
		}
		over, err := s.h.Gateway.Close(t.Context(), s.a)
		if book = s.h.Book("ord_1"); err != nil || over.State.Open() || book.Held != "0.00" || over.Captured != f.Captured {
			t.Fatalf("seed %d: closed as %+v, %v; the books say %+v", seed, over, err, book)
		}
		switch {
		case back > 0:
			given++
		case f.Captured > 0:
			captured++
		default:
			none++
		}
	}
	if captured < 40 || given < 40 || none < 40 {
		t.Errorf("%d captured, %d given back, %d neither: the storm tries too little", captured, given, none)
	}
}
