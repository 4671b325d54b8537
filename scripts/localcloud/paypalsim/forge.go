package paypalsim

import (
	"bytes"
	"net/http"
	"sync"
	"time"
)

// forgeries are what the fault "forge" sends beside each event. A receiver must answer none of them with 2xx.
var forgeries = []string{"altered_body", "other_webhook", "old_time", "future_time", "no_signature", "strangers_certificate", "strangers_address",
	"other_algorithm", "bad_base64"}

// stranger has a certificate of the right name from a root that nobody trusts.
var stranger = sync.OnceValues(func() (*Authority, error) { return NewAuthority(CertName) })

// forge signs badly. All but the two with a wrong time carry a new event id, so that accepting one is no mere repeat.
func (s *Sim) forge(e *event, to *endpoint, how string, body []byte) (http.Header, []byte) {
	other := bytes.ReplaceAll(body, []byte(e.id), []byte("WH-"+s.id()+"-"+s.id()))
	own, now := s.cfg.Authority, s.now()
	switch how {
	case "other_webhook":
		return s.signed(own, s.CertURL(), "5GP028458E2496506", now, other), other
	case "old_time":
		return s.signed(own, s.CertURL(), to.id, now.Add(-4*24*time.Hour), body), body
	case "future_time":
		return s.signed(own, s.CertURL(), to.id, now.Add(time.Hour), body), body
	case "strangers_certificate", "strangers_address":
		forger, err := stranger()
		if err != nil {
			break
		}
		at := s.cfg.BaseURL + certPath + strangerID
		if how == "strangers_address" {
			at = "https://api.paypal.com.certs.test" + certPath + certID
		}
		return s.signed(forger, at, to.id, now, other), other
	case "other_algorithm":
		header := s.signed(own, s.CertURL(), to.id, now, other)
		header.Set(headerAlgorithm, "none")
		return header, other
	case "bad_base64":
		header := s.signed(own, s.CertURL(), to.id, now, other)
		header.Set(headerSignature, "not base64")
		return header, other
	case "no_signature":
		return http.Header{}, other
	}
	return s.signed(own, s.CertURL(), to.id, now, body), other // altered_body
}
