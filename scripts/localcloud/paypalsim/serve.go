package paypalsim

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// How long the answer to a PayPal-Request-Id is kept. https://developer.paypal.com/api/rest/reference/idempotency/
const (
	keepOrderKeys   = 6 * time.Hour
	keepPaymentKeys = 45 * 24 * time.Hour
)

// ServeHTTP serves the API below BaseURL's path (or at the root), the certificate and the pages. A lost answer closes the
// connection.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gatewaysim.Handler(s.serve).ServeHTTP(w, r)
}

// Transport answers requests in the caller's goroutine, whatever their host: for clients in the same process.
func (s *Sim) Transport() http.RoundTripper { return gatewaysim.Transport(s.serve) }

// call is one request to the API.
type call struct {
	key  string // PayPal-Request-Id.
	args []string
	raw  []byte
	req  *http.Request
	kept *gatewaysim.Keys // Where its key is kept.
}

// into reads the body; members that PayPal does not know are refused, since only a typing error has them.
func (c *call) into(out any) *apiError {
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(c.raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(out); err != nil || decoder.More() {
		return invalid("", "MALFORMED_REQUEST_JSON", "The body is no JSON of this call.")
	}
	return nil
}

// result is what a call that succeeded answers; nil value: nothing.
type result struct {
	status int
	value  any
}

type route struct {
	method, pattern string // "*" is any one segment.
	run             func(*Sim, *call) (result, *apiError)
}

// routes is the API.
var routes = []route{
	{"POST", "/v2/checkout/orders", (*Sim).createOrder},
	{"GET", "/v2/checkout/orders/*", (*Sim).getOrder},
	{"POST", "/v2/checkout/orders/*/capture", (*Sim).captureOrder},
	{"POST", "/v2/checkout/orders/*/authorize", (*Sim).authorizeOrder},
	{"GET", "/v2/payments/authorizations/*", (*Sim).getAuthorization},
	{"POST", "/v2/payments/authorizations/*/capture", (*Sim).captureAuthorization},
	{"POST", "/v2/payments/authorizations/*/reauthorize", (*Sim).reauthorize},
	{"POST", "/v2/payments/authorizations/*/void", (*Sim).voidAuthorization},
	{"GET", "/v2/payments/captures/*", (*Sim).getCapture},
	{"POST", "/v2/payments/captures/*/refund", (*Sim).refundCapture},
	{"GET", "/v2/payments/refunds/*", (*Sim).getRefund},
	{"GET", "/v1/reporting/transactions", (*Sim).searchTransactions},
	{"GET", "/v1/customer/disputes", (*Sim).listDisputes},
	{"GET", "/v1/customer/disputes/*", (*Sim).getDispute},
	{"POST", "/v1/customer/disputes/*/accept-claim", (*Sim).acceptClaim},
	{"POST", "/v1/customer/disputes/*/provide-evidence", (*Sim).provideEvidence},
	{"POST", "/v1/notifications/webhooks", (*Sim).createEndpoint},
	{"GET", "/v1/notifications/webhooks", (*Sim).listEndpoints},
	{"GET", "/v1/notifications/webhooks/*", (*Sim).getEndpoint},
	{"PATCH", "/v1/notifications/webhooks/*", (*Sim).patchEndpoint},
	{"DELETE", "/v1/notifications/webhooks/*", (*Sim).deleteEndpoint},
	{"GET", "/v1/notifications/webhooks-events", (*Sim).listEvents},
	{"GET", "/v1/notifications/webhooks-events/*", (*Sim).getEvent},
	{"POST", "/v1/notifications/webhooks-events/*/resend", (*Sim).resendEvent},
}

// serve answers one request, whichever way it came.
func (s *Sim) serve(r *http.Request) gatewaysim.Answer {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, s.basePath); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	switch {
	case s.Faults().API.Down:
		return gatewaysim.Answer{Lost: gatewaysim.ErrDown}
	case strings.HasPrefix(path, certPath):
		return s.serveCertificate(path)
	case strings.HasPrefix(path, "/v1/"), strings.HasPrefix(path, "/v2/"):
		return s.serveAPI(r, path)
	default:
		return s.servePage(r, path)
	}
}

