package settlement

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"till/shared/money"
)

// Teller is a gateway that says by its API what it has settled. An implementation is safe for concurrent use and bounds every call.
type Teller interface {
	// Settled gives what moved the shop's balance from one moment to another, a page at a time; Next is "" on the last page. Order and
	// doubles do not matter: a row has the same ID each time. Errors: fault.Unavailable, it cannot be asked now; fault.Internal, we
	// asked it wrong, or may not ask.
	Settled(ctx context.Context, from, to time.Time, cursor string) (Page, error)
}

// Page is a part of what a gateway settled.
type Page struct {
	Records []Record
	Faults  []Fault // Rows that could not be used.
	Next    string
}

// ReadPage reads an answer of a gateway's API. Errors: as Read.
func ReadPage(answer []byte, f Format) (Page, error) {
	var p Page
	sum, err := Read(bytes.NewReader(answer), Options{Format: f}, func(r Record) error {
		p.Records = append(p.Records, r)
		return nil
	})
	p.Faults = sum.Faults
	return p, err
}

// answered reads the members of one answer that is a JSON object, bounded.
func answered(r io.Reader, into any) error {
	limited := &io.LimitedReader{R: r, N: jsonBytesMax}
	in := json.NewDecoder(limited)
	err := in.Decode(into)
	if err == nil {
		if _, more := in.Token(); more != io.EOF {
			return cut(limited)
		}
		return nil
	}
	return cut(limited)
}

// text is a JSON text; anything else is "".
type text string

// UnmarshalJSON never fails: what is no text says nothing.
func (t *text) UnmarshalJSON(data []byte) error {
	var s string
	if json.Unmarshal(data, &s) != nil {
		s = ""
	}
	*t = text(s)
	return nil
}

// stripeMoved is a balance transaction. https://docs.stripe.com/api/balance_transactions/object
type stripeMoved struct {
	ID       string          `json:"id"`
	Amount   int64           `json:"amount"`
	Fee      int64           `json:"fee"`
	Net      int64           `json:"net"`
	Currency string          `json:"currency"`
	Created  int64           `json:"created"`
	Category string          `json:"reporting_category"`
	Source   json.RawMessage `json:"source"`
}

// stripeSource is what a balance transaction is about: a charge, refund, dispute or payout.
type stripeSource struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Intent   text   `json:"payment_intent"`
	Charge   text   `json:"charge"`
	Amount   int64  `json:"amount"`
	Captured *int64 `json:"amount_captured"`
	Currency string `json:"currency"`
	Metadata struct {
		Order   text `json:"order_id"`
		Attempt text `json:"attempt_id"`
		Refund  text `json:"refund_id"`
	} `json:"metadata"`
}

// readStripeAPI reads a page of Stripe's balance transactions, whose sources are expanded.
func readStripeAPI(r io.Reader, s *sink) error {
	var page struct {
		Object string            `json:"object"`
		Data   []json.RawMessage `json:"data"`
	}
	if err := answered(r, &page); err != nil {
		return err
	}
	if page.Object != "list" {
		return unreadable()
	}
	for i, raw := range page.Data {
		if err := stripeMovedRow(raw, i+1, s); err != nil {
			return err
		}
	}
	return nil
}

func stripeMovedRow(raw []byte, line int, s *sink) error {
	var m stripeMoved
	if !object(raw, &m) {
		return s.bad(line, EntryInvalid)
	}
	var of stripeSource
	if !object(m.Source, &of) {
		var id text
		if json.Unmarshal(m.Source, &id) == nil {
			of.ID = string(id) // Nothing is expanded of what has no object of its own.
		}
	}
	out := Record{Gateway: "stripe", ID: m.ID, Code: m.Category, Kind: stripeKinds[m.Category], Ref: of.ID, Payment: string(of.Intent), Charge: string(of.Charge),
		Order: ours(string(of.Metadata.Order), "ord_"), Attempt: ours(string(of.Metadata.Attempt), "pay_"), Refund: ours(string(of.Metadata.Refund), "ref_"),
		Gross: m.Amount, Fee: m.Fee, Net: m.Net, Line: line}
	switch {
	case out.Kind == "":
		out.Kind = Adjustment
	case out.Kind == Charge && out.Charge == "":
		out.Charge = out.Ref
	case out.Kind == Payout:
		out.Payout = out.Ref
	case out.Kind == Dispute && out.Gross > 0:
		out.Kind = DisputeReversed
	}
	if !refs(out.Code, out.Payout, out.Ref, out.Payment, out.Charge) || out.Code == "" {
		return s.bad(line, RefInvalid)
	}
	var known bool
	if out.Currency, known = currencyOf(m.Currency); !known {
		return s.bad(line, CurrencyUnsaid)
	}
	if !within(m.Amount, m.Fee, m.Net) {
		return s.bad(line, AmountInvalid)
	}
	if shown, foreign := currencyOf(of.Currency); foreign && shown != out.Currency && out.Kind != Payout {
		n := of.Amount
		if of.Captured != nil {
			n = *of.Captured
		}
		if n < 0 != (m.Amount < 0) {
			n = -n
		}
		if !within(n) {
			return s.bad(line, AmountInvalid)
		}
		out.Presented = money.Of(n, shown)
	}
	if out.At = time.Unix(m.Created, 0).UTC(); out.At.Year() < 2000 || out.At.Year() >= 2200 {
		return s.bad(line, TimeInvalid)
	}
	return s.record(out)
}

