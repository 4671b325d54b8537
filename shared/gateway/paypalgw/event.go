package paypalgw

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"till/shared/payment"
)

// latest is the last year that JSON's times can have.
const latest = 9999

// shape is where an event's resource keeps what we want.
type shape int

const (
	orderShape         shape = iota // An order: its id is the payment's.
	approvalShape                   // An approval that was taken back: names the order.
	captureShape                    // A capture: names the order, carries our references.
	authorizationShape              // An authorization: the same.
	refundShape                     // A refund: names its capture by a link, and carries our references if it is ours.
	disputeShape                    // A dispute: names its capture, and what we told PayPal of that.
)

// kind is what an event type means to Till.
type kind struct {
	subject    payment.Subject
	shape      shape
	subscribed bool
}

// kinds is every event type that Till understands. https://developer.paypal.com/api/rest/webhooks/event-names/. Both DENIED and
// DECLINED are in use for captures. Not subscribed to: what another event says as well, and names of which PayPal's list does not
// hold all (an endpoint with a type that PayPal does not know cannot be made).
var kinds = map[string]kind{
	"CHECKOUT.ORDER.APPROVED":            {payment.AboutPayment, orderShape, true},
	"CHECKOUT.ORDER.COMPLETED":           {payment.AboutPayment, orderShape, false},
	"CHECKOUT.ORDER.PROCESSED":           {payment.AboutPayment, orderShape, false},
	"CHECKOUT.ORDER.SAVED":               {payment.AboutOther, orderShape, false},
	"CHECKOUT.ORDER.VOIDED":              {payment.AboutPayment, orderShape, false},
	"CHECKOUT.PAYMENT-APPROVAL.REVERSED": {payment.AboutPayment, approvalShape, true},

	"PAYMENT.CAPTURE.COMPLETED": {payment.AboutPayment, captureShape, true},
	"PAYMENT.CAPTURE.PENDING":   {payment.AboutPayment, captureShape, true},
	"PAYMENT.CAPTURE.DENIED":    {payment.AboutPayment, captureShape, true},
	"PAYMENT.CAPTURE.DECLINED":  {payment.AboutPayment, captureShape, true},

	"PAYMENT.AUTHORIZATION.CREATED": {payment.AboutPayment, authorizationShape, true},
	"PAYMENT.AUTHORIZATION.VOIDED":  {payment.AboutPayment, authorizationShape, true},

	"PAYMENT.CAPTURE.REFUNDED": {payment.AboutRefund, refundShape, true},
	"PAYMENT.CAPTURE.REVERSED": {payment.AboutRefund, refundShape, true},
	"PAYMENT.REFUND.PENDING":   {payment.AboutRefund, refundShape, false},
	"PAYMENT.REFUND.FAILED":    {payment.AboutRefund, refundShape, false},

	"CUSTOMER.DISPUTE.CREATED":  {payment.AboutDispute, disputeShape, true},
	"CUSTOMER.DISPUTE.UPDATED":  {payment.AboutDispute, disputeShape, true},
	"CUSTOMER.DISPUTE.RESOLVED": {payment.AboutDispute, disputeShape, true},
	"RISK.DISPUTE.CREATED":      {payment.AboutOther, disputeShape, false}, // Its deprecated twin.
}

// Known lists every type that is understood, sorted.
func Known() []payment.Known {
	return payment.KnownTypes(kinds, func(k kind) (payment.Subject, bool) { return k.subject, k.subscribed })
}

// EventTypes lists the types that the webhook endpoint subscribes to, sorted.
func EventTypes() []string { return payment.Subscribed(Known()) }

// resource is what is read of an event's resource.
type resource struct {
	ID           string  `json:"id"`
	Order        string  `json:"order_id"`
	Custom       string  `json:"custom_id"`
	Amount       wire    `json:"amount"`
	Related      related `json:"supplementary_data"`
	Links        []link  `json:"links"`
	Units        []unit  `json:"purchase_units"`
	Dispute      string  `json:"dispute_id"`
	DisputeMoney wire    `json:"dispute_amount"`
	Disputed     []struct {
		Capture string `json:"seller_transaction_id"`
		Custom  string `json:"custom"`
	} `json:"disputed_transactions"`
}

// readEvent makes Till's event of a body that PayPal signed or listed; not ok if it is no event.
func readEvent(raw []byte, live bool) (payment.Event, bool) {
	var in struct {
		ID              string          `json:"id"`
		Type            string          `json:"event_type"`
		Created         time.Time       `json:"create_time"`
		EventVersion    string          `json:"event_version"`
		ResourceVersion string          `json:"resource_version"`
		Resource        json.RawMessage `json:"resource"`
	}
	if json.Unmarshal(raw, &in) != nil || in.Created.Unix() < 1 || in.Created.UTC().Year() > latest || !payment.IsRef(in.ID, 255) ||
		!payment.IsRef(strings.ReplaceAll(in.Type, ".", "_"), 255) || !strings.HasPrefix(string(in.Resource), "{") {
		return payment.Event{}, false
	}
	sum := sha256.Sum256(raw)
	e := payment.Event{Gateway: Name, ID: in.ID, Type: in.Type, Subject: payment.AboutOther, Live: live,
		Created: in.Created.UTC(), BodySHA256: base64.RawURLEncoding.EncodeToString(sum[:])}
	for _, version := range []string{in.ResourceVersion, in.EventVersion} {
		if e.APIVersion == "" && payment.IsRef(strings.ReplaceAll(version, ".", "_"), 16) {
			e.APIVersion = version
		}
	}
	if k, known := kinds[in.Type]; known {
		e.Subject = k.subject
		k.shape.fill(&e, in.Resource)
	}
	return e, true
}

// fill takes what the shape has. What does not fit is left out, since the object is fetched before anything is decided.
func (s shape) fill(e *payment.Event, raw json.RawMessage) {
	var r resource
	var misfit *json.UnmarshalTypeError
	if err := json.Unmarshal(raw, &r); err != nil && !errors.As(err, &misfit) {
		return
	}
	id, intent, custom, amount := r.ID, r.Related.IDs.Order, r.Custom, r.Amount
	switch s {
	case orderShape:
		intent = r.ID
	case approvalShape:
		id, intent = r.Order, r.Order
	case captureShape, authorizationShape:
	case refundShape:
		if intent == "" {
			intent = refund{Links: r.Links}.captureOf()
		}
	case disputeShape:
		id, amount = r.Dispute, r.DisputeMoney
		if len(r.Disputed) == 1 {
			intent, custom = r.Disputed[0].Capture, r.Disputed[0].Custom
		}
	}
	if len(r.Units) == 1 {
		custom, amount = r.Units[0].Custom, r.Units[0].Amount
	}
	if payment.IsRef(id, 64) {
		e.Object = id
	}
	if payment.IsRef(intent, 64) {
		e.Intent = intent
	}
	e.Order, e.Attempt, _ = references(custom)
	if counted, err := fromWire("paypalgw.Verify", amount); err == nil {
		e.Amount, e.Currency = counted.Minor(), string(counted.Currency())
	}
}
