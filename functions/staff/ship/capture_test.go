package ship_test

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"till/functions/staff/ship"
	"till/scripts/shoptest"
	"till/shared/catalog"
	"till/shared/eventfile"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// taking is the handler of a shop that takes promised money when it ships.
func taking(s *shoptest.Shop) ship.Handler {
	return ship.Handler{Capture: s.Cashier().Capture, Book: s.Cashier().Book, Task: s.Store.Change, Shipped: s.Machine.Succeed, Now: s.Now,
		Log: slog.New(slog.DiscardHandler)}
}

// promised is an order that waits for its parcel, with its money promised.
func promised(t *testing.T) (*shoptest.Shop, shoptest.Opened, payment.AttemptID) {
	t.Helper()
	s := shoptest.New(t)
	o, a := s.Promised("order-one")
	s.Pump()
	if got := s.Order(o).Record().Status; got != order.Fulfilling {
		t.Fatalf("the order is %s", got)
	}
	return s, o, a
}

func TestNothingShipsBeforeItsMoneyIsTaken(t *testing.T) {
	s, o, _ := promised(t)
	s.Break("gateway.Capture", shoptest.Down())
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); fault.Code(err) != "capture_in_progress" {
		t.Errorf("got %v", err)
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 0 || len(s.Order(o).Record().Shipments) != 0 {
		t.Errorf("the gateway has %d", got)
	}
}

func TestEachParcelTakesItsOwnMoneyAndTheLastOneAllThatIsLeft(t *testing.T) {
	s, o, _ := promised(t)
	first, last := s.Staff("ship", "one-unit", o.Words()[:2]...), s.Staff("ship", "everything", o.Words()[:2]...)
	for range 2 { // The second is a repeat.
		if resp, err := taking(s).Handle(t.Context(), first); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatalf("the first parcel: %d, %v", resp.StatusCode, err)
		}
	}
	got := s.Order(o).Record()
	l := got.Lines[0]
	want := (l.Total+l.Tax)/l.Quantity + got.Total
	for _, each := range got.Lines {
		want -= each.Total + each.Tax
	}
	if len(got.Captures) != 1 || got.Captured() != want || got.PaymentStatus() != "authorized" || s.Gateway.Captured(string(o.ID)) != want {
		t.Errorf("after one of the first product %d were taken, want %d: %+v", got.Captured(), want, got.Captures)
	}
	if resp, err := taking(s).Handle(t.Context(), last); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("the last parcel: %d, %v", resp.StatusCode, err)
	}
	if got = s.Order(o).Record(); got.Status != order.Shipped || got.PaymentStatus() != "paid" || len(got.Captures) != 2 || !got.Captures[1].Final ||
		s.Gateway.Captured(string(o.ID)) != got.Total {
		t.Errorf("the order is %s and %s, with %+v", got.Status, got.PaymentStatus(), got.Captures)
	}
}

func TestWhereMoneyIsTakenOnlyOnceTheFirstParcelTakesItAll(t *testing.T) {
	s, o, _ := promised(t)
	s.Gateway.Can = payment.Capabilities{Modes: []payment.Mode{payment.Hosted}, KeyLife: 24 * time.Hour, Manual: true, Captures: 1}
	if resp, err := taking(s).Handle(t.Context(), s.Staff("ship", "one-unit", o.Words()[:2]...)); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("got %d, %v", resp.StatusCode, err)
	}
	if got := s.Order(o).Record(); got.PaymentStatus() != "paid" || len(got.Shipments) != 1 || got.Status != order.Fulfilling {
		t.Errorf("the order is %s and %s", got.Status, got.PaymentStatus())
	}
}

func TestAParcelWhoseMoneyIsRefusedIsKeptUntilItsHoldIsLifted(t *testing.T) {
	s, o, _ := promised(t)
	s.Break("gateway.Capture", fault.New(fault.Declined, "gateway", "card_declined", ""))
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); fault.Code(err) != "payment_not_captured" {
		t.Errorf("got %v", err)
	}
	s.Mend()
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); fault.Code(err) != "order_on_hold" {
		t.Errorf("got %v", err)
	}
	key := s.Order(o).Record().Holds[0].Key
	if _, _, err := s.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.Lift(key, order.By{Who: "staff:1", At: s.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	if resp, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); err != nil || resp.StatusCode != http.StatusCreated {
		t.Errorf("got %d, %v", resp.StatusCode, err)
	}
	if got := s.Order(o).Record(); got.Captured() != got.Total || len(got.Shipments) != 1 {
		t.Errorf("%d were taken for %d parcels", got.Captured(), len(got.Shipments))
	}
}

