package localshop_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/fault"
)

// stripeEvent is an event as Stripe writes it.
func stripeEvent(id, kind, object string) string {
	return `{"id":"` + id + `","object":"event","type":"` + kind + `","api_version":"2023-10-16","created":1772442000,"livemode":false,"data":{"object":` + object + `}}`
}

const nobodysIntent = `{"id":"pi_of_nobody","object":"payment_intent","metadata":{"order_id":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa","attempt_id":"pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"}}`

// signedAt is the header that Stripe would have sent at a time.
func (w *world) signedAt(ago time.Duration, body string) map[string]string {
	return map[string]string{"Stripe-Signature": stripesim.Signature(w.Clock.Now().Add(-ago), []byte(body), localshop.WebhookSecret)}
}

// squareSignature is what Square sends with a body.
func squareSignature(address, body string) map[string]string {
	mac := hmac.New(sha256.New, []byte("till-local-signature-key-01234567"))
	mac.Write([]byte(address + body))
	return map[string]string{"x-square-hmacsha256-signature": base64.StdEncoding.EncodeToString(mac.Sum(nil))}
}

// kept lists what the inbox says of each event.
func (w *world) kept() map[string]string {
	out := map[string]string{}
	for _, i := range w.Store.AllEvents() {
		out[i.Event.ID] = strings.TrimSpace(string(i.State) + " " + i.Reason)
	}
	return out
}

