package gatewaysim_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
)

// bed is a core with a hand-moved clock, and what it delivered.
type bed struct {
	*gatewaysim.Core

	t      testing.TB
	clock  *clock.Clock
	sent   []string
	answer func() (int, error)
	done   int
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := &bed{t: t, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{}), answer: func() (int, error) { return 200, nil }}
	core, err := gatewaysim.NewCore(gatewaysim.Setup{Name: "test", Clock: gatewaysim.ClockOf(b.clock), Random: rand.NewPCG(1, 2),
		Deliver: func(address string, _ http.Header, body []byte) (int, error) {
			b.sent = append(b.sent, address+" "+string(body))
			return b.answer()
		},
		Retry: gatewaysim.Retry{First: time.Minute, Longest: 4 * time.Minute, For: time.Hour}, Forgeries: []string{"badly"}})
	if err != nil {
		t.Fatal(err)
	}
	b.Core = core
	return b
}

func (b *bed) post(events ...string) {
	b.t.Helper()
	b.Lock()
	for _, id := range events {
		b.Post(gatewaysim.Webhook{Event: id, Kind: "k", From: b.Now(), Done: func() { b.done++ },
			Write: func(try gatewaysim.Sending) (string, http.Header, []byte, bool) {
				return "u", http.Header{}, []byte(id + try.Forged), id != "gone"
			}})
	}
	b.Unlock()
}

func (b *bed) advance(d time.Duration) {
	b.t.Helper()
	if err := b.clock.Advance(d); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) webhooks(f gatewaysim.WebhookFaults) {
	b.t.Helper()
	if err := b.SetFaults(gatewaysim.Faults{Webhooks: f}); err != nil {
		b.t.Fatal(err)
	}
}

