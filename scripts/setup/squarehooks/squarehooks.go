// Package squarehooks is Square's webhook subscriptions, as an application's owner manages them: with its personal access token,
// for OAuth's may not. https://developer.squareup.com/docs/webhooks/webhook-subscriptions-api
package squarehooks

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"till/scripts/setup"
	"till/shared/gateway/jsonapi"
	"till/shared/gateway/squaregw"
	"till/shared/secrets"
)

const (
	path     = "/v2/webhooks/subscriptions"
	pagesMax = 10
	triesMax = 2
	// lettersMin are those of the shortest signature key that functions take, and of their shortest access token.
	lettersMin = 16
	tokenMin   = 24
	tokenMax   = 1024
	cursorMax  = 4096
	name       = "Till"
)

// Gateway is Square for setup.Command. Two subscriptions may lead to one address, each with a key of its own, so keys are rotated
// without a gap: https://developer.squareup.com/docs/webhooks/troubleshooting.
func Gateway() setup.Gateway {
	return setup.Gateway{
		Name: squaregw.Name, Title: "Square", Command: "squaresetup", Path: "/webhooks/square",
		Events: squaregw.EventTypes(), Version: squaregw.Version, VersionMoves: true, Secrets: "signature_keys",
		Keys: []setup.Key{
			{Env: "SQUARE_ACCESS_TOKEN", Member: "access_token", Fault: tokenFault},
			{Env: "SQUARE_APPLICATION_ID", Member: "application_id", Public: true, Fault: applicationFault},
			{Env: "SQUARE_LOCATION_ID", Member: "location_id", Public: true, Fault: func(value string, _ setup.Mode) string {
				if !setup.IsID(value) {
					return "is no id of a location of Square"
				}
				return ""
			}},
		},
		Open: open,
	}
}

func tokenFault(value string, _ setup.Mode) string {
	if len(value) < tokenMin || len(value) > tokenMax || strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "is no access token of Square"
	}
	return ""
}

// applicationFault tells live applications from those of the sandbox. Access tokens look alike; Square refuses those of the other
// side. https://developer.squareup.com/docs/build-basics/access-tokens
func applicationFault(value string, mode setup.Mode) string {
	is := setup.Unsaid
	switch {
	case !setup.IsID(value):
	case strings.HasPrefix(value, "sq0idp-"):
		is = setup.Live
	case strings.HasPrefix(value, "sandbox-sq0idb-"):
		is = setup.Test
	}
	switch is {
	case mode:
		return ""
	case setup.Unsaid:
		return "is no application id of Square"
	case setup.Live:
		return "is a live application"
	default:
		return "is an application of the sandbox"
	}
}

type hooks struct {
	api      *jsonapi.Client
	header   http.Header
	location string
}

func open(a setup.Access) (setup.Hooks, error) {
	base := squaregw.SandboxURL
	if a.Mode == setup.Live {
		base = squaregw.LiveURL
	}
	api, err := jsonapi.New(cmp.Or(a.BaseURL, base), a.Mode != setup.Live, a.Transport)
	if err != nil {
		return nil, err
	}
	header := http.Header{}
	header.Set("Authorization", "Bearer "+a.Keys["access_token"])
	header.Set("Square-Version", squaregw.Version)
	return &hooks{api, header, a.Keys["location_id"]}, nil
}

