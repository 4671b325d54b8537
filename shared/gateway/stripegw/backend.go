package stripegw

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/form"
)

// replyBytesMax bounds what is read of an answer. Stripe's largest, a page of a list, are well below.
const replyBytesMax = 1 << 20

// backend carries the SDK's calls. The SDK's own retries by itself, logs what Stripe says, starts the program uname before
// its first call, follows redirects, reads without bound, and drops the status of an answer that is not JSON.
type backend struct {
	client *http.Client
	base   string
}

func newBackend(base string, transport http.RoundTripper) *backend {
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		transport = own
	}
	return &backend{base: base, client: &http.Client{Transport: transport, Timeout: callLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var errNotUsed = errors.New("stripegw: this kind of call is not used")

// Call is for single objects.
func (b *backend) Call(method, path, key string, params stripe.ParamsContainer, v stripe.LastResponseSetter) error {
	values := &form.Values{}
	form.AppendTo(values, params)
	return b.CallRaw(method, path, key, values, params.GetParams(), v)
}

// CallRaw is for lists, and what Call uses.
func (b *backend) CallRaw(method, path, key string, values *form.Values, params *stripe.Params, v stripe.LastResponseSetter) error {
	read := method == http.MethodGet
	body, encoded := "", values.Encode()
	if read && encoded != "" {
		path += "?" + encoded
	} else if !read {
		body = encoded
	}
	ctx := params.Context
	if ctx == nil {
		return errors.New("stripegw: a call without a context")
	}
	req, err := http.NewRequestWithContext(ctx, method, b.base+path, strings.NewReader(body))
	if err != nil {
		return errors.New("stripegw: the request cannot be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	sign(req, key, params)
	return b.do(req, read, v)
}

// sign sets what every call carries.
func sign(req *http.Request, key string, params *stripe.Params) {
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Stripe-Version", stripe.APIVersion)
	req.Header.Set("User-Agent", "Stripe/v1 GoBindings/"+stripe.ClientVersion+" Till")
	if params.IdempotencyKey != nil {
		req.Header.Set("Idempotency-Key", *params.IdempotencyKey)
	} else {
		// What has no key is harmless to repeat: net/http may do so on a connection that died while it was idle, as
		// those of a frozen function do. An empty list marks that and is not sent.
		req.Header["Idempotency-Key"] = []string{}
	}
}

func (b *backend) do(req *http.Request, read bool, v any) error {
	res, err := b.client.Do(req)
	if err != nil {
		return noAnswer(read, err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := reply(res)
	r := &refusal{read: read, status: res.StatusCode, request: plain(res.Header.Get("Request-Id"))}
	switch {
	case err != nil:
		r.wire = "the answer broke off"
	case len(body) > replyBytesMax || res.ContentLength > replyBytesMax:
		r.wire = "the answer is too long"
	case res.StatusCode >= 300 && res.StatusCode < 400:
		r.wire = "a redirect was answered"
	case res.StatusCode >= 400:
		r.learn(body)
	case !decode(body, v):
		r.wire = "the answer cannot be read"
	default:
		return nil
	}
	return r
}

// reply reads an answer, or a byte more than it may have; nothing of one that says itself that it is longer.
func reply(res *http.Response) ([]byte, error) {
	if res.ContentLength > replyBytesMax {
		return nil, nil
	}
	var body bytes.Buffer
	body.Grow(int(max(res.ContentLength, 0)) + bytes.MinRead)
	_, err := body.ReadFrom(io.LimitReader(res.Body, replyBytesMax+1))
	return body.Bytes(), err
}

// noAnswer says why there is none. Of the transport's own text nothing is kept: it may quote what was received.
func noAnswer(read bool, err error) *refusal {
	r := &refusal{read: read, wire: "no answer"}
	var dial *net.OpError
	var lookup *net.DNSError
	var certificate *tls.CertificateVerificationError
	var slow net.Error
	switch {
	case errors.As(err, &lookup):
		r.unsent, r.wire = true, "the name cannot be resolved"
	case errors.As(err, &dial) && dial.Op == "dial":
		r.unsent, r.wire = true, "no connection"
	case errors.As(err, &certificate):
		r.unsent, r.wire = true, "the certificate is not valid"
	case errors.Is(err, context.Canceled):
		r.wire = "given up"
	case errors.As(err, &slow) && slow.Timeout():
		r.wire = "no answer in time"
	}
	return r
}

// CallStreaming is for downloads, of which there are none.
func (*backend) CallStreaming(_, _, _ string, _ stripe.ParamsContainer, _ stripe.StreamingLastResponseSetter) error {
	return errNotUsed
}

// CallMultipart is for uploads.
func (b *backend) CallMultipart(method, path, key, boundary string, body *bytes.Buffer, params *stripe.Params, v stripe.LastResponseSetter) error {
	if params.Context == nil {
		return errors.New("stripegw: a call without a context")
	}
	req, err := http.NewRequestWithContext(params.Context, method, b.base+path, bytes.NewReader(body.Bytes()))
	if err != nil {
		return errors.New("stripegw: the request cannot be made")
	}
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+boundary)
	sign(req, key, params)
	return b.do(req, false, v)
}

// SetMaxNetworkRetries is refused silently: there are none.
func (*backend) SetMaxNetworkRetries(int64) {}
