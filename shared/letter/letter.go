// Package letter writes the mails that shoppers get, in their language.
package letter

import (
	"strconv"
	"strings"
	"time"

	"till/shared/money"
	"till/shared/order"
	"till/shared/passcode"
	"till/shared/payment"
)

// Fallback is the language of whoever reads none of Languages.
const Fallback = "en"

// texts are the words of one language by name. What stands in braces is put in: {order}, {date}, {amount}, {carrier}, {number}, {link}, {code}.
type texts map[string]string

// The names of texts that are no mail's own. A mail of a kind has the two texts "kind subject" and "kind".
const (
	placed     = "placed"
	total      = "total"
	parcel     = "parcel"
	refundSent = "refund succeeded"
	refundOpen = "refund open"
	follow     = "follow"
	subject    = " subject"
)

// Languages are the languages that mails are written in: the first part of BCP 47 tags.
func Languages() []string { return []string{"de", "en", "es", "fr", "it", "nl"} }

// Texts gives all texts of a language by name; ok is false for one that mails are not written in.
func Texts(language string) (all map[string]string, ok bool) {
	switch language {
	case "de":
		return german(), true
	case "en":
		return english(), true
	case "es":
		return spanish(), true
	case "fr":
		return french(), true
	case "it":
		return italian(), true
	case "nl":
		return dutch(), true
	}
	return nil, false
}

// Of is the language that somebody of a locale gets: "de" of "de-AT".
func Of(locale string) string {
	language, _, _ := strings.Cut(locale, "-")
	if _, ok := Texts(language); ok {
		return language
	}
	return Fallback
}

// Write writes the mail of a kind about an order; page is the link to it, and locale ("de-AT") how its reader writes: words are of that
// language or the fallback, sums always of the locale. Mails name the order, never the shopper; only the link is secret. known is false
// for a kind that has no words.
func Write(kind string, r order.Record, page, locale string) (head, text string, known bool) {
	language := Of(locale)
	words, _ := Texts(language)
	if words[kind+subject] == "" {
		return "", "", false
	}
	sum := func(amount int64) string { return money.Of(amount, r.Currency).Format(locale) }
	var b strings.Builder
	say := func(name string, pairs ...string) { b.WriteString(fill(words[name], pairs...) + "\n") }
	say(kind)
	b.WriteString("\n")
	for _, line := range r.Lines {
		b.WriteString(strconv.FormatInt(line.Quantity, 10) + " × " + line.Name + "\n")
	}
	say(total, "{amount}", sum(r.Total))
	say(placed, "{date}", date(r.PlacedAt, locale))
	for _, s := range r.Shipments {
		if s.Carrier != "" {
			say(parcel, "{carrier}", s.Carrier, "{number}", s.TrackingNumber)
		}
	}
	for _, f := range r.Refunds {
		switch {
		case f.State == payment.RefundSucceeded:
			say(refundSent, "{amount}", sum(f.Amount))
		case f.State.Live():
			say(refundOpen, "{amount}", sum(f.Amount))
		}
	}
	b.WriteString("\n")
	say(follow, "{link}", page)
	return fill(words[kind+subject], "{order}", string(r.ID)), b.String(), true
}

// Code writes the mail that brings a one-time code. It names nobody.
func Code(p passcode.Purpose, code, locale string) (head, text string) {
	words, _ := Texts(Of(locale))
	name := "code " + string(p)
	return words[name+" head"], fill(words[name], "{code}", code) + "\n\n" + words["code hint"] + "\n"
}

// fill puts values in at once, so that no value can name another.
func fill(text string, pairs ...string) string { return strings.NewReplacer(pairs...).Replace(text) }

// date writes a moment as the locale does. Nobody's time zone is known, so it says that the time is UTC.
func date(at time.Time, locale string) string {
	at = at.UTC()
	language := Of(locale)
	day, month, year := strconv.Itoa(at.Day()), months(language)[at.Month()-1], strconv.Itoa(at.Year())
	var out string
	switch {
	case language == "de":
		out = day + ". " + month + " " + year
	case language == "es":
		out = day + " de " + month + " de " + year
	case language == "fr" && day == "1":
		out = "1er " + month + " " + year
	case monthFirst(locale):
		out = month + " " + day + ", " + year
	default:
		out = day + " " + month + " " + year
	}
	return out + ", " + at.Format("15:04") + " UTC"
}

// monthFirst tells whether English of a locale writes the month before the day.
// https://cldr.unicode.org/translation/date-time/date-time-patterns
func monthFirst(locale string) bool {
	switch locale {
	case "en", "en-US", "en-CA", "en-PH":
		return true
	}
	return false
}

func months(language string) [12]string {
	switch language {
	case "de":
		return [...]string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}
	case "es":
		return [...]string{"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"}
	case "fr":
		return [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}
	case "it":
		return [...]string{"gennaio", "febbraio", "marzo", "aprile", "maggio", "giugno", "luglio", "agosto", "settembre", "ottobre", "novembre", "dicembre"}
	case "nl":
		return [...]string{"januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"}
	}
	return [...]string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}
}
