package world

import (
	"net/http"
	"slices"
	"strings"

	"till/scripts/localcloud/gateways"
	"till/scripts/simulate/faults"
)

// The methods of payment.Gateway as points name them, and what else adapters ask for.
const (
	asksStart   = "gateway.Start"
	asksFetch   = "gateway.Fetch"
	asksConfirm = "gateway.Confirm"
	asksCapture = "gateway.Capture"
	asksClose   = "gateway.Close"
	asksRefund  = "gateway.Refund"
	asksRefunds = "gateway.FetchRefund"
	asksRenew   = "gateway.Renew"  // PayPal's alone.
	asksAnswer  = "gateway.Answer" // To a dispute: evidence, its document, or that the shop gives in.
	asksEvents  = "gateway.Events"
	asksToken   = "gateway.SignIn"      // PayPal's access token.
	asksProof   = "gateway.Certificate" // PayPal's, by which its webhooks are proved.
)

// asked is a request to a gateway: whose it is, and for which method of payment.Gateway. Each needs one request mostly, or more
// of a kind, so that a point of it stands for what a gateway is asked to do, however and whichever is asked.
func (w *World) asked(r *http.Request) (g gateways.Named, name string, port faults.Port) {
	_, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	for _, g = range w.Gateways.All() {
		if strings.HasPrefix(r.URL.Path, "/"+g.Name+"/") {
			break
		}
	}
	name = methods[g.Name](r.Method, "/"+path)
	if port = faults.Gateway; slices.Contains(questions, name) {
		port = faults.GatewayRead
	}
	return g, name, port
}

// questions are the methods that change nothing.
var questions = []string{asksFetch, asksRefunds, asksEvents, asksToken, asksProof}

// methods name what each gateway is asked for, by a request's method and its path below the gateway's.
var methods = map[string]func(verb, path string) string{"stripe": ofStripe, "paypal": ofPayPal, "square": ofSquare}

func ofStripe(verb, path string) string {
	refund := strings.HasPrefix(path, "/v1/refunds")
	switch {
	case strings.HasPrefix(path, "/v1/events"):
		return asksEvents
	case verb != http.MethodPost && refund:
		return asksRefunds
	case verb != http.MethodPost:
		return asksFetch
	case refund:
		return asksRefund
	case strings.HasSuffix(path, "/expire"), strings.HasSuffix(path, "/cancel"):
		return asksClose
	case strings.HasSuffix(path, "/capture"):
		return asksCapture
	case strings.HasPrefix(path, "/v1/disputes"), strings.HasPrefix(path, "/v1/files"):
		return asksAnswer
	}
	return asksStart
}

func ofPayPal(verb, path string) string {
	switch {
	case strings.HasPrefix(path, "/v1/oauth2"):
		return asksToken
	case strings.HasPrefix(path, "/v1/notifications/certs"):
		return asksProof
	case strings.HasPrefix(path, "/v1/notifications"):
		return asksEvents
	case verb == http.MethodGet && strings.HasPrefix(path, "/v2/payments/refunds"):
		return asksRefunds
	case verb == http.MethodGet:
		return asksFetch
	case strings.HasSuffix(path, "/refund"):
		return asksRefund
	case strings.HasSuffix(path, "/void"):
		return asksClose
	case strings.HasPrefix(path, "/v1/customer/disputes"):
		return asksAnswer
	case strings.HasSuffix(path, "/reauthorize"):
		return asksRenew
	case strings.HasPrefix(path, "/v2/payments"):
		return asksCapture
	case strings.HasSuffix(path, "/capture"), strings.HasSuffix(path, "/authorize"):
		return asksConfirm
	}
	return asksStart
}

func ofSquare(verb, path string) string {
	refund := strings.HasPrefix(path, "/v2/refunds")
	switch {
	case path == "/v2/events":
		return asksEvents
	case verb == http.MethodGet && refund:
		return asksRefunds
	case verb == http.MethodGet, path == "/v2/orders/search":
		return asksFetch
	case strings.HasPrefix(path, "/v2/disputes"):
		return asksAnswer
	case refund:
		return asksRefund
	case verb != http.MethodPost, strings.HasSuffix(path, "/cancel"): // A link is deleted, an order is changed, to close it.
		return asksClose
	case strings.HasSuffix(path, "/pay"):
		return asksCapture
	case path == "/v2/payments":
		return asksConfirm
	}
	return asksStart
}

// untold are answers of each gateway about what is not there.
var untold = map[string]string{
	"stripe": `{"error":{"type":"invalid_request_error","code":"resource_missing","message":"No such payment"}}`,
	"paypal": `{"name":"RESOURCE_NOT_FOUND","details":[{"issue":"INVALID_RESOURCE_ID"}]}`,
	"square": `{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"NOT_FOUND"}]}`,
}
