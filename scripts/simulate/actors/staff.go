package actors

import (
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
	"till/shared/order"
)

// packed lets staff take the order from here.
func (s *shopper) packed() {
	p := s.Crowd.person("packer of " + s.name)
	id, lines := s.order.ID, s.basket["lines"].([]map[string]any)
	at := s.stage.Now().Add(time.Duration(p.dice.Int64N(int64(2 * time.Hour))))
	if p.mix.Slow > 0 && p.in(60) {
		at = at.Add(p.mix.Slow + time.Duration(p.dice.Int64N(int64(10*time.Hour))))
	}
	total := s.order.Total.Amount
	s.stage.Enter(at, p.name, func() {
		if came := p.pack(s, id, lines, total); (came || p.in(3)) && p.tends(returns) { // A few ask for what never came.
			(&shopper{person: p, Visit: s.Visit, order: s.order, token: s.token}).sendsBack(lines)
		}
	})
}

// pack is what staff do about one paid order. It tells whether something arrived.
func (p *person) pack(buyer *shopper, id order.ID, lines []map[string]any, total int64) (came bool) {
	if p.mix.Plain {
		return p.ships(id, lines)
	}
	p.peek(id)
	if p.mix.Guarded && buyer.held {
		p.reviews(id)
	}
	p.settles(buyer, id, total)
	if p.tends(refunds) {
		p.refund(id, total)
	}
	if p.tends(byLine) {
		p.refundsLines(id, lines)
	}
	if p.tends(cancels) {
		p.cancels(id)
	}
	if p.tends(stops) {
		p.stage.StopExecution(id)
		if p.rest(30 * time.Minute); p.in(50) { // Has it failed? Then it begins anew.
			r := p.asks(func() acceptance.Reply { return p.staff.Lift(id, "fulfillment_failed") })
			p.expect(id, r, "DELETE hold of a failed fulfillment", http.StatusOK, http.StatusNoContent, http.StatusConflict, http.StatusNotFound)
		}
	}
	if p.tends(holds) {
		p.holds(id)
	}
	if p.tends(forgets) {
		return false // Forgotten.
	}
	came = p.ships(id, lines)
	if p.tends(refunds) {
		p.refund(id, total)
	}
	return came
}

// peek looks at the order as staff see it.
func (p *person) peek(id order.ID) {
	if !p.tends(peeks) {
		return
	}
	r := p.asks(func() acceptance.Reply { return p.staff.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil) })
	p.expect(id, r, "GET staff order", http.StatusOK)
}

// asks insists, also when staff are told to sign in anew: clocks may be wrong.
func (p *person) asks(ask func() acceptance.Reply) acceptance.Reply {
	var r acceptance.Reply
	for range 4 {
		if r = p.insist(ask); r.Status != http.StatusUnauthorized && r.Status != http.StatusForbidden {
			return r
		}
		p.rest(15 * time.Minute)
	}
	return r
}

func (p *person) expect(id order.ID, r acceptance.Reply, what string, statuses ...int) {
	if unclear(r) || r.Status == http.StatusUnauthorized || r.Status == http.StatusForbidden {
		return
	}
	for _, s := range statuses {
		if r.Status == s {
			return
		}
	}
	p.stage.Violated("Answer", id, fmt.Sprintf("%s %s: %d %s", p.name, what, r.Status, r.Body))
}

// refund gives some of it back, or all; sometimes a second time at once.
func (p *person) refund(id order.ID, total int64) {
	for n := range 1 + p.dice.IntN(2) {
		amount, key := 1+p.dice.Int64N(600), fmt.Sprintf("refund-%s-%d-%d", id, n, p.dice.IntN(1000))
		switch p.dice.IntN(5) {
		case 0, 1:
			amount = total
		case 2:
			amount = total + 1_000_000 // More than there is: refused.
		}
		for range 1 + p.dice.IntN(2)*p.dice.IntN(2) { // The same again, now and then.
			r := p.asks(func() acceptance.Reply { return p.staff.Refund(id, amount, key) })
			p.expect(id, r, "POST refunds", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
			p.approves(id, p.staff, r)
			for p.awaits(r) {
				r = p.asks(func() acceptance.Reply { return p.staff.Refund(id, amount, key) })
				p.expect(id, r, "POST refunds again", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
			}
		}
	}
}

// holds stops the order for a while.
func (p *person) holds(id order.ID) {
	r := p.asks(func() acceptance.Reply { return p.staff.Hold(id, "look") })
	p.expect(id, r, "PUT hold", http.StatusOK, http.StatusCreated, http.StatusConflict)
	p.rest(time.Hour)
	if p.in(10) {
		return // Forgotten.
	}
	r = p.asks(func() acceptance.Reply { return p.staff.Lift(id, "look") })
	p.expect(id, r, "DELETE hold", http.StatusOK, http.StatusNoContent, http.StatusConflict, http.StatusNotFound)
}

// ships hands the order to a carrier, perhaps in two parcels, and notes that they came. It tells whether one did.
func (p *person) ships(id order.ID, lines []map[string]any) (came bool) {
	parts := []map[string]int{nil}
	if p.tends(halves) {
		if sku, _ := lines[0]["sku"].(string); sku != "" {
			parts = []map[string]int{{sku: 1}, nil}
		}
	}
	sent := 0
	for n, part := range parts {
		number := fmt.Sprintf("JD%d-%s", n, id)
		for try := range 4 {
			r := p.asks(func() acceptance.Reply { return p.staff.ShipLines(id, number, part) })
			p.expect(id, r, "POST shipments", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
			if r.Status == http.StatusCreated {
				sent++
				break
			}
			if p.rest(20 * time.Minute); try > 0 && r.Code() == "order_state_conflict" {
				break // It has ended: else it is not ready, on hold, or paid back.
			}
		}
	}
	if p.tends(forgets) {
		return false
	}
	for n := range sent {
		p.rest(time.Hour)
		r := p.asks(func() acceptance.Reply { return p.staff.Deliver(id, fmt.Sprintf("shp_%d", n+1)) })
		p.expect(id, r, "POST delivery", http.StatusOK, http.StatusConflict, http.StatusNotFound)
		came = came || r.Status == http.StatusOK
	}
	return came
}

// clerk looks at the list, changes a price, counts a shelf.
func (p *person) clerk() {
	sku := p.shelf[p.dice.IntN(len(p.shelf))]
	r := p.asks(func() acceptance.Reply {
		return p.staff.AsStaff(http.MethodGet, "/staff/orders?day="+p.stage.Now().Format(time.DateOnly), "", nil)
	})
	p.expect("", r, "GET staff orders", http.StatusOK)
	if p.tends(counts) {
		price := 500 + p.dice.Int64N(2000)
		prices := map[string]int64{"EUR": price, "USD": price, "GBP": price, "JPY": price, "KWD": price}
		r = p.asks(func() acceptance.Reply {
			return p.staff.TryPut(sku, "If-Match", map[string]any{"name": "Harbour mug", "prices": prices})
		})
		p.expect("", r, "PUT product", http.StatusOK)
	}
	if p.tends(counts) {
		r = p.asks(func() acceptance.Reply { return p.staff.TrySetStock(sku, 100+p.dice.Int64N(200)) })
		p.expect("", r, "PUT stock", http.StatusOK, http.StatusConflict)
	}
}
