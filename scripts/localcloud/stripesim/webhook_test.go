package stripesim_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/webhook"

	"till/scripts/localcloud/stripesim"
)

func read(t *testing.T, h hook) stripe.Event {
	t.Helper()
	e, err := webhook.ConstructEventWithOptions(h.body, h.header.Get("Stripe-Signature"), hookSecret,
		webhook.ConstructEventOptions{IgnoreTolerance: true, IgnoreAPIVersionMismatch: true})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestWebhooksPassTheRealLibrarysCheck(t *testing.T) {
	s := newShop(t)
	params := intentParams("ord_1", 2500, "eur")
	params.SetIdempotencyKey("k1")
	if _, err := s.api.PaymentIntents.New(params); err != nil {
		t.Fatal(err)
	}
	hooks := s.settle()
	equal(t, "one", len(hooks), 1)
	e, err := webhook.ConstructEvent(hooks[0].body, hooks[0].header.Get("Stripe-Signature"), hookSecret)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "type", e.Type, stripe.EventTypePaymentIntentCreated)
	equal(t, "version", e.APIVersion, stripe.APIVersion)
	equal(t, "live", e.Livemode, false)
	equal(t, "key", e.Request.IdempotencyKey, "k1")
	equal(t, "request", strings.HasPrefix(e.Request.ID, "req_"), true)
	equal(t, "pending", e.PendingWebhooks, 1)
	equal(t, "object", e.Data.Object["object"].(string), "payment_intent")
	equal(t, "reference", e.GetObjectValue("metadata", "order_id"), "ord_1")
	_, err = webhook.ConstructEvent(append(hooks[0].body, ' '), hooks[0].header.Get("Stripe-Signature"), hookSecret)
	equal(t, "a byte more", errors.Is(err, webhook.ErrNoValidSignature), true)
	if got, err := s.api.Events.Get(e.ID, nil); err != nil || got.PendingWebhooks != 0 || got.Type != e.Type {
		t.Errorf("the event afterwards: %+v, %v", got, err)
	}
}

func TestEventIsASnapshot(t *testing.T) {
	s := newShop(t)
	pi := s.intent("ord_1", 2500)
	s.confirm(pi, pays)
	e := read(t, s.settle()[0])
	equal(t, "status when it happened", e.GetObjectValue("status"), "requires_payment_method")
}

func TestSecretsSignTogetherWhileTheOldOneLasts(t *testing.T) {
	s := newShop(t)
	fresh, err := s.sim.RollSecret(s.endpoint, "", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		after    time.Duration
		oldSigns bool
	}{{0, true}, {time.Hour, false}} {
		s.clock.advance(row.after)
		s.intent("ord_1", 2500)
		h := s.settle()[0]
		_, newErr := webhook.ConstructEventIgnoringTolerance(h.body, h.header.Get("Stripe-Signature"), fresh)
		_, oldErr := webhook.ConstructEventIgnoringTolerance(h.body, h.header.Get("Stripe-Signature"), hookSecret)
		equal(t, "new secret", newErr == nil, true)
		equal(t, "old secret", oldErr == nil, row.oldSigns)
	}
}

