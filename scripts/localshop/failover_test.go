package localshop_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/shared/order"
)

// payAny begins a payment wherever the shop's rules say.
func (w *world) payAny(id order.ID) (acceptance.Payment, acceptance.Reply) {
	w.t.Helper()
	return w.TryPayBy(id, "auto", acceptance.Hosted, w.Key())
}

// offers lists the gateways that an order may be paid with on their pages now, the first to be offered in front.
func (w *world) offers(id order.ID) string {
	w.t.Helper()
	var got struct {
		Options []struct{ Gateway, Mode string }
	}
	header := map[string]string{"Authorization": "Bearer " + w.Token(id)}
	w.Call(http.MethodGet, "/orders/"+string(id)+"/payments/options", header, nil).Want(w.t, http.StatusOK).Into(w.t, &got)
	var out []string
	for _, o := range got.Options {
		if o.Mode == acceptance.Hosted && !slices.Contains(out, o.Gateway) {
			out = append(out, o.Gateway)
		}
	}
	return strings.Join(out, " ")
}

// by begins a payment by the rules, and wants it at a gateway.
func (w *world) by(gateway string) (acceptance.Order, acceptance.Payment) {
	w.t.Helper()
	o := w.Place(acceptance.Of("notebook-dot", 1, "EUR"))
	p, r := w.payAny(o.ID)
	r.Want(w.t, http.StatusCreated)
	if p.Gateway != gateway {
		w.t.Fatalf("a payment began by %s, not by %s", p.Gateway, gateway)
	}
	return o, p
}

func TestWhenAGatewayIsDownTheNextIsTakenUntilATrialGoesWell(t *testing.T) {
	w := open(t)
	w.alarms = true // Somebody is told that a gateway is left.
	w.Trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
	for range 5 {
		o, p := w.by("paypal") // Whoever comes first pays at the second, in the same request.
		w.PayUp(p)
		w.Becomes(o, "fulfilling", "paid", "unfulfilled")
		if got := bookOf(w.Stripe.Books(), o.ID); got.Charges != 0 || got.Chargeable != 0 {
			t.Errorf("Stripe could still charge: %+v", got)
		}
	}
	if left := strings.Count(w.log.errors(), "gateway_left"); left != 1 {
		t.Errorf("somebody was told %d times", left)
	}
	o := w.Place(acceptance.Of("notebook-dot", 1, "EUR"))
	if got := w.offers(o.ID); got != "paypal square" {
		t.Errorf("offered is %s", got)
	}
	_, named := w.TryPay(o.ID, acceptance.Hosted, w.Key())
	named.Want(t, http.StatusUnprocessableEntity, "gateway_unavailable")
	w.by("paypal")

	if g := w.report("stripe"); g.State != "open" || g.Failed != 5 || g.Succeeded != 0 || g.Percent == nil || *g.Percent != 0 || len(g.Last) != 5 {
		t.Errorf("staff see of Stripe %+v", g)
	}
	if g := w.report("paypal"); g.State != "closed" || g.Succeeded != 5 || g.Open != 1 || *g.Percent != 100 {
		t.Errorf("staff see of PayPal %+v", g)
	}

	w.pass(31 * time.Second)
	if got := w.offers(o.ID); got != "stripe paypal square" {
		t.Errorf("half a minute later offered is %s", got)
	}
	w.by("paypal") // The trial, which fails; the shopper does not see it.
	if got := w.offers(o.ID); got != "paypal square" {
		t.Errorf("after a trial that failed offered is %s", got)
	}

	w.Trouble(stripesim.Faults{})
	w.pass(61 * time.Second)
	trial, p := w.by("stripe")
	if got := w.offers(o.ID); got != "stripe paypal square" {
		t.Errorf("after a trial that went well offered is %s", got)
	}
	w.PayUp(p)
	w.Becomes(trial, "fulfilling", "paid", "unfulfilled")
	w.pass(2 * time.Hour)
	if g := w.report("paypal"); w.Clock.Now().Sub(g.Heard) > 3*time.Hour || g.Missed != 0 {
		t.Errorf("PayPal was heard at %v, and %d webhooks are missing", g.Heard, g.Missed)
	}
	w.settled()
}

// gateway is one in the staff's report.
type gateway struct {
	Gateway, State                  string
	Succeeded, Failed, Open, Missed int
	Percent                         *int `json:"success_percent"`
	Heard                           time.Time
	Last                            []struct{ Code string } `json:"last_failures"`
}

