package localshop_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
)

// badInput is one kind of input that cannot be taken, or not as its sender hopes, and the one answer that every form of it gets
// through the API. The names begin with the number under which this input is known.
type badInput struct {
	input  string
	status int
	code   string // "" where the answer is no problem document of ours.
	try    func(*world) replies
}

// replies are the answers to each form of an input.
type replies map[string]acceptance.Reply

// TestBadInputs sends all that may come in from shoppers, staff and gateways and is wrong.
func TestBadInputs(t *testing.T) {
	for _, b := range slices.Concat(unreadable(), keys(), baskets(), people(), payments(), credentials(), codes(), desks(), risks(), hooks(), inside()) {
		t.Run(b.input, func(t *testing.T) {
			w := open(t)
			for form, r := range b.try(w) {
				if r.Status != b.status || r.Code() != b.code {
					t.Errorf("%s: %d %s %s, want %d %s", form, r.Status, r.Code(), r.Body, b.status, b.code)
				}
				if r.Status == http.StatusTooManyRequests || r.Status == http.StatusServiceUnavailable {
					if r.Header.Get("Retry-After") == "" {
						t.Errorf("%s: nobody says when to come again", form)
					}
				}
			}
			if lines := w.log.errors(); lines != "" && !w.alarms && b.status < http.StatusInternalServerError {
				t.Errorf("somebody was woken: %s", lines)
			}
			if strings.Contains(strings.Join(w.log.list(), "\n"), "request_panicked") {
				t.Error("something panicked")
			}
			w.sound()
		})
	}
}

