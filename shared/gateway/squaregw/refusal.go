package squaregw

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

// refusal is what is kept of an answer that is no success, or of no answer: never the detail, which may quote the shopper. All fields
// are safe to log.
type refusal struct {
	read     bool // The call changes nothing.
	unsent   bool // The call did not leave.
	status   int  // 0: no answer.
	wire     string
	category string // https://developer.squareup.com/reference/square/enums/ErrorCategory
	code     string
	field    string
}

// Error is for logs.
func (r *refusal) Error() string {
	text := "square:"
	for _, part := range [...]string{r.wire, r.category, r.code, r.field} {
		if part != "" {
			text += " " + part
		}
	}
	if r.status != 0 {
		text += fmt.Sprintf(" (%d)", r.status)
	}
	return text
}

// learn reads the first error of a body. https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors
func (r *refusal) learn(body []byte) {
	var said struct {
		Errors []errorWire `json:"errors"`
	}
	if json.Unmarshal(body, &said) != nil || len(said.Errors) == 0 {
		r.wire = "the error cannot be read"
		return
	}
	e := said.Errors[0]
	r.category, r.code, r.field = plain(e.Category), plain(e.Code), plain(e.Field)
}

// plain keeps text if it can only be a code or a field's name.
func plain(text string) string {
	if payment.IsRef(strings.NewReplacer(".", "_", "[", "_", "]", "_").Replace(text), 100) {
		return text
	}
	return ""
}

// reason is a code of Square's as Till writes codes: "generic_decline".
func reason(code string) string {
	if !payment.IsRef(code, 100) {
		return ""
	}
	return strings.ReplaceAll(strings.ToLower(code), "-", "_")
}

// amountCodes are Till's codes for amounts that cannot be paid, tokenCodes those that are about what the browser brought.
var (
	amountCodes = map[string]string{"AMOUNT_TOO_HIGH": "amount_too_large", "VALUE_TOO_HIGH": "amount_too_large",
		"AMOUNT_TOO_LOW": "amount_too_small", "VALUE_TOO_LOW": "amount_too_small", "UNSUPPORTED_CURRENCY": "currency_invalid"}
	tokenCodes = map[string]bool{"CARD_TOKEN_EXPIRED": true, "CARD_TOKEN_USED": true, "SOURCE_EXPIRED": true, "SOURCE_USED": true}
)

// aboutToken tells whether a refusal means that the token which the browser brought is none, or is used up.
func (r *refusal) aboutToken() bool {
	return tokenCodes[r.code] || r.field == "source_id" && (r.code == "NOT_FOUND" || r.code == "INVALID_VALUE" || r.code == "BAD_REQUEST")
}

// kindOf decides what the caller of a call can do about r.
func kindOf(r *refusal) fault.Kind {
	lost := fault.Unknown
	if r.read {
		lost = fault.Unavailable
	}
	byTable, listed := byCode[r.code]
	if byTable == fault.Unknown {
		byTable = lost
	}
	switch {
	case r.unsent:
		return fault.Unavailable
	case r.status < 400, r.status >= 500, r.status == http.StatusRequestTimeout:
		return lost
	case r.status == http.StatusTooManyRequests:
		return fault.Unavailable
	case (r.status == http.StatusUnauthorized || r.status == http.StatusForbidden) && byTable != fault.Declined:
		return fault.Internal
	case r.wire != "":
		return lost // A refusal that broke off says nothing: not that there is no such payment, nor that the card was declined.
	case r.status == http.StatusConflict && byTable != fault.Conflict:
		return lost // A call with this key is running, or another changes the same thing.
	case listed:
		return byTable
	case r.status == http.StatusNotFound:
		return fault.NotFound
	case r.category == "PAYMENT_METHOD_ERROR", r.category == "REFUND_ERROR", r.status == http.StatusPaymentRequired:
		return fault.Declined // A code that is newer than the table.
	default:
		return fault.Internal
	}
}

// classify makes Till's error of an answer.
func classify(op string, from *jsonapi.Refusal) error {
	r := &refusal{read: from.Read, unsent: from.Unsent, status: from.Status, wire: from.Wire}
	if r.wire == "" {
		r.learn(from.Body)
	}
	kind := kindOf(r)
	e := &fault.Error{Kind: kind, Op: op, Code: payment.RefusalCode(kind), Msg: payment.RefusalText(kind), Err: r}
	said := reason(r.code)
	switch {
	case kind == fault.Invalid && amountCodes[r.code] != "":
		e.Code = amountCodes[r.code]
	case kind != fault.Unavailable && kind != fault.Unknown && kind != fault.NotFound && said != "":
		e.Code = said
	case e.Code == "":
		e.Code = "gateway_refused"
	}
	return e
}

// refusalOf finds Square's answer in an error of classify.
func refusalOf(err error) *refusal {
	var r *refusal
	if errors.As(err, &r) {
		return r
	}
	return &refusal{}
}

// refusedAsSent tells whether Square looked at a call and would not do it: how things stand may say why.
func refusedAsSent(err error) bool {
	r := refusalOf(err)
	return r.status == http.StatusBadRequest || r.status == http.StatusNotFound || r.status == http.StatusConflict ||
		r.status == http.StatusGone || r.status == http.StatusUnprocessableEntity
}
