package localshop_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/inbox"
	"till/shared/payment"
)

// told is what gateways tell while people shop, are refunded and complain: by way of the webhook, the inbox and the worker.
func told() map[string][]string {
	return map[string][]string{
		"stripe": {"payment_intent.succeeded", "payment_intent.payment_failed", "charge.refunded", "charge.dispute.created", "charge.dispute.closed",
			"charge.dispute.funds_withdrawn", "charge.dispute.funds_reinstated"},
		"paypal": {"CHECKOUT.ORDER.APPROVED", "PAYMENT.CAPTURE.COMPLETED", "PAYMENT.CAPTURE.REFUNDED", "CUSTOMER.DISPUTE.CREATED", "CUSTOMER.DISPUTE.RESOLVED"},
		"square": {"payment.created", "payment.updated", "refund.created", "dispute.created", "dispute.state.updated"},
	}
}

// TestLesson19EventsThatGatewaysTellAreAppliedAsTheTablesSay plays what brings them, and holds each that came to its row.
func TestLesson19EventsThatGatewaysTellAreAppliedAsTheTablesSay(t *testing.T) {
	known := map[string]payment.Known{}
	for name, all := range map[string][]payment.Known{"stripe": stripegw.Known(), "paypal": paypalgw.Known(), "square": squaregw.Known()} {
		for _, k := range all {
			known[name+" "+k.Type] = k
		}
	}
	w := open(t)
	for i, s := range acceptance.All() {
		if !s.Alone && s.Wait == nil && (strings.Contains(s.Name, "dispute") || strings.Contains(s.Name, "refund") || strings.Contains(s.Name, "declined")) {
			acceptance.Play(t.Context(), w.Visit.Shop, s, t, fmt.Sprintf("event-%d", i))
		}
	}
	w.pass(3 * time.Hour)
	came := map[string][]string{}
	for _, e := range w.Visit.Evidence().Inbox {
		k, understood := known[e.Event.Gateway+" "+e.Event.Type]
		if !understood || !k.Subscribed || k.Subject != e.Event.Subject || e.State != inbox.Applied && e.Reason != inbox.NothingNew {
			t.Errorf("%s about %s is %s %q; its row is %+v", e.Event.Type, e.Event.Subject, e.Item.State, e.Item.Reason, k)
		}
		came[e.Event.Gateway] = append(came[e.Event.Gateway], e.Event.Type)
	}
	for gateway, types := range told() {
		for _, kind := range types {
			if !slices.Contains(came[gateway], kind) {
				t.Errorf("%s told nothing of %s", gateway, kind)
			}
		}
	}
}
