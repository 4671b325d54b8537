// Package paypalhooks is PayPal's webhooks, as an app's owner manages them.
package paypalhooks

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"till/scripts/setup"
	"till/shared/gateway/jsonapi"
	"till/shared/gateway/paypalgw"
	"till/shared/secrets"
)

const (
	path = "/v1/notifications/webhooks"
	// secretMin is the shortest client secret that functions take.
	secretMin = 24
	tokenMax  = 4096
)

// Gateway is PayPal for setup.Command. PayPal signs with a certificate of its own over the
// webhook's id, so it is the id that is stored.
// https://developer.paypal.com/api/rest/webhooks/rest/
func Gateway() setup.Gateway {
	return setup.Gateway{
		Name: paypalgw.Name, Title: "PayPal", Command: "paypalsetup", Path: "/webhooks/paypal",
		Events: paypalgw.EventTypes(), ID: "webhook_ids",
		Keys: []setup.Key{
			{Env: "PAYPAL_CLIENT_ID", Member: "client_id", Public: true, Fault: fault("client id", 1)},
			{Env: "PAYPAL_CLIENT_SECRET", Member: "client_secret", Fault: fault("client secret", secretMin)},
		},
		Open: open,
	}
}

// fault knows what cannot be a credential. Live ones look as those of the sandbox: which is which, PayPal tells by refusing them.
func fault(what string, lettersMin int) func(string, setup.Mode) string {
	return func(value string, _ setup.Mode) string {
		if !setup.IsID(value) || len(value) < lettersMin {
			return "is no " + what + " of PayPal"
		}
		return ""
	}
}

type hooks struct {
	api   *jsonapi.Client
	basic string
	token string // Fetched at the first call: a run is shorter than its life.
	scope string // What the app may do, as PayPal said then.
}

func open(a setup.Access) (setup.Hooks, error) {
	base := paypalgw.SandboxURL
	if a.Mode == setup.Live {
		base = paypalgw.LiveURL
	}
	api, err := jsonapi.New(cmp.Or(a.BaseURL, base), a.Mode != setup.Live, a.Transport)
	if err != nil {
		return nil, err
	}
	return &hooks{api: api, basic: base64.StdEncoding.EncodeToString([]byte(a.Keys["client_id"] + ":" + a.Keys["client_secret"]))}, nil
}

type eventType struct {
	Name string `json:"name"`
}

// webhook is what is read and written of one. https://developer.paypal.com/api/webhooks/v1/
type webhook struct {
	ID     string      `json:"id,omitempty"`
	URL    string      `json:"url"`
	Events []eventType `json:"event_types"`
}

func (w webhook) plain() setup.Endpoint {
	out := setup.Endpoint{ID: w.ID, URL: w.URL, Enabled: true} // PayPal's have no switch.
	for _, e := range w.Events {
		out.Events = append(out.Events, e.Name)
	}
	return out
}

func eventTypes(names []string) []eventType {
	out := make([]eventType, len(names))
	for i, name := range names {
		out[i].Name = name
	}
	return out
}

// Endpoints is setup.Hooks's: an app has ten at most, in one page. https://developer.paypal.com/api/webhooks/v1/webhooks-list
func (h *hooks) Endpoints(ctx context.Context) ([]setup.Endpoint, error) {
	var in struct {
		Webhooks []webhook `json:"webhooks"`
	}
	if err := h.call(ctx, "list the webhooks", http.MethodGet, path, nil, &in); err != nil {
		return nil, err
	}
	var all []setup.Endpoint
	for _, w := range in.Webhooks {
		all = append(all, w.plain())
	}
	return all, nil
}

// Create is setup.Hooks's. It is not repeated: a second webhook with the same URL is refused, so the next run finds the first.
// https://developer.paypal.com/api/webhooks/v1/webhooks-post
func (h *hooks) Create(ctx context.Context, want setup.Wanted, _ string) (string, secrets.Secret, error) {
	var made webhook
	if err := h.call(ctx, "create a webhook", http.MethodPost, path, webhook{URL: want.URL, Events: eventTypes(want.Events)}, &made); err != nil {
		return "", secrets.Secret{}, err
	}
	if !setup.IsID(made.ID) {
		return "", secrets.Secret{}, &setup.Refusal{Doing: "create a webhook", Status: http.StatusCreated, Wire: "the answer names none", Doubt: true}
	}
	return made.ID, secrets.Secret{}, nil
}

