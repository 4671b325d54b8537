package address_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"till/shared/address"
	"till/shared/fault"
)

func berlin() address.Input {
	return address.Input{Name: "Ada Byron", Line1: "Unter den Linden 1", City: "Berlin", PostalCode: "10117", Country: "DE"}
}

// in gives an address of a country with everything that it may ask for.
func in(country, postal, region string) address.Input {
	return address.Input{Name: "Ada Byron", Line1: "1 Street", City: "Town", Region: region, PostalCode: postal, Country: country}
}

func TestPostalCodesAreGivenTheCountrysForm(t *testing.T) {
	tests := []struct{ country, region, typed, want string }{
		{"DE", "", "10117", "10117"}, {"DE", "", "D-10117", "10117"}, {"DE", "", " 10117 ", "10117"}, {"DE", "", "１０１１７", "10117"},
		{"FR", "", "75 001", "75001"}, {"FR", "", "F-75001", "75001"},
		{"GB", "", "sw1a1aa", "SW1A 1AA"}, {"GB", "", "M1 1AE", "M1 1AE"}, {"GB", "", "B338TH", "B33 8TH"}, {"GB", "", "CR2 6XH", "CR2 6XH"},
		{"GB", "", "DN551PT", "DN55 1PT"}, {"GB", "", "W1A 0AX", "W1A 0AX"}, {"GB", "", "ec1a 1bb", "EC1A 1BB"}, {"GB", "", "BFPO 801", "BFPO 801"},
		{"US", "NY", "10001", "10001"}, {"US", "NY", "10001-1234", "10001-1234"}, {"US", "NY", "100011234", "10001-1234"},
		{"JP", "Tokyo", "1000001", "100-0001"}, {"JP", "Tokyo", "〒100-0001", "100-0001"}, {"JP", "Tokyo", "１００−０００１", "100-0001"},
		{"AT", "", "A-1010", "1010"}, {"AT", "", "AT-1010", "1010"}, {"CH", "", "CH-8001", "8001"}, {"NL", "", "1012ab", "1012 AB"},
		{"NL", "", "NL-1012 AB", "1012 AB"}, {"BE", "", "B-1000", "1000"}, {"IT", "", "00100", "00100"}, {"ES", "", "28001", "28001"},
		{"IE", "", "d02x285", "D02 X285"}, {"IE", "", "D6W XY00", "D6W XY00"}, {"IE", "", "", ""},
		{"HK", "", "", ""}, {"AE", "", "", ""}, {"KW", "", "", ""}, {"KW", "", "13001", "13001"},
		{"CA", "ON", "k1a0b1", "K1A 0B1"}, {"AU", "NSW", "2000", "2000"}, {"SE", "", "SE-11455", "114 55"}, {"DK", "", "DK-1050", "1050"},
		{"PL", "", "00950", "00-950"}, {"PT", "", "1000205", "1000-205"}, {"LV", "", "1010", "LV-1010"}, {"LV", "", "LV1010", "LV-1010"},
		{"BR", "SP", "01310100", "01310-100"}, {"MT", "", "VLT1117", "VLT 1117"}, {"GI", "", "gx111aa", "GX11 1AA"}, {"GH", "", "ga-184-0000", "GA-184-0000"},
		{"JE", "", "je2 3ab", "JE2 3AB"}, {"SH", "", "ascn1zz", "ASCN 1ZZ"}, {"AR", "", "C1425AAA", "C1425AAA"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s writes %q as %q", tt.country, tt.typed, tt.want), func(t *testing.T) {
			a, err := address.Parse(in(tt.country, tt.typed, tt.region))
			if err != nil || a.PostalCode() != tt.want || a.Country() != tt.country {
				t.Errorf("got %q, %v", a.PostalCode(), err)
			}
		})
	}
}

