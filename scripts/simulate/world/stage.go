package world

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/gateways"
	"till/scripts/localshop"
	"till/scripts/simulate/faults"
	"till/shared/message"
	"till/shared/order"
)

// stage is the world as people see it.
type stage struct{ w *World }

// Where things are, and the key of the gateway's account, which opens nothing elsewhere.
const (
	dashboard  = gateways.StripeSecretKey
	shopURL    = "http://localhost:8080"
	gatewayURL = "http://localhost:8090/stripe"
)

// API is actors.Stage's.
func (s stage) API(r *http.Request) acceptance.Reply {
	w := s.w
	n := w.cover.At(faults.Point{Call: "request", Port: faults.Edge})
	n.Passed++
	w.Turns.Point("a request")
	kind := w.edge(r, n)
	if kind != faults.None {
		n.Struck[kind]++
		w.note(kind.String(), r.URL.Path, nil)
	}
	switch {
	case kind == faults.NoRequest:
		return acceptance.Reply{}
	case kind == faults.Turned:
		return acceptance.Reply{Status: http.StatusServiceUnavailable}
	}
	got := w.serve(w.Cloud.API(""), r)
	w.told("reply", r.Method+" "+r.URL.Path, got.Status)
	w.well(r, got.Status)
	w.Turns.Point("an answer")
	if got.Code() == "internal_error" {
		w.fail("Answer", "", r.Method+" "+r.URL.Path+" answered internal_error")
	}
	if kind == faults.NoAnswer {
		return acceptance.Reply{}
	}
	return got
}

// edge is what strikes a request.
func (w *World) edge(r *http.Request, n *faults.Count) faults.Kind {
	if w.script != nil {
		return w.script.next(faults.Edge, "request "+r.Method+" "+r.URL.Path, w.calm)
	}
	for _, kind := range faults.Edge.Kinds() {
		if w.chance(kind) {
			return kind
		}
	}
	return w.hungry(n, faults.Edge)
}

// Page is actors.Stage's.
func (s stage) Page(r *http.Request) acceptance.Reply {
	s.w.Turns.Point("a gateway's page")
	got := s.w.serve(s.w.Gateways, r)
	s.w.told("page", r.Method+" "+r.URL.Path, got.Status)
	return got
}

// serve gives the answer; status 0 if the connection was closed without one.
func (w *World) serve(h http.Handler, r *http.Request) (got acceptance.Reply) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			got = acceptance.Reply{}
		} else if p != nil {
			panic(p)
		}
	}()
	a := &answer{header: http.Header{}}
	h.ServeHTTP(a, r)
	return acceptance.Reply{Status: max(a.status, http.StatusOK), Header: a.header, Body: a.body.Bytes()}
}

// answer is an http.ResponseWriter.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header is http.ResponseWriter's.
func (a *answer) Header() http.Header { return a.header }

// Write is http.ResponseWriter's.
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

// WriteHeader is http.ResponseWriter's.
func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

// Now is actors.Stage's.
func (s stage) Now() time.Time { return s.w.Clock.Now() }

// Rest is actors.Stage's.
func (s stage) Rest(d time.Duration) { s.w.Turns.Sleep(d, "a rest") }

// Enter is actors.Stage's.
func (s stage) Enter(at time.Time, name string, work func()) {
	s.w.Clock.At(at, name, func() { s.w.Turns.Add(name, nil, work) })
}

// SignIn is actors.Stage's.
func (s stage) SignIn(who, group string) (string, error) {
	return s.w.Cloud.StaffToken(cognito.Person{Username: who, MFA: true, Groups: []string{group}})
}

// Place is actors.Stage's.
func (s stage) Place() acceptance.Place {
	t := s.w.terms
	return acceptance.Place{Shop: shopURL, Gateway: gatewayURL, PublicKey: localshop.StripePublicKey, Dashboard: dashboard, Gateways: t.Gateways, Manual: t.Manual,
		StockHold: 30 * time.Minute, SweepEvery: time.Minute}
}

// Violated is actors.Stage's.
func (s stage) Violated(invariant string, id order.ID, what string) { s.w.fail(invariant, id, what) }

