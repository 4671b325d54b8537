package httpapi

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// preflight answers a browser's question without any function; true if it was one. A foreign origin learns nothing.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
func (a *API) preflight(w http.ResponseWriter, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if r.Method != http.MethodOptions || origin == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	if a.CORS.allow(h, origin) {
		set(h, "Access-Control-Allow-Methods", a.CORS.Methods)
		set(h, "Access-Control-Allow-Headers", a.CORS.Headers)
		if a.CORS.MaxAge > 0 {
			h.Set("Access-Control-Max-Age", strconv.Itoa(int(a.CORS.MaxAge.Seconds())))
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allow sets what every answer to an allowed origin carries; false for others.
func (c *CORS) allow(h http.Header, origin string) bool {
	if c == nil || origin == "" {
		return false
	}
	switch {
	case slices.Contains(c.Origins, origin):
		h.Set("Access-Control-Allow-Origin", origin)
	case slices.Contains(c.Origins, "*"):
		h.Set("Access-Control-Allow-Origin", "*")
	default:
		return false
	}
	if c.Credentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	set(h, "Access-Control-Expose-Headers", c.Expose)
	return true
}

func set(h http.Header, name string, values []string) {
	if len(values) > 0 {
		h.Set(name, strings.Join(values, ","))
	}
}
