package permissions

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

const (
	// prefix is where functions find the guard; their own name follows.
	prefix = "/fn/"
	// bodyBytesMax is more than any service takes: DynamoDB's requests are at most 16 MB.
	bodyBytesMax = 20 << 20
)

// ErrNoAnswer is a fault by which the caller gets no answer: the connection ends.
var ErrNoAnswer = errors.New("permissions: no answer")

// GuardConfig is what a guard is made of. Fault may be nil.
type GuardConfig struct {
	Roles  Roles
	Names  Names
	Engine *url.URL
	// Fault is called before a call that is allowed goes to the engine, and after the engine has answered, with the action that
	// was asked for ("dynamodb:TransactWriteItems"). ErrNoAnswer cuts the connection; any other error is answered as the
	// service's own failure, 500. Before, nothing has happened; after, it has. It may wait, as long as ctx lasts.
	Fault func(ctx context.Context, function, action string, after bool) error
}

// Guard is an http.Handler between functions and a local engine. A function's AWS_ENDPOINT_URL is the guard's address and
// Path(function). What its role does not allow is refused as AWS refuses it; all else is passed on as it came, and noted.
// Safe for concurrent use.
type Guard struct {
	config GuardConfig
	proxy  httputil.ReverseProxy

	mu     sync.Mutex
	seen   Seen
	denied []string
}

// NewGuard makes a guard. It calls nothing.
func NewGuard(c GuardConfig) *Guard {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.DisableCompression = true // Answers come as the engine gives them.
	transport.MaxIdleConnsPerHost = 64
	g := &Guard{config: c, seen: Seen{}}
	g.proxy = httputil.ReverseProxy{Transport: transport, FlushInterval: -1, Rewrite: func(p *httputil.ProxyRequest) {
		p.Out.URL.Scheme, p.Out.URL.Host, p.Out.Host = c.Engine.Scheme, c.Engine.Host, c.Engine.Host
	}}
	return g
}

// Path is where a function, by its logical id, finds the guard.
func Path(function string) string { return prefix + url.PathEscape(function) }

// Seen is what functions needed so far, refused calls included.
func (g *Guard) Seen() Seen {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Join(g.seen)
}

// Denied lists what was refused, one sentence each, in its order.
func (g *Guard) Denied() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return append([]string{}, g.denied...)
}

// Close ends idle connections to the engine.
func (g *Guard) Close() { g.proxy.Transport.(*http.Transport).CloseIdleConnections() }

// ServeHTTP is http.Handler's.
func (g *Guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	behind, ok := strings.CutPrefix(r.URL.Path, prefix)
	function, rest, _ := strings.Cut(behind, "/") // The SDK puts no / behind an endpoint's path to call at its root.
	if !ok {
		http.Error(w, "not behind "+prefix+"FUNCTION", http.StatusNotFound)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	if err != nil {
		refuse(w, r, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "the body is too large, or was cut short")
		return
	}
	out := r.Clone(r.Context())
	out.URL.Path, out.URL.RawPath = "/"+rest, ""
	out.Body, out.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	asked, err := g.config.Names.Recognise(out, body)
	if reason := g.weigh(function, asked, err); reason != "" {
		refuse(w, r, http.StatusBadRequest, "AccessDeniedException", reason)
		return
	}
	g.pass(w, out, function, asked.Action)
}

// weigh notes what was asked and gives the reason to refuse it; "" if there is none.
func (g *Guard) weigh(function string, asked Asked, unknown error) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	reason := ""
	if _, there := g.config.Roles[function]; !there {
		reason = fmt.Sprintf("%s is no function of the template", function)
	} else if unknown != nil {
		reason = fmt.Sprintf("%s: %v", function, unknown)
	} else {
		g.seen.Add(function, asked.Needs)
		if lacks := g.config.Roles.Refuses(function, asked.Needs); lacks != nil {
			reason = fmt.Sprintf("%s is not authorized to perform: %s with %v", function, lacks.Call, lacks.Context)
		}
	}
	if reason != "" && len(g.denied) < 1000 {
		g.denied = append(g.denied, reason)
	}
	return reason
}

// struck is a fault of the config's, as it comes back through the proxy.
type struck struct{ error }

// pass lets the engine answer, between the faults.
func (g *Guard) pass(w http.ResponseWriter, r *http.Request, function, action string) {
	if err := g.strike(r.Context(), function, action, false); err != nil {
		fail(w, r, err)
		return
	}
	proxy := g.proxy
	proxy.ModifyResponse = func(answer *http.Response) error {
		if err := g.strike(answer.Request.Context(), function, action, true); err != nil {
			return struck{err}
		}
		return nil
	}
	proxy.ErrorHandler = func(w http.ResponseWriter, r *http.Request, err error) {
		var planned struck
		if errors.As(err, &planned) {
			err = planned.error
		}
		fail(w, r, err)
	}
	proxy.ServeHTTP(w, r)
}

func (g *Guard) strike(ctx context.Context, function, action string, after bool) error {
	if g.config.Fault == nil {
		return nil
	}
	return g.config.Fault(ctx, function, action, after)
}

// fail answers as a service that broke, or not at all.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	if errors.Is(err, ErrNoAnswer) {
		panic(http.ErrAbortHandler)
	}
	refuse(w, r, http.StatusInternalServerError, "InternalServerError", err.Error())
}

// refuse answers in the form of both the JSON and the REST protocols.
// https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html#operation-error-serialization
func refuse(w http.ResponseWriter, r *http.Request, status int, code, reason string) {
	kind := r.Header.Get("Content-Type")
	if !strings.HasPrefix(kind, "application/x-amz-json-") {
		kind = "application/json"
	}
	w.Header().Set("Content-Type", kind)
	text, err := json.Marshal(map[string]string{"__type": code, "message": reason})
	if err != nil { // Texts always marshal.
		return
	}
	w.Header().Set("X-Amzn-Errortype", code)
	w.Header().Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(text)), 10)) // DynamoDB's SDK looks for it.
	w.WriteHeader(status)
	_, _ = w.Write(text)
}
