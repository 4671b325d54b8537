package startpayment

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

// Health keeps how well each gateway begins payments. Every field is required.
type Health struct {
	Read  func(ctx context.Context, gateways []string) (map[string]routing.Breaker, error)
	Save  func(context.Context, routing.Breaker) error
	Now   func() time.Time
	Log   *slog.Logger
	Meter *telemetry.Metrics
}

// savesMax is how often a count is tried when others count at the same time. One that is lost is one of many.
const savesMax = 4

// watch is the gateways as one request sees them.
type watch struct {
	Health
	breakers map[string]routing.Breaker
}

// watch reads the breakers. Without them every gateway counts as well: nobody is kept from paying because a count is missing.
func (h Health) watch(ctx context.Context, gateways []string) *watch {
	w := &watch{Health: h}
	var err error
	if w.breakers, err = h.Read(ctx, gateways); err != nil {
		h.Log.WarnContext(ctx, "gateway_health_unread", "kind", fault.KindOf(err).String(), "err", err)
		w.breakers = map[string]routing.Breaker{}
	}
	return w
}

func (w *watch) allows(gateway string) bool { return w.breakers[gateway].Allows(w.Now()) }

// take tells whether a payment may begin at a gateway, and takes the place of the one that tries where only one may.
func (w *watch) take(ctx context.Context, gateway string) bool {
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

// gateway gives gateways whose Start is watched.
func (w *watch) gateway(of func(context.Context, string) (payment.Gateway, error)) func(context.Context, string) (payment.Gateway, error) {
	return func(ctx context.Context, name string) (payment.Gateway, error) {
		g, err := of(ctx, name)
		if err != nil {
			return nil, err
		}
		return watched{g, name, w}, nil
	}
}

// watched is a gateway whose calls are counted.
type watched struct {
	payment.Gateway
	name string
	by   *watch
}

// Start is payment.Gateway's.
func (g watched) Start(ctx context.Context, s payment.Start) (payment.Started, error) {
	started, err := g.Gateway.Start(ctx, s)
	g.by.saw(ctx, g.name, err)
	return started, err
}

// saw counts what came of a call. An outcome that nobody knows is a failure of the gateway's, though not of the payment; what it refuses
// says that it works.
func (w *watch) saw(ctx context.Context, gateway string, err error) {
	failed := fault.Is(err, fault.Unavailable, fault.Unknown, fault.Internal)
	b, now := w.breakers[gateway], w.Now()
	b.Gateway = gateway
	if !failed && !b.Counted(now) {
		return
	}
	for range savesMax {
		next := b.Fine(now)
		if failed {
			next = b.Failed(codeOf(err), now)
		}
		saveErr := w.Save(ctx, next)
		if saveErr == nil {
			w.tell(ctx, b, next)
			return
		}
		if fault.Code(saveErr) != order.VersionConflict || !failed {
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
func (w *watch) tell(ctx context.Context, before, after routing.Breaker) {
	now := w.Now()
	switch is, was := after.State(now), before.State(now); {
	case is == routing.Open && was != routing.Open:
		w.Log.ErrorContext(ctx, "gateway_left", "gateway", after.Gateway, "until", after.Retry, "times", after.Trips, "code", after.Last[0].Code)
		w.Meter.Count(telemetry.GatewayLeft, 1, telemetry.Gateway(after.Gateway))
	case is == routing.Closed && was != routing.Closed:
		w.Log.InfoContext(ctx, "gateway_back", "gateway", after.Gateway)
	}
}

// passedOn says that the next gateway is tried.
func (h Health) passedOn(ctx context.Context, from, to string, err error) {
	h.Log.WarnContext(ctx, "payment_passed_on", "from", from, "to", to, "kind", fault.KindOf(err).String(), "code", fault.Code(err))
}
