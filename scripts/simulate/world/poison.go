package world

import (
	"context"
	"fmt"
	"strings"
	"time"

	"till/scripts/simulate/faults"
)

// poisons are messages that nobody can ever do, by their queue.
var poisons = []struct {
	queue  string
	bodies []string
}{
	{"EventsQueue", []string{`{"v":1}`, `{"v":9,"event":"stripe#acct#evt_x"}`, `not JSON`}},
	{"FulfillmentQueue", []string{`{"v":1,"order":"ord_x","try":1}`, `{"v":9,"order":"ord_aaaaaaaaaaaaaaaaaaaaaaaaaa","try":1}`, `[]`}},
	{"MailQueue", []string{`{"v":1,"order":"","change":1,"kind":"order_confirmed"}`, `{"v":9}`, `{}`}},
}

// poisoned puts such messages among the others; and for two hours workers cannot write, so that good messages die as well.
func poisoned(w *World) {
	from := w.Clock.Now().Add(time.Hour)
	w.outage = &outage{port: faults.StoreRead, from: from, until: from.Add(2 * time.Hour), functions: []string{"worker/applyevent", "worker/beginfulfillment", "worker/notify"}}
	w.Clock.At(from.Add(-30*time.Minute), "poison", func() {
		for _, q := range w.Cloud.Queues.State(0) {
			for _, poison := range poisons {
				if !strings.HasSuffix(q.Name, poison.queue) {
					continue
				}
				for _, body := range poison.bodies {
					w.must(w.Cloud.Queue(q.URL).Send(context.Background(), body))
				}
			}
		}
	})
}

// redriven brings all dead letters back, as people do once the cause is gone.
func redriven(w *World) {
	alarmed, moved := w.watch.errors, 0
	for _, poison := range poisons {
		n, err := w.Cloud.Redrive(poison.queue)
		w.must(err)
		moved += n
	}
	if least := 3 * len(poisons); moved <= least {
		w.fail("Poison", "", fmt.Sprintf("%d dead letters, of which %d are poison: no good message died", moved, least))
	}
	if alarmed == 0 {
		w.fail("Poison", "", "the log would have woken nobody")
	}
}

// buried: what nobody can do is dead again, each once and after five tries, and nothing else is.
func buried(w *World) {
	const receives = 5
	for _, q := range w.Cloud.Queues.State(100) {
		want := 0
		for _, poison := range poisons {
			if q.Dead && strings.Contains(q.Name, strings.TrimSuffix(poison.queue, "Queue")) {
				want = 3
			}
		}
		if q.Visible != want || q.InFlight+q.Delayed > 0 {
			w.fail("Poison", "", fmt.Sprintf("%s holds %d messages, want %d", q.Name, q.Visible, want))
		}
		for _, m := range q.Messages {
			if m.Receives != receives {
				w.fail("Poison", "", fmt.Sprintf("%s: a message died after %d tries", q.Name, m.Receives))
			}
		}
	}
}
