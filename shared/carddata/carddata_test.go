package carddata_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/quick"
	"unicode"

	"till/shared/carddata"
)

// finding is a text and whether a card number is found in it.
type finding struct {
	name string
	text string
	free bool // Searched as free text.
	want bool
}

func TestFoundHoweverItIsWritten(t *testing.T) {
	search(t, []finding{
		{"a number written without separators", "4242424242424242", false, true},
		{"groups of four", "4242 4242 4242 4242", false, true},
		{"dashes", "4242-4242-4242-4242", false, true},
		{"dots and slashes", "4242.4242/4242.4242", false, true},
		{"a separator behind every digit", "4 2 4 2 4 2 4 2 4 2 4 2 4 2 4 2", false, true},
		{"no-break spaces", "4242\u00a04242\u00a04242\u202f4242", false, true},
		{"zero-width characters inside a group", "42\u200b42\u200d4242\ufeff4242\u20604242", false, true},
		{"bidirectional marks", "\u202e4242\u202c4242\u200f42424242", false, true},
		{"full-width digits and hyphens", "４２４２－４２４２－４２４２－４２４２", false, true},
		{"Arabic-Indic digits", "٤٢٤٢٤٢٤٢٤٢٤٢٤٢٤٢", false, true},
		{"Devanagari digits", "४२४२ ४२४२ ४२४२ ४२४२", false, true},
		{"mathematical bold digits", "𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐𝟒𝟐", false, true},
		{"circled digits", "④②④②④②④②④②④②④②④②", false, true},
		{"superscript digits", "⁴²⁴²⁴²⁴²⁴²⁴²⁴²⁴²", false, true},
		{"keycap emoji", strings.Repeat("4\ufe0f\u20e32\ufe0f\u20e3", 8), false, true},
		{"scripts mixed", "4２٤2 4242 ४२४२ 4242", false, true},
		{"a line break", "4242 4242\n4242 4242", false, true},
		{"bytes that are not UTF-8 between groups", "4242\xff4242\xfe4242\xff4242", false, true},
		{"an expiry behind", "4242 4242 4242 4242 12/27", false, true},
		{"an expiry and code behind", "4242424242424242 1227 123", false, true},
		{"a number of another kind before", "room 12 4242 4242 4242 4242", false, true},
		{"a year before", "2024 4242 4242 4242 4242", false, true},
		{"letters at both ends", "card4242424242424242exp", false, true},
		{"letters without spaces in another script", "卡号4242424242424242有效期", false, true},
		{"inside a sentence", "please charge 4000-0000-0000-0002, thanks", true, true},
	})
}

func TestFoundWhateverTheScheme(t *testing.T) {
	search(t, []finding{
		{"track 1", "%B4242424242424242^BYRON/ADA^27121010000000000000?", false, true},
		{"track 1 of an unknown scheme", "%B1234567890123^BYRON/ADA^2712101?", false, true},
		{"track 2", ";4242424242424242=27121010000000000000?", false, true},
		{"track 2 of an unknown scheme", ";1234567890123456=27121010000?", false, true},
		{"Visa of 19 digits", "4000000000000000006", false, true},
		{"Mastercard", "5555 5555 5555 4444", false, true},
		{"Mastercard of the 2 series", "2223003122003222", false, true},
		{"American Express", "3782 822463 10005", false, true},
		{"Diners Club of 14 digits", "3622 720627 1667", false, true},
		{"Diners Club of 16 digits", "3056930009020004", false, true},
		{"Discover", "6011111111111117", false, true},
		{"JCB", "3566002020360505", false, true},
		{"UnionPay", "6200000000000005", false, true},
		{"UnionPay of 19 digits", "6205500000000000004", false, true},
		{"Maestro of 19 digits", "6759649826438453003", false, true},
		{"13 digits in free text", "4222222222222", true, true},
		{"13 digits in a field", "4222222222222", false, false},
	})
}

func TestNotFoundWhereThereIsNone(t *testing.T) {
	search(t, []finding{
		{"nothing", "", true, false},
		{"a wrong last digit", "4242424242424243", true, false},
		{"more than 19 digits in one group", "42424242424242424242", true, false},
		{"a number that fills a group in part only", "994242424242424242", true, false},
		{"no scheme begins so", "1234567812345670", true, false},
		{"a phone of nine digits that passes Luhn", "301234563", true, false},
		{"a German mobile number in a phone field", "+4917604069006", false, false},
		{"an EAN as a SKU", "4006381000093", false, false},
		{"a UUID", "41111111-1111-4111-a111-411111111111", false, false},
		{"a UUID within which 16 digits pass", "abcdef42-4242-4242-8242-4242aaaaaaaa", false, false},
		{"an Amazon order number", "302-1234567-1234567", false, false},
		{"a parcel number in groups", "9400 4242 4242 4242 4242 42", false, false},
		{"an IBAN with a Visa-like middle", ibanLikeACard(), false, false},
		{"names in many scripts", "O'Brien, Björk, Nguyễn Thị Ánh, محمد\u200cعلی", true, false},
		{"a time", "2025-12-31T23:59:59.123456Z", true, false},
		{"coordinates", "52.520008, 13.404954", true, false},
	})
}

