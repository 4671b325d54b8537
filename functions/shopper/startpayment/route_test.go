package startpayment_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/functions/shopper/startpayment"
	"till/scripts/shoptest"
	"till/shared/edge/access"
	"till/shared/edge/apigw"
	"till/shared/edge/health"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/routing"
	"till/shared/shop"
)

// several is a shop with three gateways, each of which may be broken.
type several struct {
	*shoptest.Shop
	gateways map[string]*paymenttest.Gateway
	broken   map[string]error // What Start answers, before its effect.
	lost     map[string]error // What it answers after it.
	begun    map[string]bool
	decided  shop.Settings
	handle   apigw.Func
}

var names = []string{"stripe", "paypal", "square"}

func newSeveral(t *testing.T) *several {
	t.Helper()
	s := &several{Shop: shoptest.New(t), gateways: map[string]*paymenttest.Gateway{}, broken: map[string]error{}, lost: map[string]error{}, begun: map[string]bool{}}
	for _, name := range names {
		s.gateways[name] = &paymenttest.Gateway{Fault: func(call string, after bool) error {
			if call != "Start" {
				return nil
			}
			if after {
				return s.lost[name]
			}
			if s.begun[name] && fault.Is(s.broken[name], fault.Declined, fault.Invalid) {
				return nil // What began under a key is not refused under the same key.
			}
			return s.broken[name]
		}}
	}
	tools, c := s.Tools("startpayment"), s.Cashier()
	c.Gateway = func(_ context.Context, name string) (payment.Gateway, error) { return s.gateways[name], nil }
	h := startpayment.Handler{
		Guard: access.Guard{Load: s.Store.Order, Links: s.Links, Now: s.Now}, Cashier: c, Gateways: names, ReturnOrigins: []string{shoptest.Origin},
		Shop:   func(context.Context) (shop.Settings, error) { return s.decided, nil },
		Health: health.Health{Read: s.Store.Breakers, Save: s.Store.SaveBreaker, Now: s.Now, Log: tools.Log, Meter: tools.Meter},
	}
	s.handle = apigw.Serve(tools.Log, s.Now, h.Handle)
	return s
}

// pay begins a payment, and gives the status and the gateway, or the problem's code.
func (s *several) pay(t *testing.T, o shoptest.Opened, key, body string) (int, string) {
	t.Helper()
	req := pay(t, o, "auto", key)
	req.Body = body
	resp, err := s.handle(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Code    string
		Payment struct{ Gateway string }
	}
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out.Code + out.Payment.Gateway
}

const auto = `{"gateway":"auto","mode":"hosted"}`

func (s *several) options(t *testing.T, o shoptest.Opened) string {
	t.Helper()
	resp, err := s.handle(t.Context(), pay(t, o, "options", "-"))
	var out struct{ Options []routing.Way }
	if err == nil {
		err = json.Unmarshal([]byte(resp.Body), &out)
	}
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%d %s, %v", resp.StatusCode, resp.Body, err)
	}
	var all []string
	for _, w := range out.Options {
		if w.Mode == payment.Hosted {
			all = append(all, w.Gateway)
		}
	}
	return strings.Join(all, " ")
}

func ways(names ...string) []routing.Way {
	var out []routing.Way
	for _, name := range names {
		out = append(out, routing.Way{Gateway: name, Mode: payment.Hosted})
	}
	return out
}

