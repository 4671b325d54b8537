package squaresim

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// keepEvents is how long events can be searched for. https://developer.squareup.com/reference/square/events-api/search-events
const keepEvents = 28 * 24 * time.Hour

// event is something that happened, with a snapshot of the object at that moment.
type event struct {
	id      string
	number  int
	kind    string
	created time.Time
	data    json.RawMessage // {"type": …, "id": …, "object": …}
}

func (s *Sim) emitPayment(kind string, p *payment) {
	s.emit(kind, object{"type": "payment", "id": p.id, "object": object{"payment": s.viewPayment(p)}})
}

func (s *Sim) emitRefund(kind string, r *refund) {
	s.emit(kind, object{"type": "refund", "id": r.id, "object": object{"refund": s.viewRefund(r)}})
}

func (s *Sim) emitDispute(kind string, d *dispute) {
	s.emit(kind, object{"type": "dispute", "id": d.id, "object": object{"dispute": s.viewDispute(d)}})
}

func (s *Sim) emitOrder(kind string, o *order) {
	name := strings.ReplaceAll(kind, ".", "_") // "order_updated"
	s.emit(kind, object{"type": name, "id": o.id, "object": object{name: object{"order_id": o.id, "version": o.version, "location_id": s.cfg.LocationID,
		"state": o.state, "created_at": stamp(o.created), "updated_at": stamp(o.updated)}}})
}

// emit records an event and sends it to every endpoint that wants it.
func (s *Sim) emit(kind string, data object) {
	s.listed++
	e := &event{id: s.uuid(), number: s.listed, kind: kind, created: s.now(), data: s.core.Write(data, "")}
	oldest := e.created.Add(-keepEvents)
	for {
		id, first, ok := s.events.Oldest()
		if !ok || !first.created.Before(oldest) {
			break
		}
		s.events.Remove(id)
	}
	s.events.Put(e.id, e)
	s.announce(e)
}

// uuid is the shape of an event's id.
func (s *Sim) uuid() string {
	const hex = "0123456789abcdef"
	return s.core.IDOf("", hex, 8) + s.core.IDOf("-", hex, 4) + s.core.IDOf("-4", hex, 3) + s.core.IDOf("-a", hex, 3) + s.core.IDOf("-", hex, 12)
}

// view is https://developer.squareup.com/docs/webhooks/overview#event-notification-format
func (s *Sim) viewEvent(e *event) object {
	return object{"merchant_id": s.cfg.MerchantID, "location_id": s.cfg.LocationID, "type": e.kind, "event_id": e.id, "created_at": stamp(e.created), "data": e.data}
}

// searchEvents is https://developer.squareup.com/reference/square/events-api/search-events, newest first.
func (s *Sim) searchEvents(c *call) (object, *apiError) {
	c.body.only("cursor", "limit", "query")
	limit, cursor := c.body.integer("limit", 100), c.body.text("cursor", 256)
	query := c.body.part("query")
	query.only("filter", "sort")
	filter := query.part("filter")
	filter.only("event_types", "merchant_ids", "location_ids", "created_at")
	kinds, merchants := filter.texts("event_types"), filter.texts("merchant_ids")
	dates := filter.part("created_at")
	from, to := dates.moment("start_at"), dates.moment("end_at")
	after, err := strconv.Atoi(cursor)
	switch wrong := *c.body.wrong; {
	case wrong != nil:
		return nil, wrong
	case limit < 1 || limit > 100:
		return nil, refuse("INVALID_VALUE", "limit", "From 1 to 100.")
	case cursor != "" && err != nil:
		return nil, refuse("INVALID_CURSOR", "cursor", "The cursor is not valid.")
	}
	oldest := s.now().Add(-keepEvents)
	list := s.events.Newest(func(e *event) bool {
		return (cursor == "" || e.number < after) && !e.created.Before(oldest) && (len(kinds) == 0 || slices.Contains(kinds, e.kind)) &&
			(len(merchants) == 0 || slices.Contains(merchants, s.cfg.MerchantID)) && (from.IsZero() || !e.created.Before(from)) && (to.IsZero() || !e.created.After(to))
	})
	next := ""
	if len(list) > int(limit) {
		list = list[:limit]
		next = strconv.Itoa(list[limit-1].number)
	}
	views, metadata := []object{}, []object{}
	for _, e := range list {
		views = append(views, s.viewEvent(e))
		metadata = append(metadata, object{"event_id": e.id, "api_version": Version})
	}
	return withCursor(object{"events": views, "metadata": metadata}, next), nil
}
