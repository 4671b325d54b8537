package stripesim

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// retry: 1 min after the first failure, then twice as long each time, at most 12 h, for 3 days. Stripe documents
// "exponential back off" and the 3 days. https://docs.stripe.com/webhooks#retries
var retry = gatewaysim.Retry{First: time.Minute, Longest: 12 * time.Hour, For: 3 * 24 * time.Hour}

// delivery is one sending of an event to an endpoint.
type delivery struct {
	event    *event
	endpoint *endpoint
	forged   string // The kind of forgery, "" for the real thing.
}

// announce queues an event for every endpoint that wants it, as the webhook faults say.
func (s *Sim) announce(e *event) {
	faults := s.core.Faulty().Webhooks
	for _, to := range s.endpoints.All() {
		if to.disabled || !to.wants(e.kind) {
			continue
		}
		version := cmp.Or(faults.Version, to.version, Version)
		sent := s.core.Post(gatewaysim.Webhook{Event: e.id, Kind: e.kind, From: e.seenFrom, Done: func() { e.waiting-- },
			Write: func(try gatewaysim.Sending) (string, http.Header, []byte, bool) {
				if to.disabled {
					return "", nil, nil, false
				}
				header, body := http.Header{}, s.core.Write(e.view(version, faults.Livemode), s.line)
				header.Set("Content-Type", "application/json; charset=utf-8")
				header.Set("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
				return to.url, header, s.sign(&delivery{e, to, try.Forged}, header, body), true
			}})
		if sent {
			e.waiting++
		}
	}
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
