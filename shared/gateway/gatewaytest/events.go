package gatewaytest

import (
	"fmt"
	"time"

	"till/shared/payment"
)

var eventCases = []testCase{
	{name: "what webhooks told can be asked for, and is the same", run: inModes(func(b *bench, mode payment.Mode) {
		since := b.Now()
		a, _ := b.paid(mode, Pays)
		b.refund(a, "ref_1", 700)
		told := map[string]payment.Event{}
		for _, d := range b.Deliveries() {
			e := b.verify(d)
			told[e.Key()] = e
		}
		if len(told) < 2 {
			b.Fatalf("webhooks told %d events", len(told))
		}
		listed := b.listed(since)
		for key, want := range told {
			got := listed[key]
			got.BodySHA256, want.BodySHA256 = "", "" // The same event, written another time.
			equal(b, want.Type, got, want)
		}
	})},
	{name: "what never arrived can be asked for", run: inModes(func(b *bench, mode payment.Mode) {
		since := b.Now()
		b.Lose(true)
		a, _ := b.paid(mode, Pays)
		b.refund(a, "ref_1", 700)
		b.Advance(time.Minute)
		equal(b, "webhooks", len(b.Deliveries()), 0)
		b.Lose(false)
		b.Advance(time.Hour)
		about := map[payment.Subject]bool{}
		for _, e := range b.listed(since) {
			if b.leadsTo(a)(e) {
				about[e.Subject] = true
			}
		}
		if !about[payment.AboutPayment] || !about[payment.AboutRefund] {
			b.Errorf("events are about %v only", about)
		}
	})},
	{name: "only events since a time are listed", run: func(b *bench) {
		b.paid(payment.Hosted, Pays)
		b.Advance(time.Minute) // What follows a payment: its fee.
		early := b.listed(b.Now().Add(-time.Hour))
		b.Advance(time.Hour)
		since := b.Now()
		b.Advance(time.Minute)
		b.paidAs("pay_2", payment.Hosted, Pays)
		late := b.listed(since)
		for key, e := range late {
			if _, too := early[key]; too || e.Created.Before(since) {
				b.Errorf("%s of %v is listed, from %v on", e.Type, e.Created, since)
			}
		}
		all := b.listed(since.Add(-2 * time.Hour))
		if len(early) == 0 || len(late) == 0 || len(all) != len(early)+len(late) {
			b.Errorf("%d and %d events, %d in all", len(early), len(late), len(all))
		}
		equal(b, "events of tomorrow", len(b.listed(b.Now().Add(24*time.Hour))), 0)
	}},
	{name: "more events than fit a page are all listed", run: func(b *bench) {
		since := b.Now()
		for i := range 320 {
			b.paidAs(payment.AttemptID(fmt.Sprintf("pay_%d", i+1)), payment.Hosted, Pays)
			b.Advance(time.Second)
		}
		told := map[string]bool{}
		for _, d := range b.Deliveries() {
			told[b.verify(d).Key()] = true
		}
		listed := b.listed(since)
		for key := range told {
			if _, there := listed[key]; !there {
				b.Fatalf("%s is not among %d events", key, len(listed))
			}
		}
		if len(told) < 320 {
			b.Errorf("webhooks told %d events", len(told))
		}
	}},
}

// listed asks for all events since a time, page by page, by their keys.
func (b *bench) listed(since time.Time) map[string]payment.Event {
	b.Helper()
	out := map[string]payment.Event{}
	cursor := ""
	for range 1000 {
		page, next, err := b.Gateway.Events(b.Context(), since, cursor)
		if err != nil {
			b.Fatalf("events: %v", err)
		}
		for _, e := range page {
			if e.Subject == "" || e.ID == "" || e.Type == "" || e.Created.IsZero() {
				b.Errorf("got %+v", e)
			}
			out[e.Key()] = e
		}
		if next == "" {
			return out
		}
		cursor = next
	}
	b.Fatal("the pages never end")
	return nil
}
