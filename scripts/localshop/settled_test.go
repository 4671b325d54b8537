package localshop_test

import (
	"fmt"
	"maps"
	"time"

	"till/scripts/localcloud/asl"
	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/payment"
)

// settled checks what must hold once nothing more happens by itself, besides all that holds always.
func (w *world) settled() {
	w.t.Helper()
	w.sound()
	running := map[string]bool{}
	for _, e := range w.Cloud.Machines.Executions(100_000) {
		running[e.Name] = e.Status == asl.Running
	}
	for _, s := range w.stories() {
		if broken := s.unlikeGateway(); broken != "" {
			w.t.Errorf("I4 LedgerEqualsGateway: %s (%s): %s", s.r.ID, s.r.Status, broken)
		}
		if broken := w.stuck(s, running[fmt.Sprintf("%s-%d", s.r.ID, s.r.Try)]); broken != "" {
			w.t.Errorf("I6 Terminal: %s (%s): %s", s.r.ID, s.r.Status, broken)
		}
		if len(s.r.Owed) > 0 {
			w.t.Errorf("I15 NothingLost: %s: mails owed: %v", s.r.ID, s.r.Owed)
		}
	}
	w.eventsOnce()
	if errors := w.log.errors(); errors != "" && !w.alarms {
		w.t.Errorf("the log would wake someone:\n%s", errors)
	}
}

// unlikeGateway compares the order and its postings with the gateway's books.
func (s story) unlikeGateway() string {
	var postings []ledger.Posting
	for _, c := range s.changes {
		postings = append(postings, c.Postings...)
	}
	var pending, disputed int64
	for _, f := range s.r.Refunds {
		if f.State == payment.RefundPending {
			pending += f.Amount
		}
	}
	for _, d := range s.r.Disputes {
		if d.Open || d.Lost {
			disputed += d.Amount
		}
	}
	clearing := ledger.Balances(postings)[ledger.GatewayClearing]
	if s.r.Captured() != s.book.Captured || s.r.Refunded() != s.book.Refunded || pending != s.book.RefundsPending || disputed != s.book.Disputed ||
		clearing != s.book.Captured-s.book.Refunded {
		return fmt.Sprintf("captured %d, refunded %d, pending %d, disputed %d, clearing %d; gateway: %+v",
			s.r.Captured(), s.r.Refunded(), pending, disputed, clearing, s.book)
	}
	return ""
}

// stuck: an order has ended, or waits for people, and the machine waits with it; nothing of a past moment is still to come.
func (w *world) stuck(s story, running bool) string {
	if due := s.r.Due; !due.IsZero() && due.Before(w.Clock.Now().Add(-2*time.Minute)) {
		return "overdue since " + due.String()
	}
	switch waits := s.r.Status == order.Fulfilling; {
	case s.r.Status.Payable() && w.Clock.Now().After(s.r.ExpiresAt.Add(time.Hour)) && s.r.Captured() == 0:
		return "unpaid, and not expired"
	case s.r.Status == order.Confirmed && len(s.r.Holds) == 0 && w.Clock.Now().After(s.r.PlacedAt.Add(24*time.Hour)):
		return "nobody carries it"
	case waits && len(s.r.Holds) == 0 && !running && !w.stopped:
		return "no machine waits with it"
	case !waits && running && w.Clock.Now().After(s.changes[len(s.changes)-1].At.Add(time.Hour)):
		return "a machine still runs"
	}
	return ""
}

// eventsOnce is I5: what was answered with 2xx is in the inbox, and settled or parked for a reason.
func (w *world) eventsOnce() {
	w.t.Helper()
	known := map[string]bool{}
	for _, i := range w.Store.AllEvents() {
		known[i.Event.ID] = true
		if !i.State.Settled() && (i.State != "parked" || i.Reason == "" || i.Due.IsZero()) {
			w.t.Errorf("I5 EventOnce: %s %s is %s %q, due %s", i.Event.Type, i.Event.ID, i.State, i.Reason, i.Due)
		}
	}
	for _, d := range w.Stripe.Deliveries() {
		if d.Status/100 == 2 && !known[d.Event] {
			w.t.Errorf("I5 EventOnce: %s %s was acknowledged and is not in the inbox", d.Type, d.Event)
		}
	}
	for _, q := range w.Cloud.State().Queues {
		if q.Visible+q.InFlight+q.Delayed > 0 && !w.alarms {
			w.t.Errorf("I15 NothingLost: %s still holds %d messages", q.Name, q.Visible+q.InFlight+q.Delayed)
		}
	}
}

// stock is what is counted of a product.
func (w *world) stock(sku string) catalog.Stock {
	w.t.Helper()
	s, err := w.Store.Stock(w.t.Context(), skuOf(sku))
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// mailed counts the mails by the beginning of their key: order, kind.
func (w *world) mailed(id order.ID, kind string) int {
	n := 0
	for _, m := range w.Mails.All() {
		if len(m.Key) > len(id)+len(kind)+2 && m.Key[:len(id)+len(kind)+2] == string(id)+"#"+kind+"#" {
			n++
		}
	}
	return n
}

// balances sums the postings of all orders by account.
func (w *world) balances() map[ledger.Account]int64 {
	var all []ledger.Posting
	for _, s := range w.stories() {
		for _, c := range s.changes {
			all = append(all, c.Postings...)
		}
	}
	out := ledger.Balances(all)
	maps.DeleteFunc(out, func(_ ledger.Account, minor int64) bool { return minor == 0 })
	return out
}
