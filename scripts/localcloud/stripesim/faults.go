package stripesim

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Faults is how the simulated Stripe misbehaves. The zero value: not at all.
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
	Drop      Rate     `json:"drop,omitempty"`      // Events lost for good, per endpoint: never retried, only in GET /v1/events.
	Reorder   bool     `json:"reorder,omitempty"`   // Pending sendings are shuffled (and spread over 2 s at least).
	Forge     bool     `json:"forge,omitempty"`     // Each event is also sent forged: see Stats.ForgedAccepted.
	Version   string   `json:"version,omitempty"`   // Events say that they are of this API version.
	Livemode  bool     `json:"livemode,omitempty"`  // Events say that they are of live mode.
}

// APIFaults applies to every call below /v1. "Effect": what the call would do is done, whatever is answered.
type APIFaults struct {
	Latency       Duration `json:"latency,omitempty"`               // After the effect.
	ErrorRate     Rate     `json:"error_rate,omitempty"`            // Answers Status, without effect.
	ErrorAfter    Rate     `json:"error_after_effect,omitempty"`    // Answers Status, after the effect.
	Status        int      `json:"status,omitempty"`                // 500, 502, 503, 504, 429 or 409; 503 unless set. A key keeps 500 only.
	TimeoutBefore Rate     `json:"timeout_before_effect,omitempty"` // No answer, no effect.
	TimeoutAfter  Rate     `json:"timeout_after_effect,omitempty"`  // No answer, after the effect.
	CutJSON       Rate     `json:"cut_json,omitempty"`              // Half of the answer.
	Huge          Rate     `json:"huge,omitempty"`                  // The answer is followed by 5 MB of white space.
	Down          bool     `json:"down,omitempty"`                  // Refuses connections; pages too.
}

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
		return fmt.Errorf("stripesim: a rate is true, false or a number from 0 to 1, not %.20s", data)
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
		return fmt.Errorf("stripesim: a duration is a text such as \"5s\", not %.20s", data)
	}
	parsed, err := time.ParseDuration(text)
	if err != nil || parsed < 0 || parsed > retryFor {
		return fmt.Errorf("stripesim: a duration is from 0 to 72h, not %.20s", text)
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
		return fmt.Errorf("stripesim: faults: %w", err)
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
		return errors.New("stripesim: faults: api.status is 409, 429, 500, 502, 503 or 504")
	}
	if f.Webhooks.Duplicate < 0 || f.Webhooks.Duplicate > 100 {
		return errors.New("stripesim: faults: webhooks.duplicate is from 0 to 100")
	}
	switch f.Refunds {
	case "", succeeded, RefundsPending, RefundsFailed, RefundsPendingFail, RefundsFailLate:
		return nil
	default:
		return errors.New("stripesim: faults: refunds is succeeded, pending, failed, pending_then_failed or succeeded_then_failed")
	}
}

// SetFaults replaces all faults. The error names a value that is not allowed.
func (s *Sim) SetFaults(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	s.lock()
	defer s.unlock()
	s.faults = f
	return nil
}

// Faults is what SetFaults set.
func (s *Sim) Faults() Faults {
	s.lock()
	defer s.unlock()
	return s.faults
}

// trouble is what the faults do to one call.
type trouble struct {
	timeoutBefore, timeoutAfter bool
	errorBefore, errorAfter     bool
	cut, huge                   bool
	status                      int
	latency                     time.Duration
}

// draw decides the fate of a call.
func (s *Sim) draw() trouble {
	a := s.faults.API
	t := trouble{status: a.Status, latency: time.Duration(a.Latency)}
	setDefault(&t.status, 503)
	t.timeoutBefore = s.chance(a.TimeoutBefore)
	t.errorBefore = s.chance(a.ErrorRate)
	t.errorAfter = s.chance(a.ErrorAfter)
	t.timeoutAfter = s.chance(a.TimeoutAfter)
	t.cut = s.chance(a.CutJSON)
	t.huge = s.chance(a.Huge)
	return t
}
