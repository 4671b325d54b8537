package paypalsim

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// endpointsMax is how many webhooks an app may have. https://developer.paypal.com/api/webhooks/v1/webhooks-list
const endpointsMax = 10

// endpoint is a registered receiver of webhooks.
type endpoint struct {
	id    string // The webhook's id, which is part of what is signed.
	url   string
	kinds []string // "*" for all.
}

func (e *endpoint) wants(kind string) bool {
	return slices.Contains(e.kinds, "*") || slices.Contains(e.kinds, kind)
}

// AddEndpoint registers a receiver as the dashboard would, under a webhook's id that the caller knows; "" makes one. kinds are event
// types, "*" for all. It returns the id.
func (s *Sim) AddEndpoint(url, webhookID string, kinds ...string) (string, error) {
	if !gatewaysim.Absolute(url) || len(kinds) == 0 {
		return "", errors.New("paypalsim: an endpoint needs a URL and event types")
	}
	s.lock()
	defer s.unlock()
	if webhookID == "" {
		webhookID = s.id()
	}
	s.endpoints.Put(webhookID, &endpoint{id: webhookID, url: url, kinds: kinds})
	return webhookID, nil
}

type eventTypes []struct {
	Name string `json:"name"`
}

// names checks event types: names as PayPal's are, or "*".
func (e eventTypes) names() ([]string, *apiError) {
	var out []string
	for _, each := range e {
		if strings.Trim(each.Name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-*") != "" || each.Name == "" {
			return nil, invalid("/event_types", "INVALID_EVENT_TYPE", "Not an event type.")
		}
		out = append(out, each.Name)
	}
	if len(out) == 0 {
		return nil, invalid("/event_types", "MISSING_REQUIRED_PARAMETER", "There are no event types.")
	}
	return out, nil
}

func (s *Sim) viewEndpoint(e *endpoint) object {
	kinds := []object{}
	for _, kind := range e.kinds {
		kinds = append(kinds, object{"name": kind})
	}
	self := s.cfg.BaseURL + "/v1/notifications/webhooks/" + e.id
	return object{"id": e.id, "url": e.url, "event_types": kinds, "links": []object{link(self, "self", "GET"), link(self, "update", "PATCH"), link(self, "delete", "DELETE")}}
}

// checkURL checks the address of an endpoint that is not own.
func (s *Sim) checkURL(url string, own *endpoint) *apiError {
	if !gatewaysim.Absolute(url) {
		return invalid("/url", "INVALID_PARAMETER_SYNTAX", "Not a URL.")
	}
	for _, e := range s.endpoints.All() {
		if e != own && e.url == url {
			return &apiError{http.StatusBadRequest, "WEBHOOK_URL_ALREADY_EXISTS", "", "", "There is a webhook with this URL."}
		}
	}
	return nil
}

// createEndpoint is POST /v1/notifications/webhooks.
func (s *Sim) createEndpoint(c *call) (result, *apiError) {
	var in struct {
		URL   string     `json:"url"`
		Types eventTypes `json:"event_types"`
	}
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	if bad := s.checkURL(in.URL, nil); bad != nil {
		return result{}, bad
	}
	kinds, bad := in.Types.names()
	if bad != nil {
		return result{}, bad
	}
	if s.endpoints.Len() >= endpointsMax {
		return result{}, &apiError{http.StatusBadRequest, "WEBHOOK_NUMBER_LIMIT_EXCEEDED", "", "", "There are ten webhooks."}
	}
	e := &endpoint{id: s.id(), url: in.URL, kinds: kinds}
	s.endpoints.Put(e.id, e)
	return result{http.StatusCreated, s.viewEndpoint(e)}, nil
}

func (s *Sim) listEndpoints(*call) (result, *apiError) {
	return result{http.StatusOK, object{"webhooks": views(s.endpoints.All(), s.viewEndpoint)}}, nil
}

func (s *Sim) getEndpoint(c *call) (result, *apiError) {
	e, ok := s.endpoints.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	return result{http.StatusOK, s.viewEndpoint(e)}, nil
}

// patchEndpoint is PATCH /v1/notifications/webhooks/{id}: url and event_types can be replaced.
func (s *Sim) patchEndpoint(c *call) (result, *apiError) {
	e, ok := s.endpoints.Get(c.args[0])
	if !ok {
		return result{}, notFound()
	}
	var in []struct {
		Op    string          `json:"op"`
		Path  string          `json:"path"`
		Value json.RawMessage `json:"value"`
	}
	if bad := c.into(&in); bad != nil {
		return result{}, bad
	}
	next := *e
	for _, patch := range in {
		var kinds eventTypes
		var bad *apiError
		switch {
		case patch.Op == "replace" && patch.Path == "/url" && json.Unmarshal(patch.Value, &next.url) == nil:
			bad = s.checkURL(next.url, e)
		case patch.Op == "replace" && patch.Path == "/event_types" && json.Unmarshal(patch.Value, &kinds) == nil:
			next.kinds, bad = kinds.names()
		default:
			bad = invalid("", "INVALID_PATCH_PATH", "This cannot be changed.")
		}
		if bad != nil {
			return result{}, bad
		}
	}
	if next.url == e.url && slices.Equal(next.kinds, e.kinds) {
		return result{}, &apiError{http.StatusBadRequest, "WEBHOOK_PATCH_REQUEST_NO_CHANGE", "", "", "Nothing would change."}
	}
	*e = next
	return result{http.StatusOK, s.viewEndpoint(e)}, nil
}

func (s *Sim) deleteEndpoint(c *call) (result, *apiError) {
	if _, ok := s.endpoints.Get(c.args[0]); !ok {
		return result{}, notFound()
	}
	s.endpoints.Remove(c.args[0])
	return result{}, nil
}
