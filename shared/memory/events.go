package memory

import (
	"context"
	"slices"
	"strconv"
	"time"

	"till/shared/fault"
	"till/shared/inbox"
)

// EventsIn is storetest.Store's.
func (s *Store) EventsIn(ctx context.Context, state inbox.State, cursor string, limit int) (keys []string, next string, err error) {
	type page struct {
		keys []string
		next string
	}
	got, err := ask(ctx, s, "EventsIn", func() (p page, err error) {
		p.keys, p.next, err = s.eventsIn(state, cursor, limit)
		return p, err
	})
	return got.keys, got.next, err
}

func (s *Store) eventsIn(state inbox.State, cursor string, limit int) (keys []string, next string, err error) {
	on, parts := "kept", []string{string(state)}
	if state == inbox.Received {
		on, parts = "due", nil
		for i := range shards {
			parts = append(parts, strconv.Itoa(i))
		}
	}
	var from inbox.Place
	if cursor != "" {
		var ok bool
		if from, ok = inbox.ParsePlace(cursor, parts); !ok {
			return nil, "", badCursor("EventsIn")
		}
		parts = parts[slices.Index(parts, from.Part):]
	}
	for _, part := range parts {
		for _, row := range s.table(Inbox).indexes[on].rows[part] {
			if part == from.Part && compare(row, entry{from.Sort, eventKey(from.Key)}) <= 0 {
				continue
			}
			if len(keys) == limit {
				return keys, next, nil
			}
			keys, next = append(keys, row.key.pk), (inbox.Place{Part: part, Sort: row.sort, Key: row.key.pk}).Cursor()
		}
	}
	return keys, "", nil
}

// Events is storetest.Store's.
func (s *Store) Events(ctx context.Context, keys []string) ([]inbox.Item, error) {
	return ask(ctx, s, "Events", func() ([]inbox.Item, error) {
		var out []inbox.Item
		for _, key := range keys {
			switch i, err := s.event("Events", key); {
			case fault.Is(err, fault.NotFound):
			case err != nil:
				return nil, err
			default:
				out = append(out, i)
			}
		}
		return out, nil
	})
}

// ReplayEvent is storetest.Store's.
func (s *Store) ReplayEvent(ctx context.Context, key, by string, now time.Time) (inbox.Item, error) {
	return ask(ctx, s, "ReplayEvent", func() (inbox.Item, error) {
		stored, err := s.remembered("ReplayEvent", key, now)
		if err != nil || stored.State == inbox.Applied {
			return stored, err
		}
		next := stored.Replay(by, now)
		return next, s.putEvent("ReplayEvent", next)
	})
}
