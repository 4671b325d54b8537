package gatewaytest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var webhookCases = []testCase{
	{"a payment is announced with our references", inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		events := b.events(payment.AboutPayment)
		i := slices.IndexFunc(events, func(e payment.Event) bool { return e.Intent == f.Intent })
		if i < 0 {
			b.Fatalf("none of %+v is about %s", events, f.Intent)
		}
		e := events[i]
		equal(b, "order", e.Order, order)
		equal(b, "attempt", e.Attempt, a.ID)
		equal(b, "amount", e.Amount, euros.Minor())
		equal(b, "currency", e.Currency, "EUR")
		equal(b, "account", e.Account, "")
		if e.Created.Before(b.Now().Add(-time.Hour)) || e.Created.After(b.Now()) || e.BodySHA256 == "" || e.APIVersion == "" || e.Object == "" {
			b.Errorf("got %+v", e)
		}
	})},
	{"a declined card is announced", inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		b.Pay(started, Declined)
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID && e.Order == order })
	})},
	{"a page that ran out is announced", func(b *bench) {
		a, _ := b.begun(payment.Hosted, "pay_1", euros)
		b.Advance(b.PageLife)
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Session == a.Session && e.Attempt == a.ID })
	}},
	{"a slow payment's end is announced", inModes(func(b *bench, mode payment.Mode) {
		for _, card := range []Card{Slow, SlowFails} {
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			h.Pay(started, card)
			h.Deliveries()
			h.Advance(24 * time.Hour)
			h.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID })
		}
	})},
	{"refunds are announced, ours and theirs, and when one comes back", func(b *bench) {
		a, f := b.paid(payment.Hosted, Pays)
		of := func(e payment.Event) bool { return e.Intent == f.Intent }
		b.Deliveries()
		made := b.refund(a, "ref_1", 700)
		b.announced(payment.AboutRefund, of)
		b.RefundThem(f.Intent, 100)
		b.announced(payment.AboutRefund, of)
		b.RefundFail(made.Ref)
		b.announced(payment.AboutRefund, of)
	}},
	{"a dispute is announced, and its end", func(b *bench) {
		a, f := b.paid(payment.Hosted, Disputes)
		of := func(e payment.Event) bool { return e.Intent == f.Intent }
		b.Advance(time.Hour)
		b.announced(payment.AboutDispute, of)
		b.Decide(b.fetch(a).Disputes[0].Ref, false)
		b.announced(payment.AboutDispute, of)
	}},
	{"a repeat has the same key, another event another", func(b *bench) {
		b.paid(payment.Hosted, Pays)
		keys := map[string]string{}
		for _, d := range b.Deliveries() {
			e, again := b.verify(d), b.verify(b.Sign(d.Body, b.Now().Add(time.Minute), Current))
			equal(b, "repeat", again, e)
			if keys[e.Key()] != "" {
				b.Errorf("%s and %s have one key", keys[e.Key()], e.Type)
			}
			keys[e.Key()] = e.Type
		}
	}},
	{"another account, another version and an unknown type are told, not refused", func(b *bench) {
		body := b.sample()
		was := b.verify(b.Sign(body, b.Now(), Current))
		if e := b.verify(b.Sign(b.Alter(body, OtherAccount), b.Now(), Current)); e.Account == "" || e.Key() == was.Key() {
			b.Errorf("another account: got %+v", e)
		}
		if e := b.verify(b.Sign(b.Alter(body, OtherVersion), b.Now(), Current)); e.APIVersion == was.APIVersion || e.APIVersion == "" {
			b.Errorf("another version: got %+v", e)
		}
		equal(b, "unknown type", b.verify(b.Sign(b.Alter(body, OtherType), b.Now(), Current)).Subject, payment.AboutOther)
	}},
	{"an event of the other mode is refused", func(b *bench) {
		b.refused(b.Sign(b.Alter(b.sample(), OtherMode), b.Now(), Current), fault.Unreadable, "mode_mismatch")
	}},
	{"what is signed but no event is refused", func(b *bench) {
		for _, body := range []string{"", "null", "0", "[]", "{}", `"x"`, `{"id":"evt_1"}`, "{", strings.Repeat("[", 20000),
			`{"id":"evt_1","type":"x","livemode":false,"created":1,"data":{}}`, "\xff\xfe", string(b.sample()) + "x"} {
			b.refused(b.Sign([]byte(body), b.Now(), Current), fault.Unreadable, "invalid_event")
		}
	}},
	{"256 KiB are read, and not a byte more", func(b *bench) {
		body := b.sample()
		full := append(slices.Clone(body), []byte(strings.Repeat(" ", 256<<10-len(body)))...)
		b.verify(b.Sign(full, b.Now(), Current))
		b.refused(b.Sign(append(full, ' '), b.Now(), Current), fault.TooLarge, "body_too_large")
	}},
}

