package gatewaysim

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// LargestBody bounds what a request may send, in bytes.
const LargestBody = 1 << 20

// Answer is what goes back; Lost instead means that nothing does.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Lost   error
}

// timeout is what a client's call ends with when no answer comes. It is a net.Error.
type timeout struct{}

func (timeout) Error() string        { return "gatewaysim: no answer in time" }
func (timeout) Timeout() bool        { return true }
func (timeout) Temporary() bool      { return true }
func (timeout) Is(target error) bool { return target == context.DeadlineExceeded }

// Why an answer is lost.
var (
	ErrTimeout error = timeout{}
	ErrDown    error = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
)

// Handler serves what answers. A lost answer closes the connection.
func Handler(answers func(*http.Request) Answer) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := answers(r)
		if a.Lost != nil {
			panic(http.ErrAbortHandler) // net/http's own way to close a connection without an answer.
		}
		for name, values := range a.Header {
			w.Header()[name] = values
		}
		if a.Status != http.StatusNoContent {
			w.Header().Set("Content-Length", strconv.Itoa(len(a.Body)))
		}
		w.WriteHeader(a.Status)
		if r.Method != http.MethodHead {
			_, _ = w.Write(a.Body) // A client that has gone away is its own affair.
		}
	})
}

// Transport answers requests in the caller's goroutine, whatever their host: for clients in the same process. A lost
// answer is an error that is a timeout; a gateway that is down refuses the connection.
func Transport(answers func(*http.Request) Answer) http.RoundTripper { return transport(answers) }

type transport func(*http.Request) Answer

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	var a Answer
	err := r.Context().Err()
	if err == nil {
		a = t(r)
		err = a.Lost
	}
	if r.Body != nil {
		err = errors.Join(err, r.Body.Close())
	}
	if a.Lost != nil {
		return nil, a.Lost
	}
	if err != nil {
		return nil, err
	}
	return &http.Response{
		Status: strconv.Itoa(a.Status) + " " + http.StatusText(a.Status), StatusCode: a.Status,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: a.Header, Request: r,
		Body: io.NopCloser(bytes.NewReader(a.Body)), ContentLength: int64(len(a.Body)),
	}, nil
}

// ReadAll reads a request's body. The error: it broke off, or is longer than LargestBody.
func ReadAll(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	var body bytes.Buffer
	body.Grow(int(min(max(r.ContentLength, 0), LargestBody)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(r.Body, LargestBody+1))
	if err == nil && body.Len() > LargestBody {
		err = errors.New("gatewaysim: the body is larger than 1 MiB")
	}
	return body.Bytes(), err
}

// Late applies what befalls an answer on its way. It needs no lock.
func (c *Core) Late(r *http.Request, t Trouble, a Answer) Answer {
	switch {
	case t.Latency <= 0:
	case c.set.Wait == nil && t.Latency >= c.set.Patience:
		return Answer{Lost: ErrTimeout}
	case c.set.Wait != nil:
		if err := c.set.Wait(r.Context(), t.Latency); err != nil {
			return Answer{Lost: err}
		}
	}
	switch {
	case t.TimeoutAfter:
		return Answer{Lost: ErrTimeout}
	case t.Cut:
		a.Body = a.Body[:len(a.Body)/2]
	case t.Huge:
		a.Body = append(a.Body[:len(a.Body):len(a.Body)], strings.Repeat(" ", 5<<20)...)
	}
	return a
}

// AllowBrowsers lets a page on any origin call, with the headers that are named.
func AllowBrowsers(header http.Header, headers, exposed string) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Allow-Methods", "GET, HEAD, PUT, PATCH, POST, DELETE")
	header.Set("Access-Control-Allow-Headers", headers)
	header.Set("Access-Control-Expose-Headers", exposed)
	header.Set("Access-Control-Max-Age", "300")
}

// Match compares a path with a pattern, in which "*" is any one segment, and gives what stands for the stars.
func Match(pattern, path string) (args []string, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(strings.TrimSuffix(path, "/"), "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i := range want {
		switch {
		case want[i] == "*" && have[i] != "":
			args = append(args, have[i])
		case want[i] != have[i]:
			return nil, false
		}
	}
	return args, true
}

// Shorten bounds what is echoed from a request.
func Shorten(text string) string {
	if len(text) > 80 {
		return text[:80] + "…"
	}
	return text
}

// Absolute tells whether a text is an address that a browser can be sent to.
func Absolute(target string) bool {
	u, err := url.Parse(target)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// WithQuery adds parameters to a URL that was checked when it was given.
func WithQuery(target string, more url.Values) string {
	u, err := url.Parse(target)
	if err != nil {
		return target
	}
	query := u.Query()
	for name, values := range more {
		query[name] = values
	}
	u.RawQuery = query.Encode()
	return u.String()
}
