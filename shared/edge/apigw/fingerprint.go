package apigw

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"hash"
	"sort"
)

// Fingerprint says whether two requests of one Idempotency-Key ask for the same: base64url(SHA-256(key, 0x00, canonical
// JSON)). White space, the order of members and how characters are escaped do not matter; numbers count as they are
// written. The key inside keeps a stored fingerprint from being tried out against personal data. A body that is not
// JSON has the fingerprint of its bytes. Safe to store and to log.
func Fingerprint(key string, body []byte) string {
	parsed, err := Parse(body)
	if err != nil {
		h := begin(key)
		h.Write([]byte{0x01}) // No JSON begins so.
		h.Write(body)
		return sum(h)
	}
	return parsed.Fingerprint(key)
}

// Fingerprint is the fingerprint of a body that is parsed already.
func (b *Body) Fingerprint(key string) string {
	h := begin(key)
	b.root.canonical(h)
	return sum(h)
}

func begin(key string) hash.Hash {
	h := sha256.New()
	h.Write([]byte(key))
	h.Write([]byte{0x00})
	return h
}

func sum(h hash.Hash) string { return base64.RawURLEncoding.EncodeToString(h.Sum(nil)) }

// canonical writes a value in one way only: members sorted by the bytes of their names, no white space, strings as
// encoding/json writes them.
func (n node) canonical(h hash.Hash) {
	switch n.is {
	case null, boolean, number:
		h.Write([]byte(n.text))
	case text:
		h.Write(quoted(n.text))
	case array:
		h.Write([]byte{'['})
		for i, each := range n.members {
			if i > 0 {
				h.Write([]byte{','})
			}
			each.canonical(h)
		}
		h.Write([]byte{']'})
	case object:
		order := make([]int, len(n.names))
		for i := range order {
			order[i] = i
		}
		sort.Slice(order, func(a, b int) bool { return n.names[order[a]] < n.names[order[b]] })
		h.Write([]byte{'{'})
		for i, at := range order {
			if i > 0 {
				h.Write([]byte{','})
			}
			h.Write(quoted(n.names[at]))
			h.Write([]byte{':'})
			n.members[at].canonical(h)
		}
		h.Write([]byte{'}'})
	}
}

func quoted(s string) []byte {
	out, err := json.Marshal(s)
	if err != nil {
		return nil // Cannot be: every string can be written.
	}
	return out
}
