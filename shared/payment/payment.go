// Package payment is attempts to pay, what gateways say of them, and the one contract that every gateway's adapter passes.
package payment

import (
	"context"
	"reflect"
	"slices"
	"time"

	"till/shared/money"
)

// AttemptID names one attempt to pay an order. Safe to log; the gateway keeps it as metadata.
type AttemptID string

// Mode says where the shopper enters the card.
type Mode string

// The modes.
const (
	Hosted   Mode = "hosted"   // On the gateway's page.
	Embedded Mode = "embedded" // In the gateway's form inside the shop's page.
)

// Attempt is one try to pay an order. Written before the gateway is called, never deleted. Amounts in minor units of
// the order's currency. Every field is safe to log.
type Attempt struct {
	ID        AttemptID `json:"id"`
	Gateway   string    `json:"gateway"`
	Mode      Mode      `json:"mode"`
	State     State     `json:"state"`
	Amount    int64     `json:"amount"`
	Captured  int64     `json:"captured,omitempty"`
	Paid      bool      `json:"paid,omitempty"`    // It is the one that confirmed the order.
	Session   string    `json:"session,omitempty"` // The gateway's reference of the hosted page; not needed, and gone, once captured.
	Intent    string    `json:"intent,omitempty"`  // The gateway's reference of the payment.
	Charge    string    `json:"charge,omitempty"`  // Of the money itself, where settlements name nothing else: Square's payment.
	LastError string    `json:"last_error,omitempty"`
	Print     string    `json:"print,omitempty"` // Fingerprint of the request that began it.
	Back      string    `json:"back,omitempty"`  // The shop's page to which the browser returns in the end.
	At        time.Time `json:"at"`
	Asks      int       `json:"asks,omitempty"` // How often the gateway was asked since the last news.
	Asked     time.Time `json:"asked,omitzero"`

	Manual        bool      `json:"manual,omitempty"`        // The money is promised first; a Capture takes it.
	Void          bool      `json:"void,omitempty"`          // What is not captured is to be given up.
	CaptureBefore time.Time `json:"capture_before,omitzero"` // When the promise ends, as far as is known.
	Sure          time.Time `json:"sure_until,omitzero"`     // Until when the gateway keeps the promised money aside; zero: as long as the promise.
	Renewable     bool      `json:"renewable,omitempty"`     // It can be renewed once that is over.
	Renewal       Renewal   `json:"renewal,omitzero"`        // How that went.
	Fee           int64     `json:"fee,omitempty"`           // What the gateway kept of Captured, as far as is known.
	Warned        bool      `json:"warned,omitempty"`        // The card's issuer said that it looks like fraud.
	Risk          Risk      `json:"risk,omitempty"`          // What the gateway finds, as far as the order is watched for it.
	Try           time.Time `json:"try,omitzero"`            // When a Confirm began whose outcome is not known; zero if there is none.
	Tries         int       `json:"tries,omitempty"`         // How often Confirm was begun.
	Refusals      int       `json:"refusals,omitempty"`      // How many cards were refused, as far as news tell.

	Disputes []string `json:"-"` // The references of its disputes that the asking order knows; see About. Not stored here.
}

// About is the attempt with disputes that something told of, before those that are known: a gateway is asked for these first.
func (a Attempt) About(disputes ...string) Attempt {
	out := make([]string, 0, len(disputes)+len(a.Disputes))
	for _, ref := range slices.Concat(disputes, a.Disputes) {
		if ref != "" && !slices.Contains(out, ref) {
			out = append(out, ref)
		}
	}
	a.Disputes = out
	return a
}

// Same tells whether two are the same, whatever disputes they name.
func (a Attempt) Same(other Attempt) bool {
	a.Disputes, other.Disputes = nil, nil
	return reflect.DeepEqual(a, other)
}

// Start is what a gateway needs to begin a payment. It holds no personal data.
type Start struct {
	Order     string
	Attempt   AttemptID
	Mode      Mode
	Amount    money.Amount
	Title     string // What the gateway's page shows is bought: "Order ord_…".
	ReturnURL string // Where the gateway sends the browser back, paid or not.
	At        time.Time
	Manual    bool  // The money is promised only: Capture takes it.
	Parts     Parts // What the amount is made of; zero if the gateway is to know the total alone.
}

// Parts are what a total is made of, in its minor units: Goods + Shipping + Tax - Discount. A gateway is told only parts that sum
// to the total: PayPal refuses others, by a cent. https://developer.paypal.com/docs/api/orders/v2/#definition-amount_breakdown
type Parts struct {
	Goods, Shipping, Tax, Discount int64
}

// Sum is the total that the parts make.
func (p Parts) Sum() int64 { return p.Goods + p.Shipping + p.Tax - p.Discount }

// Key is the idempotency key of the start at the gateway: the same for every repeat of the attempt.
func (s Start) Key() string { return "start/" + string(s.Attempt) }

// Started is what the gateway answered to a Start. ClientSecret opens the payment in the shopper's browser: it is
// answered to the shopper, never stored and never logged.
type Started struct {
	Session      string
	Intent       string
	RedirectURL  string
	ClientSecret string
	PublicKey    string
	Location     string // Where at the gateway the form belongs, beside the public key: Square's location id.
}

