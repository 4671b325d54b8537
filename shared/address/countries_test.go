package address_test

import (
	"slices"
	"strings"
	"testing"

	"till/shared/address"
)

// inUse are postal codes that are in use: a place in the capital or the main town of each country. Facts of the countries' posts, as
// collected for https://chromium-i18n.appspot.com/ssl-address and by the Universal Postal Union (https://www.upu.int/en/postal-solutions).
var inUse = map[string]string{
	"AD": "AD500", "AF": "1001", "AI": "AI-2640", "AL": "1001", "AM": "0010", "AR": "C1420", "AS": "96799", "AT": "1010", "AU": "2060", "AX": "22150",
	"AZ": "1000", "BA": "71000", "BB": "BB23026", "BD": "1340", "BE": "1000", "BG": "1000", "BH": "317", "BL": "97100", "BM": "HM 12", "BN": "BT2328",
	"BR": "20010-974", "BT": "11001", "BY": "220050", "CA": "H3Z 2Y7", "CC": "6799", "CH": "3030", "CL": "8340457", "CN": "100005", "CO": "111221",
	"CR": "10101", "CU": "10700", "CV": "7600", "CX": "6798", "CY": "2008", "CZ": "100 00", "DE": "26133", "DK": "1566", "DO": "11903", "DZ": "40304",
	"EC": "090105", "EE": "69501", "EG": "12411", "EH": "70000", "ES": "28039", "ET": "1000", "FI": "00550", "FK": "FIQQ 1ZZ", "FM": "96941", "FO": "100",
	"FR": "33380", "GB": "EC1Y 8SY", "GE": "0101", "GF": "97300", "GG": "GY1 1AA", "GI": "GX11 1AA", "GL": "3900", "GN": "001", "GP": "97100",
	"GR": "151 24", "GS": "SIQQ 1ZZ", "GT": "09001", "GU": "96910", "GW": "1000", "HM": "7050", "HN": "31301", "HR": "10000", "HT": "6120", "HU": "1037",
	"ID": "40115", "IE": "A65 F4E2", "IL": "9614303", "IM": "IM2 1AA", "IN": "110034", "IO": "BBND 1ZZ", "IQ": "31001", "IR": "11936-12345", "IS": "320",
	"IT": "00144", "JE": "JE1 1AA", "JO": "11937", "JP": "154-0023", "KE": "20100", "KG": "720001", "KH": "120101", "KR": "03051", "KW": "54541",
	"KY": "KY1-1100", "KZ": "040900", "LA": "01160", "LB": "2038 3054", "LI": "9496", "LK": "20000", "LR": "1000", "LS": "100", "LT": "04340", "LU": "4750",
	"LV": "LV-1073", "LY": "00000", "MA": "53000", "MC": "98000", "MD": "2012", "ME": "81257", "MF": "97100", "MG": "501", "MH": "96960", "MK": "1314",
	"MM": "11181", "MN": "65030", "MP": "96950", "MQ": "97220", "MT": "NXR 01", "MU": "42602", "MV": "20026", "MX": "02860", "MY": "43000", "MZ": "1102",
	"NA": "10001", "NC": "98814", "NE": "8001", "NF": "2899", "NG": "930283", "NI": "52000", "NL": "1234 AB", "NO": "0025", "NP": "44601", "NZ": "6001",
	"OM": "133", "PE": "15074", "PF": "98709", "PG": "111", "PH": "1008", "PK": "44000", "PL": "00-950", "PM": "97500", "PN": "PCRN 1ZZ", "PR": "00930",
	"PT": "2725-079", "PW": "96940", "PY": "1536", "RE": "97400", "RO": "060274", "RS": "106314", "RU": "247112", "SA": "11564", "SD": "11042",
	"SE": "113 49", "SG": "546080", "SH": "STHL 1ZZ", "SI": "4000", "SJ": "9170", "SK": "010 01", "SM": "47890", "SN": "12500", "SO": "JH 09010",
	"SV": "1101", "SZ": "H100", "TC": "TKCA 1ZZ", "TH": "10150", "TJ": "735450", "TM": "744000", "TN": "1002", "TR": "01960", "TT": "500234", "TW": "104",
	"TZ": "16471", "UA": "15432", "UM": "96898", "US": "95014", "UY": "11600", "UZ": "702100", "VA": "00120", "VC": "VC0100", "VE": "1010", "VG": "VG1110",
	"VI": "00802", "VN": "70010", "WF": "98600", "YT": "97600", "ZA": "0083", "ZM": "50100",
}

