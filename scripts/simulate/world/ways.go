package world

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"till/scripts/localcloud/stream"
	"till/scripts/simulate/faults"
)

// sent is what becomes of a message. Where dead letters lie nobody takes them up, and nothing is waited for: whether one comes
// late or twice there makes no difference to any function.
func (w *World) sent(queue, body string) []time.Duration {
	if strings.HasSuffix(queue, "DeadLetters") || poisonous(body) {
		return []time.Duration{0}
	}
	return w.way(faults.Point{Call: "message " + queue, Port: faults.Message}, time.Hour)
}

// fired is what becomes of the firing of a schedule. Stock is watched when all is calm, and seldom. When all is calm the reconciliation is passed over while the inbox has every event that was
// lost: it would ask and find them all there.
func (w *World) fired(rule string) []time.Duration {
	reconciles, by := strings.Contains(rule, "Reconcile"), time.Duration(0)
	switch {
	case strings.Contains(rule, "Settle"): // It reads with goroutines of its own, which take no turns; all that it does is to compare.
		return nil
	case strings.Contains(rule, "WatchStock"):
		now := w.Clock.Now().UTC()
		wrong := !w.calm && w.config.Profile.Faults
		if w.script != nil || !wrong && (!w.calm || now.YearDay()%3 != 0 || now.Hour() != 12 || now.Minute() >= 15) {
			return nil // It reads every order, and changes none: where things go wrong it seldom comes to that.
		}
		if wrong && w.uncompared() {
			by = 15 * time.Second
		}
	case reconciles && w.calm && len(w.missing) == 0, !reconciles && w.idle():
		return nil
	}
	out := w.way(faults.Point{Call: "schedule " + rule, Port: faults.Schedule}, 5*time.Minute)
	if reconciles && w.deaf > 0 && !w.calm {
		by = 3 * time.Minute
	}
	for at := by; 0 < at && at < 15*time.Minute; at += by { // Somebody has seen that webhooks do not come, or that nothing is compared, and runs it by hand.
		out = append(out, at)
	}
	return out
}

// way gives the copies of what is on its way, each late by so much.
func (w *World) way(p faults.Point, late time.Duration) []time.Duration {
	n := w.cover.At(p)
	n.Passed++
	out := []time.Duration{0}
	if w.script != nil {
		return w.scriptedWay(p, n)
	}
	if w.calm {
		return out
	}
	more := w.hungry(n, p.Port)
	if more == faults.Lost || w.chance(faults.Lost) {
		n.Struck[faults.Lost]++
		w.note("lost", p.Call, nil)
		return nil
	}
	if p.Port == faults.Message && (more == faults.Poison || w.chance(faults.Poison)) {
		n.Struck[faults.Poison]++
		w.poison(strings.TrimPrefix(p.Call, "message "))
		w.note("poison", p.Call, nil)
	}
	if more == faults.Double || w.chance(faults.Double) {
		n.Struck[faults.Double]++
		out = make([]time.Duration, 2+w.dice.IntN(4))
		for i := range out[1:] {
			if w.dice.IntN(4) == 0 { // Or at once.
				out[i+1] = time.Duration(w.dice.Int64N(int64(late)))
			}
		}
		w.note("double", p.Call, nil)
	}
	if more == faults.Late || w.chance(faults.Late) {
		n.Struck[faults.Late]++
		for i := range out {
			out[i] = w.delay(late)
		}
		w.note("late", p.Call, nil)
	}
	return out
}

// scriptedWay is what a script makes of what is on its way.
func (w *World) scriptedWay(p faults.Point, n *faults.Count) []time.Duration {
	kind := w.script.next(p.Port, p.Call, w.calm)
	n.Struck[kind]++
	switch {
	case kind == faults.Lost:
		return nil
	case kind == faults.Double:
		return []time.Duration{0, 0, time.Minute}
	case kind == faults.Late:
		return []time.Duration{10 * time.Minute}
	case kind == faults.Poison:
		w.poison(strings.TrimPrefix(p.Call, "message "))
	}
	return []time.Duration{0}
}

// delay is up to a time; seldom up to three days.
func (w *World) delay(d time.Duration) time.Duration {
	if w.dice.IntN(50) == 0 {
		d = 72 * time.Hour
	}
	return time.Duration(w.dice.Int64N(int64(d)))
}

