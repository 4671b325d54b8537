package person_test

import (
	"strings"
	"testing"

	"till/shared/person"
)

func TestLanguageOf(t *testing.T) {
	tests := []struct{ name, header, country, kept, locale string }{
		{"what a browser sends", "de-AT,de;q=0.9,en;q=0.8", "DE", "de-AT", "de-AT"},
		{"the country's own language is not kept", "de-DE,de;q=0.9,en;q=0.8", "DE", "", "de-DE"},
		{"nor without its country", "de", "AT", "", "de-AT"},
		{"the order is by weight", "en;q=0.5, ja;q=0.9", "DE", "ja", "ja"},
		{"a script is kept", "zh-Hant-HK", "JP", "zh-Hant-HK", "zh-Hant-HK"},
		{"small and large letters are the same", "DE-at", "JP", "de-AT", "de-AT"},
		{"extensions say nothing of sums", "de-AT-u-nu-thai-x-private", "JP", "de-AT", "de-AT"},
		{"English in Germany", "en", "DE", "en", "en"},
		{"English at home", "en-GB", "GB", "", "en-GB"},
		{"English of another country", "en-US", "GB", "en-US", "en-US"},
		{"none", "", "JP", "", "ja-JP"},
		{"any", "*", "DE", "", "de-DE"},
		{"a language of nobody", "und", "DE", "", "de-DE"},
		{"no language", "<script>", "DE", "", "de-DE"},
		{"what is refused outright", "de;q=0", "US", "", "en-US"},
		{"more than browsers send", strings.Repeat("de,", 200), "US", "", "en-US"},
		{"dashes without end", strings.Repeat("-", 250), "US", "", "en-US"},
		{"bytes that are no text", "\xff\xfe", "US", "", "en-US"},
		{"no country", "", "", "", "en"},
		{"a country of nobody", "", "ZZ", "", "en-ZZ"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := person.LanguageOf(tt.header, tt.country)
			if string(got) != tt.kept || got.Locale(tt.country) != tt.locale {
				t.Errorf("kept %q, sums as in %q", got, got.Locale(tt.country))
			}
		})
	}
}

func FuzzLanguageOf(f *testing.F) {
	for _, seed := range []string{"de-AT,de;q=0.9", "*", "zh-Hant-HK;q=1", "a-DE", "\xff", "en-u-ca-buddhist"} {
		f.Add(seed, "DE")
	}
	f.Fuzz(func(t *testing.T, header, country string) {
		l := person.LanguageOf(header, country)
		if len(l) > 16 || strings.ContainsFunc(string(l), func(r rune) bool { return r != '-' && (r < '0' || r > 'z') }) {
			t.Errorf("%q was read as %q", header, l)
		}
		if again := person.RestoreLanguage(string(l)); again != l || l.Locale(country) == "" {
			t.Errorf("%q is stored, and read as %q", l, again)
		}
	})
}
