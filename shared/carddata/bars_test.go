package carddata_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"

	"till/shared/carddata"
)

// scheme is how a card number is made up: what it may begin with and how long it may be.
type scheme struct {
	prefixes []string
	lengths  []int
}

func schemes() []scheme {
	return []scheme{
		{[]string{"4"}, []int{16, 16, 16, 19}},
		{[]string{"51", "52", "53", "54", "55", "2221", "2345", "2500", "2699", "2720"}, []int{16}},
		{[]string{"34", "37"}, []int{15}},
		{[]string{"36", "38", "39", "300", "305", "3095"}, []int{14, 16, 19}},
		{[]string{"6011", "644", "649", "65", "622126"}, []int{16, 19}},
		{[]string{"3528", "3566", "3589"}, []int{16, 19}},
		{[]string{"62", "81"}, []int{16, 17, 18, 19}},
		{[]string{"5018", "5020", "5038", "5893", "6304", "6759", "6761", "6762", "6763"}, []int{14, 15, 16, 17, 18, 19}},
		{[]string{"2200", "2204"}, []int{16, 19}},
	}
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.Intn(len(from))] }

func madeUpCard(r *rand.Rand) string {
	s := pick(r, schemes())
	length := pick(r, s.lengths)
	number := pick(r, s.prefixes)
	for len(number) < length-1 {
		number += fmt.Sprint(r.Intn(10))
	}
	return number + lastDigit(number)
}

// lastDigit makes the Luhn sum right.
func lastDigit(number string) string {
	sum := 0
	for i := range len(number) {
		v := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return fmt.Sprint((10 - sum%10) % 10)
}

func separators() []string {
	return []string{" ", "-", ".", "/", " - ", "  ", "\t", "\n", "\u00a0", "\u2009", "\u202f", "\u3000", "\u200b", "\u200c", "\u200d",
		"\u2060", "\ufeff", "\u00ad", "\u2010", "\u2011", "\u2013", "\u2014", "\u2212", "\uff0d", "\uff0e", "\uff0f", "·", "•", "_", "\u202e", "\u180e"}
}

// disguised writes a number with separators between groups of four, between all digits or anywhere, in one script or
// several.
func disguised(r *rand.Rand, number string) string {
	zeros := []rune{'0', '0', '0', '０', '٠', '۰', '०', '০', '๐', '༠', '᠐', '꘠', '𝟎', '𝟘', '𝟶'}
	zero, between, how := pick(r, zeros), pick(r, separators()), r.Intn(5)
	var b strings.Builder
	for i, c := range number {
		apart := i > 0 && (how == 1 && i%4 == 0 || how == 2 || how > 2 && r.Intn(3) == 0)
		if how == 4 {
			between = pick(r, separators())
			if r.Intn(4) == 0 {
				zero = pick(r, zeros)
			}
		}
		if apart {
			b.WriteString(between)
		}
		b.WriteRune(c - '0' + zero)
	}
	return b.String()
}

func TestEveryMadeUpCardIsCaught(t *testing.T) {
	const cards = 10_000
	r := rand.New(rand.NewSource(1))
	around := [][2]string{{"", ""}, {"card ", ""}, {"my number is ", ", thanks"}, {"(", ")"}, {"\"", "\""}, {"x", "y"}, {"卡号", "有效期"},
		{"", " 12/27"}, {"", " 1227 123"}, {"order 17: ", " ok"}, {"=", "&b=1"}, {"№", "!"}, {"line 1\n", "\nline 3"}}
	for range cards {
		number := madeUpCard(r)
		place := pick(r, around)
		text := place[0] + disguised(r, number) + place[1]
		if !carddata.Found(text, carddata.Field) {
			t.Errorf("%s was missed in %q", number, text)
		}
		masked := carddata.Mask(text)
		if strings.Contains(masked, number) || carddata.Found(masked, carddata.FreeText) {
			t.Errorf("%s is left in %q", number, masked)
		}
	}
}

func digits(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('0' + r.Intn(10))
	}
	return string(b)
}

func letters(r *rand.Rand, n int, alphabet string) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.Intn(len(alphabet))]
	}
	return string(b)
}

