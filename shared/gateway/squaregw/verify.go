package squaregw

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"

	"till/shared/fault"
	"till/shared/payment"
)

const (
	// BodyBytesMax is the longest webhook that is read.
	BodyBytesMax = 256 << 10
	// keyBytesMin is the shortest signature key that is taken: Square's have 22 characters.
	keyBytesMin = 16
)

// The headers of a webhook. https://developer.squareup.com/docs/webhooks/step2subscribe
const (
	// SignatureHeader holds the signature: https://developer.squareup.com/docs/webhooks/step3validate
	SignatureHeader = "X-Square-Hmacsha256-Signature"
	// EnvironmentHeader holds "Production" or "Sandbox". It is not signed; each environment has signature keys of its own.
	EnvironmentHeader = "Square-Environment"
)

// The environments, as webhooks name them.
const (
	production = "Production"
	sandbox    = "Sandbox"
)

// VerifierConfig is what a Verifier needs. Keys are secret.
type VerifierConfig struct {
	Keys       []string // Signature keys of the subscription: the current one and, while it is rotated, the one before.
	URL        string   // The subscription's notification URL, byte for byte: it is signed along.
	WantLive   bool     // Events of the other environment are refused.
	MerchantID string   // The shop's own; its events have no account in payment.Event.
}

// Verifier tells Square's webhooks from forged ones. Safe for concurrent use. A signature holds no time: what was sent once may be sent
// again, with the same event id, by which it is known. https://developer.squareup.com/docs/webhooks/overview
type Verifier struct {
	keys        []string
	url         string
	environment string
	merchant    string
}

// NewVerifier makes a verifier. Errors: fault.Internal, code config_invalid: no key, one under 16 bytes, no https URL (http outside
// live mode), no merchant.
func NewVerifier(c VerifierConfig) (*Verifier, error) {
	var faults []error
	if len(c.Keys) == 0 || slices.ContainsFunc(c.Keys, func(k string) bool { return len(k) < keyBytesMin }) {
		faults = append(faults, errors.New("signature keys are missing or too short"))
	}
	if u, err := url.Parse(c.URL); err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || c.WantLive) {
		faults = append(faults, errors.New("the notification URL is not an https URL"))
	}
	if !payment.IsRef(c.MerchantID, 255) {
		faults = append(faults, errors.New("the merchant id is not an id of Square"))
	}
	if len(faults) > 0 {
		return nil, &fault.Error{Kind: fault.Internal, Op: "squaregw.NewVerifier", Code: "config_invalid", Err: errors.Join(faults...)}
	}
	v := &Verifier{keys: slices.Clone(c.Keys), url: c.URL, environment: sandbox, merchant: c.MerchantID}
	if c.WantLive {
		v.environment = production
	}
	return v, nil
}

// Verify reads a webhook: raw is the body as it came, byte for byte; header gives a header by name. Errors: fault.TooLarge,
// body_too_large. fault.Unreadable: signature_invalid, whatever the reason; mode_mismatch, an event of the sandbox for a live shop, or
// the reverse; invalid_event, signed but not an event. An empty body is signature_invalid. An event of another merchant is no error: it is in the
// event.
func (v *Verifier) Verify(raw []byte, header func(name string) string) (payment.Event, error) {
	const op = "squaregw.Verify"
	if len(raw) > BodyBytesMax {
		return payment.Event{}, fault.New(fault.TooLarge, op, "body_too_large", "At most 256 KiB.")
	}
	if !v.signed(raw, header(SignatureHeader)) {
		return payment.Event{}, fault.New(fault.Unreadable, op, "signature_invalid", "")
	}
	if header(EnvironmentHeader) != v.environment {
		return payment.Event{}, fault.New(fault.Unreadable, op, "mode_mismatch", "")
	}
	e, ok := read(raw, v.merchant, Version, v.environment == production)
	if !ok {
		return payment.Event{}, fault.New(fault.Unreadable, op, "invalid_event", "")
	}
	return e, nil
}

// String hides the keys.
func (*Verifier) String() string { return Name }

// GoString hides the keys.
func (*Verifier) GoString() string { return Name }

// signed tries every key, always all of them. The signature must be written as Square writes it: base64 has other ways to write the
// same bytes.
func (v *Verifier) signed(raw []byte, signature string) bool {
	have, err := base64.StdEncoding.Strict().DecodeString(signature)
	if err != nil || len(have) != sha256.Size || base64.StdEncoding.EncodeToString(have) != signature || len(raw) == 0 {
		return false
	}
	good := false
	for _, key := range v.keys {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(v.url))
		mac.Write(raw)
		good = hmac.Equal(mac.Sum(nil), have) || good
	}
	return good
}
