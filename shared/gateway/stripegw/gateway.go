// Package stripegw is Stripe as a payment gateway: stripe-go v76 with API version 2023-10-16, and Stripe's webhooks.
package stripegw

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/checkout/session"
	"github.com/stripe/stripe-go/v76/dispute"
	"github.com/stripe/stripe-go/v76/file"
	"github.com/stripe/stripe-go/v76/paymentintent"
	"github.com/stripe/stripe-go/v76/radar/earlyfraudwarning"
	"github.com/stripe/stripe-go/v76/refund"

	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/payment"
)

// Name is the gateway's name in orders, events and settings.
const Name = "stripe"

// APIVersion is the version of Stripe's API that is spoken, and that the webhook endpoint is to be pinned to.
const APIVersion = stripe.APIVersion

const (
	// callLimit bounds one HTTP call from dialling to the last byte. The SDK's 80 s would outlast API Gateway's 30 s.
	callLimit = 8 * time.Second
	// keyLife is how long Stripe remembers an idempotency key at least. https://docs.stripe.com/api/idempotent_requests
	keyLife = 24 * time.Hour
	// window is how long a card that is not present can be authorized at least, where Stripe does not say.
	// https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
	window = 7 * 24 * time.Hour
)

// The metadata keys under which Stripe keeps our references.
const (
	orderKey   = "order_id"
	attemptKey = "attempt_id"
	refundKey  = "refund_id"
	captureKey = "capture_id"
)

// Config is what a Gateway needs. APIKey is a secret.
type Config struct {
	APIKey         string            // sk_… or rk_…, of the mode that WantLive says.
	PublishableKey string            // pk_…; "" if only hosted pages are used.
	WantLive       bool              // Real money. With test keys, or the reverse, New refuses.
	BaseURL        string            // https://api.stripe.com, with files at https://files.stripe.com, unless set; http only outside live mode.
	Transport      http.RoundTripper // A transport of its own if nil.
}

// Gateway is payment.Gateway at Stripe, safe for concurrent use. Nothing is retried here: callers repeat with the same
// idempotency key, and they know how long they may wait.
type Gateway struct {
	publishable string
	key         string
	backend     *backend
	sessions    session.Client
	intents     paymentintent.Client
	refunds     refund.Client
	disputes    dispute.Client
	files       file.Client
	warnings    earlyfraudwarning.Client
}

var _ payment.Gateway = (*Gateway)(nil)

// New makes a gateway without calling it. Errors: fault.Internal, code config_invalid, naming every unusable setting and
// never its value.
func New(c Config) (*Gateway, error) {
	var faults []error
	mode := "test"
	if c.WantLive {
		mode = "live"
	}
	if !keyOf(c.APIKey, mode, "sk", "rk") {
		faults = append(faults, fmt.Errorf("the API key is not a secret or restricted key of %s mode", mode))
	}
	if c.PublishableKey != "" && !keyOf(c.PublishableKey, mode, "pk") {
		faults = append(faults, fmt.Errorf("the publishable key is not one of %s mode", mode))
	}
	base := strings.TrimSuffix(c.BaseURL, "/")
	if base == "" {
		base = stripe.APIURL
	}
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" ||
		u.Scheme != "https" && (u.Scheme != "http" || c.WantLive) {
		faults = append(faults, errors.New("the API's address is not an https URL"))
	}
	if len(faults) > 0 {
		return nil, &fault.Error{Kind: fault.Internal, Op: "stripegw.New", Code: "config_invalid", Err: errors.Join(faults...)}
	}
	b, uploads := newBackend(base, c.Transport), newBackend(base, c.Transport)
	if base == stripe.APIURL {
		uploads.base = stripe.UploadsURL
	}
	return &Gateway{
		publishable: c.PublishableKey, key: c.APIKey, backend: b,
		sessions: session.Client{B: b, Key: c.APIKey},
		intents:  paymentintent.Client{B: b, Key: c.APIKey},
		refunds:  refund.Client{B: b, Key: c.APIKey},
		disputes: dispute.Client{B: b, Key: c.APIKey},
		files:    file.Client{B: b, BUploads: uploads, Key: c.APIKey},
		warnings: earlyfraudwarning.Client{B: b, Key: c.APIKey},
	}, nil
}

// keyOf tells whether key is "<kind>_<mode>_…" of one of the kinds, without anything that a header cannot carry.
func keyOf(key, mode string, kinds ...string) bool {
	for _, kind := range kinds {
		if rest, ok := strings.CutPrefix(key, kind+"_"+mode+"_"); ok && payment.IsRef(rest, 255) {
			return true
		}
	}
	return false
}

// String hides the keys.
func (*Gateway) String() string { return Name }

// GoString hides the keys.
func (*Gateway) GoString() string { return Name }

// Capabilities are constants of Stripe. Several captures of one authorization are not for every account.
// https://docs.stripe.com/payments/multicapture
func (*Gateway) Capabilities() payment.Capabilities {
	return payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, Currencies: charges.StripeCurrencies(), Bounds: bounds, KeyLife: keyLife,
		Manual: true, Captures: 1, Window: window}
}