var forgeryCases = []testCase{
	{"both secrets are taken, a forger's is not", func(b *bench) {
		body := b.sample()
		b.verify(b.Sign(body, b.Now(), Current))
		b.verify(b.Sign(body, b.Now(), Previous))
		b.refused(b.Sign(body, b.Now(), Forger), fault.Unreadable, "signature_invalid")
	}},
	{"a signature's time may be off by the window, to either side", func(b *bench) {
		body := b.sample()
		for _, side := range []time.Duration{1, -1} {
			b.verify(b.Sign(body, b.Now().Add(side*(b.Window-time.Second)), Current))
			b.refused(b.Sign(body, b.Now().Add(side*(b.Window+time.Second)), Current), fault.Unreadable, "signature_invalid")
		}
	}},
	{"no header, or one of another name, is no signature", func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		b.refused(Delivery{Body: d.Body}, fault.Unreadable, "signature_invalid")
		b.refused(Delivery{Header: http.Header{"X-Signature": {"t=1,v1=00"}}, Body: d.Body}, fault.Unreadable, "signature_invalid")
	}},
	{"no byte of the body can be another, missing or more", func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		for i := range d.Body {
			for _, body := range [][]byte{with(d.Body, i, d.Body[i]^1), with(d.Body, i, d.Body[i]^0x20), slices.Delete(slices.Clone(d.Body), i, i+1),
				slices.Insert(slices.Clone(d.Body), i, ' ')} {
				b.refused(Delivery{Header: d.Header, Body: body}, fault.Unreadable, "signature_invalid")
			}
		}
	}},
	{"no byte of the signature can be another", func(b *bench) {
		d := b.Sign(b.sample(), b.Now(), Current)
		for name, values := range d.Header {
			for i := range values[0] {
				for _, flip := range []byte{1, 2, 0x20} {
					header := http.Header{name: {string(with([]byte(values[0]), i, values[0][i]^flip))}}
					b.refused(Delivery{Header: header, Body: d.Body}, fault.Unreadable, "signature_invalid")
				}
			}
		}
	}},
	{"of 10,000 altered deliveries none is accepted", func(b *bench) {
		dice := new(Dice)
		d := b.Sign(b.sample(), b.Now(), Current)
		for range 10_000 {
			altered := alter(dice, d)
			if _, err := b.Verify(altered); !fault.Is(err, fault.Unreadable) || fault.Code(err) != "signature_invalid" {
				b.Fatalf("got %v for %q and\n%s", err, altered.Header, altered.Body)
			}
		}
	}},
}

// alter changes a delivery in one to four places of body or header, never back to what it was.
func alter(dice *Dice, d Delivery) Delivery {
	out := Delivery{Header: d.Header.Clone(), Body: slices.Clone(d.Body)}
	at := dice.below(len(out.Body))
	for n := range 1 + dice.below(4) {
		switch dice.below(5) {
		case 0:
			out.Body = slices.Insert(out.Body, at, byte(dice.below(256)))
		case 1:
			out.Body = out.Body[:at]
		case 2:
			out.Body = append(out.Body, out.Body[at:]...)
		case 3:
			for name, values := range out.Header {
				i := dice.below(len(values[0]))
				out.Header[name] = []string{values[0][:i] + string(rune('0'+dice.below(10))) + values[0][i:]}
			}
		}
		if n == 0 || len(out.Body) == 0 {
			out.Body = append(out.Body, byte(dice.below(256)))
		}
		at = dice.below(len(out.Body))
	}
	return out
}

func with(bytes []byte, at int, value byte) []byte {
	out := slices.Clone(bytes)
	out[at] = value
	return out
}

// sample is the body of an event about a payment.
func (b *bench) sample() []byte {
	b.Helper()
	h := b.on(b.T)
	h.paid(payment.Embedded, Pays)
	for _, d := range h.Deliveries() {
		if e, err := h.Verify(d); err == nil && e.Subject == payment.AboutPayment {
			return d.Body
		}
	}
	b.Fatal("a payment was not announced")
	return nil
}

func (b *bench) verify(d Delivery) payment.Event {
	b.Helper()
	e, err := b.Verify(d)
	if err != nil {
		b.Fatalf("verify: %v", err)
	}
	if _, err := json.Marshal(e); err != nil {
		b.Fatalf("the event cannot be stored: %v", err)
	}
	return e
}

func (b *bench) refused(d Delivery, kind fault.Kind, code string) {
	b.Helper()
	_, err := b.Verify(d)
	if !fault.Is(err, kind) || fault.Code(err) != code {
		b.Fatalf("got %v, want %v %s for %q and\n%.300q", err, kind, code, d.Header, d.Body)
	}
}

// events verifies the webhooks since the last look and gives those about a subject.
func (b *bench) events(about payment.Subject) []payment.Event {
	b.Helper()
	var out []payment.Event
	for _, d := range b.Deliveries() {
		if e := b.verify(d); e.Subject == about {
			out = append(out, e)
		}
	}
	return out
}

func (b *bench) announced(about payment.Subject, wanted func(payment.Event) bool) {
	b.Helper()
	if events := b.events(about); !slices.ContainsFunc(events, wanted) {
		b.Errorf("nothing of the kind among %+v", events)
	}
}
