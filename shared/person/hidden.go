// Package person holds what identifies a shopper, in types that never log, print or marshal what they hold.
package person

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"unique"
)

// redacted is what every way of printing shows instead.
const redacted = "[redacted]"

// hidden holds a text that no log shows. The text lies behind a handle, not in the struct: fmt reaches unexported
// fields without asking their methods, and there finds an address only. Handles of equal texts are equal, so the
// values stay comparable with ==.
type hidden struct{ text unique.Handle[string] }

func hide(text string) hidden {
	if text == "" {
		return hidden{} // So that the empty text and the zero value are one.
	}
	return hidden{unique.Make(text)}
}

// Text is the personal data itself. Callers: vault, mailer, and what hands it straight on to them.
func (h hidden) Text() string {
	if h.IsZero() {
		return ""
	}
	return h.text.Value()
}

// IsZero tells whether nothing is held.
func (h hidden) IsZero() bool { return h == hidden{} }

// String hides the text.
func (hidden) String() string { return redacted }

// GoString hides the text from %#v.
func (hidden) GoString() string { return redacted }

// Format hides the text from every verb.
func (hidden) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the text.
func (hidden) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText fails: vault seals first.
func (hidden) MarshalText() ([]byte, error) { return nil, errors.New("personal data") }

// MarshalJSON fails: vault seals first.
func (hidden) MarshalJSON() ([]byte, error) { return nil, errors.New("personal data") }