// TestEveryFaultOfARequestIsToldAtOnce compares the whole list, with the place of each.
func TestEveryFaultOfARequestIsToldAtOnce(t *testing.T) {
	w := open(t)
	b := basket(func(b acceptance.Basket) {
		b["lines"] = []map[string]any{{"sku": "mug-blue", "quantity": 0}, {"sku": "nothing", "quantity": 1}, {"sku": "mug-white", "quantity": "2"}}
		b["email"], b["phone"], b["colour"], b["shipping_method"] = "ada", "call me", "blue", "pigeon"
		b["discount_codes"] = []string{"NOPE"}
		address := shippingAddress()
		address["postal_code"], address["line1"], address["city/town"] = "1011", "", "x"
		b["shipping_address"] = address
	})
	var got struct {
		Code   string `json:"code"`
		Errors []struct {
			Code    string `json:"code"`
			Pointer string `json:"pointer"`
			Detail  string `json:"detail"`
		} `json:"errors"`
	}
	w.Post("/orders", "", "k", b).Want(t, http.StatusUnprocessableEntity, "validation_failed").Into(t, &got)
	var told []string
	for _, e := range got.Errors {
		told = append(told, e.Pointer+" "+e.Code)
		if e.Detail == "" {
			t.Errorf("%s %s: nobody says what would be right", e.Pointer, e.Code)
		}
	}
	slices.Sort(told)
	want := []string{
		"#/colour unknown_field", "#/discount_codes/0 coupon_invalid", "#/email email_invalid", "#/lines/0/quantity quantity_invalid",
		"#/lines/1/sku sku_unknown", "#/lines/2/quantity quantity_invalid", "#/phone phone_invalid", "#/shipping_address/city~1town unknown_field",
		"#/shipping_address/line1 address_invalid", "#/shipping_address/postal_code address_invalid", "#/shipping_method shipping_method_unknown",
	}
	if !slices.Equal(told, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// basket is a good one with something changed.
func basket(change func(acceptance.Basket)) acceptance.Basket {
	b := acceptance.Of("mug-blue", 1, "EUR")
	change(b)
	return b
}

func shippingAddress() map[string]string {
	return map[string]string{"name": "Ada Byron", "line1": "Unter den Linden 1", "city": "Berlin", "postal_code": "10117", "country": "DE"}
}

// decide puts what an admin decides about the shop in force.
func (w *world) decide(settings map[string]any) {
	w.t.Helper()
	w.Call(http.MethodPut, "/staff/settings", bearer(w.SignIn("admin")), settings).Want(w.t, http.StatusOK)
	w.pass(time.Minute) // What is a little old is offered no more.
}

// placing sends each basket as an order, under a key of its own.
func placing(w *world, baskets map[string]any) replies {
	out := replies{}
	for form, b := range baskets {
		out[form] = w.Post("/orders", "", w.Key(), b)
	}
	return out
}

// with makes a basket for each value of a member.
func with(member string, values map[string]any) map[string]any {
	out := map[string]any{}
	for form, v := range values {
		out[form] = basket(func(b acceptance.Basket) { b[member] = v })
	}
	return out
}

// raw is a good order's JSON with something replaced in its text.
func raw(old, with string) []byte {
	text, _ := json.Marshal(acceptance.Of("mug-blue", 1, "EUR"))
	return bytes.Replace(text, []byte(old), []byte(with), 1)
}

// unreadable is what is refused before anyone looks at what it means.
func unreadable() []badInput {
	posts := func(w *world, bodies map[string]any, media string) replies {
		out := replies{}
		o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
		for _, path := range []string{"/orders", "/quotes", "/orders/" + string(o.ID) + "/payments"} {
			for form, body := range bodies {
				header := map[string]string{"Idempotency-Key": w.Key(), "Authorization": "Bearer " + w.Token(o.ID), "Content-Type": media}
				out[path+" "+form] = w.Call(http.MethodPost, path, header, body)
			}
		}
		return out
	}
	return []badInput{
		{"N1 an empty body", 400, "invalid_json", func(w *world) replies {
			return posts(w, map[string]any{"empty": []byte{}, "white": []byte(" \n")}, "application/json")
		}},
		{"N2 JSON that is cut, followed, doubled or none", 400, "invalid_json", func(w *world) replies {
			return posts(w, map[string]any{
				"cut": []byte(`{"currency":"EUR"`), "text behind": []byte(`{} x`), "two values": []byte(`{}{}`), "NaN": []byte(`{"expected_total":NaN}`),
				"repeated member": raw(`"currency":"EUR"`, `"currency":"EUR","currency":"EUR"`), "comment": []byte(`{/**/}`), "single quotes": []byte(`{'a':1}`),
				"repeated deep inside": raw(`"city":"Berlin"`, `"city":"Berlin","city":"Berlin"`), "byte order mark": []byte("\ufeff{}"),
			}, "application/json")
		}},
		{"N3 more than 64 KiB", 413, "body_too_large", func(w *world) replies {
			return posts(w, map[string]any{"one byte too many": []byte(strings.Repeat(" ", 64<<10+1)), "a megabyte": []byte(strings.Repeat("a", 1<<20))}, "application/json")
		}},
		{"N3 nested ten thousand deep", 400, "invalid_json", func(w *world) replies {
			return posts(w, map[string]any{"lists": []byte(strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)),
				"objects": []byte(strings.Repeat(`{"a":`, 10_000) + "1" + strings.Repeat("}", 10_000))}, "application/json")
		}},
		{"N4 another media type or charset", 415, "unsupported_media_type", func(w *world) replies {
			out := replies{}
			for _, media := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/json; charset=utf-16",
				"application/json; charset=iso-8859-1", "application/problem+json", "application/json, text/plain", "json", ";"} {
				for form, r := range posts(w, map[string]any{"": []byte(`{}`)}, media) {
					out[media+form] = r
				}
			}
			return out
		}},
		{"N4 bytes that are no UTF-8", 400, "invalid_encoding", func(w *world) replies {
			return posts(w, map[string]any{"latin1": raw("Berlin", "K\xf6ln"), "overlong": raw("Berlin", "\xc0\xaf"), "half a surrogate": raw("Berlin", "\xed\xa0\x80"),
				"cut": raw("Berlin", "\xe2\x82"), "an escape of half a surrogate": []byte(`{"currency":"\ud800"}`)}, "application/json")
		}},
		{"N5 members that nobody knows or that are the shop's", 422, "unknown_field", func(w *world) replies {
			bodies := map[string]any{}
			for _, member := range []string{"total", "status", "payment_status", "id", "Lines", "LINES", "customer", "__proto__", ""} {
				bodies[member] = basket(func(b acceptance.Basket) { b[member] = 1 })
			}
			bodies["unit_price"] = basket(func(b acceptance.Basket) {
				b["lines"] = []map[string]any{{"sku": "mug-blue", "quantity": 1, "unit_price": 1}}
			})
			bodies["in the address"] = basket(func(b acceptance.Basket) {
				a := shippingAddress()
				a["postcode"] = "10117"
				b["shipping_address"] = a
			})
			return placing(w, bodies)
		}},
	}
}

