package order_test

import (
	"slices"
	"strings"
	"testing"

	"till/shared/order"
)

// moves is every pair of statuses, from the rows to the columns: x is a legal move. Written by hand, so that the table in the
// code is held by another.
const moves = `
                   created awaiting_payment payment_processing confirmed fulfilling shipped delivered completed expired cancelled
created            .       x                .                  x         .          .       .         .         .       .
awaiting_payment   .       .                x                  x         .          .       .         .         x       x
payment_processing .       x                .                  x         .          .       .         .         x       x
confirmed          .       .                .                  .         x          .       .         .         .       x
fulfilling         .       .                .                  .         .          x       .         .         .       x
shipped            .       .                .                  .         .          .       x         .         .       .
delivered          .       .                .                  .         .          .       .         x         .       .
completed          .       .                .                  .         .          .       .         .         .       .
expired            .       .                .                  x         .          .       .         .         .       .
cancelled          .       .                .                  .         .          .       .         .         .       .`

func legal(t *testing.T) map[[2]order.Status]bool {
	t.Helper()
	rows := strings.Split(strings.TrimPrefix(moves, "\n"), "\n")
	columns := strings.Fields(rows[0])
	out := map[[2]order.Status]bool{}
	for _, row := range rows[1:] {
		fields := strings.Fields(row)
		for i, mark := range fields[1:] {
			out[[2]order.Status{order.Status(fields[0]), order.Status(columns[i])}] = mark == "x"
		}
	}
	if n := len(order.Statuses()); len(out) != n*n || len(columns) != n {
		t.Fatalf("%d pairs of %d statuses", len(out), n)
	}
	return out
}

func TestEveryMoveOfAnOrder(t *testing.T) {
	want := legal(t)
	for _, from := range append(order.Statuses(), "", "paid") {
		for _, to := range append(order.Statuses(), "", "paid") {
			if got := from.CanBecome(to); got != want[[2]order.Status{from, to}] {
				t.Errorf("%q to %q: %v", from, to, got)
			}
		}
	}
}

// TestNoMoveStepsBack is I18: an order goes up only. That a slow payment failed gives the shopper another try; that late money
// comes re-opens what had expired.
func TestNoMoveStepsBack(t *testing.T) {
	rank := slices.Index[[]order.Status]
	for pair, may := range legal(t) {
		back := pair == [2]order.Status{order.PaymentProcessing, order.AwaitingPayment} || pair == [2]order.Status{order.Expired, order.Confirmed}
		if may && !back && rank(order.Statuses(), pair[0]) >= rank(order.Statuses(), pair[1]) {
			t.Errorf("%s may become %s", pair[0], pair[1])
		}
	}
}

func TestWhatAStatusMeans(t *testing.T) {
	payable := []order.Status{order.AwaitingPayment, order.PaymentProcessing}
	ends := []order.Status{order.Completed, order.Expired, order.Cancelled}
	for _, s := range order.Statuses() {
		if s.Payable() != slices.Contains(payable, s) || s.Ended() != slices.Contains(ends, s) {
			t.Errorf("%s payable: %v, ended: %v", s, s.Payable(), s.Ended())
		}
	}
}
