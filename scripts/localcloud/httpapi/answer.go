package httpapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/invoke"
)

// response is what a function answers in format 2.0. There are no multiValueHeaders in it; AWS ignores them too.
type response struct {
	Status  status            `json:"statusCode"`
	Headers map[string]scalar `json:"headers"`
	Body    *string           `json:"body"`
	Base64  bool              `json:"isBase64Encoded"`
	Cookies []string          `json:"cookies"`
}

// scalar is a header's value: a text, a number or a truth value.
type scalar string

// UnmarshalJSON takes a text as it is and other scalars as they are written.
func (s *scalar) UnmarshalJSON(b []byte) error {
	if b[0] == '"' && bytes.IndexByte(b, '\\') < 0 {
		*s = scalar(b[1 : len(b)-1])
		return nil
	}
	var text string
	if json.Unmarshal(b, &text) == nil {
		*s = scalar(text)
		return nil
	}
	*s = scalar(b)
	return nil
}

// status is a function's statusCode; there tells whether it named one at all.
type status struct {
	code  int
	there bool
}

// UnmarshalJSON takes a number. Null is there, and no status.
func (s *status) UnmarshalJSON(b []byte) error {
	s.there = true
	return json.Unmarshal(b, &s.code)
}

// answer turns what came out of the function into the client's response. A function stopped at its limit, or refused by
// Lambda, is 503; one that failed, or answers what API Gateway cannot read, is 500.
func (a *API) answer(w http.ResponseWriter, out *invoke.JSON, failure *invoke.Error) {
	if failure != nil {
		status := http.StatusInternalServerError
		if failure.Type == invoke.TypeTimedOut || failure.Type == invoke.TypeThrottled {
			status = http.StatusServiceUnavailable
		}
		refuse(w, status, http.StatusText(status))
		return
	}
	if given, is := out.Is().(events.APIGatewayV2HTTPResponse); is && plain(given) {
		a.show(w, given.StatusCode, given.Headers, given.Cookies, []byte(given.Body))
		return
	}
	res, body, ok := decodeResponse(out.Text())
	if !ok {
		refuse(w, http.StatusInternalServerError, "Internal Server Error")
		return
	}
	headers := make(map[string]string, len(res.Headers))
	for name, value := range res.Headers {
		headers[name] = string(value)
	}
	a.show(w, res.Status.code, headers, res.Cookies, body)
}

// plain tells whether an answer shows as it is.
func plain(r events.APIGatewayV2HTTPResponse) bool {
	return r.StatusCode >= 200 && r.StatusCode <= 599 && !r.IsBase64Encoded && utf8.ValidString(r.Body)
}

// show writes the client's response.
func (a *API) show(w http.ResponseWriter, status int, headers map[string]string, cookies []string, body []byte) {
	h := w.Header()
	for name, value := range headers {
		lower := strings.ToLower(name)
		if lower == "content-length" || lower == "connection" || lower == "transfer-encoding" ||
			(a.CORS != nil && strings.HasPrefix(lower, "access-control-")) {
			continue // The gateway's own: it counts the bytes, and its CORS hides the function's.
		}
		h.Set(name, value)
	}
	for _, cookie := range cookies {
		h.Add("Set-Cookie", cookie)
	}
	if h.Get("Content-Type") == "" && len(body) > 0 {
		h.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	w.WriteHeader(status)
	_, _ = w.Write(body) // Nobody is left to tell if the client has gone.
}

// decodeResponse reads a function's answer. Without a statusCode the whole answer is the body of a 200.
func decodeResponse(out []byte) (response, []byte, bool) {
	var res response
	err := json.Unmarshal(out, &res)
	var broken *json.SyntaxError
	switch {
	case errors.As(err, &broken):
		return response{}, nil, false
	case !res.Status.there: // Another object, a list, a text, a number.
		return response{Status: status{http.StatusOK, true}, Headers: map[string]scalar{"Content-Type": "application/json"}}, out, true
	case err != nil || res.Status.code < 200 || res.Status.code > 599:
		return response{}, nil, false
	case res.Body == nil:
		return res, nil, true
	case !res.Base64:
		return res, []byte(*res.Body), true
	}
	body, err := base64.StdEncoding.DecodeString(*res.Body)
	return res, body, err == nil
}
