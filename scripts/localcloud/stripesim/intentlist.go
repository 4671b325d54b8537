package stripesim

import (
	"net/url"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// createMethod is POST /v1/payment_methods, the browser library's own.
func (s *Sim) createMethod(c *call) (any, *apiError) {
	if bad := c.form.only("type", "card", "sepa_debit", "billing_details", "metadata", "expand", "key"); bad != nil {
		return nil, bad
	}
	m, bad := s.readMethod(c.form)
	if bad != nil {
		return nil, bad
	}
	return m.view(), nil
}

func (s *Sim) getMethod(c *call) (any, *apiError) {
	m, ok := s.methods.Get(c.args[0])
	if !ok {
		return nil, notFound("PaymentMethod", c.args[0], "payment_method")
	}
	return m.view(), nil
}

func (s *Sim) listIntents(c *call) (any, *apiError) {
	if bad := c.form.only("created", "customer", "ending_before", "expand", "limit", "starting_after"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(c.form)
	if bad != nil {
		return nil, bad
	}
	list := s.intents.Newest(func(pi *intent) bool { return within(pi.created) })
	return page(c, list, func(pi *intent) string { return pi.id }, s.viewIntent)
}

// searchIntents is GET /v1/payment_intents/search: terms metadata['k']:'v' and status:'x', joined by AND.
func (s *Sim) searchIntents(c *call) (any, *apiError) {
	if bad := c.form.only("query", "limit", "page", "expand"); bad != nil {
		return nil, bad
	}
	match, bad := readQuery(c.form.text("query"))
	if bad != nil {
		return nil, bad
	}
	data := []object{}
	for _, pi := range s.intents.Newest(match) {
		data = append(data, s.viewIntent(pi))
	}
	return object{"object": "search_result", "url": c.path, "has_more": false, "next_page": nil, "data": data[:min(len(data), 100)]}, nil
}

func readQuery(query string) (func(*intent) bool, *apiError) {
	terms := map[string]string{}
	for _, term := range strings.Split(strings.ReplaceAll(query, `"`, "'"), " AND ") {
		field, value, ok := strings.Cut(strings.TrimSpace(term), ":")
		if !ok || len(value) < 2 || value[0] != '\'' || value[len(value)-1] != '\'' {
			return nil, invalid("query", "", "The simulation searches by metadata['key']:'value' and status:'value', joined by AND.")
		}
		key, isMetadata := strings.CutPrefix(field, "metadata['")
		if isMetadata {
			field = "m:" + strings.TrimSuffix(key, "']")
		} else if field != "status" {
			return nil, invalid("query", "", "The simulation cannot search by "+gatewaysim.Shorten(field)+".")
		}
		terms[field] = value[1 : len(value)-1]
	}
	return func(pi *intent) bool {
		for field, want := range terms {
			have := pi.status
			if key, ok := strings.CutPrefix(field, "m:"); ok {
				have = pi.metadata[key]
			}
			if have != want {
				return false
			}
		}
		return true
	}, nil
}

// absolute tells whether text is a URL that a browser can be sent to.
func absolute(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(text) <= 5000
}
