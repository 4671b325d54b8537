package stripesim

import (
	"errors"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

func upper(currency string) string { return strings.ToUpper(currency) }

// Stats is the count of webhooks so far.
func (s *Sim) Stats() Stats { return s.core.Stats() }

// Deliveries is the log of the last 1000 sendings, oldest first.
func (s *Sim) Deliveries() []Delivery { return s.core.Deliveries() }

// Pending is how many sendings wait for their time, retries included.
func (s *Sim) Pending() int { return s.core.Pending() }

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
	e, ok := s.endpoints.Get(endpointID)
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

// RaiseDispute lets the bank dispute all that is left of a charge. It returns the dispute's id. Error: nothing to dispute.
func (s *Sim) RaiseDispute(chargeID, reason string) (string, error) {
	return s.DisputePart(chargeID, reason, 0)
}

// DisputePart is RaiseDispute for an amount: a charge may have several disputes. 0 is all that is left.
func (s *Sim) DisputePart(chargeID, reason string, amount int64) (string, error) {
	s.lock()
	defer s.unlock()
	ch, ok := s.charges.Get(chargeID)
	if !ok || !ch.captured {
		return "", errors.New("stripesim: no such captured charge")
	}
	d := s.raise(ch, reason, false, amount)
	if d == nil {
		return "", errors.New("stripesim: nothing is left to dispute")
	}
	return d.id, nil
}

// CloseDispute decides an open dispute. Error: no such open dispute.
func (s *Sim) CloseDispute(id string, won bool) error {
	s.lock()
	defer s.unlock()
	d, ok := s.disputes.Get(id)
	if !ok || !d.open() {
		return errors.New("stripesim: no such open dispute")
	}
	s.decide(nil, d, won)
	return nil
}

// EscalateInquiry makes a dispute of a bank's open inquiry. Error: no such inquiry, or nothing is left to dispute.
func (s *Sim) EscalateInquiry(id string) error {
	s.lock()
	defer s.unlock()
	d, ok := s.disputes.Get(id)
	if !ok || !d.open() || !strings.HasPrefix(d.status, "warning_") || d.charge.disputable(d) == 0 {
		return errors.New("stripesim: no such open inquiry about money that is there")
	}
	s.escalate(d)
	return nil
}

// SettleRefund ends a refund now: "succeeded", "failed" (also after it had succeeded) or "canceled". Error: it cannot
// go there.
func (s *Sim) SettleRefund(id, status string) error {
	s.lock()
	defer s.unlock()
	r, ok := s.refunds.Get(id)
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
	e, ok := s.events.Get(eventID)
	if !ok {
		return errors.New("stripesim: no such event")
	}
	s.announce(e)
	return nil
}

// Retell tells the latest event of a type once more, as another type: Stripe says some things under several names. Error: there is none.
func (s *Sim) Retell(kind, as string) error {
	s.lock()
	defer s.unlock()
	list := s.events.Newest(func(e *event) bool { return e.kind == kind })
	if len(list) == 0 {
		return errors.New("stripesim: no such event")
	}
	again := *list[0]
	again.id, again.kind, again.waiting, again.seenFrom = s.id("evt_3", 23), as, 0, s.cfg.Clock.Now()
	s.events.Put(again.id, &again)
	s.announce(&again)
	return nil
}

// ClockOf makes a Clock of any clock whose After gives something back, such as a timer.
func ClockOf[T any](clock interface {
	Now() time.Time
	After(d time.Duration, name string, f func()) T
}) Clock {
	return gatewaysim.ClockOf(clock)
}
