package gatewaysim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// What the fault "refunds" and some test cards do with refunds.
const (
	RefundsPending     = "pending"               // Pending, succeeds some time later.
	RefundsFailed      = "failed"                // Failed at once.
	RefundsPendingFail = "pending_then_failed"   // Pending, fails some time later.
	RefundsFailLate    = "succeeded_then_failed" // Succeeded, fails some time later: the money comes back.
)

// Faults is how a simulated gateway misbehaves. The zero value: not at all.
type Faults struct {
	Webhooks WebhookFaults `json:"webhooks,omitzero"`
	API      APIFaults     `json:"api,omitzero"`
	// Refunds is how refunds end: "succeeded" (or ""), or one of the Refunds… constants.
	Refunds string `json:"refunds,omitempty"`
}

// WebhookFaults applies to events that happen from now on.
type WebhookFaults struct {
	Duplicate int      `json:"duplicate,omitempty"` // How often each event is sent; 0 and 1: once.
	Delay     Duration `json:"delay,omitempty"`     // Each sending waits a random time up to this.
	Drop      Rate     `json:"drop,omitempty"`      // Events lost for good, per endpoint: never retried, only in the list of events.
	Reorder   bool     `json:"reorder,omitempty"`   // Pending sendings are shuffled (and spread over 2 s at least).
	Forge     bool     `json:"forge,omitempty"`     // Each event is also sent forged: see Stats.ForgedAccepted.
	Version   string   `json:"version,omitempty"`   // Events say that they are of this API version.
	Livemode  bool     `json:"livemode,omitempty"`  // Events say that they are of live mode.
}

// APIFaults applies to every call of the API. "Effect": what the call would do is done, whatever is answered.
type APIFaults struct {
	Latency       Duration `json:"latency,omitempty"`               // After the effect.
	ErrorRate     Rate     `json:"error_rate,omitempty"`            // Answers Status, without effect.
	ErrorAfter    Rate     `json:"error_after_effect,omitempty"`    // Answers Status, after the effect.
	Status        int      `json:"status,omitempty"`                // 500, 502, 503, 504, 429 or 409; 503 unless set. Of these, only a 500 is kept for an idempotency key.
	TimeoutBefore Rate     `json:"timeout_before_effect,omitempty"` // No answer, no effect.
	TimeoutAfter  Rate     `json:"timeout_after_effect,omitempty"`  // No answer, after the effect.
	CutJSON       Rate     `json:"cut_json,omitempty"`              // Half of the answer.
	Huge          Rate     `json:"huge,omitempty"`                  // The answer is followed by 5 MB of white space.
	Down          bool     `json:"down,omitempty"`                  // Refuses connections; pages too.
}

// longestFault bounds durations.
const longestFault = 72 * time.Hour

// Rate is a probability. In JSON: a number from 0 to 1, or true for always.
type Rate float64

// UnmarshalJSON reads a number or a boolean.
func (r *Rate) UnmarshalJSON(data []byte) error {
	switch string(data) {
	case "true":
		*r = 1
		return nil
	case "false":
		*r = 0
		return nil
	}
	var n float64
	if err := json.Unmarshal(data, &n); err != nil || n < 0 || n > 1 {
		return fmt.Errorf("gatewaysim: a rate is true, false or a number from 0 to 1, not %.20s", data)
	}
	*r = Rate(n)
	return nil
}

// Duration is a time.Duration that reads and writes "5s" in JSON.
type Duration time.Duration

// MarshalJSON writes "1m30s".
func (d Duration) MarshalJSON() ([]byte, error) { return json.Marshal(time.Duration(d).String()) }

// UnmarshalJSON reads "1m30s", from 0 to 72h.
func (d *Duration) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return fmt.Errorf("gatewaysim: a duration is a text such as \"5s\", not %.20s", data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 || parsed > longestFault {
		return fmt.Errorf("gatewaysim: a duration is from 0 to 72h, not %.20s", text)
	}
	*d = Duration(parsed)
	return nil
}

// UnmarshalJSON refuses members that do not exist, and checks the values.
func (f *Faults) UnmarshalJSON(data []byte) error {
	type plain Faults
	var read plain
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return fmt.Errorf("gatewaysim: faults: %w", err)
	}
	if err := Faults(read).check(); err != nil {
		return err
	}
	*f = Faults(read)
	return nil
}

func (f Faults) check() error {
	switch f.API.Status {
	case 0, 409, 429, 500, 502, 503, 504:
	default:
		return errors.New("gatewaysim: faults: api.status is 409, 429, 500, 502, 503 or 504")
	}
	if f.Webhooks.Duplicate < 0 || f.Webhooks.Duplicate > 100 {
		return errors.New("gatewaysim: faults: webhooks.duplicate is from 0 to 100")
	}
	switch f.Refunds {
	case "", "succeeded", RefundsPending, RefundsFailed, RefundsPendingFail, RefundsFailLate:
		return nil
	default:
		return errors.New("gatewaysim: faults: refunds is succeeded, pending, failed, pending_then_failed or succeeded_then_failed")
	}
}

// SetFaults replaces all faults; it takes the lock. The error names a value that is not allowed.
func (c *Core) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	c.Lock()
	defer c.Unlock()
	c.faults = f
	return nil
}

// Faults is what SetFaults set; it takes the lock.
func (c *Core) Faults() Faults {
	c.Lock()
	defer c.Unlock()
	return c.faults
}

// Faulty is what SetFaults set, under the lock.
func (c *Core) Faulty() *Faults { return &c.faults }

// Trouble is what the faults do to one call.
type Trouble struct {
	TimeoutBefore, TimeoutAfter bool
	ErrorBefore, ErrorAfter     bool
	Cut, Huge                   bool
	Status                      int
	Latency                     time.Duration
}

// Draw decides the fate of a call.
func (c *Core) Draw() Trouble {
	a := c.faults.API
	t := Trouble{Status: a.Status, Latency: time.Duration(a.Latency)}
	Default(&t.Status, 503)
	t.TimeoutBefore = c.Chance(a.TimeoutBefore)
	t.ErrorBefore = c.Chance(a.ErrorRate)
	t.ErrorAfter = c.Chance(a.ErrorAfter)
	t.TimeoutAfter = c.Chance(a.TimeoutAfter)
	t.Cut = c.Chance(a.CutJSON)
	t.Huge = c.Chance(a.Huge)
	return t
}
