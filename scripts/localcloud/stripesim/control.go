package stripesim

import (
	"errors"
	"strings"
	"time"
)

func upper(currency string) string { return strings.ToUpper(currency) }

// stats counts deliveries.
type stats = Stats

// Stats counts what was sent. ForgedAccepted must stay 0: it counts forged events that were answered with 2xx.
type Stats struct {
	Sent           int `json:"sent"`     // Real sendings, copies and retries included.
	Accepted       int `json:"accepted"` // Of those, answered with 2xx.
	Lost           int `json:"lost"`     // Dropped by the fault, never sent.
	GivenUp        int `json:"given_up"` // Retried for 3 days in vain.
	Forged         int `json:"forged"`
	ForgedAccepted int `json:"forged_accepted"`
}

func (c *Stats) count(d *delivery, good bool) {
	sent, accepted := &c.Sent, &c.Accepted
	if d.forged != "" {
		sent, accepted = &c.Forged, &c.ForgedAccepted
	}
	*sent++
	if good {
		*accepted++
	}
}

// Stats is the count so far.
func (s *Sim) Stats() Stats {
	s.lock()
	defer s.unlock()
	return s.seen
}

// Deliveries is the log of the last 1000 sendings, oldest first.
func (s *Sim) Deliveries() []Delivery {
	s.lock()
	defer s.unlock()
	return append([]Delivery{}, s.log...)
}

// Pending is how many sendings wait for their time, retries included.
func (s *Sim) Pending() int {
	s.lock()
	defer s.unlock()
	return len(s.pending)
}

// AddEndpoint registers a receiver as the dashboard would, with a secret that the caller knows; "" makes one. kinds
// are event types, "*" for all. It returns the id and the secret.
func (s *Sim) AddEndpoint(url, secret string, kinds ...string) (id, signingSecret string, err error) {
	if !absolute(url) || len(kinds) == 0 {
		return "", "", errors.New("stripesim: an endpoint needs a URL and event types")
	}
	s.lock()
	defer s.unlock()
	e := &endpoint{url: url, kinds: kinds, version: Version, created: s.now()}
	s.keepEndpoint(e, secret)
	return e.id, e.secrets[0].value, nil
}

// RollSecret gives an endpoint a new signing secret; the old ones sign along for the time of grace (at most 24 h at
// Stripe). value "" makes one. Error: no such endpoint.
func (s *Sim) RollSecret(endpointID, value string, grace time.Duration) (string, error) {
	s.lock()
	defer s.unlock()
	e, ok := s.endpoints.get(endpointID)
	if !ok {
		return "", errors.New("stripesim: no such endpoint")
	}
	if value == "" {
		value = s.id("whsec_", 32)
	}
	end := s.cfg.Clock.Now().Add(grace)
	for i := range e.secrets {
		if e.secrets[i].until.IsZero() || e.secrets[i].until.After(end) {
			e.secrets[i].until = end
		}
	}
	e.secrets = append([]secret{{value: value}}, e.secrets...)
	return value, nil
}

// RaiseDispute lets the bank dispute a charge. It returns the dispute's id. Error: nothing to dispute.
func (s *Sim) RaiseDispute(chargeID, reason string) (string, error) {
	s.lock()
	defer s.unlock()
	ch, ok := s.charges.get(chargeID)
	if !ok || !ch.captured {
		return "", errors.New("stripesim: no such captured charge")
	}
	d := s.raise(ch, reason, false)
	if d == nil {
		return "", errors.New("stripesim: nothing is left to dispute")
	}
	return d.id, nil
}

// CloseDispute decides an open dispute. Error: no such open dispute.
func (s *Sim) CloseDispute(id string, won bool) error {
	s.lock()
	defer s.unlock()
	d, ok := s.disputes.get(id)
	if !ok || !d.open() {
		return errors.New("stripesim: no such open dispute")
	}
	s.decide(nil, d, won)
	return nil
}

// SettleRefund ends a refund now: "succeeded", "failed" (also after it had succeeded) or "canceled". Error: it cannot
// go there.
func (s *Sim) SettleRefund(id, status string) error {
	s.lock()
	defer s.unlock()
	r, ok := s.refunds.get(id)
	if !ok || r.release || r.status == "failed" || r.status == canceled {
		return errors.New("stripesim: no such refund that can change")
	}
	if status != succeeded && status != "failed" && (status != canceled || r.status != "pending") {
		return errors.New("stripesim: a refund ends succeeded, failed, or, while pending, canceled")
	}
	s.endRefund(r, status)
	return nil
}

// Resend sends an event again to every endpoint that wants it, as the dashboard can. Error: no such event.
func (s *Sim) Resend(eventID string) error {
	s.lock()
	defer s.unlock()
	e, ok := s.events.get(eventID)
	if !ok {
		return errors.New("stripesim: no such event")
	}
	s.announce(e)
	return nil
}

// ClockOf makes a Clock of any clock whose After gives something back, such as a timer.
func ClockOf[T any](clock interface {
	Now() time.Time
	After(d time.Duration, name string, f func()) T
}) Clock {
	return clockOf[T]{clock.Now, clock.After}
}

type clockOf[T any] struct {
	now   func() time.Time
	after func(time.Duration, string, func()) T
}

func (c clockOf[T]) Now() time.Time                               { return c.now() }
func (c clockOf[T]) After(d time.Duration, name string, f func()) { c.after(d, name, f) }
