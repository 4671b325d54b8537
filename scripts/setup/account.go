package setup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"till/shared/secrets"
)

// endpointsMember lists which endpoint each signing secret is of. Functions do not read it.
const endpointsMember = "webhook_endpoints"

// account is one gateway's member of the secret. A member that this program does not know stays as it is.
type account struct {
	fields map[string]json.RawMessage
}

// held is an endpoint whose signing secret is stored.
type held struct {
	ID     string `json:"id"`
	Secret string `json:"secret_sha256"` // Of its signing secret, shortened: it tells which of them is this endpoint's.
}

func openAccount(text json.RawMessage) (account, error) {
	a := account{fields: map[string]json.RawMessage{}}
	if len(text) == 0 || string(text) == "null" {
		return a, nil
	}
	if json.Unmarshal(text, &a.fields) != nil {
		return a, errors.New("the gateway's member of the secret is not a JSON object; mend it by hand first")
	}
	return a, nil
}

// text is a member that is a string; "" if it is none.
func (a account) text(member string) string {
	var text string
	if json.Unmarshal(a.fields[member], &text) != nil {
		return ""
	}
	return text
}

// set is the account with another value of a member.
func (a account) set(member string, value any) account {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err) // Strings and lists of them.
	}
	out := account{maps.Clone(a.fields)}
	out.fields[member] = text
	return out
}

// list is a member that lists texts: signing secrets or ids, newest first.
func (a account) list(member string) []string {
	var all []string
	if json.Unmarshal(a.fields[member], &all) != nil {
		return nil
	}
	return slices.DeleteFunc(all, func(s string) bool { return s == "" })
}

// endpoints are those whose signing secret is stored, newest first.
func (a account) endpoints(member string) []held {
	var all []held
	if json.Unmarshal(a.fields[endpointsMember], &all) != nil {
		return nil
	}
	stored := a.list(member)
	return slices.DeleteFunc(all, func(h held) bool {
		return !IsID(h.ID) || !slices.ContainsFunc(stored, func(s string) bool { return digest(s) == h.Secret })
	})
}

// loose counts signing secrets that are of no endpoint we know of: somebody put them in by hand.
func (a account) loose(member string) int {
	known := a.endpoints(member)
	n := 0
	for _, s := range a.list(member) {
		if !slices.ContainsFunc(known, func(h held) bool { return h.Secret == digest(s) }) {
			n++
		}
	}
	return n
}

// add is the account with one more endpoint, whose secret comes first.
func (a account) add(member, id string, signing secrets.Secret) account {
	value := signing.Reveal()
	others := slices.DeleteFunc(a.list(member), func(s string) bool { return s == value })
	known := slices.DeleteFunc(a.endpoints(member), func(h held) bool { return h.ID == id })
	return a.set(member, append([]string{value}, others...)).set(endpointsMember, append([]held{{id, digest(value)}}, known...))
}

// only is the account with the signing secret of one endpoint, and no other; not ok if that is what it is.
func (a account) only(member, id string) (account, bool) {
	known := a.endpoints(member)
	at := slices.IndexFunc(known, func(h held) bool { return h.ID == id })
	if at < 0 || len(known) == 1 && a.loose(member) == 0 {
		return a, false
	}
	kept := slices.DeleteFunc(a.list(member), func(s string) bool { return digest(s) != known[at].Secret })
	return a.set(member, kept).set(endpointsMember, known[at:at+1]), true
}

// addID is the account with an endpoint's id in front; not ok if it is there.
func (a account) addID(member, id string) (account, bool) {
	ids := a.list(member)
	if len(ids) > 0 && ids[0] == id {
		return a, false
	}
	return a.set(member, append([]string{id}, slices.DeleteFunc(ids, func(other string) bool { return other == id })...)), true
}

// onlyID is the account with one endpoint's id, and no other; not ok if that is what it is.
func (a account) onlyID(member, id string) (account, bool) {
	if ids := a.list(member); len(ids) == 1 && ids[0] == id {
		return a, false
	}
	return a.set(member, []string{id}), true
}

// digest tells signing secrets apart without being one. They are of 22 random letters and more, so it cannot be turned back.
func digest(signing string) string {
	sum := sha256.Sum256([]byte(signing))
	return hex.EncodeToString(sum[:8])
}

// hidden is a text as a secret that never prints.
func hidden(text string) secrets.Secret {
	var s secrets.Secret
	_ = s.UnmarshalText([]byte(text)) // Takes every text.
	return s
}

// Signing is a signing secret out of a gateway's answer: the zero one if text is none, which has at least so many letters.
func Signing(text, prefix string, lettersMin int) secrets.Secret {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || len(rest) < lettersMin || len(text) > 255 || !isWord(rest, "_-+/=") {
		return secrets.Secret{}
	}
	return hidden(text)
}
