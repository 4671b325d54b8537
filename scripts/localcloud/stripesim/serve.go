package stripesim

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// largestBody bounds what a request may send.
const largestBody = 1 << 20

// answer is what goes back; lost instead means that nothing does.
type answer struct {
	status int
	header http.Header
	body   []byte
	lost   error
}

// serve answers one request, whichever way it came.
func (s *Sim) serve(r *http.Request) answer {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, s.basePath); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if s.Faults().API.Down {
		return answer{lost: errDown}
	}
	if strings.HasPrefix(path, "/v1/") {
		return s.serveAPI(r, path)
	}
	return s.servePage(r, path)
}

func (s *Sim) serveAPI(r *http.Request, path string) answer {
	header := http.Header{}
	allowBrowsers(header)
	if r.Method == http.MethodOptions {
		return answer{status: http.StatusNoContent, header: header}
	}
	values, bad := readForm(r)
	c := &call{key: r.Header.Get("Idempotency-Key"), path: path, form: form{values: values}}

	s.lock()
	c.id = s.id("req_", 14)
	t := s.draw()
	header.Set("Request-Id", c.id)
	header.Set("Stripe-Version", Version)
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-cache, no-store")
	if t.timeoutBefore {
		s.unlock()
		return answer{lost: errTimeout}
	}
	a, claimed := s.execute(r, c, t, bad, header)
	s.unlock()

	a = s.delay(r, t, a)
	if claimed != "" {
		s.lock()
		s.answered(claimed)
		s.unlock()
	}
	return a
}

// delay applies what befalls an answer on its way.
func (s *Sim) delay(r *http.Request, t trouble, a answer) answer {
	switch {
	case t.latency <= 0:
	case s.cfg.Wait == nil && t.latency >= s.cfg.Patience:
		return answer{lost: errTimeout}
	case s.cfg.Wait != nil:
		if err := s.cfg.Wait(r.Context(), t.latency); err != nil {
			return answer{lost: err}
		}
	}
	switch {
	case t.timeoutAfter:
		return answer{lost: errTimeout}
	case t.cut:
		a.body = a.body[:len(a.body)/2]
	case t.huge:
		a.body = append(a.body[:len(a.body):len(a.body)], strings.Repeat(" ", 5<<20)...)
	}
	return a
}

// execute runs a call under the lock. claimed is the idempotency key that is in use until the answer is out.
func (s *Sim) execute(r *http.Request, c *call, t trouble, bad *apiError, header http.Header) (a answer, claimed string) {
	target, bad := s.admit(r, c, bad)
	if bad != nil {
		return s.reply(c, header, nil, bad), ""
	}
	if t.errorBefore && t.status != http.StatusInternalServerError {
		return s.reply(c, header, nil, faulty(t.status)), ""
	}
	if r.Method == http.MethodPost && c.key != "" {
		header.Set("Idempotency-Key", c.key)
		claimed = keyScope(c)
		have, bad := s.claim(claimed, fingerprint(r.Method, c.path, c.form.values))
		switch {
		case bad != nil:
			return s.reply(c, header, nil, bad), ""
		case have != nil:
			header.Set("Idempotent-Replayed", "true")
			header.Set("Original-Request", have.first)
			return answer{status: have.status, header: header, body: have.body}, ""
		}
	}
	var value any
	if t.errorBefore {
		bad = faulty(t.status)
	} else if value, bad = target.run(s, c); bad == nil {
		if bad = s.expand(c, value); bad != nil {
			bad.unkept = false // What the call does is done.
		}
	}
	a = s.reply(c, header, value, bad)
	if t.errorAfter {
		a.status, a.body = t.status, s.reply(c, header, nil, faulty(t.status)).body
	}
	if claimed != "" {
		s.keepAnswer(claimed, c, a, t, value, bad)
	}
	return a, claimed
}

// keepAnswer stores the truth under the key; a 500 is kept as such, any other fault is the network's own.
func (s *Sim) keepAnswer(key string, c *call, a answer, t trouble, value any, bad *apiError) {
	if t.errorAfter && t.status != http.StatusInternalServerError {
		a = s.reply(c, http.Header{}, value, bad)
	}
	s.keep(key, c.id, a.status, a.body, bad != nil && bad.unkept && a.status != http.StatusInternalServerError)
}

