package letter_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"till/shared/fulfillment"
	"till/shared/letter"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/pricing"
)

func texts(t *testing.T, language string) map[string]string {
	t.Helper()
	all, ok := letter.Texts(language)
	if !ok {
		t.Fatalf("no texts in %q", language)
	}
	return all
}

var braces = regexp.MustCompile(`\{[^{}]*\}`)

func TestEveryTextIsInEveryLanguageAndLosesNothing(t *testing.T) {
	source := texts(t, letter.Fallback)
	names := slices.Sorted(maps.Keys(source))
	for _, language := range letter.Languages() {
		own := texts(t, language)
		if got := slices.Sorted(maps.Keys(own)); !slices.Equal(got, names) {
			t.Errorf("%s has the texts %v, not %v", language, got, names)
		}
		for name, text := range own {
			want, got := braces.FindAllString(source[name], -1), braces.FindAllString(text, -1)
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(got, want) || strings.Count(text, "{") != len(got) || strings.Count(text, "}") != len(got) {
				t.Errorf("%s, %s: %q has %v, and the source %v", language, name, text, got, want)
			}
			if text == "" || text != strings.TrimSpace(text) || strings.ContainsAny(text, "\r\n") {
				t.Errorf("%s, %s: %q is no line", language, name, text)
			}
		}
	}
}

// TestNoTextIsLeftInAnotherLanguage takes the sentences and subjects, which no two languages share.
func TestNoTextIsLeftInAnotherLanguage(t *testing.T) {
	seen := map[string]string{}
	for _, language := range letter.Languages() {
		for name, text := range texts(t, language) {
			if whose, again := seen[text]; again && strings.Contains(name, "_") {
				t.Errorf("%q is in %s and in %s", text, whose, language)
			}
			seen[text] = language
		}
	}
}

// TestEveryMailThatOrdersOweHasWords reads the kinds where orders name them.
func TestEveryMailThatOrdersOweHasWords(t *testing.T) {
	files, err := filepath.Glob("../order/*.go")
	if err != nil {
		t.Fatal(err)
	}
	named := regexp.MustCompile(`(?:To: ToMail, Kind:|Messages\[0\]\.Kind =) "([a-z_]+)"`)
	owed := map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range named.FindAllStringSubmatch(string(text), -1) {
			owed[found[1]] = true
		}
	}
	if len(owed) < 7 {
		t.Errorf("found only %v", owed)
	}
	for kind := range owed {
		for _, language := range letter.Languages() {
			if head, _, known := letter.Write(kind, order.Record{ID: "ord_1", Currency: "EUR"}, "https://shop.example", language); !known || head == "" {
				t.Errorf("%s has no words in %s", kind, language)
			}
		}
	}
	for name := range texts(t, letter.Fallback) {
		if kind, is := strings.CutSuffix(name, " subject"); is && !owed[kind] {
			t.Errorf("no order ever owes %s", kind)
		}
	}
}

func TestWhatHasNoWordsIsNoMail(t *testing.T) {
	for _, kind := range []string{"", "total", "follow", "order_confirmed subject", "nothing"} {
		if head, text, known := letter.Write(kind, order.Record{}, "", "en"); known || head != "" || text != "" {
			t.Errorf("%q: %q, %q", kind, head, text)
		}
	}
	if _, ok := letter.Texts("tlh"); ok {
		t.Error("there are texts in Klingon")
	}
}

func TestTheReadersLanguageIsThatOfTheLocale(t *testing.T) {
	for locale, want := range map[string]string{
		"de": "de", "de-AT": "de", "de-Latn-CH": "de", "fr-CA": "fr", "nl-BE": "nl", "es-419": "es", "it-IT": "it", "en-GB": "en",
		"": "en", "ja-JP": "en", "zh-Hant-HK": "en", "pl": "en", "deu": "en", "-": "en",
	} {
		if got := letter.Of(locale); got != want {
			t.Errorf("%q reads %s, not %s", locale, got, want)
		}
	}
}

// bought is an order with all that a mail can tell.
func bought() order.Record {
	return order.Record{
		ID: "ord_1", Currency: "EUR", Total: 123456, PlacedAt: time.Date(2026, 3, 1, 23, 30, 0, 0, time.FixedZone("", -3600)),
		Lines: []pricing.Line{{Name: "Blue mug", Quantity: 2}, {Name: "{link} {order} {amount}", Quantity: 1}},
		Shipments: []fulfillment.Shipment{{Carrier: "DHL", TrackingNumber: "{carrier}"},
			{}}, // The second was handed over without a carrier.
		Refunds: []payment.Refund{{Amount: 500, State: payment.RefundSucceeded}, {Amount: 100, State: payment.RefundPending},
			{Amount: 7, State: payment.RefundFailed}},
	}
}

