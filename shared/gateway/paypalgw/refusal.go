package paypalgw

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"till/shared/fault"
	"till/shared/gateway/jsonapi"
	"till/shared/payment"
)

// refusal is what is kept of an answer that is no success, or of no answer: never the message or a description, which may quote
// the shopper. All fields are safe to log.
type refusal struct {
	read   bool // The call changes nothing.
	unsent bool // The call did not leave.
	status int  // 0: no answer.
	wire   string
	name   string // PayPal's name of the error, and the first issue among its details.
	issue  string
	debug  string // PayPal's name of the request, for its support.
}

// Error is for logs.
func (r *refusal) Error() string {
	text := "paypal:"
	for _, part := range [...]string{r.wire, r.name, r.issue, r.debug} {
		if part != "" {
			text += " " + part
		}
	}
	if r.status != 0 {
		text += fmt.Sprintf(" (%d)", r.status)
	}
	return text
}

// learn reads the body of an error. https://developer.paypal.com/api/rest/responses/#failed-requests
func (r *refusal) learn(body []byte) {
	var said struct {
		Name    string `json:"name"`
		OAuth   string `json:"error"`
		Debug   string `json:"debug_id"`
		Details []struct {
			Issue string `json:"issue"`
		} `json:"details"`
	}
	if json.Unmarshal(body, &said) != nil {
		r.wire = "the error cannot be read"
		return
	}
	r.name, r.debug = plain(said.Name), plain(said.Debug)
	if r.name == "" {
		r.name = plain(said.OAuth)
	}
	for _, d := range said.Details {
		if r.issue = plain(d.Issue); r.issue != "" {
			return
		}
	}
}

// plain keeps text if it can only be a code.
func plain(text string) string {
	if payment.IsRef(text, 100) {
		return text
	}
	return ""
}

// reason is the most exact code, in small letters.
func (r *refusal) reason() string {
	code := r.issue
	if code == "" {
		code = r.name
	}
	return strings.ReplaceAll(strings.ToLower(code), "-", "_")
}

// byIssue is what PayPal's issues mean, whatever the status. https://developer.paypal.com/api/rest/reference/orders/v2/errors/ and
// https://developer.paypal.com/api/rest/reference/payments/v2/errors/
var byIssue = map[string]fault.Kind{
	"INVALID_RESOURCE_ID": fault.NotFound,
	"RESOURCE_NOT_FOUND":  fault.NotFound,
	"ORDER_EXPIRED":       fault.NotFound, // Soon it is not known at all.

	// Another call is at it.
	"PREVIOUS_REQUEST_IN_PROGRESS": fault.Unknown,
	"ORDER_COMPLETION_IN_PROGRESS": fault.Unknown,

	"REAUTHORIZATION_TOO_SOON": fault.Unavailable,

	// It was done before, or cannot be done in this state: how it stands decides.
	"ORDER_ALREADY_CAPTURED":         fault.Conflict,
	"ORDER_ALREADY_AUTHORIZED":       fault.Conflict,
	"ORDER_ALREADY_COMPLETED":        fault.Conflict,
	"AUTHORIZATION_ALREADY_CAPTURED": fault.Conflict,
	"PREVIOUSLY_CAPTURED":            fault.Conflict,
	"PREVIOUSLY_VOIDED":              fault.Conflict,
	"AUTHORIZATION_VOIDED":           fault.Conflict,
	"AUTHORIZATION_EXPIRED":          fault.Conflict,
	"AUTHORIZATION_DENIED":           fault.Conflict,
	"MAX_CAPTURE_COUNT_EXCEEDED":     fault.Conflict,
	"MAX_CAPTURE_AMOUNT_EXCEEDED":    fault.Conflict,
	"ORDER_NOT_APPROVED":             fault.Conflict,
	"PAYER_ACTION_REQUIRED":          fault.Conflict,

	"AUTHORIZATION_ALREADY_REAUTHORIZED": fault.Conflict,

	// The shopper's means of payment, or PayPal's own caution.
	"INSTRUMENT_DECLINED":                              fault.Declined,
	"CARD_EXPIRED":                                     fault.Declined,
	"PAYER_CANNOT_PAY":                                 fault.Declined,
	"PAYER_ACCOUNT_RESTRICTED":                         fault.Declined,
	"PAYER_ACCOUNT_LOCKED_OR_CLOSED":                   fault.Declined,
	"TRANSACTION_REFUSED":                              fault.Declined,
	"TRANSACTION_BLOCKED_BY_PAYEE":                     fault.Declined,
	"PAYEE_BLOCKED_TRANSACTION":                        fault.Declined,
	"TRANSACTION_LIMIT_EXCEEDED":                       fault.Declined,
	"MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED":          fault.Declined,
	"COMPLIANCE_VIOLATION":                             fault.Declined,
	"REDIRECT_PAYER_FOR_ALTERNATE_FUNDING":             fault.Declined,
	"REAUTHORIZATION_NOT_SUPPORTED_FOR_PAYMENT_SOURCE": fault.Declined,
	"CAPTURE_FULLY_REFUNDED":                           fault.Declined,
	"REFUND_AMOUNT_EXCEEDED":                           fault.Declined,
	"MAX_REFUND_LIMIT_EXCEEDED":                        fault.Declined,
	"REFUND_AMOUNT_TOO_LOW":                            fault.Declined,
	"REFUND_TIME_LIMIT_EXCEEDED":                       fault.Declined,
	"REFUND_NOT_ALLOWED":                               fault.Declined,
	"REFUND_IS_RESTRICTED":                             fault.Declined,
	"PARTIAL_REFUND_NOT_ALLOWED":                       fault.Declined,
	"REFUND_FAILED_INSUFFICIENT_FUNDS":                 fault.Declined,
	"REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK":           fault.Declined,
	"CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED":      fault.Declined,
	"TRANSACTION_DISPUTED":                             fault.Declined,
	"MAX_NUMBER_OF_REFUNDS_EXCEEDED":                   fault.Declined,
	"PENDING_CAPTURE":                                  fault.Declined,

	"CURRENCY_NOT_SUPPORTED":     fault.Invalid, // By the account.
	"INVALID_CURRENCY_CODE":      fault.Invalid,
	"MAX_VALUE_EXCEEDED":         fault.Invalid,
	"CANNOT_BE_ZERO_OR_NEGATIVE": fault.Invalid,
}

