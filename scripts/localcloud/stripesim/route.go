package stripesim

import (
	"net/http"

	"till/scripts/localcloud/gatewaysim"
)

// call is one request to the API.
type call struct {
	id     string // "req_…"
	key    string // Idempotency-Key.
	path   string // "/v1/refunds"
	args   []string
	form   form
	file   *gatewaysim.Part // Of an upload.
	public bool             // Made with the publishable key.
}

type route struct {
	method, pattern string // "*" is any one segment.
	public          bool   // Open to publishable keys.
	run             func(*Sim, *call) (any, *apiError)
}

// routes is the API.
var routes = []route{
	{"POST", "/v1/checkout/sessions", false, (*Sim).createSession},
	{"GET", "/v1/checkout/sessions", false, (*Sim).listSessions},
	{"GET", "/v1/checkout/sessions/*", false, (*Sim).getSession},
	{"GET", "/v1/checkout/sessions/*/line_items", false, (*Sim).listLines},
	{"POST", "/v1/checkout/sessions/*/expire", false, (*Sim).expireSession},
	{"POST", "/v1/payment_intents", false, (*Sim).createIntent},
	{"GET", "/v1/payment_intents", false, (*Sim).listIntents},
	{"GET", "/v1/payment_intents/search", false, (*Sim).searchIntents},
	{"GET", "/v1/payment_intents/*", true, (*Sim).getIntent},
	{"POST", "/v1/payment_intents/*", false, (*Sim).updateIntent},
	{"POST", "/v1/payment_intents/*/confirm", true, (*Sim).confirmIntent},
	{"POST", "/v1/payment_intents/*/capture", false, (*Sim).captureIntent},
	{"POST", "/v1/payment_intents/*/cancel", false, (*Sim).cancelIntent},
	{"POST", "/v1/payment_methods", true, (*Sim).createMethod},
	{"GET", "/v1/payment_methods/*", false, (*Sim).getMethod},
	{"GET", "/v1/charges", false, (*Sim).listCharges},
	{"GET", "/v1/charges/*", false, (*Sim).getCharge},
	{"POST", "/v1/refunds", false, (*Sim).createRefund},
	{"GET", "/v1/refunds", false, (*Sim).listRefunds},
	{"GET", "/v1/refunds/*", false, (*Sim).getRefund},
	{"POST", "/v1/refunds/*", false, (*Sim).updateRefund},
	{"GET", "/v1/disputes", false, (*Sim).listDisputes},
	{"GET", "/v1/disputes/*", false, (*Sim).getDispute},
	{"POST", "/v1/disputes/*", false, (*Sim).updateDispute},
	{"POST", "/v1/disputes/*/close", false, (*Sim).closeDispute},
	{"POST", filesPath, false, (*Sim).createFile},
	{"GET", "/v1/files/*", false, (*Sim).getFile},
	{"GET", "/v1/radar/early_fraud_warnings", false, (*Sim).listWarnings},
	{"GET", "/v1/radar/early_fraud_warnings/*", false, (*Sim).getWarning},
	{"GET", "/v1/events", false, (*Sim).listEvents},
	{"GET", "/v1/events/*", false, (*Sim).getEvent},
	{"POST", "/v1/webhook_endpoints", false, (*Sim).createEndpoint},
	{"GET", "/v1/webhook_endpoints", false, (*Sim).listEndpoints},
	{"GET", "/v1/webhook_endpoints/*", false, (*Sim).getEndpoint},
	{"POST", "/v1/webhook_endpoints/*", false, (*Sim).updateEndpoint},
	{"DELETE", "/v1/webhook_endpoints/*", false, (*Sim).deleteEndpoint},
	{"GET", "/v1/balance", false, (*Sim).getBalance},
	{"GET", "/v1/balance_transactions", false, (*Sim).listMovements},
	{"GET", "/v1/balance_transactions/*", false, (*Sim).getMovement},
	{"GET", "/v1/account", false, (*Sim).getAccount},
}

// find is the route of a request, with what stands for the stars.
func find(method, path string) (route, []string, *apiError) {
	for _, r := range routes {
		if args, ok := gatewaysim.Match(r.pattern, path); ok && r.method == method {
			return r, args, nil
		}
	}
	return route{}, nil, &apiError{status: http.StatusNotFound, kind: typeInvalid, unkept: true,
		message: "Unrecognized request URL (" + method + ": " + gatewaysim.Shorten(path) + ")."}
}
