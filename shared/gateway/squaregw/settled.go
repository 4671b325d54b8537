package squaregw

import (
	"context"
	"encoding/json"
	"time"

	"till/shared/fault"
	"till/shared/payment"
	"till/shared/settlement"
)

var _ settlement.Teller = (*Gateway)(nil)

// entriesMax bounds the pages of one payout's entries.
const entriesMax = 500

// Settled lists payouts with their entries, a payout at a time. https://developer.squareup.com/docs/payouts/overview. Money that no payout
// holds yet is not in it: a payment is listed when it is paid out, a day or two after it was taken. Errors: as settlement.Teller.
func (g *Gateway) Settled(ctx context.Context, from, to time.Time, cursor string) (settlement.Page, error) {
	const op = "squaregw.Settled"
	var list struct {
		Payouts []json.RawMessage `json:"payouts"`
		Cursor  string            `json:"cursor"`
	}
	path := with("/v2/payouts", map[string]string{"location_id": g.location, "begin_time": from.UTC().Format(time.RFC3339),
		"end_time": to.UTC().Format(time.RFC3339), "limit": "1", "sort_order": "ASC", "cursor": cursor})
	if err := g.get(ctx, op, path, &list); err != nil {
		return settlement.Page{}, err
	}
	out := settlement.Page{Next: list.Cursor}
	if list.Cursor == cursor && cursor != "" {
		return settlement.Page{}, unreadable(op)
	}
	for _, raw := range list.Payouts {
		var p struct {
			ID string `json:"id"`
		}
		if json.Unmarshal(raw, &p) != nil || !payment.IsRef(p.ID, 192) {
			return settlement.Page{}, unreadable(op)
		}
		if err := g.read(&out, map[string]any{"payout": raw}); err != nil {
			return settlement.Page{}, err
		}
		if err := g.entries(ctx, op, p.ID, &out); err != nil {
			return settlement.Page{}, err
		}
	}
	return out, nil
}

// entries reads what a payout is made of.
func (g *Gateway) entries(ctx context.Context, op, payout string, out *settlement.Page) error {
	path, err := at(op, "/v2/payouts", payout, "payout-entries")
	if err != nil {
		return err
	}
	cursor := ""
	for range entriesMax {
		var list struct {
			Entries []json.RawMessage `json:"payout_entries"`
			Cursor  string            `json:"cursor"`
		}
		if err := g.get(ctx, op, with(path, map[string]string{"limit": "100", "cursor": cursor}), &list); err != nil {
			return err
		}
		if err := g.read(out, map[string]any{"payout_entries": list.Entries}); err != nil {
			return err
		}
		if cursor = list.Cursor; cursor == "" {
			return nil
		}
	}
	return fault.New(fault.TooLarge, op, "settlement_too_large", "")
}

// read adds an answer's rows to a page.
func (g *Gateway) read(out *settlement.Page, answer map[string]any) error {
	raw, err := json.Marshal(answer)
	if err != nil {
		return unreadable("squaregw.Settled")
	}
	p, err := settlement.ReadPage(raw, settlement.SquareJSON)
	out.Records, out.Faults = append(out.Records, p.Records...), append(out.Faults, p.Faults...)
	return err
}
