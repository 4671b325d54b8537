package payment_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

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
                   awaiting_approval requested unknown pending succeeded failed canceled
awaiting_approval  .                 x         .       .       .         .      x
requested          .                 .         x       x       x         x      x
unknown            .                 .         .       x       x         x      x
pending            .                 .         .       .       x         x      x
succeeded          .                 .         .       .       .         x      .
failed             .                 .         .       .       .         .      .
canceled           .                 .         .       .       .         .      .`

const captureMoves = `
           requested unknown succeeded failed
requested  .         x       x         x
unknown    .         .       x         x
succeeded  .         .       .         .
failed     .         .       .         .`

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

func TestEveryMoveOfACapture(t *testing.T) {
	states, legal := pairs(captureMoves)
	for _, from := range append(payment.CaptureStates(), "", "taken") {
		for _, to := range append(payment.CaptureStates(), "", "taken") {
			if got, want := from.CanBecome(to), legal[[2]string{string(from), string(to)}]; got != want {
				t.Errorf("%q to %q: %v, want %v", from, to, got, want)
			}
		}
		if open := from == payment.CaptureRequested || from == payment.CaptureUnknown; from.Open() != open {
			t.Errorf("%q open: %v", from, from.Open())
		}
	}
	if len(states) != len(payment.CaptureStates()) || len(legal) != len(states)*len(states) {
		t.Errorf("%d states are listed, %d are known", len(payment.CaptureStates()), len(states))
	}
}

func TestWhatADisputeMeans(t *testing.T) {
	open := []payment.DisputeState{payment.DisputeInquiry, payment.DisputeNeedsResponse, payment.DisputeUnderReview}
	lost := []payment.DisputeState{payment.DisputeLost, payment.DisputeAccepted}
	for _, s := range append(payment.DisputeStates(), "") {
		if d := (payment.DisputeFacts{State: s}); d.Open() != slices.Contains(open, s) || d.Lost() != slices.Contains(lost, s) {
			t.Errorf("%q open: %v, lost: %v", s, d.Open(), d.Lost())
		}
	}
	d := payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeWon, Amount: 5, Withdrawn: 4, Fee: 3, DueBy: time.Unix(7, 0)}
	for name, other := range map[string]payment.DisputeFacts{
		"another dispute": {Ref: "dp_2", State: d.State, Amount: 5, Withdrawn: 4, Fee: 3, DueBy: d.DueBy},
		"another state":   {Ref: "dp_1", State: payment.DisputeLost, Amount: 5, Withdrawn: 4, Fee: 3, DueBy: d.DueBy},
		"another amount":  {Ref: "dp_1", State: d.State, Amount: 6, Withdrawn: 4, Fee: 3, DueBy: d.DueBy},
		"other money":     {Ref: "dp_1", State: d.State, Amount: 5, Withdrawn: 5, Fee: 3, DueBy: d.DueBy},
		"another fee":     {Ref: "dp_1", State: d.State, Amount: 5, Withdrawn: 4, Fee: 4, DueBy: d.DueBy},
		"another date":    {Ref: "dp_1", State: d.State, Amount: 5, Withdrawn: 4, Fee: 3, DueBy: d.DueBy.Add(time.Second)},
	} {
		if d.Same(other) {
			t.Errorf("%s is the same", name)
		}
	}
	if again := d; !d.Same(again) {
		t.Error("it is not the same as itself")
	}
	again := d
	again.DueBy = d.DueBy.UTC()
	if !d.Same(again) {
		t.Error("the same moment elsewhere is another")
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

func TestAnAttemptIsAskedAboutEachDisputeOnceAndTheToldOnesFirst(t *testing.T) {
	a := payment.Attempt{ID: "pay_1"}.About("dp_1", "", "dp_2")
	b := a.About("", "dp_3", "dp_2")
	if !slices.Equal(b.Disputes, []string{"dp_3", "dp_2", "dp_1"}) || !slices.Equal(a.Disputes, []string{"dp_1", "dp_2"}) {
		t.Errorf("got %q of %q", b.Disputes, a.Disputes)
	}
	if !a.Same(b) || a.Same(payment.Attempt{ID: "pay_2"}) {
		t.Error("what is asked for makes another attempt of it, or an id none")
	}
	if raw, err := json.Marshal(b); err != nil || strings.Contains(string(raw), "dp_") {
		t.Errorf("stored are %s, %v", raw, err)
	}
}
