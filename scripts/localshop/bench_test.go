package localshop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
	"till/shared/catalog"
)

// clerk runs orders through a shop as fast as they go, with nothing around the shop that is dear itself.
type clerk struct {
	*localshop.Shop
	t     testing.TB
	n     int
	token string
	since time.Time // When the member of staff signed in.
}

// plan is read once, as those do who open many shops.
var plan = sync.OnceValues(func() (*localshop.Plan, error) { return localshop.Read(localshop.Options{Files: os.DirFS("../..")}) })

// quick opens a shop in virtual time that nobody watches.
func quick(t testing.TB) *localshop.Shop {
	t.Helper()
	key, noKey := staffKey()
	read, noPlan := plan()
	if err := errors.Join(noKey, noPlan); err != nil {
		t.Fatal(err)
	}
	s, err := localshop.New(localshop.Options{
		Plan: read, Clock: clock.New(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), clock.Inline{}), Seed: "quick",
		Log: io.Discard, LogLevel: "error", Random: seeded("quick"), StaffKey: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func employ(t testing.TB) *clerk {
	t.Helper()
	c := &clerk{Shop: quick(t), t: t}
	if err := c.Seed(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := catalog.Count(t.Context(), c.Store, "mug-blue", 1_000_000); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *clerk) send(h http.Handler, want int, method, target, body string, header ...string) *httptest.ResponseRecorder {
	req, err := http.NewRequestWithContext(c.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	h.ServeHTTP(answer, req)
	if answer.Code != want {
		c.t.Fatalf("%s %s answered %d: %s", method, target, answer.Code, answer.Body)
	}
	return answer
}

func (c *clerk) ask(want int, method, path, body, token, key string) []byte {
	return c.send(c.Cloud.API(""), want, method, path, body, "Content-Type", "application/json", "Idempotency-Key", key, "Authorization", "Bearer "+token).Body.Bytes()
}

func (c *clerk) read(raw []byte, into any) {
	if err := json.Unmarshal(raw, into); err != nil {
		c.t.Fatal(err)
	}
}

// staff is the token of somebody who packs, signed in within the last ten minutes.
func (c *clerk) staff() string {
	if now := c.Clock.Now(); c.token == "" || now.Sub(c.since) >= 10*time.Minute {
		token, err := c.Cloud.StaffToken(cognito.Person{Username: "mona", Groups: []string{"packer"}, MFA: true})
		if err != nil {
			c.t.Fatal(err)
		}
		c.token, c.since = token, now
	}
	return c.token
}

// sell takes one order from its basket to the door, and lets a minute pass: with one sweep.
func (c *clerk) sell(mode string) {
	c.n++
	key := fmt.Sprintf("key-%d", c.n)
	const basket = `"currency":"EUR","lines":[{"sku":"mug-blue","quantity":1}]`
	c.ask(http.StatusOK, http.MethodPost, "/quotes", `{"country":"DE",`+basket+`}`, "", "")
	var placed struct {
		Order struct{ ID string }
		Token string
	}
	c.read(c.ask(http.StatusCreated, http.MethodPost, "/orders", fmt.Sprintf(`{%s,"email":"ada%d@example.com","shipping_method":"standard",
		"shipping_address":{"name":"Ada Byron","line1":"Unter den Linden 1","city":"Berlin","postal_code":"10117","country":"DE"}}`, basket, c.n), "", key), &placed)
	path := "/orders/" + placed.Order.ID
	var started struct {
		Payment struct {
			To     string `json:"redirect_url"`
			Secret string `json:"client_secret"`
		}
	}
	c.read(c.ask(http.StatusCreated, http.MethodPost, path+"/payments", `{"gateway":"stripe","mode":"`+mode+`"}`, placed.Token, key), &started)
	c.pay(mode, started.Payment.To, started.Payment.Secret)
	c.settled()
	c.is(path, placed.Token, "fulfilling")
	c.ask(http.StatusCreated, http.MethodPost, "/staff"+path+"/shipments", `{"carrier":"DHL","tracking_number":"JD0140"}`, c.staff(), "")
	c.settled()
	c.ask(http.StatusOK, http.MethodPost, "/staff"+path+"/shipments/shp_1/delivery", "", c.staff(), "")
	if err := c.Advance(time.Minute); err != nil {
		c.t.Fatal(err)
	}
	c.is(path, placed.Token, "delivered")
}

func (c *clerk) settled() {
	if err := c.Settle(); err != nil {
		c.t.Fatal(err)
	}
}

func (c *clerk) is(path, token, status string) {
	var seen struct{ Order struct{ Status string } }
	c.read(c.ask(http.StatusOK, http.MethodGet, path, "", token, ""), &seen)
	if seen.Order.Status != status {
		c.t.Fatalf("%s is %s, want %s", path, seen.Order.Status, status)
	}
}

// pay is the shopper at the gateway, and back.
func (c *clerk) pay(mode, page, secret string) {
	const kind, form = "Content-Type", "application/x-www-form-urlencoded"
	if mode == "hosted" {
		back := c.send(c.Stripe, http.StatusSeeOther, http.MethodPost, page, "card=4242424242424242&action=pay", kind, form).Header().Get("Location")
		c.ask(http.StatusSeeOther, http.MethodGet, strings.TrimPrefix(back, shopURL), "", "", "")
		return
	}
	intent, _, _ := strings.Cut(secret, "_secret_")
	c.send(c.Stripe, http.StatusOK, http.MethodPost, gatewayURL+"/v1/payment_intents/"+intent+"/confirm", url.Values{
		"key": {localshop.StripePublicKey}, "client_secret": {secret}, "return_url": {shopURL + "/shop/order.html"},
		"payment_method_data[type]": {"card"}, "payment_method_data[card][number]": {"4242424242424242"},
	}.Encode(), kind, form)
}

// BenchmarkAnOrderFromBasketToDoor is everything that one order costs when nothing goes wrong: quoted, placed, paid, its
// webhooks, queues and mails, shipped and delivered, with one minute's sweep.
func BenchmarkAnOrderFromBasketToDoor(b *testing.B) {
	for _, mode := range []string{"hosted", "embedded"} {
		b.Run(mode, func(b *testing.B) {
			c := employ(b)
			c.sell(mode) // The day's first order makes the day's key.
			b.ReportAllocs()
			for b.Loop() {
				c.sell(mode)
			}
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/order")
		})
	}
}

// BenchmarkAnOrderInAFullShop is the same after many others: an order must not cost more because others came before. It
// also tells how much memory the others keep.
func BenchmarkAnOrderInAFullShop(b *testing.B) {
	for _, before := range []int{10, 2000} {
		b.Run(fmt.Sprint(before), func(b *testing.B) {
			c := employ(b)
			empty := held()
			for i := range before {
				c.sell([]string{"hosted", "embedded"}[i%2])
			}
			kept := float64(held()-empty) / float64(before)
			b.ReportAllocs()
			for b.Loop() {
				c.sell("hosted")
			}
			b.ReportMetric(kept, "kept-B/order")
			b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/order")
		})
	}
}

// BenchmarkAnIdleHour is sixty sweeps that find nothing, in a shop with orders that are done.
func BenchmarkAnIdleHour(b *testing.B) {
	c := employ(b)
	for range 100 {
		c.sell("hosted")
	}
	b.ReportAllocs()
	for b.Loop() {
		if err := c.Advance(time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenAShop is what a shop costs before anybody comes, once its plan is read.
func BenchmarkOpenAShop(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		quick(b)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N), "ms/shop")
}

// held is how many bytes are in use.
func held() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
