package localshop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
	"till/shared/order"
)

// TestPromisedMoneyIsRenewedAtPayPalAndTakenWhenTheParcelGoes: by a rule of the shop, and four days later.
func TestPromisedMoneyIsRenewedAtPayPalAndTakenWhenTheParcelGoes(t *testing.T) {
	w := open(t)
	rules := map[string]any{"payments": map[string]any{"capture_rules": []any{map[string]any{"at_least": map[string]int{"EUR": 3000}, "goods": "parcels", "capture": "manual"}}}}
	w.Call(http.MethodPut, "/staff/settings", bearer(w.SignIn("admin")), rules).Want(t, http.StatusOK)
	w.pass(2 * time.Minute) // Functions read settings anew each minute.
	small := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.payBy(small, "paypal").Want(t, http.StatusCreated)
	large := w.Place(acceptance.Of("mug-blue", 3, "EUR"))
	w.payBy(large, "paypal").Want(t, http.StatusCreated)
	w.pass(time.Minute)
	w.Is(small, "fulfilling", "paid", "unfulfilled")
	w.Is(large, "fulfilling", "authorized", "unfulfilled")
	w.pass(3*24*time.Hour - 10*time.Minute)
	before := kinds(w, large.ID)
	w.pass(30 * time.Minute)
	after := kinds(w, large.ID)
	if slices.Contains(before, "payment_renewed") || !slices.Contains(after, "payment_renewed") || slices.Contains(kinds(w, small.ID), "renewal_requested") {
		t.Errorf("the promise was renewed too early or not at all: %q", after)
	}
	w.pass(3*24*time.Hour + time.Hour)
	if again := kinds(w, large.ID)[len(after):]; !slices.Contains(again, "payment_renewed") {
		t.Errorf("three days later it was not renewed again: %q", again)
	}
	w.sound()
	w.Ship(large.ID, "JD0141").Want(t, http.StatusCreated)
	w.Ship(small.ID, "JD0142").Want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.Is(large, "shipped", "paid", "fulfilled")
	w.settled()
}

// kinds are the kinds of an order's changes.
func kinds(w *world, id order.ID) []string {
	w.t.Helper()
	changes, err := w.Store.Changes(w.t.Context(), id, 1, 200)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []string
	for _, c := range changes {
		out = append(out, c.Kind)
	}
	return out
}

// TestADisputeIsAnsweredOnceAtEveryGateway: though calls to Stripe lose their answers. The evidence says so, and the bank decides for the shop.
func TestADisputeIsAnsweredOnceAtEveryGateway(t *testing.T) {
	for _, gateway := range []string{"stripe", "paypal", "square"} {
		t.Run(gateway, func(t *testing.T) {
			w := open(t)
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			p, r := w.TryPayBy(o.ID, gateway, acceptance.Hosted, w.Key())
			r.Want(t, http.StatusCreated)
			w.Enter(p.RedirectURL, acceptance.Disputed)
			w.pass(90 * time.Minute)
			stored, err := w.Store.Order(t.Context(), o.ID)
			if err != nil || len(stored.Record().Disputes) != 1 {
				t.Fatalf("%v; the order is disputed %d times", err, len(stored.Record().Disputes))
			}
			path := "/staff/orders/" + string(o.ID) + "/disputes/" + stored.Record().Disputes[0].Ref + "/evidence"
			w.Trouble(stripesim.Faults{API: stripesim.APIFaults{TimeoutAfter: 0.5}})
			w.AsStaff(http.MethodPost, path, "answer", map[string]any{"statement": "They have bought here for years."})
			w.sound()
			w.Trouble(stripesim.Faults{})
			w.pass(10 * time.Minute)
			w.AsStaff(http.MethodPost, path, "answer", map[string]any{"statement": "They have bought here for years."}).Want(t, http.StatusCreated)
			w.pass(3 * time.Hour)
			w.sound()
			answers := 0
			for _, b := range w.Shop.Books() {
				for _, a := range b.Answers {
					answers += a.Times
				}
			}
			if answers != 1 {
				t.Errorf("%s has heard %d answers", gateway, answers)
			}
			w.Is(o, "fulfilling", "paid", "unfulfilled")
		})
	}
}