func (s *Sim) serveAPI(r *http.Request, path string) gatewaysim.Answer {
	body, err := gatewaysim.ReadAll(r)
	s.lock()
	debug := s.core.IDOf("f", "0123456789abcdef", 12)
	header := http.Header{"Content-Type": {"application/json"}, "Cache-Control": {"max-age=0, no-cache, no-store, must-revalidate"}, "Paypal-Debug-Id": {debug}}
	if path == tokenPath {
		a := s.giveToken(r, body, header)
		s.unlock()
		return a
	}
	t := s.core.Draw()
	if t.TimeoutBefore {
		s.unlock()
		return gatewaysim.Answer{Lost: gatewaysim.ErrTimeout}
	}
	c := &call{key: r.Header.Get("PayPal-Request-Id"), raw: body, req: r}
	a, claimed := s.execute(c, path, t, header, debug, err != nil)
	s.unlock()

	a = s.core.Late(r, t, a)
	if claimed != "" {
		s.lock()
		c.kept.Answered(claimed)
		s.unlock()
	}
	return a
}

// execute runs a call under the lock. claimed is the key that is in use until the answer is out.
func (s *Sim) execute(c *call, path string, t gatewaysim.Trouble, header http.Header, debug string, tooLarge bool) (a gatewaysim.Answer, claimed string) {
	target, bad := s.admit(c, path, tooLarge)
	if bad == nil && t.ErrorBefore {
		bad = faulty(t.Status)
	}
	if bad != nil {
		return s.reply(header, debug, result{}, bad), ""
	}
	if c.req.Method == http.MethodPost && c.key != "" {
		claimed = path + " " + c.key
		// Of the first request's body nothing is compared: PayPal answers as it did then.
		have, verdict := c.kept.Claim(claimed, claimed, s.now())
		switch verdict {
		case gatewaysim.InUse:
			return s.reply(header, debug, result{}, faulty(http.StatusConflict)), ""
		case gatewaysim.Repeated:
			return gatewaysim.Answer{Status: have.Status, Header: header, Body: have.Body}, ""
		case gatewaysim.Fresh, gatewaysim.Differs:
		}
	}
	done, bad := target.run(s, c)
	a = s.reply(header, debug, done, bad)
	if claimed != "" {
		if bad != nil {
			c.kept.Drop(claimed)
			claimed = ""
		} else {
			c.kept.Keep(claimed, debug, a.Status, a.Body)
		}
	}
	if t.ErrorAfter {
		a = s.reply(header, debug, result{}, faulty(t.Status))
	}
	return a, claimed
}

// admit checks everything before a call's own parameters: token, encoding, route.
func (s *Sim) admit(c *call, path string, tooLarge bool) (route, *apiError) {
	if denied := s.authenticate(c.req); denied != nil {
		return route{}, denied
	}
	if kind := c.req.Header.Get("Content-Type"); len(c.raw) > 0 && !strings.HasPrefix(kind, "application/json") && !strings.HasPrefix(kind, "multipart/") {
		return route{}, &apiError{http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "", "", "The body must be JSON."}
	}
	if tooLarge {
		return route{}, invalid("", "MALFORMED_REQUEST_JSON", "The body could not be read, or is larger than 1 MiB.")
	}
	if len(c.key) > 108 {
		return route{}, invalid("", "INVALID_STRING_MAX_LENGTH", "A PayPal-Request-Id has at most 108 characters.")
	}
	if c.kept = &s.paymentKeys; strings.HasPrefix(path, "/v2/checkout/") {
		c.kept = &s.orderKeys
	}
	for _, r := range routes {
		if args, ok := gatewaysim.Match(r.pattern, path); ok && r.method == c.req.Method {
			c.args = args
			return r, nil
		}
	}
	return route{}, &apiError{http.StatusNotFound, "RESOURCE_NOT_FOUND", "", "", "There is no such call."}
}

// reply writes a result or an error.
func (s *Sim) reply(header http.Header, debug string, done result, bad *apiError) gatewaysim.Answer {
	if bad != nil {
		done = result{bad.status, bad.view(debug)}
	}
	if done.value == nil {
		return gatewaysim.Answer{Status: http.StatusNoContent, Header: header}
	}
	return gatewaysim.Answer{Status: done.status, Header: header, Body: s.core.Write(done.value, "")}
}
