package gateway_test

import (
	"strings"
	"testing"

	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

// asked is every event type that Till needs of each gateway, with what it is about; "-" before those that another event tells as well
// or that are nobody's to act on, and that the endpoint is not to ask for.
var asked = map[string]map[payment.Subject]string{
	"stripe": {
		payment.AboutPayment: `checkout.session.expired -checkout.session.completed -checkout.session.async_payment_succeeded -checkout.session.async_payment_failed
			payment_intent.succeeded payment_intent.payment_failed payment_intent.processing payment_intent.requires_action
			payment_intent.amount_capturable_updated payment_intent.canceled payment_intent.partially_funded
			-charge.captured -charge.expired -charge.failed radar.early_fraud_warning.created -radar.early_fraud_warning.updated`,
		payment.AboutRefund:  `charge.refunded charge.refund.updated refund.created refund.updated`,
		payment.AboutDispute: `charge.dispute.created charge.dispute.updated charge.dispute.closed charge.dispute.funds_withdrawn charge.dispute.funds_reinstated`,
		payment.AboutOther:   `-review.opened -review.closed -payout.paid -payout.failed -payout.reconciliation_completed`,
	},
	"paypal": {
		payment.AboutPayment: `CHECKOUT.ORDER.APPROVED -CHECKOUT.ORDER.COMPLETED CHECKOUT.PAYMENT-APPROVAL.REVERSED PAYMENT.CAPTURE.PENDING
			PAYMENT.CAPTURE.COMPLETED PAYMENT.CAPTURE.DENIED PAYMENT.CAPTURE.DECLINED PAYMENT.AUTHORIZATION.CREATED PAYMENT.AUTHORIZATION.VOIDED`,
		payment.AboutRefund:  `PAYMENT.CAPTURE.REFUNDED PAYMENT.CAPTURE.REVERSED`,
		payment.AboutDispute: `CUSTOMER.DISPUTE.CREATED CUSTOMER.DISPUTE.UPDATED CUSTOMER.DISPUTE.RESOLVED`,
	},
	"square": {
		payment.AboutPayment: `payment.created payment.updated`,
		payment.AboutRefund:  `refund.created refund.updated`,
		payment.AboutDispute: `dispute.created dispute.state.updated`,
		payment.AboutOther:   `-payout.sent -payout.paid`,
	},
}

func TestLesson19NoEventTypeIsLeftOutOfTheTables(t *testing.T) {
	for name, known := range map[string][]payment.Known{"stripe": stripegw.Known(), "paypal": paypalgw.Known(), "square": squaregw.Known()} {
		have := map[string]payment.Known{}
		for _, k := range known {
			have[k.Type] = k
		}
		for subject, words := range asked[name] {
			for _, word := range strings.Fields(words) {
				kind, unasked := strings.CutPrefix(word, "-")
				got, there := have[kind]
				if !there || got.Subject != subject || got.Subscribed == unasked {
					t.Errorf("%s %s: %+v, known %v; want %s", name, kind, got, there, subject)
				}
			}
		}
	}
}
