package person_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"till/shared/person"
)

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ada+till@example.com", "ada@bücher.example", "a@xn--bcher-kva.example", "a@b@c", "\r\n", "ada@xn--99999999", "a@\U0001d5ba.com"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := person.ParseEmail(s)
		if err != nil {
			return
		}
		text := e.Text()
		if len(text) > 254 || strings.Count(text, "@") != 1 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			t.Fatalf("%q was taken as %q", s, text)
		}
		again, err := person.ParseEmail(text)
		if err != nil || again != e {
			t.Fatalf("%q became %q, which became %q, %v", s, text, again.Text(), err)
		}
		lower, err := person.ParseEmail(e.Normal())
		if err != nil || lower.Normal() != e.Normal() {
			t.Fatalf("the normal form of %q is not stable: %v", s, err)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"O'Brien", "علی\u200cرضا", "a\u202eb", "\x00", strings.Repeat("\u0301", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := person.ParseName(s)
		if err != nil {
			return
		}
		text := n.Text()
		if !utf8.ValidString(text) || utf8.RuneCountInString(text) > 100 || strings.ContainsFunc(text, unicode.IsControl) ||
			strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Bidi_Control, r) }) {
			t.Fatalf("%q was taken as %q", s, text)
		}
		if again, err := person.ParseName(text); err != nil || again != n {
			t.Fatalf("%q became %q, which became %q, %v", s, text, again.Text(), err)
		}
	})
}

func FuzzPhone(f *testing.F) {
	for _, s := range []string{"+49301234567", "00 49 30", "(((((", "٠٣٠١٢٣٤٥٦٧"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := person.ParsePhone(s)
		if err != nil {
			return
		}
		if again, err := person.ParsePhone(p.Text()); err != nil || again != p {
			t.Fatalf("%q became %q, which became %q, %v", s, p.Text(), again.Text(), err)
		}
	})
}
