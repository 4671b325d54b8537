package paypalgw

import (
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"till/shared/payment"
)

// Whose certificates PayPal's webhooks are signed with: the name that PayPal's own SDK for Java wants.
// https://github.com/paypal/PayPal-Java-SDK (SSLUtil.validateCertificateChain)
const (
	liveName    = "messageverificationcerts.paypal.com"
	sandboxName = "messageverificationcerts.sandbox.paypal.com"
)

const certPath = "/v1/notifications/certs/"

// Where PayPal keeps its certificates. Nothing else is ever fetched, whatever a webhook says.
var (
	liveCerts    = []string{"https://api.paypal.com" + certPath, "https://api-m.paypal.com" + certPath}
	sandboxCerts = []string{"https://api.sandbox.paypal.com" + certPath, "https://api-m.sandbox.paypal.com" + certPath}
)

const (
	certTime     = 4 * time.Second
	certBytesMax = 64 << 10
	certsMax     = 16               // Certificates that are kept; PayPal has about one at a time.
	certLife     = 24 * time.Hour   // How long one is kept; so what is revoked is gone within a day.
	refusedLife  = 10 * time.Minute // How long it is remembered that an address has none,
	spoiledLife  = time.Minute      // or that what came from it is none that is good: the answer may have been spoiled on its way.
	refusedMax   = 256
	fetchesMax   = 12 // Fetches in a minute. A stranger that makes up addresses costs PayPal and us no more than that.
)

// certificates fetches and keeps PayPal's certificates. Safe for concurrent use.
type certificates struct {
	begins []string
	name   string
	roots  *x509.CertPool
	now    func() time.Time
	http   *http.Client

	mu      sync.Mutex
	known   map[string]certificate
	refused map[string]span
	minute  time.Time
	fetches int
}

type certificate struct {
	key *rsa.PublicKey
	span
}

// span is from when until when something holds.
type span struct{ since, until time.Time }

func (s span) has(now time.Time) bool { return !now.Before(s.since) && now.Before(s.until) }

func newCertificates(c VerifierConfig) (*certificates, error) {
	out := &certificates{begins: slices.Clone(c.CertURLs), name: c.CertName, roots: c.Roots, now: c.Now,
		known: map[string]certificate{}, refused: map[string]span{}}
	begins, name := sandboxCerts, sandboxName
	if c.WantLive {
		begins, name = liveCerts, liveName
	}
	if len(out.begins) == 0 {
		out.begins = begins
	}
	if out.name == "" {
		out.name = name
	}
	for i, begin := range out.begins {
		u, err := url.Parse(begin)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || !strings.HasSuffix(begin, "/") ||
			u.Scheme != "https" && (u.Scheme != "http" || c.WantLive) {
			return nil, errors.New("the certificates' address is not an https URL that ends with a slash")
		}
		if !strings.HasSuffix(begin, certPath) { // The API's own address.
			out.begins[i] = strings.TrimSuffix(begin, "/") + certPath
		}
	}
	transport := c.Transport
	if transport == nil {
		own := http.DefaultTransport.(*http.Transport).Clone()
		own.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
		transport = own
	}
	out.http = &http.Client{Transport: transport, Timeout: certTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return out, nil
}

// allowed tells whether an address is of the allowed places, to the letter: one of the beginnings, then a name.
func (c *certificates) allowed(address string) bool {
	for _, begin := range c.begins {
		if name, ok := strings.CutPrefix(address, begin); ok && payment.IsRef(name, 100) {
			return true
		}
	}
	return false
}

// key is the key of the certificate at an allowed address; nil if there is none that is good. The error: it cannot be had now.
func (c *certificates) key(ctx context.Context, address string) (*rsa.PublicKey, error) {
	now := c.now()
	c.mu.Lock()
	have, ok := c.known[address]
	gone := c.refused[address].has(now)
	mayFetch := c.mayFetch(now)
	c.mu.Unlock()
	switch {
	case ok && have.has(now):
		return have.key, nil
	case gone, !mayFetch:
		return nil, nil // PayPal sends again what it gets no 2xx for.
	}
	body, err := c.fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	good, err := c.check(body, now)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err != nil {
		if len(c.refused) >= refusedMax {
			clear(c.refused)
		}
		life := refusedLife
		if body != nil {
			life = spoiledLife
		}
		c.refused[address] = span{now, now.Add(life)}
		return nil, nil
	}
	if len(c.known) >= certsMax {
		clear(c.known)
	}
	delete(c.refused, address)
	c.known[address] = good
	c.fetches = max(c.fetches-1, 0) // What was good costs nothing of the limit.
	return good.key, nil
}

// mayFetch tells whether this minute's fetches are not used up. Under the lock.
func (c *certificates) mayFetch(now time.Time) bool {
	if minute := now.Truncate(time.Minute); !minute.Equal(c.minute) {
		c.minute, c.fetches = minute, 0
	}
	return c.fetches < fetchesMax
}

// passing are refusals that say nothing of whether there is a certificate.
var passing = []int{http.StatusTooManyRequests, http.StatusConflict, http.StatusRequestTimeout}

// fetch reads what is at an address: nothing if PayPal says that there is nothing. The error: it cannot be had now.
func (c *certificates) fetch(ctx context.Context, address string) ([]byte, error) {
	c.mu.Lock()
	c.fetches++
	c.mu.Unlock()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, nil // No address after all.
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, errors.New("paypal: the certificate cannot be fetched")
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode >= 500 || slices.Contains(passing, res.StatusCode) {
		return nil, fmt.Errorf("paypal: the certificate cannot be fetched (%d)", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, certBytesMax+1))
	switch {
	case err != nil:
		return nil, errors.New("paypal: the certificate broke off")
	case res.StatusCode != http.StatusOK:
		return nil, nil
	case len(body) > certBytesMax:
		return []byte{}, nil // It is none.
	}
	return body, nil
}

// check reads a certificate and those that lead from it to a root, in PEM, and verifies chain, name and time.
func (c *certificates) check(body []byte, now time.Time) (certificate, error) {
	var leaf *x509.Certificate
	others := x509.NewCertPool()
	for range 10 {
		block, rest := pem.Decode(body)
		if block == nil {
			break
		}
		body = rest
		if block.Type != "CERTIFICATE" {
			continue
		}
		next, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return certificate{}, err
		}
		if leaf == nil {
			leaf = next
		} else {
			others.AddCert(next)
		}
	}
	if leaf == nil {
		return certificate{}, errors.New("paypal: there is no certificate")
	}
	_, err := leaf.Verify(x509.VerifyOptions{DNSName: c.name, Roots: c.roots, Intermediates: others, CurrentTime: now,
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	if err != nil {
		return certificate{}, err
	}
	key, ok := leaf.PublicKey.(*rsa.PublicKey)
	if !ok || key.N.BitLen() < 2048 || key.N.BitLen() > 8192 || leaf.IsCA {
		return certificate{}, errors.New("paypal: the certificate's key is not an RSA key of 2048 to 8192 bits")
	}
	until := now.Add(certLife)
	if leaf.NotAfter.Before(until) {
		until = leaf.NotAfter
	}
	return certificate{key, span{leaf.NotBefore, until}}, nil
}
