package gatewaysim

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Keys are idempotency keys with the first answer of each. The zero value forgets at once: set Life.
type Keys struct {
	Life  time.Duration // How long an answer is kept.
	known map[string]*Kept
	order []string
}

// Kept is the first answer of an idempotency key.
type Kept struct {
	Status int // 0: nothing kept yet.
	Body   []byte
	First  string // The first request's id.

	at    time.Time
	print string
	busy  bool // The first call has not been answered yet.
}

// Verdict is what an idempotency key means for a call.
type Verdict int

// The verdicts.
const (
	Fresh    Verdict = iota // The call may run.
	Repeated                // The answer is there.
	Differs                 // The key was used for another call.
	InUse                   // The same call is running.
)

// Print is the fingerprint of a request.
func Print(method, path, body string) string {
	sum := sha256.Sum256([]byte(method + " " + path + "?" + body))
	return hex.EncodeToString(sum[:])
}

// Claim looks a key up at a time, and claims it for a call with that fingerprint if it is fresh. Then Keep must follow.
func (k *Keys) Claim(key, print string, now time.Time) (*Kept, Verdict) {
	k.forget(now)
	have, ok := k.known[key]
	switch {
	case !ok:
		if k.known == nil {
			k.known = map[string]*Kept{}
		}
		k.known[key] = &Kept{at: now, print: print, busy: true}
		k.order = append(k.order, key)
		return nil, Fresh
	case have.print != print:
		return nil, Differs
	case have.busy:
		return nil, InUse
	default:
		return have, Repeated
	}
}

// Keep stores the answer of a claimed key, which stays in use until Answered.
func (k *Keys) Keep(key, request string, status int, body []byte) {
	if have, ok := k.known[key]; ok {
		have.Status, have.Body, have.First = status, body, request
	}
}

// Drop gives a claimed key up: nothing is kept.
func (k *Keys) Drop(key string) { delete(k.known, key) }

// Answered ends the time in which a key is in use.
func (k *Keys) Answered(key string) {
	if have, ok := k.known[key]; ok {
		have.busy = false
	}
}

func (k *Keys) forget(now time.Time) {
	for len(k.order) > 0 {
		have, ok := k.known[k.order[0]]
		if ok && now.Sub(have.at) < k.Life {
			return
		}
		delete(k.known, k.order[0])
		k.order = k.order[1:]
	}
}
