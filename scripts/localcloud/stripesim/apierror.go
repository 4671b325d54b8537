package stripesim

import (
	"net/http"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// Error types. https://docs.stripe.com/api/errors
const (
	typeAPI         = "api_error"
	typeCard        = "card_error"
	typeIdempotency = "idempotency_error"
	typeInvalid     = "invalid_request_error"
)

// apiError is an answer that is not 200, and the last_payment_error of an intent.
type apiError struct {
	status  int
	kind    string
	code    string
	decline string
	message string
	param   string
	charge  string
	intent  *intent
	method  *method
	// unkept: execution never began (validation, authentication, conflict), so no idempotency key keeps it.
	unkept bool
}

func (e *apiError) fields() object {
	o := object{"type": e.kind, "message": e.message}
	for name, value := range map[string]string{"code": e.code, "decline_code": e.decline, "param": e.param, "charge": e.charge} {
		if value != "" {
			o[name] = value
		}
	}
	if e.code != "" {
		o["doc_url"] = "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(e.code, "_", "-")
	}
	if e.method != nil {
		o["payment_method"] = e.method.view()
	}
	return o
}

func invalid(param, code, message string) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: typeInvalid, code: code, param: param, message: message, unkept: true}
}

func missing(param string) *apiError {
	return invalid(param, "parameter_missing", "Missing required param: "+param+".")
}

func notFound(kind, id, param string) *apiError {
	return &apiError{status: http.StatusNotFound, kind: typeInvalid, code: "resource_missing", param: param, unkept: true,
		message: "No such " + kind + ": '" + gatewaysim.Shorten(id) + "'"}
}

func unauthorized(code, message string) *apiError {
	return &apiError{status: http.StatusUnauthorized, kind: typeInvalid, code: code, message: message, unkept: true}
}

// wrongState is a request that the object's state does not allow; a key keeps it, since it was executed.
func wrongState(code, message string, pi *intent) *apiError {
	return &apiError{status: http.StatusBadRequest, kind: typeInvalid, code: code, message: message, intent: pi}
}

// faulty is the answer of the error faults: what a broken or busy Stripe says.
func faulty(status int) *apiError {
	e := &apiError{status: status, kind: typeAPI, message: "A fault of the simulation was answered.", unkept: status != http.StatusInternalServerError}
	switch status {
	case http.StatusTooManyRequests:
		e.kind, e.code = typeInvalid, "rate_limit"
	case http.StatusConflict:
		e.kind, e.code = typeIdempotency, "idempotency_key_in_use"
	}
	return e
}
