package gatewaysim

import (
	"net/http"
	"time"
)

// Retry is how a gateway repeats a webhook that was not answered with 2xx: after First, then twice as long each time, at most
// Longest, for as long as For after the event.
type Retry struct {
	First, Longest, For time.Duration
}

// wait is how long the gateway waits after a number of tries.
func (r Retry) wait(tries int) time.Duration {
	wait := r.First
	for range tries - 1 {
		if wait >= r.Longest {
			break
		}
		wait *= 2
	}
	return min(wait, r.Longest)
}

const logSize = 1000

// Webhook is an event on its way to one endpoint.
type Webhook struct {
	Event string    // Its id.
	Kind  string    // Its type.
	From  time.Time // When it happened, from which on it is repeated.
	// Write makes the request at the time of each sending, under the lock. Not ok: the endpoint is gone.
	Write func(Sending) (url string, header http.Header, body []byte, ok bool)
	// Done tells, under the lock, that it was accepted or given up; may be nil.
	Done func()
}

// Sending is one try to deliver a webhook.
type Sending struct {
	Attempt int    // 1 for the first.
	Copied  bool   // By the fault "duplicate".
	Forged  string // The kind of forgery, "" for the real thing.
}

type sending struct {
	hook *Webhook
	Sending
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

// Stats counts what was sent. ForgedAccepted must stay 0: it counts forged events that were answered with 2xx.
type Stats struct {
	Sent           int `json:"sent"`     // Real sendings, copies and retries included.
	Accepted       int `json:"accepted"` // Of those, answered with 2xx.
	Lost           int `json:"lost"`     // Dropped by the fault, never sent.
	GivenUp        int `json:"given_up"` // Retried in vain until the gateway had enough.
	Forged         int `json:"forged"`
	ForgedAccepted int `json:"forged_accepted"`
}

func (s *Stats) count(d *sending, good bool) {
	sent, accepted := &s.Sent, &s.Accepted
	if d.Forged != "" {
		sent, accepted = &s.Forged, &s.ForgedAccepted
	}
	*sent++
	if good {
		*accepted++
	}
}

// Stats is the count so far; it takes the lock.
func (c *Core) Stats() Stats {
	c.Lock()
	defer c.Unlock()
	return c.stats
}

// Deliveries is the log of the last 1000 sendings, oldest first; it takes the lock.
func (c *Core) Deliveries() []Delivery {
	c.Lock()
	defer c.Unlock()
	return append([]Delivery{}, c.log...)
}

// Pending is how many sendings wait for their time, retries included; it takes the lock.
func (c *Core) Pending() int {
	c.Lock()
	defer c.Unlock()
	return len(c.pending)
}

// Post queues a webhook, as the faults say. It is false if the webhook is lost.
func (c *Core) Post(hook Webhook) bool {
	w := &c.faults.Webhooks
	if c.Chance(w.Drop) {
		c.stats.Lost++ // As if lost on the way for good: a gateway would retry, this does not, so that backfill is tested.
		return false
	}
	d := sending{&hook, Sending{Attempt: 1}}
	for i := range max(1, w.Duplicate) {
		d.Copied = i > 0
		c.queue(d, c.spread())
	}
	if w.Forge && len(c.set.Forgeries) > 0 {
		d.Forged = c.set.Forgeries[c.Pick(len(c.set.Forgeries))]
		c.queue(d, c.spread())
	}
	return true
}

// spread is how long a webhook takes. Reordering needs deliveries that overlap, so it spreads them over 2 s at least.
func (c *Core) spread() time.Duration {
	d := time.Duration(c.faults.Webhooks.Delay)
	if c.faults.Webhooks.Reorder {
		d = max(d, 2*time.Second)
	}
	return c.UpTo(d)
}

func (c *Core) queue(d sending, in time.Duration) {
	waiting, name := &d, c.set.Name+" webhook "+d.hook.Kind
	c.pending = append(c.pending, waiting)
	c.later = append(c.later, timer{in, name, func() {
		c.set.Go(name, func() { c.send(waiting) })
	}})
}

// next takes a sending out of the queue: the one whose time has come, or any if the order is to be broken.
func (c *Core) next(own *sending) *sending {
	if len(c.pending) == 0 {
		return nil
	}
	at := 0
	for i, d := range c.pending {
		if d == own {
			at = i
		}
	}
	if c.faults.Webhooks.Reorder {
		at = c.Pick(len(c.pending))
	}
	d := c.pending[at]
	c.pending = append(c.pending[:at:at], c.pending[at+1:]...)
	return d
}

func (c *Core) send(own *sending) {
	c.Lock()
	d := c.next(own)
	if d == nil {
		c.Unlock()
		return
	}
	url, header, body, ok := d.hook.Write(d.Sending)
	c.Unlock()
	if !ok {
		return
	}
	status, err := c.set.Deliver(url, header, body)

	c.Lock()
	defer c.Unlock()
	c.record(d, url, status, err)
}

// record notes the answer and arranges a retry. Copies and forgeries are not sent again.
func (c *Core) record(d *sending, url string, status int, err error) {
	now := c.Now()
	entry := Delivery{At: now, Event: d.hook.Event, Type: d.hook.Kind, URL: url, Attempt: d.Attempt, Forged: d.Forged, Status: status}
	if err != nil {
		entry.Status, entry.Error = 0, err.Error()
	}
	if c.log = append(c.log, entry); len(c.log) > logSize {
		c.log = c.log[len(c.log)-logSize:]
	}
	good := err == nil && status >= 200 && status < 300
	c.stats.count(d, good)
	if d.Forged != "" || d.Copied {
		return
	}
	wait := c.set.Retry.wait(d.Attempt)
	switch {
	case good:
	case now.Add(wait).Sub(d.hook.From) > c.set.Retry.For:
		c.stats.GivenUp++
	default:
		again := *d
		again.Attempt++
		c.queue(again, wait)
		return
	}
	if d.hook.Done != nil {
		d.hook.Done()
	}
}
