package paypalgw

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"till/shared/fault"
	"till/shared/payment"
)

const eventsPath = "/v1/notifications/webhooks-events"

// Events lists what PayPal told the app's webhooks, or would have told. cursor is the query of PayPal's own link to the next page.
// https://developer.paypal.com/api/webhooks/v1/webhooks-events-list. Errors: as Fetch; fault.Invalid, code cursor_invalid.
func (g *Gateway) Events(ctx context.Context, since time.Time, cursor string) ([]payment.Event, string, error) {
	const op = "paypalgw.Events"
	if cursor == "" {
		cursor = url.Values{"page_size": {"100"}, "start_time": {since.UTC().Format(time.RFC3339)},
			"end_time": {g.now().Add(time.Second).UTC().Format(time.RFC3339)}}.Encode()
	}
	if !isQuery(cursor) {
		return nil, "", fault.New(fault.Invalid, op, "cursor_invalid", "")
	}
	var page struct {
		Events []json.RawMessage `json:"events"`
		Links  []link            `json:"links"`
	}
	if err := g.get(ctx, op, eventsPath+"?"+cursor, &page); err != nil {
		return nil, "", err
	}
	var out []payment.Event
	for _, raw := range page.Events {
		e, ok := readEvent(raw, g.live)
		if !ok {
			return nil, "", unreadable(op)
		}
		if !e.Created.Before(since.Truncate(time.Second)) { // PayPal was asked for whole seconds.
			out = append(out, e)
		}
	}
	for _, l := range page.Links {
		path, query, _ := strings.Cut(l.Href, "?")
		if l.Rel != "next" || len(page.Events) == 0 {
			continue
		}
		// Of the link only its query is taken: it is PayPal that is asked, at the address that is ours.
		if !strings.HasSuffix(strings.TrimSuffix(path, "/"), eventsPath) || !isQuery(query) || query == cursor {
			return nil, "", unreadable(op)
		}
		return out, query, nil
	}
	return out, "", nil
}

// isQuery tells whether text can be sent as a query.
func isQuery(text string) bool {
	if text == "" || len(text) > 2000 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '#' }) {
		return false
	}
	_, err := url.ParseQuery(text)
	return err == nil
}