// subscription is what is read and written of one. https://developer.squareup.com/reference/square/objects/WebhookSubscription
type subscription struct {
	ID      string   `json:"id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Enabled bool     `json:"enabled"`
	Events  []string `json:"event_types"`
	URL     string   `json:"notification_url"`
	Version string   `json:"api_version"`
	Key     string   `json:"signature_key,omitempty"`
}

func written(want setup.Wanted) subscription {
	return subscription{Name: name, Enabled: true, Events: want.Events, URL: want.URL, Version: want.Version}
}

// Endpoints is setup.Hooks's. https://developer.squareup.com/reference/square/webhook-subscriptions-api/list-webhook-subscriptions
func (h *hooks) Endpoints(ctx context.Context) ([]setup.Endpoint, error) {
	var all []setup.Endpoint
	query := url.Values{"include_disabled": {"true"}, "limit": {"100"}, "sort_order": {"DESC"}}
	for range pagesMax {
		var page struct {
			Subscriptions []subscription `json:"subscriptions"`
			Cursor        string         `json:"cursor"`
		}
		if err := h.call(ctx, "list the subscriptions", http.MethodGet, path+"?"+query.Encode(), nil, &page); err != nil {
			return nil, err
		}
		for _, s := range page.Subscriptions {
			all = append(all, setup.Endpoint{ID: s.ID, URL: s.URL, Version: s.Version, Events: s.Events, Enabled: s.Enabled})
		}
		if page.Cursor == "" {
			return all, nil
		}
		if len(page.Cursor) > cursorMax {
			break
		}
		query.Set("cursor", page.Cursor)
	}
	return nil, errors.New("the list of subscriptions that Square gave does not end")
}

// Create is setup.Hooks's. An answer that is lost is asked for once more, with the same idempotency key.
// https://developer.squareup.com/reference/square/webhook-subscriptions-api/create-webhook-subscription
func (h *hooks) Create(ctx context.Context, want setup.Wanted, key string) (string, secrets.Secret, error) {
	type request struct {
		Key          string       `json:"idempotency_key"`
		Subscription subscription `json:"subscription"`
	}
	var made struct {
		Subscription subscription `json:"subscription"`
	}
	var err error
	for range triesMax {
		made.Subscription = subscription{}
		if err = h.call(ctx, "create a subscription", http.MethodPost, path, request{key, written(want)}, &made); !setup.Doubtful(err) {
			break
		}
	}
	if err != nil {
		return "", secrets.Secret{}, err
	}
	id := made.Subscription.ID
	if !setup.IsID(id) {
		return "", secrets.Secret{}, &setup.Refusal{Doing: "create a subscription", Status: http.StatusOK, Wire: "the answer names none", Doubt: true}
	}
	signing := setup.Signing(made.Subscription.Key, "", lettersMin)
	if signing.IsZero() {
		return id, signing, errors.New("the answer has no signature key")
	}
	return id, signing, nil
}

// Change is setup.Hooks's. https://developer.squareup.com/reference/square/webhook-subscriptions-api/update-webhook-subscription
func (h *hooks) Change(ctx context.Context, have setup.Endpoint, want setup.Wanted) error {
	body := map[string]subscription{"subscription": written(want)}
	return h.call(ctx, "change the subscription", http.MethodPut, path+"/"+url.PathEscape(have.ID), body, nil)
}

// Remove is setup.Hooks's. https://developer.squareup.com/reference/square/webhook-subscriptions-api/delete-webhook-subscription
func (h *hooks) Remove(ctx context.Context, id string) error {
	err := h.call(ctx, "remove the subscription", http.MethodDelete, path+"/"+url.PathEscape(id), nil, nil)
	if setup.Gone(err) {
		return nil
	}
	return err
}

// Facts is setup.Hooks's: whose the location is, and in which currency it sells.
// https://developer.squareup.com/reference/square/locations-api/retrieve-location
func (h *hooks) Facts(ctx context.Context) (map[string]string, error) {
	var in struct {
		Location struct {
			ID       string `json:"id"`
			Merchant string `json:"merchant_id"`
			Currency string `json:"currency"`
			Status   string `json:"status"`
		} `json:"location"`
	}
	err := h.call(ctx, "show the location", http.MethodGet, "/v2/locations/"+url.PathEscape(h.location), nil, &in)
	at := in.Location
	switch {
	case setup.Gone(err):
		return nil, errors.New("there is no such location; SQUARE_LOCATION_ID is the id of one")
	case err != nil:
		return nil, err
	case at.ID != h.location || !setup.IsID(at.Merchant) || len(at.Currency) != 3 || !setup.IsID(at.Currency):
		return nil, errors.New("what Square says of the location cannot be read")
	case at.Status != "ACTIVE":
		return nil, errors.New("the location is not active: it cannot be paid at")
	}
	return map[string]string{"merchant_id": at.Merchant, "currency": at.Currency}, nil
}

// Lacks is setup.Rights's: a personal token may do all, one of OAuth what was granted.
// https://developer.squareup.com/docs/oauth-api/square-permissions
func (h *hooks) Lacks(ctx context.Context) ([]setup.Lack, error) {
	var out []setup.Lack
	location := "location_id=" + url.QueryEscape(h.location)
	for _, each := range []struct{ path, what, right string }{
		{"/v2/payouts?limit=1&" + location, "what was settled: the morning's comparison fails", "PAYOUTS_READ"},
		{"/v2/disputes?" + location, "disputes: none is followed or answered", "DISPUTES_READ and DISPUTES_WRITE"},
	} {
		err := h.call(ctx, "read", http.MethodGet, each.path, nil, new(json.RawMessage))
		switch {
		case err == nil, setup.Gone(err):
			continue
		case !setup.Forbidden(err):
			return nil, err
		}
		out = append(out, setup.Lack{What: "the access token may not read " + each.what,
			Mend: "use the application's personal access token, or one that was granted " + each.right})
	}
	return out, nil
}

func (h *hooks) call(ctx context.Context, doing, method, where string, body, out any) error {
	if err := h.api.Do(ctx, jsonapi.Call{Method: method, Path: where, Header: h.header.Clone(), Body: body}, out); err != nil {
		return setup.Refused(doing, err, code)
	}
	return nil
}

// code is that of the first error. https://developer.squareup.com/docs/build-basics/handling-errors
func code(body []byte) string {
	var in struct {
		Errors []struct {
			Code string `json:"code"`
		} `json:"errors"`
	}
	if json.Unmarshal(body, &in) != nil || len(in.Errors) == 0 {
		return ""
	}
	return in.Errors[0].Code
}
