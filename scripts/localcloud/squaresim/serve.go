package squaresim

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// call is one request to the API.
type call struct {
	path  string // "/v2/refunds"
	args  []string
	query url.Values
	body  body
	file  *gatewaysim.Part // The one that came beside the body.
	key   string           // idempotency_key of the body.
}

type route struct {
	method, pattern string // "*" is any one segment.
	browser         bool   // Made by the form in the browser, which has no access token.
	run             func(*Sim, *call) (object, *apiError)
}

// filesPattern is the one call that takes a form of parts: "request" is JSON, "image_file" the file.
const filesPattern = "/v2/disputes/*/evidence-files"

// routes is the API. All but the last, which is the browser library's own, are of https://developer.squareup.com/reference/square.
var routes = []route{
	{"POST", "/v2/orders", false, (*Sim).createOrder},
	{"POST", "/v2/orders/search", false, (*Sim).searchOrders},
	{"GET", "/v2/orders/*", false, (*Sim).getOrder},
	{"PUT", "/v2/orders/*", false, (*Sim).updateOrder},
	{"POST", "/v2/orders/*/pay", false, (*Sim).payOrder},
	{"POST", "/v2/online-checkout/payment-links", false, (*Sim).createLink},
	{"GET", "/v2/online-checkout/payment-links", false, (*Sim).listLinks},
	{"GET", "/v2/online-checkout/payment-links/*", false, (*Sim).getLink},
	{"DELETE", "/v2/online-checkout/payment-links/*", false, (*Sim).deleteLink},
	{"POST", "/v2/payments", false, (*Sim).createPayment},
	{"GET", "/v2/payments", false, (*Sim).listPayments},
	{"GET", "/v2/payments/*", false, (*Sim).getPayment},
	{"POST", "/v2/payments/*/complete", false, (*Sim).completePayment},
	{"POST", "/v2/payments/*/cancel", false, (*Sim).cancelPayment},
	{"POST", "/v2/refunds", false, (*Sim).createRefund},
	{"GET", "/v2/refunds", false, (*Sim).listRefunds},
	{"GET", "/v2/refunds/*", false, (*Sim).getRefund},
	{"GET", "/v2/payouts", false, (*Sim).listPayouts},
	{"GET", "/v2/payouts/*/payout-entries", false, (*Sim).listEntries},
	{"GET", "/v2/disputes", false, (*Sim).listDisputes},
	{"GET", "/v2/disputes/*", false, (*Sim).getDispute},
	{"POST", "/v2/disputes/*/accept", false, (*Sim).acceptDispute},
	{"POST", "/v2/disputes/*/evidence-text", false, (*Sim).addEvidence},
	{"POST", filesPattern, false, (*Sim).addFile},
	{"GET", "/v2/disputes/*/evidence", false, (*Sim).listEvidence},
	{"DELETE", "/v2/disputes/*/evidence/*", false, (*Sim).deleteEvidence},
	{"POST", "/v2/disputes/*/submit-evidence", false, (*Sim).submitEvidence},
	{"POST", "/v2/events", false, (*Sim).searchEvents},
	{"POST", "/v2/card-nonce", true, (*Sim).createToken},
}

// serve answers one request, whichever way it came.
func (s *Sim) serve(r *http.Request) gatewaysim.Answer {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, s.basePath); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if s.Faults().API.Down {
		return gatewaysim.Answer{Lost: gatewaysim.ErrDown}
	}
	if strings.HasPrefix(path, "/v2/") {
		return s.serveAPI(r, path)
	}
	return s.servePage(r, path)
}

func (s *Sim) serveAPI(r *http.Request, path string) gatewaysim.Answer {
	header := http.Header{}
	gatewaysim.AllowBrowsers(header, "Authorization, Content-Type, Square-Version, X-Requested-With", "")
	if r.Method == http.MethodOptions {
		return gatewaysim.Answer{Status: http.StatusNoContent, Header: header}
	}
	raw, err := gatewaysim.ReadAll(r)
	c := &call{path: path, query: r.URL.Query()}

	s.lock()
	t := s.core.Draw()
	header.Set("Square-Version", Version)
	header.Set("Content-Type", "application/json")
	if t.TimeoutBefore {
		s.unlock()
		return gatewaysim.Answer{Lost: gatewaysim.ErrTimeout}
	}
	target, refused := s.admit(r, c, raw, err)
	var a gatewaysim.Answer
	claimed := ""
	if refused != nil {
		a = s.reply(header, nil, refused)
	} else {
		a, claimed = s.execute(r, c, target, t, header)
	}
	s.unlock()

	a = s.core.Late(r, t, a)
	if claimed != "" {
		s.lock()
		s.keys.Answered(claimed)
		s.unlock()
	}
	return a
}

