package stripegw

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"till/shared/money"
	"till/shared/payment"
)

// latest is the last second of the year 9999, which JSON's times end with.
const latest = 253402300799

// shape is where an event's object keeps what we want.
type shape int

const (
	intentShape  shape = iota // A PaymentIntent: its id is the payment's.
	sessionShape              // A Checkout Session.
	chargeShape               // A charge: carries the intent's metadata.
	refundShape               // A refund.
	disputeShape              // A dispute.
	signalShape               // A fraud warning or review: names the intent, has no metadata and no amount.
)

// kind is what an event type means to Till.
type kind struct {
	subject    payment.Subject
	shape      shape
	subscribed bool
}

// kinds is every event type that Till understands. https://docs.stripe.com/api/events/types. Not subscribed to, since each
// delivery costs a call and a write: what the intent's own events say as well (checkout.session.completed and async_…,
// charge.captured…), and what is only a hint. They are understood all the same, for endpoints that are set otherwise.
var kinds = map[string]kind{
	"payment_intent.succeeded":                 {payment.AboutPayment, intentShape, true},
	"payment_intent.payment_failed":            {payment.AboutPayment, intentShape, true},
	"payment_intent.processing":                {payment.AboutPayment, intentShape, true},
	"payment_intent.requires_action":           {payment.AboutPayment, intentShape, true},
	"payment_intent.amount_capturable_updated": {payment.AboutPayment, intentShape, true},
	"payment_intent.canceled":                  {payment.AboutPayment, intentShape, true},
	"payment_intent.partially_funded":          {payment.AboutPayment, intentShape, true},
	"payment_intent.created":                   {payment.AboutOther, intentShape, false},

	"checkout.session.expired":                 {payment.AboutPayment, sessionShape, true},
	"checkout.session.completed":               {payment.AboutPayment, sessionShape, false},
	"checkout.session.async_payment_succeeded": {payment.AboutPayment, sessionShape, false},
	"checkout.session.async_payment_failed":    {payment.AboutPayment, sessionShape, false},

	"charge.captured":  {payment.AboutPayment, chargeShape, false},
	"charge.expired":   {payment.AboutPayment, chargeShape, false},
	"charge.failed":    {payment.AboutPayment, chargeShape, false},
	"charge.pending":   {payment.AboutPayment, chargeShape, false},
	"charge.succeeded": {payment.AboutPayment, chargeShape, false},
	"charge.updated":   {payment.AboutOther, chargeShape, false},

	"charge.refunded":       {payment.AboutRefund, chargeShape, true},
	"charge.refund.updated": {payment.AboutRefund, refundShape, true},
	"refund.created":        {payment.AboutRefund, refundShape, true},
	"refund.updated":        {payment.AboutRefund, refundShape, true},
	"refund.failed":         {payment.AboutRefund, refundShape, false}, // Of later API versions.

	"charge.dispute.created":          {payment.AboutDispute, disputeShape, true},
	"charge.dispute.updated":          {payment.AboutDispute, disputeShape, true},
	"charge.dispute.closed":           {payment.AboutDispute, disputeShape, true},
	"charge.dispute.funds_withdrawn":  {payment.AboutDispute, disputeShape, true},
	"charge.dispute.funds_reinstated": {payment.AboutDispute, disputeShape, true},

	"radar.early_fraud_warning.created": {payment.AboutPayment, signalShape, true},
	"radar.early_fraud_warning.updated": {payment.AboutPayment, signalShape, false}, // What changes is whether something can be done.
	"review.opened":                     {payment.AboutOther, signalShape, false},
	"payout.paid":                       {payment.AboutOther, signalShape, false}, // Payouts are read as settlements.
	"payout.failed":                     {payment.AboutOther, signalShape, false},
	"payout.reconciliation_completed":   {payment.AboutOther, signalShape, false},
	"review.closed":                     {payment.AboutOther, signalShape, false},
}