func TestWebhooks(t *testing.T) {
	tests := []struct {
		name   string
		faults gatewaysim.WebhookFaults
		events []string
		want   gatewaysim.Stats
	}{
		{"each is sent once", gatewaysim.WebhookFaults{}, []string{"a", "b"}, gatewaysim.Stats{Sent: 2, Accepted: 2}},
		{"or as often as is said", gatewaysim.WebhookFaults{Duplicate: 3}, []string{"a"}, gatewaysim.Stats{Sent: 3, Accepted: 3}},
		{"or lost for good", gatewaysim.WebhookFaults{Drop: 1}, []string{"a"}, gatewaysim.Stats{Lost: 1}},
		{"or forged beside", gatewaysim.WebhookFaults{Forge: true}, []string{"a"}, gatewaysim.Stats{Sent: 1, Accepted: 1, Forged: 1, ForgedAccepted: 1}},
		{"an endpoint that is gone gets nothing", gatewaysim.WebhookFaults{}, []string{"gone"}, gatewaysim.Stats{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBed(t)
			b.webhooks(tt.faults)
			b.post(tt.events...)
			b.advance(time.Minute)
			if got := b.Stats(); got != tt.want || b.Pending() != 0 || len(b.Deliveries()) != tt.want.Sent+tt.want.Forged {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestRetriesGrowAndEnd(t *testing.T) {
	b := newBed(t)
	b.answer = func() (int, error) { return 0, errors.New("refused") }
	b.post("a")
	b.advance(2 * time.Hour)
	var waits []time.Duration
	log := b.Deliveries()
	for i := 1; i < len(log); i++ {
		waits = append(waits, log[i].At.Sub(log[i-1].At))
	}
	if got := fmt.Sprint(waits[:5]); got != "[1m0s 2m0s 4m0s 4m0s 4m0s]" {
		t.Errorf("it waited %s", got)
	}
	if st := b.Stats(); st.GivenUp != 1 || st.Sent != len(log) || b.done != 1 || log[len(log)-1].At.Sub(log[0].At) > time.Hour || log[0].Error == "" {
		t.Errorf("got %+v, %d done, %+v", st, b.done, log[len(log)-1])
	}
}

func TestARetryThatIsTakenIsTheLast(t *testing.T) {
	b := newBed(t)
	b.answer = func() (int, error) { return map[bool]int{true: 503, false: 204}[len(b.sent) < 3], nil }
	b.post("a")
	b.advance(time.Hour)
	if len(b.sent) != 3 || b.done != 1 || b.Pending() != 0 {
		t.Errorf("%d sent, %d done, %d pending", len(b.sent), b.done, b.Pending())
	}
}

func TestReorder(t *testing.T) {
	b := newBed(t)
	b.webhooks(gatewaysim.WebhookFaults{Reorder: true})
	var events []string
	for i := range 20 {
		events = append(events, fmt.Sprintf("%02d", i))
	}
	b.post(events...)
	b.advance(2 * time.Second)
	if len(b.sent) != 20 || fmt.Sprint(b.sent) == "[u "+strings.Join(events, " u ")+"]" {
		t.Errorf("they arrived as %v", b.sent)
	}
}

func TestKeys(t *testing.T) {
	keys := gatewaysim.Keys{Life: time.Hour}
	at := time.Unix(0, 0)
	claim := func(key, print string, want gatewaysim.Verdict) *gatewaysim.Kept {
		t.Helper()
		kept, got := keys.Claim(key, print, at)
		if got != want {
			t.Errorf("%s %s: got %v, want %v", key, print, got, want)
		}
		return kept
	}
	claim("a", "1", gatewaysim.Fresh)
	claim("a", "1", gatewaysim.InUse)
	claim("a", "2", gatewaysim.Differs)
	keys.Keep("a", "first", 201, []byte("body"))
	claim("a", "1", gatewaysim.InUse)
	keys.Answered("a")
	if kept := claim("a", "1", gatewaysim.Repeated); kept.Status != 201 || kept.First != "first" || string(kept.Body) != "body" {
		t.Errorf("got %+v", kept)
	}
	claim("b", "1", gatewaysim.Fresh)
	keys.Drop("b")
	claim("b", "2", gatewaysim.Fresh)
	at = at.Add(time.Hour)
	claim("a", "2", gatewaysim.Fresh)
}

func TestNumbersAreNotKept(t *testing.T) {
	values := url.Values{"card": {"4242 4242 4242 4242"}, "a[card][number]": {"4000000000000002"}, "b[cvc]": {"123"}, "iban": {"AT61 1904 3002 3457 3201"},
		"c[number]": {"5105105105105100"}, "d[number]": {"4242424242424241"}, "e[number]": {"12"}, "f[iban]": {"DE00"}}
	gatewaysim.SealNumbers(values)
	want := url.Values{"card": {"pm_card_visa"}, "a[card][number]": {"pm_card_visa_chargeDeclined"}, "iban": {gatewaysim.DebitPays},
		"c[number]": {"test_mode_live_card"}, "d[number]": {"incorrect_number"}, "e[number]": {"invalid_number"}, "f[iban]": {"invalid"}}
	if values.Encode() != want.Encode() {
		t.Errorf("got %v", values)
	}
	c, ok := gatewaysim.CardNamed("pm_card_visa_chargeDeclined")
	if _, no := gatewaysim.CardNamed("test_mode_live_card"); !ok || no || c.Last4 != "0002" || c.Code != "card_declined" || c.Brand != "visa" {
		t.Errorf("got %+v", c)
	}
}

func TestLostAnswers(t *testing.T) {
	b := newBed(t)
	fine := gatewaysim.Answer{Status: 200, Header: http.Header{"X": {"y"}}, Body: []byte("0123456789")}
	for _, tt := range []struct {
		trouble gatewaysim.Trouble
		size    int
		lost    bool
	}{
		{gatewaysim.Trouble{}, 10, false}, {gatewaysim.Trouble{Cut: true}, 5, false}, {gatewaysim.Trouble{Huge: true}, 10 + 5<<20, false},
		{gatewaysim.Trouble{TimeoutAfter: true}, 0, true}, {gatewaysim.Trouble{Latency: 8 * time.Second}, 0, true}, {gatewaysim.Trouble{Latency: time.Second}, 10, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		answers := func(r *http.Request) gatewaysim.Answer { return b.Late(r, tt.trouble, fine) }
		res, err := gatewaysim.Transport(answers).RoundTrip(r)
		if tt.lost {
			var slow net.Error
			if !errors.As(err, &slow) || !slow.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%+v: got %v", tt.trouble, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || len(body) != tt.size || res.Header.Get("X") != "y" || res.Body.Close() != nil {
			t.Errorf("%+v: %d bytes, %v", tt.trouble, len(body), err)
		}
	}
}

func TestALostAnswerClosesTheConnection(t *testing.T) {
	server := httptest.NewServer(gatewaysim.Handler(func(r *http.Request) gatewaysim.Answer {
		if r.URL.Path == "/lost" {
			return gatewaysim.Answer{Lost: gatewaysim.ErrTimeout}
		}
		return gatewaysim.Answer{Status: http.StatusCreated, Header: http.Header{"X-Y": {"z"}}, Body: []byte("ok")}
	}))
	defer server.Close()
	get := func(path string) (*http.Response, error) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		return server.Client().Do(r)
	}
	res, err := get("/")
	if err != nil || res.StatusCode != http.StatusCreated || res.Header.Get("X-Y") != "z" || res.Body.Close() != nil {
		t.Errorf("got %v, %v", res, err)
	}
	if res, err := get("/lost"); err == nil {
		t.Errorf("got %v", res.Status)
		_ = res.Body.Close()
	}
}

func TestPagesShowTextAsText(t *testing.T) {
	v := gatewaysim.View{Gateway: "PayPal", Title: "<script>", Error: "<b>", Action: "javascript:alert(1)", Lines: []gatewaysim.ViewLine{{Name: "<i>", Quantity: 2, Total: "1"}}}
	for _, name := range []string{gatewaysim.PagePay, gatewaysim.PageAuthenticate, gatewaysim.PageMessage} {
		a := gatewaysim.Page(http.StatusOK, name, v)
		if body := string(a.Body); strings.Contains(body, "<script>") || strings.Contains(body, "<b>") || strings.Contains(body, "<i>") || strings.Contains(body, "javascript:") ||
			!strings.Contains(body, "simulated PayPal") || !strings.Contains(body, "a simulation of PayPal") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestBooks(t *testing.T) {
	var l gatewaysim.Ledger
	l.At("b", "eur").Captured += 5
	l.At("a", "EUR").Captured += 7
	l.At("a", "EUR").Waiting++
	l.At("a", "USD").Fees++
	if got := fmt.Sprint(l.List()); !strings.HasPrefix(got, "[{a EUR 7") || len(l.List()) != 3 {
		t.Errorf("got %s", got)
	}
	if sums := gatewaysim.Sum(l.List()); len(sums) != 2 || sums[0].Captured != 12 || sums[0].Waiting != 1 || sums[1].Fees != 1 {
		t.Errorf("got %+v", sums)
	}
}

// FuzzFaults reads any faults: what is taken is within its limits, may be set, and is written as it was read.
func FuzzFaults(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `{"api":{"status":503,"error_rate":0.5}}`, `{"webhooks":{"duplicate":5,"delay":"1m30s"}}`, `{"refunds":"pending"}`,
		`{"api":{"error_rate":true}}`, `{"api":{"status":418}}`, `{"webhooks":{"delay":"73h"}}`, `{"no":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var faults, again gatewaysim.Faults
		if json.Unmarshal(data, &faults) != nil {
			return
		}
		first, err := json.Marshal(faults)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%q is written as %q: %v", data, first, err)
		}
		if err := newBed(t).SetFaults(again); err != nil {
			t.Fatalf("%q cannot be set: %v", data, err)
		}
		if d := time.Duration(faults.Webhooks.Delay); d < 0 || d > 72*time.Hour || faults.Webhooks.Duplicate < 0 || faults.Webhooks.Duplicate > 100 {
			t.Fatalf("%q was taken", data)
		}
	})
}

// FuzzWrite writes what JSON can hold as encoding/json does.
func FuzzWrite(f *testing.F) {
	for _, seed := range []string{`{"a":1,"b":[true,null,"x"],"c":{}}`, `"\u2028<&>\\\""`, `[]`, `-0`, `1e400`, `{"":[[]]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var value any
		if json.Unmarshal([]byte(text), &value) != nil {
			return
		}
		want, err := json.Marshal(value)
		if err != nil {
			return
		}
		if got := newBed(t).Write(objects(value), ""); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
		want, err = json.MarshalIndent(value, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		if got := newBed(t).Write(objects(value), "\n"); string(got) != string(want) {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

// objects makes Objects of maps, all the way down.
func objects(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := gatewaysim.Object{}
		for name, each := range v {
			out[name] = objects(each)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, each := range v {
			out[i] = objects(each)
		}
		return out
	}
	return value
}
