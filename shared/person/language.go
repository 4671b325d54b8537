package person

import (
	"strings"

	"golang.org/x/text/language"
)

// Language is how a shopper writes numbers and sums: a BCP 47 tag such as "en" or "de-AT". The zero Language is that of the country that
// an order goes to, as most shoppers' is: those orders store none.
type Language string

const (
	// headerBytesMax is far more than browsers send; what is longer is not read.
	headerBytesMax = 256
	// languageBytesMax is "zh-Hant-HK" and a little more.
	languageBytesMax = 16
)

// LanguageOf reads the first language of an Accept-Language header, of a shopper in a country (ISO 3166-1). It never fails: whoever sends
// none, or what is none, reads the country's. https://www.rfc-editor.org/rfc/rfc9110#field.accept-language
func LanguageOf(header, country string) Language {
	if header == "" || len(header) > headerBytesMax {
		return ""
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil || len(tags) == 0 {
		return ""
	}
	return canonical(tags[0], country)
}

// RestoreLanguage reads what LanguageOf gave. What is none is the zero Language.
func RestoreLanguage(text string) Language {
	if len(text) > languageBytesMax {
		return ""
	}
	tag, err := language.Parse(text)
	if err != nil {
		return ""
	}
	return canonical(tag, "")
}

// canonical keeps language, script and country: what else a tag says is not about sums. The country's own language is the zero one.
func canonical(tag language.Tag, country string) Language {
	base, script, region := tag.Raw()
	own := spoken(country)
	parts := []string{base.String()}
	if code := script.String(); code != "Zzzz" {
		parts = append(parts, code)
	}
	if code := region.String(); code != "ZZ" {
		parts = append(parts, code)
	}
	text := strings.Join(parts, "-")
	switch {
	case base.String() == "und", base.String() == "mul", len(text) > languageBytesMax:
		return ""
	case country != "" && (text == own || text == own+"-"+country):
		return ""
	}
	return Language(text)
}

// spoken is the language that most of a country's people write, "" if that is not known.
func spoken(country string) string {
	tag, err := language.Parse("und-" + country)
	if err != nil || country == "" {
		return ""
	}
	if base, sure := tag.Base(); sure != language.No {
		return base.String()
	}
	return ""
}

// Locale is the tag to write sums by, of a shopper whose order goes to a country: "de-AT".
func (l Language) Locale(country string) string {
	if l != "" {
		return string(l)
	}
	if own := spoken(country); own != "" {
		return own + "-" + country
	}
	return "en"
}
