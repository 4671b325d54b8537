package telemetry

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"till/shared/carddata"
)

// clean makes a text fit for a log: card numbers, e-mail addresses and secrets masked, everything escaped that could
// break or hide a line, at most limit bytes.
func clean(text string, limit int) string {
	return cut(escape(maskWords(carddata.Mask(text))), limit)
}

func plain(text string) bool {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c >= 0x7F {
			return false
		}
	}
	return true
}

// maskWords masks e-mail addresses and secrets. A word ends where neither could go on.
func maskWords(text string) string {
	if !strings.Contains(text, "@") && !strings.Contains(text, "_") && !strings.Contains(text, "eyJ") {
		return text
	}
	var b strings.Builder
	for text != "" {
		end := strings.IndexFunc(text, endsWord)
		if end < 0 {
			end = len(text)
		}
		word := text[:end]
		switch {
		case isAddress(word):
			b.WriteString("[email]")
		case isSecret(word):
			b.WriteString("[secret]")
		default:
			b.WriteString(word)
		}
		if text = text[end:]; text != "" {
			_, size := utf8.DecodeRuneInString(text)
			b.WriteString(text[:size])
			text = text[size:]
		}
	}
	return b.String()
}

func endsWord(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune(`"'<>()[]{},;:=&?/\|`, r)
}

func isAddress(word string) bool {
	at := strings.IndexByte(word, '@')
	return at > 0 && at < len(word)-1
}

// isSecret knows the secrets of Stripe by how they begin, and JSON Web Tokens.
// https://docs.stripe.com/keys
func isSecret(word string) bool {
	for _, prefix := range [...]string{"sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_"} {
		if strings.Contains(word, prefix) {
			return true
		}
	}
	return strings.HasPrefix(word, "eyJ") && strings.Count(word, ".") >= 2
}

// escape writes out, as \u and four digits (\U and eight), what a terminal or a viewer would act on instead of showing: controls, the
// escape of ANSI sequences, line and paragraph separators, bidirectional and other invisible marks. The look-up of
// "${jndi:…}" loses its brace.
func escape(text string) string {
	if plain(text) && !strings.Contains(text, "${") {
		return text
	}
	var b strings.Builder
	afterDollar := false
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, text[i])
		case r == '{' && afterDollar, unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp):
			if r > 0xFFFF {
				fmt.Fprintf(&b, `\U%08x`, r)
			} else {
				fmt.Fprintf(&b, `\u%04x`, r)
			}
		default:
			b.WriteString(text[i : i+size])
		}
		afterDollar = r == '$'
		i += size
	}
	return b.String()
}

// cut shortens a text to limit bytes at the border of a character.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	const more = "…"
	end := limit - len(more)
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + more
}