// hooks is about what gateways send, and who pretends to be one.
func hooks() []badInput {
	const body = `{"merchant_id":"MLTILLLOCAL","type":"payment.updated","event_id":"e-1","created_at":"2026-03-02T09:00:00Z","data":{}}`
	good := stripeEvent("evt_1", "payment_intent.succeeded", nobodysIntent)
	return []badInput{
		{"N35 Stripe: signatures that are none, or another's", 400, "signature_invalid", func(w *world) replies {
			right := w.signedAt(0, good)["Stripe-Signature"]
			stamp, mac, _ := strings.Cut(right, ",")
			mac, _, _ = strings.Cut(mac, ",v0=")
			out := replies{"a byte more": w.sign(good+" ", map[string]string{"Stripe-Signature": right}), "an empty body": w.sign("", map[string]string{})}
			for form, header := range map[string]string{"no time": mac, "v0 only": stamp + ",v0=" + strings.TrimPrefix(mac, "v1="), "bad hex": stamp + ",v1=" + strings.Repeat("z", 64), "cut": stamp + "," + mac[:40],
				"another secret": stripesim.Signature(w.Clock.Now(), []byte(good), "whsec_of_somebody_else_0123456789"), "a time of one's own": "t=1," + mac, "empty": "", "t that is none": "t=now," + mac} {
				out[form] = w.sign(good, map[string]string{"Stripe-Signature": header})
			}
			out["no header"] = w.sign(good, map[string]string{})
			return w.nothingKept(out)
		}},
		{"N36 Stripe: signed too long ago, or too far ahead", 400, "signature_invalid", func(w *world) replies {
			return w.nothingKept(replies{"301 s ago": w.sign(good, w.signedAt(301*time.Second, good)), "301 s ahead": w.sign(good, w.signedAt(-301*time.Second, good))})
		}},
		{"N37 PayPal: certificates from elsewhere, other algorithms", 400, "signature_invalid", func(w *world) replies {
			out, calls := replies{}, w.GatewayCalls()
			for form, header := range map[string]string{"without TLS": "http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1", "another host": "https://evil.example/v1/notifications/certs/CERT-1", "an IP": "https://169.254.169.254/v1/notifications/certs/CERT-1",
				"a look-alike": "https://api.paypal.com.evil.example/certs/CERT-1", "a user": "https://api.paypal.com@evil.example/certs/CERT-1", "a port": "https://api.paypal.com:8443/certs/CERT-1", "none": "", "no URL": "::"} {
				out[form] = w.Call(http.MethodPost, "/webhooks/paypal", map[string]string{"PAYPAL-CERT-URL": header, "PAYPAL-AUTH-ALGO": "SHA256withRSA", "PAYPAL-TRANSMISSION-ID": "1",
					"PAYPAL-TRANSMISSION-TIME": w.Clock.Now().Format(time.RFC3339), "PAYPAL-TRANSMISSION-SIG": "AAAA"}, []byte(`{"id":"WH-1"}`))
			}
			if w.GatewayCalls() != calls {
				w.t.Error("a stranger's URL was called")
			}
			return w.nothingKept(out)
		}},
		{"N37 Square: signed for another address, or nothing at all", 400, "signature_invalid", func(w *world) replies {
			return w.nothingKept(replies{
				"another address": w.Call(http.MethodPost, "/webhooks/square", squareSignature(shopURL+"/webhooks/squares", body), []byte(body)),
				"an empty body":   w.Call(http.MethodPost, "/webhooks/square", squareSignature(shopURL+"/webhooks/square", ""), []byte{}),
				"no signature":    w.Call(http.MethodPost, "/webhooks/square", nil, []byte(body)),
				"a byte more":     w.Call(http.MethodPost, "/webhooks/square", squareSignature(shopURL+"/webhooks/square", body), []byte(body+" ")),
			})
		}},
		{"N38 PayPal's mock events, where no real money is taken", 200, "", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			var p struct{ Payment struct{ ID string } }
			w.Post("/orders/"+string(o.ID)+"/payments", w.Token(o.ID), w.Key(), map[string]string{"gateway": "paypal", "mode": "hosted"}).Want(w.t, http.StatusCreated).Into(w.t, &p)
			id := w.Gateways.PayPal.Mock("PAYMENT.CAPTURE.COMPLETED", string(o.ID)+"/"+p.Payment.ID)
			w.pass(10 * time.Minute)
			if got, want := w.kept()["MOCK-"+id], "ignored ignored"; got != want {
				w.t.Errorf("the inbox says %q, want %q", got, want)
			}
			w.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
			out := replies{}
			for _, d := range w.Gateways.PayPal.Deliveries() {
				if d.Event == id {
					out[fmt.Sprintf("sending %d", len(out))] = acceptance.Reply{Status: d.Status}
				}
			}
			if len(out) != 1 {
				w.t.Errorf("it was sent %d times", len(out))
			}
			return out
		}},
		{"N39 N40 N41 N46 events that are doubled, unknown or early", 200, "", func(w *world) replies {
			w.alarms = true
			dispute := stripeEvent("evt_3", "charge.dispute.created", `{"id":"dp_1","object":"dispute","payment_intent":"pi_gone"}`)
			other := strings.Replace(stripeEvent("evt_4", "payment_intent.succeeded", nobodysIntent), `"livemode"`, `"account":"acct_other","livemode"`, 1)
			newer := strings.Replace(stripeEvent("evt_5", "payment_intent.succeeded", nobodysIntent), "2023-10-16", "2031-01-01", 1)
			out := replies{}
			for form, b := range map[string]string{"of an order that nobody knows": good, "of a type that nobody knows": stripeEvent("evt_2", "invoice.paid", `{"id":"in_1","object":"invoice"}`),
				"a dispute before its payment": dispute, "of another account": other, "of another version": newer} {
				out[form] = w.sign(b, nil)
				out[form+", again"] = w.sign(b, nil)
			}
			w.pass(time.Minute)
			want := map[string]string{"evt_1": "parked unmatched_event", "evt_2": "ignored ignored", "evt_3": "parked unmatched_event", "evt_4": "ignored unmatched_event", "evt_5": "parked unmatched_event"}
			if got := w.kept(); fmt.Sprint(got) != fmt.Sprint(want) {
				w.t.Errorf("inbox %v, want %v", got, want)
			}
			return out
		}},
		{"N42 real money's events in a shop that takes none", 400, "mode_mismatch", func(w *world) replies {
			live := strings.Replace(good, `"livemode":false`, `"livemode":true`, 1)
			return w.nothingKept(replies{"live": w.sign(live, nil)})
		}},
		{"N44 N45 money that differs, or comes late", 200, "", func(w *world) replies {
			w.alarms = true
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			p := w.Pay(o.ID, "embedded")
			w.AsShop("/v1/payment_intents/"+p.Intent(), "amount", "100").Want(w.t, http.StatusOK)
			out := replies{"at the gateway": w.Confirm(p, acceptance.Pays)}
			w.pass(time.Minute)
			if got := w.StaffView(o.ID); got.PaymentStatus == "paid" || len(got.Holds) != 1 || got.Holds[0].Key != "amount_mismatch" {
				w.t.Errorf("the order is %+v", got)
			}
			late, page := w.expiredButPayable(acceptance.Of("tea-assam", 1, "EUR"))
			out["after the end"] = w.Confirm(page, acceptance.Pays)
			w.pass(time.Minute)
			w.Is(late, "fulfilling", "paid", "unfulfilled")
			return out
		}},
		{"N47 signed, but nothing that can be read", 400, "invalid_event", func(w *world) replies {
			out := replies{}
			for _, b := range []string{"{", "[]", `"x"`, "1", "null", `{"id":"evt_1"}`, `{"id":1,"object":"event"}`, strings.Repeat("[", 5000)} {
				out[fmt.Sprintf("%.20s", b)] = w.sign(b, nil)
			}
			return w.nothingKept(out)
		}},
		{"N47 more than 256 KiB", 413, "body_too_large", func(w *world) replies {
			large := strings.Repeat(" ", 256<<10+1)
			return w.nothingKept(replies{"Stripe": w.sign(large, nil), "PayPal": w.Call(http.MethodPost, "/webhooks/paypal", nil, []byte(large)), "Square": w.Call(http.MethodPost, "/webhooks/square", nil, []byte(large))})
		}},
		{"N48 a body that arrives in base64", 200, "", func(w *world) replies {
			req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, "/webhooks/stripe", strings.NewReader(good))
			if err != nil {
				w.t.Fatal(err)
			}
			req.Header.Set("Stripe-Signature", w.signedAt(0, good)["Stripe-Signature"])
			req.Header.Set("Content-Type", "application/octet-stream") // Which the HTTP API hands over in base64.
			return replies{"the right signature": serve(w.Cloud.API(""), req)}
		}},
	}
}