// keys is about Idempotency-Key.
func keys() []badInput {
	placed := func(w *world, keys map[string]string) replies {
		out := replies{}
		for form, key := range keys {
			out[form] = w.Call(http.MethodPost, "/orders", map[string]string{"Idempotency-Key": key}, acceptance.Of("mug-blue", 1, "EUR"))
		}
		return out
	}
	return []badInput{
		{"N6 no key", 400, "idempotency_key_missing", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			return replies{
				"an order":   w.Post("/orders", "", "", acceptance.Of("mug-blue", 1, "EUR")),
				"a payment":  w.Post("/orders/"+string(o.ID)+"/payments", w.Token(o.ID), "", map[string]string{"gateway": "stripe", "mode": "hosted"}),
				"a refund":   w.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", "", map[string]any{"amount": 1}),
				"some other": w.Call(http.MethodPost, "/orders", map[string]string{"X-Idempotency-Key": "k"}, acceptance.Of("mug-blue", 1, "EUR")),
			}
		}},
		{"N7 a key that is none", 400, "idempotency_key_invalid", func(w *world) replies {
			return placed(w, map[string]string{"empty": "", "256 characters": strings.Repeat("k", 256), "a control character": "a\x01b", "sent twice": "a, a",
				"empty in quotes": `""`, "quotes that do not close": `"a`, "no ASCII": "schlüssel", "a tab inside": "a\tb"})
		}},
		{"N8 a key again with another body", 422, "idempotency_key_reused", func(w *world) replies {
			w.Post("/orders", "", "k", acceptance.Of("mug-blue", 1, "EUR")).Want(w.t, http.StatusCreated)
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.TryPay(o.ID, "hosted", "p")
			_, otherMode := w.TryPay(o.ID, "embedded", "p")
			return replies{
				"more of it": w.Post("/orders", "", "k", acceptance.Of("mug-blue", 2, "EUR")), "another product": w.Post("/orders", "", "k", acceptance.Of("mug-white", 1, "EUR")),
				"not even a good one": w.Post("/orders", "", "k", map[string]any{}), "another way to pay": otherMode,
			}
		}},
	}
}

