package eventrows

import "slices"

// What several rows do.
const (
	sold    = "+fees -fees_payable +gateway_clearing -revenue -shipping -tax" // The sale, its money, and what the gateway keeps.
	unpaid  = "awaiting_payment, unpaid"
	slow    = "payment_processing, processing"
	trying  = "awaiting_payment, processing" // Its money may have been taken.
	done    = "fulfilling, paid"
	applied = "applied" // Asked about, and followed.
	nothing = "ignored" // There is nothing new, or nobody's to act on.
)

// Rows lists every row.
func Rows() []Row {
	return slices.Concat(stripeRows(), payPalRows(), squareRows())
}

func stripeRows() []Row {
	return []Row{
		{"stripe", "checkout.session.completed", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "payment_intent.succeeded", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "charge.succeeded", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "payment_intent.succeeded", DebitPaid, "", Effect{Attempt: "processing → captured", Order: slow + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "charge.succeeded", DebitPaid, "", Effect{Attempt: "processing → captured", Order: slow + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "checkout.session.async_payment_succeeded", DebitPaid, "", Effect{Attempt: "processing → captured", Order: slow + " → " + done, Books: sold, Inbox: applied}},
		{"stripe", "payment_intent.payment_failed", Declined, "", Effect{Order: "awaiting_payment, unpaid → awaiting_payment, failed", Inbox: applied}},
		{"stripe", "charge.failed", Declined, "", Effect{Order: "awaiting_payment, unpaid → awaiting_payment, failed", Inbox: applied}},
		{"stripe", "payment_intent.payment_failed", DebitFailed, "", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"stripe", "charge.failed", DebitFailed, "", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"stripe", "checkout.session.async_payment_failed", DebitFailed, "", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"stripe", "payment_intent.requires_action", Proof, "", Effect{Inbox: nothing}},
		{"stripe", "payment_intent.processing", DebitBegun, "", Effect{Attempt: "requires_action → processing", Order: unpaid + " → " + slow, Inbox: applied}},
		{"stripe", "charge.pending", DebitBegun, "payment_intent.processing", Effect{Attempt: "requires_action → processing", Order: unpaid + " → " + slow, Inbox: applied}},
		{"stripe", "checkout.session.completed", DebitBegun, "", Effect{Attempt: "requires_action → processing", Order: unpaid + " → " + slow, Inbox: applied}},
		{"stripe", "payment_intent.partially_funded", Begun, "payment_intent.created", Effect{Inbox: nothing}},
		{"stripe", "checkout.session.expired", PageClosed, "", Effect{Attempt: "requires_action → expired", Inbox: applied}},
		{"stripe", "payment_intent.canceled", Cancelled, "", Effect{Attempt: "requires_action → canceled", Inbox: applied}},
		{"stripe", "payment_intent.amount_capturable_updated", Promised, "", Effect{Attempt: "requires_action → authorized", Order: "awaiting_payment, unpaid → fulfilling, authorized", Books: "+receivable -revenue -shipping -tax", Inbox: applied}},
		{"stripe", "charge.captured", TakenThere, "", Effect{Attempt: "authorized → captured", Order: "fulfilling, authorized → fulfilling, paid", Books: "+fees -fees_payable +gateway_clearing -receivable", Inbox: applied}},
		{"stripe", "payment_intent.succeeded", TakenThere, "", Effect{Attempt: "authorized → captured", Order: "fulfilling, authorized → fulfilling, paid", Books: "+fees -fees_payable +gateway_clearing -receivable", Inbox: applied}},
		{"stripe", "payment_intent.canceled", GivenUp, "", Effect{Attempt: "authorized → canceled", Order: "fulfilling, authorized → cancelled, unpaid", Books: "-receivable +revenue +shipping +tax", Inbox: applied}},
		{"stripe", "charge.expired", GivenUp, "charge.refunded", Effect{Attempt: "authorized → canceled", Order: "fulfilling, authorized → cancelled, unpaid", Books: "-receivable +revenue +shipping +tax", Inbox: applied}},
		{"stripe", "charge.refunded", RefundThere, "", Effect{Order: "fulfilling, paid → fulfilling, partially_refunded", Books: "-gateway_clearing +revenue +shipping +tax", Inbox: applied}},
		{"stripe", "refund.created", RefundThere, "", Effect{Order: "fulfilling, paid → fulfilling, partially_refunded", Books: "-gateway_clearing +revenue +shipping +tax", Inbox: applied}},
		{"stripe", "refund.created", RefundOnWay, "", Effect{Books: "-refunds_payable +revenue +shipping +tax", Inbox: applied}},
		{"stripe", "refund.created", RefundNot, "", Effect{Inbox: nothing}},
		{"stripe", "charge.refund.updated", RefundFailed, "", Effect{Order: "fulfilling, partially_refunded → fulfilling, paid", Books: "+gateway_clearing -revenue -shipping -tax", Holds: "+refund_failed", Inbox: applied}},
		{"stripe", "refund.updated", RefundFailed, "", Effect{Order: "fulfilling, partially_refunded → fulfilling, paid", Books: "+gateway_clearing -revenue -shipping -tax", Holds: "+refund_failed", Inbox: applied}},
		{"stripe", "refund.failed", RefundFailed, "refund.updated", Effect{Order: "fulfilling, partially_refunded → fulfilling, paid", Books: "+gateway_clearing -revenue -shipping -tax", Holds: "+refund_failed", Inbox: applied}},
		{"stripe", "charge.dispute.created", Disputed, "", Effect{Order: "fulfilling, paid → fulfilling, disputed", Books: "+dispute_reserve +fees -fees_payable -gateway_clearing", Holds: "+dispute", Inbox: applied}},
		{"stripe", "charge.dispute.funds_withdrawn", Disputed, "", Effect{Order: "fulfilling, paid → fulfilling, disputed", Books: "+dispute_reserve +fees -fees_payable -gateway_clearing", Holds: "+dispute", Inbox: applied}},
		{"stripe", "charge.dispute.updated", Reviewed, "", Effect{Inbox: applied}},
		{"stripe", "charge.dispute.closed", Won, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "-dispute_reserve +gateway_clearing", Holds: "-dispute", Inbox: applied}},
		{"stripe", "charge.dispute.funds_reinstated", Won, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "-dispute_reserve +gateway_clearing", Holds: "-dispute", Inbox: applied}},
		{"stripe", "charge.dispute.closed", Lost, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "+dispute_losses -dispute_reserve", Holds: "-dispute", Inbox: applied}},
		{"stripe", "radar.early_fraud_warning.created", Warned, "", Effect{Holds: "+early_fraud_warning", Inbox: applied}},
		{"stripe", "radar.early_fraud_warning.updated", Warned, "radar.early_fraud_warning.created", Effect{Holds: "+early_fraud_warning", Inbox: applied}},
		{"stripe", "payment_intent.created", Begun, "", Effect{Inbox: nothing}},
		{"stripe", "charge.updated", Paid, "charge.succeeded", Effect{Inbox: nothing}},
		{"stripe", "review.opened", Paid, "charge.succeeded", Effect{Inbox: nothing}},
		{"stripe", "review.closed", Paid, "charge.succeeded", Effect{Inbox: nothing}},
		{"stripe", "payout.paid", Paid, "charge.succeeded", Effect{Inbox: nothing}},
		{"stripe", "payout.failed", Paid, "charge.succeeded", Effect{Inbox: nothing}},
		{"stripe", "payout.reconciliation_completed", Paid, "charge.succeeded", Effect{Inbox: nothing}},
	}
}