func search(t *testing.T, tests []finding) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			where := carddata.Field
			if tt.free {
				where = carddata.FreeText
			}
			if got := carddata.Found(tt.text, where); got != tt.want {
				t.Errorf("%q: got %v, want %v", tt.text, got, tt.want)
			}
		})
	}
}

// ibanLikeACard looks for a German account number whose middle is a right Visa number, with right check digits.
func ibanLikeACard() string {
	for n := 0; ; n++ {
		account := fmt.Sprintf("42424242424242%04d", n)
		for check := range 97 {
			iban := fmt.Sprintf("DE%02d %s %s %s %s %s", check, account[:4], account[4:8], account[8:12], account[12:16], account[16:])
			if !carddata.Found(iban, carddata.Field) && carddata.Found(iban[5:], carddata.Field) {
				return iban
			}
		}
	}
}

func TestMask(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no number", "nothing here", "nothing here"},
		{"one", "pay 4242 4242 4242 4242 now", "pay [card] now"},
		{"several", "4242424242424242,5555555555554444", "[card],[card]"},
		{"one of 13 digits", "n 4222222222222", "n [card]"},
		{"other scripts", "№ ４２４２４２４２４２４２４２４２.", "№ [card]."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := carddata.Mask(tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestMember(t *testing.T) {
	for _, name := range []string{"cvv", "CVC", "cvv2", "card_number", "cardNumber", "Card-Number", "cvc_2", "security_code"} {
		if !carddata.Member(name) {
			t.Errorf("%q was let pass", name)
		}
	}
	for _, name := range []string{"", "sku", "number", "card", "order_number", "cvs", strings.Repeat("c", 1000), "discount_codes"} {
		if carddata.Member(name) {
			t.Errorf("%q was refused", name)
		}
	}
}

func TestEveryDecimalDigitCountsByItsValue(t *testing.T) {
	check := func(lo, hi rune) {
		if (hi-lo+1)%10 != 0 {
			t.Errorf("%U to %U does not hold whole sets of ten digits", lo, hi)
		}
		for zero := lo; zero < hi; zero += 10 {
			if !carddata.Found(written("4242424242424242", zero), carddata.Field) {
				t.Errorf("digits from %U were not read", zero)
			}
		}
	}
	for _, r := range unicode.Nd.R16 {
		check(rune(r.Lo), rune(r.Hi))
	}
	for _, r := range unicode.Nd.R32 {
		check(rune(r.Lo), rune(r.Hi))
	}
}

// written writes ASCII digits in the script whose zero is given.
func written(digits string, zero rune) string {
	return strings.Map(func(r rune) rune { return r - '0' + zero }, digits)
}

func TestMaskLeavesNothingToFind(t *testing.T) {
	clean := func(text string) bool { return !carddata.Found(carddata.Mask(text), carddata.FreeText) }
	if err := quick.Check(clean, nil); err != nil {
		t.Error(err)
	}
}

func FuzzFound(f *testing.F) {
	for _, seed := range []string{"", "4242 4242 4242 4242 12/27", "%B4242424242424242^A/B^", ";4242424242424242=2712",
		"４２４２４２４２４２４２４２４２", "abcdef42-4242-4242-8242-4242aaaaaaaa", "9400 4242 4242 4242 4242 42",
		"DE89 3704 0044 0532 0130 00", "302-1234567-1234567", "\xff4\u200b2"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if carddata.Found(text, carddata.Field) && !carddata.Found(text, carddata.FreeText) {
			t.Errorf("%q: a field is searched more eagerly than free text", text)
		}
		masked := carddata.Mask(text)
		if (masked != text) != carddata.Found(text, carddata.FreeText) {
			t.Errorf("%q: Mask and Found disagree", text)
		}
		if carddata.Found(masked, carddata.FreeText) {
			t.Errorf("%q: found again in %q", text, masked)
		}
	})
}

func Example() {
	fmt.Println(carddata.Found("mug-blue", carddata.Field))
	fmt.Println(carddata.Mask("my card is 4242 4242 4242 4242"))
	// Output:
	// false
	// my card is [card]
}
