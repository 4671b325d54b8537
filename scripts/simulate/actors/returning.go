package actors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
	"till/shared/fulfillment"
	"till/shared/order"
)

// sendsBack is a shopper who wants to send back some of what came, up to three times, and staff who decide about it.
func (s *shopper) sendsBack(lines []map[string]any) {
	for n := range 1 + s.dice.IntN(3) {
		s.rest(2 * time.Hour)
		line := lines[s.dice.IntN(len(lines))]
		sku, _ := line["sku"].(string)
		most, _ := line["quantity"].(int)
		units := 1 + s.dice.IntN(2)*s.dice.IntN(max(most, 1))
		if s.in(5) {
			units += most // More than came: refused.
		}
		if id := s.asksToReturn(sku, units); id != "" {
			desk := s.Crowd.person(fmt.Sprint("returns desk for ", s.name, " ", n))
			s.stage.Enter(s.stage.Now(), desk.name, func() { desk.takesBack(s.order.ID, id, sku, units) })
		}
	}
}

// asksToReturn gives the return's id; "" if there is none.
func (s *shopper) asksToReturn(sku string, units int) string {
	reasons, key := fulfillment.Reasons(), s.Key()
	body := map[string]any{"lines": []map[string]any{{"sku": sku, "quantity": units}}, "reason": reasons[s.dice.IntN(len(reasons))]}
	if s.in(30) {
		body["comment"] = "Please fetch it at Unter den Linden 1." // What must stand nowhere in the clear.
	}
	id := ""
	for range 1 + s.dice.IntN(2)*s.dice.IntN(2) { // The same again, now and then.
		r := s.insist(func() acceptance.Reply { return s.Post("/orders/"+string(s.order.ID)+"/returns", s.token, key, body) })
		s.expect(r, "POST returns", http.StatusCreated, http.StatusConflict, http.StatusUnprocessableEntity)
		var got struct {
			Return struct {
				ID string `json:"id"`
			} `json:"return"`
		}
		if r.Status != http.StatusCreated || json.Unmarshal(r.Body, &got) != nil {
			continue
		}
		if id != "" && id != got.Return.ID {
			s.stage.Violated("I13 SameAnswer", s.order.ID, fmt.Sprintf("one key asked for %s and %s", id, got.Return.ID))
		}
		id = got.Return.ID
	}
	return id
}

// takesBack is staff who decide about a return, and note what came: some before anybody has decided, some never.
func (p *person) takesBack(id order.ID, back, sku string, units int) {
	path := "/staff/orders/" + string(id) + "/returns/" + back
	decides := func(status string) {
		p.notes(id, p.staff, path, map[string]any{"status": status, "reason": "as agreed by phone"})
	}
	p.rest(2 * time.Hour)
	switch p.dice.IntN(12) {
	case 0:
		return // Forgotten.
	case 1:
		decides("refused")
		return
	case 2:
	default:
		if decides("accepted"); p.in(10) {
			decides("refused") // It never came.
			return
		}
		p.rest(2 * time.Hour)
	}
	alone := !p.in(30)
	if !alone { // At another desk at once, where they count what came for themselves.
		beside := p.Crowd.person(p.name + " beside")
		p.stage.Enter(p.stage.Now(), beside.name, func() { beside.counts(id, beside.other, alone, path, sku, units) })
	}
	p.counts(id, p.staff, alone, path, sku, units)
}

// counts notes what came of a return; what of its money waits for another's yes is decided, and what is under way asked about again.
func (p *person) counts(id order.ID, who *acceptance.Visit, alone bool, path, sku string, units int) {
	shelf := p.dice.IntN(units + 1)
	line := map[string]any{"sku": sku, "restocked": shelf, "damaged": units - shelf}
	if p.in(15) {
		line["damaged"] = p.dice.IntN(units - shelf + 1)
	}
	switch p.dice.IntN(12) {
	case 0:
		line["refund"] = 0
	case 1:
		line["refund"] = 1 + p.dice.IntN(600)
	case 2:
		line["refund"] = 1_000_000 // More than it cost: refused.
	}
	body := map[string]any{"status": "received", "lines": []map[string]any{line}}
	r := p.notes(id, who, path, body)
	asker := who
	if !alone {
		asker = nil // Which of the two desks has asked for the money nobody knows.
	}
	p.approves(id, asker, r)
	for tries := 0; tries < 3 && unsent(r); tries++ {
		p.rest(time.Minute)
		r = p.notes(id, who, path, body)
	}
	for p.awaits(r) {
		r = p.notes(id, who, path, body)
	}
	if p.in(30) { // Has the money left? Gateways forget by then under which key it was asked for.
		p.stage.Rest(3*time.Hour + 10*time.Minute)
		p.notes(id, who, path, body)
	}
}

// unsent tells whether a refund has not reached its gateway, as far as the shop knows.
func unsent(r acceptance.Reply) bool {
	var g given
	return r.Status == http.StatusOK && json.Unmarshal(r.Body, &g) == nil && (g.Refund.Status == "requested" || g.Refund.Status == "unknown")
}

// notes tells the shop about a return. Who comes second, or finds what cannot be, is told so.
func (p *person) notes(id order.ID, who *acceptance.Visit, path string, body map[string]any) acceptance.Reply {
	r := p.asks(func() acceptance.Reply { return who.AsStaff(http.MethodPut, path, "", body) })
	p.expect(id, r, "PUT return", http.StatusOK, http.StatusConflict, http.StatusUnprocessableEntity)
	return r
}
