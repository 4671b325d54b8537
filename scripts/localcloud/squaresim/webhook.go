package squaresim

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// The headers of a webhook. https://developer.squareup.com/docs/webhooks/step2subscribe
const (
	signatureHeader   = "X-Square-Hmacsha256-Signature"
	environmentHeader = "Square-Environment"
)

// endpoint is a registered receiver of webhooks.
type endpoint struct {
	id       string
	url      string
	key      string
	kinds    []string // "*" is all.
	disabled bool
}

// AddEndpoint registers a receiver as the Developer Console would, with a signature key that the caller knows; "" makes one. kinds
// are event types, "*" for all. It returns the id and the key.
func (s *Sim) AddEndpoint(url, key string, kinds ...string) (id, signatureKey string, err error) {
	if !gatewaysim.Absolute(url) || len(kinds) == 0 {
		return "", "", errors.New("squaresim: an endpoint needs a URL and event types")
	}
	s.lock()
	defer s.unlock()
	e := &endpoint{id: "wbhk_" + s.id(32), url: url, key: key, kinds: kinds}
	if e.key == "" {
		e.key = s.id(22)
	}
	s.endpoints.Put(e.id, e)
	return e.id, e.key, nil
}

// RollKey gives an endpoint a new signature key, by which everything is signed from now on, also what is sent again. value "" makes one.
// https://developer.squareup.com/reference/square/webhook-subscriptions-api/update-webhook-subscription-signature-key
func (s *Sim) RollKey(endpointID, value string) (string, error) {
	s.lock()
	defer s.unlock()
	e, ok := s.endpoints.Get(endpointID)
	if !ok {
		return "", errors.New("squaresim: no such endpoint")
	}
	if e.key = value; value == "" {
		e.key = s.id(22)
	}
	return e.key, nil
}

// announce queues an event for every endpoint that wants it, as the webhook faults say.
func (s *Sim) announce(e *event) {
	live := s.core.Faulty().Webhooks.Livemode
	first := s.now()
	for _, to := range s.endpoints.All() {
		if to.disabled || !slices.Contains(to.kinds, e.kind) && !slices.Contains(to.kinds, "*") {
			continue
		}
		s.core.Post(gatewaysim.Webhook{Event: e.id, Kind: e.kind, From: first,
			Write: func(try gatewaysim.Sending) (string, http.Header, []byte, bool) {
				header := http.Header{}
				header.Set("Content-Type", "application/json")
				header.Set("User-Agent", "Square Connect v2")
				header.Set("Square-Initial-Delivery-Timestamp", stamp(first))
				header.Set(environmentHeader, map[bool]string{true: "Production", false: "Sandbox"}[live])
				if try.Attempt > 1 {
					header.Set("Square-Retry-Number", strconv.Itoa(try.Attempt-1))
					header.Set("Square-Retry-Reason", "http_error")
				}
				body := s.core.Write(s.viewEvent(e), "")
				if try.Forged != "" {
					return to.url, header, s.forge(try.Forged, to, e, header, body), !to.disabled
				}
				header.Set(signatureHeader, Signature(to.url, body, to.key))
				return to.url, header, body, !to.disabled
			}})
	}
}

// Signature is the signature of a body sent to a URL. https://developer.squareup.com/docs/webhooks/step3validate
func Signature(url string, body []byte, key string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(url))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// forgeries are what the fault "forge" sends beside each event. A receiver must answer none of them with 2xx.
var forgeries = []string{"wrong_key", "empty_key", "altered_body", "other_url", "body_only", "no_signature", "not_base64", "empty_body"}

// forge signs badly, with a new event id, so that accepting one is no mere repeat.
func (s *Sim) forge(kind string, to *endpoint, e *event, header http.Header, body []byte) []byte {
	other := []byte(strings.ReplaceAll(string(body), e.id, s.uuid()))
	switch kind {
	case "wrong_key":
		header.Set(signatureHeader, Signature(to.url, other, "a_forger_who_knows_nothing"))
	case "empty_key":
		header.Set(signatureHeader, Signature(to.url, other, ""))
	case "altered_body":
		header.Set(signatureHeader, Signature(to.url, body, to.key))
	case "other_url":
		header.Set(signatureHeader, Signature(to.url+"/", other, to.key))
	case "body_only":
		header.Set(signatureHeader, Signature("", other, to.key))
	case "not_base64":
		header.Set(signatureHeader, "not base64")
	case "empty_body":
		header.Set(signatureHeader, Signature(to.url, nil, ""))
		return nil
	}
	return other
}
