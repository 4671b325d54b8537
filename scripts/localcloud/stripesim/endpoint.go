package stripesim

import (
	"strings"
	"time"
)

// endpoint is a registered receiver of webhooks.
type endpoint struct {
	id          string
	url         string
	kinds       []string // "*", "charge.*" or whole names.
	version     string   // "": the account's.
	description string
	metadata    map[string]string
	disabled    bool
	created     int64
	secrets     []secret // Newest first.
}

type secret struct {
	value string
	until time.Time // Zero: no end.
}

// wants tells whether an enabled event matches a type. A list of events may use "charge.*" as well.
func wants(enabled, kind string) bool {
	prefix, wild := strings.CutSuffix(enabled, "*")
	return enabled == kind || wild && strings.HasPrefix(kind, prefix)
}

func (e *endpoint) wants(kind string) bool {
	for _, enabled := range e.kinds {
		if wants(enabled, kind) {
			return true
		}
	}
	return false
}

func (e *endpoint) view() object {
	o := object{"id": e.id, "object": "webhook_endpoint", "api_version": orNull(e.version), "application": nil, "created": e.created,
		"description": orNull(e.description), "enabled_events": e.kinds, "livemode": false, "metadata": asObject(e.metadata),
		"status": "enabled", "url": e.url}
	if e.disabled {
		o["status"] = "disabled"
	}
	return o
}

// createEndpoint is POST /v1/webhook_endpoints. Its answer is the only one that shows the secret.
func (s *Sim) createEndpoint(c *call) (any, *apiError) {
	f := c.form
	if bad := f.only("api_version", "connect", "description", "enabled_events", "expand", "metadata", "url"); bad != nil {
		return nil, bad
	}
	e := &endpoint{url: f.text("url"), kinds: f.list("enabled_events"), version: f.text("api_version"), description: f.text("description"), created: s.now()}
	var bad *apiError
	switch {
	case e.url == "":
		return nil, missing("url")
	case !absolute(e.url):
		return nil, invalid("url", "url_invalid", "Not a valid URL.")
	case len(e.kinds) == 0:
		return nil, missing("enabled_events")
	case s.endpoints.Len() >= 16:
		return nil, invalid("", "", "At most 16 webhook endpoints.")
	}
	if e.metadata, bad = f.metadata(nil); bad != nil {
		return nil, bad
	}
	s.keepEndpoint(e, "")
	o := e.view()
	o["secret"] = e.secrets[0].value
	return o, nil
}

func (s *Sim) keepEndpoint(e *endpoint, value string) {
	e.id = s.id("we_1", 23)
	if value == "" {
		value = s.id("whsec_", 32)
	}
	e.secrets = []secret{{value: value}}
	s.endpoints.Put(e.id, e)
}

func (s *Sim) callersEndpoint(c *call) (*endpoint, *apiError) {
	e, ok := s.endpoints.Get(c.args[0])
	if !ok {
		return nil, notFound("webhook endpoint", c.args[0], "webhook_endpoint")
	}
	return e, nil
}

func (s *Sim) getEndpoint(c *call) (any, *apiError) {
	e, bad := s.callersEndpoint(c)
	if bad != nil {
		return nil, bad
	}
	return e.view(), nil
}

func (s *Sim) updateEndpoint(c *call) (any, *apiError) {
	e, bad := s.callersEndpoint(c)
	if bad != nil {
		return nil, bad
	}
	f := c.form
	if bad := f.only("description", "disabled", "enabled_events", "expand", "metadata", "url"); bad != nil {
		return nil, bad
	}
	metadata, bad := f.metadata(e.metadata)
	if bad != nil {
		return nil, bad
	}
	disabled, bad := f.boolean("disabled")
	switch {
	case bad != nil:
		return nil, bad
	case f.has("url") && !absolute(f.text("url")):
		return nil, invalid("url", "url_invalid", "Not a valid URL.")
	}
	e.metadata = metadata
	if f.has("disabled") {
		e.disabled = disabled
	}
	if f.has("url") {
		e.url = f.text("url")
	}
	if kinds := f.list("enabled_events"); len(kinds) > 0 {
		e.kinds = kinds
	}
	if f.has("description") {
		e.description = f.text("description")
	}
	return e.view(), nil
}

func (s *Sim) deleteEndpoint(c *call) (any, *apiError) {
	e, bad := s.callersEndpoint(c)
	if bad != nil {
		return nil, bad
	}
	e.disabled = true
	s.endpoints.Remove(e.id)
	return object{"id": e.id, "object": "webhook_endpoint", "deleted": true}, nil
}

func (s *Sim) listEndpoints(c *call) (any, *apiError) {
	if bad := c.form.only("ending_before", "expand", "limit", "starting_after"); bad != nil {
		return nil, bad
	}
	list := s.endpoints.Newest(func(*endpoint) bool { return true })
	return page(c, list, func(e *endpoint) string { return e.id }, (*endpoint).view)
}