// ownCodes are the codes of Till for issues about amounts.
var ownCodes = map[string]string{
	"CURRENCY_NOT_SUPPORTED":     "currency_invalid",
	"INVALID_CURRENCY_CODE":      "currency_invalid",
	"MAX_VALUE_EXCEEDED":         "amount_too_large",
	"CANNOT_BE_ZERO_OR_NEGATIVE": "amount_too_small",
}

// kindOf decides what the caller of a call can do about r.
func kindOf(r *refusal) fault.Kind {
	lost := fault.Unknown
	if r.read {
		lost = fault.Unavailable
	}
	meant, listed := byIssue[r.issue]
	switch {
	case r.unsent:
		return fault.Unavailable
	case r.wire != "" && r.status < 400, r.status >= 500, r.status == http.StatusRequestTimeout:
		return lost
	case r.status == http.StatusTooManyRequests:
		return fault.Unavailable
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return fault.Internal
	case r.status == http.StatusConflict:
		return lost // A call with this key is running.
	case listed && meant == fault.Unknown:
		return lost
	case listed:
		return meant
	case r.status == http.StatusNotFound:
		return fault.NotFound
	default:
		return fault.Internal
	}
}

// classify makes Till's error of a call's.
func classify(op string, err error) error {
	r := &refusal{unsent: true, wire: "the call could not be made"}
	var said *jsonapi.Refusal
	if errors.As(err, &said) {
		r = &refusal{read: said.Read, unsent: said.Unsent, status: said.Status, wire: said.Wire}
		if said.Body != nil {
			r.learn(said.Body)
		}
	}
	kind := kindOf(r)
	e := &fault.Error{Kind: kind, Op: op, Code: payment.RefusalCode(kind), Msg: payment.RefusalText(kind), Err: r}
	switch kind { //nolint:exhaustive // of the other kinds the code is Till's own
	case fault.Declined, fault.Conflict, fault.Invalid, fault.Internal:
		if reason := r.reason(); reason != "" {
			e.Code = reason
		}
	}
	if own, ok := ownCodes[r.issue]; ok && kind == fault.Invalid {
		e.Code = own
	}
	if e.Code == "" {
		e.Code = "gateway_refused"
	}
	return e
}

// refusalOf finds PayPal's answer in an error of classify.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{}
}

func unreadable(op string) error { return fault.New(fault.Internal, op, "answer_unreadable", "") }
func newWord(op string) error    { return fault.New(fault.Internal, op, "status_unknown", "") }
func nobodyKnows(op string) error {
	return fault.New(fault.NotFound, op, payment.RefusalCode(fault.NotFound), payment.RefusalText(fault.NotFound))
}
