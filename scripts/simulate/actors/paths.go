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
}

// Paths lists them.
func Paths() []Path {
	mix := func(walk func(*Shopper)) Mix { return Mix{PerHour: 60, Stay: 8 * time.Hour, One: walk} }
	return []Path{
		{"golden", mix((*Shopper).golden), []string{"delivered/paid", "completed/paid"}},
		{"refund", mix((*Shopper).refundPath), []string{"delivered/partially_refunded", "completed/partially_refunded"}},
		{"cancel", mix((*Shopper).cancelPath), []string{"cancelled/refunded"}},
		{"late-money", mix((*Shopper).latePath), []string{"fulfilling/paid", "expired/refunded", "cancelled/refunded"}},
	}
}

// placed is an order of one thing; false if even patience brings none.
func (s *shopper) placed() bool {
	s.basket = acceptance.Of(s.shelf[len(s.shelf)-1], 2, "EUR")
	return s.place()
}

// paidBy pays, and waits until the order is paid.
func (s *shopper) paidBy(mode string) bool {
	for range 5 {
		if p, ok := s.pay(mode); ok {
			s.insist(func() acceptance.Reply { return s.card(p, acceptance.Pays) })
			return s.waits("fulfilling")
		}
		s.stage.Rest(5 * time.Minute)
	}
	return false
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
