package apigw

import (
	"bytes"
	"encoding/base64"
	"mime"
	"strings"
	"unicode/utf8"

	"till/shared/fault"
)

// bodyBytesMax is the largest body that is read; the largest honest order is a quarter of it.
const bodyBytesMax = 64 << 10

// Read takes the body's bytes out of a request; a base64 body is decoded. It checks size, then media type. Errors:
// fault.TooLarge, body_too_large; fault.UnsupportedMedia, unsupported_media_type; fault.Unreadable, invalid_encoding.
func Read(req Request) ([]byte, error) {
	size := len(req.Body)
	if req.IsBase64Encoded {
		size = base64.StdEncoding.DecodedLen(size) - strings.Count(req.Body[max(0, size-2):], "=")
	}
	if size > bodyBytesMax {
		return nil, fault.New(fault.TooLarge, "apigw.Read", "body_too_large", "The body may have 64 KiB at most.")
	}
	if err := checkMediaType(req); err != nil {
		return nil, err
	}
	if !req.IsBase64Encoded {
		return []byte(req.Body), nil
	}
	body, err := base64.StdEncoding.DecodeString(req.Body)
	if err != nil {
		return nil, invalidEncoding()
	}
	return body, nil
}

func checkMediaType(req Request) error {
	sent, _ := Header(req, "content-type")
	media, params, err := mime.ParseMediaType(sent)
	charset := params["charset"]
	if err != nil || media != "application/json" || (charset != "" && !strings.EqualFold(charset, "utf-8")) {
		return &fault.Error{Kind: fault.UnsupportedMedia, Op: "apigw.Read", Code: "unsupported_media_type", At: "Content-Type",
			Msg: "Must be application/json in UTF-8."}
	}
	return nil
}

// Decode is Read, Parse and Into in one, for requests without a credential or an Idempotency-Key between them.
// Errors: as those three.
func Decode(req Request, into any) error {
	raw, err := Read(req)
	if err != nil {
		return err
	}
	body, err := Parse(raw)
	if err != nil {
		return err
	}
	return body.Into(into)
}

// readable tells whether all bytes are UTF-8. The replacement character counts as unreadable: whoever stands before us
// has put it where other bytes were, and nobody types it.
func readable(body []byte) bool {
	return !bytes.ContainsRune(body, utf8.RuneError)
}

func invalidEncoding() error {
	return fault.New(fault.Unreadable, "apigw.Parse", "invalid_encoding", "The body must be UTF-8.")
}

func invalidJSON() error {
	return fault.New(fault.Unreadable, "apigw.Parse", "invalid_json",
		"The body must be one JSON value, without repeated members.")
}
