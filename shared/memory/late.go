package memory

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"till/shared/order"
)

// lateDay is under what the day index lists a day's changes of orders of other days.
func lateDay(day string) string { return "LEDGER#" + day }

// LateChanges is storetest.Store's.
func (s *Store) LateChanges(ctx context.Context, day, cursor string, limit int) (changes []order.Change, next string, err error) {
	type page struct {
		changes []order.Change
		next    string
	}
	got, err := ask(ctx, s, "LateChanges", func() (page, error) {
		t := s.table(Orders)
		rows := t.indexes["day"].rows[lateDay(day)]
		if cursor != "" {
			last, err := lateCursor(cursor)
			if err != nil {
				return page{}, err
			}
			from, found := slices.BinarySearchFunc(rows, last, compare)
			if found {
				from++
			}
			rows = rows[from:]
		}
		var p page
		for i, row := range rows[:max(0, min(len(rows), limit))] {
			c, err := body(t, row.key, order.DecodeChange)
			if err != nil {
				return page{}, err
			}
			p.changes = append(p.changes, c.Clone())
			if i == limit-1 && len(rows) > limit {
				p.next = base64.RawURLEncoding.EncodeToString([]byte(row.sort + row.key.sk + string(orderOf(row.key))))
			}
		}
		return p, nil
	})
	return got.changes, got.next, err
}

// lateCursor reads where a page ended. Errors: fault.Unreadable, code cursor_invalid.
func lateCursor(cursor string) (entry, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	sort := len(changeKey("", 0).sk)
	if err != nil || len(raw) < len(placedForm)+sort {
		return entry{}, badCursor("LateChanges")
	}
	placed, sk := string(raw[:len(placedForm)]), string(raw[len(placedForm):len(placedForm)+sort])
	id, noID := order.ParseID(string(raw[len(placedForm)+sort:]))
	digits, isChange := strings.CutPrefix(sk, "CHANGE#")
	if _, err := time.Parse(placedForm, placed); err != nil || noID != nil || !isChange || strings.Trim(digits, "0123456789") != "" {
		return entry{}, badCursor("LateChanges")
	}
	return entry{placed, key{orderKey(id).pk, sk}}, nil
}