// Known lists every type that is understood, sorted.
func Known() []payment.Known {
	return payment.KnownTypes(kinds, func(k kind) (payment.Subject, bool) { return k.subject, k.subscribed })
}

// EventTypes lists the types that the webhook endpoint subscribes to, sorted.
func EventTypes() []string { return payment.Subscribed(Known()) }

// ref is a property that holds an id or, expanded, the object itself.
type ref string

// UnmarshalJSON reads the id. Anything else than an id leaves it empty.
func (r *ref) UnmarshalJSON(data []byte) error {
	var expanded struct {
		ID string `json:"id"`
	}
	var id string
	if json.Unmarshal(data, &id) != nil && json.Unmarshal(data, &expanded) == nil {
		id = expanded.ID
	}
	if payment.IsRef(id, 255) {
		*r = ref(id)
	}
	return nil
}

// object is what is read of an event's object: ids, amounts and our references, and nothing about people.
type object struct {
	ID        ref               `json:"id"`
	Intent    ref               `json:"payment_intent"`
	Metadata  map[string]string `json:"metadata"`
	Reference string            `json:"client_reference_id"`
	Amount    int64             `json:"amount"`
	Total     int64             `json:"amount_total"`
	Refunded  int64             `json:"amount_refunded"`
	Currency  string            `json:"currency"`
}

// read makes Till's event of a body that Stripe signed; not ok if it is no event.
func read(raw []byte) (payment.Event, bool) {
	var in struct {
		ID         string `json:"id"`
		Type       string `json:"type"`
		Account    string `json:"account"`
		APIVersion string `json:"api_version"`
		Created    int64  `json:"created"`
		Livemode   *bool  `json:"livemode"`
		Data       struct {
			Object json.RawMessage `json:"object"`
		} `json:"data"`
	}
	if json.Unmarshal(raw, &in) != nil || in.Livemode == nil || in.Created < 1 || in.Created > latest ||
		!payment.IsRef(in.ID, 255) || !payment.IsRef(strings.ReplaceAll(in.Type, ".", "_"), 255) ||
		in.Account != "" && !payment.IsRef(in.Account, 255) || len(in.APIVersion) > 64 || !strings.HasPrefix(string(in.Data.Object), "{") {
		return payment.Event{}, false
	}
	sum := sha256.Sum256(raw)
	e := payment.Event{Gateway: Name, Account: in.Account, ID: in.ID, Type: in.Type, Subject: payment.AboutOther, Live: *in.Livemode,
		APIVersion: plain(in.APIVersion), Created: time.Unix(in.Created, 0).UTC(), BodySHA256: base64.RawURLEncoding.EncodeToString(sum[:])}
	if k, known := kinds[in.Type]; known {
		e.Subject = k.subject
		k.shape.fill(&e, in.Data.Object)
	}
	return e, true
}

// fill takes what the shape has. Another API version may have other types in places: what does not fit is left out, since
// the object is fetched again before anything is decided.
func (s shape) fill(e *payment.Event, raw json.RawMessage) {
	var o object
	var misfit *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &o); err != nil && !errors.As(err, &misfit) {
		return
	}
	e.Object, e.Intent = string(o.ID), string(o.Intent)
	e.Order, e.Attempt = references(o.Metadata)
	amount := o.Amount
	switch s {
	case intentShape:
		e.Intent = string(o.ID)
	case sessionShape:
		e.Session, amount = string(o.ID), o.Total
		if e.Order == "" && payment.IsRef(o.Reference, 64) {
			e.Order = o.Reference
		}
	case chargeShape:
		if e.Subject == payment.AboutRefund {
			amount = o.Refunded
		}
	case refundShape, disputeShape:
	case signalShape:
		return
	}
	if _, err := money.Parse(strings.ToUpper(o.Currency)); err != nil {
		return
	}
	if counted, err := fromWire("stripegw.Verify", amount, o.Currency); err == nil {
		e.Amount, e.Currency = counted.Minor(), string(counted.Currency())
	}
}
