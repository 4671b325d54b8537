package settlement

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// squareKinds says what Square's activity types are. One that is not here is an adjustment.
// https://developer.squareup.com/reference/square/enums/ActivityType
var squareKinds = map[string]Kind{
	"CHARGE": Charge, "REFUND": Refund, "DISPUTE": Dispute, "OPEN_DISPUTE": Dispute,
	"FEE": Fee, "DEPOSIT_FEE": Fee, "DEPOSIT_FEE_REVERSED": Fee, "TAX_ON_FEE": Fee, "THIRD_PARTY_FEE": Fee, "THIRD_PARTY_FEE_REFUND": Fee,
	"PAID_SERVICE_FEE": Fee, "PAID_SERVICE_FEE_REFUND": Fee, "SUBSCRIPTION_FEE": Fee, "SUBSCRIPTION_FEE_REFUND": Fee,
	"SUBSCRIPTION_FEE_PAID_REFUND": Fee, "FREE_PROCESSING": Fee, "LOCAL_OFFERS_FEE": Fee,
	"HOLD_ADJUSTMENT": Hold, "RELEASE_ADJUSTMENT": Hold, "RESERVE_HOLD": Hold, "RESERVE_RELEASE": Hold,
	"PAYOUT": Payout, "RETURNED_PAYOUT": Payout,
}

type squareMoney struct {
	Amount   int64  `json:"amount"`
	Currency string `json:"currency"`
}

type squareDetails struct {
	Payment string `json:"payment_id"`
	Refund  string `json:"refund_id"`
	Dispute string `json:"dispute_id"`
}

// squareEntry is a PayoutEntry. https://developer.squareup.com/reference/square/objects/PayoutEntry
type squareEntry struct {
	ID          string        `json:"id"`
	Payout      string        `json:"payout_id"`
	EffectiveAt string        `json:"effective_at"`
	Type        string        `json:"type"`
	Gross       squareMoney   `json:"gross_amount_money"`
	Fee         squareMoney   `json:"fee_amount_money"`
	Net         squareMoney   `json:"net_amount_money"`
	Charge      squareDetails `json:"type_charge_details"`
	Refund      squareDetails `json:"type_refund_details"`
	Dispute     squareDetails `json:"type_dispute_details"`
	OpenDispute squareDetails `json:"type_open_dispute_details"`
	FeeOf       squareDetails `json:"type_fee_details"`
	HoldOf      squareDetails `json:"type_hold_adjustment_details"`
	ReleaseOf   squareDetails `json:"type_release_adjustment_details"`
}

// squarePayout is a Payout. https://developer.squareup.com/docs/payouts/overview
type squarePayout struct {
	ID        string      `json:"id"`
	Status    string      `json:"status"`
	Amount    squareMoney `json:"amount_money"`
	CreatedAt string      `json:"created_at"`
}

// readSquareJSON reads answers of Square's API, one entry at a time.
func readSquareJSON(r io.Reader, s *sink) error {
	limited := &io.LimitedReader{R: r, N: jsonBytesMax}
	in := json.NewDecoder(limited)
	number := 0
	for answers := 0; ; answers++ {
		token, err := in.Token()
		if errors.Is(err, io.EOF) && answers > 0 && limited.N > 0 {
			return nil
		}
		if err != nil || token != json.Delim('{') {
			return cut(limited)
		}
		for in.More() {
			name, err := in.Token()
			if err != nil {
				return cut(limited)
			}
			if err := squareMember(in, name, &number, s); err != nil {
				if errors.Is(err, errCut) {
					return cut(limited)
				}
				return err
			}
		}
		if _, err := in.Token(); err != nil {
			return cut(limited)
		}
	}
}

var errCut = errors.New("not readable")

// cut is the error for a file of which the rest cannot be read.
func cut(limited *io.LimitedReader) error {
	if limited.N <= 0 {
		return (&sink{}).room(true)
	}
	return unreadable()
}

