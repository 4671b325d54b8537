package stripesim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"
)

// Retries: 1 min after the first failure, then twice as long each time, at most 12 h, for 3 days. Stripe documents
// "exponential back off" and the 3 days. https://docs.stripe.com/webhooks#retries
const (
	firstRetry  = time.Minute
	longestWait = 12 * time.Hour
	retryFor    = 3 * 24 * time.Hour
	logSize     = 1000
)

// delivery is one sending of an event to an endpoint.
type delivery struct {
	event    *event
	endpoint *endpoint
	attempt  int // 1 for the first.
	copied   bool
	forged   string // The kind of forgery, "" for the real thing.
	version  string
	live     bool
}

// Delivery is a line of the log that the control page shows.
type Delivery struct {
	At      time.Time `json:"at"`
	Event   string    `json:"event"`
	Type    string    `json:"type"`
	URL     string    `json:"url"`
	Attempt int       `json:"attempt"`
	Forged  string    `json:"forged,omitempty"`
	Status  int       `json:"status"` // 0: no answer.
	Error   string    `json:"error,omitempty"`
}

// announce queues an event for every endpoint that wants it, as the webhook faults say.
func (s *Sim) announce(e *event) {
	w := s.faults.Webhooks
	for _, to := range s.endpoints.all() {
		if to.disabled || !to.wants(e.kind) {
			continue
		}
		if s.chance(w.Drop) {
			s.seen.Lost++ // As if lost on the way for good: Stripe would retry, this does not, so that backfill is tested.
			continue
		}
		e.waiting++
		d := delivery{event: e, endpoint: to, attempt: 1, version: w.Version, live: w.Livemode}
		if d.version == "" {
			d.version = to.version
		}
		if d.version == "" {
			d.version = Version
		}
		for i := range max(1, w.Duplicate) {
			d.copied = i > 0
			s.queue(d, s.spread())
		}
		if w.Forge {
			d.forged = forgeries[s.pick(len(forgeries))]
			s.queue(d, s.spread())
		}
	}
}

// spread is how long a webhook takes. Reordering needs deliveries that overlap, so it spreads them over 2 s at least.
func (s *Sim) spread() time.Duration {
	d := time.Duration(s.faults.Webhooks.Delay)
	if s.faults.Webhooks.Reorder {
		d = max(d, 2*time.Second)
	}
	return s.upTo(d)
}

func (s *Sim) queue(d delivery, in time.Duration) {
	waiting := &d
	s.pending = append(s.pending, waiting)
	s.later = append(s.later, timer{in, "stripe webhook " + d.event.kind, func() {
		s.cfg.Go("stripe webhook "+d.event.kind, func() { s.send(waiting) })
	}})
}

// next takes a delivery out of the queue: the one whose time has come, or any if the order is to be broken.
func (s *Sim) next(own *delivery) *delivery {
	if len(s.pending) == 0 {
		return nil
	}
	at := 0
	for i, d := range s.pending {
		if d == own {
			at = i
		}
	}
	if s.faults.Webhooks.Reorder {
		at = s.pick(len(s.pending))
	}
	d := s.pending[at]
	s.pending = append(s.pending[:at:at], s.pending[at+1:]...)
	return d
}

func (s *Sim) send(own *delivery) {
	s.lock()
	d := s.next(own)
	if d == nil || d.endpoint.disabled {
		s.unlock()
		return
	}
	url, header, body := d.endpoint.url, http.Header{}, s.written(d.event.view(d.version, d.live), "\n")
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
	body = s.sign(d, header, body)
	s.unlock()

	status, err := s.cfg.Deliver(url, header, body)

	s.lock()
	defer s.unlock()
	s.record(d, url, status, err)
}

// record notes the answer and arranges a retry. Copies and forgeries are not sent again.
func (s *Sim) record(d *delivery, url string, status int, err error) {
	now := s.cfg.Clock.Now()
	entry := Delivery{At: now, Event: d.event.id, Type: d.event.kind, URL: url, Attempt: d.attempt, Forged: d.forged, Status: status}
	if err != nil {
		entry.Status, entry.Error = 0, err.Error()
	}
	if s.log = append(s.log, entry); len(s.log) > logSize {
		s.log = s.log[len(s.log)-logSize:]
	}
	good := err == nil && status >= 200 && status < 300
	s.seen.count(d, good)
	if d.forged != "" || d.copied {
		return
	}
	if good {
		d.event.waiting--
		return
	}
	wait := longestWait
	if d.attempt < 10 {
		wait = firstRetry << (d.attempt - 1)
	}
	if now.Add(wait).Sub(d.event.seenFrom) > retryFor {
		d.event.waiting--
		s.seen.GivenUp++
		return
	}
	again := *d
	again.attempt++
	s.queue(again, wait)
}

// sign puts the signature header on, by every secret that is active, and a v0 one as Stripe's test mode does. A
// forged delivery gets what a forger could make. https://docs.stripe.com/webhooks#verify-manually
func (s *Sim) sign(d *delivery, header http.Header, body []byte) []byte {
	now := s.cfg.Clock.Now()
	secrets := []string{}
	for _, have := range d.endpoint.secrets {
		if have.until.IsZero() || now.Before(have.until) {
			secrets = append(secrets, have.value)
		}
	}
	if d.forged != "" {
		return s.forge(d, header, body, secrets, now)
	}
	header.Set("Stripe-Signature", Signature(now, body, secrets...))
	return body
}

// Signature is the Stripe-Signature header of a body sent at t.
func Signature(t time.Time, body []byte, secrets ...string) string {
	header := "t=" + strconv.FormatInt(t.Unix(), 10)
	for _, value := range secrets {
		header += ",v1=" + mac(t, body, value)
	}
	return header + ",v0=" + mac(t, body, "v0")
}

func mac(t time.Time, body []byte, value string) string {
	h := hmac.New(sha256.New, []byte(value))
	h.Write([]byte(strconv.FormatInt(t.Unix(), 10) + "."))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}
