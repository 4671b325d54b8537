package localshop_test

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"crypto/rsa"
	"hash/fnv"
	"io"
	mathrand "math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/invoke"
	"till/scripts/localcloud/stream"
	"till/scripts/localshop"
	"till/shared/catalog"
)

const (
	shopURL    = "http://localhost:8080"
	gatewayURL = "http://localhost:8090/stripe"
)

// world is a shop with people around it: what they send goes through the HTTP API, the gateway's pages and its browser
// calls, and nothing else.
type world struct {
	*localshop.Shop
	*acceptance.Visit
	t      *testing.T
	tricks *tricks
	log    *lines
	rows   *rows

	received map[catalog.SKU]int64 // Units that came into the shop before the doors opened.

	// What a scenario expects of the invariants.
	alarms     bool // The log may wake someone; dead-letter queues may hold something.
	mailsTwice bool // The mailer's own faults are struck: a mail whose note was lost may come twice.
	stopped    bool // Executions are stopped by hand.
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

// plans are read once for all tests: reading one takes longer than most of them.
var plans = sync.OnceValue(func() *localshop.Plans { return localshop.NewPlans(os.DirFS("../..")) })

// open builds a shop with the demo catalogue. Its clock stands until it is advanced; everything runs in this goroutine,
// unless it is to be crowded.
func open(t *testing.T, options ...func(*localshop.Options)) *world {
	t.Helper()
	key, err := staffKey()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, tricks: &tricks{}, log: &lines{}, rows: &rows{texts: map[string]string{}}, received: map[catalog.SKU]int64{}}
	o := localshop.Options{
		Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{}), Seed: t.Name(),
		Log: w.log, Random: seeded(t.Name()), StaffKey: key, Faults: w.tricks.cloud(), Port: w.tricks.strike,
	}
	for _, option := range options {
		option(&o)
	}
	if o.Plan, err = plans().Of(o.Parameters); err != nil {
		t.Fatal(err)
	}
	if w.Shop, err = localshop.New(o); err != nil {
		t.Fatal(err)
	}
	w.Store.OnWrite = w.rows.watch(w.Store.OnWrite)
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
	w.Visit = acceptance.Enter(t.Context(), outside{Shop: w.Shop, w: w, mu: &sync.RWMutex{}}, t, "here")
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
		Stream: func(table string, n int) (d stream.Delivery) {
			if t.stream != nil {
				d.Delay, d.Twice, d.Drop = t.stream(table, n)
			}
			return d
		},
		Before: func(function string, _ *invoke.JSON) error {
			if t.before == nil {
				return nil
			}
			return t.before(function)
		},
		After: func(function string, _ *invoke.JSON, err error) error {
			if t.after == nil {
				return err
			}
			return cmp.Or(t.after(function), err)
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

// list gives the lines.
func (l *lines) list() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Split(strings.TrimSuffix(l.all.String(), "\n"), "\n")
}

// errors gives the lines that would wake someone.
func (l *lines) errors() string {
	var out strings.Builder
	for _, line := range l.list() {
		if strings.Contains(line, `"level":"ERROR"`) || strings.Contains(line, `"status":5`) {
			out.WriteString(line + "\n")
		}
	}
	return out.String()
}
