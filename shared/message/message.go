// Package message is what functions send each other through queues: ids only, never personal data.
package message

import (
	"encoding/json"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/passcode"
)

// version is of the messages' shape. A message of another version is left to a newer function, and to the dead-letter
// queue.
const version = 1

// Event says that a gateway's event waits in the inbox, by its key.
type Event struct {
	V     int    `json:"v"`
	Event string `json:"event"`
}

// Fulfillment says that an order is to be carried by the machine, under a try's name.
type Fulfillment struct {
	V     int      `json:"v"`
	Order order.ID `json:"order"`
	Try   int      `json:"try"`
}

// Mail says that a mail is owed for a change of an order; or, with an Index, that somebody asks for a new link to it; or, with a Purpose and
// no order, for a one-time code.
type Mail struct {
	V      int      `json:"v"`
	Order  order.ID `json:"order"`
	Change int      `json:"change,omitempty"`
	Kind   string   `json:"kind,omitempty"`
	Index  string   `json:"index,omitempty"`  // The blind index of the address that whoever asks has given. It may be anybody's.
	Revoke bool     `json:"revoke,omitempty"` // The links of before are to end.

	Purpose  passcode.Purpose `json:"purpose,omitempty"`
	Ask      string           `json:"ask,omitempty"`      // Which request for a code this is.
	Language string           `json:"language,omitempty"` // Of whom asks: BCP 47.
}

// indexMax is more than a blind index is long, and than a request's id and a language are.
const indexMax = 128

// ForEvent writes an Event.
func ForEvent(key string) string { return text(Event{version, key}) }

// ForFulfillment writes a Fulfillment.
func ForFulfillment(id order.ID, try int) string { return text(Fulfillment{version, id, try}) }

// ForMail writes a Mail.
func ForMail(id order.ID, change int, kind string) string {
	return text(Mail{V: version, Order: id, Change: change, Kind: kind})
}

// ForLink writes a Mail that asks for a new link.
func ForLink(id order.ID, index string, revoke bool) string {
	return text(Mail{V: version, Order: id, Index: index, Revoke: revoke})
}

// ForCode writes a Mail that asks for a one-time code.
func ForCode(index string, p passcode.Purpose, ask, language string) string {
	return text(Mail{V: version, Index: index, Purpose: p, Ask: ask, Language: language})
}

func text(v any) string {
	data, err := json.Marshal(v)
	if err != nil { // Strings and numbers alone: there is nothing that cannot be written.
		return ""
	}
	return string(data)
}

// ReadEvent reads an Event. Errors: fault.Invalid, code message_invalid.
func ReadEvent(body string) (Event, error) {
	var m Event
	err := read(body, &m)
	if err == nil && (m.V != version || m.Event == "") {
		err = unusable()
	}
	return m, err
}

// ReadFulfillment reads a Fulfillment. Errors: fault.Invalid, code message_invalid.
func ReadFulfillment(body string) (Fulfillment, error) {
	var m Fulfillment
	err := read(body, &m)
	if err == nil && (m.V != version || m.Order == "" || m.Try < 1) {
		err = unusable()
	}
	return m, err
}

// ReadMail reads a Mail. Errors: fault.Invalid, code message_invalid.
func ReadMail(body string) (Mail, error) {
	var m Mail
	err := read(body, &m)
	owed, asked := m.Change > 0 && m.Kind != "" && m.Index == "" && !m.Revoke, m.Change == 0 && m.Kind == "" && m.Index != "" && len(m.Index) <= indexMax
	isCode := m.Purpose != "" || m.Ask != "" || m.Language != ""
	if isCode { // It is about no order.
		_, unknown := passcode.ParsePurpose(string(m.Purpose))
		owed, asked = false, asked && m.Order == "" && !m.Revoke && unknown == nil && m.Ask != "" && len(m.Ask)+len(m.Language) <= indexMax
	}
	if err == nil && (m.V != version || (m.Order == "") != isCode || !owed && !asked) {
		err = unusable()
	}
	return m, err
}

func read(body string, into any) error {
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return unusable()
	}
	return nil
}

func unusable() error { return fault.New(fault.Invalid, "message.Read", "message_invalid", "") }