func TestPostalCodesOfAnotherCountryAreRefused(t *testing.T) {
	tests := []struct{ country, region, typed string }{
		{"DE", "", "SW1A 1AA"}, {"DE", "", "1010"}, {"DE", "", "101177"}, {"DE", "", "1O117"}, {"DE", "", "F-75001"}, {"DE", "", ""},
		{"FR", "", "7500"}, {"GB", "", "10117"}, {"GB", "", "SW1A 1A"}, {"GB", "", "JE2 3AB"}, {"GB", "", "GY1 1AA"}, {"GB", "", "IM1 1AA"},
		{"US", "NY", "K1A 0B1"}, {"US", "NY", "1000"}, {"US", "NY", "10001-12"}, {"JP", "Tokyo", "10117"}, {"AT", "", "10117"}, {"CH", "", "80011"},
		{"NL", "", "1012"}, {"BE", "", "1012 AB"}, {"IT", "", "0010"}, {"ES", "", "AB1 2CD"}, {"IE", "", "10117"}, {"HK", "", "10117"},
		{"KW", "", "SW1A 1AA"}, {"CA", "ON", "10001"}, {"CA", "ON", "D1A 0B1"}, {"CA", "ON", "W1A 0B1"}, {"AU", "NSW", "20000"}, {"SE", "", "1145"}, {"DK", "", "10500"},
		{"PL", "", "0095"}, {"GH", "", "<script>"}, {"LV", "", "10117"}, {"DE", "", "10117\n"}, {"DE", "", "1\u202e0117"}, {"DE", "", strings.Repeat("1", 10_000)},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s is not given %.20q", tt.country, tt.typed), func(t *testing.T) {
			_, err := address.Parse(in(tt.country, tt.typed, tt.region))
			wantPlaces(t, err, "/postal_code")
		})
	}
}

// wantPlaces asserts that err is address_invalid at exactly these places, in any order.
func wantPlaces(t *testing.T, err error, places ...string) {
	t.Helper()
	var got []string
	for _, e := range fault.All(err) {
		got = append(got, e.At)
		if e.Kind != fault.Invalid || e.Code != "address_invalid" || e.Msg == "" {
			t.Errorf("got %+v", e)
		}
	}
	slices.Sort(got)
	slices.Sort(places)
	if !slices.Equal(got, places) {
		t.Errorf("got faults at %v, want %v", got, places)
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*address.Input)
		at     []string
	}{
		{"an unknown country", func(i *address.Input) { i.Country = "ZZ" }, []string{"/country"}},
		{"a country in small letters", func(i *address.Input) { i.Country = "de" }, []string{"/country"}},
		{"the United Kingdom by its name on number plates", func(i *address.Input) { i.Country = "UK" }, []string{"/country"}},
		{"no country", func(i *address.Input) { i.Country = "" }, []string{"/country"}},
		{"no name", func(i *address.Input) { i.Name = "" }, []string{"/name"}},
		{"no street", func(i *address.Input) { i.Line1 = " " }, []string{"/line1"}},
		{"no town", func(i *address.Input) { i.City = "" }, []string{"/city"}},
		{"a street of 10 kB", func(i *address.Input) { i.Line1 = strings.Repeat("x", 10<<10) }, []string{"/line1"}},
		{"a street of 101 letters", func(i *address.Input) { i.Line1 = strings.Repeat("x", 101) }, []string{"/line1"}},
		{"a line feed in the street", func(i *address.Input) { i.Line1 = "a\nb" }, []string{"/line1"}},
		{"a terminal's escape in the second line", func(i *address.Input) { i.Line2 = "\x1b[2J" }, []string{"/line2"}},
		{"a bidi override in the town", func(i *address.Input) { i.City = "Ber\u202elin" }, []string{"/city"}},
		{"a bidi isolate in the company", func(i *address.Input) { i.Company = "\u2067ACME" }, []string{"/company"}},
		{"a NUL in the region", func(i *address.Input) { i.Region = "\x00" }, []string{"/region"}},
		{"everything wrong at once", func(i *address.Input) {
			*i = address.Input{Country: "DE", Line2: "\r", PostalCode: "x"}
		}, []string{"/name", "/line1", "/line2", "/city", "/postal_code"}},
		{"no state in the United States", func(i *address.Input) { *i = in("US", "10001", "") }, []string{"/region"}},
		{"a state of another country", func(i *address.Input) { *i = in("US", "10001", "Bavaria") }, []string{"/region"}},
		{"a province of Canada by an unknown code", func(i *address.Input) { *i = in("CA", "K1A 0B1", "XX") }, []string{"/region"}},
		{"no prefecture in Japan", func(i *address.Input) { *i = in("JP", "100-0001", "") }, []string{"/region"}},
		{"no state in Australia", func(i *address.Input) { *i = in("AU", "2000", "") }, []string{"/region"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sent := berlin()
			tt.change(&sent)
			a, err := address.Parse(sent)
			wantPlaces(t, err, tt.at...)
			if !a.IsZero() {
				t.Error("a refused address was given out")
			}
		})
	}
}

