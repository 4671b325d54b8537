package apigw

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"till/shared/fault"
)

// freshBytesMax is the longest list of tags that is read; a longer one matches nothing.
const freshBytesMax = 4096

// Fresh answers a value with an ETag made of what is answered, or 304 without it to a caller who has it already and says so in
// If-None-Match (RFC 9110 section 13.1.2; the comparison is the weak one). A caller may keep what everybody may see, though caches
// must not. Errors: as JSON.
func Fresh(req Request, value any, options ...Option) (Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return Response{}, fault.Wrap(fault.Internal, "apigw.Fresh", err)
	}
	sum := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	options = append(options, setHeader("ETag", tag))
	if has(req, tag) {
		return Empty(http.StatusNotModified, options...)
	}
	return JSON(http.StatusOK, value, options...)
}

func has(req Request, tag string) bool {
	sent, _ := Header(req, "if-none-match")
	if len(sent) > freshBytesMax {
		return false
	}
	for each := range strings.SplitSeq(sent, ",") {
		each = strings.Trim(each, " \t")
		if each == "*" || strings.TrimPrefix(each, "W/") == tag {
			return true
		}
	}
	return false
}
