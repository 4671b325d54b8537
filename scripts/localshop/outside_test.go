package localshop_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/edge/apitest"
)

// outside is the shop in one process as people outside reach it. Time passes when somebody waits.
type outside struct {
	*localshop.Shop
	w  *world
	mu *sync.RWMutex // One at a time moves the clock, and only while no request is on its way: it would see its limit jump past.
}

// Do is acceptance.Shop's. Every answer is held to the contract.
func (o outside) Do(r *http.Request) acceptance.Reply {
	o.mu.RLock()
	defer o.mu.RUnlock()
	sent := r.Clone(r.Context())
	sent.Body = nil
	if r.GetBody != nil {
		sent.Body, _ = r.GetBody()
	}
	got := serve(o.Cloud.API(""), r)
	if err := apitest.Exchange(o.w.t.Context(), sent, got.Status, got.Header, got.Body); err != nil {
		o.w.t.Errorf("%s %s, %d: not as infra/openapi.yaml says: %v\n%s", r.Method, r.URL.Path, got.Status, err, got.Body)
	}
	return got
}

// Gateway is acceptance.Shop's.
func (o outside) Gateway(r *http.Request) acceptance.Reply {
	o.mu.RLock()
	defer o.mu.RUnlock()
	return serve(o.Gateways, r)
}

// serve gives the answer; status 0 if the connection was closed without one.
func serve(h http.Handler, req *http.Request) (r acceptance.Reply) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			r = acceptance.Reply{}
		} else if p != nil {
			panic(p)
		}
	}()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, req)
	return acceptance.Reply{Status: answer.Code, Header: answer.Header(), Body: answer.Body.Bytes()}
}

// Place is acceptance.Shop's.
func (o outside) Place() acceptance.Place {
	return acceptance.Place{Shop: shopURL, Gateway: gatewayURL, PublicKey: localshop.StripePublicKey, Dashboard: "sk_test_till_local_0123456789abcdef",
		StockHold: 30 * time.Minute, SweepEvery: time.Minute}
}

// StaffToken is acceptance.Shop's.
func (o outside) StaffToken(_ context.Context, group string) (string, error) {
	person := cognito.Person{Username: "mona", MFA: true}
	if group != "" {
		person.Groups = []string{group}
	}
	return o.Cloud.StaffToken(person)
}

// Trouble is acceptance.Shop's.
func (o outside) Trouble(f stripesim.Faults) error { return o.Stripe.SetFaults(f) }

// Now is acceptance.Shop's.
func (o outside) Now() time.Time { return o.Clock.Now() }

// Eventually is acceptance.Shop's: for two minutes of the shop's time.
func (o outside) Eventually(ctx context.Context, what string, until func() bool) error {
	for range 120 {
		if until() {
			return nil
		}
		if err := o.advance(time.Second); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return fmt.Errorf("two minutes later it is still not so: %s", what)
}

// Later is acceptance.Shop's.
func (o outside) Later(d time.Duration) bool { return o.advance(d) == nil }

func (o outside) advance(d time.Duration) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Advance(d)
}

// Evidence is acceptance.Shop's: what the shop holds, with its log, its tables and what is known to have come in.
func (o outside) Evidence(ctx context.Context, _ ...evidence.Part) (evidence.Evidence, error) {
	e, err := o.Shop.Evidence(ctx)
	e.Received, e.Logs, e.Stored = o.w.received, o.w.log.list(), o.w.rows.list()
	return e, err
}
