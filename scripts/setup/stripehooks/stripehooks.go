// Package stripehooks is Stripe's webhook endpoints, as an account's owner manages them.
package stripehooks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/setup"
	"till/shared/gateway/jsonapi"
	"till/shared/gateway/stripegw"
	"till/shared/secrets"
)

const (
	path = "/v1/webhook_endpoints"
	// setupKey may be another key than the functions': one that may manage endpoints, which theirs need not.
	setupKey = "STRIPE_SETUP_KEY"
	// pagesMax is far more than the 16 endpoints that an account may have. https://docs.stripe.com/webhooks
	pagesMax = 10
	pageSize = "100"
	triesMax = 2
	// description is what the dashboard shows.
	description = "Till"
)

// Gateway is Stripe for setup.Command. The API version is the one of the client that Till is built with.
func Gateway() setup.Gateway {
	return setup.Gateway{
		Name: stripegw.Name, Title: "Stripe", Command: "stripesetup", Path: "/webhooks/stripe",
		Events: stripegw.EventTypes(), Version: stripe.APIVersion, Secrets: "webhook_secrets",
		Keys: []setup.Key{
			{Env: "STRIPE_KEY", Member: "api_key", Fault: fault("sk", "rk")},
			{Env: "STRIPE_PUBLISHABLE_KEY", Member: "publishable_key", Optional: true, Public: true, Fault: fault("pk")},
			{Env: setupKey, Optional: true, Fault: fault("sk", "rk")},
		},
		Open: open,
	}
}

// fault tells keys of a kind and mode from others. https://docs.stripe.com/keys
func fault(kinds ...string) func(string, setup.Mode) string {
	return func(value string, mode setup.Mode) string {
		for _, kind := range kinds {
			rest, ok := strings.CutPrefix(value, kind+"_")
			if !ok {
				continue
			}
			for _, each := range []setup.Mode{setup.Test, setup.Live} {
				if after, ok := strings.CutPrefix(rest, each.String()+"_"); ok && setup.IsID(after) {
					if each != mode {
						return "is a " + each.String() + " key"
					}
					return ""
				}
			}
		}
		return "is no " + strings.Join(kinds, "_… or ") + "_… key of Stripe"
	}
}

type hooks struct {
	api    *jsonapi.Client
	header http.Header
	own    http.Header // Of the functions' key, if that is another.
}

func open(a setup.Access) (setup.Hooks, error) {
	api, err := jsonapi.New(cmp.Or(a.BaseURL, stripe.APIURL), a.Mode != setup.Live, a.Transport)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	header.Set("Authorization", "Bearer "+cmp.Or(a.Keys[setupKey], a.Keys["api_key"]))
	header.Set("Stripe-Version", stripe.APIVersion)
	own := header.Clone()
	own.Set("Authorization", "Bearer "+a.Keys["api_key"])
	return &hooks{api, header, own}, nil
}

// Lacks is setup.Rights's, of the key that the functions have: a restricted one may be kept from reading the balance, or disputes.
// https://docs.stripe.com/keys/restricted-api-keys
func (h *hooks) Lacks(ctx context.Context) ([]setup.Lack, error) {
	var out []setup.Lack
	for _, each := range []struct{ path, what, right string }{
		{"/v1/balance_transactions?limit=1", "what was settled: the morning's comparison fails", "Balance and Balance transaction sources: read"},
		{"/v1/disputes?limit=1", "disputes: none is followed or answered", "Disputes: write"},
	} {
		err := h.api.Do(ctx, jsonapi.Call{Method: http.MethodGet, Path: each.path, Header: h.own.Clone()}, new(json.RawMessage))
		if err == nil {
			continue
		}
		switch err = setup.Refused("read", err, code); {
		case setup.Gone(err):
			continue
		case !setup.Forbidden(err):
			return nil, err
		}
		out = append(out, setup.Lack{What: "the functions' key may not read " + each.what,
			Mend: "give it the right \"" + each.right + "\" on Stripe's dashboard, under API keys"})
	}
	return out, nil
}

// endpoint is what is read of one. https://docs.stripe.com/api/webhook_endpoints/object
type endpoint struct {
	ID      string   `json:"id"`
	URL     string   `json:"url"`
	Version string   `json:"api_version"`
	Events  []string `json:"enabled_events"`
	Status  string   `json:"status"`
	Live    *bool    `json:"livemode"`
	Secret  string   `json:"secret"`
}