// baskets is about what is ordered, and for how much.
func baskets() []badInput {
	line := func(sku string, quantity any) []map[string]any {
		return []map[string]any{{"sku": sku, "quantity": quantity}}
	}
	return []badInput{
		{"N10 no lines, or more than fifty", 422, "lines_invalid", func(w *world) replies {
			many := make([]map[string]any, 51)
			for i := range many {
				many[i] = map[string]any{"sku": fmt.Sprintf("sku-%d", i), "quantity": 1}
			}
			return placing(w, with("lines", map[string]any{"none": []any{}, "fifty-one": many, "null": nil, "an object": map[string]any{}, "a word": "mug-blue", "words": []string{"mug-blue"}}))
		}},
		{"N11 quantities that are none", 422, "quantity_invalid", func(w *world) replies {
			values := map[string]any{}
			for form, q := range map[string]any{"zero": 0, "minus one": -1, "a half": 1.5, "a text": "2", "a milliard": 1_000_000_000, "over int64": json.Number("9223372036854775808"),
				"an exponent": json.Number("1e0"), "with a point": json.Number("1.0"), "null": nil, "true": true, "left out": nil} {
				values[form] = line("mug-blue", q)
			}
			values["left out"] = []map[string]any{{"sku": "mug-blue"}}
			values["too many together"] = []map[string]any{{"sku": "mug-blue", "quantity": 10_000}, {"sku": "mug-blue", "quantity": 1}}
			return placing(w, with("lines", values))
		}},
		{"N12 products that are not there, or not any more", 422, "sku_unknown", func(w *world) replies {
			w.AsStaff(http.MethodPut, "/staff/products/old", "", map[string]any{"name": "Old", "prices": map[string]int{"EUR": 100}, "active": false}).Want(w.t, http.StatusOK)
			w.AsStaff(http.MethodPut, "/staff/products/far", "", map[string]any{"name": "Far", "prices": map[string]int{"USD": 100}, "active": true}).Want(w.t, http.StatusOK)
			return placing(w, with("lines", map[string]any{"unknown": line("nothing", 1), "inactive": line("old", 1), "not in this currency": line("far", 1), "empty": line("", 1),
				"other letters": line("MUG-BLUE", 1), "a path": line("../mug-blue", 1), "a line break": line("mug-blue\n", 1), "long": line(strings.Repeat("m", 65), 1)}))
		}},
		{"N14 more than there is", 409, "out_of_stock", func(w *world) replies {
			return placing(w, with("lines", map[string]any{"one too many": line("tea-assam", 5), "of two": []map[string]any{{"sku": "mug-blue", "quantity": 1}, {"sku": "tea-assam", "quantity": 5}},
				"on two lines": []map[string]any{{"sku": "tea-assam", "quantity": 4}, {"sku": "tea-assam", "quantity": 1}}}))
		}},
		{"N15 another total than was shown", 409, "price_changed", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			out := placing(w, with("expected_total", map[string]any{"a cent less": o.Total.Amount - 1, "a cent more": o.Total.Amount + 1, "nothing": 0, "minus": -o.Total.Amount}))
			for form, r := range out {
				if !bytes.Contains(r.Body, []byte(`"quote"`)) || !bytes.Contains(r.Body, []byte(`"#/expected_total"`)) {
					w.t.Errorf("%s: no new quote in %s", form, r.Body)
				}
			}
			return out
		}},
		{"N16 currencies that are none, or not this shop's", 422, "currency_invalid", func(w *world) replies {
			out := placing(w, with("currency", map[string]any{"XXX": "XXX", "small": "eur", "not enabled": "SEK", "empty": "", "a number": 978, "a sign": "€", "null": nil}))
			out["of the list"] = w.Call(http.MethodGet, "/products?currency=eur", nil, nil)
			out["of a product"] = w.Call(http.MethodGet, "/products/mug-blue?currency=SEK", nil, nil)
			return out
		}},
		{"N16 less than a gateway charges", 422, "amount_too_small", func(w *world) replies {
			free := map[string]int64{"EUR": 0, "USD": 0, "JPY": 0}
			w.decide(map[string]any{"payments": map[string]any{"gateways": []string{"stripe"}}, // The others take less.
				"currencies": []string{"EUR", "USD", "JPY"}, "delivery": map[string]any{"methods": []any{map[string]any{"id": "mail", "name": "Mail", "days": "1", "prices": free}}},
				"tax": map[string]any{"home_country": "DE", "rates": map[string]int64{}}})
			bodies := map[string]any{}
			for currency, minor := range map[string]int64{"EUR": 49, "USD": 49, "JPY": 49} {
				sku := "least-" + strings.ToLower(currency)
				w.AsStaff(http.MethodPut, "/staff/products/"+sku, "", map[string]any{"name": "Pin", "prices": map[string]int64{currency: minor}, "active": true}).Want(w.t, http.StatusOK)
				w.SetStock(sku, 1)
				bodies[currency] = basket(func(b acceptance.Basket) {
					b["currency"], b["lines"], b["shipping_method"] = currency, line(sku, 1), "mail"
				})
			}
			return placing(w, bodies)
		}},
		{"N17 sums that no number holds", 422, "amount_out_of_range", func(w *world) replies {
			price := map[string]any{"name": "Gold", "prices": map[string]int64{"EUR": 9_000_000_000_000_000, "JPY": 9_000_000_000_000_000, "KWD": 9_000_000_000_000_000}, "active": true}
			w.AsStaff(http.MethodPut, "/staff/products/gold", "", price).Want(w.t, http.StatusOK)
			w.SetStock("gold", 10_000)
			bodies := with("lines", map[string]any{"ten thousand": line("gold", 10_000)})
			for _, currency := range []string{"JPY", "KWD"} {
				bodies[currency] = basket(func(b acceptance.Basket) { b["lines"], b["currency"] = line("gold", 10_000), currency })
			}
			return placing(w, bodies)
		}},
		{"N23 codes that cannot be used", 422, "coupon_invalid", func(w *world) replies {
			return placing(w, with("discount_codes", map[string]any{"unknown": []string{"NOPE-NOPE"}, "empty": []string{""}, "no list": "NOPE-NOPE", "numbers": []int{1}}))
		}},
		{"N23 codes that are over, not yet valid, used up, or of another currency", 422, "coupon_invalid", func(w *world) replies {
			discount := func(id string, more map[string]any) map[string]any {
				out := map[string]any{"id": id, "name": "Ten per cent", "code": strings.ToUpper(id), "kind": "percentage", "rate": 10_000}
				maps.Copy(out, more)
				return out
			}
			w.decide(map[string]any{"discounts": []any{
				discount("over", map[string]any{"until": "2026-03-02T09:00:00Z"}), discount("later", map[string]any{"from": "2027-03-02T09:00:00Z"}),
				discount("once", map[string]any{"limit": 1}), discount("each", map[string]any{"per_customer": 1}),
				map[string]any{"id": "yen", "name": "Yen", "code": "YEN", "kind": "amount", "amounts": map[string]int64{"JPY": 100}},
			}})
			for _, code := range []string{"ONCE", "EACH"} {
				w.Place(basket(func(b acceptance.Basket) { b["discount_codes"] = []string{code} }))
			}
			return placing(w, with("discount_codes", map[string]any{"over": []string{"OVER"}, "later": []string{"LATER"}, "used up": []string{"ONCE"},
				"used by this customer": []string{"EACH"}, "of another currency": []string{"YEN"}}))
		}},
	}
}

