package notify

import (
	"fmt"
	"strings"

	"till/shared/money"
	"till/shared/order"
	"till/shared/payment"
)

// letter is a mail's words: a subject, and a text that the order's lines and link follow.
type letter struct{ subject, text string }

// letters are the mails by kind. They name the order, never the shopper.
func letters() map[string]letter {
	return map[string]letter{
		"order_confirmed": {"Your order is confirmed", "Thank you. Your payment has arrived and we are packing your order."},
		"order_shipped":   {"Your order is on its way", "We have handed a parcel of your order to the carrier."},
		"goods_ready":     {"Your purchase is ready", "What you bought and goes in no parcel is ready for you."},
		"order_cancelled": {"Your order is cancelled", "Your order was cancelled. What you have paid goes back to the card or account that it came from."},
		"order_link":      {"The link to your order", "You asked for a new link to your order. If it was not you, there is nothing to do: nobody else gets this mail."},
		"refund_sent":     {"Your refund is on its way", "We have sent money back to the card or account that it came from. Banks may take some days to show it."},
		"late_payment_refunded": {"Your late payment goes back", "Your payment arrived after the order had ended, and what you chose has been sold meanwhile. " +
			"We are sending all of it back."},
	}
}

// compose writes a mail of a kind about an order; page is the link to it. Sums stand as their reader writes them; the words are English.
func compose(kind string, r order.Record, page, locale string) (subject, text string, known bool) {
	l, known := letters()[kind]
	if !known {
		return "", "", false
	}
	var b strings.Builder
	b.WriteString(l.text + "\n\n")
	for _, line := range r.Lines {
		fmt.Fprintf(&b, "%d × %s\n", line.Quantity, line.Name)
	}
	fmt.Fprintf(&b, "Total: %s\n", money.Of(r.Total, r.Currency).Format(locale))
	for _, s := range r.Shipments {
		if s.Carrier == "" {
			continue
		}
		fmt.Fprintf(&b, "Parcel: %s %s\n", s.Carrier, s.TrackingNumber)
	}
	for _, f := range r.Refunds {
		if f.State.Live() {
			fmt.Fprintf(&b, "Refund: %s (%s)\n", money.Of(f.Amount, r.Currency).Format(locale), refundWord(f.State))
		}
	}
	fmt.Fprintf(&b, "\nFollow your order: %s\n", page)
	return l.subject + " (" + string(r.ID) + ")", b.String(), true
}

func refundWord(s payment.RefundState) string {
	if s == payment.RefundSucceeded {
		return "sent"
	}
	return "under way"
}
