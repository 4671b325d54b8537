package localshop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/person"
)

// against puts rules against fraud in force.
func (w *world) against(rules ...map[string]any) {
	w.t.Helper()
	w.decide(map[string]any{"risk": map[string]any{"rules": rules}})
}

// billed is a basket that is billed to another country than it goes to.
func billed(b acceptance.Basket) acceptance.Basket {
	b["billing_address"] = map[string]string{"name": "Ada Byron", "line1": "Rue de Rivoli 1", "city": "Paris", "postal_code": "75001", "country": "FR"}
	return b
}

// heldBy are the keys of the holds that staff see, and whether the shopper sees more than that there is one.
func (w *world) heldBy(o acceptance.Order) (keys []string) {
	w.t.Helper()
	for _, h := range w.StaffView(o.ID).Holds {
		keys = append(keys, h.Key)
	}
	seen := w.View(o.ID)
	if seen.OnHold != (len(keys) > 0) || len(seen.Holds) != len(keys) {
		w.t.Errorf("the shopper sees %+v, staff %q", seen, keys)
	}
	for _, h := range seen.Holds {
		if h.Key != "" {
			w.t.Errorf("the shopper sees why: %q", h.Key)
		}
	}
	return keys
}

// risks is about orders that look like fraud.
func risks() []badInput {
	return []badInput{
		{"N33 what rules against fraud decline", 422, "order_declined", func(w *world) replies {
			known := w.Place(basket(func(b acceptance.Basket) { b["email"] = "mallory@example.com" }))
			w.Cancel(known.ID).Want(w.t, http.StatusOK)
			customer := w.customerOf(known.ID)
			edited := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.against(
				map[string]any{"name": "all-are-looked-at", "at_least": map[string]int{"EUR": 0}, "decision": "review"},
				map[string]any{"name": "large", "at_least": map[string]int{"EUR": 29_988}, "decision": "decline"},
				map[string]any{"name": "throwaway", "email_domains": []string{"mailinator.example"}, "decision": "decline"},
				map[string]any{"name": "abroad", "countries_differ": true, "billing_countries": []string{"FR"}, "decision": "decline"},
				map[string]any{"name": "teas", "products": []string{"tea-assam"}, "units_at_least": 9, "decision": "decline"},
				map[string]any{"name": "mallory", "customers": []string{customer}, "decision": "decline"},
				map[string]any{"name": "nowhere", "countries": []string{"AT"}, "decision": "decline"},
			)
			reserved := w.stock("mug-blue").Reserved
			out := placing(w, map[string]any{
				"large":            acceptance.Of("mug-blue", 15, "EUR"),
				"a domain below":   basket(func(b acceptance.Basket) { b["email"] = "x@a.Mailinator.example" }),
				"billed elsewhere": billed(acceptance.Of("mug-blue", 1, "EUR")),
				"nine teas":        acceptance.Of("tea-assam", 9, "EUR"),
				"somebody known":   basket(func(b acceptance.Basket) { b["email"] = "Mallory@example.com" }),
				"in two lines": basket(func(b acceptance.Basket) {
					b["lines"] = []map[string]any{{"sku": "tea-assam", "quantity": 5}, {"sku": "tea-assam", "quantity": 4}}
				}),
				"to a country": basket(func(b acceptance.Basket) { b["shipping_address"] = viennese() }),
			})
			out["an edit"] = w.Edit(edited.ID, `"1"`, map[string]any{"lines": []map[string]any{{"sku": "mug-blue", "quantity": 15}}})
			if got := w.stock("mug-blue").Reserved; got != reserved || len(w.Store.AllOrders()) != 2 {
				w.t.Errorf("%d are reserved, and %d orders kept", got-reserved, len(w.Store.AllOrders())-2)
			}
			if stranger, err := person.ParseEmail("x@a.mailinator.example"); err != nil || !fault.Is(w.knows(stranger), fault.NotFound) {
				w.t.Errorf("who was declined is a customer: %v", err)
			}
			return out
		}},
		{"N33 what rules against fraud have people look at", 201, "", func(w *world) replies {
			w.against(map[string]any{"name": "large", "at_least": map[string]int{"EUR": 6_000}, "decision": "review"},
				map[string]any{"name": "abroad", "countries_differ": true, "decision": "review"},
				map[string]any{"name": "mugs", "units_at_least": 40, "decision": "decline"})
			o := w.Place(billed(acceptance.Of("mug-blue", 4, "EUR")))
			w.hasHolds(o, "fraud_review:abroad", "fraud_review:large")
			w.payBy(o, "stripe").Want(w.t, http.StatusCreated)
			w.pass(time.Minute)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
			w.Ship(o.ID, "JD0140").Want(w.t, http.StatusConflict, "order_on_hold")
			for _, key := range []string{"fraud_review:abroad", "fraud_review:large"} {
				w.AsStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/"+key, "", nil).Want(w.t, http.StatusOK)
			}
			w.Ship(o.ID, "JD0140").Want(w.t, http.StatusCreated)
			edited := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.hasHolds(edited)
			w.Edit(edited.ID, `"1"`, map[string]any{"lines": []map[string]any{{"sku": "mug-blue", "quantity": 4}}}).Want(w.t, http.StatusOK)
			w.hasHolds(edited, "fraud_review:large")
			w.Edit(edited.ID, `"2"`, map[string]any{"lines": []map[string]any{{"sku": "mug-blue", "quantity": 1}}}).Want(w.t, http.StatusOK)
			w.hasHolds(edited, "fraud_review:large") // What was seen once is looked at.
			return placing(w, map[string]any{"large": acceptance.Of("mug-blue", 4, "EUR"), "just below": acceptance.Of("mug-blue", 1, "EUR"), "in another currency": acceptance.Of("mug-blue", 30, "USD")})
		}},
	}
}

