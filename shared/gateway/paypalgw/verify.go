package paypalgw

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"hash/crc32"
	"net/http"
	"slices"
	"strconv"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

const (
	// BodyBytesMax is the longest webhook that is read.
	BodyBytesMax = 256 << 10
	// algorithm is the only one: a sender does not choose.
	algorithm = "SHA256withRSA"
	// Ahead is how far a transmission's time may be ahead of ours.
	Ahead = 5 * time.Minute
	// Behind is how old a transmission may be. PayPal repeats what was not answered with 2xx for 3 days, and does not say whether the
	// time is that of the repeat. What arrives twice has the same event id, and changes nothing.
	// https://developer.paypal.com/api/rest/webhooks/
	Behind = 3*24*time.Hour + time.Hour
	// mockID is what PayPal's webhooks simulator signs its made-up events with in place of a webhook's id. Whoever has an account there can
	// have one sent to any address. https://developer.paypal.com/api/rest/webhooks/simulator/
	mockID = "WEBHOOK_ID"
	// MockPrefix is in front of the ids of made-up events, so that none is ever taken for a repeat of a true one.
	MockPrefix = "MOCK-"
)

// The headers of a webhook's signature. https://developer.paypal.com/api/rest/webhooks/rest/
const (
	HeaderID        = "Paypal-Transmission-Id"
	HeaderTime      = "Paypal-Transmission-Time"
	HeaderSignature = "Paypal-Transmission-Sig"
	HeaderAlgorithm = "Paypal-Auth-Algo"
	HeaderCert      = "Paypal-Cert-Url"
)

// VerifierConfig is what a Verifier needs. None of it is secret; the webhook ids are known to PayPal and to us.
type VerifierConfig struct {
	WebhookIDs []string // Of our endpoint, and while it is replaced of the one before.
	WantLive   bool     // Events of the sandbox are refused, or those of real money.
	Now        func() time.Time

	CertURLs  []string          // The addresses of APIs, with a slash at the end, whose certificates are taken; PayPal's own unless set.
	CertName  string            // Whose certificate it must be; PayPal's own unless set.
	Roots     *x509.CertPool    // Who may have issued it; those of the system if nil.
	Transport http.RoundTripper // For certificates; a transport of its own if nil.
}

// Verifier tells PayPal's webhooks from forged ones, without asking PayPal but for its certificate. Safe for concurrent use.
type Verifier struct {
	ids   []string
	live  bool
	now   func() time.Time
	certs *certificates
}

// NewVerifier makes a verifier. Errors: fault.Internal, code config_invalid.
func NewVerifier(c VerifierConfig) (*Verifier, error) {
	certs, err := newCertificates(c)
	if len(c.WebhookIDs) == 0 || c.Now == nil || slices.ContainsFunc(c.WebhookIDs, func(id string) bool { return !payment.IsRef(id, 50) || len(id) < 8 || id == mockID }) {
		err = errors.Join(err, errors.New("webhook ids are missing, or none of PayPal's"))
	}
	if err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Op: "paypalgw.NewVerifier", Code: "config_invalid", Err: err}
	}
	return &Verifier{ids: slices.Clone(c.WebhookIDs), live: c.WantLive, now: c.Now, certs: certs}, nil
}

// Verify reads a webhook: raw is the body as it came, byte for byte; header gives a header by its name. What PayPal's simulator made up is
// taken in the sandbox alone, as an event about nothing: it proves that webhooks arrive, and names no order. Errors: fault.TooLarge,
// body_too_large. fault.Unavailable: PayPal's certificate cannot be had now. fault.Unreadable: signature_invalid, whatever the
// reason; invalid_event, signed but not an event.
func (v *Verifier) Verify(ctx context.Context, raw []byte, header func(name string) string) (payment.Event, error) {
	const op = "paypalgw.Verify"
	if len(raw) > BodyBytesMax {
		return payment.Event{}, fault.New(fault.TooLarge, op, "body_too_large", "At most 256 KiB.")
	}
	t, ok := v.transmission(header)
	if !ok || len(raw) == 0 {
		return payment.Event{}, fault.New(fault.Unreadable, op, "signature_invalid", "")
	}
	key, err := v.certs.key(ctx, t.cert)
	if err != nil {
		return payment.Event{}, &fault.Error{Kind: fault.Unavailable, Op: op, Code: payment.RefusalCode(fault.Unavailable), Err: err}
	}
	own := key != nil && signed(raw, t, key, v.ids)
	mock := key != nil && !own && !v.live && signed(raw, t, key, []string{mockID})
	if !own && !mock {
		return payment.Event{}, fault.New(fault.Unreadable, op, "signature_invalid", "")
	}
	e, ok := readEvent(raw, v.live)
	if !ok {
		return payment.Event{}, fault.New(fault.Unreadable, op, "invalid_event", "")
	}
	if mock {
		e = payment.Event{Gateway: e.Gateway, ID: MockPrefix + e.ID, Type: e.Type, Subject: payment.AboutOther, APIVersion: e.APIVersion,
			Created: e.Created, BodySHA256: e.BodySHA256}
	}
	return e, nil
}

// transmission is a signature's headers, as far as they can be judged without the certificate.
type transmission struct {
	id, at, cert string
	signature    []byte
}

func (v *Verifier) transmission(header func(string) string) (transmission, bool) {
	t := transmission{id: header(HeaderID), at: header(HeaderTime), cert: header(HeaderCert)}
	signature := header(HeaderSignature)
	if header(HeaderAlgorithm) != algorithm || !payment.IsRef(t.id, 64) || len(t.at) > 40 || len(signature) > 1024 || !v.certs.allowed(t.cert) {
		return transmission{}, false
	}
	at, err := time.Parse(time.RFC3339, t.at)
	if away := v.now().Sub(at); err != nil || away > Behind || away < -Ahead {
		return transmission{}, false
	}
	t.signature, err = base64.StdEncoding.DecodeString(signature)
	// Written again, lest the same signature be taken in another writing.
	return t, err == nil && base64.StdEncoding.EncodeToString(t.signature) == signature
}

// signed checks the signature of PayPal over the transmission, one of the ids (never the sender's) and the body's CRC-32.
// https://developer.paypal.com/api/rest/webhooks/rest/#link-selfverificationmethod
func signed(raw []byte, t transmission, key *rsa.PublicKey, ids []string) bool {
	sum := strconv.FormatUint(uint64(crc32.ChecksumIEEE(raw)), 10)
	for _, id := range ids {
		digest := sha256.Sum256([]byte(t.id + "|" + t.at + "|" + id + "|" + sum))
		if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], t.signature) == nil {
			return true
		}
	}
	return false
}