func TestAShopThatTakesItsMoneyWhenItShipsTakesItOnce(t *testing.T) {
	s, o, _ := promised(t)
	var all sync.WaitGroup
	for range 5 {
		req := s.Staff("ship", "everything", o.Words()[:2]...)
		all.Go(func() {
			if resp, err := taking(s).Handle(t.Context(), req); err != nil && !fault.Is(err, fault.Conflict) {
				t.Errorf("got %d, %v", resp.StatusCode, err)
			}
		})
	}
	all.Wait()
	if got := s.Order(o).Record(); got.Status != order.Shipped || got.PaymentStatus() != "paid" || len(got.Shipments) != 1 || s.Gateway.Captured(string(o.ID)) != 5341 {
		t.Errorf("the order is %s and %s, with %d parcels", got.Status, got.PaymentStatus(), len(got.Shipments))
	}
	if resp, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); err != nil || resp.StatusCode != http.StatusCreated {
		t.Errorf("the same parcel again: %d, %v", resp.StatusCode, err)
	}
}

func TestAParcelThatCannotBeShippedTakesNoMoney(t *testing.T) {
	s, o, _ := promised(t)
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "more-than-is-left", o.Words()[:2]...)); fault.Code(err) != "quantity_invalid" {
		t.Errorf("got %v", err)
	}
	if _, _, err := s.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
		return o.Hold("manual", nil, order.By{Who: "staff:1", At: s.Now()})
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); fault.Code(err) != "order_on_hold" {
		t.Errorf("got %v", err)
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 0 {
		t.Errorf("the gateway has %d", got)
	}
}

func TestAParcelWaitsWhileItIsNotKnownWhetherItsMoneyWasTaken(t *testing.T) {
	s, o, _ := promised(t)
	s.Break("after gateway.Capture", shoptest.Lost())
	for range 2 {
		if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); !fault.Is(err, fault.Conflict) {
			t.Errorf("got %v", err)
		}
	}
	s.Mend()
	s.Wait(120e9)
	if err := s.Sweep(); err != nil {
		t.Fatal(err)
	}
	if resp, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); err != nil || resp.StatusCode != http.StatusCreated {
		t.Errorf("got %d, %v", resp.StatusCode, err)
	}
	if got := s.Gateway.Captured(string(o.ID)); got != 5341 {
		t.Errorf("the gateway has %d", got)
	}
}

func TestAParcelWhosePromiseIsOverIsNotShipped(t *testing.T) {
	s, o, a := promised(t)
	s.Tell(a, func(f *payment.Facts) { f.State = payment.Expired })
	if _, err := taking(s).Handle(t.Context(), s.Staff("ship", "everything", o.Words()[:2]...)); !fault.Is(err, fault.Conflict) {
		t.Errorf("got %v", err)
	}
	if got := s.Order(o).Record(); got.Status != order.Cancelled || len(got.Shipments) != 0 {
		t.Errorf("the order is %s with %d parcels", got.Status, len(got.Shipments))
	}
}

// TestDigitalGoodsTakeTheirMoneyWhenTheyAreHandedOver: an order that goes in no parcel is fulfilled without a carrier.
func TestDigitalGoodsTakeTheirMoneyWhenTheyAreHandedOver(t *testing.T) {
	s := shoptest.New(t)
	p, err := s.Store.Product(t.Context(), "mug-blue")
	if err == nil {
		p.Digital = true
		_, err = catalog.Put(t.Context(), s.Store, p, "staff:1", s.Now())
	}
	if err != nil {
		t.Fatal(err)
	}
	place := eventfile.Request(t, "placeorder", "placed")
	place.Body = strings.Replace(place.Body, "5341", "4758", 1) // Delivery costs nothing.
	o := s.PlaceWith(place)
	s.Promise(o, "pay")
	s.Pump()
	req := s.Staff("ship", "everything", o.Words()[:2]...)
	req.Body = `{"digital":true}`
	for range 2 { // The second is a repeat.
		if resp, err := taking(s).Handle(t.Context(), req); err != nil || resp.StatusCode != http.StatusCreated {
			t.Fatalf("got %d, %v", resp.StatusCode, err)
		}
	}
	s.Pump()
	got := s.Order(o).Record()
	if got.Status != order.Delivered || got.PaymentStatus() != "paid" || len(got.Shipments) != 1 || len(got.Captures) != 1 || s.Gateway.Captured(string(o.ID)) != got.Total {
		t.Errorf("the order is %s and %s, with %+v", got.Status, got.PaymentStatus(), got.Captures)
	}
}
