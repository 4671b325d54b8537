// Package fault is the one error type that crosses packages; its kind says what the caller can do.
package fault

import (
	"context"
	"errors"
	"strings"
)

// Kind says what the caller of a failed operation can do about it.
type Kind int

// The kinds. Append only: stored records hold them.
const (
	Internal         Kind = iota // A bug, or unclassified. Alarm; show nothing.
	Invalid                      // Can never succeed as sent.
	NotFound                     // No such thing, or not for this caller.
	Conflict                     // The state moved, or does not allow it now. Reload and decide again.
	Declined                     // The gateway refused the money.
	Unavailable                  // It did not happen. The same call may be made again.
	Unknown                      // It may have happened. Ask; never assume.
	Unreadable                   // Not even readable: JSON, encoding, header, cursor.
	Unauthorized                 // No usable credential.
	Forbidden                    // A good credential that does not allow this.
	TooLarge                     // More bytes than the limit.
	UnsupportedMedia             // A media type or charset that is not taken.
	MethodNotAllowed             // The path exists, the method does not.
	TooMany                      // A limit on how often; later it may succeed.
	Stale                        // Said about another version than the one that is there. Read it, then decide again.
	Unconditional                // Must say about which version it is.
)

var names = [...]string{"internal", "invalid", "not_found", "conflict", "declined", "unavailable", "unknown", "unreadable",
	"unauthorized", "forbidden", "too_large", "unsupported_media", "method_not_allowed", "too_many", "stale", "unconditional"}

// String is the kind's name in snake_case, as logs show it.
func (k Kind) String() string {
	if k < 0 || int(k) >= len(names) {
		return "internal"
	}
	return names[k]
}

// Error is the only error type that crosses a package. All fields but Err are safe to log.
type Error struct {
	Kind Kind
	Op   string // "dynamo.Save": where it happened.
	Code string // "email_invalid": stable, part of the API.
	At   string // "#/email": where in the request, as a JSON Pointer fragment; "" if nowhere.
	Msg  string // For the person at the other end. Never holds what they sent. Empty for Internal.
	Err  error  // The cause, for logs only.
}

// Error is the text for logs: operation, kind, code, place and cause. Never shown to a client.
func (e *Error) Error() string {
	parts := make([]string, 0, 5)
	for _, s := range [...]string{e.Op, e.Kind.String(), e.Code, e.At} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	text := strings.Join(parts, " ")
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap is the cause.
func (e *Error) Unwrap() error { return e.Err }

// New makes an error with a code and a message for the person at the other end.
func New(kind Kind, op, code, msg string) *Error {
	return &Error{Kind: kind, Op: op, Code: code, Msg: msg}
}

// Wrap makes an error of a kind from a cause; nil stays nil.
func Wrap(kind Kind, op string, err error) error {
	if err == nil {
		return nil
	}
	return &Error{Kind: kind, Op: op, Err: err}
}

// KindOf is the kind of err: that of the first *Error in its tree. A deadline or cancellation that nobody
// classified is Unknown, since the work may have been done; anything else unclassified is Internal.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return Unknown
	default:
		return Internal
	}
}

// Is tells whether err is of one of the kinds. A nil error is of none.
func Is(err error, kinds ...Kind) bool {
	if err == nil {
		return false
	}
	have := KindOf(err)
	for _, k := range kinds {
		if have == k {
			return true
		}
	}
	return false
}

// Code is the code of the first *Error in err's tree, "" if there is none.
func Code(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// All lists every *Error joined in err (by errors.Join), in order; causes inside one *Error are not descended into.
func All(err error) []*Error {
	var out []*Error
	var walk func(error)
	walk = func(err error) {
		switch e := err.(type) { //nolint:errorlint // walking the tree itself, one node at a time
		case nil:
		case *Error:
			out = append(out, e)
		case interface{ Unwrap() []error }:
			for _, each := range e.Unwrap() {
				walk(each)
			}
		case interface{ Unwrap() error }:
			walk(e.Unwrap())
		}
	}
	walk(err)
	return out
}

// At gives every *Error joined in err the place prefix+At, for values checked before their place was known:
// At("#/lines/0", err) turns "/quantity" into "#/lines/0/quantity".
func At(prefix string, err error) error {
	all := All(err)
	if len(all) == 0 {
		return err
	}
	moved := make([]error, len(all))
	for i, e := range all {
		c := *e
		c.At = prefix + e.At
		moved[i] = &c
	}
	if len(moved) == 1 {
		return moved[0]
	}
	return errors.Join(moved...)
}
