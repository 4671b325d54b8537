package actors

import (
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// repeats sends the order again, with its key: the answer is the same, and the token opens it.
func (s *shopper) repeats() {
	if !s.tends(repeats) {
		return
	}
	s.rest(6 * time.Hour)
	var o acceptance.Order
	r := s.insist(func() (r acceptance.Reply) { o, r = s.TryPlace(s.basket, s.key); return r })
	if unclear(r) {
		return
	}
	if r.Status != http.StatusCreated || o.ID != s.order.ID {
		s.stage.Violated("I13 SameAnswer", s.order.ID, fmt.Sprintf("the same key and body gave %d %s", r.Status, r.Body))
		return
	}
	if _, ok := s.view(); !ok {
		return
	}
	if s.in(30) { // The key with another body is refused.
		other := acceptance.Basket{}
		for k, v := range s.basket {
			other[k] = v
		}
		other["email"] = "other.ada@example.com"
		r := s.insist(func() acceptance.Reply { _, r := s.TryPlace(other, s.key); return r })
		s.expect(r, "a used key with another body", http.StatusUnprocessableEntity)
	}
}

// snoops tries the token on another's order, on every route that takes one.
func (s *shopper) snoops() {
	if !s.tends(snoops) || len(s.known) < 2 {
		return
	}
	other := s.known[s.dice.IntN(len(s.known))]
	if other.order.ID == s.order.ID {
		return
	}
	path := "/orders/" + string(other.order.ID)
	for what, r := range s.each(path) {
		if !unclear(r) && r.Status != http.StatusNotFound && r.Status != http.StatusUnauthorized && r.Status != http.StatusForbidden {
			s.stage.Violated("I17 TokenScope", other.order.ID, fmt.Sprintf("the token of %s: %s answered %d", s.order.ID, what, r.Status))
		}
	}
}

// each asks every route about an order with this shopper's own token.
func (s *shopper) each(path string) func(func(string, acceptance.Reply) bool) {
	return func(yield func(string, acceptance.Reply) bool) {
		header := map[string]string{"Authorization": "Bearer " + s.token}
		_ = yield("GET", s.Call(http.MethodGet, path, header, nil)) &&
			yield("POST payments", s.Post(path+"/payments", s.token, s.Key(), map[string]string{"gateway": s.wallet(), "mode": "hosted"})) &&
			yield("POST confirm", s.Post(path+"/payments/pay_aaaaaaaaaaaaaaaaaaaaaaaaaa/confirm", s.token, "", map[string]string{})) &&
			yield("POST cancellation", s.Post(path+"/cancellation", s.token, "", nil)) &&
			yield("GET staff", s.Call(http.MethodGet, "/staff"+path, header, nil))
	}
}

// ID is the order's.
func (s *shopper) ID() order.ID { return s.order.ID }
