package stripesim

import (
	"bytes"
	"net/http"
	"strconv"
	"time"
)

// forgeries are what the fault "forge" sends beside each event. A receiver must answer none of them with 2xx.
var forgeries = []string{"wrong_secret", "altered_body", "old_timestamp", "future_timestamp", "no_signature", "v0_only", "bad_hex", "empty_secret"}

// forge signs badly. All but the two with a wrong time carry a new event id, so that accepting one is no mere repeat.
func (s *Sim) forge(d *delivery, header http.Header, body []byte, secrets []string, now time.Time) []byte {
	const name = "Stripe-Signature"
	other := bytes.ReplaceAll(body, []byte(d.event.id), []byte(s.id("evt_3", 23)))
	switch d.forged {
	case "wrong_secret":
		header.Set(name, Signature(now, other, "whsec_of_a_forger_who_knows_nothing"))
	case "empty_secret":
		header.Set(name, Signature(now, other, ""))
	case "altered_body":
		header.Set(name, Signature(now, body, secrets...))
	case "old_timestamp":
		header.Set(name, Signature(now.Add(-301*time.Second), body, secrets...))
		return body
	case "future_timestamp":
		header.Set(name, Signature(now.Add(time.Hour), body, secrets...))
		return body
	case "v0_only":
		header.Set(name, Signature(now, other))
	case "bad_hex":
		header.Set(name, "t="+strconv.FormatInt(now.Unix(), 10)+",v1=not-hexadecimal")
	}
	return other
}
