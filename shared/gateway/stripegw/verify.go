package stripegw

import (
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"till/shared/fault"
	"till/shared/payment"
)

const (
	// BodyBytesMax is the longest webhook that is read.
	BodyBytesMax = 256 << 10
	// secretBytesMin is the shortest signing secret that is taken: the SDK would verify with an empty one.
	secretBytesMin = 24
	// clockSkew is how far a signature's time may be from ours, to either side. The SDK refuses only old ones.
	clockSkew = 300 * time.Second
	// headerBytesMax is far more than Stripe sends: a time and, while a secret is rolled, two or three signatures.
	headerBytesMax = 4 << 10
)

// VerifierConfig is what a Verifier needs. Secrets are secret.
type VerifierConfig struct {
	Secrets  []string // whsec_…: the current one and, while it is rolled, the one before.
	WantLive bool     // Events of the other mode are refused.
	Account  string   // acct_…, the shop's own; its events have no account in payment.Event. "" if not known.
	Now      func() time.Time
}

// Verifier tells Stripe's webhooks from forged ones. Safe for concurrent use.
type Verifier struct {
	secrets []string
	live    bool
	account string
	now     func() time.Time
}

// NewVerifier makes a verifier. Errors: fault.Internal, code config_invalid: no secret, or one under 24 bytes.
func NewVerifier(c VerifierConfig) (*Verifier, error) {
	if len(c.Secrets) == 0 || c.Now == nil || slices.ContainsFunc(c.Secrets, func(s string) bool { return len(s) < secretBytesMin }) {
		return nil, &fault.Error{Kind: fault.Internal, Op: "stripegw.NewVerifier", Code: "config_invalid",
			Err: errors.New("webhook secrets are missing or too short")}
	}
	return &Verifier{secrets: slices.Clone(c.Secrets), live: c.WantLive, account: c.Account, now: c.Now}, nil
}

// Verify reads a webhook: raw is the body as it came, byte for byte; header is Stripe-Signature. Errors: fault.TooLarge,
// body_too_large. fault.Unreadable: signature_invalid, whatever the reason; mode_mismatch, a test event for a live shop or
// the reverse; invalid_event, signed but not an event. An event of another account or API version is no error: both are
// in the event.
func (v *Verifier) Verify(raw []byte, header string) (payment.Event, error) {
	const op = "stripegw.Verify"
	if len(raw) > BodyBytesMax {
		return payment.Event{}, fault.New(fault.TooLarge, op, "body_too_large", "At most 256 KiB.")
	}
	if !v.signed(raw, header) {
		return payment.Event{}, fault.New(fault.Unreadable, op, "signature_invalid", "")
	}
	e, ok := read(raw)
	switch {
	case !ok:
		return payment.Event{}, fault.New(fault.Unreadable, op, "invalid_event", "")
	case e.Live != v.live:
		return payment.Event{}, fault.New(fault.Unreadable, op, "mode_mismatch", "")
	}
	if e.Account == v.account {
		e.Account = ""
	}
	return e, nil
}

// String hides the secrets.
func (*Verifier) String() string { return Name }

// GoString hides the secrets.
func (*Verifier) GoString() string { return Name }

// signed tries every signature with every secret, always all of them.
func (v *Verifier) signed(raw []byte, header string) bool {
	at, signatures, ok := parseHeader(header)
	if !ok {
		return false
	}
	if away := v.now().Sub(at); away > clockSkew || away < -clockSkew {
		return false
	}
	good := false
	for _, secret := range v.secrets {
		want := webhook.ComputeSignature(at, raw, secret)
		for _, have := range signatures {
			good = hmac.Equal(want, have) || good
		}
	}
	return good
}

// parseHeader reads "t=…,v1=…[,v1=…]" more strictly than the SDK: one time, written as Stripe writes it, and v1 signatures
// of the right length in small letters only. Other schemes (v0, of test mode) are passed over.
// https://docs.stripe.com/webhooks#verify-manually
func parseHeader(header string) (at time.Time, signatures [][]byte, ok bool) {
	if len(header) > headerBytesMax {
		return time.Time{}, nil, false
	}
	for _, part := range strings.Split(header, ",") {
		name, value, found := strings.Cut(part, "=")
		switch {
		case !found:
			return time.Time{}, nil, false
		case name == "t":
			seconds, err := strconv.ParseInt(value, 10, 64)
			if err != nil || strconv.FormatInt(seconds, 10) != value || !at.IsZero() || seconds < 1 || seconds > latest {
				return time.Time{}, nil, false
			}
			at = time.Unix(seconds, 0)
		case name == "v1":
			signature, err := hex.DecodeString(value)
			if err != nil || len(signature) != 32 || value != strings.ToLower(value) {
				return time.Time{}, nil, false
			}
			signatures = append(signatures, signature)
		}
	}
	return at, signatures, !at.IsZero() && len(signatures) > 0
}
