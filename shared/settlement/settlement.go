// Package settlement reads what gateways say that they have settled: their files, as one kind of record.
package settlement

import (
	"io"
	"time"

	"till/shared/fault"
	"till/shared/money"
)

// Kind says what a row of a settlement file is about.
type Kind string

// The kinds.
const (
	Charge          Kind = "charge"           // Money taken from a shopper, or a part of it that was taken too much and given back.
	Refund          Kind = "refund"           // Money given back to a shopper.
	RefundFailed    Kind = "refund_failed"    // A refund that came back.
	Dispute         Kind = "dispute"          // Money that a bank has taken for a shopper who contests.
	DisputeReversed Kind = "dispute_reversed" // Such money, given back.
	Fee             Kind = "fee"              // What the gateway keeps beside the fees of the rows above, or gives back of it.
	Hold            Kind = "hold"             // Money of ours set aside for a time, or set free again: it stays ours.
	Conversion      Kind = "conversion"       // A leg of an exchange from one currency into another.
	Adjustment      Kind = "adjustment"       // Anything else that changes the balance.
	Payout          Kind = "payout"           // Money sent to the shop's bank; above zero, money that came from there.
)

// Kinds lists every kind.
func Kinds() []Kind {
	return []Kind{Charge, Refund, RefundFailed, Dispute, DisputeReversed, Fee, Hold, Conversion, Adjustment, Payout}
}

// Record is one row of a settlement file. Amounts are minor units of Currency and say what the row does to the shop's balance at
// the gateway: Gross and Net are above zero if it grows, Fee is above zero if the gateway keeps something, and Net is Gross - Fee.
// It holds no personal data; all of it is safe to log.
type Record struct {
	Gateway   string         `json:"gateway"`
	ID        string         `json:"id"`               // The gateway's name of the row: the same row has it in every file.
	Code      string         `json:"code"`             // The kind in the gateway's words: "partial_capture_reversal", "T1107".
	Payout    string         `json:"payout,omitempty"` // The payout that it is part of, or that it is; "" if the file does not say.
	Kind      Kind           `json:"kind"`
	Ref       string         `json:"ref,omitempty"`     // What it is about, as the gateway calls it: a charge, refund, dispute.
	Payment   string         `json:"payment,omitempty"` // The payment that it belongs to: Stripe's intent, PayPal's or Square's order.
	Charge    string         `json:"charge,omitempty"`  // The part of the payment that took the money: charge, capture, Square's payment.
	Order     string         `json:"order,omitempty"`   // Our reference, where the file carries it.
	Attempt   string         `json:"attempt,omitempty"` // Our reference, where the file carries it.
	Refund    string         `json:"refund,omitempty"`  // Our reference, where the file carries it.
	Gross     int64          `json:"gross"`
	Fee       int64          `json:"fee"`
	Net       int64          `json:"net"`
	Currency  money.Currency `json:"currency"`
	Presented money.Amount   `json:"presented,omitzero"` // Gross as the shopper saw it, if that was another currency; signed like Gross.
	At        time.Time      `json:"at"`
	Line      int            `json:"line"` // Where in the file: a line of CSV, the number of an entry of JSON.
}

// Fault is a row that could not be used. Safe to log: it holds nothing of the row but its place.
type Fault struct {
	Line int    `json:"line"`
	Code string `json:"code"`
}

// The codes of faults.
const (
	LineTooLong    = "line_too_long"
	QuoteOpen      = "quote_open"      // A quotation mark that nothing closes.
	QuoteStray     = "quote_stray"     // A quotation mark inside a field that has none around it.
	TextInvalid    = "text_invalid"    // No UTF-8, or control characters.
	FieldsMissing  = "fields_missing"  // More or fewer fields than the header names.
	RowUnknown     = "row_unknown"     // A kind of row that the format does not have.
	RefInvalid     = "ref_invalid"     // A reference that is none, or is missing.
	AmountInvalid  = "amount_invalid"  // No exact amount of its currency.
	CurrencyUnsaid = "currency_unsaid" // No currency that we know.
	FeeCurrency    = "fee_currency"    // A fee in another currency than the amount.
	TimeInvalid    = "time_invalid"
	NetDiffers     = "net_differs"   // The row's net is not its gross less its fee.
	SumDiffers     = "sum_differs"   // The file's own total is not that of its rows.
	CountDiffers   = "count_differs" // The file's own count is not that of its rows.
	CutShort       = "cut_short"     // The file ends before its own end.
	EntryInvalid   = "entry_invalid" // An entry of JSON that is no object of the right form.
)

// Format says which gateway's file it is.
type Format string

