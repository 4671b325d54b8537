package memory

import (
	"context"
	"encoding/json"
	"time"

	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
)

// eventKey is the key of an event's row: the table has no sort key.
func eventKey(event string) key { return key{pk: event} }

// PutEvent is storetest.Store's.
func (s *Store) PutEvent(ctx context.Context, i inbox.Item) (existing inbox.Item, fresh bool, err error) {
	type answer struct {
		item  inbox.Item
		fresh bool
	}
	got, err := ask(ctx, s, "PutEvent", func() (answer, error) {
		stored, err := s.event("PutEvent", i.Event.Key())
		switch {
		case err == nil && stored.Forget.After(i.ReceivedAt):
			return answer{stored, false}, nil
		case err != nil && !fault.Is(err, fault.NotFound):
			return answer{}, err
		}
		if err := s.putEvent("PutEvent", i); err != nil {
			return answer{}, err
		}
		return answer{i, true}, nil
	})
	return got.item, got.fresh, err
}

// Event is storetest.Store's.
func (s *Store) Event(ctx context.Context, key string) (inbox.Item, error) {
	return ask(ctx, s, "Event", func() (inbox.Item, error) { return s.event("Event", key) })
}

// ClaimEvent is storetest.Store's.
func (s *Store) ClaimEvent(ctx context.Context, key string, now time.Time) (inbox.Item, error) {
	return ask(ctx, s, "ClaimEvent", func() (inbox.Item, error) {
		stored, err := s.remembered("ClaimEvent", key, now)
		if err != nil {
			return inbox.Item{}, err
		}
		next, err := stored.Claim(now)
		if err != nil {
			return next, err
		}
		return next, s.putEvent("ClaimEvent", next)
	})
}

// SettleEvent is storetest.Store's.
func (s *Store) SettleEvent(ctx context.Context, key string, state inbox.State, reason string, now time.Time) error {
	return do(ctx, s, "SettleEvent", func() error {
		stored, err := s.remembered("SettleEvent", key, now)
		if err != nil {
			return err
		}
		if stored.State == state && state.Settled() {
			return nil
		}
		next, err := stored.Settle(state, reason, now)
		if err != nil {
			return err
		}
		return s.putEvent("SettleEvent", next)
	})
}

// DueEvents is storetest.Store's.
func (s *Store) DueEvents(ctx context.Context, before time.Time, limit int) ([]string, error) {
	return ask(ctx, s, "DueEvents", func() ([]string, error) {
		var out []string
		for _, e := range s.table(Inbox).indexes["due"].until(dueText(before), limit) {
			out = append(out, e.key.pk)
		}
		return out, nil
	})
}

func (s *Store) event(op, key string) (inbox.Item, error) {
	t, k := s.table(Inbox), eventKey(key)
	if _, there := t.items[k]; !there {
		return inbox.Item{}, order.NotFound("memory." + op)
	}
	i, err := body(t, k, decodeEvent) // It holds nothing that copies of it would share.
	return i, fault.Wrap(fault.Internal, "memory."+op, err)
}

func decodeEvent(data []byte) (i inbox.Item, err error) {
	err = json.Unmarshal(data, &i)
	return i, err
}

// remembered is event for one that is not to be forgotten yet.
func (s *Store) remembered(op, key string, now time.Time) (inbox.Item, error) {
	i, err := s.event(op, key)
	if err == nil && !i.Forget.After(now) {
		return inbox.Item{}, order.NotFound("memory." + op)
	}
	return i, err
}

func (s *Store) putEvent(op string, i inbox.Item) error {
	body, err := json.Marshal(i)
	if err != nil {
		return fault.Wrap(fault.Internal, "memory."+op, err)
	}
	item := Image{"body": string(body), "ttl": i.Forget.Unix()}
	if !i.Due.IsZero() {
		item["due_shard"], item["due"] = shard(i.Event.Key()), dueText(i.Due)
	}
	if word, since := i.Kept(); word != "" {
		item["kept"], item["since"] = word, since
	}
	if err := s.commit(op, put{table: Inbox, key: eventKey(i.Event.Key()), next: item}); err != nil {
		return err
	}
	if s.remembers() {
		s.table(Inbox).decoded[eventKey(i.Event.Key())] = i
	}
	return nil
}
