package control

import (
	"cmp"
	"encoding/json"
	"net/http"

	"till/scripts/devserver/web"
	"till/scripts/localcloud/gateways"
	"till/scripts/localcloud/gatewaysim"
)

// Browser is what the pages are told of the simulated gateways at an address.
func Browser(gatewaysURL string) web.Config {
	return web.Config{
		StripeBase: gatewaysURL + gateways.StripePath, PublishableKey: gateways.StripePublicKey, SquareBase: gatewaysURL + gateways.SquarePath,
	}
}

// unless named, a request is for this gateway.
const usualGateway = "stripe"

// faults makes a gateway misbehave as told, instead of as told before; {} makes it well again.
func (c Control) faults(w http.ResponseWriter, r *http.Request) {
	ask := map[string]json.RawMessage{}
	name, err := "", read(r, &ask)
	if raw, named := ask["gateway"]; named && err == nil {
		err = json.Unmarshal(raw, &name)
	}
	delete(ask, "gateway")
	name = cmp.Or(name, usualGateway)
	var sim gateways.Sim
	if err == nil {
		sim, err = c.Gateways.Of(name)
	}
	if err == nil {
		err = misbehave(sim, ask)
	}
	if err != nil {
		answer(w, nil, err)
		return
	}
	answer(w, map[string]any{"gateway": name, "faults": sim.Faults()}, nil)
}

func misbehave(sim gateways.Sim, ask map[string]json.RawMessage) error {
	told, err := json.Marshal(ask)
	if err != nil {
		return err
	}
	var f gatewaysim.Faults
	if err := json.Unmarshal(told, &f); err != nil {
		return err
	}
	return sim.SetFaults(f)
}

// usual is why a shopper complains, unless said, in each gateway's words.
var usual = map[string]string{"stripe": "fraudulent", "paypal": "UNAUTHORISED", "square": "NO_KNOWLEDGE"}

// dispute lets a shopper complain about a charge: {"gateway","charge","reason"?,"amount"?}, as the state's payments name it. No amount
// is all that is left.
func (c Control) dispute(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Gateway string `json:"gateway"`
		Charge  string `json:"charge"`
		Reason  string `json:"reason"`
		Amount  int64  `json:"amount"`
	}
	id, err := "", read(r, &ask)
	if err == nil {
		name := cmp.Or(ask.Gateway, usualGateway)
		id, err = c.Gateways.RaiseDispute(name, ask.Charge, cmp.Or(ask.Reason, usual[name]), ask.Amount)
	}
	answer(w, map[string]string{"dispute": id}, err)
}

// decide ends a dispute for the shop or for the shopper: {"gateway","dispute","won"}.
func (c Control) decide(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Gateway string `json:"gateway"`
		Dispute string `json:"dispute"`
		Won     bool   `json:"won"`
	}
	err := read(r, &ask)
	var sim gateways.Sim
	if err == nil {
		sim, err = c.Gateways.Of(cmp.Or(ask.Gateway, usualGateway))
	}
	if err == nil {
		err = sim.CloseDispute(ask.Dispute, ask.Won)
	}
	answer(w, map[string]bool{"won": ask.Won}, err)
}

// refund gives money back at the gateway itself, past the shop: {"gateway","charge","amount"}, in minor units.
func (c Control) refund(w http.ResponseWriter, r *http.Request) {
	var ask struct {
		Gateway string `json:"gateway"`
		Charge  string `json:"charge"`
		Amount  int64  `json:"amount"`
	}
	err := read(r, &ask)
	if err == nil {
		err = c.Gateways.Refund(r.Context(), cmp.Or(ask.Gateway, usualGateway), ask.Charge, ask.Amount)
	}
	answer(w, map[string]int64{"amount": ask.Amount}, err)
}
