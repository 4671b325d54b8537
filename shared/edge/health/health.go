// Package health notes how well each gateway does, while functions call them, and tells which are to be left alone for now.
package health

import (
	"context"
	"log/slog"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/routing"
	"till/shared/telemetry"
)

// Health keeps how well each gateway does. Every field is required. Safe for concurrent use.
type Health struct {
	Read  func(ctx context.Context, gateways []string) (map[string]routing.Breaker, error)
	Save  func(context.Context, routing.Breaker) error
	Now   func() time.Time
	Log   *slog.Logger
	Meter *telemetry.Metrics
}

// savesMax is how often a count is tried when others count at the same time. One that is lost is one of many.
const savesMax = 4

// Watch is the gateways as one request sees them. It is not safe for concurrent use.
type Watch struct {
	Health
	breakers map[string]routing.Breaker
}

// Watch reads the breakers. Without them every gateway counts as well: nobody is kept from paying because a count is missing.
func (h Health) Watch(ctx context.Context, gateways []string) *Watch {
	w := &Watch{Health: h}
	var err error
	if w.breakers, err = h.Read(ctx, gateways); err != nil {
		h.Log.WarnContext(ctx, "gateway_health_unread", "kind", fault.KindOf(err).String(), "err", err)
		w.breakers = map[string]routing.Breaker{}
	}
	return w
}

// Allows tells whether a payment might begin at a gateway now.
func (w *Watch) Allows(gateway string) bool { return w.breakers[gateway].Allows(w.Now()) }

// Take tells whether a payment may begin at a gateway, and takes the place of the one that tries where only one may.
func (w *Watch) Take(ctx context.Context, gateway string) bool {
	b, now := w.breakers[gateway], w.Now()
	switch {
	case !b.Allows(now):
		return false
	case b.State(now) == routing.Closed:
		return true
	}
	b = b.Trial(now)
	if w.Save(ctx, b) != nil {
		return false // Somebody else tries.
	}
	w.breakers[gateway] = b
	return true
}

// Listened notes when a gateway's webhooks were heard last, and how many of those that were to come did not. One that is lost is one of
// many: the next look notes the next.
func (h Health) Listened(ctx context.Context, gateway string, heard time.Time, missed int) {
	all, err := h.Read(ctx, []string{gateway})
	if err == nil {
		b := all[gateway]
		b.Gateway = gateway
		if next, news := b.Listened(heard, missed); news {
			err = h.Save(ctx, next)
		}
	}
	if err != nil {
		h.Log.WarnContext(ctx, "gateway_health_unwritten", "gateway", gateway, "kind", fault.KindOf(err).String(), "err", err)
	}
}

// Gateways gives gateways by their names.
type Gateways = func(context.Context, string) (payment.Gateway, error)

// Starts gives gateways of which what comes of Start is counted, the good and the bad.
func (w *Watch) Starts(of Gateways) Gateways {
	return func(ctx context.Context, name string) (payment.Gateway, error) {
		g, err := of(ctx, name)
		if err != nil {
			return nil, err
		}
		return started{g, name, w}, nil
	}
}

// started is a gateway whose starts are counted.
type started struct {
	payment.Gateway
	name string
	by   *Watch
}

// Start is payment.Gateway's.
func (g started) Start(ctx context.Context, s payment.Start) (payment.Started, error) {
	began, err := g.Gateway.Start(ctx, s)
	g.by.saw(ctx, g.name, err)
	return began, err
}

// Failures gives gateways of which is counted when they fail to move money: Confirm, Capture and Refund. While they do well that costs
// nothing, not even a look: every payment has a Start, and there successes are counted.
func (h Health) Failures(of Gateways) Gateways {
	return func(ctx context.Context, name string) (payment.Gateway, error) {
		g, err := of(ctx, name)
		if err != nil {
			return nil, err
		}
		return moved{g, name, h}, nil
	}
}

// moved is a gateway whose failures to move money are counted.
type moved struct {
	payment.Gateway
	name string
	by   Health
}

func (g moved) saw(ctx context.Context, err error) {
	if failed(err) {
		g.by.Watch(ctx, []string{g.name}).saw(ctx, g.name, err)
	}
}

// Confirm is payment.Gateway's.
func (g moved) Confirm(ctx context.Context, a payment.Attempt, token string) (payment.Facts, error) {
	facts, err := g.Gateway.Confirm(ctx, a, token)
	g.saw(ctx, err)
	return facts, err
}

// Capture is payment.Gateway's.
func (g moved) Capture(ctx context.Context, a payment.Attempt, c payment.Capture) (payment.Facts, error) {
	facts, err := g.Gateway.Capture(ctx, a, c)
	g.saw(ctx, err)
	return facts, err
}

// Refund is payment.Gateway's.
func (g moved) Refund(ctx context.Context, a payment.Attempt, r payment.Refund) (payment.RefundFacts, error) {
	facts, err := g.Gateway.Refund(ctx, a, r)
	g.saw(ctx, err)
	return facts, err
}

// failed tells whether an outcome is a failure of the gateway's.
func failed(err error) bool { return fault.Is(err, fault.Unavailable, fault.Unknown, fault.Internal) }

// saw counts what came of a call. An outcome that nobody knows is a failure of the gateway's, though not of the payment; what it refuses
// says that it works.
func (w *Watch) saw(ctx context.Context, gateway string, err error) {
	bad := failed(err)
	b, now := w.breakers[gateway], w.Now()
	b.Gateway = gateway
	if !bad && !b.Counted(now) {
		return
	}
	for range savesMax {
		next := b.Fine(now)
		if bad {
			next = b.Failed(codeOf(err), now)
		}
		saveErr := w.Save(ctx, next)
		if saveErr == nil {
			w.tell(ctx, b, next)
			return
		}
		if fault.Code(saveErr) != order.VersionConflict || !bad {
			return
		}
		fresh, readErr := w.Read(ctx, []string{gateway})
		if readErr != nil {
			return
		}
		if b = fresh[gateway]; b.State(now) == routing.Open {
			return // Others have seen enough.
		}
	}
}

func codeOf(err error) string {
	if code := fault.Code(err); code != "" {
		return code
	}
	return fault.KindOf(err).String()
}

// tell says when a gateway is left alone, and when it is back.
func (w *Watch) tell(ctx context.Context, before, after routing.Breaker) {
	now := w.Now()
	switch is, was := after.State(now), before.State(now); {
	case is == routing.Open && was != routing.Open:
		w.Log.ErrorContext(ctx, "gateway_left", "gateway", after.Gateway, "until", after.Retry, "times", after.Trips, "code", after.Last[0].Code)
		w.Meter.Count(telemetry.GatewayLeft, 1, telemetry.Gateway(after.Gateway))
	case is == routing.Closed && was != routing.Closed:
		w.Log.InfoContext(ctx, "gateway_back", "gateway", after.Gateway)
	}
}

// PassedOn says that the next gateway is tried.
func (h Health) PassedOn(ctx context.Context, from, to string, err error) {
	h.Log.WarnContext(ctx, "payment_passed_on", "from", from, "to", to, "kind", fault.KindOf(err).String(), "code", fault.Code(err))
}
