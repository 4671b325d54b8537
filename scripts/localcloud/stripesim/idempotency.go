package stripesim

import (
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// keepKeys is how long the first answer of an idempotency key is kept. https://docs.stripe.com/api/idempotent_requests
const keepKeys = 24 * time.Hour

// claim looks a key up: the answer kept for it, an error, or neither, and then the call may run.
func (s *Sim) claim(key, print string) (*gatewaysim.Kept, *apiError) {
	have, verdict := s.keys.Claim(key, print, s.cfg.Clock.Now())
	switch verdict {
	case gatewaysim.Differs:
		return nil, &apiError{status: http.StatusBadRequest, kind: typeIdempotency, unkept: true,
			message: "This idempotency key was first used with other parameters or another endpoint."}
	case gatewaysim.InUse:
		return nil, &apiError{status: http.StatusConflict, kind: typeIdempotency, code: "idempotency_key_in_use", unkept: true,
			message: "Another request with this idempotency key is in progress."}
	case gatewaysim.Fresh, gatewaysim.Repeated:
	}
	return have, nil
}

// keep stores the answer of a claimed key, or gives the key up when nothing is to be kept.
func (s *Sim) keep(key, request string, status int, body []byte, unkept bool) {
	if unkept {
		s.keys.Drop(key)
		return
	}
	s.keys.Keep(key, request, status, body)
}