func TestEndpointsGetTheEventsTheyEnabled(t *testing.T) {
	s := newShop(t)
	if _, err := s.api.WebhookEndpoints.Del(s.endpoint, nil); err != nil {
		t.Fatal(err)
	}
	made, err := s.api.WebhookEndpoints.New(&stripe.WebhookEndpointParams{URL: stripe.String(hookURL),
		EnabledEvents: stripe.StringSlice([]string{"payment_intent.succeeded"}), APIVersion: stripe.String(stripe.APIVersion)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.api.WebhookEndpoints.Get(made.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "secret shown at first", strings.HasPrefix(made.Secret, "whsec_"), true)
	equal(t, "secret shown later", got.Secret, "")
	equal(t, "version", got.APIVersion, stripe.APIVersion)
	s.paid("ord_1", 2500, pays)
	hooks := s.settle()
	sameKinds(t, hooks, "payment_intent.succeeded")
	if _, err := webhook.ConstructEvent(hooks[0].body, hooks[0].header.Get("Stripe-Signature"), made.Secret); err != nil {
		t.Error(err)
	}
	if _, err := s.api.WebhookEndpoints.Update(made.ID, &stripe.WebhookEndpointParams{Disabled: stripe.Bool(true)}); err != nil {
		t.Fatal(err)
	}
	s.paid("ord_2", 2500, pays)
	sameKinds(t, s.settle())
}

func TestRefusedWebhooksAreRetriedForThreeDays(t *testing.T) {
	s := newShop(t)
	s.answer = func(hook) (int, error) { return 500, nil }
	s.intent("ord_1", 2500)
	start := s.clock.Now()
	s.clock.advance(5 * 24 * time.Hour)
	hooks := s.taken()
	var waits []time.Duration
	for i := 1; i < len(hooks); i++ {
		waits = append(waits, hooks[i].at.Sub(hooks[i-1].at))
	}
	if len(waits) < 10 || waits[0] != time.Minute || waits[1] != 2*time.Minute || !slices.IsSorted(waits) {
		t.Errorf("waits: %v", waits)
	}
	if last := hooks[len(hooks)-1].at.Sub(start); last > 72*time.Hour || last < 60*time.Hour {
		t.Errorf("the last retry came after %v", last)
	}
	equal(t, "given up", s.sim.Stats().GivenUp, 1)
	equal(t, "same event", read(t, hooks[0]).ID, read(t, hooks[len(hooks)-1]).ID)
	if _, err := webhook.ConstructEvent(hooks[len(hooks)-1].body, hooks[len(hooks)-1].header.Get("Stripe-Signature"), hookSecret); err != nil {
		t.Errorf("a retry is not signed afresh: %v", err)
	}
}

func TestRetriesEndWithTheFirst2xx(t *testing.T) {
	s := newShop(t)
	left := 3
	s.answer = func(hook) (int, error) {
		if left--; left > 0 {
			return 0, errors.New("no answer")
		}
		return 204, nil
	}
	s.intent("ord_1", 2500)
	s.clock.advance(24 * time.Hour)
	equal(t, "sendings", len(s.taken()), 3)
	equal(t, "nothing waits", s.sim.Pending(), 0)
	log := s.sim.Deliveries()
	equal(t, "log", log[0].Error, "no answer")
	equal(t, "log", log[2].Status, 204)
}

func TestWebhookFaults(t *testing.T) {
	many := func(s *shop) {
		for range 20 {
			s.intent("ord_1", 2500)
		}
	}
	t.Run("duplicate sends each event so often", func(t *testing.T) {
		s := newShop(t)
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Duplicate: 3}})
		s.intent("ord_1", 2500)
		hooks := s.settle()
		equal(t, "sendings", len(hooks), 3)
		equal(t, "one event", read(t, hooks[0]).ID, read(t, hooks[2]).ID)
	})
	t.Run("delay spreads them", func(t *testing.T) {
		s := newShop(t)
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Delay: stripesim.Duration(time.Hour)}})
		many(s)
		s.clock.advance(30 * time.Minute)
		early := len(s.taken())
		s.clock.advance(30 * time.Minute)
		late := len(s.taken())
		if early == 0 || late == 0 || early+late != 20 {
			t.Errorf("%d early, %d late", early, late)
		}
	})
	t.Run("drop loses them for good, but not from the list", func(t *testing.T) {
		s := newShop(t)
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 0.5}})
		many(s)
		s.clock.advance(5 * 24 * time.Hour)
		came := len(s.taken())
		if lost := s.sim.Stats().Lost; lost == 0 || came == 0 || lost+came != 20 {
			t.Errorf("%d lost, %d came", lost, came)
		}
		list, listed := s.api.Events.List(&stripe.EventListParams{}), 0
		for list.Next() {
			listed++
		}
		equal(t, "listed", listed, 20)
	})
	t.Run("reorder shuffles them", func(t *testing.T) {
		s := newShop(t)
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Reorder: true}})
		many(s)
		s.clock.advance(2 * time.Second)
		var order, sorted []string
		for _, h := range s.taken() {
			order = append(order, read(t, h).Data.Object["id"].(string))
		}
		list := s.sim.Payments()
		for i := len(list) - 1; i >= 0; i-- {
			sorted = append(sorted, list[i].Intent)
		}
		if len(order) != 20 || slices.Equal(order, sorted) {
			t.Errorf("%d came, in order", len(order))
		}
	})
	t.Run("version and livemode are what the fault says", func(t *testing.T) {
		s := newShop(t)
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Version: "2025-03-31.basil", Livemode: true}})
		s.intent("ord_1", 2500)
		e := read(t, s.settle()[0])
		equal(t, "version", e.APIVersion, "2025-03-31.basil")
		equal(t, "live", e.Livemode, true)
	})
}

