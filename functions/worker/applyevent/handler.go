// Package applyevent applies what gateways told us: it asks the gateway what is true, and the order learns it.
package applyevent

import (
	"context"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/cashier"
	"till/shared/edge/sqsbatch"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/planted"
)

// Handler applies events. Every field is required.
type Handler struct {
	Event   func(ctx context.Context, key string) (inbox.Item, error)
	Claim   func(ctx context.Context, key string, now time.Time) (inbox.Item, error)
	Settle  func(ctx context.Context, key string, next inbox.State, reason string, now time.Time) error
	ByRef   func(ctx context.Context, gateway, ref string) (order.ID, error)
	Cashier cashier.Cashier
	// APIVersions are the versions that our endpoints are pinned to, by gateway; one that is not here has none. Facts are fetched
	// anyway, so another version is only told.
	APIVersions map[string]string
	Now         func() time.Time
	Log         *slog.Logger
}

// Handle takes a batch of Event messages and reports each one that must come again. Gateways tell of one payment in several events at
// once: of those that are in one batch the first has the gateway asked, which answers for all of them.
func (h Handler) Handle(ctx context.Context, batch events.SQSEvent) (events.SQSEventResponse, error) {
	known := asked{}
	return sqsbatch.Run(ctx, h.Log, h.Now, batch, func(ctx context.Context, m events.SQSMessage) error { return h.one(ctx, m, known) })
}

// asked are the attempts whose gateway was asked in this batch, and its answer saved: after every event of the batch had come.
type asked map[about]bool

// about is what an event is about.
type about struct {
	order   order.ID
	attempt payment.AttemptID
}

func (h Handler) one(ctx context.Context, m events.SQSMessage, known asked) error {
	body, err := message.ReadEvent(m.Body)
	if err != nil {
		return err
	}
	item, err := h.take(ctx, body.Event, m.Attributes["ApproximateReceiveCount"])
	if err != nil || item.State.Settled() {
		return err // A repeat is a success.
	}
	state, reason, err := h.apply(ctx, item.Event, known)
	if err != nil {
		return err // The lease runs out, and the message or the sweep brings it again.
	}
	if planted.Bug(14) && state == inbox.Parked {
		return nil
	}
	if want, pinned := h.APIVersions[item.Event.Gateway]; pinned && item.Event.APIVersion != want && reason == "" {
		reason = "api_version_mismatch"
	}
	h.Log.LogAttrs(ctx, loudness(state, reason), "event_"+string(state), slog.String("event_id", item.Event.ID), slog.String("type", item.Event.Type),
		slog.String("order_id", item.Event.Order), slog.String("code", reason))
	return h.Settle(ctx, body.Event, state, reason, h.Now())
}

// loudness is how loud an event's end is told. What wakes somebody is set wrong at the gateway, or about money.
func loudness(state inbox.State, reason string) slog.Level {
	switch {
	case state == inbox.Parked:
		return slog.LevelWarn // It may be early. The alarm is of those that stay parked.
	case reason == "unmatched_event", reason == "api_version_mismatch", reason == "amount_mismatch":
		return slog.LevelError
	default:
		return slog.LevelInfo
	}
}

// take gives the event to work on. At a message's first delivery nobody else is likely to have it, and two who do would
// decide the same and save it once: so only later deliveries pay for a claim.
func (h Handler) take(ctx context.Context, key, deliveries string) (inbox.Item, error) {
	if deliveries == "1" {
		return h.Event(ctx, key)
	}
	item, err := h.Claim(ctx, key, h.Now())
	if fault.Code(err) == "inbox_settled" {
		return h.Event(ctx, key)
	}
	return item, err
}

// apply finds the order of an event and lets the cashier bring it up to date, unless the order is known to be.
func (h Handler) apply(ctx context.Context, e payment.Event, known asked) (inbox.State, string, error) {
	switch {
	case e.Account != "":
		return inbox.Ignored, "unmatched_event", nil // Our keys cannot ask about it, and no order of ours is paid there.
	case e.Subject == payment.AboutOther:
		return inbox.Ignored, "ignored", nil
	}
	id, attempt, err := h.find(ctx, e)
	if fault.Is(err, fault.NotFound) {
		return inbox.Parked, "unmatched_event", nil
	}
	if err != nil {
		return "", "", err
	}
	subject := about{id, attempt}
	if known[subject] && e.Subject != payment.AboutDispute { // A dispute is asked for by its own name.
		return inbox.Ignored, inbox.NothingNew, nil
	}
	who := cashier.Who{Who: "gateway:" + e.Gateway, Cause: e.ID} // Together they name the event in the inbox.
	_, news, err := h.Cashier.SettleDisputes(ctx, id, attempt, disputes(e), who)
	switch {
	case fault.Code(err) == "attempt_unknown", fault.Is(err, fault.NotFound):
		return inbox.Parked, "unmatched_event", nil
	case err != nil:
		return "", "", err
	}
	known[subject] = true
	if news == "" {
		return inbox.Ignored, inbox.NothingNew, nil
	}
	return inbox.Applied, noteworthy(news), nil
}

// disputes are what an event names of them: some gateways tell of a dispute in no other way.
func disputes(e payment.Event) []string {
	if e.Subject != payment.AboutDispute {
		return nil
	}
	return []string{e.Object}
}

// noteworthy says what is unusual about a change that an event led to, for inbox and log: the order has drawn the
// consequences already.
func noteworthy(kind string) string {
	switch kind {
	case "amount_mismatch", "duplicate_payment":
		return kind
	case "late_payment_accepted", "late_payment_refunded":
		return "late_payment"
	default:
		return ""
	}
}

// find gives the order and attempt that an event is about: by our own reference in it, else by the gateway's reference,
// else by asking the gateway for the metadata that we gave the payment.
func (h Handler) find(ctx context.Context, e payment.Event) (order.ID, payment.AttemptID, error) {
	if id, err := order.ParseID(e.Order); err == nil && e.Attempt != "" {
		return id, e.Attempt, nil
	}
	if e.Intent == "" {
		return "", "", order.NotFound("applyevent.find")
	}
	id, err := h.ByRef(ctx, e.Gateway, e.Intent)
	if fault.Is(err, fault.NotFound) {
		return h.ask(ctx, e)
	}
	if err != nil {
		return "", "", err
	}
	o, err := h.Cashier.Book.Load(ctx, id)
	if err != nil {
		return "", "", err
	}
	for _, a := range o.Record().Attempts {
		if a.Gateway == e.Gateway && a.Intent == e.Intent {
			return id, a.ID, nil
		}
	}
	return h.ask(ctx, e)
}

func (h Handler) ask(ctx context.Context, e payment.Event) (order.ID, payment.AttemptID, error) {
	gateway, err := h.Cashier.Gateway(ctx, e.Gateway)
	if err != nil {
		return "", "", err
	}
	facts, err := gateway.Find(ctx, e.Intent)
	if err != nil {
		return "", "", err
	}
	id, err := order.ParseID(facts.Order)
	return id, facts.Attempt, err
}