// without are the countries that have no postal codes: one that is given is another country's.
var without = []string{"AE", "AG", "AO", "AW", "BF", "BI", "BJ", "BQ", "BS", "BW", "BZ", "CD", "CF", "CG", "CI", "CK", "CM", "CW", "DJ", "ER", "FJ", "GA", "GD", "GM",
	"GQ", "GY", "HK", "JM", "KI", "KM", "KN", "ML", "MO", "MR", "NR", "NU", "QA", "SB", "SC", "SL", "SR", "ST", "SX", "SY", "TD", "TG", "TK", "TO", "TV", "VU",
	"WS", "YE", "ZW"}

// loose have codes by several or young rules: any is taken, and none too.
var loose = []string{"AQ", "BO", "BV", "DM", "GH", "KP", "LC", "MS", "MW", "PA", "PS", "RW", "SS", "TF", "TL", "UG"}

// somewhere is an address in a country with everything but the postal code.
func somewhere(country, postal string) address.Input {
	region := map[string]string{"AU": "NSW", "BR": "Rio de Janeiro", "CA": "QC", "CN": "Beijing", "IN": "Delhi", "JP": "Tokyo", "MX": "Ciudad de México", "US": "CA"}[country]
	return address.Input{Name: "Ada Byron", Line1: "1 Main Street", City: "Town", Region: region, PostalCode: postal, Country: country}
}

// swapped is a code with a letter for its first digit, or a digit for its first letter.
func swapped(code string) string {
	first := "Q"
	if code[0] < '0' || code[0] > '9' {
		first = "0"
	}
	return first + code[1:]
}

func TestEachCountrysPostalCodes(t *testing.T) {
	for country, code := range inUse {
		t.Run(country, func(t *testing.T) {
			a, err := address.Parse(somewhere(country, code))
			if err != nil || a.PostalCode() != code {
				t.Errorf("%s is not taken: %q, %v", code, a.PostalCode(), err)
			}
			if a, err := address.Parse(somewhere(country, " "+strings.ToLower(strings.NewReplacer(" ", "", "-", "").Replace(code))+" ")); err != nil || a.PostalCode() != code {
				t.Errorf("%s as people type it is %q, %v", code, a.PostalCode(), err)
			}
			for _, bad := range []string{code + "9X", swapped(code), "!" + code, "XXXXXXXXX"} {
				if a, err := address.Parse(somewhere(country, bad)); err == nil && a.PostalCode() == bad {
					t.Errorf("%s is taken", bad)
				}
			}
			if _, err := address.Parse(somewhere(country, "ZZ-ZZZ-Z1")); err == nil {
				t.Error("a code of nowhere is taken")
			}
		})
	}
	for _, country := range without {
		if _, err := address.Parse(somewhere(country, "")); err != nil {
			t.Errorf("%s without a code: %v", country, err)
		}
		if _, err := address.Parse(somewhere(country, "10117")); err == nil {
			t.Errorf("%s has no postal codes, and 10117 is taken", country)
		}
	}
	for _, country := range loose {
		for _, code := range []string{"", "AB1234"} {
			if _, err := address.Parse(somewhere(country, code)); err != nil {
				t.Errorf("%s, code %q: %v", country, code, err)
			}
		}
	}
}

// TestEveryCountryIsInOneOfTheLists holds the lists to all codes of ISO 3166-1.
func TestEveryCountryIsInOneOfTheLists(t *testing.T) {
	n := 0
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			_, has := inUse[code]
			listed := has || slices.Contains(without, code) || slices.Contains(loose, code)
			if address.IsCountry(code) != listed {
				t.Errorf("%s: a country %v, listed %v", code, address.IsCountry(code), listed)
			}
			if listed {
				n++
			}
		}
	}
	if n != 249 {
		t.Errorf("%d countries; ISO 3166-1 has 249", n)
	}
}