func TestForgedWebhooksAreRefusedByACarefulReceiverAndCountedIfNot(t *testing.T) {
	s := newShop(t)
	s.answer = func(h hook) (int, error) {
		var sentAt time.Time
		if _, err := webhook.ConstructEventIgnoringTolerance(h.body, h.header.Get("Stripe-Signature"), hookSecret); err != nil {
			return 400, nil //nolint:nilerr // the answer is the receiver's word
		}
		stamp, _, _ := strings.Cut(strings.TrimPrefix(h.header.Get("Stripe-Signature"), "t="), ",")
		unix := json.Number(stamp)
		if n, err := unix.Int64(); err == nil {
			sentAt = time.Unix(n, 0)
		}
		if age := h.at.Sub(sentAt).Abs(); age > 300*time.Second {
			return 400, nil
		}
		return 200, nil
	}
	s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Forge: true}})
	for range 60 {
		s.intent("ord_1", 2500)
	}
	s.clock.advance(time.Minute)
	stats := s.sim.Stats()
	equal(t, "forged", stats.Forged, 60)
	equal(t, "accepted", stats.ForgedAccepted, 0)
	equal(t, "real ones accepted", stats.Accepted, 60)
	seen := map[string]bool{}
	for _, d := range s.sim.Deliveries() {
		seen[d.Forged] = true
	}
	equal(t, "kinds of forgery, and none", len(seen), 9)
	s.answer = nil
	s.intent("ord_1", 2500)
	s.settle()
	equal(t, "a careless receiver is noticed", s.sim.Stats().ForgedAccepted, 1)
}

func TestReceiverMayCallTheAPIWhileItIsCalled(t *testing.T) {
	s := newShop(t)
	var seen *stripe.PaymentIntent
	s.answer = func(h hook) (int, error) {
		var e stripe.Event
		if err := json.Unmarshal(h.body, &e); err != nil {
			return 0, err
		}
		var err error
		seen, err = s.api.PaymentIntents.Get(e.Data.Object["id"].(string), nil)
		return 200, err
	}
	pi := s.intent("ord_1", 2500)
	s.settle()
	equal(t, "fetched", seen.ID, pi.ID)
}

func TestEventsAreListedWithoutGapOrRepeat(t *testing.T) {
	s := newShop(t)
	for range 25 {
		s.intent("ord_1", 2500)
		s.clock.advance(time.Second)
	}
	params := &stripe.EventListParams{Types: stripe.StringSlice([]string{"payment_intent.created"})}
	params.Limit = stripe.Int64(10)
	var forward []string
	for list := s.api.Events.List(params); list.Next(); {
		forward = append(forward, list.Event().ID)
	}
	equal(t, "all", len(forward), 25)
	slices.Sort(forward)
	equal(t, "no repeat", len(slices.Compact(forward)), 25)

	first := s.api.Events.List(&stripe.EventListParams{CreatedRange: &stripe.RangeQueryParams{GreaterThanOrEqual: s.clock.Now().Unix() - 3}})
	recent := 0
	for first.Next() {
		recent++
	}
	equal(t, "since", recent, 3)

	backward := &stripe.EventListParams{}
	backward.Single = true
	all := s.api.Events.List(backward)
	if !all.Next() {
		t.Fatal(all.Err())
	}
	newest := all.Event().ID
	s.intent("ord_2", 2500)
	since := &stripe.EventListParams{}
	since.EndingBefore = stripe.String(newest)
	since.Single = true
	later := s.api.Events.List(since)
	equal(t, "the one since", later.Next() && later.Event().GetObjectValue("metadata", "order_id") == "ord_2", true)
	equal(t, "no more", later.Next() || later.EventList().HasMore, false)

	s.clock.advance(31 * 24 * time.Hour)
	gone := s.api.Events.List(nil)
	equal(t, "after 31 days", gone.Next(), false)
}

func TestResendSendsAgain(t *testing.T) {
	s := newShop(t)
	s.intent("ord_1", 2500)
	e := read(t, s.settle()[0])
	if err := s.sim.Resend(e.ID); err != nil {
		t.Fatal(err)
	}
	equal(t, "again", read(t, s.settle()[0]).ID, e.ID)
	if s.sim.Resend("evt_none") == nil {
		t.Error("an unknown event was sent")
	}
}

func TestEqualSeedsGiveEqualHistories(t *testing.T) {
	start := time.Now().Truncate(time.Second)
	history := func(seed uint64) string {
		s := newShop(t, func(c *stripesim.Config) { c.Random = rand.NewPCG(seed, 0) })
		s.clock.now = start
		s.faults(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Duplicate: 2, Drop: 0.2, Reorder: true, Forge: true}})
		for _, card := range []string{pays, disputed, "4000000000005126"} {
			params := &stripe.RefundParams{PaymentIntent: stripe.String(s.paid("ord_1", 2500, card).PaymentIntent.ID), Amount: stripe.Int64(100)}
			params.SetIdempotencyKey("key of " + card) // stripe-go makes a random one up otherwise.
			if _, err := s.api.Refunds.New(params); err != nil {
				t.Fatal(err)
			}
		}
		s.clock.advance(24 * time.Hour)
		var all strings.Builder
		for _, h := range s.taken() {
			all.WriteString(h.header.Get("Stripe-Signature"))
			all.Write(h.body)
		}
		return all.String()
	}
	if one, again := history(1), history(1); one != again {
		t.Error("one seed gave two histories")
	}
	if history(1) == history(2) {
		t.Error("two seeds gave one history")
	}
}
