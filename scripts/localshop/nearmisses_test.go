package localshop_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
)

// TestNearMisses sends what looks wrong and is right.
func TestNearMisses(t *testing.T) {
	for _, n := range []struct {
		input  string
		status int
		try    func(*world) replies
	}{
		{"names as people have them", 201, func(w *world) replies {
			bodies := map[string]any{}
			for _, name := range []string{"O'Brien", "Björk", "Nguyễn Thị Ánh", "علی\u200cرضا", "李小龍", "Jean-Luc d'Été", "X Æ A-12"} {
				a := shippingAddress()
				a["name"] = name
				bodies[name] = basket(func(b acceptance.Basket) { b["shipping_address"] = a })
			}
			return placing(w, bodies)
		}},
		{"mail addresses as people have them", 201, func(w *world) replies {
			return placing(w, with("email", map[string]any{"a tag": "ada+till@example.com", "an umlaut's domain": "ada@müller.example", "one letter": "a@b.example", "dots": "a.b.c@sub.sub.example.com", "an apostrophe": "o'brien@example.com"}))
		}},
		{"a place without postal codes", 201, func(w *world) replies {
			return placing(w, with("shipping_address", map[string]any{"Hong Kong": map[string]string{"name": "Chan Tai Man", "line1": "1 Queen's Road Central", "city": "Hong Kong", "country": "HK"}}))
		}},
		{"numbers that look like a card's", 201, func(w *world) replies {
			w.AsStaff(http.MethodPut, "/staff/products/4006381000093", "", map[string]any{"name": "Pen", "prices": map[string]int{"EUR": 100}, "active": true}).Want(w.t, http.StatusOK)
			w.SetStock("4006381000093", 5)
			a := shippingAddress()
			a["company"] = "Reference 4242424242424241"
			out := placing(w, with("phone", map[string]any{"nine digits": "+49301234563", "thirteen": "+4917604069006"}))
			out["an EAN as SKU"] = w.Post("/orders", "", w.Key(), acceptance.Of("4006381000093", 1, "EUR"))
			out["sixteen that fail the check"] = w.Post("/orders", "", w.Key(), basket(func(b acceptance.Basket) { b["shipping_address"] = a }))
			return out
		}},
		{"N13 the same product on two lines", 201, func(w *world) replies {
			out := placing(w, with("lines", map[string]any{"two": []map[string]any{{"sku": "mug-blue", "quantity": 1}, {"sku": "mug-blue", "quantity": 2}}}))
			if !bytes.Contains(out["two"].Body, []byte(`"quantity":3`)) {
				w.t.Errorf("they are not merged: %s", out["two"].Body)
			}
			return out
		}},
		{"the last unit", 201, func(w *world) replies {
			return replies{"of four": w.Post("/orders", "", "k", acceptance.Of("tea-assam", 4, "EUR"))}
		}},
		{"sums with no decimals and with three", 201, func(w *world) replies {
			return replies{"yen": w.Post("/orders", "", "y", acceptance.Of("mug-blue", 1, "JPY")), "dinars": w.Post("/orders", "", "d", acceptance.Of("mug-blue", 1, "KWD"))}
		}},
		{"the total that was shown", 201, func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			return placing(w, with("expected_total", map[string]any{"exactly": o.Total.Amount}))
		}},
		{"a refund of exactly the rest", 201, func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.Refund(o.ID, 100, w.Key()).Want(w.t, http.StatusCreated)
			return replies{"the rest": w.Refund(o.ID, o.Total.Amount-100, w.Key())}
		}},
		{"a repeat, however it is written", 201, func(w *world) replies {
			send := func(key, media string, body []byte) acceptance.Reply {
				return w.Call(http.MethodPost, "/orders", map[string]string{"Idempotency-Key": key, "Content-Type": media}, body)
			}
			body, _ := json.Marshal(acceptance.Of("mug-blue", 1, "EUR"))
			first := send("k", "application/json", body)
			out := replies{"first": first, "key in quotes": send(`"k"`, "application/json", body), "charset": send("k", "application/json; charset=UTF-8", body),
				"spaced": send("k", "Application/JSON", indented(w.t, body)), "members in another order": send("k", "application/json", turned(w.t, body))}
			for form, r := range out {
				if !bytes.Equal(r.Body, first.Body) {
					w.t.Errorf("%s: another answer: %s", form, r.Body)
				}
			}
			if n := len(w.Visit.Evidence().Orders); n != 1 {
				w.t.Errorf("%d orders", n)
			}
			return out
		}},
		{"a body that was corrected, under the same key", 201, func(w *world) replies {
			w.Post("/orders", "", "k", basket(func(b acceptance.Basket) { b["email"] = "ada" })).Want(w.t, http.StatusUnprocessableEntity, "email_invalid")
			w.Post("/orders", "", "k", []byte("{")).Want(w.t, http.StatusBadRequest, "invalid_json")
			return replies{"then": w.Post("/orders", "", "k", acceptance.Of("mug-blue", 1, "EUR"))}
		}},
		{"another try after a decline", 201, func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.Card(w.Pay(o.ID, "embedded"), acceptance.Declined)
			_, r := w.TryPay(o.ID, "hosted", w.Key())
			return replies{"then": r}
		}},
		{"a page of return opened twice", 303, func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			p := w.Pay(o.ID, "hosted")
			path := "/orders/" + string(o.ID) + "/payments/" + string(p.ID) + "/return"
			return replies{"once": w.Call(http.MethodGet, path, nil, nil), "twice": w.Call(http.MethodGet, path, nil, nil)}
		}},
		{"looking with a body, or without an origin", 200, func(w *world) replies {
			return replies{"a body": w.Call(http.MethodGet, "/products", nil, []byte("{")), "no origin": w.Call(http.MethodGet, "/products/mug-blue", nil, nil)}
		}},
		{"a return page with path and query", 201, func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			return replies{"so": w.Post("/orders/"+string(o.ID)+"/payments", w.Token(o.ID), w.Key(), map[string]string{"gateway": "stripe", "mode": "hosted", "return_url": shopURL + "/a/b?c=d&e=%20#f"})}
		}},
		{"signatures of 299 s ago or ahead, of two of which one is right, and any case of the header", 200, func(w *world) replies {
			body := stripeEvent("evt_1", "invoice.paid", `{"id":"in_1","object":"invoice"}`)
			right := w.signedAt(0, body)["Stripe-Signature"]
			return replies{"ago": w.sign(body, w.signedAt(299*time.Second, body)), "ahead": w.sign(body, w.signedAt(-299*time.Second, body)),
				"two": w.sign(body, map[string]string{"Stripe-Signature": strings.Replace(right, ",v1=", ",v1="+strings.Repeat("0", 64)+",v1=", 1)}), "capitals": w.sign(body, map[string]string{"STRIPE-SIGNATURE": right})}
		}},
	} {
		t.Run(n.input, func(t *testing.T) {
			w := open(t)
			for form, r := range n.try(w) {
				if r.Status != n.status {
					t.Errorf("%s: %d %s, want %d", form, r.Status, r.Body, n.status)
				}
			}
			if lines := w.log.errors(); lines != "" {
				t.Errorf("somebody was woken: %s", lines)
			}
			w.sound()
		})
	}
}

