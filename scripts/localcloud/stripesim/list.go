package stripesim

import (
	"cmp"
	"slices"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// page cuts a list by limit, starting_after and ending_before. https://docs.stripe.com/api/pagination
func page[T any](c *call, list []T, id func(T) string, view func(T) object) (any, *apiError) {
	limit, there, bad := c.form.integer("limit")
	switch {
	case bad != nil:
		return nil, bad
	case !there:
		limit = 10
	case limit < 1 || limit > 100:
		return nil, invalid("limit", "parameter_invalid_integer", "The limit is from 1 to 100.")
	}
	after, before := c.form.text("starting_after"), c.form.text("ending_before")
	if after != "" && before != "" {
		return nil, invalid("starting_after", "", "Only one of starting_after and ending_before can be given.")
	}
	at := slices.IndexFunc(list, func(item T) bool { return id(item) == after || id(item) == before })
	var more bool
	switch {
	case after+before != "" && at < 0:
		return nil, invalid("starting_after", "resource_missing", "No such object in this list: '"+gatewaysim.Shorten(after+before)+"'")
	case before != "":
		more = at > int(limit)
		list = list[max(0, at-int(limit)):at]
	default:
		list = list[at+1:]
		more = len(list) > int(limit)
		list = list[:min(len(list), int(limit))]
	}
	data := []object{}
	for _, item := range list {
		data = append(data, view(item))
	}
	return object{"object": "list", "data": data, "has_more": more, "url": c.path}, nil
}

// readCreated reads created=… or created[gt|gte|lt|lte]=….
func readCreated(f form) (func(int64) bool, *apiError) {
	from, to := int64(-1<<62), int64(1<<62)
	for name, put := range map[string]func(int64){
		"created": func(n int64) { from, to = n, n }, "created[gt]": func(n int64) { from = max(from, n+1) },
		"created[gte]": func(n int64) { from = max(from, n) }, "created[lt]": func(n int64) { to = min(to, n-1) },
		"created[lte]": func(n int64) { to = min(to, n) },
	} {
		n, there, bad := f.integer(name)
		if bad != nil {
			return nil, bad
		}
		if there {
			put(n)
		}
	}
	return func(at int64) bool { return at >= from && at <= to }, nil
}

// expand replaces the ids that the request names in expand[] by their objects. https://docs.stripe.com/api/expanding_objects
func (s *Sim) expand(c *call, answer any) *apiError {
	for _, path := range c.form.list("expand") {
		steps := strings.Split(path, ".")
		if len(steps) > 4 {
			return invalid("expand", "", "At most four levels can be expanded.")
		}
		if bad := s.expandAt(answer, steps, path); bad != nil {
			return bad
		}
	}
	return nil
}

func (s *Sim) expandAt(value any, steps []string, path string) *apiError {
	if many, ok := value.([]object); ok {
		for _, one := range many {
			if bad := s.expandAt(one, steps, path); bad != nil {
				return bad
			}
		}
		return nil
	}
	o, ok := value.(object)
	if !ok || len(steps) == 0 {
		return nil
	}
	name := steps[0]
	have, known := o[name]
	if id, isText := have.(string); isText {
		if below := s.viewByID(id); below != nil {
			o[name] = below
		} else {
			known = false
		}
	}
	if lazy := s.lazy(o, name); lazy != nil {
		o[name], known = lazy, true
	}
	if !known {
		return invalid("expand", "", "This property cannot be expanded: "+gatewaysim.Shorten(path))
	}
	return s.expandAt(o[name], steps[1:], path)
}

// lazy are lists that an object shows only when they are asked for.
func (s *Sim) lazy(o object, name string) any {
	id, _ := o["id"].(string)
	switch {
	case o["object"] == "checkout.session" && name == "line_items":
		if se, ok := s.sessions.Get(id); ok {
			return se.viewLines("/v1/checkout/sessions/" + id + "/line_items")
		}
	case o["object"] == "charge" && name == "refunds":
		if ch, ok := s.charges.Get(id); ok {
			data := []object{}
			for i := len(ch.refunds) - 1; i >= 0; i-- {
				data = append(data, s.viewRefund(ch.refunds[i]))
			}
			return object{"object": "list", "data": data, "has_more": false, "url": "/v1/charges/" + id + "/refunds"}
		}
	}
	return nil
}

// viewByID shows the object that an expandable property names; nil if the text is no such id.
func (s *Sim) viewByID(id string) any {
	if pi, ok := s.intents.Get(id); ok {
		return s.viewIntent(pi)
	}
	if ch, ok := s.charges.Get(id); ok {
		return s.viewCharge(ch)
	}
	if m, ok := s.methods.Get(id); ok {
		return m.view()
	}
	if m, ok := s.movements.Get(id); ok {
		return m.view()
	}
	if r, ok := s.refunds.Get(id); ok {
		return s.viewRefund(r)
	}
	if d, ok := s.disputes.Get(id); ok {
		return s.viewDispute(d)
	}
	return nil
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K {
	keys := make([]K, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