func TestRegionsAreKnownByCodeAndName(t *testing.T) {
	tests := []struct{ country, postal, region, code string }{
		{"US", "10001", "NY", "NY"}, {"US", "10001", "ny", "NY"}, {"US", "10001", "US-NY", "NY"}, {"US", "10001", "New York", "NY"},
		{"US", "20500", "D.C.", ""}, {"US", "20500", "District of Columbia", "DC"}, {"US", "00901", "PR", "PR"}, {"US", "09001", "AE", "AE"},
		{"CA", "K1A 0B1", "québec", "QC"}, {"CA", "K1A 0B1", "Quebec", "QC"}, {"CA", "K1A 0B1", "CA-ON", "ON"},
		{"JP", "100-0001", "13", "13"}, {"JP", "100-0001", "JP-13", "13"}, {"JP", "100-0001", "Tōkyō", "13"}, {"JP", "100-0001", "東京都", "13"},
		{"AU", "2000", "nsw", "NSW"}, {"AU", "2000", "New South Wales", "NSW"}, {"IE", "", "Co. Cork", "none"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s takes %q for %q", tt.country, tt.region, tt.code), func(t *testing.T) {
			a, err := address.Parse(in(tt.country, tt.postal, tt.region))
			switch tt.code {
			case "":
				wantPlaces(t, err, "/region")
			case "none":
				if err != nil || a.RegionCode() != "" || a.Fields().Region != tt.region {
					t.Errorf("got %q, %v", a.RegionCode(), err)
				}
			default:
				if err != nil || a.RegionCode() != tt.code {
					t.Errorf("got %q, %v", a.RegionCode(), err)
				}
			}
		})
	}
}

func TestPOBoxesAreRefusedForCouriersOnly(t *testing.T) {
	for _, line := range []string{
		"PO Box 12", "P.O. Box 12", "p.o.box12", "P O Box #12", "Post Office Box 12", "Postbox 7", "GPO Box 1", "Locked Bag 3", "Private Bag X9",
		"Postfach 10 20 30", "POSTFACH", "BP 123", "B.P. 123", "Boîte postale 5", "CS 12345", "Casella Postale 9", "Apartado de Correos 5", "Apdo. 7",
		"Caixa Postal 8", "Postbus 99", "Postboks 4", "Skrytka pocztowa 2", "Box 1234", "PL 12", "私書箱12号", "ＰＯ Ｂｏｘ 12", "c/o ACME, PO Box 3",
	} {
		t.Run(line, func(t *testing.T) {
			for _, at := range []string{"/line1", "/line2"} {
				sent := berlin()
				if at == "/line1" {
					sent.Line1 = line
				} else {
					sent.Line2 = line
				}
				_, err := address.Parse(sent, address.ForCourier)
				wantPlaces(t, err, at)
				if a, err := address.Parse(sent); err != nil || !a.IsPOBox() {
					t.Errorf("by post: %v, known as a box: %v", err, a.IsPOBox())
				}
			}
		})
	}
	for _, line := range []string{"Box Hill Road 5", "Postbusstraat 3", "Boxgasse 12", "BP Street", "12 Mailbox Lane", "Apartment 5", "Postfachstraße 3", "5 Box 12 Mews", "Rue du CS"} {
		t.Run(line+" has a door", func(t *testing.T) {
			sent := berlin()
			sent.Line1 = line
			if a, err := address.Parse(sent, address.ForCourier); err != nil || a.IsPOBox() {
				t.Errorf("refused: %v", err)
			}
		})
	}
}

