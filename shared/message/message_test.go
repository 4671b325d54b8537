package message_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/message"
	"till/shared/order"
)

func messagesComeBack(t *rapid.T) {
	key := rapid.StringMatching(`[a-z#_A-Z0-9"\\]{1,80}`).Draw(t, "key")
	id := order.IDFor(rapid.String().Draw(t, "order"))
	n, kind := rapid.IntRange(1, 1_000_000).Draw(t, "n"), rapid.StringMatching(`[a-z_]{1,40}`).Draw(t, "kind")
	if got, err := message.ReadEvent(message.ForEvent(key)); err != nil || got != (message.Event{V: 1, Event: key}) {
		t.Fatalf("%q came back as %+v, %v", key, got, err)
	}
	if got, err := message.ReadFulfillment(message.ForFulfillment(id, n)); err != nil || got != (message.Fulfillment{V: 1, Order: id, Try: n}) {
		t.Fatalf("%s, %d came back as %+v, %v", id, n, got, err)
	}
	if got, err := message.ReadMail(message.ForMail(id, n, kind)); err != nil || got != (message.Mail{V: 1, Order: id, Change: n, Kind: kind}) {
		t.Fatalf("%s, %d, %s came back as %+v, %v", id, n, kind, got, err)
	}
	revoke := rapid.Bool().Draw(t, "revoke")
	if got, err := message.ReadMail(message.ForLink(id, kind, revoke)); err != nil || got != (message.Mail{V: 1, Order: id, Index: kind, Revoke: revoke}) {
		t.Fatalf("%s, %s, %t came back as %+v, %v", id, kind, revoke, got, err)
	}
}

func TestMessages(t *testing.T) { rapid.Check(t, messagesComeBack) }
func FuzzMessages(f *testing.F) { f.Fuzz(rapid.MakeFuzz(messagesComeBack)) }

func TestTheFormOnTheWire(t *testing.T) {
	for got, want := range map[string]string{
		message.ForEvent("stripe##evt_1"):         `{"v":1,"event":"stripe##evt_1"}`,
		message.ForFulfillment("ord_1", 2):        `{"v":1,"order":"ord_1","try":2}`,
		message.ForLink("ord_1", "ab", true):      `{"v":1,"order":"ord_1","index":"ab","revoke":true}`,
		message.ForMail("ord_1", 7, "order_sent"): `{"v":1,"order":"ord_1","change":7,"kind":"order_sent"}`,
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// N51: what is no message of ours is refused, and goes to the dead-letter queue.
func TestJunk(t *testing.T) {
	read := map[string]func(string) error{
		"event":       func(body string) error { _, err := message.ReadEvent(body); return err },
		"fulfillment": func(body string) error { _, err := message.ReadFulfillment(body); return err },
		"mail":        func(body string) error { _, err := message.ReadMail(body); return err },
	}
	every := []string{"", "{", "null", "[]", "7", `"x"`, "{}", `{"v":1}`, `{"v":1}{"v":1}`, "\xff", `{"v":"1"}`,
		`{"v":2,"event":"e","order":"o","try":1,"change":1,"kind":"k"}`, `{"event":"e","order":"o","try":1,"change":1,"kind":"k"}`}
	own := map[string][]string{
		"event":       {`{"v":1,"event":""}`, `{"v":1,"event":7}`},
		"fulfillment": {`{"v":1,"order":"o"}`, `{"v":1,"order":"o","try":0}`, `{"v":1,"order":"","try":1}`, `{"v":1,"order":"o","try":-1}`, `{"v":1,"order":"o","try":1.5}`},
		"mail": {`{"v":1,"order":"o","change":1}`, `{"v":1,"order":"o","kind":"k"}`, `{"v":1,"change":1,"kind":"k"}`,
			`{"v":1,"order":"o","change":0,"kind":"k"}`, `{"v":1,"order":"o","change":1,"kind":"k","index":"i"}`, `{"v":1,"order":"o","change":1,"kind":"k","revoke":true}`,
			`{"v":1,"order":"o","revoke":true}`, `{"v":1,"index":"i"}`, `{"v":1,"order":"o","index":"` + strings.Repeat("i", 129) + `"}`},
	}
	for name, do := range read {
		for _, body := range append(every, own[name]...) {
			if err := do(body); fault.Code(err) != "message_invalid" || !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %q was read: %v", name, body, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(`{"v":1,"order":"ord_1","change":7,"kind":"order_sent"}`)
	f.Add(`{"v":1,"event":"e","try":3,"order":"o"}`)
	f.Fuzz(func(t *testing.T, body string) {
		if m, err := message.ReadEvent(body); err == nil && (m.V != 1 || m.Event == "") {
			t.Errorf("%q was read as %+v", body, m)
		}
		if m, err := message.ReadFulfillment(body); err == nil && (m.V != 1 || m.Order == "" || m.Try < 1) {
			t.Errorf("%q was read as %+v", body, m)
		}
		if m, err := message.ReadMail(body); err == nil && (m.V != 1 || m.Order == "" || m.Change < 1 || m.Kind == "") {
			t.Errorf("%q was read as %+v", body, m)
		}
	})
}