func TestFailover(t *testing.T) {
	down := fault.New(fault.Unavailable, "test", "dependency_unavailable", "")
	unknown := fault.New(fault.Unknown, "test", "outcome_unknown", "")
	for _, tt := range []struct {
		name         string
		broken, lost error
		body         string
		status       int
		want         string
		first        payment.State // Of the first attempt.
	}{
		{"all is well", nil, nil, auto, 201, "paypal", payment.RequiresAction},
		{"the first cannot be reached", down, nil, auto, 201, "square", payment.Failed},
		{"the first refuses", fault.New(fault.Declined, "test", "account_closed", ""), nil, auto, 201, "square", payment.Failed},
		{"the first does not take our keys", fault.New(fault.Internal, "test", "unauthorized", ""), nil, auto, 201, "square", payment.Failed},
		{"the first does not say whether it began", unknown, nil, auto, 503, "dependency_unavailable", payment.Unknown},
		{"the first began, and its answer was lost", nil, unknown, auto, 503, "dependency_unavailable", payment.Unknown},
		{"a gateway that was named has no other behind it", down, nil, `{"gateway":"paypal","mode":"hosted"}`, 503, "dependency_unavailable", payment.Initiating},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newSeveral(t)
			s.decided = shop.Settings{Payments: &shop.Payments{Rules: []routing.Rule{{Name: "all", Ways: ways("paypal", "square")}}}}
			o := s.Place("order-one")
			s.broken["paypal"], s.lost["paypal"] = tt.broken, tt.lost
			for range 2 { // The same request again gets the same.
				if status, got := s.pay(t, o, "key-one", tt.body); status != tt.status || got != tt.want {
					t.Fatalf("got %d %s", status, got)
				}
			}
			if got := s.Order(o).Record().Attempts[0]; got.State != tt.first || got.Gateway != "paypal" {
				t.Errorf("the first attempt is %s at %s", got.State, got.Gateway)
			}
			if tt.status == http.StatusServiceUnavailable {
				s.broken["paypal"] = unknown
				if status, got := s.pay(t, o, "key-two", auto); status < 400 {
					t.Errorf("while the first may be charged another begins: %d %s", status, got)
				}
			}
		})
	}
}

func TestRulesSayWhatIsOffered(t *testing.T) {
	s := newSeveral(t)
	o := s.Place("order-one")
	if got := s.options(t, o); got != "stripe paypal square" {
		t.Errorf("without rules %q is offered", got)
	}
	s.decided = shop.Settings{Payments: &shop.Payments{Gateways: []string{"square", "stripe"}, Rules: []routing.Rule{
		{Name: "far", Countries: []string{"JP"}, Ways: ways("stripe")}, {Name: "rest", Ways: ways("paypal", "square")}}}}
	if got := s.options(t, o); got != "square" {
		t.Errorf("%q is offered", got)
	}
	for _, name := range []string{"stripe", "paypal"} {
		if status, got := s.pay(t, o, "key-"+name, `{"gateway":"`+name+`","mode":"hosted"}`); status != 422 || got != "gateway_unavailable" {
			t.Errorf("%s: %d %s", name, status, got)
		}
	}
	if status, got := s.pay(t, o, "key-one", `{}`); status != 201 || got != "square" {
		t.Errorf("chosen is %d %s", status, got)
	}
}

func TestAGatewayThatFailsIsLeftAloneUntilATrialGoesWell(t *testing.T) {
	s := newSeveral(t)
	s.broken["stripe"] = fault.New(fault.Unavailable, "test", "dependency_unavailable", "")
	for i := range 5 {
		if status, got := s.pay(t, s.Place(fmt.Sprint("order-", i)), "key", auto); status != 201 || got != "paypal" {
			t.Fatalf("order %d: %d %s", i, status, got)
		}
	}
	calls := s.gateways["stripe"].Calls("Start")
	o := s.Place("order-later")
	if got := s.options(t, o); got != "paypal square" {
		t.Errorf("%q is offered", got)
	}
	if status, got := s.pay(t, o, "key", `{"gateway":"stripe","mode":"hosted"}`); status != 422 || got != "gateway_unavailable" {
		t.Errorf("by name: %d %s", status, got)
	}
	if status, got := s.pay(t, o, "key-two", auto); status != 201 || got != "paypal" || s.gateways["stripe"].Calls("Start") != calls {
		t.Errorf("by the rules: %d %s, %d calls", status, got, s.gateways["stripe"].Calls("Start")-calls)
	}
	if logged := strings.Join(s.Logged.All(), "\n"); strings.Count(logged, "gateway_left") != 1 || strings.Count(strings.Join(s.Metrics.All(), "\n"), "GatewayLeft") == 0 {
		t.Error("nobody is told once")
	}
	s.Wait(31 * time.Second)
	s.broken["stripe"] = nil
	if status, got := s.pay(t, s.Place("order-trial"), "key", auto); status != 201 || got != "stripe" {
		t.Errorf("the trial: %d %s", status, got)
	}
	last := s.Place("order-last")
	if got := s.options(t, last); got != "stripe paypal square" || !strings.Contains(strings.Join(s.Logged.All(), "\n"), "gateway_back") {
		t.Errorf("after it %q is offered", got)
	}
}

