package apigw

import (
	"crypto/sha256"
	"encoding/base64"

	"till/shared/fault"
)

// A cursor is base64url(version, checksum, position). The checksum is SHA-256 over the version, the list's name and the
// position, without a secret: a position gives nobody more than the list itself, which is authorised on every page, so
// what matters is that an altered, cut or misplaced cursor is told apart from the end of a list. Whoever computes a
// checksum anew only chooses where to start reading, and the store must take any position.
const (
	cursorVersion    = 1
	cursorSumBytes   = 8
	positionBytesMax = 512
	cursorBytesMax   = (1 + cursorSumBytes + positionBytesMax + 2) / 3 * 4
)

// EncodeCursor makes a page's opaque "next" from the position behind it. The list's name holds its filters too
// ("staff_orders status=shipped"), so that a cursor cannot be used with others. Positions are keys, never personal data.
// Errors: fault.Internal for a position over 512 bytes.
func EncodeCursor(list, position string) (string, error) {
	if len(position) > positionBytesMax {
		return "", fault.New(fault.Internal, "apigw.EncodeCursor", "", "")
	}
	raw := append([]byte{cursorVersion}, cursorSum(list, position)...)
	return base64.RawURLEncoding.EncodeToString(append(raw, position...)), nil
}

// DecodeCursor is the position in a cursor that EncodeCursor made for the same list. Errors: fault.Unreadable,
// cursor_invalid, for everything else.
func DecodeCursor(list, cursor string) (string, error) {
	bad := &fault.Error{Kind: fault.Unreadable, Op: "apigw.DecodeCursor", Code: "cursor_invalid", At: "?next",
		Msg: "Must be the next of a page of this list."}
	if len(cursor) > cursorBytesMax {
		return "", bad
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 1+cursorSumBytes || raw[0] != cursorVersion {
		return "", bad
	}
	position := string(raw[1+cursorSumBytes:])
	// Written anew and compared, since DecodeString skips line breaks and so takes one cursor in several forms.
	again, err := EncodeCursor(list, position)
	if err != nil || again != cursor {
		return "", bad
	}
	return position, nil
}

func cursorSum(list, position string) []byte {
	h := sha256.New()
	h.Write([]byte{cursorVersion})
	listSum := sha256.Sum256([]byte(list)) // Of one length, so that list and position cannot run into each other.
	h.Write(listSum[:])
	h.Write([]byte(position))
	return h.Sum(nil)[:cursorSumBytes]
}