// paypalMoved is a transaction. https://developer.paypal.com/docs/api/transaction-search/v1/
type paypalMoved struct {
	Info struct {
		ID        string      `json:"transaction_id"`
		Reference text        `json:"paypal_reference_id"`
		Type      text        `json:"paypal_reference_id_type"`
		Code      string      `json:"transaction_event_code"`
		Began     text        `json:"transaction_initiation_date"`
		Updated   text        `json:"transaction_updated_date"`
		Amount    paypalMoney `json:"transaction_amount"`
		Fee       paypalMoney `json:"fee_amount"`
		Status    string      `json:"transaction_status"`
		Custom    text        `json:"custom_field"`
		Invoice   text        `json:"invoice_id"`
	} `json:"transaction_info"`
}

type paypalMoney struct {
	Currency string `json:"currency_code"`
	Value    text   `json:"value"`
}

// paypalTimes are how transactions write times, as the documentation's examples show.
var paypalTimes = []string{"2006-01-02T15:04:05-0700", time.RFC3339}

// readPayPalAPI reads a page of PayPal's transactions.
func readPayPalAPI(r io.Reader, s *sink) error {
	var page struct {
		Details *[]json.RawMessage `json:"transaction_details"`
	}
	if err := answered(r, &page); err != nil {
		return err
	}
	if page.Details == nil {
		return unreadable()
	}
	for i, raw := range *page.Details {
		if err := paypalMovedRow(raw, i+1, s); err != nil {
			return err
		}
	}
	return nil
}

func paypalMovedRow(raw []byte, line int, s *sink) error {
	var m paypalMoved
	if !object(raw, &m) {
		return s.bad(line, EntryInvalid)
	}
	in := m.Info
	if in.Status == "P" || in.Status == "D" {
		return s.passed() // It moved nothing, or not yet. https://developer.paypal.com/docs/transaction-search/#transaction-status
	}
	out := Record{Gateway: "paypal", ID: in.ID, Ref: in.ID, Code: in.Code, Kind: paypalKind(in.Code), Line: line}
	out.Order, out.Attempt = paypalOurs(string(in.Custom), string(in.Invoice))
	switch {
	case out.Kind == Payout:
		out.Payout = out.Ref
	case in.Type == "ODR":
		out.Payment = string(in.Reference)
	case out.Kind != Charge:
		out.Charge = string(in.Reference)
	}
	if out.Kind == Charge {
		out.Charge = out.ID
	}
	if !refs(out.Payment, out.Charge) || !isRef(in.Code) {
		return s.bad(line, RefInvalid)
	}
	var known bool
	if out.Currency, known = currencyOf(in.Amount.Currency); !known {
		return s.bad(line, CurrencyUnsaid)
	}
	gross, ok := decimal(string(in.Amount.Value), out.Currency)
	fee, feeOK := decimal(string(in.Fee.Value), out.Currency)
	switch {
	case !ok, !feeOK, in.Amount.Value == "", !within(gross, fee):
		return s.bad(line, AmountInvalid)
	case fee != 0 && in.Fee.Currency != in.Amount.Currency:
		return s.bad(line, FeeCurrency)
	}
	out.Gross, out.Fee, out.Net = gross, -fee, gross+fee
	if out.At, known = when(string(in.Updated), nil, paypalTimes...); !known {
		if out.At, known = when(string(in.Began), nil, paypalTimes...); !known {
			return s.bad(line, TimeInvalid)
		}
	}
	if out.Kind == Charge && out.Gross < 0 {
		out.Kind = Adjustment // We paid somebody.
	}
	return s.record(out)
}