func TestWithoutHealthEverybodyCanPay(t *testing.T) {
	s := newSeveral(t)
	o := s.Place("order-one")
	s.Break("Breakers", shoptest.Down())
	s.Break("SaveBreaker", shoptest.Down())
	if status, got := s.pay(t, o, "key", auto); status != 201 || got != "stripe" {
		t.Errorf("%d %s", status, got)
	}
}

// TestAtMostOneGatewayMayEverCharge lets gateways answer by chance while a shopper tries again and again, by the rules and by name: the
// attempts that a gateway may have begun and nobody has seen end are never of two.
func TestAtMostOneGatewayMayEverCharge(t *testing.T) {
	answers := []error{nil, nil, fault.New(fault.Unavailable, "test", "", ""), fault.New(fault.Unknown, "test", "", ""), fault.New(fault.Declined, "test", "declined", ""),
		fault.New(fault.Internal, "test", "", ""), fault.New(fault.Invalid, "test", "amount_too_large", "")}
	rapid.Check(t, func(r *rapid.T) {
		s := newSeveral(t)
		o := s.Place("order-one")
		for i := range rapid.IntRange(1, 8).Draw(r, "requests") {
			for _, name := range names {
				s.begun[name] = s.gateways[name].Begun(string(o.ID)) > 0
				s.broken[name] = rapid.SampledFrom(answers).Draw(r, "before "+name)
				s.lost[name] = rapid.SampledFrom([]error{nil, nil, fault.New(fault.Unknown, "test", "", "")}).Draw(r, "after "+name)
			}
			body := rapid.SampledFrom([]string{auto, `{}`, `{"gateway":"stripe","mode":"hosted"}`, `{"gateway":"paypal","mode":"hosted"}`}).Draw(r, "body")
			s.pay(t, o, fmt.Sprint("key-", rapid.IntRange(0, i).Draw(r, "key")), body)
			s.Wait(time.Duration(rapid.IntRange(0, 40).Draw(r, "seconds")) * time.Second)
			atMostOne(r, s, s.Order(o))
		}
	})
}

func atMostOne(r *rapid.T, s *several, o *order.Order) {
	var open []string
	for _, a := range o.Record().Attempts {
		facts, err := s.gateways[a.Gateway].Fetch(context.Background(), a)
		chargeable := err == nil && facts.State.Open()
		if a.State.Open() || chargeable {
			open = append(open, a.Gateway)
		}
		if chargeable && !a.State.Open() {
			r.Fatalf("%s may still charge what we take for %s", a.Gateway, a.State)
		}
	}
	if len(slices.Compact(open)) > 1 || len(open) > 1 {
		r.Fatalf("%v may charge", open)
	}
}

// TestAGatewayThatIsOnlySecondIsNotTriedForNothing is about a gateway that one payment at a time may try: who begins at another does not
// take that place.
func TestAGatewayThatIsOnlySecondIsNotTriedForNothing(t *testing.T) {
	s := newSeveral(t)
	s.decided = shop.Settings{Payments: &shop.Payments{Rules: []routing.Rule{{Name: "all", Ways: ways("stripe", "paypal")}}}}
	s.broken["paypal"] = fault.New(fault.Unavailable, "test", "dependency_unavailable", "")
	for i := range 5 {
		s.pay(t, s.Place(fmt.Sprint("order-", i)), "key", `{"gateway":"paypal","mode":"hosted"}`)
	}
	s.Wait(31 * time.Second)
	s.broken["paypal"] = nil
	if status, got := s.pay(t, s.Place("order-first"), "key", auto); status != 201 || got != "stripe" {
		t.Fatalf("%d %s", status, got)
	}
	if got := s.options(t, s.Place("order-seen")); got != "stripe paypal" {
		t.Errorf("%q is offered: the place of the one that tries is taken", got)
	}
	s.broken["stripe"] = fault.New(fault.Unavailable, "test", "dependency_unavailable", "")
	if status, got := s.pay(t, s.Place("order-trial"), "key", auto); status != 201 || got != "paypal" {
		t.Errorf("the trial: %d %s", status, got)
	}
	if b, err := s.Store.Breakers(t.Context(), []string{"paypal"}); err != nil || b["paypal"].State(s.Now()) != routing.Closed {
		t.Errorf("after the trial it is %+v, %v", b["paypal"], err)
	}
}
