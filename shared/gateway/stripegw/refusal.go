package stripegw

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"till/shared/fault"
	"till/shared/payment"
)

// refusal is what is kept of an answer that is no success, or of no answer: never the message, which may quote the
// shopper. All fields are safe to log.
type refusal struct {
	read    bool // The call changes nothing.
	unsent  bool // The call did not leave.
	status  int  // 0: no answer.
	wire    string
	kind    string // Stripe's type, code, decline_code and param. https://docs.stripe.com/api/errors
	code    string
	decline string
	param   string
	request string // Stripe's name of the request, for its support.
}

// Error is for logs.
func (r *refusal) Error() string {
	text := "stripe:"
	for _, part := range [...]string{r.wire, r.kind, r.code, r.decline, r.param, r.request} {
		if part != "" {
			text += " " + part
		}
	}
	if r.status != 0 {
		text += fmt.Sprintf(" (%d)", r.status)
	}
	return text
}

// learn reads the body of an error.
func (r *refusal) learn(body []byte) {
	var said struct {
		Error struct {
			Type        string `json:"type"`
			Code        string `json:"code"`
			DeclineCode string `json:"decline_code"`
			Param       string `json:"param"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &said) != nil {
		r.wire = "the error cannot be read"
		return
	}
	e := said.Error
	r.kind, r.code, r.decline, r.param = plain(e.Type), plain(e.Code), plain(e.DeclineCode), plain(e.Param)
}

// plain keeps text if it can only be a code or a parameter's name.
func plain(text string) string {
	bare := strings.NewReplacer("[", "_", "]", "_", ".", "_").Replace(text)
	if payment.IsRef(bare, 100) {
		return text
	}
	return ""
}

// reason is the most exact code: the bank's before Stripe's.
func (r *refusal) reason() string {
	if r.decline != "" {
		return r.decline
	}
	return r.code
}

// byCode is what Stripe's codes mean, whatever the status. https://docs.stripe.com/error-codes
var byCode = map[string]fault.Kind{
	"resource_missing": fault.NotFound,
	"rate_limit":       fault.Unavailable,
	"lock_timeout":     fault.Unavailable,

	"idempotency_key_in_use": fault.Unknown, // The same call is running already.

	"amount_too_small": fault.Invalid,
	"amount_too_large": fault.Invalid,
	"invalid_charge_amount_no_decimal_compatible": fault.Invalid,

	"payment_intent_unexpected_state": fault.Conflict,
	"charge_already_captured":         fault.Conflict,
	"charge_already_refunded":         fault.Conflict,
	"charge_disputed":                 fault.Conflict,
	"charge_expired_for_capture":      fault.Conflict,

	"card_declined":           fault.Declined,
	"authentication_required": fault.Declined,
	"balance_insufficient":    fault.Declined,
	"charge_not_refundable":   fault.Declined,
	"refund_disputed_payment": fault.Declined,
}

// kindOf decides what the caller of a call can do about r.
func kindOf(r *refusal) fault.Kind {
	lost := fault.Unknown
	if r.read {
		lost = fault.Unavailable
	}
	byTable, listed := byCode[r.code]
	switch {
	case r.unsent:
		return fault.Unavailable
	case r.wire != "" && r.status < 400, r.status >= 500, r.status == http.StatusRequestTimeout:
		return lost
	case r.status == http.StatusTooManyRequests:
		return fault.Unavailable
	case r.status == http.StatusUnauthorized, r.status == http.StatusForbidden:
		return fault.Internal
	case r.kind == "card_error", r.status == http.StatusPaymentRequired:
		return fault.Declined
	case r.kind == "idempotency_error", r.status == http.StatusConflict:
		return lost // A call with this key was made before, or is running.
	case r.status == http.StatusNotFound:
		return fault.NotFound
	case listed:
		return byTable
	default:
		return fault.Internal
	}
}

// classify makes Till's error of the SDK's.
func classify(op string, err error) error {
	var r *refusal
	if !errors.As(err, &r) {
		return &fault.Error{Kind: fault.Internal, Op: op, Code: "gateway_call_invalid", Err: errors.New("the call could not be made")}
	}
	kind := kindOf(r)
	e := &fault.Error{Kind: kind, Op: op, Code: payment.RefusalCode(kind), Msg: payment.RefusalText(kind), Err: r}
	switch kind { //nolint:exhaustive // of the other kinds the code is Till's own
	case fault.Declined, fault.Conflict, fault.Invalid, fault.Internal:
		if reason := r.reason(); reason != "" {
			e.Code = reason
		}
	}
	if e.Code == "" {
		e.Code = "gateway_refused"
	}
	return e
}

// refusalOf finds Stripe's answer in an error of classify.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{}
}