func payPalRows() []Row {
	return []Row{
		{"paypal", "CHECKOUT.ORDER.APPROVED", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "CHECKOUT.ORDER.COMPLETED", Unanswered, "CHECKOUT.ORDER.APPROVED", Effect{Attempt: "requires_action → captured", Order: trying + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "CHECKOUT.ORDER.PROCESSED", Unanswered, "CHECKOUT.ORDER.APPROVED", Effect{Attempt: "requires_action → captured", Order: trying + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "CHECKOUT.ORDER.VOIDED", Paid, "CHECKOUT.ORDER.APPROVED", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "CHECKOUT.ORDER.SAVED", Paid, "CHECKOUT.ORDER.APPROVED", Effect{Inbox: nothing}},
		{"paypal", "CHECKOUT.PAYMENT-APPROVAL.REVERSED", Withdrawn, "", Effect{Attempt: "requires_action → expired", Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.COMPLETED", Unanswered, "", Effect{Attempt: "requires_action → captured", Order: trying + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.COMPLETED", DebitPaid, "", Effect{Attempt: "processing → captured", Order: slow + " → " + done, Books: sold, Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.PENDING", DebitBegun, "", Effect{Attempt: "requires_action → processing", Order: trying + " → " + slow, Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.DENIED", DebitFailed, "", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.DECLINED", DebitFailed, "PAYMENT.CAPTURE.DENIED", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"paypal", "PAYMENT.AUTHORIZATION.CREATED", Promised, "", Effect{Attempt: "requires_action → authorized", Order: "awaiting_payment, processing → fulfilling, authorized", Books: "+receivable -revenue -shipping -tax", Inbox: applied}},
		{"paypal", "PAYMENT.AUTHORIZATION.VOIDED", GivenUp, "", Effect{Attempt: "authorized → canceled", Order: "fulfilling, authorized → cancelled, unpaid", Books: "-receivable +revenue +shipping +tax", Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.REFUNDED", RefundThere, "", Effect{Order: "fulfilling, paid → fulfilling, partially_refunded", Books: "-gateway_clearing +revenue +shipping +tax", Inbox: applied}},
		{"paypal", "PAYMENT.CAPTURE.REVERSED", RefundThere, "PAYMENT.CAPTURE.REFUNDED", Effect{Order: "fulfilling, paid → fulfilling, partially_refunded", Books: "-gateway_clearing +revenue +shipping +tax", Inbox: applied}},
		{"paypal", "PAYMENT.REFUND.PENDING", RefundOnWay, "", Effect{Books: "-refunds_payable +revenue +shipping +tax", Inbox: applied}},
		{"paypal", "PAYMENT.REFUND.FAILED", RefundNot, "", Effect{Inbox: nothing}},
		{"paypal", "PAYMENT.REFUND.FAILED", RefundFailed, "", Effect{Order: "fulfilling, partially_refunded → fulfilling, paid", Books: "+gateway_clearing -revenue -shipping -tax", Holds: "+refund_failed", Inbox: applied}},
		{"paypal", "CUSTOMER.DISPUTE.CREATED", Disputed, "", Effect{Order: "fulfilling, paid → fulfilling, disputed", Books: "+dispute_reserve +fees -fees_payable -gateway_clearing", Holds: "+dispute", Inbox: applied}},
		{"paypal", "RISK.DISPUTE.CREATED", Disputed, "CUSTOMER.DISPUTE.CREATED", Effect{Inbox: nothing}},
		{"paypal", "CUSTOMER.DISPUTE.UPDATED", Reviewed, "", Effect{Inbox: applied}},
		{"paypal", "CUSTOMER.DISPUTE.RESOLVED", Won, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "-dispute_reserve +gateway_clearing", Holds: "-dispute", Inbox: applied}},
		{"paypal", "CUSTOMER.DISPUTE.RESOLVED", Lost, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "+dispute_losses -dispute_reserve", Holds: "-dispute", Inbox: applied}},
	}
}

func squareRows() []Row {
	return []Row{
		{"square", "payment.created", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: "+gateway_clearing -revenue -shipping -tax", Inbox: applied}},
		{"square", "payment.updated", Paid, "", Effect{Attempt: "requires_action → captured", Order: unpaid + " → " + done, Books: "+gateway_clearing -revenue -shipping -tax", Inbox: applied}},
		{"square", "payment.created", Declined, "", Effect{Order: "awaiting_payment, unpaid → awaiting_payment, failed", Inbox: applied}},
		{"square", "payment.updated", Unanswered, "", Effect{Attempt: "requires_action → captured", Order: trying + " → " + done, Books: "+gateway_clearing -revenue -shipping -tax", Inbox: applied}},
		{"square", "payment.created", DebitBegun, "", Effect{Attempt: "requires_action → processing", Order: trying + " → " + slow, Inbox: applied}},
		{"square", "payment.updated", DebitPaid, "", Effect{Attempt: "processing → captured", Order: slow + " → " + done, Books: "+gateway_clearing -revenue -shipping -tax", Inbox: applied}},
		{"square", "payment.updated", DebitFailed, "", Effect{Attempt: "processing → canceled", Order: "payment_processing, processing → awaiting_payment, failed", Inbox: applied}},
		{"square", "payment.created", Promised, "", Effect{Attempt: "requires_action → authorized", Order: "awaiting_payment, processing → fulfilling, authorized", Books: "+receivable -revenue -shipping -tax", Inbox: applied}},
		{"square", "payment.updated", GivenUp, "", Effect{Attempt: "authorized → canceled", Order: "fulfilling, authorized → cancelled, unpaid", Books: "-receivable +revenue +shipping +tax", Inbox: applied}},
		{"square", "refund.created", RefundThere, "", Effect{Order: "fulfilling, paid → fulfilling, partially_refunded", Books: "-gateway_clearing +revenue +shipping +tax", Inbox: applied}},
		{"square", "refund.created", RefundOnWay, "", Effect{Books: "-refunds_payable +revenue +shipping +tax", Inbox: applied}},
		{"square", "refund.created", RefundNot, "", Effect{Inbox: nothing}},
		{"square", "refund.updated", RefundFailed, "", Effect{Order: "fulfilling, partially_refunded → fulfilling, paid", Books: "+gateway_clearing -revenue -shipping -tax", Holds: "+refund_failed", Inbox: applied}},
		{"square", "dispute.created", Disputed, "", Effect{Order: "fulfilling, paid → fulfilling, disputed", Books: "+dispute_reserve -gateway_clearing", Holds: "+dispute", Inbox: applied}},
		{"square", "dispute.state.updated", Reviewed, "", Effect{Inbox: applied}},
		{"square", "dispute.state.changed", Won, "dispute.state.updated", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "-dispute_reserve +gateway_clearing", Holds: "-dispute", Inbox: applied}},
		{"square", "dispute.state.updated", Won, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "-dispute_reserve +gateway_clearing", Holds: "-dispute", Inbox: applied}},
		{"square", "dispute.state.updated", Lost, "", Effect{Order: "fulfilling, disputed → fulfilling, paid", Books: "+dispute_losses -dispute_reserve", Holds: "-dispute", Inbox: applied}},
		{"square", "dispute.evidence.added", Disputed, "dispute.created", Effect{Inbox: nothing}},
		{"square", "dispute.evidence.created", Disputed, "dispute.created", Effect{Inbox: nothing}},
		{"square", "dispute.evidence.deleted", Disputed, "dispute.created", Effect{Inbox: nothing}},
		{"square", "dispute.evidence.removed", Disputed, "dispute.created", Effect{Inbox: nothing}},
		{"square", "order.created", Paid, "order.updated", Effect{Inbox: nothing}},
		{"square", "order.updated", Paid, "", Effect{Inbox: nothing}},
		{"square", "payout.sent", Paid, "payment.updated", Effect{Inbox: nothing}},
		{"square", "payout.paid", Paid, "payment.updated", Effect{Inbox: nothing}},
		{"square", "payout.failed", Paid, "payment.updated", Effect{Inbox: nothing}},
	}
}
