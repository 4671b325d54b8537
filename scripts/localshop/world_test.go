package localshop_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"hash/fnv"
	"io"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/catalog"
	"till/shared/order"
)

const (
	shopURL    = "http://localhost:8080"
	gatewayURL = "http://localhost:8090/stripe"
)

// Cards of https://docs.stripe.com/testing.
const (
	pays          = "4242424242424242"
	declined      = "4000000000000002"
	authenticates = "4000002500003155"
	disputed      = "4000000000000259"
)

// world is a shop with people around it: what they send goes through the HTTP API, the gateway's pages and its browser
// calls, and nothing else.
type world struct {
	*localshop.Shop
	t      *testing.T
	tricks *tricks
	log    *lines

	mu       sync.Mutex
	received map[catalog.SKU]int64 // Units that came into the shop, stock-takes included.
	tokens   map[order.ID]string
	staff    string // A token, good for an hour.

	// What a scenario expects of the invariants.
	alarms     bool // The log may wake someone; dead-letter queues may hold something.
	mailsTwice bool // The mailer's own faults are struck: a mail whose note was lost may come twice.
	stopped    bool // Executions are stopped by hand.

	signedIn time.Time
	keys     int
}

// tricks are what the cloud and the store do wrong. Set them while nothing runs.
type tricks struct {
	send   func(queue, body string) []time.Duration
	stream func(table string, n int) (delay time.Duration, twice, drop bool)
	before func(function string) error
	after  func(function string) error
	store  func(op string, after bool) error
	port   func(call string, after bool) error
}

// staffKey is one for all tests: making one takes longer than most of them.
var staffKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

// open builds a shop with the demo catalogue. Its clock stands until it is advanced; everything runs in this goroutine,
// unless it is to be crowded.
func open(t *testing.T, options ...func(*localshop.Options)) *world {
	t.Helper()
	key, err := staffKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, tricks: &tricks{}, log: &lines{}, received: map[catalog.SKU]int64{}, tokens: map[order.ID]string{}}
	o := localshop.Options{
		Files: os.DirFS("../.."), Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{}), Seed: t.Name(),
		Log: w.log, Random: seeded(t.Name()), StaffKey: key, Faults: w.tricks.cloud(), Port: w.tricks.strike,
	}
	for _, option := range options {
		option(&o)
	}
	if w.Shop, err = localshop.New(o); err != nil {
		t.Fatal(err)
	}
	if err := w.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Store.AllStocks() {
		w.received[s.SKU] = s.OnHand()
	}
	w.Store.Fault = func(op string, after bool) error {
		if w.tricks.store == nil {
			return nil
		}
		return w.tricks.store(op, after)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.log.errors())
		}
	})
	return w
}

// crowded runs everything in goroutines of its own.
func crowded(o *localshop.Options) {
	o.Clock = clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.NewPool())
	o.Random = rand.Reader
}

func (t *tricks) cloud() localcloud.Faults {
	return localcloud.Faults{
		Send: func(queue, body string) []time.Duration {
			if t.send == nil {
				return []time.Duration{0}
			}
			return t.send(queue, body)
		},
		Stream: func(table string, n int) (d streamDelivery) {
			if t.stream != nil {
				d.Delay, d.Twice, d.Drop = t.stream(table, n)
			}
			return d
		},
		Before: func(function string, _ []byte) error {
			if t.before == nil {
				return nil
			}
			return t.before(function)
		},
		After: func(function string, out []byte, err error) ([]byte, error) {
			if t.after == nil {
				return out, err
			}
			if lost := t.after(function); lost != nil {
				return nil, lost
			}
			return out, err
		},
	}
}

func (t *tricks) strike(call string, after bool) error {
	if t.port == nil {
		return nil
	}
	return t.port(call, after)
}

// once gives an error the first time that the name fits, and counts.
func once(name string, err error) (strike func(string) error, struck *int) {
	struck = new(int)
	return func(got string) error {
		if !strings.HasSuffix(got, name) || *struck > 0 {
			return nil
		}
		*struck++
		return err
	}, struck
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	w.t.Helper()
	if err := w.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

// trouble makes the gateway misbehave from now on.
func (w *world) trouble(f stripesim.Faults) {
	w.t.Helper()
	if err := w.Stripe.SetFaults(f); err != nil {
		w.t.Fatal(err)
	}
}

// signIn gives a manager's token, fresh enough to move money.
func (w *world) signIn() string {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.staff == "" || w.Clock.Now().Sub(w.signedIn) > 10*time.Minute {
		token, err := w.Cloud.StaffToken(cognito.Person{Username: "mona", Groups: []string{"manager"}, MFA: true})
		if err != nil {
			w.t.Fatal(err)
		}
		w.staff, w.signedIn = token, w.Clock.Now()
	}
	return w.staff
}

// reply is an answer of the API, or of a page.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// code is a problem document's.
func (r reply) code() string {
	var p struct {
		Code string `json:"code"`
	}
	if json.Unmarshal(r.body, &p) != nil {
		return ""
	}
	return p.Code
}

// into reads the body, which must be JSON.
func (r reply) into(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.body, v); err != nil {
		t.Fatalf("%d %s: %v", r.status, r.body, err)
	}
}

// want fails the test unless the answer is of that status and, if given, code.
func (r reply) want(t *testing.T, status int, code ...string) reply {
	t.Helper()
	if r.status != status || (len(code) > 0 && r.code() != code[0]) {
		t.Fatalf("got %d %s, want %d %v", r.status, r.body, status, code)
	}
	return r
}

// call sends a request to the API. The body is JSON unless it is a []byte or nil.
func (w *world) call(method, path string, header map[string]string, body any) reply {
	raw, isRaw := body.([]byte)
	if !isRaw && body != nil {
		var err error
		if raw, err = json.Marshal(body); err != nil {
			w.t.Error(err)
		}
	}
	req := httptest.NewRequestWithContext(context.Background(), method, shopURL+path, bytes.NewReader(raw))
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	return serve(w.Cloud.API(""), req)
}

// serve gives the answer; status 0 if the connection was closed without one.
func serve(h http.Handler, req *http.Request) (r reply) {
	defer func() {
		if p := recover(); p == http.ErrAbortHandler { //nolint:errorlint // net/http compares it so too
			r = reply{}
		} else if p != nil {
			panic(p)
		}
	}()
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, req)
	return reply{answer.Code, answer.Header(), answer.Body.Bytes()}
}

// seeded is randomness that follows from a name. Safe for concurrent use.
func seeded(name string) io.Reader {
	h := fnv.New128a()
	_, _ = h.Write([]byte(name))
	var seed [32]byte
	h.Sum(seed[:0])
	return &dice{chacha: mathrand.NewChaCha8(seed)}
}

type dice struct {
	mu     sync.Mutex
	chacha *mathrand.ChaCha8
}

func (d *dice) Read(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.chacha.Read(p)
}

// lines is a log.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

// errors gives the lines that would wake someone.
func (l *lines) errors() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out strings.Builder
	for line := range strings.Lines(l.all.String()) {
		if strings.Contains(line, `"level":"ERROR"`) {
			out.WriteString(line)
		}
	}
	return out.String()
}
