package httpapi

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"till/scripts/localcloud/invoke"
)

// response is what a function answers in format 2.0. There are no multiValueHeaders in it; AWS ignores them too.
type response struct {
	Status  *int              `json:"statusCode"`
	Headers map[string]scalar `json:"headers"`
	Body    *string           `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
	Cookies []string          `json:"cookies"`
}

// scalar is a header's value: a text, a number or a truth value.
type scalar string

// UnmarshalJSON takes a text as it is and other scalars as they are written.
func (s *scalar) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) == nil {
		*s = scalar(text)
		return nil
	}
	*s = scalar(b)
	return nil
}

// answer turns what came out of the function into the client's response. A function stopped at its limit, or refused by
// Lambda, is 503; one that failed, or answers what API Gateway cannot read, is 500.
func (a *API) answer(w http.ResponseWriter, out []byte, failure *invoke.Error) {
	if failure != nil {
		status := http.StatusInternalServerError
		if failure.Type == invoke.TypeTimedOut || failure.Type == invoke.TypeThrottled {
			status = http.StatusServiceUnavailable
		}
		refuse(w, status, http.StatusText(status))
		return
	}
	res, body, ok := decodeResponse(out)
	if !ok {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	h := w.Header()
	for name, value := range res.Headers {
		lower := strings.ToLower(name)
		if lower == "content-length" || lower == "connection" || lower == "transfer-encoding" ||
			(a.CORS != nil && strings.HasPrefix(lower, "access-control-")) {
			continue // The gateway's own: it counts the bytes, and its CORS hides the function's.
		}
		h.Set(name, string(value))
	}
	for _, cookie := range res.Cookies {
		h.Add("Set-Cookie", cookie)
	}
	if h.Get("Content-Type") == "" && len(body) > 0 {
		h.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	w.WriteHeader(*res.Status)
	_, _ = w.Write(body) // Nobody is left to tell if the client has gone.
}

// decodeResponse reads a function's answer. Without a statusCode the whole answer is the body of a 200.
func decodeResponse(out []byte) (response, []byte, bool) {
	ok := http.StatusOK
	whole := response{Status: &ok, Headers: map[string]scalar{"Content-Type": "application/json"}}
	var fields map[string]json.RawMessage
	if !json.Valid(out) {
		return response{}, nil, false
	}
	if json.Unmarshal(out, &fields) != nil {
		return whole, out, true // A list, a text, a number.
	}
	if _, structured := fields["statusCode"]; !structured {
		return whole, out, true
	}
	var res response
	if json.Unmarshal(out, &res) != nil || res.Status == nil || *res.Status < 200 || *res.Status > 599 {
		return response{}, nil, false
	}
	if res.Body == nil {
		return res, nil, true
	}
	if !res.Base64 {
		return res, []byte(*res.Body), true
	}
	body, err := base64.StdEncoding.DecodeString(*res.Body)
	return res, body, err == nil
}
