package gatewaytest

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

var webhookCases = []testCase{
	{name: "a payment is announced with our references", run: inModes(func(b *bench, mode payment.Mode) {
		a, f := b.paid(mode, Pays)
		events := b.events(payment.AboutPayment)
		i := slices.IndexFunc(events, func(e payment.Event) bool { return e.Intent == f.Intent })
		if i < 0 {
			b.Fatalf("none of %+v is about %s", events, f.Intent)
		}
		e := events[i]
		if e.Order != order && e.Order != "" || e.Attempt != a.ID { // A gateway may have room for one reference of ours only.
			b.Errorf("got %+v", e)
		}
		equal(b, "amount", e.Amount, euros.Minor())
		equal(b, "currency", e.Currency, "EUR")
		equal(b, "account", e.Account, "")
		if e.Created.Before(b.Now().Add(-time.Hour)) || e.Created.After(b.Now()) || e.BodySHA256 == "" || e.Object == "" {
			b.Errorf("got %+v", e)
		}
	})},
	{name: "a declined card is announced", needs: tells, run: inModes(func(b *bench, mode payment.Mode) {
		a, started := b.begun(mode, "pay_1", euros)
		_ = b.pay(a, started, Declined)
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID })
	})},
	{name: "a page that ran out is announced", needs: pagesEnd, run: func(b *bench) {
		a, _ := b.begun(payment.Hosted, "pay_1", euros)
		b.Advance(b.PageLife)
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Session == a.Session && e.Attempt == a.ID })
	}},
	{name: "a slow payment's end is announced", needs: has(Slow, SlowFails), run: inModes(func(b *bench, mode payment.Mode) {
		for _, card := range []Card{Slow, SlowFails} {
			h := b.on(b.T)
			a, started := h.begun(mode, "pay_1", euros)
			_ = h.pay(a, started, card)
			h.Deliveries()
			h.Advance(24 * time.Hour)
			h.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Attempt == a.ID })
		}
	})},
	{name: "refunds are announced, ours and theirs, and when one comes back", run: func(b *bench) {
		a, f := b.paid(payment.Hosted, Pays)
		of := b.leadsTo(a)
		b.Deliveries()
		made := b.refund(a, "ref_1", 700)
		b.announced(payment.AboutRefund, of)
		b.RefundThem(f.Intent, 100)
		b.announced(payment.AboutRefund, of)
		if b.RefundFail != nil {
			b.RefundFail(made.Ref)
			b.announced(payment.AboutRefund, of)
		}
	}},
	{name: "a dispute is announced, and its end", needs: has(Disputes), run: func(b *bench) {
		a, _ := b.paid(payment.Hosted, Disputes)
		of := b.leadsTo(a)
		b.Advance(time.Hour)
		b.announced(payment.AboutDispute, of)
		b.Decide(b.fetch(a).Disputes[0].Ref, false)
		b.announced(payment.AboutDispute, of)
	}},
	{name: "a repeat has the same key, another event another", run: func(b *bench) {
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
	{name: "an unknown type is told, not refused", run: func(b *bench) {
		equal(b, "subject", b.verify(b.Sign(b.Alter(b.sample(), OtherType), b.Now(), Current)).Subject, payment.AboutOther)
	}},
	{name: "another API version is told, not refused", needs: changes(OtherVersion), run: func(b *bench) {
		body := b.sample()
		was := b.verify(b.Sign(body, b.Now(), Current))
		if e := b.verify(b.Sign(b.Alter(body, OtherVersion), b.Now(), Current)); e.APIVersion == was.APIVersion || e.APIVersion == "" || was.APIVersion == "" {
			b.Errorf("got %+v", e)
		}
	}},
	{name: "another account is told, or refused", needs: changes(OtherAccount), run: func(b *bench) {
		body := b.sample()
		was := b.verify(b.Sign(body, b.Now(), Current))
		other := b.Sign(b.Alter(body, OtherAccount), b.Now(), Current)
		e, err := b.Verify(other)
		if err != nil {
			b.refused(other, fault.Unreadable, "account_mismatch")
		} else if e.Account == "" || e.Key() == was.Key() {
			b.Errorf("got %+v", e)
		}
	}},
	{name: "an event of the other mode is refused", needs: changes(OtherMode), run: func(b *bench) {
		b.refused(b.Sign(b.Alter(b.sample(), OtherMode), b.Now(), Current), fault.Unreadable, "mode_mismatch")
	}},
	{name: "what is signed but no event is refused", run: func(b *bench) {
		for _, body := range []string{"null", "0", "[]", "{}", `"x"`, `{"id":"evt_1"}`, "{", strings.Repeat("[", 20000),
			`{"id":"evt_1","type":"x","livemode":false,"created":1,"data":{}}`, "\xff\xfe", string(b.sample()) + "x"} {
			b.refused(b.Sign([]byte(body), b.Now(), Current), fault.Unreadable, "invalid_event")
		}
	}},
	{name: "a warning of fraud is announced, and among the facts", needs: has(Warned), run: func(b *bench) {
		a, f := b.paid(payment.Hosted, Warned)
		equal(b, "warned at once", f.Warned, false)
		b.Deliveries()
		b.Advance(time.Hour)
		b.announced(payment.AboutPayment, func(e payment.Event) bool { return e.Intent == f.Intent })
		equal(b, "warned", b.fetch(a).Warned, true)
		found, err := b.Gateway.Find(b.Context(), f.Intent)
		if err != nil || !found.Warned {
			b.Errorf("got %+v, %v", found, err)
		}
		other, _ := b.paidAs("pay_2", payment.Hosted, Pays)
		b.Advance(time.Hour)
		equal(b, "another payment warned", b.fetch(other).Warned, false)
	}},
	{name: "256 KiB are read, and not a byte more", run: func(b *bench) {
		body := b.sample()
		full := append(slices.Clone(body), []byte(strings.Repeat(" ", 256<<10-len(body)))...)
		b.verify(b.Sign(full, b.Now(), Current))
		b.refused(b.Sign(append(full, ' '), b.Now(), Current), fault.TooLarge, "body_too_large")
	}},
}

func tells(h *Harness) bool { return h.Tells }

// changes is the need of events that can be of another kind.
func changes(c Change) func(*Harness) bool {
	return func(h *Harness) bool { return slices.Contains(h.Changes, c) }
}

// sample is the body of an event about a payment.
func (b *bench) sample() []byte {
	b.Helper()
	h := b.on(b.T)
	h.paid(payment.Hosted, Pays)
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
