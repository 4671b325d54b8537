package actors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// settles is what staff do about money that is promised: they take it, in parts or whole, give it up, or leave it to whoever ships.
func (p *person) settles(buyer *shopper, id order.ID, total int64) {
	if !p.stage.Place().Manual {
		return
	}
	switch {
	case p.in(40): // Whoever ships takes it.
	case p.tends(voids):
		buyer.looksAgain()
		p.voids(id)
	case p.tends(captures):
		p.takes(id, nil)
	case p.tends(captures):
		part := 1 + p.dice.Int64N(total)
		p.takes(id, map[string]any{"amount": part, "final": p.in(30), "reason": "what can be sent now"})
		if p.in(50) {
			p.rest(2 * time.Hour)
			p.takes(id, nil)
		}
	}
}

// takes takes promised money, the same twice now and then; sometimes more than there is.
func (p *person) takes(id order.ID, body map[string]any) {
	if body == nil {
		body = map[string]any{}
		if p.in(10) {
			body["amount"] = 1_000_000_000
		}
	}
	key := fmt.Sprintf("capture-%s-%d", id, p.dice.IntN(1000))
	for range 1 + p.dice.IntN(2)*p.dice.IntN(2) {
		r := p.asks(func() acceptance.Reply {
			return p.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/captures", key, body)
		})
		p.expect(id, r, "POST captures", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
	}
}

// voids gives promised money up.
func (p *person) voids(id order.ID) {
	r := p.asks(func() acceptance.Reply {
		return p.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/void", "", nil)
	})
	p.expect(id, r, "POST void", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
}

// cancels ends an order for its shopper, who has called.
func (p *person) cancels(id order.ID) {
	r := p.asks(func() acceptance.Reply {
		return p.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/cancellation", "", nil)
	})
	p.expect(id, r, "POST staff cancellation", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
	if r.Status == http.StatusOK && p.in(50) { // Is the money on its way?
		p.rest(20 * time.Minute)
		r = p.asks(func() acceptance.Reply {
			return p.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/cancellation", "", nil)
		})
		p.expect(id, r, "POST staff cancellation again", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
	}
}

// given is a refund as an answer tells it.
type given struct {
	Refund struct {
		ID     string `json:"id"`
		Status string `json:"status"`
	} `json:"refund"`
}

// approves lets another decide about a refund that waits for it. Whoever asked for it may not say yes; nil: that is not known.
func (p *person) approves(id order.ID, who *acceptance.Visit, r acceptance.Reply) {
	var g given
	if r.Status/100 != 2 || json.Unmarshal(r.Body, &g) != nil || g.Refund.Status != "awaiting_approval" {
		return
	}
	path := "/staff/orders/" + string(id) + "/refunds/" + g.Refund.ID + "/approval"
	if who != nil && p.in(20) {
		own := p.asks(func() acceptance.Reply {
			return who.AsStaff(http.MethodPost, path, "", map[string]any{"decision": "approve"})
		})
		if own.Status == http.StatusOK && json.Unmarshal(own.Body, &g) == nil && g.Refund.Status != "cancelled" {
			p.stage.Violated("I14 RefundBounded", id, fmt.Sprintf("%s approved their own refund: %s", p.name, own.Body))
		}
	}
	if p.rest(2 * time.Hour); p.in(60) { // On another day. Gateways forget by then under which key something was asked.
		p.stage.Rest(3*time.Hour + 10*time.Minute)
		p.rest(9 * time.Hour)
	}
	decision, another := "approve", p.other
	if who == another || who == nil && p.in(50) {
		another = p.staff
	}
	switch p.dice.IntN(6) {
	case 0:
		return // Forgotten.
	case 1:
		decision = "withdraw"
	}
	for range 1 + p.dice.IntN(3) {
		r = p.asks(func() acceptance.Reply {
			return another.AsStaff(http.MethodPost, path, "", map[string]any{"decision": decision})
		})
		p.expect(id, r, "POST approval", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
		p.rest(20 * time.Minute)
	}
}

// awaits tells whether a refund is under way at its gateway, and somebody asks again after a while what became of it.
func (p *person) awaits(r acceptance.Reply) bool {
	var g given
	if r.Status/100 != 2 || json.Unmarshal(r.Body, &g) != nil || g.Refund.Status != "pending" || !p.in(70) {
		return false
	}
	p.rest(20 * time.Minute)
	return true
}

// refundsLines gives back what a unit of the first line cost.
func (p *person) refundsLines(id order.ID, lines []map[string]any) {
	sku, _ := lines[p.dice.IntN(len(lines))]["sku"].(string)
	body := map[string]any{"lines": []map[string]any{{"sku": sku, "quantity": 1}}, "reason": "it was broken"}
	key := fmt.Sprintf("refund-%s-line-%d", id, p.dice.IntN(1000))
	r := p.asks(func() acceptance.Reply {
		return p.staff.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/refunds", key, body)
	})
	p.expect(id, r, "POST refunds of lines", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
	p.approves(id, p.staff, r)
}
