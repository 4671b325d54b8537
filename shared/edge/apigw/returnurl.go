package apigw

import (
	"net/url"
	"slices"
	"strings"

	"till/shared/fault"
)

const returnURLBytesMax = 2048

// ReturnURL checks where a shopper is to be sent after paying: an absolute https URL (http only on localhost) whose
// origin (scheme, host, port) is exactly one of allowed, each written as "https://shop.example" or
// "http://localhost:8080". Path and query are free. Browsers and Go read some URLs differently, so everything on which
// they could disagree is refused: user names, backslashes, control characters and spaces, characters outside ASCII,
// escapes in the host, a default port written out. Errors: fault.Invalid, return_url_not_allowed.
func ReturnURL(raw string, allowed []string) error {
	bad := &fault.Error{Kind: fault.Invalid, Op: "apigw.ReturnURL", Code: "return_url_not_allowed", At: "#/return_url",
		Msg: "Must be a page of the shop."}
	strange := func(r rune) bool { return r <= ' ' || r > '~' || r == '\\' }
	if raw == "" || len(raw) > returnURLBytesMax || strings.ContainsFunc(raw, strange) {
		return bad
	}
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Opaque != "" || u.Host == "" || strings.ContainsAny(u.Host, "%@") {
		return bad
	}
	// The authority as it is written must be the one that Go understood: then no other reading is left.
	origin := u.Scheme + "://" + u.Host
	if !strings.HasPrefix(raw, origin) || !authorityEnds(raw[len(origin):]) {
		return bad
	}
	if u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") {
		return bad
	}
	if !slices.Contains(allowed, origin) {
		return bad
	}
	return nil
}

func authorityEnds(rest string) bool {
	return rest == "" || rest[0] == '/' || rest[0] == '?' || rest[0] == '#'
}
