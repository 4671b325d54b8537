package squaregw

import (
	"till/shared/fault"
	"till/shared/payment"
)

// The states of an order. A hosted order is a draft until somebody pays it, and may stay open once it is paid: only its payments
// tell. https://developer.squareup.com/reference/square/enums/OrderState
const (
	orderDraft     = "DRAFT"
	orderOpen      = "OPEN"
	orderCompleted = "COMPLETED"
	orderCanceled  = "CANCELED"
)

// The states of a payment. https://developer.squareup.com/docs/payments-api/take-payments#payment-status
const (
	paymentApproved  = "APPROVED"
	paymentPending   = "PENDING"
	paymentCompleted = "COMPLETED"
	paymentCanceled  = "CANCELED"
	paymentFailed    = "FAILED"
)

// refundStates is what each status of a refund means. https://developer.squareup.com/reference/square/objects/PaymentRefund
var refundStates = map[string]payment.RefundState{
	"PENDING":   payment.RefundPending,
	"APPROVED":  payment.RefundPending,
	"COMPLETED": payment.RefundSucceeded,
	"REJECTED":  payment.RefundFailed,
	"FAILED":    payment.RefundFailed,
}

// disputeStates is what each state of a dispute means, and whether Square holds the money back: from the chargeback on, until the shop
// wins. An inquiry takes nothing. https://developer.squareup.com/reference/square/enums/DisputeState,
// https://squareup.com/help/gb/en/article/6137-speeding-up-the-disputes-process
var disputeStates = map[string]struct {
	state     payment.DisputeState
	withdrawn bool
}{
	"INQUIRY_EVIDENCE_REQUIRED": {payment.DisputeInquiry, false},
	"INQUIRY_PROCESSING":        {payment.DisputeInquiry, false},
	"INQUIRY_CLOSED":            {payment.DisputeWon, false},
	"EVIDENCE_REQUIRED":         {payment.DisputeNeedsResponse, true},
	"PROCESSING":                {payment.DisputeUnderReview, true},
	"WON":                       {payment.DisputeWon, false},
	"LOST":                      {payment.DisputeLost, true},
	"ACCEPTED":                  {payment.DisputeAccepted, true},
}

// disputeReasons is what each reason of a dispute means; others are none of these.
// https://developer.squareup.com/reference/square/enums/DisputeReason
var disputeReasons = map[string]payment.DisputeReason{
	"NO_KNOWLEDGE":             payment.ReasonFraud,
	"NOT_RECEIVED":             payment.ReasonNotReceived,
	"NOT_AS_DESCRIBED":         payment.ReasonNotAsDescribed,
	"DUPLICATE":                payment.ReasonDuplicate,
	"PAID_BY_OTHER_MEANS":      payment.ReasonDuplicate,
	"CUSTOMER_REQUESTS_CREDIT": payment.ReasonCreditNotIssued,
	"CANCELLED":                payment.ReasonCanceled,
	"AMOUNT_DIFFERS":           payment.ReasonAmount,
}

// judge says how an attempt stands, by its order and those payments of it that are or may become money. Money counts, whatever
// the order's own state.
func judge(op string, o *orderWire, live []*paymentWire) (payment.State, error) {
	has := map[string]bool{}
	for _, p := range live {
		switch p.Status {
		case paymentApproved, paymentPending, paymentCompleted, paymentCanceled, paymentFailed:
			has[p.Status] = true
		default:
			return "", statusUnknown(op)
		}
	}
	gaveUp := has[paymentCanceled]
	for _, t := range o.Tenders {
		gaveUp = gaveUp || t.voided()
	}
	holds := o.Metadata[captureKey] == manual
	switch {
	case has[paymentCompleted]:
		return payment.Captured, nil
	case has[paymentPending]:
		return payment.Processing, nil
	case has[paymentApproved] && holds:
		return payment.Authorized, nil
	case has[paymentApproved]:
		return payment.Processing, nil // Square completes it by itself.
	}
	switch o.State {
	case orderCanceled:
		return payment.Canceled, nil
	case orderDraft, orderOpen:
		if holds && gaveUp {
			return payment.Expired, nil // What was promised has run out, or was given up at Square.
		}
		return payment.RequiresAction, nil
	}
	return "", statusUnknown(op) // Completed by nobody's payment.
}

// statusUnknown is for words that this version of the API does not have: a person must look.
func statusUnknown(op string) error { return fault.New(fault.Internal, op, "status_unknown", "") }