// people is about who orders, and where to.
func people() []badInput {
	address := func(member string, values map[string]string) map[string]any {
		out := map[string]any{}
		for form, v := range values {
			a := shippingAddress()
			a[member] = v
			out[form] = basket(func(b acceptance.Basket) { b["shipping_address"] = a })
		}
		return out
	}
	return []badInput{
		{"N18 e-mail addresses that are none, or two", 422, "email_invalid", func(w *world) replies {
			return placing(w, with("email", map[string]any{"CRLF": "ada@example.com\r\nBcc: eve@example.com", "two @": "ada@@example.com", "two addresses": "ada@example.com,eve@example.com",
				"long": strings.Repeat("a", 243) + "@example.com", "mixed scripts": "ada@exаmple.com", "no @": "ada.example.com", "empty": "", "a name with it": "Ada <ada@example.com>",
				"no domain": "ada@", "an IP address": "ada@[127.0.0.1]", "a space": "a da@example.com", "null": nil, "a number": 1, "right to left": "ada\u202e@example.com"}))
		}},
		{"N19 addresses where no mail arrives", 422, "address_invalid", func(w *world) replies {
			bodies := map[string]any{}
			for member, values := range map[string]map[string]string{
				"country":     {"ZZ": "ZZ", "small": "de", "of three letters": "DEU", "empty": "", "the name": "Germany"},
				"postal_code": {"of another country": "SW1A 1AA", "short": "1011", "empty": "", "letters": "ABCDE"},
				"line1": {"10 kB": strings.Repeat("Unter den Linden ", 600), "control": "Unter\x07den Linden", "new line": "Unter\nden Linden", "bidi override": "Unter \u202eden Linden",
					"bidi isolate": "Unter \u2066den Linden", "empty": "", "only white": " \u00a0"},
				"name": {"control": "Ada\x00Byron", "bidi": "Ada \u202dByron", "empty": "", "long": strings.Repeat("Ada ", 26), "line separator": "Ada\u2028Byron"},
				"city": {"empty": "", "escape": "Berlin\x1b[31m"},
			} {
				for form, body := range address(member, values) {
					bodies[member+" "+form] = body
				}
			}
			a := shippingAddress()
			a["line1"] = "Postfach 12 34"
			bodies["a courier to a box"] = basket(func(b acceptance.Basket) { b["shipping_address"], b["shipping_method"] = a, "express" })
			bodies["none"] = basket(func(b acceptance.Basket) { delete(b, "shipping_address") })
			bodies["a text"] = basket(func(b acceptance.Basket) { b["shipping_address"] = "Berlin" })
			bodies["null"] = basket(func(b acceptance.Basket) { b["shipping_address"] = nil })
			bodies["the bill's"] = basket(func(b acceptance.Basket) { b["billing_address"] = map[string]string{"country": "DE"} })
			bodies["a state that is none"] = basket(func(b acceptance.Basket) {
				b["shipping_address"] = map[string]string{"name": "Ada Byron", "line1": "1 Main St", "city": "Springfield", "region": "ZZ", "postal_code": "62701", "country": "US"}
			})
			return placing(w, bodies)
		}},
		{"N20 card data in any field", 422, "card_data_rejected", func(w *world) replies {
			bodies := map[string]any{"cvv": basket(func(b acceptance.Basket) { b["cvv"] = "123" }), "cvc": basket(func(b acceptance.Basket) { b["cvc"] = 123 }),
				"card object": basket(func(b acceptance.Basket) { b["card"] = map[string]any{"number": "4242424242424242", "cvc": "123"} }),
				"as a number": basket(func(b acceptance.Basket) { b["expected_total"] = json.Number("4242424242424242") })}
			for form, number := range map[string]string{"plain": "4242424242424242", "spaced": "4242 4242 4242 4242", "dashed": "4242-4242-4242-4242", "full width": "４２４２４２４２４２４２４２４２",
				"Arabic digits": "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", "dotted": "4242.4242.4242.4242", "zero width": "4242\u200b4242\u200b4242\u200b4242", "Amex": "3782 822463 10005", "with its date": "4242424242424242 12/34"} {
				for _, member := range []string{"email", "phone", "shipping_method", "currency"} {
					bodies[member+" "+form] = basket(func(b acceptance.Basket) { b[member] = number })
				}
				for name, b := range address("line1", map[string]string{"street " + form: "Main St " + number}) {
					bodies[name] = b
				}
			}
			out := placing(w, bodies)
			out["in the query"] = w.Call(http.MethodGet, "/products?next=4242424242424242", nil, nil)
			out["in the path"] = w.Call(http.MethodGet, "/products/4242424242424242", nil, nil)
			out["as the key"] = w.Post("/orders", "", "4242424242424242", acceptance.Of("mug-blue", 1, "EUR"))
			for form, r := range out {
				if digits := strings.NewReplacer(" ", "", "-", "").Replace(string(r.Body)); strings.Contains(digits, "42424242") {
					w.t.Errorf("%s is echoed: %s", form, r.Body)
				}
			}
			if strings.Contains(strings.Join(w.log.list(), ""), "42424242") {
				w.t.Error("a card number was logged")
			}
			return out
		}},
	}
}
