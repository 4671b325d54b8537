package httpapi

import (
	"net/url"
	"strings"
)

// match finds the route for a request: an exact path before one with variables, before a greedy one, before $default;
// the method itself before ANY.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
func (a *API) match(method, escapedPath string) (*Route, map[string]string) {
	segments := strings.Split(strings.TrimPrefix(escapedPath, "/"), "/")
	best := -1
	var found *Route
	var variables map[string]string
	for i := range a.routes {
		r := &a.routes[i]
		if r.Method != method && r.Method != "ANY" {
			continue
		}
		values, score, ok := r.fits(segments)
		if !ok {
			continue
		}
		score *= 2
		if r.Method == method {
			score++
		}
		if score > best {
			best, found, variables = score, &r.Route, values
		}
	}
	if found == nil {
		return a.fallback, nil
	}
	return found, variables
}

// fits gives the path's variables, decoded, and a score: from the left, a fixed segment beats a variable, that a greedy one.
func (r *route) fits(segments []string) (values map[string]string, score int, ok bool) {
	for i, pattern := range r.segments {
		if i >= len(segments) {
			return nil, 0, false
		}
		name, variable := strings.CutPrefix(strings.TrimSuffix(pattern, "}"), "{")
		value := segments[i]
		score *= 3
		switch {
		case !variable:
			if decoded(value) != pattern {
				return nil, 0, false
			}
			score += 2
			continue
		case strings.HasSuffix(name, "+"):
			name, value = strings.TrimSuffix(name, "+"), strings.Join(segments[i:], "/")
			segments = segments[:i+1]
		default:
			score++
		}
		if value == "" {
			return nil, 0, false
		}
		if values == nil {
			values = map[string]string{}
		}
		values[name] = decoded(value)
	}
	return values, score, len(segments) == len(r.segments)
}

// decoded undoes percent encoding; what is not well encoded stays.
func decoded(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
