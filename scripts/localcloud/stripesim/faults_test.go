package stripesim_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/stripesim"
)

func TestAPIFaultsInProcess(t *testing.T) {
	rows := map[string]struct {
		fault   stripesim.APIFaults
		timeout bool
		status  int
		made    int // Intents that exist afterwards.
	}{
		"timeout before the effect":  {stripesim.APIFaults{TimeoutBefore: 1}, true, 0, 0},
		"timeout after the effect":   {stripesim.APIFaults{TimeoutAfter: 1}, true, 0, 1},
		"more latency than patience": {stripesim.APIFaults{Latency: stripesim.Duration(8 * time.Second)}, true, 0, 1},
		"an error without effect":    {stripesim.APIFaults{ErrorRate: 1}, false, 503, 0},
		"an error after the effect":  {stripesim.APIFaults{ErrorAfter: 1, Status: 502}, false, 502, 1},
		"too many requests":          {stripesim.APIFaults{ErrorRate: 1, Status: 429}, false, 429, 0},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.faults(stripesim.Faults{API: row.fault})
			_, err := s.api.PaymentIntents.New(intentParams("ord_1", 1000, "eur"))
			var network net.Error
			if row.timeout != (errors.As(err, &network) && network.Timeout() && errors.Is(err, context.DeadlineExceeded)) {
				t.Errorf("got %v", err)
			}
			if row.status != 0 {
				equal(t, "status", stripeError(t, err).HTTPStatusCode, row.status)
			}
			equal(t, "made", len(s.sim.Payments()), row.made)
		})
	}
}

func TestSmallLatencyIsNoTimeoutInProcess(t *testing.T) {
	s := newShop(t)
	s.faults(stripesim.Faults{API: stripesim.APIFaults{Latency: stripesim.Duration(2 * time.Second)}})
	s.intent("ord_1", 1000)
}

func TestDownRefusesConnections(t *testing.T) {
	s := newShop(t)
	session := s.session("ord_1", 2500)
	s.faults(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
	_, err := s.api.CheckoutSessions.Get(session.ID, nil)
	var dial *net.OpError
	equal(t, "refused", errors.As(err, &dial) && dial.Op == "dial" && !dial.Timeout(), true)
	_, err = s.try(http.MethodGet, session.URL, nil, "")
	equal(t, "pages too", err != nil, true)
}

func TestLostAnswerClosesTheConnectionOverHTTP(t *testing.T) {
	for name, row := range map[string]struct {
		fault stripesim.APIFaults
		made  int
	}{"before": {stripesim.APIFaults{TimeoutBefore: 1}, 0}, "after": {stripesim.APIFaults{TimeoutAfter: 1}, 1}} {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			s.api = newAPI(s.overHTTP().URL+"/stripe", http.DefaultTransport)
			s.faults(stripesim.Faults{API: row.fault})
			if _, err := s.api.PaymentIntents.New(intentParams("ord_1", 1000, "eur")); err == nil {
				t.Fatal("an answer came")
			}
			equal(t, "made", len(s.sim.Payments()), row.made)
		})
	}
}

func TestHugeAnswerIsStillTheAnswer(t *testing.T) {
	s := newShop(t)
	s.faults(stripesim.Faults{API: stripesim.APIFaults{Huge: 1}})
	pi := s.intent("ord_1", 1000)
	equal(t, "size", len(pi.LastResponse.RawJSON) > 5<<20, true)
}

func TestFaultsAreReadStrictly(t *testing.T) {
	good := `{"webhooks":{"duplicate":3,"delay":"5s","drop":0.3,"reorder":true,"forge":true},
		"api":{"latency":"2s","error_rate":0.1,"status":503,"timeout_after_effect":true,"timeout_before_effect":0.5,"down":false},"refunds":"pending"}`
	var f stripesim.Faults
	if err := json.Unmarshal([]byte(good), &f); err != nil {
		t.Fatal(err)
	}
	equal(t, "delay", time.Duration(f.Webhooks.Delay), 5*time.Second)
	equal(t, "true", f.API.TimeoutAfter, 1)
	written, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	var again stripesim.Faults
	if err := json.Unmarshal(written, &again); err != nil {
		t.Fatal(err)
	}
	equal(t, "round trip", again, f)
	for name, row := range map[string]struct{ text, says string }{
		"an unknown member":     {`{"webhooks":{"dupilcate":3}}`, "dupilcate"},
		"a rate above 1":        {`{"webhooks":{"drop":3}}`, "rate"},
		"a delay in figures":    {`{"webhooks":{"delay":5}}`, "duration"},
		"a delay of four days":  {`{"webhooks":{"delay":"96h"}}`, "72h"},
		"an unknown status":     {`{"api":{"status":418}}`, "status"},
		"an unknown refund":     {`{"refunds":"perhaps"}`, "refunds"},
		"too many duplicates":   {`{"webhooks":{"duplicate":101}}`, "duplicate"},
		"something else at all": {`[]`, "faults"},
	} {
		err := json.Unmarshal([]byte(row.text), &f)
		if err == nil || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	s := newShop(t)
	if s.sim.SetFaults(stripesim.Faults{Refunds: "perhaps"}) == nil {
		t.Error("a wrong fault was set")
	}
	s.faults(f)
	equal(t, "kept", s.sim.Faults(), f)
}

func TestSimulationIsNotMadeOfHalf(t *testing.T) {
	if _, err := stripesim.New(stripesim.Config{BaseURL: "stripe", SecretKey: "sk_live_x"}); err == nil ||
		!strings.Contains(err.Error(), "BaseURL") || !strings.Contains(err.Error(), "keys") || !strings.Contains(err.Error(), "Clock") {
		t.Errorf("got %v, want all three faults", err)
	}
}

func TestHundredShoppersAtOnce(t *testing.T) {
	s := newShop(t)
	api := newAPI(s.overHTTP().URL+"/stripe", &http.Transport{MaxConnsPerHost: 20})
	t.Cleanup(func() { s.clock.advance(time.Hour) })
	var group sync.WaitGroup
	for i := range 100 {
		group.Add(1)
		go func() {
			defer group.Done()
			session, err := api.CheckoutSessions.New(sessionParams("ord_all", 1000))
			if err != nil {
				t.Error(err)
				return
			}
			card := pays
			if i%4 == 0 {
				card = declined
			}
			for range 2 { // The second is a double click.
				if _, err := s.try(http.MethodPost, session.URL, nil, url.Values{"card": {card}, "action": {"pay"}}.Encode()); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	b := s.book("ord_all")
	equal(t, "charges", b.Charges, 75)
	equal(t, "captured", b.Captured, 75_000)
	equal(t, "still payable or paid", b.Chargeable, 100)
}
