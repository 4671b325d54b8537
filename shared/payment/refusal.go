package payment

import (
	"strings"

	"till/shared/fault"
)

// refusals is what the person at the other end may read of a gateway's refusal, by kind, and the code where the gateway has none.
var refusals = map[fault.Kind]struct{ text, code string }{
	fault.Unavailable: {"The payment service does not answer. Try again in a little while.", "dependency_unavailable"},
	fault.Unknown:     {"The payment service did not answer in time. The outcome is being looked up.", "outcome_unknown"},
	fault.Declined:    {"The payment service refused this.", "declined"},
	fault.Conflict:    {"The payment does not allow this in the state that it is in.", ""},
	fault.NotFound:    {"There is no such payment.", "payment_not_found"},
	fault.Invalid:     {"This amount cannot be paid with this payment service.", ""},
}

// RefusalText is what a shopper may read of a gateway's refusal of this kind, the same for every gateway; "" for other kinds.
func RefusalText(k fault.Kind) string { return refusals[k].text }

// RefusalCode is the code of a refusal for which the gateway has none; "" for other kinds.
func RefusalCode(k fault.Kind) string { return refusals[k].code }

// IsRef tells whether text is an id as gateways and Till make them: letters, digits, "_" and "-", at most so long.
func IsRef(text string, longest int) bool {
	return text != "" && len(text) <= longest && strings.IndexFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && r != '_' && r != '-'
	}) < 0
}
