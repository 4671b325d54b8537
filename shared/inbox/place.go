package inbox

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// Place is where a page of a list ended: on which part of the index, at which of its sort values, at which event.
type Place struct{ Part, Sort, Key string }

// Cursor writes a place as one word.
func (p Place) Cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(p.Part + "\n" + p.Sort + "\n" + p.Key))
}

// ParsePlace reads a place that Cursor wrote, on one of some parts. It is false for everything else.
func ParsePlace(cursor string, parts []string) (Place, bool) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) > 1<<10 || !utf8.Valid(raw) {
		return Place{}, false
	}
	part, rest, _ := strings.Cut(string(raw), "\n")
	sort, key, whole := strings.Cut(rest, "\n")
	p := Place{part, sort, key}
	if !whole || sort == "" || key == "" || strings.Contains(key, "\n") || p.Cursor() != cursor {
		return Place{}, false
	}
	for _, known := range parts {
		if part == known {
			return p, true
		}
	}
	return Place{}, false
}

// NothingNew is the reason of events that are ignored because their order knew already: most orders have one, so they are not listed.
const NothingNew = "nothing_new"

// Kept tells under which word of the index an event is listed, and since when; "" if it is not: received ones are found by when they
// are due, and those that are applied or brought nothing new are nobody's to look at. An entry costs a write unit, and a checkout none.
// It stays the same for as long as the state does.
func (i Item) Kept() (word, since string) {
	switch i.State {
	case Parked, Failed, Ignored:
		if i.Reason != NothingNew {
			return string(i.State), i.ReceivedAt.UTC().Format("2006-01-02T15:04:05Z")
		}
	case Received, Applied:
	}
	return "", ""
}
