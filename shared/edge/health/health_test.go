package health_test

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"till/shared/edge/health"
	"till/shared/fault"
	"till/shared/memory"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/routing"
	"till/shared/telemetry"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// clinic is one gateway that is watched, and fails as it is told to.
type clinic struct {
	*memory.Store
	health.Health
	gateway payment.Gateway
	err     error
	reads   int
	log     bytes.Buffer
}

func newClinic(t *testing.T) *clinic {
	t.Helper()
	c := &clinic{Store: &memory.Store{}}
	c.Health = health.Health{
		Read: func(ctx context.Context, names []string) (map[string]routing.Breaker, error) {
			c.reads++
			return c.Breakers(ctx, names)
		},
		Save: c.SaveBreaker, Now: func() time.Time { return noon }, Log: slog.New(slog.NewTextHandler(&c.log, nil)),
		Meter: telemetry.NewMetrics(&c.log, "test", func() time.Time { return noon }),
	}
	fake := &paymenttest.Gateway{Fault: func(string, bool) error { return c.err }}
	var err error
	if c.gateway, err = c.Failures(func(context.Context, string) (payment.Gateway, error) { return fake, nil })(t.Context(), "stripe"); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *clinic) state(t *testing.T) routing.State {
	t.Helper()
	all, err := c.Breakers(t.Context(), []string{"stripe"})
	if err != nil {
		t.Fatal(err)
	}
	return all["stripe"].State(noon)
}

func TestAGatewayThatCannotMoveMoneyIsLeft(t *testing.T) {
	moves := map[string]func(context.Context, payment.Gateway) error{
		"confirm": func(ctx context.Context, g payment.Gateway) error {
			_, err := g.Confirm(ctx, payment.Attempt{ID: "pay_1"}, "token")
			return err
		},
		"capture": func(ctx context.Context, g payment.Gateway) error {
			_, err := g.Capture(ctx, payment.Attempt{ID: "pay_1"}, payment.Capture{})
			return err
		},
		"refund": func(ctx context.Context, g payment.Gateway) error {
			_, err := g.Refund(ctx, payment.Attempt{ID: "pay_1"}, payment.Refund{})
			return err
		},
	}
	for name, move := range moves {
		for _, tt := range []struct {
			kind fault.Kind
			want routing.State
		}{{fault.Unavailable, routing.Open}, {fault.Unknown, routing.Open}, {fault.Internal, routing.Open}, {fault.Declined, routing.Closed}, {fault.Invalid, routing.Closed}} {
			t.Run(name+" "+tt.kind.String(), func(t *testing.T) {
				c := newClinic(t)
				c.err = fault.New(tt.kind, "test", "as_told", "")
				for range 5 {
					if err := move(t.Context(), c.gateway); !fault.Is(err, tt.kind) {
						t.Fatalf("the caller is told %v", err)
					}
				}
				if got := c.state(t); got != tt.want {
					t.Errorf("after five of them it is %s", got)
				}
			})
		}
	}
}

func TestWhatGoesWellCostsNoLook(t *testing.T) {
	c := newClinic(t)
	for range 5 {
		if _, err := c.gateway.Refund(t.Context(), payment.Attempt{ID: "pay_1"}, payment.Refund{ID: "ref_1"}); fault.Is(err, fault.Unavailable, fault.Unknown, fault.Internal) {
			t.Fatal(err)
		}
	}
	if c.reads != 0 {
		t.Errorf("%d looks", c.reads)
	}
}

func TestWithoutAStoreTheCallersAnswerIsTheSame(t *testing.T) {
	c := newClinic(t)
	c.Fault = func(string, bool) error { return fault.New(fault.Unavailable, "test", "dependency_unavailable", "") }
	c.err = fault.New(fault.Unknown, "test", "outcome_unknown", "")
	if _, err := c.gateway.Confirm(t.Context(), payment.Attempt{ID: "pay_1"}, "token"); !fault.Is(err, fault.Unknown) {
		t.Errorf("the caller is told %v", err)
	}
}
