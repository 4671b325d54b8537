package shoptest

import (
	"encoding/base64"
	"regexp"
	"strings"

	"till/shared/eventfile"
)

var codeIn = regexp.MustCompile(`\b\d{8}\b`)

// Code asks for a one-time code as Ada, lets the mail come, and gives it; "" if none came.
func (s *Shop) Code(purpose string) string {
	s.Helper()
	before := len(s.Mailbox.Sent())
	s.Try(Row{Status: 202}, eventfile.Request(s, "sendlink", "code-asked-for-"+purpose))
	s.Pump()
	for _, l := range s.Mailbox.Sent()[before:] {
		if strings.HasPrefix(l.Key, "code#") {
			return codeIn.FindString(l.Text)
		}
	}
	return ""
}

// CodeToken is what carries a code with its address.
func CodeToken(email, code string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(email + ":" + code))
}
