package httpapi

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// jwt is who calls, as the function sees it.
type jwt struct {
	claims map[string]string
	scopes []string
}

// authorize lets the authorizer of the route decide. It answers 401 or 403 itself, and is false then.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting-jwt.html
func authorize(w http.ResponseWriter, r *http.Request, matched *Route) (*jwt, bool) {
	if matched.Authorizer == nil {
		return nil, true
	}
	token := r.Header.Get("Authorization")
	if token == "" {
		w.Header().Set("Www-Authenticate", "Bearer")
		refuse(w, http.StatusUnauthorized, "Unauthorized")
		return nil, false
	}
	if scheme, rest, ok := strings.Cut(token, " "); ok && strings.EqualFold(scheme, "Bearer") {
		token = rest
	}
	claims, err := matched.Authorizer(token)
	if err != nil {
		w.Header().Set("Www-Authenticate", fmt.Sprintf(`Bearer scope="" error="invalid_token" error_description=%q`, err.Error()))
		refuse(w, http.StatusUnauthorized, "Unauthorized")
		return nil, false
	}
	caller := &jwt{claims: make(map[string]string, len(claims))}
	for name, v := range claims {
		caller.claims[name] = claimText(v)
	}
	if len(matched.Scopes) == 0 {
		return caller, true
	}
	for _, scope := range strings.Fields(caller.claims["scope"] + " " + caller.claims["scp"]) {
		if slices.Contains(matched.Scopes, scope) {
			caller.scopes = append(caller.scopes, scope)
		}
	}
	if len(caller.scopes) == 0 {
		refuse(w, http.StatusForbidden, "Forbidden")
		return nil, false
	}
	return caller, true
}

// claimText is a claim as API Gateway hands it on: always a text, a list as "[a b]".
func claimText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	case []any:
		parts := make([]string, len(v))
		for i, each := range v {
			parts[i] = claimText(each)
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	text, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(text)
}
