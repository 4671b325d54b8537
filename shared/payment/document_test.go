package payment_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"till/shared/payment"
)

// sound holds a document to what readers of PDF rely on, and gives the lines of its pages.
func sound(t *testing.T, doc []byte) (pages [][]string) {
	t.Helper()
	if !bytes.HasPrefix(doc, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(doc, []byte("\n%%EOF\n")) {
		t.Fatalf("it begins with %.9q and ends with %q", doc, doc[len(doc)-8:])
	}
	tail := regexp.MustCompile(`startxref\n(\d+)\n%%EOF\n$`).FindSubmatch(doc)
	at, err := strconv.Atoi(string(tail[1]))
	if err != nil || !bytes.HasPrefix(doc[at:], []byte("xref\n0 ")) {
		t.Fatalf("no table at %d, %v", at, err)
	}
	for i, row := range regexp.MustCompile(`(\d{10}) 00000 n \n`).FindAllSubmatch(doc[at:], -1) {
		start, err := strconv.Atoi(string(row[1]))
		if err != nil || !bytes.HasPrefix(doc[start:], fmt.Appendf(nil, "%d 0 obj\n", i+1)) {
			t.Errorf("object %d is not at %s, %v", i+1, row[1], err)
		}
	}
	for _, s := range regexp.MustCompile(`(?s)<< /Length (\d+) >>\nstream\n(.*?)\nendstream`).FindAllSubmatch(doc, -1) {
		if long, err := strconv.Atoi(string(s[1])); err != nil || long != len(s[2]) {
			t.Errorf("a page of %d bytes says that it has %s, %v", len(s[2]), s[1], err)
		}
		var lines []string
		for _, l := range regexp.MustCompile(`(?m)^\((.*)\) Tj T\*$`).FindAllSubmatch(s[2], -1) {
			lines = append(lines, string(l[1]))
		}
		pages = append(pages, lines)
	}
	if want := fmt.Sprintf("/Count %d >>", len(pages)); len(pages) == 0 || !bytes.Contains(doc, []byte(want)) {
		t.Errorf("it has %d pages", len(pages))
	}
	return pages
}

func TestEvidenceAsADocument(t *testing.T) {
	e := payment.Evidence{Product: "2 x Blue mug (large), EUR 19.99 in all.", Name: "Ada Müller", Shipping: `Hauptstr. 1\2, 10115 Berlin`, Statement: "Paid – in €. 東京",
		Parcels: []payment.Parcel{{Carrier: "DHL", Tracking: "1", ShippedAt: march}}}
	doc := e.Document()
	pages := sound(t, doc)
	want := []string{"WHAT WAS BOUGHT", "", `2 x Blue mug \(large\), EUR 19.99 in all.`, "", "WHO BOUGHT IT", "", `Name: Ada M\374ller`, `Shipping address: Hauptstr. 1\\2, 10115 Berlin`,
		"", "HOW IT WAS DELIVERED", "", "Sent on 2026-03-03 by DHL, tracking number 1.", "", "WHAT THE SHOP SAYS", "", `Paid \226 in \200. ??`,
		"", "[Letters that this document cannot show stand as ?. The texts that came with it have them.]"}
	if got := strings.Join(pages[0], "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s", got)
	}
	if again := e.Document(); !bytes.Equal(doc, again) {
		t.Error("the same evidence is another document")
	}
	for _, r := range doc[20:] {
		if r > '~' {
			t.Fatalf("%q is in it", r)
		}
	}
	if got := string(e.Unnamed().Document()); strings.Contains(got, "Ada") || strings.Contains(got, "Hauptstr") || !strings.Contains(got, "Blue mug") {
		t.Errorf("without a name: %s", got)
	}
	if got := (payment.Evidence{Key: "ans_1", Reason: payment.ReasonFraud}).Document(); got != nil {
		t.Errorf("of nothing: %s", got)
	}
}

// TestNamesOfManyLandsStayNames though one font's letters are few.
func TestNamesOfManyLandsStayNames(t *testing.T) {
	for name, want := range map[string]string{
		"Łukasz Żółć":        `Lukasz Z\363lc`,
		"Dvořák Čeněk":       `Dvor\341k Cenek`,
		"Erdoğan İbrahim":    "Erdogan Ibrahim",
		"Őze Ferenc Űr":      "Oze Ferenc Ur",
		"Ștefan Țepeș":       "Stefan Tepes",
		"Nguyễn Thị Hường":   `Nguyen Thi Huong`,
		"Zoe\u0308 Ångström": `Zoe \305ngstr\366m`,
		"Šimůnek Žižka":      `\212imunek \216i\236ka`,
		"Ólafur Þór Ðe ß":    `\323lafur \336\363r \320e \337`,
		"O'Neil (\\) Ltd.":   `O'Neil \(\\\) Ltd.`,
	} {
		lines := sound(t, payment.Evidence{Name: name}.Document())[0]
		if got := lines[2]; got != "Name: "+want || len(lines) != 3 {
			t.Errorf("%s: got %q", name, lines)
		}
	}
	for _, name := range []string{"Ελένη", "Иван", "山田", "\u202eabc", "a\tb", "\x7f", "\u0080"} {
		if lines := sound(t, payment.Evidence{Name: name}.Document())[0]; len(lines) != 5 || !strings.HasPrefix(lines[4], "[Letters that") {
			t.Errorf("%s: got %q", name, lines)
		}
	}
}

func TestADocumentIsBounded(t *testing.T) {
	words := strings.Repeat("A fact of some words. ", 5000)
	pages := sound(t, payment.Evidence{Statement: strings.Repeat("x", 200), Messages: words, Timeline: strings.Repeat("2026-03-01: said\n", 9000)}.Document())
	if len(pages) != 12 {
		t.Errorf("it has %d pages", len(pages))
	}
	for _, page := range pages {
		for _, line := range page {
			if len(page) > 61 || len(line) > 91 || strings.HasPrefix(line, " ") {
				t.Fatalf("a line of %d letters on a page of %d: %q", len(line), len(page), line)
			}
		}
	}
	if last := pages[11]; !strings.HasPrefix(last[len(last)-1], "[The rest is left out") {
		t.Errorf("it ends with %q", last[len(last)-1])
	}
	if got := pages[0][2]; got != strings.Repeat("x", 91) {
		t.Errorf("a word that is too long begins with %q", got)
	}
}

// FuzzDocument sets any text: the document stays one that readers can take.
func FuzzDocument(f *testing.F) {
	f.Add("A line.\nAnother.", "(\\)")
	f.Add("\xff\x00\r\nendstream\n%%EOF", strings.Repeat(" ", 200))
	f.Fuzz(func(t *testing.T, statement, name string) {
		if doc := (payment.Evidence{Statement: statement, Name: name}).Document(); doc != nil {
			sound(t, doc)
			if len(doc) > 256<<10 {
				t.Fatalf("%d bytes", len(doc))
			}
		}
	})
}
