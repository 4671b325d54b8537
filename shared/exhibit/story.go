package exhibit

import (
	"encoding/json"
	"slices"
	"strings"

	"till/shared/order"
)

// sayings are the changes that matter to a bank, in words for it. Others are the shop's own.
var sayings = map[string]string{
	"placed":                   "The order was placed.",
	"payment_started":          "The shopper began to pay.",
	"payment_declined":         "A means of payment was declined.",
	"payment_failed":           "A payment failed.",
	"payment_expired":          "A payment was not finished in time.",
	"payment_canceled":         "A payment was given up.",
	"payment_processing":       "The payment was on its way.",
	"payment_authorized":       "The payment was authorized.",
	"payment_captured":         "The payment was taken.",
	"payment_captured_in_part": "A part of the payment was taken.",
	"confirmed":                "The payment arrived, and the order was confirmed.",
	"late_payment_accepted":    "The payment arrived late, and the order was confirmed.",
	"late_payment_refunded":    "A payment arrived too late, and goes back.",
	"duplicate_payment":        "A second payment arrived, and goes back.",
	"fulfillment_prepared":     "The order was given to the warehouse.",
	"partly_shipped":           "A part of the goods was sent.",
	"shipped":                  "All goods were sent.",
	"parcel_delivered":         "A parcel was delivered.",
	"delivered":                "All goods were delivered.",
	"completed":                "The order was completed.",
	"expired":                  "The order was not paid in time.",
	"cancelled":                "The order was cancelled.",
	"refund_requested":         "A refund was asked for.",
	"refund_approved":          "A refund was approved.",
	"refund_pending":           "A refund was accepted by the bank.",
	"refund_succeeded":         "A refund was sent.",
	"refund_failed":            "A refund came back.",
	"dispute_opened":           "The payment was disputed.",
}

// timeline says what happened, a line each.
func timeline(changes []order.Change) string {
	var out []string
	for _, c := range changes {
		if saying := sayings[c.Kind]; saying != "" {
			out = append(out, c.At.UTC().Format("2006-01-02 15:04")+" UTC: "+saying)
		}
	}
	return strings.Join(out, "\n")
}

// messages says which mails were sent, a line each: a mail is owed from the change that caused it until one that owes it no more.
func messages(changes []order.Change) string {
	var out []string
	var owed []order.Message
	for _, c := range changes {
		raw, set := c.Set["owed"]
		now := []order.Message(nil)
		if set && json.Unmarshal(raw, &now) != nil {
			continue
		}
		if c.Kind == "mail_sent" {
			for _, m := range owed {
				if !has(now, m) {
					out = append(out, c.At.UTC().Format("2006-01-02 15:04")+" UTC: a mail was sent to the shopper ("+strings.ReplaceAll(m.Kind, "_", " ")+").")
				}
			}
		}
		if set || slices.Contains(c.Unset, "owed") {
			owed = now
		}
	}
	return strings.Join(out, "\n")
}

func has(all []order.Message, one order.Message) bool {
	return slices.ContainsFunc(all, func(m order.Message) bool { return m.Kind == one.Kind && m.N == one.N })
}
