// Package link signs the tokens that open one order to one shopper; nothing about them is stored.
package link

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"till/shared/fault"
)

// Purpose is what a token lets its bearer do: a set, joined with |.
type Purpose uint8

// The purposes.
const (
	View   Purpose = 1 << iota // See the order, without personal data.
	Pay                        // Start a payment.
	Cancel                     // Cancel before shipping.
	Return                     // Ask for a return.
	Edit                       // Change what is ordered, before it is paid.

	// Shopper is all that the shopper who placed the order may do: the token that POST /orders answers with.
	Shopper = View | Pay | Cancel | Return | Edit
)

// Life is how long a token lasts from the record that caused it. A repeat of the request gets the same token.
const Life = 7 * 24 * time.Hour

const (
	version     = 1
	headBytes   = 1 + 1 + 4 // Version, purpose, expiry in seconds since 1970.
	macBytes    = sha256.Size
	keyBytesMin = 24

	// Length is how many characters a token has.
	Length = 51
)

// domain keeps these MACs apart from whatever else may be signed with the same key one day.
const domain = "till order link\x00"

// Signer makes and checks tokens. Safe for use by many at once. Its keys lie behind pointers to strings, the one thing
// that fmt never follows, whatever holds the signer.
type Signer struct{ current, previous *string }

// Format hides the keys from every verb.
func (Signer) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "[redacted]") }

// New makes a signer. current signs; both verify, so that a rotation breaks no link; previous may be empty.
// Errors: fault.Internal, code config_invalid: a key under 24 bytes. 32 are right.
func New(current, previous []byte) (Signer, error) {
	if len(current) < keyBytesMin || len(previous) > 0 && len(previous) < keyBytesMin {
		return Signer{}, fault.New(fault.Internal, "link.New", "config_invalid", "")
	}
	s := Signer{current: derive(current)}
	if len(previous) > 0 {
		s.previous = derive(previous)
	}
	return s, nil
}

// derive makes a key of 256 bits of one of any length, for these tokens only.
func derive(key []byte) *string {
	mac := sum(key, []byte(domain))
	out := string(mac[:])
	return &out
}

// Sign gives the token for an order: the same for the same inputs. expiry counts in whole seconds; revocation is the
// order's number, which staff and erasure raise to end every token given out before. A token is a credential: never
// log it, never put it in a query.
func (s Signer) Sign(order string, p Purpose, expiry time.Time, revocation uint32) string {
	head := make([]byte, 0, headBytes+macBytes)
	head = append(head, version, byte(p))
	head = binary.BigEndian.AppendUint32(head, seconds(expiry))
	mac := sign(s.current, head, order, revocation)
	return base64.RawURLEncoding.EncodeToString(append(head, mac[:]...))
}

// Verify tells whether token allows all of need on order now. The token must be for that order, not expired, of the
// order's present revocation number, signed by the current or previous key. Errors: fault.NotFound, code not_found,
// one and the same for every reason. A caller without any token is for the caller to refuse.
func (s Signer) Verify(token, order string, need Purpose, revocation uint32, now time.Time) error {
	raw, ok := decode(token)
	head, mac := raw[:headBytes], raw[headBytes:]
	// Every check is made whatever the others say, so that the time taken tells nothing.
	signed := subtle.ConstantTimeCompare(mac, fresh(s.current, head, order, revocation))
	signed |= subtle.ConstantTimeCompare(mac, fresh(s.previous, head, order, revocation))
	isValid := ok && signed == 1 && s.current != nil && head[0] == version
	allowed := need != 0 && Purpose(head[1])&need == need
	alive := now.Unix() < int64(binary.BigEndian.Uint32(head[2:]))
	if !isValid || !allowed || !alive {
		return fault.New(fault.NotFound, "link.Verify", "not_found", "There is no such order.")
	}
	return nil
}

// decode reads a token into a full-sized buffer, so that the rest runs the same for what is none.
func decode(token string) (raw [headBytes + macBytes]byte, ok bool) {
	if len(token) != Length {
		return raw, false
	}
	text, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(text) != len(raw) {
		return raw, false
	}
	copy(raw[:], text)
	return raw, true
}

// fresh is the MAC that a token should have; without a key it is one that nobody can know.
func fresh(key *string, head []byte, order string, revocation uint32) []byte {
	if key == nil {
		return nil
	}
	mac := sign(key, head, order, revocation)
	return mac[:]
}

// sign covers head, revocation number and order. All but the order are of fixed size, so no two inputs look alike.
func sign(key *string, head []byte, order string, revocation uint32) [macBytes]byte {
	return sum([]byte(*key), head, binary.BigEndian.AppendUint32(nil, revocation), []byte(order))
}

func sum(key []byte, parts ...[]byte) (out [macBytes]byte) {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	mac.Sum(out[:0])
	return out
}

// seconds is t since 1970 in the token's 32 bits, which last until 2106.
func seconds(t time.Time) uint32 {
	return uint32(min(max(t.Unix(), 0), 1<<32-1))
}