// StopExecution is actors.Operator's.
func (s stage) StopExecution(id order.ID) {
	w := s.w
	n := w.cover.At(faults.Point{Call: "execution", Port: faults.Execution})
	n.Passed++
	if w.calm || !w.config.Profile.Faults {
		return
	}
	if 2*n.Struck[faults.Poison] < n.Struck[faults.Stopped] {
		n.Struck[faults.Poison]++
		w.stray(id)
		return
	}
	for _, arn := range w.Cloud.Machines.Running(string(id)) {
		n.Struck[faults.Stopped]++
		w.watch.stopped = true
		w.note("stopped", arn, nil)
		w.must(w.Cloud.Machines.Stop(arn, "Stopped", "by hand"))
		if w.dice.IntN(3) > 0 {
			w.redrives(id)
		}
	}
}

// redrives lets somebody send an order's message to the fulfillment once more: its execution's name is used up.
func (w *World) redrives(id order.ID) {
	w.Clock.After(time.Minute, "redriven "+string(id), func() {
		o, err := w.Store.Order(context.Background(), id)
		w.must(err)
		for _, q := range w.Cloud.Queues.State(0) {
			if strings.HasSuffix(q.Name, "FulfillmentQueue") {
				w.must(w.Cloud.Queue(q.URL).Send(context.Background(), message.ForFulfillment(id, o.Record().Try)))
			}
		}
	})
}

// strays are inputs of executions that somebody begins by hand and that no machine should have: %s is an order that has a machine.
var strays = []string{`{}`, `[]`, `{"order_id":"ord_x","try":1}`, `{"order_id":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa","try":1}`, `{"order_id":"%s","try":99}`, `{"order_id":"%s"}`}

// stray begins an execution that nobody asked for: it must fail, and leave the order and its machine alone.
func (w *World) stray(id order.ID) {
	n := w.dice.Int()
	input := strings.ReplaceAll(strays[n%len(strays)], "%s", string(id))
	w.note("stray", input, nil)
	_, _, err := w.Cloud.Machines.Start(w.machine, fmt.Sprint("stray-", n), input)
	w.must(err)
}

// Dispute is actors.Operator's.
func (s stage) Dispute(id order.ID, won bool) {
	w := s.w
	w.charged(id, func(g gateways.Named, charge string, left int64) {
		part := []int64{0, 0, left / 2}[w.dice.IntN(3)] // 0: all that is left.
		dispute, err := w.Gateways.RaiseDispute(g.Name, charge, "fraudulent", part)
		if err != nil {
			return // There is nothing left of it, or it is disputed already.
		}
		w.note("disputed", string(id), nil)
		w.Clock.After(36*time.Hour, "dispute of "+string(id), func() {
			// The bank may have decided already.
			_ = g.CloseDispute(dispute, won)
		})
	})
}

// GiveBack is actors.Operator's.
func (s stage) GiveBack(id order.ID, amount int64) {
	w := s.w
	w.charged(id, func(g gateways.Named, charge string, left int64) {
		if err := w.Gateways.Refund(context.Background(), g.Name, charge, min(amount, left)); err == nil {
			w.note("given back", string(id), nil)
		}
	})
}

// charged calls do for each charge of an order of which something is left, with how much.
func (w *World) charged(id order.ID, do func(g gateways.Named, charge string, left int64)) {
	for _, g := range w.Gateways.All() {
		for _, p := range g.PaymentsOf(string(id)) {
			if left := p.Captured - p.Refunded; left > 0 && p.Charge != "" {
				do(g, p.Charge, left)
			}
		}
	}
}

// Forget is actors.Operator's.
func (s stage) Forget(id order.ID, on bool) {
	w := s.w
	delete(w.forgotten, id)
	if !on || w.calm || !w.config.Profile.Faults && w.script == nil {
		return
	}
	w.note("forgotten", string(id), nil)
	w.forgotten[id] = w.references(id)[1:]
}

// Silence is actors.Operator's. It outlasts the time in which things go wrong: the gateway forgets keys after a day.
func (s stage) Silence(id order.ID, d time.Duration) {
	w := s.w
	n := w.cover.At(faults.Point{Call: "silence", Port: faults.Outage})
	n.Passed++
	if w.calm || !w.config.Profile.Faults || w.script != nil || w.rates[faults.KeyOver] == 0 {
		return
	}
	n.Struck[faults.KeyOver]++
	w.silent[id] = silence{w.Clock.Now().Add(d), w.references(id)}
	w.note("silence", string(id), nil)
}
