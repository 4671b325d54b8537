package actors

import (
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
)

// Path is one thing that people do, step by step, by people who ask again until they are answered.
type Path struct {
	Name string
	Mix  Mix
	Ends []string // How the order may end: its status and how it is paid.
	// Gateway is whom the shop has an account with; Manual, that it takes money by hand.
	Gateway string
	Manual  bool
}

// Paths lists them.
func Paths() []Path {
	mix := func(walk func(*Shopper)) Mix { return Mix{PerHour: 60, Stay: 8 * time.Hour, One: walk} }
	paid, partly := []string{"delivered/paid", "completed/paid"}, []string{"delivered/partially_refunded", "completed/partially_refunded"}
	out := []Path{
		{Name: "golden", Mix: mix((*Shopper).golden), Ends: paid, Gateway: "stripe"},
		{Name: "refund", Mix: mix((*Shopper).refundPath), Ends: partly, Gateway: "stripe"},
		{Name: "cancel", Mix: mix((*Shopper).cancelPath), Ends: []string{"cancelled/refunded"}, Gateway: "stripe"},
		{Name: "return", Mix: mix((*Shopper).returnPath), Ends: partly, Gateway: "stripe"},
		{Name: "late-money", Mix: mix((*Shopper).latePath), Ends: []string{"fulfilling/paid", "expired/refunded", "cancelled/refunded"}, Gateway: "stripe"},
	}
	for _, g := range []string{"stripe", "paypal", "square"} {
		if g != "stripe" {
			out = append(out, Path{Name: "golden-" + g, Mix: mix((*Shopper).golden), Ends: paid, Gateway: g},
				Path{Name: "refund-" + g, Mix: mix((*Shopper).refundPath), Ends: partly, Gateway: g},
				Path{Name: "cancel-" + g, Mix: mix((*Shopper).cancelPath), Ends: []string{"cancelled/refunded"}, Gateway: g})
		}
		out = append(out, Path{Name: "capture-" + g, Mix: mix((*Shopper).capturePath), Ends: paid, Gateway: g, Manual: true},
			Path{Name: "void-" + g, Mix: mix((*Shopper).voidPath), Ends: []string{"cancelled/unpaid", "cancelled/failed"}, Gateway: g, Manual: true})
	}
	return out
}

// placed is an order of one thing; false if even patience brings none.
func (s *shopper) placed() bool {
	s.basket = acceptance.Of(s.shelf[len(s.shelf)-1], 2, "EUR")
	return s.place()
}

// paidBy pays, and waits until the order is paid.
func (s *shopper) paidBy(mode string) bool {
	for range 6 {
		if p, ok := s.pay(mode); ok {
			s.insist(func() acceptance.Reply { return s.card(p, acceptance.Pays) })
		}
		if o, ok := s.view(); ok && o.Status == "fulfilling" {
			return true
		}
		s.stage.Rest(4 * time.Minute) // A try whose outcome is open must be settled first.
	}
	return s.waits("fulfilling")
}

// waits looks until the order is in a status; false if it never is.
func (s *shopper) waits(status string) bool {
	for range 20 {
		if o, ok := s.view(); ok && o.Status == status {
			return true
		}
		s.stage.Rest(5 * time.Minute)
	}
	return false
}

// until asks staff's question until it is answered so.
func (s *shopper) until(status int, ask func() acceptance.Reply) {
	for range 12 {
		if r := s.asks(ask); r.Status == status {
			return
		}
		s.stage.Rest(10 * time.Minute)
	}
}

func (s *shopper) shipped() {
	number := fmt.Sprint("JD-", s.order.ID)
	s.until(http.StatusCreated, func() acceptance.Reply { return s.staff.Ship(s.order.ID, number) })
	s.until(http.StatusOK, func() acceptance.Reply { return s.staff.Deliver(s.order.ID, "shp_1") })
}

func (s *shopper) golden() {
	if s.placed() && s.paidBy(acceptance.Hosted) {
		s.shipped()
	}
}

func (s *shopper) refundPath() {
	if s.placed() && s.paidBy(acceptance.Embedded) {
		s.until(http.StatusCreated, func() acceptance.Reply { return s.staff.Refund(s.order.ID, 500, "a-part") })
		s.shipped()
	}
}

func (s *shopper) cancelPath() {
	if s.placed() && s.paidBy(acceptance.Hosted) {
		s.until(http.StatusOK, func() acceptance.Reply { return s.Visit.Cancel(s.order.ID) })
	}
}

// returnPath sends one of two things back, which can be sold again.
func (s *shopper) returnPath() {
	if !s.placed() || !s.paidBy(acceptance.Hosted) {
		return
	}
	s.shipped()
	sku, back := s.shelf[len(s.shelf)-1], ""
	for range 12 {
		if back = s.asksToReturn(sku, 1); back != "" {
			break
		}
		s.stage.Rest(10 * time.Minute)
	}
	path := "/staff/orders/" + string(s.order.ID) + "/returns/" + back
	for _, body := range []map[string]any{
		{"status": "accepted"}, {"status": "received", "lines": []map[string]any{{"sku": sku, "restocked": 1, "damaged": 0}}},
	} {
		s.until(http.StatusOK, func() acceptance.Reply { return s.staff.AsStaff(http.MethodPut, path, "", body) })
	}
}

// capturePath pays where every gateway can promise first, and staff take the money.
func (s *shopper) capturePath() {
	if s.placed() && s.paidBy(acceptance.Embedded) {
		s.until(http.StatusCreated, func() acceptance.Reply {
			return s.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(s.order.ID)+"/captures", "all-of-it", nil)
		})
		s.shipped()
	}
}

func (s *shopper) voidPath() {
	if s.placed() && s.paidBy(acceptance.Embedded) {
		s.until(http.StatusOK, func() acceptance.Reply {
			return s.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(s.order.ID)+"/void", "", nil)
		})
	}
}

func (s *shopper) latePath() {
	if !s.placed() {
		return
	}
	for range 5 {
		p, ok := s.pay(acceptance.Embedded)
		if !ok {
			s.stage.Rest(5 * time.Minute)
			continue
		}
		s.stage.Forget(s.order.ID, true)
		s.stage.Rest(45 * time.Minute)
		s.stage.Forget(s.order.ID, false)
		s.insist(func() acceptance.Reply { return s.card(p, acceptance.Pays) })
		return
	}
}

// Flash is who wants one of a few things that many want, pays at once, and comes back while payments may still fail.
func (s *shopper) Flash() {
	s.basket = acceptance.Of(s.shelf[0], 1, "EUR")
	if s.place() {
		s.paidBy(s.mode())
	}
}