// Change is setup.Hooks's. Only what differs is sent: a change that changes nothing is refused.
// https://developer.paypal.com/api/webhooks/v1/webhooks-update
func (h *hooks) Change(ctx context.Context, have setup.Endpoint, want setup.Wanted) error {
	type patch struct {
		Op    string `json:"op"`
		Path  string `json:"path"`
		Value any    `json:"value"`
	}
	var patches []patch
	if have.URL != want.URL {
		patches = append(patches, patch{"replace", "/url", want.URL})
	}
	if !slices.Equal(slices.Sorted(slices.Values(have.Events)), slices.Sorted(slices.Values(want.Events))) {
		patches = append(patches, patch{"replace", "/event_types", eventTypes(want.Events)})
	}
	if len(patches) == 0 {
		return nil
	}
	return h.call(ctx, "change the webhook", http.MethodPatch, path+"/"+url.PathEscape(have.ID), patches, nil)
}

// Remove is setup.Hooks's. https://developer.paypal.com/api/webhooks/v1/webhooks-delete
func (h *hooks) Remove(ctx context.Context, id string) error {
	err := h.call(ctx, "remove the webhook", http.MethodDelete, path+"/"+url.PathEscape(id), nil, nil)
	if setup.Gone(err) {
		return nil
	}
	return err
}

// Facts is setup.Hooks's: there are none.
func (*hooks) Facts(context.Context) (map[string]string, error) { return nil, nil }

func (h *hooks) call(ctx context.Context, doing, method, where string, body, out any) error {
	if h.token == "" {
		if err := h.signIn(ctx); err != nil {
			return err
		}
	}
	err := h.api.Do(ctx, jsonapi.Call{Method: method, Path: where, Header: http.Header{"Authorization": {"Bearer " + h.token}}, Body: body}, out)
	if err != nil {
		return setup.Refused(doing, err, code)
	}
	return nil
}

// Lacks is setup.Rights's. What an app may do is said when it signs in; if nothing is said, nothing is known.
// https://developer.paypal.com/api/rest/authentication/
func (h *hooks) Lacks(ctx context.Context) ([]setup.Lack, error) {
	if h.token == "" {
		if err := h.signIn(ctx); err != nil {
			return nil, err
		}
	}
	if h.scope == "" {
		return nil, nil
	}
	var out []setup.Lack
	for _, each := range []struct{ scope, what, feature string }{
		{"/services/reporting/search/read", "what was settled: the morning's comparison fails", "Transaction search"},
		{"/services/disputes/read-seller", "disputes: none is followed", "Customer disputes"},
		{"/services/disputes/update-seller", "and answer disputes", "Customer disputes"},
	} {
		if !strings.Contains(h.scope+" ", each.scope+" ") {
			out = append(out, setup.Lack{What: "the app may not read " + each.what,
				Mend: "turn its feature \"" + each.feature + "\" on, on PayPal's dashboard under Apps & Credentials; it may take some hours"})
		}
	}
	return out, nil
}

// signIn fetches an access token. https://developer.paypal.com/api/rest/authentication/
func (h *hooks) signIn(ctx context.Context) error {
	var in struct {
		Token string `json:"access_token"`
		Scope string `json:"scope"`
	}
	err := h.api.Do(ctx, jsonapi.Call{Method: http.MethodPost, Path: "/v1/oauth2/token", Body: url.Values{"grant_type": {"client_credentials"}},
		Header: http.Header{"Authorization": {"Basic " + h.basic}}}, &in)
	if err != nil {
		var r *setup.Refusal
		if out := setup.Refused("sign the app in", err, code); errors.As(out, &r) {
			r.Doubt = false // It changes nothing.
			return r
		}
		return err
	}
	if in.Token == "" || len(in.Token) > tokenMax || slices.ContainsFunc([]byte(in.Token), func(b byte) bool { return b <= ' ' || b > '~' }) {
		return errors.New("the access token that PayPal gave cannot be read")
	}
	h.token, h.scope = in.Token, in.Scope
	return nil
}

// code is that of an error; sign-in has a form of its own. https://developer.paypal.com/api/rest/responses/
func code(body []byte) string {
	var in struct {
		Name  string `json:"name"`
		Error string `json:"error"`
	}
	if json.Unmarshal(body, &in) != nil {
		return ""
	}
	return cmp.Or(in.Name, in.Error)
}
