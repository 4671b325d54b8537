package memory

import (
	"context"
	"encoding/json"

	"till/shared/fault"
	"till/shared/ledger"
	"till/shared/order"
	"till/shared/reconcile"
	"till/shared/reconcile/daybook"
)

// entryDay is under what the day index lists a day's entries of settlements.
func entryDay(day string) string { return "ENTRIES#" + day }

func entryKey(name string) key { return key{"ENTRY#" + name, "ENTRY"} }

func closingKey(day string) key { return key{"CLOSING#" + day, "CLOSING"} }

// SaveEntry is storetest.Store's.
func (s *Store) SaveEntry(ctx context.Context, e reconcile.Entry) error {
	return do(ctx, s, "SaveEntry", func() error {
		if err := ledger.Check(e.Postings); err != nil {
			return err
		}
		body, err := json.Marshal(e)
		if err != nil {
			return internal("SaveEntry", "unencodable")
		}
		if stored, there := s.table(Orders).items[entryKey(e.Key)]; there {
			if stored.text("body") != string(body) {
				return conflict("SaveEntry", "entry_differs", "Another entry was stored under this name.")
			}
			return nil
		}
		at := e.At.UTC().Format(placedForm)
		return s.commit("SaveEntry", put{table: Orders, key: entryKey(e.Key),
			next: Image{"body": string(body), "day": entryDay(at[:len("2006-01-02")]), "placed": at}})
	})
}

// DayEntries is storetest.Store's.
func (s *Store) DayEntries(ctx context.Context, day string) ([]reconcile.Entry, error) {
	return ask(ctx, s, "DayEntries", func() ([]reconcile.Entry, error) {
		t := s.table(Orders)
		rows := t.indexes["day"].rows[entryDay(day)]
		out := make([]reconcile.Entry, len(rows))
		for i, row := range rows {
			if err := json.Unmarshal([]byte(t.items[row.key].text("body")), &out[i]); err != nil {
				return nil, fault.Wrap(fault.Internal, "memory.DayEntries", err)
			}
		}
		return out, nil
	})
}

// SaveClosing is storetest.Store's.
func (s *Store) SaveClosing(ctx context.Context, day string, closing []daybook.Balance) error {
	return do(ctx, s, "SaveClosing", func() error {
		body, err := json.Marshal(closing)
		if err != nil {
			return internal("SaveClosing", "unencodable")
		}
		return s.commit("SaveClosing", put{table: Orders, key: closingKey(day), next: Image{"body": string(body)}})
	})
}

// Closing is storetest.Store's.
func (s *Store) Closing(ctx context.Context, day string) ([]daybook.Balance, error) {
	return ask(ctx, s, "Closing", func() ([]daybook.Balance, error) {
		stored, there := s.table(Orders).items[closingKey(day)]
		if !there {
			return nil, order.NotFound("memory.Closing")
		}
		var out []daybook.Balance
		return out, fault.Wrap(fault.Internal, "memory.Closing", json.Unmarshal([]byte(stored.text("body")), &out))
	})
}

func findingsKey(day string) key { return key{"FINDINGS#" + day, "FINDINGS"} }

// SaveFindings is storetest.Store's.
func (s *Store) SaveFindings(ctx context.Context, f reconcile.Findings) error {
	return do(ctx, s, "SaveFindings", func() error {
		body, err := json.Marshal(f)
		if err != nil {
			return internal("SaveFindings", "unencodable")
		}
		return s.commit("SaveFindings", put{table: Orders, key: findingsKey(f.Day), next: Image{"body": string(body)}})
	})
}

// Findings is storetest.Store's.
func (s *Store) Findings(ctx context.Context, day string) (reconcile.Findings, error) {
	return ask(ctx, s, "Findings", func() (reconcile.Findings, error) {
		stored, there := s.table(Orders).items[findingsKey(day)]
		if !there {
			return reconcile.Findings{}, order.NotFound("memory.Findings")
		}
		var out reconcile.Findings
		return out, fault.Wrap(fault.Internal, "memory.Findings", json.Unmarshal([]byte(stored.text("body")), &out))
	})
}
