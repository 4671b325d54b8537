package localshop_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/eventrows"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/shared/ledger"
	"till/shared/order"
)

// postman stands between the gateways and the shop.
type postman struct {
	holding bool
	kept    []letter
}

// letter is a webhook that was kept back.
type letter struct {
	kind, event string
	post        func() (int, error)
}

// take is localshop.Options.Webhook. What is kept back the gateway sends again a minute later, and ever more seldom.
func (p *postman) take(body []byte, post func() (int, error)) (int, error) {
	if !p.holding {
		return post()
	}
	var read struct {
		ID     string `json:"id"`
		Event  string `json:"event_id"`
		Type   string `json:"type"`
		PayPal string `json:"event_type"`
	}
	if err := json.Unmarshal(body, &read); err != nil {
		return 0, err
	}
	p.kept = append(p.kept, letter{read.Type + read.PayPal, read.ID + read.Event, post})
	return http.StatusServiceUnavailable, nil
}

// theme is the shop of one row.
type theme struct {
	*world
	row  eventrows.Row
	post *postman
	wire *wires
}

// slowly is how long slow things take at the gateways of a theme: less than the sweep waits before it asks.
const slowly = 30 * time.Second

// themed opens a shop for a row.
func themed(t *testing.T, row eventrows.Row) *theme {
	t.Helper()
	h := &theme{row: row, post: &postman{}, wire: &wires{}}
	promised := slices.Contains([]eventrows.Scene{eventrows.Promised, eventrows.TakenThere, eventrows.GivenUp}, row.Scene)
	h.world = open(t, func(o *localshop.Options) {
		o.Slow, o.Webhook = slowly, h.post.take
		if promised {
			o.Parameters = map[string]string{"CaptureMode": "manual"}
		}
		if row.Gateway == "square" && strings.Contains(string(row.Scene), "bank debit") {
			o.Square = "USD"
		}
		o.Give = func(_ template.Function, p localshop.Parts) localshop.Parts {
			h.wire.RoundTripper, p.Gateway = p.Gateway, h.wire
			return p
		}
	})
	h.wire.w = h.world
	if err := h.Gateways.Everything(shopURL); err != nil {
		t.Fatal(err)
	}
	return h
}

// begin places an order and begins its payment.
func (h *theme) begin(mode string) (acceptance.Order, acceptance.Payment) {
	h.t.Helper()
	currency := "EUR"
	if h.row.Gateway == "square" && strings.Contains(string(h.row.Scene), "bank debit") {
		currency = "USD"
	}
	o := h.Place(acceptance.Of("notebook-dot", 2, currency))
	p, r := h.TryPayBy(o.ID, h.row.Gateway, mode, h.Key())
	r.Want(h.t, http.StatusCreated)
	return o, p
}

// hold keeps everything back from now on, once all that came before has been done.
func (h *theme) hold() {
	h.t.Helper()
	if err := h.Settle(); err != nil {
		h.t.Fatal(err)
	}
	h.post.holding = true
}

// paid is an order that was paid, and of which everything is known.
func (h *theme) paid() acceptance.Order {
	h.t.Helper()
	o, p := h.begin(acceptance.Hosted)
	h.PayUp(p)
	h.pass(20 * time.Second) // Until fees are known, too.
	h.hold()
	return o
}

// charge is what an order's gateway calls its money.
func (h *theme) charge(o acceptance.Order) gatewaysim.Payment {
	h.t.Helper()
	g, err := h.Gateways.Of(h.row.Gateway)
	if err != nil {
		h.t.Fatal(err)
	}
	all := g.PaymentsOf(string(o.ID))
	if len(all) == 0 {
		h.t.Fatal("the gateway knows no payment of the order")
	}
	return all[0]
}

// must ends the test unless something went well.
func (h *theme) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// state is what an event may change.
type state struct {
	attempt, order string
	books          map[ledger.Account]int64
	holds          []string
}

func (h *theme) state(id order.ID) state {
	h.t.Helper()
	o, changes, err := h.Store.Chain(id)
	h.must(err)
	r := o.Record()
	out := state{order: string(r.Status) + ", " + r.PaymentStatus(), books: map[ledger.Account]int64{}}
	if n := len(r.Attempts); n > 0 {
		out.attempt = string(r.Attempts[n-1].State)
	}
	for _, c := range changes {
		for _, p := range c.Postings {
			out.books[p.Account] += p.Minor
		}
	}
	for _, held := range r.Holds {
		kind, _, _ := strings.Cut(held.Key, ":")
		out.holds = append(out.holds, kind)
	}
	return out
}

// between is what changed.
func between(before, after state) (e eventrows.Effect) {
	if before.attempt != after.attempt {
		e.Attempt = before.attempt + " → " + after.attempt
	}
	if before.order != after.order {
		e.Order = before.order + " → " + after.order
	}
	var moved []string
	for _, account := range slices.Sorted(maps.Keys(after.books)) {
		switch by := after.books[account] - before.books[account]; {
		case by > 0:
			moved = append(moved, "+"+string(account))
		case by < 0:
			moved = append(moved, "-"+string(account))
		}
	}
	var holds []string
	for _, k := range after.holds {
		if !slices.Contains(before.holds, k) {
			holds = append(holds, "+"+k)
		}
	}
	for _, k := range before.holds {
		if !slices.Contains(after.holds, k) {
			holds = append(holds, "-"+k)
		}
	}
	e.Books, e.Holds = strings.Join(moved, " "), strings.Join(holds, " ")
	return e
}

// deliver lets the row's event alone arrive, and gives how it ends in the inbox.
func (h *theme) deliver() string {
	h.t.Helper()
	if h.row.As != "" {
		g, err := h.Gateways.Of(h.row.Gateway)
		h.must(err)
		h.must(g.Retell(h.row.As, h.row.Type))
		h.must(h.Settle())
	}
	for i := len(h.post.kept) - 1; i >= 0; i-- {
		l := h.post.kept[i]
		if l.kind != h.row.Type {
			continue
		}
		status, err := l.post()
		if err != nil || status != http.StatusOK {
			h.t.Fatalf("it was answered %d, %v", status, err)
		}
		h.must(h.Settle())
		for _, item := range h.Store.AllEvents() {
			if item.Event.ID == l.event {
				return string(item.State)
			}
		}
		h.t.Fatal("it is not in the inbox")
	}
	var told []string
	for _, l := range h.post.kept {
		told = append(told, l.kind)
	}
	h.t.Fatalf("the gateway did not tell it, but %v", told)
	return ""
}

func TestLesson19EveryEventTypeDoesWhatItsRowSays(t *testing.T) {
	scenes := scenes()
	for _, row := range eventrows.Rows() {
		t.Run(row.Gateway+"/"+row.Type+"/"+string(row.Scene), func(t *testing.T) {
			h := themed(t, row)
			h.alarms = true
			o := scenes[row.Scene](h)
			before := h.state(o.ID)
			inbox := h.deliver()
			got := between(before, h.state(o.ID))
			got.Inbox = inbox
			if got != row.Effect {
				t.Errorf("it does %+v, not %+v", got, row.Effect)
			}
			h.sound()
			h.post.holding = false
			rest := 3 * time.Hour // It comes late, or is found.
			if row.Scene == eventrows.Withdrawn {
				rest = 12 * time.Hour // Of what was asked in vain the sweep asks ever more seldom.
			}
			h.pass(rest)
			h.settled()
		})
	}
}