// squareMember reads one member of an answer: a list of entries or payouts, one payout, or what is of no use.
func squareMember(in *json.Decoder, name json.Token, number *int, s *sink) error {
	each := squareOne
	switch name {
	case "payout_entries":
	case "payouts", "payout":
		each = squareSent
	default:
		var skip json.RawMessage
		if in.Decode(&skip) != nil {
			return errCut
		}
		return nil
	}
	one := func() error {
		var raw json.RawMessage
		if in.Decode(&raw) != nil {
			return errCut
		}
		*number++
		return each(raw, *number, s)
	}
	if name == "payout" {
		return one()
	}
	if open, err := in.Token(); err != nil || open != json.Delim('[') {
		return errCut
	}
	for in.More() {
		if err := one(); err != nil {
			return err
		}
	}
	if _, err := in.Token(); err != nil {
		return errCut
	}
	return nil
}

// squareOne reads one entry of a payout.
func squareOne(raw []byte, number int, s *sink) error {
	var e squareEntry
	if !object(raw, &e) {
		return s.bad(number, EntryInvalid)
	}
	out := Record{Gateway: "square", ID: e.ID, Code: e.Type, Kind: squareKinds[e.Type], Payout: e.Payout, Line: number,
		Gross: e.Gross.Amount, Net: e.Net.Amount}
	if out.Kind == "" {
		out.Kind = Adjustment
	}
	if out.Kind == Dispute && out.Gross > 0 {
		out.Kind = DisputeReversed
	}
	e.name(&out)
	if !refs(out.Ref, out.Charge) || !isRef(out.Payout) || !isRef(out.Code) {
		return s.bad(number, RefInvalid)
	}
	var known bool
	if out.Currency, known = currencyOf(e.Net.Currency); !known || e.Gross.Currency != e.Net.Currency && e.Gross != (squareMoney{}) {
		return s.bad(number, CurrencyUnsaid)
	}
	if !within(out.Gross, out.Net, e.Fee.Amount) {
		return s.bad(number, AmountInvalid)
	}
	// Only the size of the fee is relied on: net says which way it went.
	if out.Fee = out.Gross - out.Net; out.Fee != e.Fee.Amount && out.Fee != -e.Fee.Amount {
		return s.bad(number, NetDiffers)
	}
	if out.At, known = when(e.EffectiveAt, nil, time.RFC3339); !known {
		return s.bad(number, TimeInvalid)
	}
	return s.record(out)
}

// name notes what an entry is about.
func (e squareEntry) name(out *Record) {
	switch out.Kind {
	case Charge:
		out.Ref, out.Charge = e.Charge.Payment, e.Charge.Payment
	case Refund:
		out.Ref, out.Charge = e.Refund.Refund, e.Refund.Payment
	case Dispute, DisputeReversed:
		d := e.Dispute
		if d == (squareDetails{}) {
			d = e.OpenDispute
		}
		out.Ref, out.Charge = d.Dispute, d.Payment
	case Fee:
		out.Charge = e.FeeOf.Payment
	case Hold:
		if out.Charge = e.HoldOf.Payment; out.Charge == "" {
			out.Charge = e.ReleaseOf.Payment
		}
	case Payout:
		out.Ref = e.Payout
	case RefundFailed, Conversion, Adjustment:
	}
}

// squareSent reads one payout. One that failed has moved nothing in the end.
func squareSent(raw []byte, number int, s *sink) error {
	var p squarePayout
	if !object(raw, &p) {
		return s.bad(number, EntryInvalid)
	}
	if p.Status == "FAILED" {
		return s.passed()
	}
	out := Record{Gateway: "square", ID: p.ID, Code: "SENT", Kind: Payout, Ref: p.ID, Payout: p.ID, Line: number,
		Gross: -p.Amount.Amount, Net: -p.Amount.Amount}
	var known bool
	if out.Currency, known = currencyOf(p.Amount.Currency); !known {
		return s.bad(number, CurrencyUnsaid)
	}
	if !within(p.Amount.Amount) {
		return s.bad(number, AmountInvalid)
	}
	if out.At, known = when(p.CreatedAt, nil, time.RFC3339); !known {
		return s.bad(number, TimeInvalid)
	}
	return s.record(out)
}

// object reads an object; anything else is none.
func object(raw []byte, into any) bool {
	return bytes.HasPrefix(bytes.TrimSpace(raw), []byte("{")) && json.Unmarshal(raw, into) == nil
}