// plausible makes ids, phones and tracking numbers as they are seen in a shop. What is all digits and as long as a
// card number is what cards are mistaken for; one in ten of those passes Luhn, whoever checks.
func plausible() map[string]func(*rand.Rand) string {
	const base32, hex = "0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdef"
	uuid := func(r *rand.Rand) string {
		h := letters(r, 30, hex)
		return h[:8] + "-" + h[8:12] + "-4" + h[12:15] + "-" + letters(r, 1, "89ab") + h[15:18] + "-" + h[18:30]
	}
	return map[string]func(*rand.Rand) string{
		"our ids":        func(r *rand.Rand) string { return "ord_" + letters(r, 26, base32) },
		"UUIDs":          uuid,
		"SHA-256 in hex": func(r *rand.Rand) string { return letters(r, 64, hex) },
		"trace ids":      func(r *rand.Rand) string { return "1-" + letters(r, 8, hex) + "-" + letters(r, 24, hex) },
		"Stripe ids":     func(r *rand.Rand) string { return "pi_3" + letters(r, 23, base32+"ABCDEFGHJKMNPQRSTVWXYZ") },
		"order numbers":  func(r *rand.Rand) string { return fmt.Sprintf("%d-%06d", 2015+r.Intn(15), r.Intn(1e6)) },
		"dated order numbers": func(r *rand.Rand) string {
			return fmt.Sprintf("202%d%02d%02d-%s", r.Intn(10), 1+r.Intn(12), 1+r.Intn(28), digits(r, 6))
		},
		"Amazon order numbers":  func(r *rand.Rand) string { return fmt.Sprintf("30%d-%s-%s", r.Intn(7), digits(r, 7), digits(r, 7)) },
		"times in microseconds": func(r *rand.Rand) string { return "17" + digits(r, 14) },
		"German mobiles":        func(r *rand.Rand) string { return "+491" + pick(r, []string{"5", "6", "7"}) + digits(r, 9) },
		"spaced phones":         func(r *rand.Rand) string { return "+49 " + digits(r, 3) + " " + digits(r, 4) + " " + digits(r, 3) },
		"American phones":       func(r *rand.Rand) string { return "+1 " + digits(r, 3) + "-555-" + digits(r, 4) },
		"other phones": func(r *rand.Rand) string {
			return "+" + pick(r, []string{"33", "39", "44", "55", "62", "81", "86"}) + digits(r, 9+r.Intn(3))
		},
		"UPS":  func(r *rand.Rand) string { return "1Z" + letters(r, 6, base32) + digits(r, 10) },
		"USPS": func(r *rand.Rand) string { return "94" + digits(r, 20) },
		"USPS in groups": func(r *rand.Rand) string {
			d := "94" + digits(r, 20)
			return fmt.Sprintf("%s %s %s %s %s %s", d[:4], d[4:8], d[8:12], d[12:16], d[16:20], d[20:])
		},
		"DHL":        func(r *rand.Rand) string { return "003404341" + digits(r, 11) },
		"DPD":        func(r *rand.Rand) string { return "0" + digits(r, 13) },
		"FedEx":      func(r *rand.Rand) string { return digits(r, 12) },
		"Royal Mail": func(r *rand.Rand) string { return letters(r, 2, "ABCDEFG") + digits(r, 9) + "GB" },
		"EANs":       func(r *rand.Rand) string { return "4" + digits(r, 12) },
		"times": func(r *rand.Rand) string {
			return fmt.Sprintf("2026-%02d-%02dT%02d:%02d:%02d.%sZ", 1+r.Intn(12), 1+r.Intn(28), r.Intn(24), r.Intn(60), r.Intn(60), digits(r, 6))
		},
	}
}

func TestAtMostOneInAThousandPlausibleIDsIsRefused(t *testing.T) {
	const ids, oneIn = 100_000, 1000
	kinds := plausible()
	refused := 0
	for name, made := range kinds {
		r := rand.New(rand.NewSource(2))
		here := 0
		each := ids/len(kinds) + 1
		for range each {
			if carddata.Found(made(r), carddata.Field) {
				here++
			}
		}
		t.Logf("%-22s %3d of %d refused", name, here, each)
		if here*oneIn > each {
			t.Errorf("%s: %d of %d refused", name, here, each)
		}
		refused += here
	}
	if refused*oneIn > ids {
		t.Errorf("%d of %d refused", refused, ids)
	}
}

func TestATextWithoutDigitsCostsNoMemory(t *testing.T) {
	texts := []string{"Unter den Linden", "Nguyễn Thị Ánh", "mug-blue", strings.Repeat("a b-", 1000)}
	for _, text := range texts {
		if n := testing.AllocsPerRun(100, func() { carddata.Found(text, carddata.FreeText); carddata.Mask(text) }); n != 0 {
			t.Errorf("%.20q: %v allocations", text, n)
		}
	}
}

func BenchmarkFound(b *testing.B) {
	for name, text := range map[string]string{
		"without digits": strings.Repeat("Unter den Linden ", 60), "with digits": strings.Repeat("order 4711, 12 pieces ", 50),
		"hostile": strings.Repeat("4 ", 500), "other script": strings.Repeat("Нгуен 東京 ", 50),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				carddata.Found(text, carddata.FreeText)
			}
		})
	}
}
