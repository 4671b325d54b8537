package actors

import (
	"fmt"
	"net/http"
	"time"

	"till/scripts/acceptance"
)

// edits orders something else than at first, at times while a page is open that asks for the old amount, while one is just being opened in
// another tab, or while somebody pays there.
func (s *shopper) edits() {
	for range 1 + s.dice.IntN(3) {
		switch s.dice.IntN(7) {
		case 0:
		case 1, 2, 3, 4:
			s.elsewhere(func(other *shopper) { other.pay(other.mode()) })
		default:
			if p, ok := s.pay(s.mode()); ok && s.in(40) {
				s.elsewhere(func(other *shopper) {
					other.rest(3 * time.Second)
					s.card(p, acceptance.Pays)
				})
			}
		}
		for range 1 + s.dice.IntN(2) {
			s.rest(3 * time.Second)
			s.edit()
		}
	}
	s.stage.Rest(time.Minute)
	s.buys()
}

// elsewhere does something in another tab meanwhile.
func (s *shopper) elsewhere(do func(other *shopper)) {
	other := &shopper{person: s.Crowd.person(fmt.Sprint(s.name, " elsewhere at ", s.stage.Now().UnixNano())), Visit: s.Visit, order: s.order, token: s.token}
	s.stage.Enter(s.stage.Now(), other.name, func() { do(other) })
}

// edit makes it another basket of what is on the shelves, of the version that is there.
func (s *shopper) edit() {
	var tag string
	seen := s.insist(func() (r acceptance.Reply) { _, r = s.TryView(s.order.ID); return r })
	if tag = seen.Header.Get("Etag"); tag == "" {
		return
	}
	what := map[string]any{"lines": []map[string]any{{"sku": s.shelf[s.dice.IntN(len(s.shelf))], "quantity": 1 + s.dice.IntN(3)}}}
	if s.in(30) {
		what["shipping_method"] = "express"
	}
	r := s.insist(func() acceptance.Reply { return s.Visit.Edit(s.order.ID, tag, what) })
	s.expect(r, "PATCH order", http.StatusOK, http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity)
}