// streamed is what becomes of a batch of a stream.
func (w *World) streamed(table string, records int) (d stream.Delivery) {
	p := faults.Point{Call: "stream " + table, Port: faults.Stream}
	n := w.cover.At(p)
	n.Passed++
	if w.script != nil {
		kind := w.script.next(p.Port, p.Call, w.calm)
		n.Struck[kind]++
		d.Drop, d.Twice = kind == faults.Lost, kind == faults.Double
		if kind == faults.Pieces {
			d.First = 1
		}
		if kind == faults.Late {
			d.Delay = 10 * time.Minute
		}
		return d
	}
	if w.calm {
		return d
	}
	switch more := w.hungry(n, p.Port); {
	case more == faults.Lost || w.chance(faults.Lost):
		n.Struck[faults.Lost]++
		d.Drop = true
	case more == faults.Double || w.chance(faults.Double):
		n.Struck[faults.Double]++
		d.Twice = true
	case more == faults.Late || w.chance(faults.Late):
		n.Struck[faults.Late]++
		d.Delay = time.Duration(w.dice.Int64N(int64(10 * time.Minute)))
	case records > 1 && (more == faults.Pieces || w.chance(faults.Pieces)):
		n.Struck[faults.Pieces]++
		d.First = 1 + w.dice.IntN(records-1)
	}
	if d != (stream.Delivery{}) {
		w.told("stream", table, d)
	}
	return d
}

// webhook is what becomes of a webhook on its way; it runs as work of its own, so it can wait.
func (w *World) webhook(body []byte, post func() (int, error)) (int, error) {
	n := w.cover.At(faults.Point{Call: "webhook", Port: faults.Webhook})
	n.Passed++
	w.came[eventID(body)]++
	w.note("sent", "webhook", body)
	for _, kind := range w.woes(n) {
		n.Struck[kind]++
		w.note(kind.String(), "webhook", nil)
		switch {
		case kind == faults.Lost: // For good: the gateway takes it for delivered.
			w.lose(eventID(body))
			return http.StatusOK, nil
		case kind == faults.NoRequest:
			return 0, context.DeadlineExceeded
		case kind == faults.NoAnswer:
			_, _ = post()
			return 0, context.DeadlineExceeded
		case kind == faults.Double:
			for range 1 + w.dice.IntN(4) {
				w.Turns.Add("webhook copy", nil, func() { _, _ = post() })
			}
		case kind == faults.Late:
			w.Turns.Sleep(w.delay(time.Hour), "a late webhook")
		}
	}
	return post()
}

// lose notes that an event is lost: only a gateway's own list tells of it from now on.
func (w *World) lose(event string) {
	w.lostEvents[event] = true
	if !w.watch.events[event] { // Of what came before, as a copy, nothing is missing.
		w.missing[event] = true
	}
}

// woes are what strikes a webhook, in the order in which it would.
func (w *World) woes(n *faults.Count) (out []faults.Kind) {
	if w.script != nil {
		if kind := w.script.next(faults.Webhook, "webhook", w.calm); kind != faults.None {
			out = append(out, kind)
		}
		return out
	}
	more := w.hungry(n, faults.Webhook)
	for _, kind := range []faults.Kind{faults.Late, faults.Double, faults.Lost, faults.NoRequest, faults.NoAnswer} {
		if more == kind || w.chance(kind) || kind == faults.Lost && w.deaf > 0 && !w.calm && w.dice.Float64() < w.deaf {
			out = append(out, kind)
		}
	}
	return out
}

// eventID is the name of a webhook's event: what Square calls event_id, and the others id. Bodies are as the simulated gateways write them.
func eventID(body []byte) string {
	return cmp.Or(outer(body, `"event_id":"`), outer(body, `"id":"`))
}

// outer is the text of a member of the outermost object, that begins so; "" if it has none. It reads no more of the JSON than it must.
func outer(body []byte, begins string) string {
	depth := 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			if depth == 1 && bytes.HasPrefix(body[i:], []byte(begins)) {
				text, _, _ := bytes.Cut(body[i+len(begins):], []byte{'"'})
				return string(text)
			}
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		}
	}
	return ""
}
