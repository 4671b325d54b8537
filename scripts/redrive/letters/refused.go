package letters

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/smithy-go"
)

const wordsMax = 300 // Of what AWS says, which names callers and resources, never a letter's content.

// explain says what a refused call of AWS means to who runs this, and what to do.
func explain(action, on string, err error) error {
	if err == nil {
		return nil
	}
	var refused smithy.APIError
	if !errors.As(err, &refused) {
		return fmt.Errorf("%s on %s had no answer: %w", action, on, err)
	}
	code := refused.ErrorCode()
	said := fmt.Errorf("%s on %s: %s: %s", action, on, code, plain(refused.ErrorMessage()))
	switch {
	case strings.Contains(code, "AccessDenied") || code == "UnauthorizedOperation":
		return fmt.Errorf("you may not %s on %s; the README's part on dead letters lists what an operator needs. AWS says: %s: %s",
			action, on, code, plain(refused.ErrorMessage()))
	case strings.HasPrefix(code, "ExpiredToken"), code == "InvalidClientTokenId", code == "UnrecognizedClientException",
		code == "InvalidAccessKeyId", code == "SignatureDoesNotMatch":
		return fmt.Errorf("AWS does not take your credentials; sign in again: %w", said)
	default:
		return said
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
