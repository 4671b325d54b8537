package storetest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/order"
)

var raceRows = []row{
	{"one key fifty times at once places one order", raceOneKey},
	{"of two changes of one order at once one wins", raceTwoChanges},
	{"of many buyers at once as many as there are units get one", raceLastUnits},
	{"of two orders at once one gets the reference", raceOneRef},
	{"of five deliveries of an event at once one is new", raceFiveDeliveries},
	{"of two workers at once one gets the event", raceTwoWorkers},
	{"an event that two workers settle at once ends applied", raceTwoSettle},
	{"a stock-take among buyers makes and loses no unit", raceStockTake},
}

// atOnce calls f n times at once and gives the errors. What did not happen is called again, as callers do.
func atOnce(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		all.Go(func() {
			<-start
			errs[i] = insist(func() error { return f(i) })
		})
	}
	close(start)
	all.Wait()
	return errs
}

// insist calls again, within bounds, for as long as it did not happen.
func insist(f func() error) error {
	err := f()
	for range 50 {
		if !fault.Is(err, fault.Unavailable) {
			break
		}
		err = f()
	}
	return err
}

// wantWinners checks how many succeeded; the others' conflict has the code.
func wantWinners(t *testing.T, errs []error, winners int, code string) {
	t.Helper()
	won := 0
	for i, err := range errs {
		if err == nil {
			won++
			continue
		}
		wantFault(t, fmt.Sprintf("caller %d", i), err, fault.Conflict, code)
	}
	if won != winners {
		t.Errorf("%d won, want %d", won, winners)
	}
}

func raceOneKey(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	errs := atOnce(50, func(int) error {
		o, c := place(t, "k1", noon, line("mug", 2))
		return s.Save(t.Context(), o, c)
	})
	wantWinners(t, errs, 50, "")
	wantVersion(t, s, order.IDFor("k1"), 1)
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 1, Reserved: 2})
}

func raceTwoChanges(t *testing.T, s Store) {
	for round := range 10 {
		id := bare(t, s, fmt.Sprintf("k%d", round)).ID()
		errs := atOnce(2, func(i int) error {
			o, err := s.Order(t.Context(), id)
			if err != nil {
				return err
			}
			if o.Record().N > 1 {
				return fault.New(fault.Conflict, "test", "version_conflict", "") // Too late to race.
			}
			c, err := o.Revoke(by(fmt.Sprintf("gateway:%d", i), noon))
			if err != nil {
				return err
			}
			return s.Save(t.Context(), o, c)
		})
		wantWinners(t, errs, 1, "version_conflict")
		wantVersion(t, s, id, 2)
	}
}

func raceLastUnits(t *testing.T, s Store) {
	mustSet(t, s, "mug", 3)
	errs := atOnce(12, func(i int) error { return apply(t, s, fmt.Sprintf("k%d", i), move("mug", catalog.Reserve, 1)) })
	wantWinners(t, errs, 3, "out_of_stock")
	wantStock(t, s, catalog.Stock{SKU: "mug", Reserved: 3})
}

func raceOneRef(t *testing.T, s Store) {
	orders := []*order.Order{bare(t, s, "k1"), bare(t, s, "k2")}
	changes := make([]order.Change, len(orders))
	for i, o := range orders {
		changes[i] = next(t, o, nil, order.Ref{Gateway: "stripe", Ref: "pi_1"})
	}
	errs := atOnce(2, func(i int) error { return s.Save(t.Context(), orders[i], changes[i]) })
	wantWinners(t, errs, 1, "ref_taken")
	id, err := s.OrderByRef(t.Context(), "stripe", "pi_1")
	if err != nil {
		t.Fatal(err)
	}
	for i, o := range orders {
		if (o.ID() == id) != (errs[i] == nil) {
			t.Errorf("order %d was told %v, but the reference leads to %s", i, errs[i], id)
		}
	}
}

func raceFiveDeliveries(t *testing.T, s Store) {
	var mu sync.Mutex
	fresh := 0
	errs := atOnce(5, func(int) error {
		got, isNew, err := s.PutEvent(t.Context(), event("evt_1", noon))
		mu.Lock()
		defer mu.Unlock()
		if isNew {
			fresh++
		}
		if err == nil && got.Event.ID != "evt_1" {
			return fault.New(fault.Internal, "test", "other_event", "")
		}
		return err
	})
	wantWinners(t, errs, 5, "")
	if fresh != 1 {
		t.Errorf("%d were told that it is new", fresh)
	}
}

func raceTwoWorkers(t *testing.T, s Store) {
	for round := range 10 {
		key := mustReceive(t, s, event(fmt.Sprintf("evt_%d", round), noon))
		errs := atOnce(2, func(int) error {
			_, err := s.ClaimEvent(t.Context(), key, noon)
			return err
		})
		wantWinners(t, errs, 1, "inbox_claimed")
		if got, err := s.Event(t.Context(), key); err != nil || got.Tries != 1 {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func raceTwoSettle(t *testing.T, s Store) {
	for round := range 10 {
		key := mustReceive(t, s, event(fmt.Sprintf("evt_%d", round), noon))
		errs := atOnce(2, func(i int) error {
			state := []inbox.State{inbox.Applied, inbox.Failed}[i]
			return s.SettleEvent(t.Context(), key, state, "", noon.Add(time.Minute))
		})
		if errs[0] != nil {
			t.Errorf("applying: %v", errs[0])
		}
		if errs[1] != nil {
			wantFault(t, "failing", errs[1], fault.Conflict, "inbox_settled")
		}
		wantEvent(t, s, key, inbox.Applied, "")
	}
}

func raceStockTake(t *testing.T, s Store) {
	mustSet(t, s, "mug", 20)
	errs := atOnce(12, func(i int) error {
		if i%4 == 0 {
			_, err := catalog.Count(t.Context(), s, "mug", 20)
			return err
		}
		return apply(t, s, fmt.Sprintf("k%d", i), move("mug", catalog.Reserve, 1))
	})
	wantWinners(t, errs, 12, "")
	wantStock(t, s, catalog.Stock{SKU: "mug", Free: 11, Reserved: 9})
}
