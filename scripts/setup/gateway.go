// Package setup is what the commands that set a shop up at its gateways have in common: webhook endpoints are made, mended and
// rotated, and what signs their webhooks goes straight into the stack's secret and is never printed.
package setup

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"till/shared/gateway/jsonapi"
	"till/shared/secrets"
)

// Mode tells real money from play money.
type Mode int

// The modes. An endpoint of a gateway that does not say is Unsaid.
const (
	Unsaid Mode = iota
	Test
	Live
)

// String is the mode's name.
func (m Mode) String() string { return [...]string{"no", "test", "live"}[m] }

// Endpoint is a receiver of webhooks, as a gateway has it.
type Endpoint struct {
	ID      string
	URL     string
	Events  []string
	Version string // Of the API; "" if the gateway's endpoints have none.
	Enabled bool
	Mode    Mode
}

// Wanted is how the shop's endpoint should be.
type Wanted struct {
	URL     string
	Events  []string
	Version string
	Mode    Mode
}

// Hooks are the webhook endpoints of one account at a gateway. Errors: *Refusal, or in words that hold nothing of the gateway's.
type Hooks interface {
	// Endpoints lists all.
	Endpoints(ctx context.Context) ([]Endpoint, error)
	// Create makes one. The secret is what it signs with, zero if the gateway has none of the kind; it is shown this one time. key
	// makes a repeat of the call the same call. An error with an id means that the endpoint is there and cannot be used.
	Create(ctx context.Context, want Wanted, key string) (id string, signing secrets.Secret, err error)
	// Change mends what can be changed.
	Change(ctx context.Context, have Endpoint, want Wanted) error
	// Remove deletes one; that it is gone already is a success.
	Remove(ctx context.Context, id string) error
	// Facts are members of the account's secret that the gateway itself knows; nil if there are none.
	Facts(ctx context.Context) (map[string]string, error)
}

// Key is something that a person brings: a member of the account's secret, found in the environment or already there.
type Key struct {
	Env      string
	Member   string // "": only for this command, never stored.
	Optional bool
	Public   bool // Browsers see it.
	// Fault says what is wrong with a value in a mode, without the value: "is a live key"; "" if nothing is.
	Fault func(value string, mode Mode) string
}

// name is what Access knows a key by.
func (k Key) name() string {
	if k.Member == "" {
		return k.Env
	}
	return k.Member
}

// Access is what a gateway is opened with.
type Access struct {
	Keys      map[string]string // By member, or by variable where a key has no member.
	Mode      Mode
	BaseURL   string            // "": the gateway's own, of the mode.
	Transport http.RoundTripper // Nil: the network.
}

// Gateway is what the commands know of one gateway.
type Gateway struct {
	Name    string // As the secret's member is called.
	Title   string
	Command string
	Path    string // Of its webhooks, below the API's address.
	Events  []string
	Version string // "" if endpoints have none.
	// VersionMoves tells that an endpoint's version can be changed. Else another endpoint must take its place.
	VersionMoves bool
	Keys         []Key
	// Secrets is the member that lists the signing secrets, newest first. "": this gateway has none, and ID is the member that lists the
	// endpoints' ids, with which signatures are checked.
	Secrets, ID string
	Open        func(Access) (Hooks, error)
}

// Refusal is a call that a gateway did not do as asked. It holds none of the gateway's words but a code.
type Refusal struct {
	Doing  string // "list the endpoints".
	Status int    // 0 without an answer.
	Code   string
	Wire   string // What went wrong on the way; "" if an answer came whole.
	Doubt  bool   // It may have been done.
}

const codeMax = 64

// Refused names the refusal of a call. code finds the gateway's code in a body, which is hostile.
func Refused(doing string, err error, code func(body []byte) string) error {
	var r *jsonapi.Refusal
	if !errors.As(err, &r) {
		return err
	}
	out := &Refusal{Doing: doing, Status: r.Status, Wire: r.Wire, Doubt: !r.Read && !r.Unsent && (r.Wire != "" || r.Status >= 500)}
	if c := code(r.Body); len(c) <= codeMax && isWord(c, "_.-") {
		out.Code = c
	}
	return out
}

// Error is safe to print.
func (r *Refusal) Error() string {
	text := "the gateway did not " + r.Doing + ": "
	switch {
	case r.Wire != "":
		text += r.Wire
	case r.Code != "":
		text += r.Code
	default:
		text += "refused"
	}
	if r.Status != 0 {
		text += " (" + http.StatusText(r.Status) + ")"
	}
	return text
}

// Gone tells that what a call was about is not there.
func Gone(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Status == http.StatusNotFound && r.Wire == ""
}

// Doubtful tells that a call may have been done.
func Doubtful(err error) bool {
	var r *Refusal
	return errors.As(err, &r) && r.Doubt
}

// isWord tells whether text is of letters, digits and some signs only, so that a terminal can show it.
func isWord(text, signs string) bool {
	return text != "" && strings.IndexFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z') && !strings.ContainsRune(signs, r)
	}) < 0
}

// IsID tells whether text is an id as gateways make them.
func IsID(text string) bool { return len(text) <= 255 && isWord(text, "_-") }

// Bounds of what a gateway may list: far more than an account can have.
const (
	endpointsMax = 1000
	eventsMax    = 2000
	urlMax       = 2048
	wordMax      = 128
)

// sound tells whether a list of endpoints can be believed and printed.
func sound(all []Endpoint) bool {
	for _, e := range all {
		if !IsID(e.ID) || len(e.URL) > urlMax || len(e.Events) > eventsMax || e.Version != "" && (len(e.Version) > wordMax || !isWord(e.Version, "._-")) {
			return false
		}
		for _, event := range e.Events {
			if len(event) > wordMax || !isWord(event, "._*-") {
				return false
			}
		}
	}
	return len(all) <= endpointsMax
}
