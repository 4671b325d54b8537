package stripegw

import (
	"github.com/stripe/stripe-go/v76"

	"till/shared/fault"
	"till/shared/payment"
)

// intentStates is what each status of a PaymentIntent means. requires_payment_method is also that of a new one: only
// last_payment_error tells that a try failed. https://docs.stripe.com/payments/paymentintents/lifecycle
var intentStates = map[stripe.PaymentIntentStatus]payment.State{
	stripe.PaymentIntentStatusRequiresPaymentMethod: payment.RequiresAction,
	stripe.PaymentIntentStatusRequiresConfirmation:  payment.RequiresAction,
	stripe.PaymentIntentStatusRequiresAction:        payment.RequiresAction,
	stripe.PaymentIntentStatusProcessing:            payment.Processing,
	stripe.PaymentIntentStatusRequiresCapture:       payment.Authorized,
	stripe.PaymentIntentStatusSucceeded:             payment.Captured,
	stripe.PaymentIntentStatusCanceled:              payment.Canceled,
}

// sessionStates is what a Checkout Session says whose PaymentIntent is not there yet, or is one that the shopper could
// pay: that can happen on the session's page only, so it ends with the page. A complete session with such an intent is a
// slow payment that failed in the end. https://docs.stripe.com/api/checkout/sessions/object#checkout_session_object-status
var sessionStates = map[stripe.CheckoutSessionStatus]struct{ without, unpaid payment.State }{
	stripe.CheckoutSessionStatusOpen:     {payment.RequiresAction, payment.RequiresAction},
	stripe.CheckoutSessionStatusComplete: {payment.Processing, payment.Canceled},
	stripe.CheckoutSessionStatusExpired:  {payment.Expired, payment.Expired},
}

// refundStates is what each status of a refund means. https://docs.stripe.com/api/refunds/object#refund_object-status
var refundStates = map[stripe.RefundStatus]payment.RefundState{
	stripe.RefundStatusPending:        payment.RefundPending,
	stripe.RefundStatusRequiresAction: payment.RefundPending,
	stripe.RefundStatusSucceeded:      payment.RefundSucceeded,
	stripe.RefundStatusFailed:         payment.RefundFailed,
	stripe.RefundStatusCanceled:       payment.RefundCanceled,
}

// disputeStates is what each status of a dispute means. The ones with "warning" are a bank's questions: no money moved.
// https://docs.stripe.com/api/disputes/object#dispute_object-status
var disputeStates = map[stripe.DisputeStatus]payment.DisputeState{
	stripe.DisputeStatusWarningNeedsResponse: payment.DisputeInquiry,
	stripe.DisputeStatusWarningUnderReview:   payment.DisputeInquiry,
	stripe.DisputeStatusWarningClosed:        payment.DisputeWon,
	stripe.DisputeStatusNeedsResponse:        payment.DisputeNeedsResponse,
	stripe.DisputeStatusUnderReview:          payment.DisputeUnderReview,
	stripe.DisputeStatusWon:                  payment.DisputeWon,
	stripe.DisputeStatusLost:                 payment.DisputeLost,
}

// disputeReasons is what each reason of a dispute means; others are none of these. https://docs.stripe.com/disputes/categories
var disputeReasons = map[stripe.DisputeReason]payment.DisputeReason{
	stripe.DisputeReasonFraudulent:           payment.ReasonFraud,
	stripe.DisputeReasonUnrecognized:         payment.ReasonFraud,
	stripe.DisputeReasonDebitNotAuthorized:   payment.ReasonFraud,
	stripe.DisputeReasonProductNotReceived:   payment.ReasonNotReceived,
	stripe.DisputeReasonProductUnacceptable:  payment.ReasonNotAsDescribed,
	stripe.DisputeReasonDuplicate:            payment.ReasonDuplicate,
	stripe.DisputeReasonCreditNotProcessed:   payment.ReasonCreditNotIssued,
	stripe.DisputeReasonSubscriptionCanceled: payment.ReasonCanceled,
}

func intentState(op string, pi *stripe.PaymentIntent) (payment.State, error) {
	if s, known := intentStates[pi.Status]; known {
		return s, nil
	}
	return "", statusUnknown(op)
}

// sessionState judges a session together with its intent, if that is there.
func sessionState(op string, cs *stripe.CheckoutSession) (payment.State, error) {
	of, known := sessionStates[cs.Status]
	if !known {
		return "", statusUnknown(op)
	}
	if cs.PaymentIntent == nil {
		return of.without, nil
	}
	s, err := intentState(op, cs.PaymentIntent)
	switch {
	case err != nil:
		return "", err
	case s == payment.RequiresAction:
		return of.unpaid, nil
	case s == payment.Canceled && cs.Status == stripe.CheckoutSessionStatusExpired:
		return payment.Expired, nil
	default:
		return s, nil
	}
}

// statusUnknown is for words that this version of the API does not have: a person must look.
func statusUnknown(op string) error { return fault.New(fault.Internal, op, "status_unknown", "") }
