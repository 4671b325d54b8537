// Package jsonapi carries calls to gateways that speak JSON over HTTPS: bounded in time and size, without redirects, retries or
// the gateway's own words in errors. Adapters say what a refusal means.
package jsonapi

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// CallLimit bounds one HTTP call from dialling to the last byte: well below the 15 s of a function behind the API.
	CallLimit = 8 * time.Second
	// ReplyBytesMax bounds what is read of an answer.
	ReplyBytesMax = 1 << 20
)

// Client calls one gateway. Safe for concurrent use. Make it with New.
type Client struct {
	base string
	http *http.Client
}

// New makes a client of the API at base, an https URL; http is taken only where plain says so. transport may be nil. The error
// says what is wrong with base, and never what it is.
func New(base string, plain bool, transport http.RoundTripper) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && (u.Scheme != "http" || !plain) {
		return nil, errors.New("the API's address is not an https URL")
	}
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		transport = own
	}
	return &Client{base: strings.TrimSuffix(base, "/"), http: &http.Client{Transport: transport, Timeout: CallLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}, nil
}

// Part is JSON that is sent as the first part of a multipart form, for what takes files beside it.
type Part struct {
	Name  string // In letters.
	Body  any
	Files []File
}

// File is one that goes along. Names are ours: letters, digits and signs that need no quoting.
type File struct {
	Name string // Of the part.
	As   string // The file's own.
	Kind string // "application/pdf"
	Data []byte
}

// Call is one request. Body is sent as JSON unless it is url.Values, which is sent as a form, or a Part; nil sends none.
type Call struct {
	Method, Path string // Path begins with a slash, and holds its query.
	Header       http.Header
	Body         any
}

// Refusal is a call that did not bring what was asked for. Its text names no word of the gateway's.
type Refusal struct {
	Read   bool   // The call changes nothing.
	Unsent bool   // It never reached the gateway: nothing happened.
	Status int    // Of the answer; 0 without one.
	Wire   string // What went wrong on the way; "" if an answer came whole.
	Body   []byte // What came, for the adapter to read codes from: hostile, and never to be logged.
	Header http.Header
}

// Error is safe to log.
func (r *Refusal) Error() string {
	if r.Wire != "" {
		return fmt.Sprintf("%s (%d)", r.Wire, r.Status)
	}
	return fmt.Sprintf("refused (%d)", r.Status)
}

// Do calls, and reads the answer into out unless that is nil or the answer is empty (204). The error is a *Refusal.
func (c *Client) Do(ctx context.Context, call Call, out any) error {
	req, err := c.request(ctx, call)
	if err != nil {
		return &Refusal{Unsent: true, Wire: "the request cannot be made"}
	}
	r := &Refusal{Read: call.Method == http.MethodGet}
	res, err := c.http.Do(req)
	if err != nil {
		r.noAnswer(err)
		return r
	}
	defer func() { _ = res.Body.Close() }()
	body, err := reply(res)
	r.Status, r.Header = res.StatusCode, res.Header
	switch {
	case err != nil:
		r.Wire = "the answer broke off"
	case len(body) > ReplyBytesMax || res.ContentLength > ReplyBytesMax:
		r.Wire = "the answer is too long"
	case res.StatusCode >= 300 && res.StatusCode < 400:
		r.Wire = "a redirect was answered"
	case res.StatusCode >= 400:
		r.Body = body
	case out == nil || res.StatusCode == http.StatusNoContent:
		return nil
	case json.Unmarshal(body, out) != nil:
		r.Wire = "the answer cannot be read"
	default:
		return nil
	}
	return r
}

// reply reads an answer, or a byte more than it may have; nothing of one that says itself that it is longer.
func reply(res *http.Response) ([]byte, error) {
	if res.ContentLength > ReplyBytesMax {
		return nil, nil
	}
	var body bytes.Buffer
	body.Grow(int(max(res.ContentLength, 0)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(res.Body, ReplyBytesMax+1))
	return body.Bytes(), err
}

func (c *Client) request(ctx context.Context, call Call) (*http.Request, error) {
	var body io.Reader
	kind := ""
	switch b := call.Body.(type) {
	case nil:
	case url.Values:
		body, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	case Part:
		data, boundary, err := b.encode()
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(data), "multipart/form-data; boundary="+boundary
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		body, kind = bytes.NewReader(data), "application/json"
	}
	req, err := http.NewRequestWithContext(ctx, call.Method, c.base+call.Path, body)
	if err != nil {
		return nil, err
	}
	for name, values := range call.Header {
		req.Header[name] = values
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "Till")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	return req, nil
}

// encode writes a form of parts, and gives what parts them: a line that is in none of them. The same parts give the same bytes.
func (p Part) encode() (form []byte, boundary string, err error) {
	data, err := json.Marshal(p.Body)
	if err != nil {
		return nil, "", err
	}
	boundary = "till-part" // JSON holds no line break, and so never a boundary.
	for _, f := range p.Files {
		for bytes.Contains(f.Data, []byte("--"+boundary)) {
			boundary += "-"
		}
	}
	var out bytes.Buffer
	out.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + p.Name + "\"\r\nContent-Type: application/json\r\n\r\n")
	out.Write(data)
	for _, f := range p.Files {
		out.WriteString("\r\n--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + f.Name + "\"; filename=\"" + f.As + "\"\r\nContent-Type: " + f.Kind + "\r\n\r\n")
		out.Write(f.Data)
	}
	out.WriteString("\r\n--" + boundary + "--\r\n")
	return out.Bytes(), boundary, nil
}

// noAnswer says why there is none. Of the transport's own text nothing is kept: it may quote what was received.
func (r *Refusal) noAnswer(err error) {
	r.Wire = "no answer"
	var dial *net.OpError
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	var slow net.Error
	switch {
	case errors.As(err, &lookup):
		r.Unsent, r.Wire = true, "the name cannot be resolved"
	case errors.As(err, &dial) && dial.Op == "dial":
		r.Unsent, r.Wire = true, "no connection"
	case errors.As(err, &certificate):
		r.Unsent, r.Wire = true, "the certificate is not valid"
	case errors.Is(err, context.Canceled):
		r.Wire = "given up"
	case errors.As(err, &slow) && slow.Timeout():
		r.Wire = "no answer in time"
	}
}
