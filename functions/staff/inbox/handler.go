// Package inbox shows staff what gateways told the shop and it could not act on, and has it applied again.
package inbox

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/order"
	"till/shared/orderview"
)

// Handler lists and replays events. Every field is required.
type Handler struct {
	List   func(ctx context.Context, state inbox.State, cursor string, limit int) ([]string, string, error)
	Events func(ctx context.Context, keys []string) ([]inbox.Item, error)
	Replay func(ctx context.Context, key, by string, now time.Time) (inbox.Item, error)
	Send   func(ctx context.Context, body string) error // To the events queue.
	Now    func() time.Time
	Log    *slog.Logger
}

const (
	// pageSize is how many events a page has at most.
	pageSize = 50
	// keyBytesMax is as long as an event's key can be: the ids in it are bounded by their adapters.
	keyBytesMax = 600
)

type page struct {
	State  inbox.State       `json:"state"`
	Events []orderview.Inbox `json:"events"`
	Next   string            `json:"next,omitempty"`
}

type answer struct {
	Event orderview.Inbox `json:"event"`
}

// Handle answers GET /staff/inbox?state=…&next=… and POST /staff/inbox/{event}/replay.
func (h Handler) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if method, _, _ := strings.Cut(req.RouteKey, " "); method == http.MethodGet {
		return h.list(ctx, req)
	}
	return h.replay(ctx, req)
}

// list gives the events in a state, parked ones unless asked, a page at a time. A page may hold few, or none, and still have a next.
func (h Handler) list(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	if _, err := apigw.RequireStaff(req, h.Now()); err != nil {
		return apigw.Response{}, err
	}
	state, position := inbox.State(req.QueryStringParameters["state"]), ""
	if state == "" {
		state = inbox.Parked
	}
	if !slices.Contains(inbox.Listed(), state) {
		return apigw.Response{}, &fault.Error{Kind: fault.Invalid, Op: "inbox.list", Code: "state_invalid", At: "?state",
			Msg: "Must be received, parked, failed or ignored."}
	}
	list := "inbox/" + string(state)
	if cursor := req.QueryStringParameters["next"]; cursor != "" {
		var err error
		if position, err = apigw.DecodeCursor(list, cursor); err != nil {
			return apigw.Response{}, err
		}
	}
	keys, next, err := h.List(ctx, state, position, pageSize)
	if err != nil {
		return apigw.Response{}, err
	}
	items, err := h.Events(ctx, keys)
	if err != nil {
		return apigw.Response{}, err
	}
	out := page{State: state, Events: make([]orderview.Inbox, 0, len(items))}
	for _, i := range items {
		if i.State == state { // The index may be behind, and of what is due not all is received.
			out.Events = append(out.Events, orderview.InboxOf(name(i.Event.Key()), i))
		}
	}
	if next != "" {
		if out.Next, err = apigw.EncodeCursor(list, next); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, out)
}

// replay notes who wants it and puts the event to the queue again. One that is applied stays so. If sending fails, the sweep sends it.
func (h Handler) replay(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	staff, err := apigw.RequireStaff(req, h.Now(), apigw.Manager, apigw.Admin)
	if err != nil {
		return apigw.Response{}, err
	}
	key, err := keyOf(req.PathParameters["event"])
	if err != nil {
		return apigw.Response{}, err
	}
	i, err := h.Replay(ctx, key, "staff:"+staff.Sub, h.Now())
	if err != nil {
		return apigw.Response{}, err
	}
	if i.State == inbox.Received {
		h.Log.LogAttrs(ctx, slog.LevelInfo, "event_replayed", slog.String("event_id", i.Event.ID), slog.String("type", i.Event.Type),
			slog.String("gateway", i.Event.Gateway), slog.String("staff_sub", staff.Sub))
		if err := h.Send(ctx, message.ForEvent(key)); err != nil {
			return apigw.Response{}, err
		}
	}
	return apigw.JSON(http.StatusOK, answer{orderview.InboxOf(name(key), i)})
}

// name is an event's key as it stands in paths.
func name(key string) string { return base64.RawURLEncoding.EncodeToString([]byte(key)) }

// keyOf reads a name. Errors: fault.NotFound for what is none.
func keyOf(name string) (string, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(name)
	if err != nil || len(raw) > keyBytesMax || strings.Count(string(raw), "#") != 2 || strings.ContainsFunc(string(raw), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "", order.NotFound("inbox.keyOf")
	}
	return string(raw), nil
}
