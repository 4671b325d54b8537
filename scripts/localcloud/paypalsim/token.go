package paypalsim

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

const (
	tokenPath = "/v1/oauth2/token"
	tokenLife = 9 * time.Hour // https://developer.paypal.com/api/rest/authentication/ shows 31,668 s.
)

// giveToken is POST /v1/oauth2/token: client credentials against an access token. Faults do not befall it, but a PayPal that is
// down.
func (s *Sim) giveToken(r *http.Request, body []byte, header http.Header) gatewaysim.Answer {
	refuse := func(status int, code string) gatewaysim.Answer {
		return gatewaysim.Answer{Status: status, Header: header, Body: s.core.Write(object{"error": code, "error_description": "The simulation refuses this."}, "")}
	}
	id, secret, ok := r.BasicAuth()
	form, err := url.ParseQuery(string(body))
	switch {
	case r.Method != http.MethodPost:
		return refuse(http.StatusMethodNotAllowed, "invalid_request")
	case !ok || !same(id, s.cfg.ClientID) || !same(secret, s.cfg.ClientSecret):
		return refuse(http.StatusUnauthorized, "invalid_client")
	case err != nil || form.Get("grant_type") != "client_credentials":
		return refuse(http.StatusBadRequest, "unsupported_grant_type")
	}
	now := s.now()
	for token, until := range s.tokens {
		if !now.Before(until) {
			delete(s.tokens, token)
		}
	}
	token := s.core.ID("A21AA", 60)
	s.tokens[token] = now.Add(tokenLife)
	return gatewaysim.Answer{Status: http.StatusOK, Header: header, Body: s.core.Write(object{"access_token": token, "token_type": "Bearer",
		"expires_in": int64(tokenLife / time.Second), "app_id": "APP-80W284485P519543T", "nonce": stamp(now),
		"scope": "https://uri.paypal.com/services/payments/payment https://uri.paypal.com/services/disputes/read-seller " +
			"https://uri.paypal.com/services/disputes/update-seller https://uri.paypal.com/services/reporting/search/read"}, "")}
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func (s *Sim) authenticate(r *http.Request) *apiError {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if until, ok := s.tokens[token]; ok && strings.EqualFold(scheme, "Bearer") && s.now().Before(until) {
		return nil
	}
	return &apiError{http.StatusUnauthorized, "AUTHENTICATION_FAILURE", "", "", "The access token is none, or over."}
}

// RevokeTokens ends every access token that was given.
func (s *Sim) RevokeTokens() {
	s.lock()
	defer s.unlock()
	clear(s.tokens)
}
