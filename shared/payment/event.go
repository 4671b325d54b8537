package payment

import (
	"maps"
	"slices"
	"time"
)

// Subject says what an event is about.
type Subject string

// The subjects. Of an event about anything else only the receipt is kept.
const (
	AboutPayment Subject = "payment"
	AboutRefund  Subject = "refund"
	AboutDispute Subject = "dispute"
	AboutOther   Subject = "other"
)

// Known is an event type that an adapter understands.
type Known struct {
	Type       string // In the gateway's words.
	Subject    Subject
	Subscribed bool // The webhook endpoint asks for it. Others come from endpoints that are set otherwise.
}

// KnownTypes lists the event types of an adapter's table, sorted. of says what a row is about, and whether it is subscribed to.
func KnownTypes[Row any](table map[string]Row, of func(Row) (about Subject, subscribed bool)) []Known {
	var out []Known
	for _, name := range slices.Sorted(maps.Keys(table)) {
		about, subscribed := of(table[name])
		out = append(out, Known{Type: name, Subject: about, Subscribed: subscribed})
	}
	return out
}

// Subscribed lists the types that a webhook endpoint subscribes to, in the order in which they are known.
func Subscribed(known []Known) []string {
	var out []string
	for _, k := range known {
		if k.Subscribed {
			out = append(out, k.Type)
		}
	}
	return out
}

// Event is a gateway's webhook event, verified and normalised: ids, kind, amount, times, and nothing personal. It only
// says that something happened; what is true is then asked of the gateway. All fields are safe to log.
type Event struct {
	Gateway    string    `json:"gateway"`
	Account    string    `json:"account"` // "" for the shop's own account.
	ID         string    `json:"id"`      // The gateway's id of the event.
	Type       string    `json:"type"`    // In the gateway's words: "payment_intent.succeeded".
	Subject    Subject   `json:"subject"`
	Object     string    `json:"object"`            // The gateway's id of what it is about.
	Order      string    `json:"order,omitempty"`   // Our reference, if the event carries it.
	Attempt    AttemptID `json:"attempt,omitempty"` // Our reference, if the event carries it.
	Session    string    `json:"session,omitempty"`
	Intent     string    `json:"intent,omitempty"`
	Amount     int64     `json:"amount,omitempty"` // Minor units.
	Currency   string    `json:"currency,omitempty"`
	Live       bool      `json:"live"`
	APIVersion string    `json:"api_version"`
	Created    time.Time `json:"created"`
	BodySHA256 string    `json:"body_sha256"` // Of the raw body, base64url.
}

// Key names the event in the inbox: gateway#account#event.
func (e Event) Key() string { return e.Gateway + "#" + e.Account + "#" + e.ID }
