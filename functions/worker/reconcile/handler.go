// Package reconcile asks the gateways what they told us, and takes in what never came: a webhook can be lost for good, an
// endpoint can be switched off.
package reconcile

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/payment"
	"till/shared/telemetry"
)

// Handler reconciles the inbox with the gateways' lists of events. Every field is required.
type Handler struct {
	Gateways []string // Their names; one that the shop has no account with is passed over.
	Gateway  func(ctx context.Context, name string) (payment.Gateway, error)
	Events   func(ctx context.Context, keys []string) ([]inbox.Item, error)
	Put      func(context.Context, inbox.Item) (existing inbox.Item, fresh bool, err error)
	Send     func(ctx context.Context, body string) error // To the events queue.
	// Listened notes when the latest webhook of a gateway came, and how many of those looked for had not.
	Listened func(ctx context.Context, gateway string, heard time.Time, missed int)
	Now      func() time.Time
	Log      *slog.Logger
	Meter    *telemetry.Metrics
}

const (
	// each is how often a run is due; the template says so.
	each = 15 * time.Minute
	// back is how far every run looks: what one run misses, the next sees. The first of each hour looks as far as hourly says, for
	// when a gateway or this function was down for longer. Most events are asked for three or four times so, and not eight.
	back   = 30 * time.Minute
	hourly = 2 * time.Hour
	// farBack is how far the first run after deepAt looks, once a day: longer than gateways repeat webhooks that were not taken, and
	// shorter than they list events. No cursor is kept, so none can be lost or wrong.
	farBack = 4 * 24 * time.Hour
	deepAt  = 3 * time.Hour
	// young is an event whose webhook may still be on its way.
	young = 2 * time.Minute
	// silent is how many events must be missing, with none that came, before a gateway's silence wakes somebody.
	silent = 5
	// reserve is the time that must be left to ask for another page and store what is on it.
	reserve = 20 * time.Second
)

// errUnread says that a run ended before a gateway's list did.
var errUnread = errors.New("the time was over before all events were read")

// Handle is one run. A gateway that cannot be asked now does not keep the others waiting. Errors: joined; the next run looks again.
func (h Handler) Handle(ctx context.Context) error {
	now := h.Now()
	since := now.Add(-reach(now.UTC()))
	var faults []error
	for _, name := range h.Gateways {
		g, err := h.Gateway(ctx, name)
		if fault.Code(err) == "gateway_unavailable" {
			continue
		}
		if err == nil {
			err = h.gateway(ctx, name, g, since, now)
		}
		if err != nil {
			h.Log.LogAttrs(ctx, slog.LevelWarn, "reconcile_failed", slog.String("gateway", name), slog.String("kind", fault.KindOf(err).String()),
				slog.String("code", fault.Code(err)), slog.Any("err", err))
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// reach is how far back a run looks.
func reach(now time.Time) time.Duration {
	switch at := now.Sub(now.Truncate(24 * time.Hour)); {
	case at >= deepAt && at < deepAt+each:
		return farBack
	case at%time.Hour < each:
		return hourly
	default:
		return back
	}
}

// tally is what one gateway's list says of its webhooks.
type tally struct {
	came    int       // Webhooks brought them.
	missing int       // This run took them in.
	fetched int       // Earlier runs did.
	heard   time.Time // When the latest came that a webhook brought.
}

func (h Handler) gateway(ctx context.Context, name string, g payment.Gateway, since, now time.Time) error {
	var seen tally
	for cursor, first := "", true; first || cursor != ""; first = false {
		if h.over(ctx) {
			return errUnread
		}
		page, next, err := g.Events(ctx, since, cursor)
		if err != nil {
			return err
		}
		if err := h.page(ctx, page, now, &seen); err != nil {
			return err
		}
		if next == cursor {
			break // A list that goes in circles has ended.
		}
		cursor = next
	}
	h.tell(ctx, name, seen)
	h.Listened(ctx, name, seen.heard, seen.missing)
	return nil
}

// page takes in what never came of a page. What the inbox has is left to the worker.
func (h Handler) page(ctx context.Context, page []payment.Event, now time.Time, seen *tally) error {
	var old []payment.Event
	var keys []string
	for _, e := range page {
		if key := e.Key(); !e.Created.After(now.Add(-young)) && !slices.Contains(keys, key) { // A list may name one twice.
			old, keys = append(old, e), append(keys, key)
		}
	}
	if len(old) == 0 {
		return nil
	}
	items, err := h.Events(ctx, keys)
	if err != nil {
		return err
	}
	for _, e := range old {
		if i := slices.IndexFunc(items, func(i inbox.Item) bool { return i.Event.Key() == e.Key() }); i >= 0 {
			seen.there(items[i])
		} else if err := h.take(ctx, e, seen); err != nil {
			return err
		}
	}
	return nil
}

// there counts an event that the inbox has.
func (t *tally) there(i inbox.Item) {
	if i.Fetched {
		t.fetched++
		return
	}
	t.came++
	if i.ReceivedAt.After(t.heard) {
		t.heard = i.ReceivedAt
	}
}

// take stores an event that never came, and has it applied as if it had.
func (h Handler) take(ctx context.Context, e payment.Event, seen *tally) error {
	existing, fresh, err := h.Put(ctx, inbox.Fetch(e, h.Now()))
	if err != nil {
		return err
	}
	if !fresh {
		seen.there(existing) // It came between the two calls.
		return nil
	}
	seen.missing++
	h.Log.LogAttrs(ctx, slog.LevelWarn, "webhook_missed", slog.String("gateway", e.Gateway), slog.String("event_id", e.ID), slog.String("type", e.Type))
	return h.Send(ctx, message.ForEvent(e.Key())) // If that fails, the sweep sends it.
}

// tell wakes somebody when a gateway's webhooks do not come at all, and goes on for as long as they do not.
func (h Handler) tell(ctx context.Context, name string, seen tally) {
	quiet := 0
	if seen.came == 0 && seen.missing+seen.fetched >= silent {
		quiet = 1
		h.Log.LogAttrs(ctx, slog.LevelError, "webhook_silence", slog.String("gateway", name), slog.Int("missing", seen.missing+seen.fetched))
	}
	h.Meter.Count(telemetry.WebhookSilence, quiet, telemetry.Gateway(name))
}

// over tells whether the run's time is nearly over.
func (h Handler) over(ctx context.Context) bool {
	deadline, limited := ctx.Deadline()
	return limited && deadline.Sub(h.Now()) < reserve
}