func TestEveryCountryTakesAnAddress(t *testing.T) {
	known := 0
	for first := 'A'; first <= 'Z'; first++ {
		for second := 'A'; second <= 'Z'; second++ {
			code := string([]rune{first, second})
			if !address.IsCountry(code) {
				continue
			}
			known++
			// Without a postal code and region, nothing but those two may be wanting.
			_, err := address.Parse(in(code, "", ""))
			for _, e := range fault.All(err) {
				if e.At != "/postal_code" && e.At != "/region" {
					t.Errorf("%s refuses a plain address at %s", code, e.At)
				}
			}
			if a, err := address.Parse(in(code, "", "")); err == nil && len(a.Label("DE")) < 3 {
				t.Errorf("the label of %s is %d lines", code, len(a.Label("DE")))
			}
		}
	}
	if known != 249 {
		t.Errorf("%d countries, but ISO 3166-1 has 249", known)
	}
}

func TestRestoreGivesBackWhatWasParsed(t *testing.T) {
	for _, sent := range []address.Input{
		berlin(), in("US", "10001", "New York"), in("JP", "1000001", "東京都"), in("JP", "1000001", "13"), in("HK", "", ""), in("GB", "SW1A1AA", "Kent"), in("CA", "k1a0b1", "Québec"),
	} {
		sent.Company, sent.Line2 = "ACME", "Flat 2"
		a, err := address.Parse(sent)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(a.Fields())
		if err != nil {
			t.Fatal(err)
		}
		var read address.Input
		if err := json.Unmarshal(text, &read); err != nil {
			t.Fatal(err)
		}
		if back, err := address.Restore(read); err != nil || back != a {
			t.Errorf("%s came back changed: %v", sent.Country, err)
		}
	}
	for _, bad := range []address.Input{{}, {Name: "Ada", Country: "ZZ"}, {Name: "Ada\n", Country: "DE"}} {
		if _, err := address.Restore(bad); fault.KindOf(err) != fault.Internal || fault.Code(err) != "address_unreadable" {
			t.Errorf("got %v", err)
		}
	}
}

func TestNothingShowsAnAddress(t *testing.T) {
	sent := address.Input{Name: "Canary One", Company: "Canary Two", Line1: "Canary Three", Line2: "Canary Four", City: "Canary Five", Region: "Canary Six", PostalCode: "10117", Country: "DE"}
	a, err := address.Parse(sent)
	if err != nil {
		t.Fatal(err)
	}
	holder := struct {
		Open   address.Address
		hidden address.Address
		In     *address.Input
	}{a, a, &sent}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "a", a, "in", sent, "holder", holder)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "a", a, "in", sent, "pointer", &a, "sent", &sent)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
		fmt.Fprintf(&out, strings.Repeat(verb+"\n", 6), a, &a, holder, sent, &sent, a.Name())
	}
	bad := sent
	bad.PostalCode, bad.City = "Canary 7", strings.Repeat("Canary", 100)
	_, err = address.Parse(bad)
	fmt.Fprintln(&out, err, a.String(), a.GoString())
	if strings.Contains(out.String(), "Canary") || strings.Contains(out.String(), "10117") || strings.Contains(out.String(), "43616e617279") {
		t.Errorf("an address was shown:\n%s", out.String())
	}
	for _, v := range []any{a, &a, holder.Open} {
		if text, err := json.Marshal(v); err == nil {
			t.Errorf("an address was written as JSON: %s", text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Ada", "1 Street", "Town", "NY", "10001", "US", "ACME")
	f.Add("O'Brien", "\u202e", "", "東京都", "〒100-0001", "JP", "\x00")
	f.Add("علی\u200cرضا", "PO Box", strings.Repeat("x", 10_000), "", "SW1A1AA", "GB", "")
	f.Fuzz(func(t *testing.T, name, line, city, region, postal, country, company string) {
		sent := address.Input{Name: name, Line1: line, Line2: company, City: city, Region: region, PostalCode: postal, Country: country, Company: company}
		a, err := address.Parse(sent, address.ForCourier)
		if err != nil {
			for _, e := range fault.All(err) {
				if e.Kind != fault.Invalid || e.Code != "address_invalid" || e.At == "" {
					t.Fatalf("got %+v", e)
				}
			}
			return
		}
		again, err := address.Parse(a.Fields(), address.ForCourier)
		if err != nil || again != a {
			t.Fatalf("what was accepted is not accepted again: %v", err)
		}
		for _, l := range a.Label("DE") {
			if strings.ContainsAny(l, "\r\n\x00\x1b") {
				t.Fatalf("a label has a control character: %q", l)
			}
		}
	})
}
