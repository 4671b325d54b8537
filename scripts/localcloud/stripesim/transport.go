package stripesim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
)

// timeout is what a client's call ends with when no answer comes. It is a net.Error.
type timeout struct{}

func (timeout) Error() string        { return "stripesim: no answer in time" }
func (timeout) Timeout() bool        { return true }
func (timeout) Temporary() bool      { return true }
func (timeout) Is(target error) bool { return target == context.DeadlineExceeded }

var (
	errTimeout error = timeout{}
	errDown    error = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// ServeHTTP serves the API below BaseURL's path (or at the root) and the pages. A lost answer closes the connection.
func (s *Sim) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.serve(r)
	if a.lost != nil {
		panic(http.ErrAbortHandler) // net/http's own way to close a connection without an answer.
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	if a.status != http.StatusNoContent {
		w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	}
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(a.body) // A client that has gone away is its own affair.
	}
}

// Transport answers requests in the caller's goroutine, whatever their host: for clients in the same process. A lost
// answer is an error that is a timeout; a Stripe that is down refuses the connection.
func (s *Sim) Transport() http.RoundTripper { return transport{s} }

type transport struct{ sim *Sim }

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var a answer
	err := r.Context().Err()
	if err == nil {
		a = t.sim.serve(r)
		err = a.lost
	}
	if r.Body != nil {
		err = errors.Join(err, r.Body.Close())
	}
	if a.lost != nil {
		return nil, a.lost
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: strconv.Itoa(a.status) + " " + http.StatusText(a.status), StatusCode: a.status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.header, Request: r,
		Body: io.NopCloser(bytes.NewReader(a.body)), ContentLength: int64(len(a.body)),
	}, nil
}
