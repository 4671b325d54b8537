package person

import (
	"strings"
	"unicode/utf8"
)

// The parameters of Punycode: RFC 3492 §5.
const (
	pyBase    = 36
	pyTMin    = 1
	pyTMax    = 26
	pySkew    = 38
	pyDamp    = 700
	pyBias    = 72
	pyStart   = 128
	pyDigits  = "abcdefghijklmnopqrstuvwxyz0123456789"
	pyDeltaIn = 1 << 26 // More than a label of 63 letters can need; keeps every sum far from overflow.
)

// punycodeEncode writes a label of lower case letters as ASCII (RFC 3492 §6.3), without the prefix xn--.
func punycodeEncode(label string) (string, bool) {
	runes := []rune(label)
	if len(runes) > labelBytesMax {
		return "", false
	}
	var out strings.Builder
	for _, r := range runes {
		if r < utf8.RuneSelf {
			out.WriteRune(r)
		}
	}
	basic := out.Len()
	if basic > 0 {
		out.WriteByte('-')
	}
	n, delta, bias := rune(pyStart), 0, pyBias
	for done := basic; done < len(runes); {
		next := smallestFrom(runes, n)
		delta += int(next-n) * (done + 1)
		n = next
		for _, r := range runes {
			switch {
			case r < n:
				delta++
			case r == n:
				writeDelta(&out, delta, bias)
				bias = adapt(delta, done+1, done == basic)
				delta = 0
				done++
			}
		}
		delta++
		n++
	}
	return out.String(), true
}

func smallestFrom(runes []rune, n rune) rune {
	smallest := rune(utf8.MaxRune)
	for _, r := range runes {
		if r >= n && r < smallest {
			smallest = r
		}
	}
	return smallest
}

func writeDelta(out *strings.Builder, delta, bias int) {
	for k := pyBase; ; k += pyBase {
		t := threshold(k, bias)
		if delta < t {
			out.WriteByte(pyDigits[delta])
			return
		}
		out.WriteByte(pyDigits[t+(delta-t)%(pyBase-t)])
		delta = (delta - t) / (pyBase - t)
	}
}

// punycodeDecode reads what punycodeEncode wrote (RFC 3492 §6.2).
func punycodeDecode(coded string) (string, bool) {
	if len(coded) > labelBytesMax {
		return "", false
	}
	var runes []rune
	if cut := strings.LastIndexByte(coded, '-'); cut > 0 {
		runes, coded = []rune(coded[:cut]), coded[cut+1:]
	}
	n, i, bias := pyStart, 0, pyBias
	for coded != "" {
		before, weight := i, 1
		for k := pyBase; ; k += pyBase {
			if coded == "" {
				return "", false
			}
			digit := strings.IndexByte(pyDigits, coded[0])
			coded = coded[1:]
			if digit < 0 || weight > pyDeltaIn || i > pyDeltaIn {
				return "", false
			}
			i += digit * weight
			t := threshold(k, bias)
			if digit < t {
				break
			}
			weight *= pyBase - t
		}
		size := len(runes) + 1
		bias = adapt(i-before, size, before == 0)
		n += i / size
		i %= size
		if n > utf8.MaxRune || !utf8.ValidRune(rune(n)) { //nolint:gosec // bounded in the same condition
			return "", false
		}
		runes = append(runes[:i], append([]rune{rune(n)}, runes[i:]...)...) //nolint:gosec // bounded above
		i++
	}
	return string(runes), len(runes) > 0
}

func threshold(k, bias int) int { return min(max(k-bias, pyTMin), pyTMax) }

func adapt(delta, size int, first bool) int {
	if first {
		delta /= pyDamp
	} else {
		delta /= 2
	}
	delta += delta / size
	k := 0
	for ; delta > (pyBase-pyTMin)*pyTMax/2; k += pyBase {
		delta /= pyBase - pyTMin
	}
	return k + (pyBase-pyTMin+1)*delta/(delta+pySkew)
}
