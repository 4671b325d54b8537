// Package paypalgw is PayPal as a payment gateway: Orders v2, Payments v2, Disputes v1, and PayPal's webhooks.
package paypalgw

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/gateway/charges"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// Name is the gateway's name in orders, events and settings.
const Name = "paypal"

// Where PayPal's API is, and its pages. https://developer.paypal.com/api/rest/requests/
const (
	LiveURL    = "https://api-m.paypal.com"
	SandboxURL = "https://api-m.sandbox.paypal.com"

	livePages    = "https://www.paypal.com"
	sandboxPages = "https://www.sandbox.paypal.com"
)

const (
	// keyLife is how long PayPal remembers the PayPal-Request-Id of an order at least; that of a capture or refund 45 days.
	// https://developer.paypal.com/api/rest/reference/idempotency/
	keyLife = 6 * time.Hour
	// honored is how long an authorization is certain to hold money. It can be tried for 29 days.
	// https://developer.paypal.com/docs/checkout/standard/customize/authorization/
	honored = 3 * 24 * time.Hour
	// operationLimit is below the 15 s that a function behind the API has: some operations are three calls of up to 8 s.
	operationLimit = 12 * time.Second
	// capturesMax is how many captures an authorization may have, unless the account is set otherwise.
	capturesMax = 10
)

// Config is what a Gateway needs. ClientSecret is a secret.
type Config struct {
	ClientID     string // Of the REST app; browsers see it.
	ClientSecret string
	WantLive     bool              // Real money.
	BaseURL      string            // LiveURL or SandboxURL unless set; http only outside live mode.
	PagesURL     string            // Where shoppers approve: PayPal's own, or with a BaseURL of one's own that, unless set.
	Transport    http.RoundTripper // A transport of its own if nil.
	Now          func() time.Time
}

// Gateway is payment.Gateway at PayPal, safe for concurrent use. The Intent of an attempt is PayPal's order, in both modes; there
// is no Session. Money moves only by Confirm, after the shopper has approved the order. Nothing is retried here but a call whose
// access token had run out: callers repeat with the same key, and they know how long they may wait. The app at PayPal must have
// the feature "Customer disputes".
type Gateway struct {
	client string
	pages  string
	live   bool
	now    func() time.Time
	api    *jsonapi.Client
	token  *tokens
}

var _ payment.Gateway = (*Gateway)(nil)

// New makes a gateway without calling it. Errors: fault.Internal, code config_invalid, naming every unusable setting and
// never its value.
func New(c Config) (*Gateway, error) {
	var faults []error
	if !payment.IsRef(c.ClientID, 255) || !payment.IsRef(c.ClientSecret, 255) {
		faults = append(faults, errors.New("the client id or secret is not one of PayPal's"))
	}
	if c.Now == nil {
		faults = append(faults, errors.New("there is no clock"))
	}
	base, pages := strings.TrimSuffix(c.BaseURL, "/"), strings.TrimSuffix(c.BaseURL, "/")
	switch {
	case base != "" && base != LiveURL && base != SandboxURL:
	case c.WantLive:
		base, pages = LiveURL, livePages
	default:
		base, pages = SandboxURL, sandboxPages
	}
	if own := strings.TrimSuffix(c.PagesURL, "/"); own != "" {
		if pages = own; !strings.HasPrefix(own, "https://") && (c.WantLive || !strings.HasPrefix(own, "http://")) {
			faults = append(faults, errors.New("the pages' address is not an https URL"))
		}
	}
	if c.WantLive && c.BaseURL == SandboxURL || !c.WantLive && c.BaseURL == LiveURL {
		faults = append(faults, errors.New("the API's address is of the other mode"))
	}
	api, err := jsonapi.New(base, !c.WantLive, c.Transport)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, &fault.Error{Kind: fault.Internal, Op: "paypalgw.New", Code: "config_invalid", Err: err}
	}
	return &Gateway{client: c.ClientID, pages: pages, live: c.WantLive, now: c.Now, api: api,
		token: newTokens(api, c.ClientID, c.ClientSecret, c.Now)}, nil
}

// within bounds all the calls of one operation together.
func within(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, operationLimit)
}

// String hides the secret.
func (*Gateway) String() string { return Name }

// GoString hides the secret.
func (*Gateway) GoString() string { return Name }

// Capabilities are constants of PayPal.
func (*Gateway) Capabilities() payment.Capabilities {
	return payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, Currencies: charges.PayPalCurrencies(), Bounds: bounds, KeyLife: keyLife,
		Manual: true, Captures: capturesMax, Window: honored}
}