func keyScope(c *call) string {
	if c.public {
		return "public " + c.key
	}
	return "secret " + c.key
}

// admit checks everything before a call's own parameters: key, version, encoding, route.
func (s *Sim) admit(r *http.Request, c *call, bad *apiError) (route, *apiError) {
	if denied := s.authenticateCall(r, c); denied != nil {
		return route{}, denied
	}
	if bad != nil {
		return route{}, bad
	}
	if version := r.Header.Get("Stripe-Version"); version != "" && version != Version {
		return route{}, invalid("", "", "The simulation speaks the API version "+Version+" only, not "+shorten(version)+".")
	}
	if len(c.key) > 255 {
		return route{}, invalid("", "", "An idempotency key has at most 255 characters.")
	}
	target, args, bad := find(r.Method, c.path)
	switch {
	case bad != nil:
		return route{}, bad
	case c.public && !target.public:
		return route{}, unauthorized("secret_key_required", "This call needs the secret key; a publishable key was given.")
	}
	c.args = args
	return target, nil
}

// authenticateCall reads the API key: Bearer, Basic with the key as user, or, for publishable keys, the parameter "key".
func (s *Sim) authenticateCall(r *http.Request, c *call) *apiError {
	scheme, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	key := ""
	switch strings.ToLower(scheme) {
	case "bearer":
		key = strings.TrimSpace(rest)
	case "basic":
		if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest)); err == nil {
			key, _, _ = strings.Cut(string(raw), ":")
		}
	case "":
		if key = c.form.text("key"); key == s.cfg.SecretKey {
			key = "" // A secret key does not belong into a form.
		}
		c.form.values.Del("key")
	}
	switch key {
	case "":
		return unauthorized("", "No API key was given: send it as Bearer token or as user name of Basic authentication.")
	case s.cfg.SecretKey:
		return nil
	case s.cfg.PublishableKey:
		c.public = true
		return nil
	default:
		return unauthorized("", "Invalid API key.")
	}
}

// readForm reads the parameters and takes the numbers of cards and accounts out of them.
func readForm(r *http.Request) (url.Values, *apiError) {
	raw := r.URL.RawQuery
	if r.Method == http.MethodPost {
		if kind := r.Header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "application/x-www-form-urlencoded") {
			return url.Values{}, invalid("", "", "The body must be application/x-www-form-urlencoded.")
		}
		body, err := readAll(r)
		if err != nil || len(body) > largestBody {
			return url.Values{}, invalid("", "", "The body could not be read, or is larger than 1 MiB.")
		}
		raw = string(body)
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return url.Values{}, invalid("", "", "The parameters are not form-encoded.")
	}
	sealNumbers(values)
	return values, nil
}

func readAll(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), largestBody)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(r.Body, largestBody+1))
	return body.Bytes(), err
}

// reply writes a value or an error.
func (s *Sim) reply(c *call, header http.Header, value any, bad *apiError) answer {
	status := http.StatusOK
	if bad != nil {
		status = bad.status
		fields := bad.fields()
		fields["request_log_url"] = "https://dashboard.stripe.com/test/logs/" + c.id
		if bad.intent != nil {
			fields["payment_intent"] = s.intentFor(c, bad.intent)
		}
		value = object{"error": fields}
		if bad.code == "idempotency_key_in_use" {
			header.Set("Stripe-Should-Retry", "true")
		}
	}
	return answer{status: status, header: header, body: append(s.written(value, "\n"), '\n')}
}

// allowBrowsers lets a shop's page on any origin call, as Stripe does.
func allowBrowsers(header http.Header) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Idempotency-Key, Stripe-Version, Stripe-Account, X-Requested-With")
	header.Set("Access-Control-Expose-Headers", "Request-Id, Stripe-Should-Retry, Idempotent-Replayed")
	header.Set("Access-Control-Max-Age", "300")
}
