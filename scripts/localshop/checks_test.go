package localshop_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"till/scripts/acceptance"
	"till/scripts/evidence"
	"till/shared/catalog"
	"till/shared/ledger"
	"till/shared/memory"
	"till/shared/order"
)

// sound checks what must hold at every moment, in the gateway's own books as well as in ours.
func (w *world) sound() { w.t.Helper(); w.hold(false) }

// settled checks what must hold once nothing more happens by itself, besides all that holds always.
func (w *world) settled() { w.t.Helper(); w.hold(true) }

func (w *world) hold(end bool) {
	w.t.Helper()
	expect := evidence.Expect{End: end, Alarms: w.alarms, MailsTwice: w.mailsTwice, Stopped: w.stopped, Canaries: acceptance.Canaries()}
	for _, v := range evidence.Check(w.Visit.Evidence(), expect) {
		w.t.Error(v)
	}
}

// story is an order, and what the gateway knows of it.
type story struct {
	r    order.Record
	book evidence.Book
}

func (w *world) stories() []story {
	w.t.Helper()
	out := []story{}
	for _, s := range w.Visit.Evidence().Stories() {
		one := story{r: s.Stored.Record()}
		if len(s.Books) > 0 {
			one.book = s.Books[0]
		}
		out = append(out, one)
	}
	return out
}

// stock is what is counted of a product.
func (w *world) stock(sku catalog.SKU) catalog.Stock {
	w.t.Helper()
	s, err := w.Store.Stock(w.t.Context(), sku)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// mailed counts the mails of a kind about an order.
func (w *world) mailed(id order.ID, kind string) int {
	n := 0
	for _, m := range w.Mails.All() {
		if strings.HasPrefix(m.Key, string(id)+"#"+kind+"#") {
			n++
		}
	}
	return n
}

// balances sums the postings of all orders by account.
func (w *world) balances() map[ledger.Account]int64 {
	var all []ledger.Posting
	for _, o := range w.Visit.Evidence().Orders {
		for _, c := range o.Changes {
			all = append(all, c.Postings...)
		}
	}
	out := ledger.Balances(all)
	maps.DeleteFunc(out, func(_ ledger.Account, minor int64) bool { return minor == 0 })
	return out
}

// rows is what the tables hold in the clear, beside the bodies of orders and changes.
type rows struct {
	mu    sync.Mutex
	texts map[string]string
}

// watch takes note of each write before it is handed on.
func (r *rows) watch(next func(memory.Write)) func(memory.Write) {
	return func(w memory.Write) {
		r.note(w)
		next(w)
	}
}

func (r *rows) note(w memory.Write) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var text strings.Builder
	for name, value := range w.New {
		if name != "body" || w.Table != memory.Orders {
			fmt.Fprintf(&text, "%s %s\n", name, value)
		}
	}
	r.texts[fmt.Sprintf("%s %v %v", w.Table, w.Keys["pk"], w.Keys["sk"])] = text.String()
}

func (r *rows) list() []evidence.Text {
	r.mu.Lock()
	defer r.mu.Unlock()
	var out []evidence.Text
	for _, where := range slices.Sorted(maps.Keys(r.texts)) {
		out = append(out, evidence.Text{Where: where, Text: r.texts[where]})
	}
	return out
}
