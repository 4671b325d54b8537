package actors

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// looksRisky is a card that the gateway's own check finds riskier than others. https://docs.stripe.com/testing#fraud-prevention
const looksRisky = "4000000000009235"

// good is a card that pays.
func (s *shopper) good() string {
	if s.in(5) {
		return looksRisky
	}
	return acceptance.Pays
}

// refusedByRule tells whether the shop's rules against fraud refuse an order. Only a shop that has some may.
func (s *shopper) refusedByRule(r acceptance.Reply) bool {
	return s.mix.Guarded && r.Status == http.StatusUnprocessableEntity && r.Code() == "order_declined"
}

// reviews is staff who look at an order that the shop's rules hold: most are let go, some end, some are forgotten.
func (p *person) reviews(id order.ID) {
	r := p.asks(func() acceptance.Reply { return p.staff.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil) })
	p.expect(id, r, "GET staff order", http.StatusOK)
	var seen struct {
		Order struct {
			Holds []struct {
				Key string `json:"key"`
			} `json:"holds"`
		} `json:"order"`
	}
	if r.Status != http.StatusOK || json.Unmarshal(r.Body, &seen) != nil {
		return
	}
	ends := p.in(20)
	for _, h := range seen.Order.Holds {
		if rule, _, _ := strings.Cut(h.Key, ":"); rule != "fraud_review" && rule != "gateway_risk" {
			continue
		}
		if p.rest(time.Hour); ends {
			p.cancels(id)
			return
		}
		if p.in(85) {
			r := p.asks(func() acceptance.Reply { return p.staff.Lift(id, h.Key) })
			p.expect(id, r, "DELETE hold of a rule", http.StatusOK, http.StatusNoContent, http.StatusConflict, http.StatusNotFound)
		}
	}
}
