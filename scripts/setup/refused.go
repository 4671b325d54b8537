package setup

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

const wordsMax = 300 // Of what AWS says.

// explain says what a refused call of AWS means to who runs this, and what to do. It is for calls that carry no secret.
func explain(action, on string, err error) error {
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s on %s had no answer: %s", action, on, plain(err.Error()))
	}
	return advise(action, on, refused.ErrorCode(), ": "+plain(refused.ErrorMessage()))
}

// explainSecret is explain for calls that carry secrets: of the answer only a code is told.
func explainSecret(action string, err error) error {
	const on = "the gateways' secret"
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s on %s had no answer that can be read", action, on)
	}
	return advise(action, on, refused.ErrorCode(), "")
}

func advise(action, on, code, said string) error {
	code = plain(code)
	switch {
	case strings.Contains(code, "AccessDenied") || code == "UnauthorizedOperation":
		return fmt.Errorf("you may not %s on %s; the README's part on gateways' signing secrets lists what you need. AWS says: %s%s", action, on, code, said)
	case strings.HasPrefix(code, "ExpiredToken"), code == "InvalidClientTokenId", code == "UnrecognizedClientException",
		code == "InvalidAccessKeyId", code == "SignatureDoesNotMatch":
		return fmt.Errorf("AWS does not take your credentials; sign in again: %s%s", code, said)
	default:
		return fmt.Errorf("%s on %s: %s%s", action, on, code, said)
	}
}

// plain bounds a text and takes what could play with a terminal out of it.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return ' '
		}
		return r
	}, text)
	if len(text) > wordsMax {
		text = strings.ToValidUTF8(text[:wordsMax], "") + "…"
	}
	return text
}
