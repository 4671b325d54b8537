package payment_test

import (
	"slices"
	"strings"
	"testing"

	"till/shared/payment"
)

// attemptMoves is every pair of states, from the rows to the columns: x is a legal move, . is none. Written by hand, so that
// the table in the code is held by another.
const attemptMoves = `
                 initiating unknown requires_action processing authorized captured failed canceled expired
initiating       .          x       x               x          x          x        x      x        x
unknown          .          .       x               x          x          x        x      x        x
requires_action  .          .       .               x          x          x        .      x        x
processing       .          .       .               .          x          x        .      x        x
authorized       .          .       .               .          .          x        .      x        x
captured         .          .       .               .          .          .        .      .        .
failed           .          .       .               .          x          x        .      .        .
canceled         .          .       .               .          x          x        .      .        .
expired          .          .       .               .          x          x        .      .        .`

const refundMoves = `
           requested unknown pending succeeded failed canceled
requested  .         x       x       x         x      x
unknown    .         .       x       x         x      x
pending    .         .       .       x         x      x
succeeded  .         .       .       .         x      .
failed     .         .       .       .         .      .
canceled   .         .       .       .         .      .`

// pairs reads a matrix: its states, and whether a move is legal.
func pairs(matrix string) (states []string, legal map[[2]string]bool) {
	rows := strings.Split(strings.TrimPrefix(matrix, "\n"), "\n")
	states, legal = strings.Fields(rows[0]), map[[2]string]bool{}
	for _, row := range rows[1:] {
		fields := strings.Fields(row)
		for i, mark := range fields[1:] {
			legal[[2]string{fields[0], states[i]}] = mark == "x"
		}
	}
	return states, legal
}

func TestEveryMoveOfAnAttempt(t *testing.T) {
	states, legal := pairs(attemptMoves)
	for _, from := range append(payment.States(), "", "paid") {
		for _, to := range append(payment.States(), "", "paid") {
			if got, want := from.CanBecome(to), legal[[2]string{string(from), string(to)}]; got != want {
				t.Errorf("%q to %q: %v, want %v", from, to, got, want)
			}
		}
	}
	if len(states) != len(payment.States()) || len(legal) != len(states)*len(states) {
		t.Errorf("%d states are listed, %d are known", len(payment.States()), len(states))
	}
	listed := payment.States()
	listed[0] = "changed"
	if payment.States()[0] != payment.Initiating {
		t.Error("the list of states can be changed from outside")
	}
}

func TestEveryMoveOfARefund(t *testing.T) {
	states, legal := pairs(refundMoves)
	for _, from := range append(payment.RefundStates(), "", "sent") {
		for _, to := range append(payment.RefundStates(), "", "sent") {
			if got, want := from.CanBecome(to), legal[[2]string{string(from), string(to)}]; got != want {
				t.Errorf("%q to %q: %v, want %v", from, to, got, want)
			}
		}
	}
	if len(states) != len(payment.RefundStates()) || len(legal) != len(states)*len(states) {
		t.Errorf("%d states are listed, %d are known", len(payment.RefundStates()), len(states))
	}
}

// TestNoMoveLowersAnAttempt is I18: what an attempt has reached counts up only; what ended without money can still turn out to
// hold some, and nothing else.
func TestNoMoveLowersAnAttempt(t *testing.T) {
	ranks := map[payment.State]int{payment.Initiating: 0, payment.Unknown: 1, payment.RequiresAction: 2, payment.Processing: 3,
		payment.Failed: 4, payment.Canceled: 4, payment.Expired: 4, payment.Authorized: 5, payment.Captured: 6}
	for from, low := range ranks {
		for to, high := range ranks {
			given := from == payment.Authorized && (to == payment.Canceled || to == payment.Expired) // Promised, and let go of.
			if from.CanBecome(to) && low >= high && !given {
				t.Errorf("%s may become %s, which is less", from, to)
			}
		}
	}
}

func TestWhatIsOpen(t *testing.T) {
	open := []payment.State{payment.Initiating, payment.Unknown, payment.RequiresAction, payment.Processing, payment.Authorized}
	for _, s := range append(payment.States(), "") {
		if s.Open() != slices.Contains(open, s) {
			t.Errorf("%q open: %v", s, s.Open())
		}
	}
	awaited := []payment.RefundState{payment.RefundRequested, payment.RefundUnknown, payment.RefundPending}
	gone := []payment.RefundState{payment.RefundFailed, payment.RefundCanceled}
	for _, s := range payment.RefundStates() {
		if s.Open() != slices.Contains(awaited, s) || s.Live() == slices.Contains(gone, s) {
			t.Errorf("%q open: %v, live: %v", s, s.Open(), s.Live())
		}
	}
}

func TestKeys(t *testing.T) {
	if got := (payment.Start{Attempt: "pay_1", Order: "ord_1"}).Key(); got != "start/pay_1" {
		t.Errorf("a start's key is %q", got)
	}
	if got := (payment.Refund{ID: "ref_1", Attempt: "pay_1", Asks: 7}).Key(); got != "ref_1" {
		t.Errorf("a refund's key is %q", got)
	}
	if got := (payment.Event{Gateway: "stripe", Account: "acct_1", ID: "evt_1"}).Key(); got != "stripe#acct_1#evt_1" {
		t.Errorf("an event's key is %q", got)
	}
	if got := (payment.Event{Gateway: "stripe", ID: "evt_1"}).Key(); got != "stripe##evt_1" {
		t.Errorf("the key of an event of the shop's own account is %q", got)
	}
}
