package routing

import (
	"encoding/json"
	"slices"
	"time"

	"till/shared/fault"
)

// When a gateway is left alone. Only failures are counted while it does well; once one was seen, successes are counted beside them, so
// that a few failures among many do not take a gateway away.
const (
	window      = 5 * time.Minute
	failuresMax = 5                // In the window; with at least as many failures as successes, no more payments begin there.
	enough      = 20               // Successes of a minute are counted no further.
	pause       = 30 * time.Second // Until the first trial; twice as long after each that fails.
	pauseMax    = 10 * time.Minute
	lease       = 20 * time.Second // How long one trial keeps others away: longer than a call to a gateway takes.
	lastMax     = 5
)

// State is what a breaker lets through.
type State string

// The states of a breaker.
const (
	Closed   State = "closed"    // Payments begin.
	Open     State = "open"      // None begins.
	HalfOpen State = "half_open" // One at a time may try.
)

// Breaker is how well one gateway has begun payments lately. The zero Breaker is that of one that nobody has seen fail. A value is never
// changed. All of it is safe to log.
type Breaker struct {
	Gateway string    `json:"gateway"`
	N       int       `json:"n"` // Of the stored version; 0: none.
	Minutes []Minute  `json:"minutes,omitempty"`
	Opened  time.Time `json:"opened,omitzero"` // Zero: closed.
	Retry   time.Time `json:"retry,omitzero"`  // From when a trial may begin.
	Lease   time.Time `json:"lease,omitzero"`  // Until when the trial that has begun keeps others away.
	Trips   int       `json:"trips,omitempty"` // Opened so often without a success between.
	Last    []Failure `json:"last,omitempty"`
	Heard   time.Time `json:"heard,omitzero"`   // When the latest webhook came that was looked for among the gateway's events.
	Missed  int       `json:"missed,omitempty"` // Of the events of the last look, how many had not come.
}

// Minute is what was counted in a minute.
type Minute struct {
	At     time.Time `json:"at"`
	Failed int       `json:"failed,omitempty"`
	Fine   int       `json:"fine,omitempty"`
}

// Failure is when a gateway failed, and how: the code of the fault.
type Failure struct {
	At   time.Time `json:"at"`
	Code string    `json:"code"`
}

// State tells what the breaker lets through now.
func (b Breaker) State(now time.Time) State {
	switch {
	case b.Opened.IsZero():
		return Closed
	case now.Before(b.Retry):
		return Open
	}
	return HalfOpen
}

// Allows tells whether a payment may begin: always while closed; while half open, as the one trial.
func (b Breaker) Allows(now time.Time) bool {
	state := b.State(now)
	return state == Closed || state == HalfOpen && !now.Before(b.Lease)
}

// Trial takes the place of the one that tries. It is good once it is stored.
func (b Breaker) Trial(now time.Time) Breaker {
	b.N, b.Lease = b.N+1, now.Add(lease).UTC()
	return b
}

// Counted tells whether a success is worth a write: not while all is well, nor once many are counted.
func (b Breaker) Counted(now time.Time) bool {
	if !b.Opened.IsZero() {
		return true
	}
	failed, _ := b.sums(now)
	m := b.minute(now)
	return failed > 0 && m.Fine < enough
}

// Fine notes a payment that began. One that does so while the breaker is not closed closes it.
func (b Breaker) Fine(now time.Time) Breaker {
	b.N++
	if !b.Opened.IsZero() {
		return Breaker{Gateway: b.Gateway, N: b.N, Last: b.Last, Heard: b.Heard, Missed: b.Missed}
	}
	return b.count(now, 0, 1)
}

// Listened notes what a look at the gateway's own list of events has shown: when the latest came of those that did, zero if none was to
// come, and how many did not. It is the same, and nothing to store, if that is known.
func (b Breaker) Listened(heard time.Time, missed int) (next Breaker, news bool) {
	heard = heard.UTC().Truncate(time.Second)
	if heard.Before(b.Heard) {
		heard = b.Heard
	}
	if heard.Equal(b.Heard) && missed == b.Missed {
		return b, false
	}
	b.N, b.Heard, b.Missed = b.N+1, heard, missed
	return b, true
}

// Failed notes a call that failed, or whose outcome nobody knows.
func (b Breaker) Failed(code string, now time.Time) Breaker {
	b.N++
	b.Last = append([]Failure{{now.UTC().Truncate(time.Second), code}}, b.Last[:min(len(b.Last), lastMax-1)]...)
	if b.Opened.IsZero() {
		if b = b.count(now, 1, 0); !b.sick(now) {
			return b
		}
	} else if now.Before(b.Retry) {
		return b // A call that had begun before.
	}
	b.Opened, b.Lease = now.UTC(), time.Time{}
	b.Retry = now.Add(min(pause<<max(min(b.Trips, 10), 0), pauseMax)).UTC()
	b.Trips++
	return b
}

func (b Breaker) sick(now time.Time) bool {
	failed, fine := b.sums(now)
	return failed >= failuresMax && failed >= fine
}

// Score is how many in a hundred of the calls that were counted lately were fine; 100 if none was counted.
func (b Breaker) Score(now time.Time) int {
	failed, fine := b.sums(now)
	if failed+fine == 0 {
		return 100
	}
	return 100 * fine / (failed + fine)
}

func (b Breaker) sums(now time.Time) (failed, fine int) {
	for _, m := range b.Minutes {
		if age := now.Sub(m.At); age < window && age > -window {
			failed, fine = failed+m.Failed, fine+m.Fine
		}
	}
	return failed, fine
}

func (b Breaker) minute(now time.Time) Minute {
	at := now.UTC().Truncate(time.Minute)
	for _, m := range b.Minutes {
		if m.At.Equal(at) {
			return m
		}
	}
	return Minute{At: at}
}

// count adds to this minute, and forgets those that are over.
func (b Breaker) count(now time.Time, failed, fine int) Breaker {
	m := b.minute(now)
	m.Failed, m.Fine = m.Failed+failed, m.Fine+fine
	kept := slices.DeleteFunc(slices.Clone(b.Minutes), func(old Minute) bool {
		age := now.Sub(old.At)
		return old.At.Equal(m.At) || age >= window || age <= -window
	})
	b.Minutes = append(kept, m)
	return b
}

// Encode is the stored form of a breaker.
func (b Breaker) Encode() ([]byte, error) { return json.Marshal(b) }

// DecodeBreaker reads the stored form. Errors: fault.Internal, the store holds what we cannot read.
func DecodeBreaker(data []byte) (Breaker, error) {
	var b Breaker
	if err := json.Unmarshal(data, &b); err != nil {
		return Breaker{}, fault.Wrap(fault.Internal, "routing.DecodeBreaker", err)
	}
	return b, nil
}
