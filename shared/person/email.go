package person

import (
	"strings"

	"till/shared/fault"
)

// RFC 5321 §4.5.3.1 and RFC 3696 erratum 1690: 64 bytes in front of the @, 254 in all.
const (
	emailBytesMax = 254
	localBytesMax = 64
)

// atext are the characters, besides letters and digits, that stand in front of the @ (RFC 5322 §3.2.3).
const atext = "!#$%&'*+-/=?^_`{|}~"

// Email is one address that mail can be sent to. Personal data: only vault and the mailer call Text and Normal.
type Email struct{ hidden }

// ParseEmail takes one address, local@domain: no display name, no quotes, no spaces, at most 254 bytes. The domain is
// kept in lower case and, if it is an international one, in its ASCII form (xn--…), which is what mail is sent to.
// In front of the @ only ASCII is taken, because Amazon SES cannot deliver to anything else
// (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_Destination.html). Errors: fault.Invalid, code
// email_invalid: also for a domain that mixes scripts, as look-alikes of a shop or a bank do.
func ParseEmail(s string) (Email, error) {
	local, domain, _ := strings.Cut(s, "@")
	ascii, ok := asciiDomain(domain)
	if !ok || !isLocal(local) || len(s) > emailBytesMax || len(local)+1+len(ascii) > emailBytesMax {
		return Email{}, fault.New(fault.Invalid, "person.ParseEmail", "email_invalid", "Must be one address.")
	}
	return Email{hide(local + "@" + ascii)}, nil
}

// Normal is the form that stands for the mailbox in the blind index: all in lower case. Nothing else is folded:
// ada+till@ and a.da@ may be other mailboxes. Personal data. Caller: vault.
func (e Email) Normal() string { return strings.ToLower(e.Text()) }

// Domain is what stands behind the @, as ParseEmail keeps it. It may be one person's: it is for comparing, and neither stored nor logged.
func (e Email) Domain() string {
	_, domain, _ := strings.Cut(e.Text(), "@")
	return domain
}

// isLocal tells whether s is a dot-atom: words of ordinary characters, joined by single dots.
func isLocal(s string) bool {
	if s == "" || len(s) > localBytesMax {
		return false
	}
	for word := range strings.SplitSeq(s, ".") {
		if word == "" || strings.ContainsFunc(word, notAtext) {
			return false
		}
	}
	return true
}

func notAtext(r rune) bool {
	return !isASCIILetter(r) && !isASCIIDigit(r) && !strings.ContainsRune(atext, r)
}

func isASCIILetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }

func isASCIIDigit(r rune) bool { return r >= '0' && r <= '9' }
