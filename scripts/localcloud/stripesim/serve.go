package stripesim

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// serve answers one request, whichever way it came.
func (s *Sim) serve(r *http.Request) gatewaysim.Answer {
	path := r.URL.Path
	if rest, ok := strings.CutPrefix(path, s.basePath); ok && (rest == "" || rest[0] == '/') {
		path = rest
	}
	if s.Faults().API.Down {
		return gatewaysim.Answer{Lost: gatewaysim.ErrDown}
	}
	if strings.HasPrefix(path, "/v1/") {
		return s.serveAPI(r, path)
	}
	return s.servePage(r, path)
}

func (s *Sim) serveAPI(r *http.Request, path string) gatewaysim.Answer {
	header := http.Header{}
	allowBrowsers(header)
	if r.Method == http.MethodOptions {
		return gatewaysim.Answer{Status: http.StatusNoContent, Header: header}
	}
	c := &call{key: r.Header.Get("Idempotency-Key"), path: path}
	var bad *apiError
	if path == filesPath && r.Method == http.MethodPost {
		body, err := gatewaysim.ReadAll(r)
		if c.form, c.file, bad = readParts(r.Header.Get("Content-Type"), body); err != nil {
			bad = invalid("", "", "The body could not be read, or is larger than 1 MiB.")
		}
	} else {
		c.form.values, bad = readForm(r)
	}

	s.lock()
	c.id = s.id("req_", 14)
	t := s.core.Draw()
	header.Set("Request-Id", c.id)
	header.Set("Stripe-Version", Version)
	header.Set("Content-Type", "application/json")
	header.Set("Cache-Control", "no-cache, no-store")
	if t.TimeoutBefore {
		s.unlock()
		return gatewaysim.Answer{Lost: gatewaysim.ErrTimeout}
	}
	a, claimed := s.execute(r, c, t, bad, header)
	s.unlock()

	a = s.core.Late(r, t, a)
	if claimed != "" {
		s.lock()
		s.keys.Answered(claimed)
		s.unlock()
	}
	return a
}

// execute runs a call under the lock. claimed is the idempotency key that is in use until the answer is out.
func (s *Sim) execute(r *http.Request, c *call, t gatewaysim.Trouble, bad *apiError, header http.Header) (a gatewaysim.Answer, claimed string) {
	target, bad := s.admit(r, c, bad)
	if bad != nil {
		return s.reply(c, header, nil, bad), ""
	}
	if t.ErrorBefore && t.Status != http.StatusInternalServerError {
		return s.reply(c, header, nil, faulty(t.Status)), ""
	}
	if r.Method == http.MethodPost && c.key != "" {
		header.Set("Idempotency-Key", c.key)
		claimed = keyScope(c)
		have, bad := s.claim(claimed, gatewaysim.Print(r.Method, c.path, c.form.values.Encode()))
		switch {
		case bad != nil:
			return s.reply(c, header, nil, bad), ""
		case have != nil:
			header.Set("Idempotent-Replayed", "true")
			header.Set("Original-Request", have.First)
			return gatewaysim.Answer{Status: have.Status, Header: header, Body: have.Body}, ""
		}
	}
	var value any
	if t.ErrorBefore {
		bad = faulty(t.Status)
	} else if value, bad = target.run(s, c); bad == nil {
		if bad = s.expand(c, value); bad != nil {
			bad.unkept = false // What the call does is done.
		}
	}
	a = s.reply(c, header, value, bad)
	if t.ErrorAfter {
		a.Status, a.Body = t.Status, s.reply(c, header, nil, faulty(t.Status)).Body
	}
	if claimed != "" {
		s.keepAnswer(claimed, c, a, t, value, bad)
	}
	return a, claimed
}

// keepAnswer stores the truth under the key; a 500 is kept as such, any other fault is the network's own.
func (s *Sim) keepAnswer(key string, c *call, a gatewaysim.Answer, t gatewaysim.Trouble, value any, bad *apiError) {
	if t.ErrorAfter && t.Status != http.StatusInternalServerError {
		a = s.reply(c, http.Header{}, value, bad)
	}
	s.keep(key, c.id, a.Status, a.Body, bad != nil && bad.unkept && a.Status != http.StatusInternalServerError)
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
		return route{}, invalid("", "", "The simulation speaks the API version "+Version+" only, not "+gatewaysim.Shorten(version)+".")
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
		body, err := gatewaysim.ReadAll(r)
		if err != nil {
			return url.Values{}, invalid("", "", "The body could not be read, or is larger than 1 MiB.")
		}
		raw = string(body)
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return url.Values{}, invalid("", "", "The parameters are not form-encoded.")
	}
	gatewaysim.SealNumbers(values)
	return values, nil
}

// reply writes a value or an error.
func (s *Sim) reply(c *call, header http.Header, value any, bad *apiError) gatewaysim.Answer {
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
	return gatewaysim.Answer{Status: status, Header: header, Body: append(s.core.Write(value, s.line), '\n')}
}

// allowBrowsers lets a shop's page on any origin call, as Stripe does.
func allowBrowsers(header http.Header) {
	gatewaysim.AllowBrowsers(header, "Authorization, Content-Type, Idempotency-Key, Stripe-Version, Stripe-Account, X-Requested-With",
		"Request-Id, Stripe-Should-Retry, Idempotent-Replayed")
}