func viennese() map[string]string {
	return map[string]string{"name": "Ada Byron", "line1": "Kärntner Straße 1", "city": "Wien", "postal_code": "1010", "country": "AT"}
}

func (w *world) hasHolds(o acceptance.Order, want ...string) {
	w.t.Helper()
	got := w.heldBy(o)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		w.t.Errorf("held by %q, want %q", got, want)
	}
}

// TestWhatTheGatewayFindsHoldsAnOrderIfTheShopAsks: the card is one of those with which Stripe's test mode finds an
// elevated risk.
func TestWhatTheGatewayFindsHoldsAnOrderIfTheShopAsks(t *testing.T) {
	const elevated = "4000000000009235"
	for name, tt := range map[string]struct {
		gateway string
		rules   []map[string]any
		want    []string
	}{
		"the shop asks":           {"stripe", []map[string]any{{"name": "radar", "gateway_risk": "elevated", "decision": "review"}}, []string{"gateway_risk:elevated"}},
		"the shop asks Square":    {"square", []map[string]any{{"name": "radar", "gateway_risk": "elevated", "decision": "review"}}, []string{"gateway_risk:elevated"}},
		"it asks for more":        {"stripe", []map[string]any{{"name": "radar", "gateway_risk": "highest", "decision": "review"}}, nil},
		"for larger orders alone": {"stripe", []map[string]any{{"name": "radar", "gateway_risk": "elevated", "at_least": map[string]int{"EUR": 100_000}, "decision": "review"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			w.against(tt.rules...)
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.hasHolds(o)
			p, r := w.TryPayBy(o.ID, tt.gateway, acceptance.Hosted, w.Key())
			r.Want(t, http.StatusCreated)
			w.Enter(p.RedirectURL, elevated)
			w.pass(time.Minute)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
			w.hasHolds(o, tt.want...)
			for _, key := range tt.want { // What staff have seen is not put again.
				w.AsStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/"+key, "", nil).Want(t, http.StatusOK)
			}
			w.pass(48 * time.Hour)
			w.hasHolds(o)
			w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
			w.sound()
		})
	}
}

// customerOf is whose order it is, as staff see it.
func (w *world) customerOf(id order.ID) string {
	w.t.Helper()
	var got struct{ Order struct{ Customer string } }
	w.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil).Want(w.t, http.StatusOK).Into(w.t, &got)
	if got.Order.Customer == "" {
		w.t.Fatal("staff do not see whose order it is")
	}
	return got.Order.Customer
}

// knows tells whether the shop has a customer of that address.
func (w *world) knows(e person.Email) error {
	_, err := w.Vault.Find(w.t.Context(), e)
	return err
}
