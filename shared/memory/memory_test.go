package memory_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/inbox"
	"till/shared/memory"
	"till/shared/payment"
	"till/shared/storetest"
)

// recorded is a store that keeps what OnWrite tells of the Orders table.
type recorded struct {
	*memory.Store
	mu      sync.Mutex
	records []storetest.Record
}

func newRecorded() *recorded {
	r := &recorded{Store: new(memory.Store)}
	r.OnWrite = func(w memory.Write) {
		if w.Table != memory.Orders {
			return
		}
		next := storetest.Record{Event: w.Event, PK: w.Keys["pk"].(string), SK: w.Keys["sk"].(string), New: map[string]string{}}
		for name, value := range w.New {
			if _, isKey := w.Keys[name]; !isKey {
				next.New[name] = fmt.Sprint(value)
			}
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.records = append(r.records, next)
	}
	return r
}

// Records is storetest.Streamed's.
func (r *recorded) Records(*testing.T, int) []storetest.Record {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.records
}

func TestKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Streamed { return newRecorded() })
}

func TestALazyStoreKeepsTheContract(t *testing.T) {
	storetest.Run(t, func(*testing.T) storetest.Streamed {
		r := newRecorded()
		r.Lazy = 3
		return r
	})
}

func TestDiffersAsListed(t *testing.T) {
	storetest.Differences(t, storetest.Memory, map[string]func(*testing.T) string{
		"24 transactions on one item at once":                         conflicts,
		"an item that comes into an index, moves in it and leaves it": indexed,
	})
}

// conflicts has 24 callers take a unit of one stock at once.
func conflicts(t *testing.T) string {
	s := shop(t)
	if _, err := catalog.Count(t.Context(), s, "mug", 48); err != nil {
		t.Fatal(err)
	}
	errs := make([]error, 24)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			o, c := place(t, fmt.Sprint("k", i))
			errs[i] = s.Save(t.Context(), o, c)
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return "some conflict"
	}
	return "none conflicts"
}

// indexed lists an event's deadline as it is set, moved and taken away.
func indexed(t *testing.T) string {
	s := new(memory.Store)
	i := inbox.Receive(payment.Event{Gateway: "stripe", ID: "evt_1"}, noon)
	var seen []int
	look := func(err error) {
		keys, bad := s.DueEvents(t.Context(), noon.Add(24*time.Hour), 10)
		if err := errors.Join(err, bad); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, len(keys))
	}
	_, _, err := s.PutEvent(t.Context(), i)
	look(err)
	look(s.SettleEvent(t.Context(), i.Event.Key(), inbox.Parked, "unmatched_event", noon))
	look(s.SettleEvent(t.Context(), i.Event.Key(), inbox.Applied, "", noon))
	if slices.Equal(seen, []int{1, 1, 0}) {
		return "at once"
	}
	return fmt.Sprint(seen)
}
