package world

import (
	"bytes"
	"io"
	"net/http"
	"strings"

	"till/scripts/localcloud/stripesim"
	"till/scripts/simulate/faults"
)

// wire is the way to the gateways.
type wire struct {
	w    *World
	next http.RoundTripper
}

// troubles are the kinds that the simulated gateway itself knows how to do.
var troubles = map[faults.Kind]stripesim.APIFaults{
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
	w, name := v.w, routeName(r)
	kind := w.call(faults.Gateway, name, false)
	if j := w.job(); j != nil && j.hit == faults.TimeoutAfter {
		kind, j.hit = faults.TimeoutAfter, faults.None
		w.point(j.function, name, faults.Gateway).Struck[kind]++
	}
	if w.forgets(r) {
		return missing(r), nil
	}
	was := w.Stripe.Faults()
	with := was
	if trouble, some := troubles[kind]; some {
		with.API = trouble
	}
	w.must(w.Stripe.SetFaults(with)) // Nobody else has a turn until it is taken back.
	got, err := v.next.RoundTrip(r)
	w.must(w.Stripe.SetFaults(was))
	w.call(faults.Gateway, name, true)
	if err == nil && (kind == faults.Cut || kind == faults.Huge) && got.StatusCode < http.StatusBadRequest {
		garble(got, kind)
	}
	return got, err
}

// forgets tells whether a request is about a payment that the gateway does not find.
func (w *World) forgets(r *http.Request) bool {
	if w.job() == nil {
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
func missing(r *http.Request) *http.Response {
	const body = `{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such payment"}}`
	return &http.Response{Status: "404 Not Found", StatusCode: http.StatusNotFound, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: r, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// garble spoils a good answer on its way. A refusal is short: it comes whole or not at all.
func garble(r *http.Response, kind faults.Kind) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	switch {
	case kind == faults.Cut:
		body = body[:len(body)/2]
	case kind == faults.Huge:
		body = append(body, bytes.Repeat([]byte(" "), 5<<20)...)
	}
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
}

// routeName is "gateway.POST checkout/sessions/*/expire".
func routeName(r *http.Request) string {
	_, path, _ := strings.Cut(r.URL.Path, "/v1/")
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if at := strings.IndexByte(p, '_'); at >= 2 && at <= 4 && strings.ContainsAny(p, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") {
			parts[i] = "*"
		}
	}
	return "gateway." + r.Method + " " + strings.Join(parts, "/")
}
