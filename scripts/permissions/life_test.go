package permissions_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/scripts/permissions"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
	payload "till/shared/payment"
	"till/shared/vault"
)

// chapter is a part of a shop's life that makes functions do what they seldom do.
type chapter struct {
	name string
	tell func(*world)
	with map[string]string // Parameters of the shop; nil: as they are.
}

// life is every call that a function can make, by way of what leads to it.
func life() []chapter {
	return []chapter{
		{name: "people look around", tell: look},
		{name: "an order is bought, shipped and delivered", tell: golden},
		{name: "staff keep the shop", tell: keep},
		{name: "a shopper cancels while the parcel is packed", tell: func(w *world) {
			w.cancel(w.fulfilling())
			w.pass(time.Hour)
		}},
		{name: "a shopper orders something else than at first", tell: edited},
		{name: "a shopper asks for a new link", tell: func(w *world) {
			id := w.place()
			w.want(w.api(http.MethodPost, "/orders/"+id+"/link", "", map[string]any{"email": "ada@example.com", "revoke": true}), http.StatusAccepted)
			w.pass(time.Hour)
		}},
		{name: "a customer is told what is kept of them, and is erased", tell: forgotten},
		{name: "a customer looks at their orders", with: map[string]string{"CustomerAccounts": "yes"}, tell: func(w *world) {
			id := w.place()
			token, err := w.Cloud.CustomerToken(cognito.Customer{Email: "ada@example.com", Verified: true})
			if err != nil {
				w.t.Fatal(err)
			}
			w.want(w.api(http.MethodGet, "/account/orders", token, nil), http.StatusOK)
			w.want(w.api(http.MethodGet, "/account/orders/"+id, token, nil), http.StatusOK)
		}},
		{name: "an address is used again, hours later and after an erasure that was cut short", tell: erased},
		{name: "nobody pays", tell: func(w *world) {
			id := w.place()
			w.pay(id, "hosted", "pay")
			w.pass(time.Hour)
			w.status(id, "expired")
		}},
		{name: "money comes and goes at the gateway", tell: dashboard},
		{name: "a gateway is down, and another is taken", tell: down},
		{name: "people pay by PayPal and by Square", tell: elsewhere},
		{name: "gateways fail while money is moved", tell: unwell},
		{name: "staff cancel, and look at the day's books", tell: books},
		{name: "two of staff decide about a refund", tell: refunds, with: map[string]string{"RefundAlone": "EUR=100"}},
		{name: "staff look through the inbox, and have an event applied again", tell: letters},
		{name: "a bank takes money back, and staff answer", tell: complaints},
		{name: "money is promised first, and taken by staff", tell: promises, with: map[string]string{"CaptureMode": "manual"}},
		{name: "a parcel and a cancellation whose answers to the machine are lost", tell: unanswered},
		{name: "messages are lost", tell: messages},
		{name: "nobody tells of a refund, and the settlement shows it", tell: settled},
		{name: "an execution ends without a word", tell: stopped},
		{name: "a task cannot be done", tell: func(w *world) {
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

// forgotten is the shop's life with a customer who asks for what is kept, and then to be erased.
func forgotten(w *world) {
	for range 2 {
		w.cancel(w.place())
	}
	for _, ask := range []struct{ purpose, method, path string }{{"export", http.MethodGet, "/customers/export"}, {"erasure", http.MethodDelete, "/customers"}} {
		w.want(w.api(http.MethodPost, "/customers/code", "", map[string]any{"email": "ada@example.com", "purpose": ask.purpose}), http.StatusAccepted)
		w.pass(time.Minute)
		mails := slices.DeleteFunc(w.Mails.All(), func(m localshop.Mail) bool { return !strings.HasPrefix(m.Key, "code#") })
		if len(mails) == 0 {
			w.t.Fatal("no code is mailed")
		}
		code := regexp.MustCompile(`\b\d{8}\b`).FindString(mails[len(mails)-1].Text)
		token := func(code string) string {
			return base64.RawURLEncoding.EncodeToString([]byte("ada@example.com:" + code))
		}
		w.want(w.api(ask.method, ask.path, token("x"), nil), http.StatusUnauthorized)
		w.want(w.api(ask.method, ask.path, token(code), nil), http.StatusOK)
	}
}

func look(w *world) {
	w.want(w.api(http.MethodGet, "/products", "", nil), http.StatusOK)
	w.want(w.api(http.MethodGet, "/products/mug-blue", "", nil), http.StatusOK)
	w.want(w.api(http.MethodGet, "/products?q=mug", "", nil), http.StatusOK)
	w.want(w.api(http.MethodGet, "/products/tee-organic", "", nil), http.StatusOK)
	quote := basket()
	delete(quote, "email")
	w.want(w.api(http.MethodPost, "/quotes", "", quote), http.StatusOK)
	w.want(w.api(http.MethodGet, "/nowhere", "", nil), http.StatusNotFound)
}

func golden(w *world) {
	id := w.fulfilling()
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/shipments", map[string]any{"carrier": "DHL", "tracking_number": "1", "from": "north"}), http.StatusConflict)
	w.want(w.ship(id), http.StatusCreated)
	w.pass(time.Hour)
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/shipments/shp_1/delivery", nil), http.StatusOK)
	w.status(id, "delivered")
	for i := range 2 {
		lines := []any{map[string]any{"sku": "mug-blue", "quantity": 1}}
		asked := w.want(w.api(http.MethodPost, "/orders/"+id+"/returns", w.tokens[id], map[string]any{"lines": lines, "reason": "damaged", "comment": "The handle came off."}), http.StatusCreated)
		var got struct{ Return struct{ ID string } }
		if err := json.Unmarshal(asked.body, &got); err != nil {
			w.t.Fatal(err)
		}
		path := "/staff/orders/" + id + "/returns/" + got.Return.ID
		if i == 0 {
			w.want(w.staff(http.MethodPut, path, map[string]any{"status": "refused", "reason": "It was used."}), http.StatusOK)
			continue
		}
		w.want(w.staff(http.MethodPut, path, map[string]any{"status": "received", "lines": []any{map[string]any{"sku": "mug-blue", "restocked": 1}}}), http.StatusOK)
	}
	w.pass(time.Hour)
}

func keep(w *world) {
	w.want(w.staff(http.MethodPut, "/staff/products/mug-red", map[string]any{
		"name": "Harbour mug, red", "description": "Stoneware.", "prices": map[string]int{"EUR": 1680}, "weight_grams": 380, "active": true,
	}), http.StatusOK)
	for range 2 {
		w.want(w.staff(http.MethodPost, "/staff/products/import", map[string]any{"products": []any{
			map[string]any{"sku": "mug-red", "name": "Scarlet mug", "prices": map[string]int{"EUR": 1680}},
		}}), http.StatusOK)
	}
	for _, path := range []string{"", "/mug-red", "/mug-red/history"} {
		w.want(w.staff(http.MethodGet, "/staff/products"+path, nil), http.StatusOK)
	}
	w.want(w.staff(http.MethodPut, "/staff/stock/mug-red", map[string]any{"on_hand": 5}), http.StatusOK)
	w.want(w.staff(http.MethodPost, "/staff/stock/mug-red/entries", map[string]any{"change": 2, "reason": "received"}), http.StatusOK)
	w.want(w.staff(http.MethodPut, "/staff/settings", map[string]any{"orders": map[string]any{"stock_hold_minutes": 30}}), http.StatusOK)
	for _, path := range []string{"", "/history", "/history/1"} {
		w.want(w.staff(http.MethodGet, "/staff/settings"+path, nil), http.StatusOK)
	}
	w.want(w.staff(http.MethodGet, "/staff/stock/mug-red", nil), http.StatusOK)
	w.want(w.staff(http.MethodPut, "/staff/stock/mug-red", map[string]any{"low_below": 50}), http.StatusOK)
	w.want(w.staff(http.MethodGet, "/staff/stock?low=true", nil), http.StatusOK)
	id := w.fulfilling()
	w.pass(90 * time.Minute)
	w.want(w.staff(http.MethodGet, "/staff/orders?day=2026-03-02", nil), http.StatusOK)
	w.want(w.staff(http.MethodGet, "/staff/orders?return=any", nil), http.StatusOK)
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

// edited changes orders before they are paid: while a payment is open, with a code that is counted, and at a product that is on sale.
func edited(w *world) {
	w.want(w.staff(http.MethodPut, "/staff/settings", map[string]any{"discounts": []any{
		map[string]any{"id": "few", "name": "Few", "code": "FEW", "kind": "percentage", "rate": 10_000, "limit": 5, "per_customer": 2},
	}}), http.StatusOK)
	id := w.place()
	w.pay(id, "hosted", "pay")
	w.want(w.edit(id, 1, map[string]any{"lines": []any{map[string]any{"sku": "tea-assam", "quantity": 1}}, "discount_codes": []string{"FEW"}, "phone": "+49301234567"}), http.StatusOK)
	w.pass(90 * time.Minute)
	id = w.place()
	w.want(w.edit(id, 1, map[string]any{"shipping_method": "express"}), http.StatusOK)
	w.pass(time.Hour)
}

// edit changes what is ordered.
func (w *world) edit(id string, version int, what map[string]any) reply {
	w.t.Helper()
	text, err := json.Marshal(what)
	if err != nil {
		w.t.Fatal(err)
	}
	header := map[string]string{"Content-Type": "application/json", "Authorization": "Bearer " + w.tokens[id], "If-Match": fmt.Sprintf(`"%d"`, version)}
	return serve(w.Cloud.API(""), http.MethodPatch, "http://localhost:8080/orders/"+id, header, bytes.NewReader(text))
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
		func(id string, p payment) { w.want(w.bring(id, p, ""), http.StatusOK) },
	} {
		id := w.place()
		p := w.pay(id, "embedded", "pay-"+id)
		w.giveBack(w.confirm(p))
		learn(id, p)
		w.status(id, "cancelled")
	}
	w.pass(time.Hour)
}

// elsewhere pays in each way that leads to the two other gateways' webhooks, and to what a form brings.
func elsewhere(w *world) {
	card := url.Values{"card": {"4242424242424242"}, "action": {"pay"}}
	for _, gateway := range []string{"paypal", "square"} {
		id := w.place()
		w.want(w.gateway(w.payBy(id, gateway, "hosted", "pay-"+id).RedirectURL, "", card), http.StatusSeeOther)
		w.pass(time.Minute)
		w.status(id, "fulfilling")
	}
	id := w.place()
	p := w.payBy(id, "paypal", "embedded", "pay-"+id)
	w.want(w.gateway(p.RedirectURL, "", card), http.StatusSeeOther)
	w.want(w.bring(id, p, ""), http.StatusOK)
	id = w.place()
	w.want(w.bring(id, w.payBy(id, "square", "embedded", "pay-"+id), "cnon:card-nonce-ok"), http.StatusOK)
	w.pass(time.Hour)
	w.status(id, "fulfilling")
}

// unwell is what fails when a form has brought something, when the browser comes back, and when staff refund.
func unwell(w *world) {
	paid, id := w.fulfilling(), w.place()
	p := w.payBy(id, "square", "embedded", "pay-"+id)
	w.broken = "/payments"
	w.want(w.bring(id, p, "cnon:card-nonce-ok"), http.StatusServiceUnavailable)
	id = w.place()
	p = w.payBy(id, "paypal", "hosted", "pay-"+id)
	w.broken = "/capture"
	back := w.want(w.gateway(p.RedirectURL, "", url.Values{"card": {"4242424242424242"}, "action": {"pay"}}), http.StatusSeeOther)
	w.want(w.api(http.MethodGet, strings.TrimPrefix(back.header.Get("Location"), "http://localhost:8080"), "", nil), http.StatusSeeOther)
	w.broken = "/refunds"
	w.want(w.staff(http.MethodPost, "/staff/orders/"+paid+"/refunds", map[string]any{"amount": 100, "reason": "as promised"}), http.StatusCreated)
	w.broken = ""
	w.pass(time.Hour)
}

// books reads a day on which an order of the day before was cancelled.
func books(w *world) {
	id := w.fulfilling()
	w.pass(24 * time.Hour)
	w.fulfilling()
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/cancellation", nil), http.StatusOK)
	w.status(id, "cancelled")
	w.pass(time.Hour)
	for _, day := range []string{"2026-03-02", "2026-03-03"} {
		w.want(w.staff(http.MethodGet, "/staff/reports/ledger?day="+day, nil), http.StatusOK)
		w.want(w.staff(http.MethodGet, "/staff/reports/gateways?day="+day, nil), http.StatusOK)
	}
}

// refunds are asked for by one, and approved by another.
func refunds(w *world) {
	id := w.fulfilling()
	o, err := w.Store.Order(w.t.Context(), order.ID(id))
	if err != nil {
		w.t.Fatal(err)
	}
	var asked struct{ Refund struct{ ID string } }
	r := w.staff(http.MethodPost, "/staff/orders/"+id+"/refunds", map[string]any{"amount": o.Record().Total, "reason": "as promised"})
	if err := json.Unmarshal(r.body, &asked); err != nil || asked.Refund.ID == "" {
		w.t.Fatalf("%d %s, %v", r.status, r.body, err)
	}
	w.status(id, "fulfilling")
	w.want(w.staffed("otto", http.MethodPost, "/staff/orders/"+id+"/refunds/"+asked.Refund.ID+"/approval", nil), http.StatusOK)
	w.status(id, "cancelled")
	w.pass(time.Hour)
}

// letters are events that wait for an order that nobody knows.
func letters(w *world) {
	i := inbox.Receive(payload.Event{Gateway: "stripe", ID: "evt_lost", Type: "payment_intent.succeeded", Subject: payload.AboutPayment,
		Object: "pi_none", Intent: "pi_none", APIVersion: "2023-10-16", Created: w.Clock.Now()}, w.Clock.Now())
	if _, _, err := w.Store.PutEvent(w.t.Context(), i); err != nil {
		w.t.Fatal(err)
	}
	w.want(w.staff(http.MethodGet, "/staff/inbox?state=received", nil), http.StatusOK)
	if err := w.Store.SettleEvent(w.t.Context(), i.Event.Key(), inbox.Parked, "unmatched_event", w.Clock.Now()); err != nil {
		w.t.Fatal(err)
	}
	w.want(w.staff(http.MethodGet, "/staff/inbox", nil), http.StatusOK)
	name := base64.RawURLEncoding.EncodeToString([]byte(i.Event.Key()))
	w.want(w.staff(http.MethodPost, "/staff/inbox/"+name+"/replay", nil), http.StatusOK)
	w.pass(time.Hour)
}

// complaints are answered with evidence, and given in to.
func complaints(w *world) {
	for _, tail := range []string{"evidence", "acceptance"} {
		id := w.place()
		w.want(w.gateway(w.payBy(id, "paypal", "hosted", "pay-"+id).RedirectURL, "", url.Values{"action": {"pay"}, "card": {"4000000000000259"}}), http.StatusSeeOther)
		w.pass(90 * time.Minute)
		o, err := w.Store.Order(w.t.Context(), order.ID(id))
		if err != nil || len(o.Record().Disputes) != 1 {
			w.t.Fatalf("%v; it was disputed %d times", err, len(o.Record().Disputes))
		}
		path := "/staff/orders/" + id + "/disputes/" + o.Record().Disputes[0].Ref + "/"
		w.want(w.staff(http.MethodGet, path+"evidence", nil), http.StatusOK)
		w.want(w.staff(http.MethodPost, path+tail, nil), http.StatusCreated)
		w.pass(2 * time.Hour)
	}
}

// promises are kept, given up, and found to be gone.
func promises(w *world) {
	promised := func() (id, intent string) {
		id = w.place()
		intent = w.confirm(w.pay(id, "embedded", "pay-"+id))
		w.pass(time.Minute)
		return id, intent
	}
	id, _ := promised()
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/captures", map[string]any{"reason": "as promised"}), http.StatusCreated)
	w.status(id, "fulfilling")
	id, _ = promised()
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/void", map[string]any{"reason": "as promised"}), http.StatusOK)
	w.status(id, "cancelled")
	id, _ = promised()
	w.want(w.ship(id), http.StatusCreated)
	w.status(id, "shipped")
	id, intent := promised()
	w.webhooks(false)
	w.letGo(intent)
	w.want(w.staff(http.MethodPost, "/staff/orders/"+id+"/captures", map[string]any{}), http.StatusCreated)
	w.status(id, "cancelled")
	w.webhooks(true)
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

func settled(w *world) {
	w.webhooks(false)
	w.before = func(function string) error {
		if function == "Reconcile" {
			return &invoke.Error{Type: "InternalError", Message: "internal_error"}
		}
		return nil
	}
	id := w.buy()
	w.pass(time.Minute)
	w.giveBack(w.Stripe.Payments()[0].Intent)
	w.pass(32 * time.Hour)
	w.status(id, "cancelled")
	w.want(w.staff(http.MethodGet, "/staff/reports/differences", nil), http.StatusOK)
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
			w := open(t, c.with)
			c.tell(w)
			if unknown := w.watch.Unknown(); len(unknown) > 0 {
				t.Errorf("calls that are not known:\n%s", strings.Join(unknown, "\n"))
			}
			all = append(all, w.watch.Seen())
		})
	}
	return permissions.Join(all...)
}

// down lets a payment begin elsewhere.
func down(w *world) {
	if err := w.Stripe.SetFaults(stripesim.Faults{API: stripesim.APIFaults{ErrorRate: 1, Status: http.StatusTooManyRequests}}); err != nil {
		w.t.Fatal(err)
	}
	id := w.place()
	w.want(w.api(http.MethodPost, "/orders/"+id+"/payments", w.tokens[id], map[string]any{"gateway": "auto", "mode": "hosted"}), http.StatusCreated)
	w.want(w.api(http.MethodGet, "/orders/"+id+"/payments/options", w.tokens[id], nil), http.StatusOK)
	w.webhooks(true)
}
