package carddata

// spared tells whether what looks like a card number from a byte to another is part of something else that is written
// in one fixed way: a UUID, an Amazon order number, a bank account number (IBAN) with right check digits, or a parcel
// number of 20 digits or more that begins with 9 and is printed in groups of four, as USPS does. Each is named in the
// evidence, as a card number hidden inside one would pass.
func spared(text string, from, to int) bool {
	return insideUUID(text, from, to) || insideAmazonOrder(text, to) || insideParcelNumber(text, from, to) ||
		insideIBAN(text, from)
}

const uuidBytes = 36

func insideUUID(text string, from, to int) bool {
	for at := max(0, to-uuidBytes); at <= from && at+uuidBytes <= len(text); at++ {
		end := at + uuidBytes
		alone := (at == 0 || !isAlphanumeric(text[at-1])) && (end == len(text) || !isAlphanumeric(text[end]))
		if alone && isUUID(text[at:end]) {
			return true
		}
	}
	return false
}

// isUUID wants the shape 8-4-4-4-12 in hexadecimal and a letter: without one it could as well be card numbers.
func isUUID(s string) bool {
	letters := 0
	for i := range len(s) {
		c := s[i] | 0x20
		switch {
		case i == 8, i == 13, i == 18, i == 23:
			if s[i] != '-' {
				return false
			}
		case c >= 'a' && c <= 'f':
			letters++
		case !isDecimal(s[i]):
			return false
		}
	}
	return letters > 0
}

// insideAmazonOrder knows 302-1234567-1234567 by its end.
func insideAmazonOrder(text string, to int) bool {
	const shape = "000-0000000-0000000"
	begin := to - len(shape)
	return begin >= 0 && fits(text[begin:to], shape) && (begin == 0 || !isDecimal(text[begin-1]) && text[begin-1] != '-')
}

// insideParcelNumber knows 9400 1118 9922 3397 5619 77 by the groups before the one where the number seemed to begin.
func insideParcelNumber(text string, from, to int) bool {
	begin := from
	for begin >= 5 && fits(text[begin-5:begin], "0000 ") {
		begin -= 5
	}
	if begin == from || text[begin] != '9' || (begin > 0 && isDecimal(text[begin-1])) {
		return false
	}
	groups := text[begin:to]
	for i := range len(groups) {
		if i%5 == 4 && groups[i] != ' ' || i%5 != 4 && !isDecimal(groups[i]) {
			return false
		}
	}
	return len(groups) >= len("0000 0000 0000 0000 0000")
}

// insideIBAN knows DE89 3704 0044 0532 0130 00 by its check digits (ISO 13616: the whole is 1 modulo 97).
func insideIBAN(text string, from int) bool {
	begin := from
	for begin > 0 && from-begin < ibanBytesMax && (isDecimal(text[begin-1]) || text[begin-1] == ' ') {
		begin--
	}
	if begin < 2 || !isCapital(text[begin-1]) || !isCapital(text[begin-2]) || (begin > 2 && isAlphanumeric(text[begin-3])) {
		return false
	}
	country := (int(text[begin-2]-'A')+10)*100 + int(text[begin-1]-'A') + 10
	digits, check, rest := 0, 0, 0
	for i := begin; i < len(text) && digits < ibanBytesMax; i++ {
		c := text[i]
		if c == ' ' {
			continue
		}
		if !isDecimal(c) {
			break
		}
		if digits++; digits <= 2 {
			check = check*10 + int(c-'0')
		} else {
			rest = (rest*10 + int(c-'0')) % 97
		}
	}
	return digits >= 13 && ((rest*10000+country)%97*100+check)%97 == 1
}

const ibanBytesMax = 42 // 34 characters and the spaces between them.

// fits compares s with a shape in which 0 stands for any digit.
func fits(s, shape string) bool {
	if len(s) != len(shape) {
		return false
	}
	for i := range len(s) {
		if shape[i] == '0' && !isDecimal(s[i]) || shape[i] != '0' && s[i] != shape[i] {
			return false
		}
	}
	return true
}

func isDecimal(c byte) bool      { return c >= '0' && c <= '9' }
func isCapital(c byte) bool      { return c >= 'A' && c <= 'Z' }
func isAlphanumeric(c byte) bool { return isDecimal(c) || isCapital(c&^0x20) }
