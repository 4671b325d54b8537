package storetest

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/pricing"
)

// sentBack stores an order of a gift that was delivered, and that its customer wants to send back.
func sentBack(t *testing.T, s Store, key string, at time.Time) order.ID {
	t.Helper()
	o, c, err := order.New(placement(key, pricing.Line{SKU: "mug", Name: "Gift", Quantity: 1}), by("shopper", at))
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, s, o, c)
	step := func(verb func(*order.Order) (order.Change, error)) {
		t.Helper()
		if _, _, err := bookOf(s).Change(t.Context(), o.ID(), verb); err != nil {
			t.Fatal(err)
		}
	}
	step(func(o *order.Order) (order.Change, error) { return o.Prepare(1, by("machine", at)) })
	step(func(o *order.Order) (order.Change, error) { return o.AwaitShipment(1, "token", by("machine", at)) })
	step(func(o *order.Order) (order.Change, error) {
		return o.Ship(order.Parcel{Carrier: "DHL", TrackingNumber: "1"}, by("staff:1", at))
	})
	step(func(o *order.Order) (order.Change, error) { return o.Deliver("shp_1", by("staff:1", at)) })
	step(func(o *order.Order) (order.Change, error) {
		return o.RequestReturn(order.NewReturn{Key: "r1", Reason: "damaged", Window: 24 * time.Hour,
			Lines: []fulfillment.Line{{SKU: "mug", Quantity: 1}}}, by("shopper", at))
	})
	return o.ID()
}

// returning reads the orders with a return that is open, page by page.
func returning(t *testing.T, s Store, limit int) (ids []order.ID, count int) {
	t.Helper()
	return paged(t, func(ctx context.Context, _, cursor string, limit int) ([]order.ID, string, error) {
		return s.ReturnOrders(ctx, cursor, limit)
	}, "", limit)
}

func returnsPaged(t *testing.T, s Store) {
	mustSet(t, s, "mug", 10)
	var want []order.ID
	for i := range 5 { // Over days.
		want = append(want, sentBack(t, s, fmt.Sprintf("r%d", i), noon.Add(time.Duration(i)*13*time.Hour)))
	}
	stored(t, s, "none", noon)
	slices.Reverse(want)
	if got, count := returning(t, s, 2); !slices.Equal(got, want) || count != 3 {
		t.Errorf("got %v in %d pages, want %v", got, count, want)
	}
	for _, next := range []fulfillment.ReturnState{fulfillment.ReturnAccepted, fulfillment.ReturnRefused} {
		if _, _, err := bookOf(s).Change(t.Context(), want[1], func(o *order.Order) (order.Change, error) {
			return o.DecideReturn(order.ReturnIDFor(o.ID(), "r1"), next, nil, by("staff:1", noon))
		}); err != nil {
			t.Fatal(err)
		}
		if got, _ := returning(t, s, 10); slices.Contains(got, want[1]) != next.Open() {
			t.Errorf("after it was %s, the list is %v", next, got)
		}
	}
	if got, count := returning(t, s, 4); !slices.Equal(got, slices.Delete(slices.Clone(want), 1, 2)) || count != 1 {
		t.Errorf("got %v in %d pages without %s", got, count, want[1])
	}
}

func returnsCursorAltered(t *testing.T, s Store) {
	mustSet(t, s, "mug", 10)
	for i := range 2 {
		sentBack(t, s, fmt.Sprintf("r%d", i), noon.Add(time.Duration(i)*time.Second))
	}
	_, next, err := s.ReturnOrders(t.Context(), "", 1)
	if err != nil || next == "" {
		t.Fatalf("no second page: %v", err)
	}
	for _, cursor := range []string{"x", next[1:], next + next, "§", base64.RawURLEncoding.EncodeToString([]byte("{}"))} {
		_, _, err := s.ReturnOrders(t.Context(), cursor, 1)
		wantFault(t, "cursor "+cursor, err, fault.Unreadable, "cursor_invalid")
	}
}
