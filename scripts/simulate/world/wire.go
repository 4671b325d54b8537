package world

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"till/scripts/localcloud/gatewaysim"
	"till/scripts/simulate/faults"
	"till/shared/order"
)

// wire is the way to the gateways.
type wire struct {
	w    *World
	next http.RoundTripper
}

// troubles are the kinds that the simulated gateway itself knows how to do.
var troubles = map[faults.Kind]gatewaysim.APIFaults{
	faults.Throttle:      {ErrorRate: 1, Status: http.StatusTooManyRequests},
	faults.TimeoutBefore: {TimeoutBefore: 1},
	faults.TimeoutAfter:  {TimeoutAfter: 1},
	faults.Fails:         {ErrorRate: 1, Status: http.StatusInternalServerError},
	faults.FailsAfter:    {ErrorAfter: 1, Status: http.StatusInternalServerError},
	faults.Down:          {ErrorRate: 1, Status: http.StatusServiceUnavailable},
	faults.DownAfter:     {ErrorAfter: 1, Status: http.StatusServiceUnavailable},
	faults.Busy:          {ErrorRate: 1, Status: http.StatusConflict},
	faults.Reset:         {Down: true},
}

// RoundTrip is http.RoundTripper's.
func (v wire) RoundTrip(r *http.Request) (*http.Response, error) {
	w := v.w
	g, name, port := w.asked(r)
	kind := w.call(port, name, false)
	if j := w.job(); j != nil && j.hit == faults.TimeoutAfter {
		kind, j.hit = faults.TimeoutAfter, faults.None
		w.point(j.function, name, port).Struck[kind]++
	}
	if w.forgets(r) {
		return missing(r, g.Name), nil
	}
	quiet := w.silentAbout(r, name)
	if quiet != "" {
		kind = faults.TimeoutAfter
	}
	was := g.Faults()
	with := was
	if trouble, some := troubles[kind]; some {
		with.API = trouble
	}
	w.must(g.SetFaults(with)) // Nobody else has a turn until it is taken back.
	got, err := v.next.RoundTrip(r)
	w.must(g.SetFaults(was))
	if name == asksStart {
		w.listen(quiet)
	}
	w.call(port, name, true)
	if err == nil && (kind == faults.Cut || kind == faults.Huge) && got.StatusCode < http.StatusBadRequest {
		w.garble(got, kind)
	}
	return got, err
}

// silentAbout gives the order about which the gateway answers nothing, if what is asked is about it; "" otherwise. Who looks through lists then learns nothing either.
func (w *World) silentAbout(r *http.Request, name string) order.ID {
	if len(w.silent) == 0 || w.job() == nil {
		return ""
	}
	body := ""
	if r.GetBody != nil {
		if b, err := r.GetBody(); err == nil {
			text, _ := io.ReadAll(b)
			body = string(text)
		}
	}
	about := r.URL.Path + "?" + r.URL.RawQuery + body
	list := name == asksEvents || r.Method == http.MethodGet && strings.Contains(r.URL.RawQuery, "created")
	first := order.ID("")
	for id, quiet := range w.silent {
		if !w.Clock.Now().Before(quiet.until) {
			delete(w.silent, id)
			continue
		}
		named := func(ref string) bool { return strings.Contains(about, ref) }
		if (first == "" || id < first) && (list || slices.ContainsFunc(quiet.refs, named)) {
			first = id
		}
	}
	if first != "" {
		w.note("silent", string(first), nil)
	}
	return first
}

// silence is until when a gateway answers nothing about an order's payments, and what requests name those by.
type silence struct {
	until time.Time
	refs  []string
}

// listen learns by what names the payment of an order goes that was begun in silence.
func (w *World) listen(id order.ID) {
	if quiet, silent := w.silent[id]; silent && len(quiet.refs) == 1 {
		quiet.refs = w.references(id)
		w.silent[id] = quiet
	}
}

// references are what requests name an order's payments by.
func (w *World) references(id order.ID) []string {
	out := []string{string(id)}
	for _, g := range w.Gateways.All() {
		for _, p := range g.PaymentsOf(string(id)) {
			for _, ref := range []string{p.Session, p.Intent} {
				if ref != "" {
					out = append(out, ref)
				}
			}
		}
	}
	return out
}

// forgets tells whether a request is about a payment that the gateway does not find.
func (w *World) forgets(r *http.Request) bool {
	if len(w.forgotten) == 0 || w.job() == nil {
		return false
	}
	for id, refs := range w.forgotten {
		for _, ref := range refs {
			if strings.Contains(r.URL.Path, ref) {
				w.note("not-found", string(id), nil)
				return true
			}
		}
	}
	return false
}

// missing is the gateway's answer about what is not there.
func missing(r *http.Request, gateway string) *http.Response {
	body := untold[gateway]
	return &http.Response{Status: "404 Not Found", StatusCode: http.StatusNotFound, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// garble spoils a good answer on its way. A refusal is short: it comes whole or not at all.
func (w *World) garble(r *http.Response, kind faults.Kind) {
	if kind == faults.Huge {
		if r.ContentLength += excess; w.dice.IntN(8) == 0 {
			r.ContentLength = -1 // It does not say so.
		}
		r.Body = io.NopCloser(io.MultiReader(r.Body, io.LimitReader(spaces{}, excess)))
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	body = body[:len(body)/2]
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// excess is how much too long an answer is.
const excess = 5 << 20

// spaces are as many as one reads.
type spaces struct{}

// Read is io.Reader's.
func (spaces) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}
