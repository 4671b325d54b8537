package squaresim

import (
	"net/http"
	"strconv"
)

// apiError is a refusal in Square's shape. https://developer.squareup.com/docs/build-basics/general-considerations/handling-errors
type apiError struct {
	status   int
	category string
	code     string
	detail   string
	field    string
	payment  *payment // The payment that failed, which comes along.
	kept     bool     // The answer is the idempotency key's, as a success is.
}

// The categories. https://developer.squareup.com/reference/square/enums/ErrorCategory
const (
	categoryAPI     = "API_ERROR"
	categoryAuth    = "AUTHENTICATION_ERROR"
	categoryRequest = "INVALID_REQUEST_ERROR"
	categoryRate    = "RATE_LIMIT_ERROR"
	categoryMethod  = "PAYMENT_METHOD_ERROR"
	categoryRefund  = "REFUND_ERROR"
)

func (e *apiError) view() object {
	o := object{"category": e.category, "code": e.code}
	if e.detail != "" {
		o["detail"] = e.detail
	}
	if e.field != "" {
		o["field"] = e.field
	}
	return o
}

func refuse(code, field, detail string) *apiError {
	return &apiError{status: http.StatusBadRequest, category: categoryRequest, code: code, field: field, detail: detail}
}

func bad(field, detail string) *apiError { return refuse("BAD_REQUEST", field, detail) }

func missing(field string) *apiError {
	return refuse("MISSING_REQUIRED_PARAMETER", field, "The field is required.")
}

func noSuch(what, field string) *apiError {
	return &apiError{status: http.StatusNotFound, category: categoryRequest, code: "NOT_FOUND", field: field, detail: "Could not find the " + what + "."}
}

func outdated(field string) *apiError {
	return &apiError{status: http.StatusConflict, category: categoryRequest, code: "VERSION_MISMATCH", field: field, detail: "The version is not the current one."}
}

// faulty is the failure of Square's own that the fault asks for.
func faulty(status int) *apiError {
	e := &apiError{status: status, category: categoryAPI, detail: "A simulated failure."}
	switch status {
	case http.StatusTooManyRequests:
		e.category, e.code = categoryRate, "RATE_LIMITED"
	case http.StatusConflict:
		e.category, e.code = categoryRequest, "CONFLICT"
	case http.StatusBadGateway:
		e.code = "BAD_GATEWAY"
	case http.StatusGatewayTimeout:
		e.code = "GATEWAY_TIMEOUT"
	case http.StatusInternalServerError:
		e.code = "INTERNAL_SERVER_ERROR"
	default:
		e.code = "SERVICE_UNAVAILABLE"
	}
	return e
}

func at(field string, i int) string { return field + "[" + strconv.Itoa(i) + "]" }
