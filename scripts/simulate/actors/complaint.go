package actors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// disputes is whose bank may take the money back. The shop may have something to say to that.
func (s *shopper) disputes() {
	if s.in(80) {
		s.likes = "paypal" // There the shop must sign in to answer.
	}
	s.buys()
	s.stage.Dispute(s.order.ID, s.in(50))
	p := s.Crowd.person("complaints of " + s.name)
	if id := s.order.ID; id != "" && p.in(95) {
		s.stage.Enter(s.stage.Now(), p.name, func() { p.complaints(id) })
	}
}

// Complains is who buys, and whose bank may take the money back.
func (s *shopper) Complains() {
	s.basket["currency"] = "EUR"
	if s.place() {
		s.disputes()
	}
}

// complaints is staff who look now and then what banks ask about an order, until they have said something to each.
func (p *person) complaints(id order.ID) {
	path := "/staff/orders/" + string(id)
	for range 5 {
		p.rest(3 * time.Hour)
		r := p.asks(func() acceptance.Reply { return p.staff.AsStaff(http.MethodGet, path, "", nil) })
		p.expect(id, r, "GET staff order", http.StatusOK)
		var seen struct {
			Order struct {
				Disputes []struct {
					Reference string `json:"reference"`
					Status    string `json:"status"`
				} `json:"disputes"`
			} `json:"order"`
		}
		if r.Status != http.StatusOK || json.Unmarshal(r.Body, &seen) != nil {
			continue
		}
		said := len(seen.Order.Disputes) > 0
		if !said {
			p.stage.Dispute(id, p.in(50)) // Nothing was taken yet, when the bank was asked before.
		}
		for _, d := range seen.Order.Disputes {
			if d.Status == "needs_response" || p.in(20) {
				said = p.answers(id, path+"/disputes/"+d.Reference) && said
			}
		}
		if said && !p.in(20) {
			return
		}
	}
}

// answers says something to a dispute, or gives in: once, or in haste twice, at times in other words under another key. It tells whether
// the shop has taken it.
func (p *person) answers(id order.ID, path string) (taken bool) {
	for range 1 + p.dice.IntN(2) {
		what, body := "/evidence", any(map[string]string{"statement": "It was delivered to the door."})
		if p.in(20) {
			what, body = "/acceptance", nil
		}
		key := fmt.Sprintf("answer-%s-%d", id, p.dice.IntN(3))
		r := p.asks(func() acceptance.Reply { return p.staff.AsStaff(http.MethodPost, path+what, key, body) })
		p.expect(id, r, "POST"+what, http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
		if taken = taken || r.Status == http.StatusCreated; p.in(50) {
			p.rest(time.Hour)
		}
	}
	if p.tends(peeks) {
		r := p.asks(func() acceptance.Reply { return p.staff.AsStaff(http.MethodGet, path+"/evidence", "", nil) })
		p.expect(id, r, "GET evidence", http.StatusOK)
	}
	return taken
}
