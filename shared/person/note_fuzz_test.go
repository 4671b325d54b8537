package person_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"till/shared/fault"
	"till/shared/person"
)

// FuzzNote reads free text of any length under any limit: what is taken is readable, bounded and stays as it is.
func FuzzNote(f *testing.F) {
	for _, s := range []string{"", "The handle was chipped.", "two\nlines", "a\u202eb", "\x1b[2J", "\xff", strings.Repeat("ü", 501), "علی\u200cرضا"} {
		f.Add(s, 500)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = 1 + int(uint(most)%2000)
		text, err := person.ParseText(s, most)
		if err != nil {
			if len(fault.All(err)) == 0 || !fault.Is(err, fault.Invalid) || !text.IsZero() {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		got := text.Text()
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > most || strings.ContainsAny(got, "\x00\x1b\u202e\u2066") {
			t.Fatalf("%q was taken as %q", s, got)
		}
		if again, err := person.ParseText(got, most); err != nil || again != text {
			t.Fatalf("%q became %q, which became %q, %v", s, got, again.Text(), err)
		}
	})
}