// report is what staff see of a gateway today.
func (w *world) report(name string) (out gateway) {
	w.t.Helper()
	var got struct{ Gateways []gateway }
	w.AsStaff(http.MethodGet, "/staff/reports/gateways", "", nil).Want(w.t, http.StatusOK).Into(w.t, &got)
	i := slices.IndexFunc(got.Gateways, func(g gateway) bool { return g.Gateway == name })
	if i < 0 {
		w.t.Fatalf("%s is not in %+v", name, got)
	}
	return got.Gateways[i]
}

func TestWhileOneGatewayMayStillChargeNoOtherBegins(t *testing.T) {
	for name, f := range map[string]stripesim.APIFaults{"no answer": {TimeoutAfter: 1}, "503 after it was done": {ErrorAfter: 1}} {
		w := open(t)
		o := w.Place(acceptance.Of("notebook-dot", 1, "EUR"))
		w.Trouble(stripesim.Faults{API: f})
		_, r := w.payAny(o.ID)
		r.Want(t, http.StatusServiceUnavailable, "dependency_unavailable")
		for _, gateway := range []string{"auto", "paypal", "square"} {
			_, again := w.TryPayBy(o.ID, gateway, acceptance.Hosted, w.Key())
			again.Want(t, http.StatusConflict, "payment_in_progress")
		}
		for _, other := range []string{"paypal", "square"} {
			g, err := w.Gateways.Of(other)
			if err != nil || bookOf(g.Books(), o.ID).Chargeable != 0 {
				t.Errorf("%s: %s knows of the order too: %v", name, other, err)
			}
		}
		w.Trouble(stripesim.Faults{})
		w.pass(3 * time.Minute)
		p, again := w.payAny(o.ID) // What began without an answer is found, and gone on with.
		again.Want(t, http.StatusCreated)
		if p.Gateway != "stripe" {
			t.Fatalf("it went on by %s", p.Gateway)
		}
		w.PayUp(p)
		o = w.Becomes(o, "fulfilling", "paid", "unfulfilled")
		if got := bookOf(w.Stripe.Books(), o.ID); got.Charges != 1 || got.Captured != o.Total.Amount {
			t.Errorf("the gateway has %+v", got)
		}
		w.pass(2 * time.Hour)
		w.settled()
	}
}

// unable is a gateway that begins payments and does not take their money.
type unable struct {
	http.RoundTripper
	path *string
}

// RoundTrip is http.RoundTripper's.
func (u unable) RoundTrip(r *http.Request) (*http.Response, error) {
	if *u.path != "" && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, *u.path) {
		return nil, errors.New("connection reset by peer")
	}
	return u.RoundTripper.RoundTrip(r)
}

func TestAGatewayThatBeginsPaymentsAndCannotTakeOrGiveMoneyIsLeftToo(t *testing.T) {
	for name, tt := range map[string]struct {
		path, gateway, left string
		moves               func(w *world, paid []acceptance.Order)
	}{
		"it cannot take it": {"/capture", "paypal", "stripe square", func(w *world, paid []acceptance.Order) {
			for range 12 { // Of each the start went well.
				o := w.Place(acceptance.Of("notebook-dot", 1, "EUR"))
				p, r := w.TryPayBy(o.ID, "paypal", acceptance.Embedded, w.Key())
				if r.Status == http.StatusUnprocessableEntity {
					return
				}
				w.Card(p, acceptance.Pays).Want(w.t, http.StatusServiceUnavailable)
				w.Brought(p, "")
			}
		}},
		"it cannot give it back": {"/refunds", "stripe", "paypal square", func(w *world, paid []acceptance.Order) {
			for i := range 8 {
				w.Refund(paid[i%len(paid)].ID, 10, w.Key()).Want(w.t, http.StatusCreated)
			}
		}},
	} {
		t.Run(name, func(t *testing.T) {
			path := ""
			w := open(t, func(o *localshop.Options) {
				o.Give = func(_ template.Function, p localshop.Parts) localshop.Parts {
					p.Gateway = unable{p.Gateway, &path}
					return p
				}
			})
			w.alarms = true
			var paid []acceptance.Order
			for range 2 {
				o := w.Place(acceptance.Of("notebook-dot", 1, "EUR"))
				p, r := w.TryPayBy(o.ID, tt.gateway, acceptance.Hosted, w.Key())
				r.Want(t, http.StatusCreated)
				w.PayUp(p)
				paid = append(paid, w.Becomes(o, "fulfilling", "paid", "unfulfilled"))
			}
			w.pass(10 * time.Minute)
			path = tt.path
			tt.moves(w, paid)
			if got := w.offers(w.Place(acceptance.Of("notebook-dot", 1, "EUR")).ID); got != tt.left {
				t.Errorf("offered is %s", got)
			}
			path = ""
			w.pass(12 * time.Hour)
			w.settled()
		})
	}
}