func TestAMailIsWholeInEachLanguage(t *testing.T) {
	const lines = "2 × Blue mug\n1 × {link} {order} {amount}\n"
	for _, tt := range []struct{ locale, head, text string }{
		{"en-GB", "Your refund is on its way (ord_1)", "We have sent money back to the card or account that it came from. Banks may take some days to show it.\n\n" + lines +
			"Total: €1,234.56\nOrdered: 2 March 2026, 00:30 UTC\nParcel: DHL {carrier}\nRefund: €5.00 (sent)\nRefund: €1.00 (under way)\n\nFollow your order: PAGE\n"},
		{"de-AT", "Ihre Erstattung ist unterwegs (ord_1)", "Wir haben Geld auf die Karte oder das Konto zurückgesandt, von dem es kam. Bei manchen Banken dauert es einige Tage, bis es zu sehen ist.\n\n" + lines +
			"Gesamtbetrag: €\u00a01.234,56\nBestellt: 2. März 2026, 00:30 UTC\nPaket: DHL {carrier}\nErstattung: €\u00a05,00 (abgesandt)\nErstattung: €\u00a01,00 (in Arbeit)\n\nIhre Bestellung ansehen: PAGE\n"},
		{"fr", "Votre remboursement est en route (ord_1)", "Nous avons renvoyé de l’argent sur la carte ou le compte dont il provient. Certaines banques mettent quelques jours à l’afficher.\n\n" + lines +
			"Montant total\u00a0: 1\u202f234,56\u00a0€\nCommande passée\u00a0: 2 mars 2026, 00:30 UTC\nColis\u00a0: DHL {carrier}\nRemboursement\u00a0: 5,00\u00a0€ (envoyé)\nRemboursement\u00a0: 1,00\u00a0€ (en cours)\n\nSuivre votre commande\u00a0: PAGE\n"},
		{"es-ES", "Su reembolso está en camino (ord_1)", "Hemos devuelto dinero a la tarjeta o cuenta de la que procede. Algunos bancos tardan unos días en mostrarlo.\n\n" + lines +
			"Importe total: 1234,56\u00a0€\nFecha del pedido: 2 de marzo de 2026, 00:30 UTC\nPaquete: DHL {carrier}\nReembolso: 5,00\u00a0€ (enviado)\nReembolso: 1,00\u00a0€ (en curso)\n\nVer su pedido: PAGE\n"},
		{"it", "Il suo rimborso è in arrivo (ord_1)", "Abbiamo rimandato del denaro sulla carta o sul conto di provenienza. Alcune banche impiegano qualche giorno a mostrarlo.\n\n" + lines +
			"Totale: 1234,56\u00a0€\nData dell’ordine: 2 marzo 2026, 00:30 UTC\nPacco: DHL {carrier}\nRimborso: 5,00\u00a0€ (inviato)\nRimborso: 1,00\u00a0€ (in corso)\n\nSegua il suo ordine: PAGE\n"},
		{"nl", "Uw terugbetaling is onderweg (ord_1)", "We hebben geld teruggestuurd naar de kaart of rekening waar het vandaan kwam. Bij sommige banken duurt het enkele dagen voordat u het ziet.\n\n" + lines +
			"Totaalbedrag: €\u00a01.234,56\nBesteld: 2 maart 2026, 00:30 UTC\nPakket: DHL {carrier}\nTerugbetaling: €\u00a05,00 (verstuurd)\nTerugbetaling: €\u00a01,00 (in behandeling)\n\nVolg uw bestelling: PAGE\n"},
	} {
		head, text, known := letter.Write("refund_sent", bought(), "PAGE", tt.locale)
		if !known || head != tt.head || text != tt.text {
			t.Errorf("%s: %q\n%q\n%q", tt.locale, head, text, tt.text)
		}
	}
}

func TestDatesAreWrittenAsTheReaderDoes(t *testing.T) {
	for _, tt := range []struct {
		month     time.Month
		day, hour int
		locale    string
		want      string
	}{
		{time.November, 23, 14, "en-US", "November 23, 2026, 14:05 UTC"}, {time.November, 23, 14, "en", "November 23, 2026, 14:05 UTC"},
		{time.November, 23, 14, "en-AU", "23 November 2026, 14:05 UTC"}, {time.May, 1, 0, "fr-BE", "1er mai 2026, 00:05 UTC"},
		{time.May, 11, 0, "fr", "11 mai 2026, 00:05 UTC"}, {time.December, 31, 23, "de", "31. Dezember 2026, 23:05 UTC"},
		{time.January, 1, 9, "ja-JP", "1 January 2026, 09:05 UTC"},
	} {
		r := order.Record{Currency: "EUR", PlacedAt: time.Date(2026, tt.month, tt.day, tt.hour, 5, 0, 0, time.UTC)}
		if _, text, _ := letter.Write("order_shipped", r, "", tt.locale); !strings.Contains(text, tt.want+"\n") {
			t.Errorf("%s: %q has not %q", tt.locale, text, tt.want)
		}
	}
	for _, language := range letter.Languages() {
		seen := map[string]bool{}
		for month := range 12 {
			r := order.Record{Currency: "EUR", PlacedAt: time.Date(2026, time.Month(month+1), 5, 0, 0, 0, 0, time.UTC)}
			_, text, _ := letter.Write("order_shipped", r, "", language)
			seen[text] = true
		}
		if len(seen) != 12 {
			t.Errorf("%s has %d months", language, len(seen))
		}
	}
}