// The formats.
const (
	// StripeCSV is Stripe's itemized report of payouts or of balance changes, with the column names of its Reporting API.
	// https://docs.stripe.com/reports/payout-reconciliation and https://docs.stripe.com/reports/balance
	StripeCSV Format = "stripe"
	// PayPalSTL is PayPal's settlement report, as fetched from its SFTP server.
	// https://developer.paypal.com/docs/reports/sftp-reports/settlement-report/
	PayPalSTL Format = "paypal"
	// SquareJSON is one or more answers of Square's ListPayoutEntries, ListPayouts or GetPayout, one after another.
	// https://developer.squareup.com/reference/square/objects/PayoutEntry
	SquareJSON Format = "square"
	// SquareCSV is the list of transactions that Square's dashboard exports. It names Square's order beside the payment, which
	// SquareJSON does not, but no currency and no offset of its times.
	SquareCSV Format = "square_csv"
	// StripeAPI is an answer of Stripe's list of balance transactions, with data.source expanded.
	// https://docs.stripe.com/api/balance_transactions/list
	StripeAPI Format = "stripe_api"
	// PayPalAPI is an answer of PayPal's transaction search. https://developer.paypal.com/docs/api/transaction-search/v1/
	PayPalAPI Format = "paypal_api"
)

// Formats lists every format.
func Formats() []Format {
	return []Format{StripeCSV, PayPalSTL, SquareJSON, SquareCSV, StripeAPI, PayPalAPI}
}

// Options say how to read a file.
type Options struct {
	Format   Format
	Currency money.Currency // Of SquareCSV: the account's.
	Zone     *time.Location // Of times without an offset; nil is UTC.
}

// Summary says what became of a file's rows: Rows is Records + Passed + the faults that have a row.
type Summary struct {
	Rows    int     `json:"rows"`
	Records int     `json:"records"`
	Passed  int     `json:"passed"` // Headers, footers, rows that moved no money at the gateway.
	Faults  []Fault `json:"faults,omitempty"`
}

const (
	// lineBytesMax is how long a row may be. The longest of Stripe's has about 60 columns.
	lineBytesMax = 64 << 10
	// rowsMax is how many rows a file may have: PayPal's have a million at most, since version 9.0.4 of its specification.
	// https://developer.paypal.com/docs/reports/sftp-reports/settlement-report/
	rowsMax = 2_000_000
	// faultsMax is how many bad rows a file may have before it is no settlement file.
	faultsMax = 10_000
	// jsonBytesMax is how long a file of JSON may be, since one value of it is held at a time.
	jsonBytesMax = 256 << 20
)

// Read reads a file row by row and gives each record to keep, in the file's order. A bad row is named in the summary and costs no
// other row. Errors: fault.Unreadable, it is no file of this format, or its end cannot be read (code settlement_unreadable);
// fault.TooLarge, code settlement_too_large; fault.Invalid, code format_unknown or currency_invalid, an option; those of keep,
// which end it. On any of them the books cannot be compared; what keep was given is true all the same.
func Read(r io.Reader, o Options, keep func(Record) error) (Summary, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	s := &sink{keep: keep}
	var err error
	switch o.Format {
	case StripeCSV:
		err = readStripe(newRows(r), o, s)
	case PayPalSTL:
		err = readPayPal(newRows(r), o, s)
	case SquareJSON:
		err = readSquareJSON(r, s)
	case SquareCSV:
		if _, bad := money.Parse(string(o.Currency)); bad != nil {
			return Summary{}, bad
		}
		err = readSquareCSV(newRows(r), o, s)
	case StripeAPI:
		err = readStripeAPI(r, s)
	case PayPalAPI:
		err = readPayPalAPI(r, s)
	default:
		err = fault.New(fault.Invalid, "settlement.Read", "format_unknown", "")
	}
	return s.Summary, err
}

// sink takes in rows as they are read.
type sink struct {
	Summary
	keep func(Record) error
}

// bad notes a row that cannot be used.
func (s *sink) bad(line int, code string) error {
	s.Rows++
	return s.also(line, code)
}

// also notes a fault beside what became of the row, or of no row.
func (s *sink) also(line int, code string) error {
	s.Faults = append(s.Faults, Fault{line, code})
	return s.room(len(s.Faults) > faultsMax)
}

// passed notes a row that is no record.
func (s *sink) passed() error {
	s.Rows++
	s.Passed++
	return s.room(false)
}

// record checks a row's own arithmetic and hands it on.
func (s *sink) record(r Record) error {
	if r.Net != r.Gross-r.Fee {
		return s.bad(r.Line, NetDiffers)
	}
	if !isRef(r.ID) {
		return s.bad(r.Line, RefInvalid)
	}
	s.Rows++
	s.Records++
	if err := s.room(false); err != nil {
		return err
	}
	return s.keep(r)
}

func (s *sink) room(full bool) error {
	if full || s.Rows > rowsMax {
		return fault.New(fault.TooLarge, "settlement.Read", "settlement_too_large", "")
	}
	return nil
}

func unreadable() error {
	return fault.New(fault.Unreadable, "settlement.Read", "settlement_unreadable", "")
}
