//go:build planted

package plantedtest_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/stream"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// world is a shop with people around it. Its clock stands until it is advanced, and everything runs in one goroutine.
type world struct {
	*localshop.Shop
	*acceptance.Visit
	t   *testing.T
	log bytes.Buffer

	store func(op string, after bool) error   // Strikes calls of the store.
	port  func(call string, after bool) error // Strikes calls of queue, machine, KMS and mailer.
	twice bool                                // The stream repeats everything.
	seen  []evidence.Violation                // What only those can see who asked.
}

// staffKey is one for all tests: making one takes longer than most of them.
var staffKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// plans are read once, too.
var plans = sync.OnceValue(func() *localshop.Plans { return localshop.NewPlans(os.DirFS("../..")) })

func open(t *testing.T) *world {
	t.Helper()
	key, err := staffKey()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := plans().Of(nil)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t}
	w.Shop, err = localshop.New(localshop.Options{
		Plan: plan, Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{}), Seed: "planted",
		Log: &w.log, Random: mathrand.NewChaCha8([32]byte{}), StaffKey: key,
		Faults: localcloud.Faults{Stream: func(string, int) stream.Delivery { return stream.Delivery{Twice: w.twice} }},
		Port: func(call string, after bool) error {
			if w.port == nil {
				return nil
			}
			return w.port(call, after)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Store.Fault = func(op string, after bool) error {
		if w.store == nil {
			return nil
		}
		return w.store(op, after)
	}
	w.Visit = acceptance.Enter(t.Context(), outside{w.Shop, w}, t, "planted")
	return w
}

// meanwhile lets something happen between what the next change of an order was decided on and its save.
func (w *world) meanwhile(happens func()) { w.between(func() bool { return true }, happens) }

// between is meanwhile for the first change at whose save something is so.
func (w *world) between(is func() bool, happens func()) {
	w.store = func(op string, after bool) error {
		if op == "Save" && !after && is() {
			w.store = nil
			happens()
		}
		return nil
	}
}

// unavailable is the answer of something that is down: nothing happened.
func unavailable(op string) error {
	return fault.New(fault.Unavailable, op, "dependency_unavailable", "")
}

// failing strikes every call of a name, before its effect, until w.store or w.port is nil again.
func failing(name string) func(string, bool) error {
	return func(call string, after bool) error {
		if call != name || after {
			return nil
		}
		return unavailable(name)
	}
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	if err := w.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

// overAtGateway tells an order, wrongly, that its payment is over: the shopper's form is open still. No honest gateway does
// this; a race at one may.
func (w *world) overAtGateway(id order.ID) {
	w.t.Helper()
	book := order.Book{Load: w.Store.Order, Save: w.Store.Save}
	_, _, err := book.Change(w.t.Context(), id, func(o *order.Order) (order.Change, error) {
		a, _ := o.OpenAttempt()
		return o.ApplyPayment(payment.Facts{State: payment.Canceled, Order: string(id), Attempt: a.ID, Intent: a.Intent}, true,
			order.By{Who: "gateway:stripe", At: w.Clock.Now()})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// debit pays by bank debit, which takes a day.
func (w *world) debit(o acceptance.Order) {
	w.t.Helper()
	page := w.Pay(o.ID, acceptance.Hosted).RedirectURL
	w.Follow(w.Form(page, map[string][]string{"iban": {"DE89370400440532013000"}, "action": {"pay"}})).Want(w.t, http.StatusSeeOther)
}

// violations is all that is wrong by now; in the end also what had to come to pass.
func (w *world) violations() []evidence.Violation {
	w.t.Helper()
	found := evidence.Check(w.Visit.Evidence(), evidence.Expect{End: true, Alarms: true, Canaries: acceptance.Canaries()})
	for _, line := range strings.Split(w.log.String(), "\n") {
		if strings.Contains(line, "unbalanced") {
			found = append(found, evidence.Violation{Invariant: "I21 BooksBalance", What: "postings were refused: " + line})
		}
	}
	return append(found, w.seen...)
}

// outside is the shop as people outside reach it.
type outside struct {
	*localshop.Shop
	w *world
}

// Do is acceptance.Shop's.
func (o outside) Do(r *http.Request) acceptance.Reply { return serve(o.Cloud.API(""), r) }

// Gateway is acceptance.Shop's.
func (o outside) Gateway(r *http.Request) acceptance.Reply { return serve(o.Stripe, r) }

func serve(h http.Handler, req *http.Request) acceptance.Reply {
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, req)
	return acceptance.Reply{Status: answer.Code, Header: answer.Header(), Body: answer.Body.Bytes()}
}

// Place is acceptance.Shop's.
func (o outside) Place() acceptance.Place {
	return acceptance.Place{Shop: "http://localhost:8080", Gateway: "http://localhost:8090/stripe", PublicKey: localshop.StripePublicKey,
		Dashboard: "sk_test_till_local_0123456789abcdef", StockHold: 30 * time.Minute, SweepEvery: time.Minute}
}

// StaffToken is acceptance.Shop's.
func (o outside) StaffToken(_ context.Context, group string) (string, error) {
	return o.Cloud.StaffToken(cognito.Person{Username: "mona", MFA: true, Groups: []string{group}})
}

// Trouble is acceptance.Shop's.
func (o outside) Trouble(f stripesim.Faults) error { return o.Stripe.SetFaults(f) }

// Now is acceptance.Shop's.
func (o outside) Now() time.Time { return o.Clock.Now() }

// Eventually is acceptance.Shop's: for two minutes of the shop's time.
func (o outside) Eventually(_ context.Context, what string, until func() bool) error {
	for range 120 {
		if until() {
			return nil
		}
		if err := o.Advance(time.Second); err != nil {
			return err
		}
	}
	return errors.New("two minutes later it is still not so: " + what)
}

// Later is acceptance.Shop's.
func (o outside) Later(d time.Duration) bool { return o.Advance(d) == nil }

// Evidence is acceptance.Shop's.
func (o outside) Evidence(ctx context.Context, _ ...evidence.Part) (evidence.Evidence, error) {
	e, err := o.Shop.Evidence(ctx)
	e.Logs = strings.Split(o.w.log.String(), "\n")
	return e, err
}
