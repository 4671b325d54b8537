// Package squaregw is Square as a payment gateway: the Payments, Orders, Checkout, Refunds, Disputes and Events APIs in one pinned
// version, and Square's webhooks. An attempt to pay is a Square order, whatever tries to pay it are its tenders.
package squaregw

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/money"
	"till/shared/payment"
)

// Name is the gateway's name in orders, events and settings.
const Name = "square"

// Version is the API version that every call asks for, and that webhook subscriptions are to be pinned to.
// https://developer.squareup.com/docs/build-basics/versioning-overview
const Version = "2026-09-16"

// Where Square's API is. https://developer.squareup.com/docs/build-basics/access-tokens
const (
	LiveURL    = "https://connect.squareup.com"
	SandboxURL = "https://connect.squareupsandbox.com"
)

const (
	// keyLife is for how long a call may be repeated with its idempotency key. Square keeps keys, and does not publish for how long:
	// https://developer.squareup.com/docs/build-basics/common-api-patterns/idempotency, https://developer.squareup.com/forums/t/28303. Nothing here rests on it alone: a payment is
	// looked for on its order before it is made, a refund among those of its payment, and an order that nobody has cannot be paid.
	keyLife = 24 * time.Hour
	// window is how long an approved payment with a card that is not there can be completed: delay_duration is P7D unless it is set.
	// https://developer.squareup.com/docs/payments-api/take-payments/card-payments/delayed-capture#time-threshold
	window = 7 * 24 * time.Hour
)

// The metadata keys under which a Square order keeps our references. At most 10, of letters, digits, "_" and "-".
// https://developer.squareup.com/docs/build-basics/metadata
const (
	orderKey   = "order_id"
	attemptKey = "attempt_id"
	captureKey = "capture" // "manual", if payments are only to be approved.
	manual     = "manual"
)

// Config is what a Gateway needs. AccessToken is a secret.
type Config struct {
	AccessToken   string
	ApplicationID string            // The browser's: sq0idp-…, or sandbox-sq0idb-… of the sandbox.
	LocationID    string            // Where the shop sells.
	MerchantID    string            // The shop's own account; its events have no account in payment.Event.
	Currency      money.Currency    // Of the account: Square takes no other. https://developer.squareup.com/docs/build-basics/working-with-monetary-amounts
	WantLive      bool              // Real money. With a sandbox's application id, or the reverse, New refuses.
	BaseURL       string            // LiveURL or SandboxURL unless set; http only outside live mode.
	Transport     http.RoundTripper // A transport of its own if nil.
}

// Gateway is payment.Gateway at Square, safe for concurrent use. Nothing is retried here: callers repeat, and they know how long
// they may wait.
type Gateway struct {
	api         *jsonapi.Client
	header      http.Header
	application string
	location    string
	merchant    string
	currency    money.Currency
	live        bool
}

var _ payment.Gateway = (*Gateway)(nil)

// New makes a gateway without calling it. Errors: fault.Internal, code config_invalid, naming every unusable setting and
// never its value.
func New(c Config) (*Gateway, error) {
	faults := c.faults()
	base := c.BaseURL
	switch {
	case base != "":
	case c.WantLive:
		base = LiveURL
	default:
		base = SandboxURL
	}
	api, err := jsonapi.New(base, !c.WantLive, c.Transport)
	if err != nil {
		faults = append(faults, err)
	}
	if len(faults) > 0 {
		return nil, &fault.Error{Kind: fault.Internal, Op: "squaregw.New", Code: "config_invalid", Err: errors.Join(faults...)}
	}
	header := http.Header{}
	header.Set("Authorization", "Bearer "+c.AccessToken)
	header.Set("Square-Version", Version)
	return &Gateway{api: api, header: header, application: c.ApplicationID, location: c.LocationID, merchant: c.MerchantID, currency: c.Currency,
		live: c.WantLive}, nil
}

func (c Config) faults() []error {
	var faults []error
	if !isToken(c.AccessToken) {
		faults = append(faults, errors.New("the access token is missing, or nothing that a header can carry"))
	}
	mode, prefix := "sandbox", "sandbox-sq0idb-"
	if c.WantLive {
		mode, prefix = "live", "sq0idp-"
	}
	if !strings.HasPrefix(c.ApplicationID, prefix) || !payment.IsRef(c.ApplicationID, 255) {
		faults = append(faults, fmt.Errorf("the application id is not one of %s mode", mode))
	}
	if !payment.IsRef(c.LocationID, 50) {
		faults = append(faults, errors.New("the location id is not an id of Square"))
	}
	if !payment.IsRef(c.MerchantID, 255) {
		faults = append(faults, errors.New("the merchant id is not an id of Square"))
	}
	if !takes(c.Currency) {
		faults = append(faults, errors.New("the account's currency is none that Square takes"))
	}
	return faults
}

// isToken tells whether a header can carry text as a credential.
func isToken(text string) bool {
	return text != "" && len(text) <= 1024 && strings.IndexFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// String hides the access token.
func (*Gateway) String() string { return Name }

// GoString hides the access token.
func (*Gateway) GoString() string { return Name }

// Capabilities are constants of Square and of the account. Money is authorized in the embedded form only, and captured whole and at
// once: an order is paid with exactly its total. https://developer.squareup.com/docs/orders-api/pay-for-orders
func (g *Gateway) Capabilities() payment.Capabilities {
	return payment.Capabilities{Modes: []payment.Mode{payment.Hosted, payment.Embedded}, Currencies: []money.Currency{g.currency}, Bounds: bounds,
		KeyLife: keyLife, Manual: true, ManualIn: []payment.Mode{payment.Embedded}, Captures: 1, Window: window}
}
