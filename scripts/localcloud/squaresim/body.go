package squaresim

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// body is a JSON object of a request. The first thing that is wrong with it stays in wrong, shared with the objects inside; readers
// then give zero values.
type body struct {
	fields map[string]any
	path   string
	wrong  **apiError
}

func readBody(raw []byte) (body, *apiError) {
	var first *apiError
	b := body{fields: map[string]any{}, wrong: &first}
	if len(bytes.TrimSpace(raw)) == 0 {
		return b, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if decoder.Decode(&b.fields) != nil || b.fields == nil || decoder.More() || !utf8.Valid(raw) {
		return b, refuse("EXPECTED_JSON_BODY", "", "The body is not a JSON object.")
	}
	return b, nil
}

func (b body) at(name string) string {
	if b.path == "" {
		return name
	}
	return b.path + "." + name
}

func (b body) fail(e *apiError) {
	if *b.wrong == nil {
		*b.wrong = e
	}
}

// only refuses fields that are not simulated: what is misspelt would be lost otherwise.
func (b body) only(names ...string) {
	for _, name := range sortedKeys(b.fields) {
		if !slices.Contains(names, name) {
			b.fail(refuse("UNKNOWN_BODY_PARAMETER", b.at(name), "The field is not known to the simulation."))
		}
	}
}

func (b body) has(name string) bool { return b.fields[name] != nil }

// text reads a text of at most longest characters; "" if it is not there.
func (b body) text(name string, longest int) string {
	value, there := b.fields[name]
	if !there || value == nil {
		return ""
	}
	text, ok := value.(string)
	switch {
	case !ok:
		b.fail(refuse("EXPECTED_STRING", b.at(name), "Expected a string."))
	case len([]rune(text)) > longest:
		b.fail(refuse("VALUE_TOO_LONG", b.at(name), "The field must not be longer than "+strconv.Itoa(longest)+" characters."))
	default:
		return text
	}
	return ""
}

// need is text that must be there.
func (b body) need(name string, longest int) string {
	if b.has(name) && b.fields[name] == "" {
		b.fail(refuse("VALUE_EMPTY", b.at(name), "The field must not be empty."))
	}
	if !b.has(name) {
		b.fail(missing(b.at(name)))
	}
	return b.text(name, longest)
}

func (b body) flag(name string, unset bool) bool {
	if !b.has(name) {
		return unset
	}
	value, ok := b.fields[name].(bool)
	if !ok {
		b.fail(refuse("EXPECTED_BOOLEAN", b.at(name), "Expected a boolean."))
	}
	return value
}

func (b body) integer(name string, unset int64) int64 {
	if !b.has(name) {
		return unset
	}
	number, ok := b.fields[name].(json.Number)
	value, err := strconv.ParseInt(string(number), 10, 64)
	if !ok || err != nil {
		b.fail(refuse("EXPECTED_INTEGER", b.at(name), "Expected an integer."))
		return unset
	}
	return value
}

// part is an object inside; one without fields if it is not there.
func (b body) part(name string) body {
	inner := body{path: b.at(name), wrong: b.wrong}
	if !b.has(name) {
		return inner
	}
	fields, ok := b.fields[name].(map[string]any)
	if !ok {
		b.fail(refuse("EXPECTED_OBJECT", b.at(name), "Expected an object."))
	}
	inner.fields = fields
	return inner
}

func (b body) parts(name string) []body {
	var out []body
	for i, value := range b.array(name) {
		fields, ok := value.(map[string]any)
		if !ok {
			b.fail(refuse("EXPECTED_OBJECT", at(b.at(name), i), "Expected an object."))
		}
		out = append(out, body{fields: fields, path: at(b.at(name), i), wrong: b.wrong})
	}
	return out
}

func (b body) texts(name string) []string {
	var out []string
	for i, value := range b.array(name) {
		text, ok := value.(string)
		if !ok {
			b.fail(refuse("EXPECTED_STRING", at(b.at(name), i), "Expected a string."))
		}
		out = append(out, text)
	}
	return out
}

func (b body) array(name string) []any {
	if !b.has(name) {
		return nil
	}
	list, ok := b.fields[name].([]any)
	if !ok {
		b.fail(refuse("EXPECTED_ARRAY", b.at(name), "Expected an array."))
	}
	return list
}

// largestAmount bounds amounts; Square's own limits are the account's, and lower.
const largestAmount = 1_000_000_000_000

// money reads an amount of the account's currency, of at least least.
func (b body) money(name, currency string, least int64) int64 {
	if !b.has(name) {
		b.fail(missing(b.at(name)))
		return 0
	}
	m := b.part(name)
	m.only("amount", "currency")
	if !m.has("amount") {
		m.fail(missing(m.at("amount")))
	}
	amount := m.integer("amount", 0)
	switch m.need("currency", 3) {
	case currency, "":
	default:
		m.fail(refuse("INVALID_VALUE", m.at("currency"), "This account takes payments in "+currency+" only."))
	}
	switch {
	case amount < least:
		m.fail(refuse("VALUE_TOO_LOW", m.at("amount"), "The amount must be at least "+strconv.FormatInt(least, 10)+"."))
	case amount > largestAmount:
		m.fail(refuse("VALUE_TOO_HIGH", m.at("amount"), "The amount is more than can be paid."))
	}
	return amount
}

// moment reads a time; zero if it is not there.
func (b body) moment(name string) time.Time { return moment(b, b.text(name, 40), name) }

func moment(b body, text, name string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		b.fail(refuse("INVALID_TIME", b.at(name), "Expected a time of RFC 3339."))
	}
	return t
}

func sortedKeys[T any](m map[string]T) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
