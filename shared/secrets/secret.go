package secrets

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

const redacted = "[redacted]"

// Secret is a key that never prints, logs or marshals. It lies behind a pointer, so that fmt finds an address when
// it looks into a struct that holds one.
type Secret struct{ text *string }

// Reveal is the secret itself, for what signs or calls with it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// Bytes is the secret itself, as a key.
func (s Secret) Bytes() []byte { return []byte(s.Reveal()) }

// IsZero tells whether there is none.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

// Reveal gives several secrets themselves.
func Reveal(all []Secret) []string {
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = s.Reveal()
	}
	return out
}

// UnmarshalText reads a secret from its JSON string.
func (s *Secret) UnmarshalText(text []byte) error {
	read := string(text)
	s.text = &read
	return nil
}

// String hides the secret.
func (Secret) String() string { return redacted }

// GoString hides the secret from %#v.
func (Secret) GoString() string { return redacted }

// Format hides the secret from every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// LogValue hides the secret.
func (Secret) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText fails: a secret goes nowhere.
func (Secret) MarshalText() ([]byte, error) { return nil, errors.New("secret") }
