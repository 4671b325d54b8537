package stripesim

import (
	"encoding/json"
	"slices"
	"time"
)

// keepEvents is how long events can be listed. https://docs.stripe.com/api/events
const keepEvents = 30 * 24 * time.Hour

// event is something that happened, with a snapshot of the object at that moment.
type event struct {
	id       string
	kind     string
	created  int64
	data     json.RawMessage // {"object": …, "previous_attributes": …}
	request  string
	key      string
	waiting  int // Endpoints that have not answered 2xx yet.
	seenFrom time.Time
}

// emit records an event and sends it to every endpoint that wants it. by is nil for what the clock or a shopper did.
func (s *Sim) emit(by *call, kind string, snapshot, before object) {
	data := object{"object": snapshot}
	if before != nil {
		data["previous_attributes"] = before
	}
	e := &event{id: s.id("evt_3", 23), kind: kind, created: s.now(), data: s.core.Write(data, ""), seenFrom: s.cfg.Clock.Now()}
	if by != nil {
		e.request, e.key = by.id, by.key
	}
	s.forgetEvents()
	s.events.Put(e.id, e)
	s.announce(e)
}

func (s *Sim) forgetEvents() {
	oldest := s.now() - int64(keepEvents/time.Second)
	for {
		id, e, ok := s.events.Oldest()
		if !ok || e.created >= oldest {
			return
		}
		s.events.Remove(id)
	}
}

func (e *event) view(version string, live bool) object {
	return object{"id": e.id, "object": "event", "api_version": version, "created": e.created, "data": e.data, "livemode": live,
		"pending_webhooks": e.waiting, "request": object{"id": orNull(e.request), "idempotency_key": orNull(e.key)}, "type": e.kind}
}

func (s *Sim) viewEvent(e *event) object { return e.view(Version, false) }

func (s *Sim) getEvent(c *call) (any, *apiError) {
	e, ok := s.events.Get(c.args[0])
	if !ok {
		return nil, notFound("event", c.args[0], "id")
	}
	return s.viewEvent(e), nil
}

func (s *Sim) listEvents(c *call) (any, *apiError) {
	f := c.form
	if bad := f.only("created", "delivery_success", "ending_before", "expand", "limit", "starting_after", "type", "types"); bad != nil {
		return nil, bad
	}
	within, bad := readCreated(f)
	if bad != nil {
		return nil, bad
	}
	kinds := f.list("types")
	switch {
	case f.text("type") != "" && len(kinds) > 0:
		return nil, invalid("type", "", "Only one of type and types can be given.")
	case len(kinds) > 20:
		return nil, invalid("types", "", "At most 20 types.")
	case f.text("type") != "":
		kinds = []string{f.text("type")}
	}
	delivered := f.text("delivery_success")
	s.forgetEvents()
	list := s.events.Newest(func(e *event) bool {
		return within(e.created) && (len(kinds) == 0 || slices.ContainsFunc(kinds, func(want string) bool { return wants(want, e.kind) })) &&
			(delivered == "" || delivered == "true" && e.waiting == 0 || delivered == "false" && e.waiting > 0)
	})
	return page(c, list, func(e *event) string { return e.id }, s.viewEvent)
}
