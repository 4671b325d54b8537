package httpapi

import (
	"bytes"
	"encoding/base64"
	"errors"
	"mime"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// read takes the body within the limit.
func read(w http.ResponseWriter, r *http.Request) ([]byte, bool) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, true
	}
	var buffer bytes.Buffer
	buffer.Grow(int(min(max(r.ContentLength, 0), bodyBytesMax)) + bytes.MinRead)
	_, err := buffer.ReadFrom(http.MaxBytesReader(w, r.Body, bodyBytesMax))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case err != nil:
		refuse(w, http.StatusBadRequest, "Bad Request")
	}
	return buffer.Bytes(), err == nil
}

// event is the request as the function gets it.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
func (a *API) event(r *http.Request, matched *Route, variables map[string]string, caller *jwt, body []byte, id string) events.APIGatewayV2HTTPRequest {
	now := a.Clock.Now()
	ip := sourceIP(r)
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: matched.key(),
		// The path comes decoded, unlike elsewhere at AWS.
		RawPath: r.URL.Path, RawQueryString: r.URL.RawQuery,
		Headers: headers(r, ip), Cookies: cookies(r), QueryStringParameters: query(r.URL.RawQuery), PathParameters: variables,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: matched.key(), AccountID: a.Account, Stage: "$default", RequestID: id, APIID: a.ID,
			DomainName: r.Host, DomainPrefix: strings.Split(r.Host, ".")[0],
			Time: now.Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: ip, UserAgent: r.UserAgent(),
			},
		},
	}
	if caller != nil {
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: caller.claims, Scopes: caller.scopes},
		}
	}
	if e.Body = string(body); len(body) > 0 && !isText(r.Header.Get("Content-Type")) {
		e.Body, e.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	return e
}

// isText tells which bodies arrive as they are. Form posts, unknown types and those that are not told do not.
func isText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		return false
	}
	switch media {
	case "application/json", "application/xml", "application/javascript":
		return true
	}
	return strings.HasPrefix(media, "text/")
}

// headers are lower-case, repeated ones joined; what concerns one connection only is not passed on.
func headers(r *http.Request, ip string) map[string]string {
	out := map[string]string{"host": r.Host}
	for name, values := range r.Header {
		switch lower := strings.ToLower(name); lower {
		case "cookie", "connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade":
		default:
			out[lower] = strings.Join(values, ",")
		}
	}
	proto, port := "http", "80"
	if r.TLS != nil {
		proto, port = "https", "443"
	}
	if _, given, err := net.SplitHostPort(r.Host); err == nil {
		port = given
	}
	if before := out["x-forwarded-for"]; before != "" {
		ip = before + ", " + ip
	}
	out["x-forwarded-for"], out["x-forwarded-proto"], out["x-forwarded-port"] = ip, proto, port
	return out
}

func cookies(r *http.Request) []string {
	var out []string
	for _, line := range r.Header["Cookie"] {
		for _, one := range strings.Split(line, ";") {
			if one = strings.TrimSpace(one); one != "" {
				out = append(out, one)
			}
		}
	}
	return out
}

// query is the decoded parameters, repeated ones joined by a comma.
func query(raw string) map[string]string {
	if raw == "" {
		return nil
	}
	out := map[string]string{}
	for _, pair := range strings.Split(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, value = unquery(name), unquery(value)
		if name == "" {
			continue
		}
		if before, twice := out[name]; twice {
			value = before + "," + value
		}
		out[name] = value
	}
	return out
}

func unquery(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

func sourceIP(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}