func (e endpoint) plain() setup.Endpoint {
	out := setup.Endpoint{ID: e.ID, URL: e.URL, Version: e.Version, Events: e.Events, Enabled: e.Status == "enabled"}
	switch {
	case e.Live == nil:
	case *e.Live:
		out.Mode = setup.Live
	default:
		out.Mode = setup.Test
	}
	return out
}

// Endpoints is setup.Hooks's. https://docs.stripe.com/api/webhook_endpoints/list
func (h *hooks) Endpoints(ctx context.Context) ([]setup.Endpoint, error) {
	var all []setup.Endpoint
	query := url.Values{"limit": {pageSize}}
	for range pagesMax {
		var page struct {
			Data []endpoint `json:"data"`
			More bool       `json:"has_more"`
		}
		if err := h.call(ctx, "list the endpoints", http.MethodGet, path+"?"+query.Encode(), nil, "", &page); err != nil {
			return nil, err
		}
		for _, e := range page.Data {
			all = append(all, e.plain())
		}
		if !page.More || len(page.Data) == 0 {
			return all, nil
		}
		query.Set("starting_after", page.Data[len(page.Data)-1].ID)
	}
	return nil, errors.New("the list of endpoints that Stripe gave does not end")
}

// Create is setup.Hooks's. An answer that is lost is asked for once more, with the same idempotency key.
// https://docs.stripe.com/api/webhook_endpoints/create, https://docs.stripe.com/api/idempotent_requests
func (h *hooks) Create(ctx context.Context, want setup.Wanted, key string) (string, secrets.Secret, error) {
	body := url.Values{"url": {want.URL}, "api_version": {want.Version}, "enabled_events[]": want.Events, "description": {description}}
	var made endpoint
	var err error
	for range triesMax {
		made = endpoint{}
		if err = h.call(ctx, "create an endpoint", http.MethodPost, path, body, key, &made); !setup.Doubtful(err) {
			break
		}
	}
	if err != nil {
		return "", secrets.Secret{}, err
	}
	if !setup.IsID(made.ID) {
		return "", secrets.Secret{}, &setup.Refusal{Doing: "create an endpoint", Status: http.StatusOK, Wire: "the answer names none", Doubt: true}
	}
	signing := setup.Signing(made.Secret, "whsec_", lettersMin)
	if signing.IsZero() {
		return made.ID, signing, errors.New("the answer has no signing secret")
	}
	return made.ID, signing, nil
}

// lettersMin are those behind "whsec_", so that functions take the secret.
const lettersMin = 18

// Change is setup.Hooks's. The version cannot be changed. https://docs.stripe.com/api/webhook_endpoints/update
func (h *hooks) Change(ctx context.Context, have setup.Endpoint, want setup.Wanted) error {
	body := url.Values{"url": {want.URL}, "enabled_events[]": want.Events, "disabled": {"false"}}
	return h.call(ctx, "change the endpoint", http.MethodPost, path+"/"+url.PathEscape(have.ID), body, "", nil)
}

// Remove is setup.Hooks's. https://docs.stripe.com/api/webhook_endpoints/delete
func (h *hooks) Remove(ctx context.Context, id string) error {
	err := h.call(ctx, "remove the endpoint", http.MethodDelete, path+"/"+url.PathEscape(id), nil, "", nil)
	if setup.Gone(err) {
		return nil
	}
	return err
}

// Facts is setup.Hooks's: there are none.
func (*hooks) Facts(context.Context) (map[string]string, error) { return nil, nil }

func (h *hooks) call(ctx context.Context, doing, method, where string, body url.Values, key string, out any) error {
	call := jsonapi.Call{Method: method, Path: where, Header: h.header.Clone()}
	if body != nil {
		call.Body = body
	}
	if key != "" {
		call.Header.Set("Idempotency-Key", key)
	}
	if err := h.api.Do(ctx, call, out); err != nil {
		return setup.Refused(doing, err, code)
	}
	return nil
}

// code is that of an error. https://docs.stripe.com/api/errors
func code(body []byte) string {
	var in struct {
		Error struct {
			Code string `json:"code"`
			Type string `json:"type"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &in) != nil {
		return ""
	}
	return cmp.Or(in.Error.Code, in.Error.Type)
}
