package stripesim

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"time"
)

// keepKeys is how long the first answer of an idempotency key is kept. https://docs.stripe.com/api/idempotent_requests
const keepKeys = 24 * time.Hour

// kept is the first answer of an idempotency key.
type kept struct {
	at     time.Time
	print  string // Of method, path and parameters.
	busy   bool   // The first call has not been answered yet.
	status int    // 0: nothing kept yet.
	body   []byte
	first  string // Its request id.
}

func fingerprint(method, path string, values url.Values) string {
	sum := sha256.Sum256([]byte(method + " " + path + "?" + values.Encode()))
	return hex.EncodeToString(sum[:])
}

// claim looks a key up: the answer kept for it, an error, or neither, and then the call may run.
func (s *Sim) claim(key, print string) (*kept, *apiError) {
	s.forgetKeys()
	have, ok := s.keys[key]
	switch {
	case !ok:
		s.keys[key] = &kept{at: s.cfg.Clock.Now(), print: print, busy: true}
		s.keyOrder = append(s.keyOrder, key)
		return nil, nil
	case have.print != print:
		return nil, &apiError{status: http.StatusBadRequest, kind: typeIdempotency, unkept: true,
			message: "This idempotency key was first used with other parameters or another endpoint."}
	case have.busy:
		return nil, &apiError{status: http.StatusConflict, kind: typeIdempotency, code: "idempotency_key_in_use", unkept: true,
			message: "Another request with this idempotency key is in progress."}
	default:
		return have, nil
	}
}

// keep stores the answer of a claimed key, or gives the key up when nothing is to be kept.
func (s *Sim) keep(key, request string, status int, body []byte, unkept bool) {
	if unkept {
		delete(s.keys, key)
		return
	}
	have := s.keys[key]
	have.status, have.body, have.first = status, body, request
}

// answered ends the time in which a key is in use.
func (s *Sim) answered(key string) {
	if have, ok := s.keys[key]; ok {
		have.busy = false
	}
}

func (s *Sim) forgetKeys() {
	now := s.cfg.Clock.Now()
	for len(s.keyOrder) > 0 {
		have, ok := s.keys[s.keyOrder[0]]
		if ok && now.Sub(have.at) < keepKeys {
			return
		}
		delete(s.keys, s.keyOrder[0])
		s.keyOrder = s.keyOrder[1:]
	}
}