// nothingKept makes sure that what was refused has left nothing behind.
func (w *world) nothingKept(out replies) replies {
	if got := w.kept(); len(got) > 0 {
		w.t.Errorf("the inbox holds %v", got)
	}
	return out
}

// inside is what our own cloud hands us when something is wrong with it.
func inside() []badInput {
	return []badInput{
		{"N49 a store that is down", 503, "dependency_unavailable", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.tricks.store = func(string, bool) error { return fault.New(fault.Unavailable, "store", "dependency_unavailable", "") }
			event := stripeEvent("evt_1", "payment_intent.succeeded", nobodysIntent)
			_, pay := w.TryPay(o.ID, "hosted", "p")
			_, view := w.TryView(o.ID)
			out := replies{"an order": w.Post("/orders", "", "k", acceptance.Of("mug-blue", 1, "EUR")), "a payment": pay, "looking": view, "cancelling": w.Cancel(o.ID), "products": w.Call(http.MethodGet, "/products", nil, nil),
				"a webhook": w.sign(event, nil), "a refund": w.Refund(o.ID, 1, "r"), "stock": w.TrySetStock("mug-blue", 1)}
			w.tricks.store = nil
			w.Post("/orders", "", "k", acceptance.Of("mug-blue", 1, "EUR")).Want(w.t, http.StatusCreated) // The same key asks again.
			w.sign(event, nil).Want(w.t, http.StatusOK)
			return out
		}},
		{"N49 a gateway that is down", 503, "dependency_unavailable", func(w *world) replies {
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.Trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
			_, pay := w.TryPay(o.ID, "hosted", "p")
			w.Trouble(stripesim.Faults{})
			_, again := w.TryPay(o.ID, "hosted", "p")
			again.Want(w.t, http.StatusCreated)
			return replies{"a payment": pay}
		}},
		{"N51 messages of which some can never be used", 200, "", func(w *world) replies {
			w.alarms = true
			w.sign(stripeEvent("evt_1", "payment_intent.succeeded", nobodysIntent), nil).Want(w.t, http.StatusOK)
			for _, message := range []string{"", "{", "null", `{"v":99,"event":"x"}`, `{"v":1}`, strings.Repeat("x", 1000)} {
				for _, queue := range w.Cloud.State().Queues {
					if !strings.Contains(queue.Name, "Dead") && message != "" {
						if _, err := w.Cloud.SendMessage(w.t.Context(), queue.URL, message); err != nil {
							w.t.Fatal(err)
						}
					}
				}
			}
			o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
			w.pass(10 * time.Minute)
			w.Is(o, "fulfilling", "paid", "unfulfilled") // What is good goes on beside it.
			return replies{}
		}},
		{"N52 a task's token that was used", 409, "order_state_conflict", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.Ship(o.ID, "JD0140").Want(w.t, http.StatusCreated)
			return replies{"shipping again": w.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/shipments", "", map[string]any{"carrier": "DHL", "tracking_number": "JD0141"})}
		}},
		{"N52 a task's token that expired", 409, "order_on_hold", func(w *world) replies {
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.pass(31 * 24 * time.Hour)
			w.wantExecutions(map[asl.Status]int{asl.Failed: 1}) // Of which the alarm ExecutionsFailed tells.
			return replies{"shipping what nobody shipped for thirty days": w.AsStaff(http.MethodPost, "/staff/orders/"+string(o.ID)+"/shipments", "",
				map[string]any{"carrier": "DHL", "tracking_number": "JD0140"})}
		}},
		{"N53 records of the stream that say nothing", 200, "", func(w *world) replies {
			for _, image := range []string{`{"pk":{"S":"x"},"sk":{"S":"y"}}`, `{"pk":{"S":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa"},"sk":{"S":"CHANGE#000001"}}`,
				`{"pk":{"S":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa"},"sk":{"S":"CHANGE#000001"},"v":{"N":"99"},"body":{"S":"{"}}`, `{"pk":{"S":"\u0000"},"sk":{"S":"CHANGE#"},"messages":{"S":"[]"}}`} {
				if err := w.Cloud.StreamRecord("OrdersTable", []byte(image)); err != nil {
					w.t.Fatal(err)
				}
			}
			o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
			w.pass(time.Minute)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
			return replies{}
		}},
	}
}