// admit checks everything before a call's own fields: route, access token, version, body.
func (s *Sim) admit(r *http.Request, c *call, raw []byte, unread error) (*route, *apiError) {
	target, refused := find(r.Method, c)
	if refused != nil {
		return nil, refused
	}
	if !target.browser {
		if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); !ok || token != s.cfg.AccessToken {
			return nil, &apiError{status: http.StatusUnauthorized, category: categoryAuth, code: "UNAUTHORIZED", detail: "This request could not be authorized."}
		}
		if version := r.Header.Get("Square-Version"); version != Version {
			return nil, refuse("API_VERSION_INCOMPATIBLE", "Square-Version", "The simulation speaks "+Version+" only, and wants to be told.")
		}
	}
	if unread != nil {
		return nil, &apiError{status: http.StatusRequestEntityTooLarge, category: categoryRequest, code: "REQUEST_ENTITY_TOO_LARGE"}
	}
	if parts, ok := gatewaysim.PartsOf(r.Header.Get("Content-Type"), raw); ok && target.pattern == filesPattern {
		raw = nil
		for _, part := range parts {
			switch part.Name {
			case "request":
				raw = part.Data
			case "image_file":
				c.file = &part
			}
		}
	} else if kind := r.Header.Get("Content-Type"); len(raw) > 0 && !strings.HasPrefix(kind, "application/json") {
		return nil, &apiError{status: http.StatusUnsupportedMediaType, category: categoryRequest, code: "UNSUPPORTED_MEDIA_TYPE"}
	}
	if c.body, refused = readBody(raw); refused != nil {
		return nil, refused
	}
	if r.Method == http.MethodPost {
		c.key = c.body.text("idempotency_key", 192)
	}
	return target, *c.body.wrong
}

func find(method string, c *call) (*route, *apiError) {
	known := false
	for i := range routes {
		args, ok := gatewaysim.Match(routes[i].pattern, c.path)
		if !ok || routes[i].pattern == "/v2/orders/*" && args[0] == "search" {
			continue
		}
		if known = true; routes[i].method == method {
			c.args = args
			return &routes[i], nil
		}
	}
	if known {
		return nil, &apiError{status: http.StatusMethodNotAllowed, category: categoryRequest, code: "METHOD_NOT_ALLOWED"}
	}
	return nil, noSuch("resource", "")
}

// execute runs a call under the lock. claimed is the idempotency key that is in use until the answer is out.
// https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency
func (s *Sim) execute(r *http.Request, c *call, target *route, t gatewaysim.Trouble, header http.Header) (a gatewaysim.Answer, claimed string) {
	if t.ErrorBefore {
		return s.reply(header, nil, faulty(t.Status)), ""
	}
	if c.key != "" {
		claimed = target.pattern + " " + c.key
		have, verdict := s.keys.Claim(claimed, gatewaysim.Print(r.Method, c.path, c.body.print()), s.core.Now())
		switch verdict {
		case gatewaysim.Repeated:
			return gatewaysim.Answer{Status: have.Status, Header: header, Body: have.Body}, ""
		case gatewaysim.Differs:
			return s.reply(header, nil, refuse("IDEMPOTENCY_KEY_REUSED", "idempotency_key", "The key was used for another request.")), ""
		case gatewaysim.InUse:
			return s.reply(header, nil, faulty(http.StatusConflict)), ""
		case gatewaysim.Fresh:
		}
	}
	value, refused := target.run(s, c)
	if refused == nil && *c.body.wrong != nil {
		refused = *c.body.wrong
	}
	a = s.reply(header, value, refused)
	if claimed != "" {
		if refused == nil || refused.kept {
			s.keys.Keep(claimed, "", a.Status, a.Body)
		} else {
			s.keys.Drop(claimed)
		}
	}
	if t.ErrorAfter {
		a = s.reply(header, nil, faulty(t.Status))
	}
	return a, claimed
}

// reply writes a value or an error.
func (s *Sim) reply(header http.Header, value object, refused *apiError) gatewaysim.Answer {
	status := http.StatusOK
	if refused != nil {
		status = refused.status
		value = object{"errors": []object{refused.view()}}
		if refused.payment != nil {
			value["payment"] = s.viewPayment(refused.payment)
		}
	}
	return gatewaysim.Answer{Status: status, Header: header, Body: s.core.Write(value, "")}
}

// print is what of a body an idempotency key stands for.
func (b body) print() string {
	raw, err := json.Marshal(b.fields)
	if err != nil {
		panic(err) // It was JSON.
	}
	return string(raw)
}

// paged cuts a page out of a list by a cursor, which names the first thing of the next page.
func paged[T any](list []T, cursor string, limit int, name func(T) string) (page []T, next string, refused *apiError) {
	start := 0
	if cursor != "" {
		start = len(list)
		for i, each := range list {
			if name(each) == cursor {
				start = i
			}
		}
		if start == len(list) {
			return nil, "", refuse("INVALID_CURSOR", "cursor", "The cursor is not valid.")
		}
	}
	end := min(start+cmp.Or(limit, len(list)), len(list))
	if end < len(list) {
		next = name(list[end])
	}
	return list[start:end], next, nil
}
