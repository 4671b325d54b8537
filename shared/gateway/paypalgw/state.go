package paypalgw

import (
	"strings"

	"till/shared/payment"
)

// orderStates is what each status of an order means that holds no money yet. APPROVED: the shopper has agreed, and we have not
// taken the money. COMPLETED is not there: it only says that nothing can be done to the order any more, and the money is looked for
// among its payments. https://developer.paypal.com/docs/api/orders/v2/#definition-order_status
var orderStates = map[string]payment.State{
	"CREATED":               payment.RequiresAction,
	"SAVED":                 payment.RequiresAction,
	"PAYER_ACTION_REQUIRED": payment.RequiresAction,
	"APPROVED":              payment.RequiresAction,
	"VOIDED":                payment.Canceled,
}

const approved = "APPROVED"

// captureKind is what becomes of a capture's money.
type captureKind int

const (
	took    captureKind = iota // It is here; what was refunded is counted among the refunds.
	waits                      // It is on its way.
	refused                    // It never came.
)

// captureKinds is what each status of a capture means. https://developer.paypal.com/docs/api/payments/v2/#definition-capture_status
var captureKinds = map[string]captureKind{
	"COMPLETED":          took,
	"PARTIALLY_REFUNDED": took,
	"REFUNDED":           took,
	"PENDING":            waits,
	"DECLINED":           refused,
	"DENIED":             refused,
	"FAILED":             refused,
}

// authorizationStates is what each status of an authorization means by itself.
// https://developer.paypal.com/docs/api/payments/v2/#definition-authorization_status
var authorizationStates = map[string]payment.State{
	"CREATED":            payment.Authorized,
	"PARTIALLY_CAPTURED": payment.Authorized,
	"PARTIALLY_CREATED":  payment.Authorized,
	"CAPTURED":           payment.Captured,
	"PENDING":            payment.Processing,
	"DENIED":             payment.Canceled,
	"VOIDED":             payment.Canceled,
	"EXPIRED":            payment.Expired,
}

// refundStates is what each status of a refund means. https://developer.paypal.com/docs/api/payments/v2/#definition-refund_status
var refundStates = map[string]payment.RefundState{
	"PENDING":   payment.RefundPending,
	"COMPLETED": payment.RefundSucceeded,
	"FAILED":    payment.RefundFailed,
	"CANCELLED": payment.RefundCanceled,
}

// sums is what the captures of an order come to, in minor units of its currency.
type sums struct {
	taken, fee     int64
	waits, refused int
	last           string // The status of the last refused one.
}

func (s sums) reason() string {
	if s.refused == 0 {
		return ""
	}
	return "capture_" + strings.ToLower(s.last)
}

// judge says where an order stands with those payments.
func judge(op string, o order, s sums) (payment.State, error) {
	u := o.Units[0]
	if len(u.Payments.Authorizations) > 0 {
		state, known := authorizationStates[byAge(u.Payments.Authorizations, 1).Status]
		switch {
		case !known:
			return "", newWord(op)
		case s.waits > 0:
			return payment.Authorized, nil // A capture of it is on its way.
		case state == payment.Captured && s.taken == 0:
			return payment.Canceled, nil // What was captured did not come.
		case s.taken > 0 && !state.Open():
			return payment.Captured, nil
		}
		return state, nil
	}
	switch {
	case s.taken > 0:
		return payment.Captured, nil
	case s.waits > 0:
		return payment.Processing, nil
	case s.refused > 0 && o.Status == "COMPLETED":
		return payment.Canceled, nil // PayPal takes no other try for the order.
	}
	if state, known := orderStates[o.Status]; known {
		return state, nil
	}
	return "", newWord(op)
}