// Facts is what a gateway says of one attempt now, asked directly: the one input to every decision about money.
type Facts struct {
	State     State // Never Initiating or Unknown. Authorized with something captured: more may be captured yet.
	Ready     bool  // The shopper has agreed, and the gateway takes the money when Confirm says so, and only then.
	Order     string
	Attempt   AttemptID // Ours, from the gateway's metadata.
	Session   string
	Intent    string
	Charge    string       // The reference of the money itself, where the gateway's settlements name nothing else; else "".
	Amount    money.Amount // What was asked for.
	Captured  int64        // Minor units of Amount's currency, refunds not deducted.
	LastError string       // The last refusal as a code of the gateway: "card_declined".
	Refunds   []RefundFacts
	Disputes  []DisputeFacts // See Fetch: one that is not here is no news.

	CaptureBefore time.Time // Of Authorized: when the promise ends; zero if the gateway does not say.
	Sure          time.Time // Of Authorized: until when its money is kept aside; zero if that is as long as the promise.
	Renewable     bool      // Of Authorized: a Renewer can renew it once Sure is over.
	Fee           int64     // What the gateway kept of the captured money, minor units of Amount's currency; 0 if it is not known.
	Warned        bool      // The card's issuer says that the payment looks like fraud.
	Risk          Risk      // What the gateway itself finds; "" if that is nothing unusual, or not said.
}

// Gateway is a payment gateway as Till uses it. Errors of every method: fault.Declined, refused for good;
// fault.Unavailable, it did not happen and may be called again; fault.Unknown, it may have happened: ask; fault.NotFound,
// the gateway does not know it; fault.Internal, we sent it wrong. No error holds the gateway's text, which may quote the
// shopper. An implementation is safe for concurrent use and bounds every call in time.
type Gateway interface {
	// Start begins the attempt. Repeats with the same s.Attempt give the same answer for as long as Capabilities.KeyLife.
	Start(ctx context.Context, s Start) (Started, error)
	// Fetch asks how an attempt stands, by its Intent or Session. Without either it is looked for by our id; fault.NotFound if
	// there is none. A gateway whose payments do not tell that they are disputed gives the disputes that a.Disputes names, and no others:
	// new ones are told by its events.
	Fetch(ctx context.Context, a Attempt) (Facts, error)
	// Confirm takes the money that the shopper has agreed to pay, or authorizes it for a Manual start, and says how the attempt
	// stands then. token is what the gateway's form in the browser brought for this payment: Square's card token, used once, never
	// stored, never logged; "" for a gateway that remembers the shopper's agreement itself. A gateway that takes the money without
	// being told, or that has it already, only says how the attempt stands. Repeats take it once. Errors beside the common ones:
	// fault.Invalid, code token_invalid, at #/token; fault.Declined, the means of payment was refused and another may be tried.
	Confirm(ctx context.Context, a Attempt, token string) (Facts, error)
	// Capture takes money of an Authorized attempt. Repeats with c.ID take it once. Errors beside the common ones: fault.Conflict, code
	// capture_exceeds_authorized, more than is left; fault.Declined, the promise is over or was broken.
	Capture(ctx context.Context, a Attempt, c Capture) (Facts, error)
	// Events lists what the gateway told, or would have told, our endpoint since a time, a page at a time: as its webhooks, but asked for.
	// next is "" on the last page. Order and doubles do not matter.
	Events(ctx context.Context, since time.Time, cursor string) (page []Event, next string, err error)
	// Resume gives again what Start answered, for an attempt that is still open.
	Resume(ctx context.Context, a Attempt) (Started, error)
	// Close makes sure that the attempt can no longer be charged, and says how it stands then: it may have been paid in
	// the meantime. What was authorized and not captured is given up.
	Close(ctx context.Context, a Attempt) (Facts, error)
	// Refund gives r.Amount of a captured attempt back. Repeats with r.Key() give it once.
	Refund(ctx context.Context, a Attempt, r Refund) (RefundFacts, error)
	// FetchRefund asks how a refund stands. Without r.Ref it is looked for by our id; fault.NotFound if there is none.
	FetchRefund(ctx context.Context, a Attempt, r Refund) (RefundFacts, error)
	// AnswerDispute sends the shop's evidence against a dispute of the attempt, for good, and says how the attempt stands then. No error
	// means that the gateway has an answer, or waits for none. Repeats send it once. Errors beside the common ones: fault.NotFound,
	// dispute_not_found; fault.Declined, the gateway does not take it.
	AnswerDispute(ctx context.Context, a Attempt, dispute string, e Evidence) (Facts, error)
	// AcceptDispute gives in: the money is the shopper's. As AnswerDispute.
	AcceptDispute(ctx context.Context, a Attempt, dispute string, key AnswerID) (Facts, error)
	// Find gives the attempt that a gateway's payment reference belongs to, from the metadata that we gave it. Its disputes may be missing.
	Find(ctx context.Context, intent string) (Facts, error)
	// Capabilities are constants of the gateway.
	Capabilities() Capabilities
}

// Capabilities are what a gateway can do.
type Capabilities struct {
	Modes      []Mode
	Currencies []money.Currency            // nil means every currency that the shop sells in.
	Bounds     func(money.Currency) Bounds // How much at once, in a currency that it charges in; nil: it tells none.
	KeyLife    time.Duration               // How long it remembers an idempotency key at least.
	Manual     bool                        // It can promise first and take later.
	ManualIn   []Mode                      // In which modes it can; nil: in all.
	Captures   int                         // How many captures one authorization may have.
	Window     time.Duration               // How long an authorization is good for at least, where the gateway does not say.
}

// Holds tells whether the gateway can promise first and take later in a mode.
func (c Capabilities) Holds(mode Mode) bool {
	return c.Manual && (c.ManualIn == nil || slices.Contains(c.ManualIn, mode))
}
