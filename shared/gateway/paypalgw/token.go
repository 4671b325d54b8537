package paypalgw

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"till/shared/gateway/jsonapi"
)

// tokenSpare is how long before its end an access token is no longer used.
const tokenSpare = 60 * time.Second

// tokens are access tokens of the app, one at a time: fetched once for many callers at once, and kept until shortly before its
// end. https://developer.paypal.com/api/rest/authentication/
type tokens struct {
	api   *jsonapi.Client
	basic string
	now   func() time.Time
	turn  chan struct{} // Holds the right to read and fetch; a channel, so that a caller that gives up does not wait.
	value string
	until time.Time
}

func newTokens(api *jsonapi.Client, id, secret string, now func() time.Time) *tokens {
	return &tokens{api: api, now: now, turn: make(chan struct{}, 1),
		basic: "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))}
}

// get gives a token that is not spoiled, the value that PayPal has just refused, if any. The error is a *jsonapi.Refusal of a call
// that did nothing.
func (t *tokens) get(ctx context.Context, spoiled string) (string, error) {
	select {
	case t.turn <- struct{}{}:
		defer func() { <-t.turn }()
	case <-ctx.Done():
		return "", &jsonapi.Refusal{Unsent: true, Wire: "given up"}
	}
	if t.value != "" && t.value != spoiled && t.now().Before(t.until) {
		return t.value, nil
	}
	var said struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		Life  int64  `json:"expires_in"`
	}
	asked := t.now()
	err := t.api.Do(ctx, jsonapi.Call{Method: http.MethodPost, Path: "/v1/oauth2/token", Body: url.Values{"grant_type": {"client_credentials"}},
		Header: http.Header{"Authorization": {t.basic}}}, &said)
	if err != nil {
		return "", err
	}
	if !isToken(said.Token) || said.Type != "Bearer" {
		return "", &jsonapi.Refusal{Status: http.StatusOK, Wire: "the access token cannot be read"}
	}
	life := time.Duration(min(max(said.Life, 0), 24*60*60)) * time.Second
	t.value, t.until = said.Token, asked.Add(life-tokenSpare)
	return t.value, nil
}

// isToken tells whether text can stand in a header.
func isToken(text string) bool {
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return false
		}
	}
	return text != "" && len(text) <= 4096
}