func indented(t *testing.T, body []byte) []byte {
	var out bytes.Buffer
	if err := json.Indent(&out, body, " ", "\t"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// turned is an object with its members the other way round.
func turned(t *testing.T, body []byte) []byte {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(body, &members); err != nil {
		t.Fatal(err)
	}
	first := members["currency"]
	delete(members, "currency")
	rest, err := json.Marshal(members)
	if err != nil {
		t.Fatal(err)
	}
	return append(append(rest[:len(rest)-1:len(rest)-1], `,"currency":`...), append(first, '}')...)
}

// during is the way to the gateways, with something done while the first call is under way.
type during struct {
	http.RoundTripper
	once *sync.Once
	do   func()
}

// RoundTrip is http.RoundTripper's.
func (d during) RoundTrip(r *http.Request) (*http.Response, error) {
	d.once.Do(d.do)
	return d.RoundTripper.RoundTrip(r)
}

func TestN9AKeyIsRefusedWhileItsFirstRequestRuns(t *testing.T) {
	var w *world
	var o acceptance.Order
	var second acceptance.Reply
	w = open(t, func(options *localshop.Options) {
		way := &sync.Once{}
		options.Give = func(_ template.Function, p localshop.Parts) localshop.Parts {
			p.Gateway = during{p.Gateway, way, func() { _, second = w.TryPay(o.ID, "hosted", "k") }}
			return p
		}
	})
	o = w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	_, first := w.TryPay(o.ID, "hosted", "k")
	first.Want(t, http.StatusCreated)
	second.Want(t, http.StatusConflict, "idempotency_in_progress")
	_, again := w.TryPay(o.ID, "hosted", "k")
	again.Want(t, http.StatusCreated)
	w.sound()
}

func TestN28TwentyRefundsAtOnceGiveBackWhatWasPaidAndNoMore(t *testing.T) {
	w := open(t, crowded)
	o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
	part := o.Total.Amount/4 + 1 // Three fit, four do not.
	answers := atOnce(20, func() acceptance.Reply { return w.Refund(o.ID, part, w.Key()) })
	if answers[http.StatusCreated] != 3 || answers[http.StatusConflict] != 17 {
		t.Errorf("%v", answers)
	}
	w.pass(time.Hour)
	w.settled()
}

func TestN39FiveDeliveriesOfOneEventAtOnceAreOne(t *testing.T) {
	w := open(t, crowded)
	body := stripeEvent("evt_1", "payment_intent.succeeded", nobodysIntent)
	answers := atOnce(5, func() acceptance.Reply { return w.sign(body, nil) })
	if answers[http.StatusOK] != 5 || len(w.kept()) != 1 {
		t.Errorf("%v, inbox %v", answers, w.kept())
	}
	w.sound()
}

// atOnce counts the answers, by status, of so many who ask at the same moment.
func atOnce(n int, ask func() acceptance.Reply) map[int]int {
	var all sync.WaitGroup
	var mu sync.Mutex
	out := map[int]int{}
	for range n {
		all.Go(func() {
			r := ask()
			mu.Lock()
			defer mu.Unlock()
			out[r.Status]++
		})
	}
	all.Wait()
	return out
}
