package paypalsim

import (
	"net/http"
)

// apiError is an answer that is no success. https://developer.paypal.com/api/rest/responses/#failed-requests
type apiError struct {
	status int
	name   string
	issue  string
	field  string
	text   string
}

func (e *apiError) view(debug string) object {
	o := object{"name": e.name, "message": e.text, "debug_id": debug, "links": []object{{
		"href": "https://developer.paypal.com/docs/api/orders/v2/#error-" + e.issue, "rel": "information_link", "method": "GET"}}}
	if e.issue != "" {
		d := object{"issue": e.issue, "description": e.text}
		if e.field != "" {
			d["field"], d["location"] = e.field, "body"
		}
		o["details"] = []object{d}
	}
	return o
}

// invalid is a request that is not well made.
func invalid(field, issue, text string) *apiError {
	return &apiError{http.StatusBadRequest, "INVALID_REQUEST", issue, field, text}
}

// unprocessable is a request that is well made and cannot be done.
func unprocessable(field, issue, text string) *apiError {
	return &apiError{http.StatusUnprocessableEntity, "UNPROCESSABLE_ENTITY", issue, field, text}
}

// wrongState is a request that the object's state does not allow.
func wrongState(issue, text string) *apiError { return unprocessable("", issue, text) }

func notFound() *apiError {
	return &apiError{http.StatusNotFound, "RESOURCE_NOT_FOUND", "INVALID_RESOURCE_ID", "", "The resource does not exist."}
}

// faulty is the answer of the error faults: what a broken or busy PayPal says.
func faulty(status int) *apiError {
	const text = "A fault of the simulation was answered."
	switch status {
	case http.StatusTooManyRequests:
		return &apiError{status, "RATE_LIMIT_REACHED", "", "", text}
	case http.StatusConflict:
		return &apiError{status, "RESOURCE_CONFLICT", "PREVIOUS_REQUEST_IN_PROGRESS", "", text}
	default:
		return &apiError{status, "INTERNAL_SERVER_ERROR", "", "", text}
	}
}
