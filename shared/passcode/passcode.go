// Package passcode is the one-time code that a customer is mailed: how long it lives, how often it may be tried, and how often
// another is mailed.
package passcode

import (
	"crypto/subtle"
	"encoding/json"
	"slices"
	"time"

	"till/shared/fault"
)

// Purpose is what a code is for. A code for one thing does not open another.
type Purpose string

// The purposes.
const (
	Export  Purpose = "export"
	Erasure Purpose = "erasure"
)

// The bounds of a code.
const (
	Life     = 15 * time.Minute
	TriesMax = 5

	// A mailbox is not to be filled: how soon after a code another one may be mailed, and how many within a window.
	gap    = 2 * time.Minute
	window = 24 * time.Hour
	most   = 5
)

// ParsePurpose reads a purpose. Errors: fault.Invalid, purpose_invalid.
func ParsePurpose(text string) (Purpose, error) {
	if p := Purpose(text); p == Export || p == Erasure {
		return p, nil
	}
	return "", fault.New(fault.Invalid, "passcode.ParsePurpose", "purpose_invalid", "Must be export or erasure.")
}

// Code is what is kept of an address's codes: the last one, as a keyed hash alone, and when others were mailed. An address that nobody
// has ordered with has one too, that was mailed to nobody: so nothing tells the two apart. The zero Code with a Hash has never been asked for.
type Code struct {
	Hash    string      `json:"-"` // The blind index of the address.
	N       int         `json:"-"` // Version, from 1.
	Purpose Purpose     `json:"purpose"`
	MAC     []byte      `json:"mac"`
	Ask     string      `json:"ask"` // Which request it answers, so that one that comes twice counts once.
	Until   time.Time   `json:"until"`
	Tries   int         `json:"tries,omitempty"` // Wrong ones.
	Spent   bool        `json:"spent,omitempty"`
	Asks    []time.Time `json:"asks"` // When codes were asked for, of the last day.
}

// Renew gives an address its next code, of the keyed hash mac. It is false if nothing is to be mailed: too soon or too often, or a request
// that comes again once its code was used or tried.
func (c Code) Renew(p Purpose, ask string, mac []byte, now time.Time) (Code, bool) {
	next := c
	next.N, next.MAC = c.N+1, slices.Clone(mac)
	if c.N > 0 && c.Ask == ask {
		return next, !c.Spent && c.Tries == 0 && now.Before(c.Until)
	}
	next.Asks = slices.DeleteFunc(slices.Clone(c.Asks), func(at time.Time) bool { return now.Sub(at) >= window })
	n := len(next.Asks)
	// Who has used one has shown that the mailbox is theirs, and waits for no other.
	if n >= most || n > 0 && !c.Spent && now.Sub(next.Asks[n-1]) < gap {
		return c, false
	}
	at := now.UTC().Truncate(time.Second)
	next.Purpose, next.Ask, next.Until, next.Tries, next.Spent, next.Asks = p, ask, at.Add(Life), 0, false, append(next.Asks, at)
	return next, true
}

// Verdict is what a try came to.
type Verdict int

// The verdicts. Only Right opens anything.
const (
	Wrong   Verdict = iota // Another code, none at all, or one that has ended.
	Right                  // The one that was mailed.
	Used                   // It was the one, and has opened already.
	TooMany                // It was tried too often, with whatever.
)

// Try compares a keyed hash with the code's, in the same time whatever they are. The next version, if it has another N, must be stored
// before anything is answered: so each try counts, also of those that come at once.
func (c Code) Try(p Purpose, mac []byte, now time.Time) (Code, Verdict) {
	same := subtle.ConstantTimeCompare(c.MAC, mac) == 1 && c.Purpose == p
	switch {
	case c.N == 0 || !now.Before(c.Until):
		return c, Wrong
	case c.Tries >= TriesMax:
		return c, TooMany
	case !same:
		c.N, c.Tries = c.N+1, c.Tries+1
		return c, Wrong
	case c.Spent:
		return c, Used
	default:
		return c, Right
	}
}

// Spend is the code once it has opened what it is for.
func (c Code) Spend() Code {
	c.N, c.Spent = c.N+1, true
	return c
}

// Forget is when nothing of it matters any more.
func (c Code) Forget() time.Time {
	at := c.Until
	if n := len(c.Asks); n > 0 && c.Asks[n-1].Add(window).After(at) {
		at = c.Asks[n-1].Add(window)
	}
	return at
}

// Encode is the stored form, without Hash and N.
func (c Code) Encode() ([]byte, error) {
	data, err := json.Marshal(c)
	return data, fault.Wrap(fault.Internal, "passcode.Encode", err)
}

// Decode reads the stored form. Errors: fault.Internal, it is none.
func Decode(data []byte) (Code, error) {
	var c Code
	err := json.Unmarshal(data, &c)
	return c, fault.Wrap(fault.Internal, "passcode.Decode", err)
}
