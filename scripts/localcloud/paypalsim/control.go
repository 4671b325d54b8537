package paypalsim

import (
	"errors"
	"maps"
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// SetFaults replaces all faults. The error names a value that is not allowed.
func (s *Sim) SetFaults(f gatewaysim.Faults) error { return s.core.SetFaults(f) }

// Faults is what SetFaults set.
func (s *Sim) Faults() gatewaysim.Faults { return s.core.Faults() }

// Stats is the count of webhooks so far.
func (s *Sim) Stats() gatewaysim.Stats { return s.core.Stats() }

// Deliveries is the log of the last 1000 sendings, oldest first.
func (s *Sim) Deliveries() []gatewaysim.Delivery { return s.core.Deliveries() }

// Pending is how many sendings wait for their time, retries included.
func (s *Sim) Pending() int { return s.core.Pending() }

// RaiseDispute lets the shopper dispute all that is left of a capture at PayPal, with its money taken at once; an inquiry takes none
// yet. It returns the dispute's id. Error: nothing to dispute.
func (s *Sim) RaiseDispute(captureID, reason string, inquiry bool) (string, error) {
	return s.DisputePart(captureID, reason, inquiry, 0)
}

// DisputePart is RaiseDispute for an amount: a capture may have several disputes. 0 is all that is left.
func (s *Sim) DisputePart(captureID, reason string, inquiry bool, amount int64) (string, error) {
	s.lock()
	defer s.unlock()
	c, ok := s.captures.Get(captureID)
	if !ok {
		return "", errors.New("paypalsim: no such capture")
	}
	d := s.raise(c, reason, inquiry, amount)
	if d == nil {
		return "", errors.New("paypalsim: nothing is left to dispute")
	}
	return d.id, nil
}

// CloseDispute decides an open dispute. Error: no such open dispute.
func (s *Sim) CloseDispute(id string, won bool) error {
	s.lock()
	defer s.unlock()
	d, ok := s.disputes.Get(id)
	if !ok || !d.open() {
		return errors.New("paypalsim: no such open dispute")
	}
	outcome := "RESOLVED_BUYER_FAVOUR"
	if won {
		outcome = "RESOLVED_SELLER_FAVOUR"
	}
	s.decide(d, outcome)
	return nil
}

// SettleRefund ends a refund now: "COMPLETED", "FAILED" or "CANCELLED". Error: it cannot go there.
func (s *Sim) SettleRefund(id, status string) error {
	s.lock()
	defer s.unlock()
	r, ok := s.refunds.Get(id)
	if !ok || !r.counts() || status != completed && status != failed && status != "CANCELLED" {
		return errors.New("paypalsim: no such refund that can go there")
	}
	s.endRefund(r, status)
	return nil
}

// SettleCapture ends a capture that is pending: the money came, or did not. Error: none is pending under that id.
func (s *Sim) SettleCapture(id string, good bool) error {
	s.lock()
	defer s.unlock()
	c, ok := s.captures.Get(id)
	if !ok || c.status != pending {
		return errors.New("paypalsim: no such pending capture")
	}
	s.settle(c, good)
	return nil
}

// Resend sends an event again to every endpoint that wants it, as the dashboard can. Error: no such event.
func (s *Sim) Resend(eventID string) error {
	s.lock()
	defer s.unlock()
	e, ok := s.events.Get(eventID)
	if !ok {
		return errors.New("paypalsim: no such event")
	}
	s.announce(e)
	return nil
}

// Retell tells the latest event of a type once more, as another type: PayPal says some things under several names. Error: there is none.
func (s *Sim) Retell(kind, as string) error {
	s.lock()
	defer s.unlock()
	list := s.events.Newest(func(e *event) bool { return e.kind == kind })
	if len(list) == 0 {
		return errors.New("paypalsim: no such event")
	}
	again := &event{id: "WH-" + s.id() + "-" + s.id(), kind: as, created: s.now().Truncate(time.Millisecond), view: maps.Clone(list[0].view)}
	again.view["id"], again.view["event_type"] = again.id, as
	s.events.Put(again.id, again)
	s.announce(again)
	return nil
}

// RefundOrder refunds a part of what an order has paid, as staff do on PayPal's dashboard. Error: not that much is left.
func (s *Sim) RefundOrder(orderID string, units int64) error {
	s.lock()
	defer s.unlock()
	o, ok := s.orders.Get(orderID)
	if !ok {
		return errors.New("paypalsim: no such order")
	}
	for _, c := range o.captures {
		if units > 0 && s.mayRefund(c, units) == nil {
			s.give(c, units, "", "")
			return nil
		}
	}
	return errors.New("paypalsim: not that much is left")
}

// mockID is what PayPal's webhooks simulator signs with. https://developer.paypal.com/api/rest/webhooks/simulator/
const mockID = "WEBHOOK_ID"

// Mock sends an event that is made up, as PayPal's webhooks simulator does: to every endpoint, whatever it wants, signed by PayPal, and
// kept nowhere. It says of a capture that it has the state of kind, and is of the custom id. It returns the event's id.
func (s *Sim) Mock(kind, custom string) string {
	s.lock()
	defer s.unlock()
	id, now := "WH-"+s.id()+"-"+s.id(), s.now().Truncate(time.Millisecond)
	view := object{"id": id, "event_version": "1.0", "create_time": now.Format("2006-01-02T15:04:05.000Z"), "resource_type": "capture",
		"event_type": kind, "resource_version": "2.0", "summary": "An event that is made up.", "resource": object{"id": s.id(), "custom_id": custom,
			"status": completed, "amount": object{"currency_code": "EUR", "value": "1.00"}}}
	for _, to := range s.endpoints.All() {
		s.core.Post(gatewaysim.Webhook{Event: id, Kind: kind, From: now, Write: func(gatewaysim.Sending) (string, http.Header, []byte, bool) {
			body := s.core.Write(view, "")
			header := s.signed(s.cfg.Authority, s.CertURL(), mockID, s.now(), body)
			header.Set("Content-Type", "application/json")
			return to.url, header, body, true
		}})
	}
	return id
}
