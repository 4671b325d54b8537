package world

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"till/functions/assembly"
	"till/scripts/localcloud/template"
	"till/scripts/localshop"
	"till/scripts/simulate/faults"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/secrets"
)

// odd lets an environment's queues and its machine do what is odd: refuse for good what they hold for too large, and be told
// twice what was answered once.
func (w *World) odd(p localshop.Parts) localshop.Parts {
	queue, start := p.Queue, p.Machine
	p.Queue = func(url string) assembly.Send {
		send := queue(url)
		return func(ctx context.Context, body string) error {
			return w.bounded(url+body, func() error { return send(ctx, body) })
		}
	}
	p.Machine = func(arn string) assembly.Machine { return oddMachine{start(arn), w} }
	return p
}

// seenTo is after how long somebody has seen to what is too large.
const seenTo = 3 * time.Hour

// bounded makes a call unless what it hands over was held for too large before: it is as large as then, until somebody sees to it.
func (w *World) bounded(what string, call func() error) error {
	if w.Clock.Now().Before(w.tooLarge[what]) && !w.calm {
		return fault.New(fault.Unavailable, "world.bounded", "too_large", "")
	}
	err := call()
	if err != nil && w.taken(faults.TooLarge) {
		w.tooLarge[what] = w.Clock.Now().Add(seenTo)
	}
	return err
}

// taken takes what is odd about the call that was just made, if it is of that kind.
func (w *World) taken(kind faults.Kind) bool {
	j := w.job()
	if j == nil || j.odd != kind {
		return false
	}
	j.odd = faults.None
	return true
}

type oddMachine struct {
	assembly.Machine
	w *World
}

// Start is flow.Machine's.
func (m oddMachine) Start(ctx context.Context, name, input string) error {
	return m.w.bounded(name, func() error { return m.Machine.Start(ctx, name, input) })
}

// Succeed is flow.Machine's.
func (m oddMachine) Succeed(ctx context.Context, token string) error {
	return m.twice(func() error { return m.Machine.Succeed(ctx, token) })
}

// Cancel is flow.Machine's.
func (m oddMachine) Cancel(ctx context.Context, token string) error {
	return m.twice(func() error { return m.Machine.Cancel(ctx, token) })
}

// twice makes the call, and once more if its first answer was lost.
func (m oddMachine) twice(call func() error) error {
	err := call()
	if m.w.taken(faults.Again) {
		return call()
	}
	return err
}

// poison puts a message that nobody can read into a queue, a moment later: its service is busy with the one before.
func (w *World) poison(queue string) {
	n := w.dice.Int()
	w.Clock.After(time.Second, "poison", func() {
		for _, q := range w.Cloud.Queues.State(0) {
			for _, poison := range poisons {
				if q.Name == queue && strings.HasSuffix(queue, poison.queue) {
					w.must(w.Cloud.Queue(q.URL).Send(context.Background(), poison.bodies[n%len(poison.bodies)]))
				}
			}
		}
	})
}

// poisonous tells whether a message is one of those.
func poisonous(body string) bool {
	for _, poison := range poisons {
		for _, b := range poison.bodies {
			if b == body {
				return true
			}
		}
	}
	return false
}

// The keys of a world whose secrets are changed. The first of each are the shop's own.
const (
	nextLinkKey = "till-local-next-link-key-0123456789abcdef"
	// learns is how long an environment goes on with the keys that it has read, and between is how long people wait before they
	// take the next step: clocks may be wrong.
	learns  = 5 * time.Minute
	between = 20 * time.Minute
)

// rotation is the keys as they are now, and how often they were changed.
type rotation struct {
	links   link.Signer
	webhook []secrets.Secret
	turned  int
}

// rotates changes the shop's secrets while people come, as SECURITY.md says: the key that signs links in two steps, so that
// everybody can read what the next signs before it does; that of webhooks when Stripe has been told to sign with both.
func (w *World) rotates() {
	if w.rates[faults.Rotated] == 0 {
		return
	}
	at := w.Clock.Now().Add(time.Duration(w.dice.Int64N(int64(w.config.Profile.Mix.Over(w.config.Orders)))))
	turn := func(current, previous string) func() {
		return func() {
			var err error
			w.secrets.links, err = link.New([]byte(current), []byte(previous))
			w.must(err)
			w.secrets.turned++
		}
	}
	w.Clock.At(at, "the next link key is made known", turn(localshop.LinkKey, nextLinkKey))
	w.Clock.At(at.Add(between), "the next link key signs", turn(nextLinkKey, localshop.LinkKey))
	w.Clock.At(at, "the webhooks' secret is changed", func() {
		next, err := w.Stripe.RollSecret(w.Endpoint, "", 24*time.Hour)
		w.must(err)
		w.Clock.At(w.Clock.Now().Add(between), "the webhooks' secret is known", func() {
			text, err := json.Marshal([]string{next, localshop.WebhookSecret})
			w.must(err)
			w.must(json.Unmarshal(text, &w.secrets.webhook))
			w.secrets.turned++
		})
	})
}

// rotated lets an environment see keys as it read them last.
func (w *World) rotated(f template.Function, p localshop.Parts) localshop.Parts {
	seen, read := w.secrets, time.Time{}
	look := func(what string) rotation {
		now := p.Tools.Now()
		n := w.point("", "secret "+what, faults.Secret) // Whoever reads it: all do so in one way.
		n.Passed++
		if since := now.Sub(read); since >= learns || since < 0 {
			if seen.turned != w.secrets.turned {
				n.Struck[faults.Rotated]++
			}
			seen, read = w.secrets, now
		}
		return seen
	}
	links, accounts := p.Links, p.Keys
	p.Links = func(ctx context.Context) (link.Signer, error) {
		if now := look("links"); now.links != (link.Signer{}) {
			return now.links, nil
		}
		return links(ctx)
	}
	if w.folders[f.Name] != "webhook/receivestripe" {
		return p
	}
	p.Keys = func(ctx context.Context) (secrets.Gateways, error) {
		keys, err := accounts(ctx)
		if now := look("webhook"); err == nil && len(now.webhook) > 0 {
			stripe := *keys.Stripe
			stripe.WebhookSecrets, keys.Stripe = now.webhook, &stripe
		}
		return keys, err
	}
	return p
}
