package permissions_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/invoke"
	"till/scripts/permissions"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/vault"
)

// chapter is a part of a shop's life that makes functions do what they seldom do.
type chapter struct {
	name string
	tell func(*world)
}

// life is every call that a function can make, by way of what leads to it.
func life() []chapter {
	return []chapter{
		{"people look around", look},
		{"an order is bought, shipped and delivered", golden},
		{"staff keep the shop", keep},
		{"a shopper cancels while the parcel is packed", func(w *world) {
			w.cancel(w.fulfilling())
			w.pass(time.Hour)
		}},
		{"an address is used again, hours later and after an erasure that was cut short", erased},
		{"nobody pays", func(w *world) {
			id := w.place()
			w.pay(id, "hosted", "pay")
			w.pass(time.Hour)
			w.status(id, "expired")
		}},
		{"money comes and goes at the gateway", dashboard},
		{"a parcel and a cancellation whose answers to the machine are lost", unanswered},
		{"messages are lost", messages},
		{"an execution ends without a word", stopped},
		{"a task cannot be done", func(w *world) {
			w.before = func(function string) error {
				if function == "Prepare" {
					return &invoke.Error{Type: "InternalError", Message: "internal_error"}
				}
				return nil
			}
			w.buy()
			w.pass(time.Hour)
		}},
	}
}

func look(w *world) {
	w.want(w.api(http.MethodGet, "/products", "", nil), http.StatusOK)
	w.want(w.api(http.MethodGet, "/products/mug-blue", "", nil), http.StatusOK)
	quote := basket()
	delete(quote, "email")
	w.want(w.api(http.MethodPost, "/quotes", "", quote), http.StatusOK)
	w.want(w.api(http.MethodGet, "/nowhere", "", nil), http.StatusNotFound)
}

func golden(w *world) {
	id := w.fulfilling()
	w.want(w.ship(id), http.StatusCreated)
	w.pass(time.Hour)
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/shipments/shp_1/delivery", nil), http.StatusOK)
	w.status(id, "delivered")
	w.pass(time.Hour)
}

func keep(w *world) {
	w.want(w.staff(http.MethodPut, "/staff/products/mug-red", map[string]any{
		"name": "Harbour mug, red", "description": "Stoneware.", "prices": map[string]int{"EUR": 1680}, "weight_grams": 380, "active": true,
	}), http.StatusOK)
	w.want(w.staff(http.MethodPut, "/staff/stock/mug-red", map[string]any{"on_hand": 5}), http.StatusOK)
	id := w.fulfilling()
	w.pass(90 * time.Minute)
	w.want(w.staff(http.MethodGet, "/staff/orders?day=2026-03-02", nil), http.StatusOK)
	w.want(w.staff(http.MethodGet, "/staff/orders/"+id, nil), http.StatusOK)
	w.want(w.staff(http.MethodPut, "/staff/orders/"+id+"/holds/address", map[string]any{"reason": "asks for another colour"}), http.StatusOK)
	w.want(w.staff(http.MethodDelete, "/staff/orders/"+id+"/holds/address", nil), http.StatusOK)
	o, err := w.Store.Order(w.t.Context(), order.ID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/refunds", map[string]any{"amount": o.Record().Total, "reason": "as promised"}), http.StatusCreated)
	w.pass(time.Hour)
	w.status(id, "cancelled")
}

// erased leaves an index row that leads to an erased customer, as an erasure that stopped between two of its steps does.
func erased(w *world) {
	id := w.place()
	w.pass(90 * time.Minute)
	w.place() // Under a key that is no longer in memory.
	o, err := w.Store.Order(w.t.Context(), order.ID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	gone := vault.Erasure{Customer: vault.CustomerID(o.Record().Customer), At: w.Clock.Now()}
	if err := w.Store.EraseCustomer(w.t.Context(), gone); err != nil {
		w.t.Fatal(err)
	}
	w.want(w.api(http.MethodPost, "/orders", "", basket()), http.StatusServiceUnavailable)
	w.place()
}

// dashboard pays orders and gives the money back at the gateway: whoever learns of it ends the order, and its stock is free.
func dashboard(w *world) {
	id := w.fulfilling()
	w.giveBack(w.Stripe.Payments()[0].Intent)
	w.pass(time.Hour)
	w.status(id, "cancelled")
	w.webhooks(false)
	for _, learn := range []func(id string, p payment){
		func(id string, _ payment) {
			w.want(w.api(http.MethodPost, "/orders/"+id+"/payments", w.tokens[id], map[string]any{
				"key": "pay-" + id, "gateway": "stripe", "mode": "embedded", "return_url": "http://localhost:8080/shop/order.html",
			}), http.StatusCreated)
		},
		func(id string, p payment) {
			w.want(w.api(http.MethodGet, "/orders/"+id+"/payments/"+p.ID+"/return", "", nil), http.StatusSeeOther)
		},
	} {
		id := w.place()
		p := w.pay(id, "embedded", "pay-"+id)
		w.giveBack(w.confirm(p))
		learn(id, p)
		w.status(id, "cancelled")
	}
	w.pass(time.Hour)
}

func unanswered(w *world) {
	shipped, cancelled := w.fulfilling(), w.fulfilling()
	w.port = func(call string) error {
		if call == "machine.Succeed" || call == "machine.Cancel" {
			return fault.New(fault.Unknown, call, "dependency_unavailable", "")
		}
		return nil
	}
	w.want(w.ship(shipped), http.StatusCreated)
	w.cancel(cancelled)
	w.port = nil
	w.pass(time.Hour)
	if n := w.Cloud.Machines.Count(); n[asl.Succeeded] != 2 {
		w.t.Fatalf("executions: %v", n)
	}
}

func messages(w *world) {
	for _, queue := range []string{"EventsQueue", "FulfillmentQueue", "MailQueue"} {
		id := w.place()
		w.confirm(w.pay(id, "embedded", "pay-"+id))
		w.lost = queue
		w.pass(2 * time.Second)
		w.lost = ""
		w.pass(2 * time.Hour)
		w.status(id, "fulfilling")
	}
}

// stopped stops an execution by hand before its order waits, so that the sweep begins it again, and its name is taken.
func stopped(w *world) {
	w.before = func(function string) error {
		if function == "RequestShipment" {
			return invoke.Throttled()
		}
		return nil
	}
	w.buy()
	w.pass(10 * time.Second)
	for _, e := range w.Cloud.Machines.Executions(10) {
		if err := w.Cloud.StopExecution(w.t.Context(), e.ARN, "ByHand", ""); err != nil {
			w.t.Fatal(err)
		}
	}
	w.before = nil
	w.pass(2 * time.Hour)
}

// lived is what the functions needed in all of it.
func lived(t *testing.T) permissions.Seen {
	t.Helper()
	var all []permissions.Seen
	for _, c := range life() {
		t.Run(c.name, func(t *testing.T) {
			w := open(t)
			c.tell(w)
			if unknown := w.watch.Unknown(); len(unknown) > 0 {
				t.Errorf("calls that are not known:\n%s", strings.Join(unknown, "\n"))
			}
			all = append(all, w.watch.Seen())
		})
	}
	return permissions.Join(all...)
}
