package settlement

import (
	"errors"
	"io"
	"strings"

	"till/shared/money"
)

// paypalCodes says what PayPal's transaction event codes are, where the group does not say it.
// https://developer.paypal.com/docs/reports/reference/tcodes/
var paypalCodes = map[string]Kind{
	"T1101": Payout,          // A withdrawal to a bank that came back.
	"T1104": Payout,          // Money from a bank that was taken back.
	"T1105": Hold,            // The end of a hold.
	"T1106": Dispute,         // A payment that PayPal reversed.
	"T1107": Refund,          // A refund by the shop.
	"T1108": Fee,             // A fee given back.
	"T1110": Hold,            // Set aside while a dispute runs.
	"T1111": Hold,            // The end of that.
	"T1201": Dispute,         // A chargeback.
	"T1202": DisputeReversed, // A chargeback that was undone.
	"T1205": DisputeReversed, // A chargeback that PayPal bears.
	"T2001": Payout,          // The balance moved to the account that is paid out.
}

// paypalGroups says what the other codes are, by their group. Codes of no group here are adjustments.
var paypalGroups = map[string]Kind{
	"T00": Charge, "T01": Fee, "T02": Conversion, "T03": Payout, "T04": Payout, "T13": Hold, "T15": Hold, "T21": Hold,
}

// paypalWhole are the currencies that PayPal counts in whole units though ISO 4217 gives them decimals.
// https://developer.paypal.com/reports/reference/supported-currencies
var paypalWhole = map[money.Currency]bool{"HUF": true, "TWD": true}

// paypalTime is how the report writes times, as published files show.
const paypalTime = "2006/01/02 15:04:05 -0700"

// paypalRows are the first fields of the report's rows: headers, footers and counts of report, file and section, column header, body.
// Of the footers only what published files show is relied on: a section's totals (SF) and its count (SC).
var paypalRows = map[string]bool{"RH": true, "FH": true, "SH": true, "CH": true, "SB": true, "SF": true, "SC": true, "RF": true, "RC": true, "FF": true}

// paypalSums is what a currency's rows of a section add up to.
type paypalSums struct{ credits, debits, feeCredits, feeDebits int64 }

// paypalFile is where the reading of a report stands.
type paypalFile struct {
	columns columns
	width   int
	open    bool // A section has begun, and its count has not come.
	bodies  int
	sums    map[money.Currency]paypalSums
}

func readPayPal(in *rows, _ Options, s *sink) error {
	in.fits = func(fields []string) bool { return paypalRows[fields[0]] }
	p := &paypalFile{sums: map[money.Currency]paypalSums{}}
	began := false
	for {
		r, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			if !began {
				return unreadable()
			}
			if p.open {
				return s.also(in.n, CutShort)
			}
			return nil
		case err != nil:
			return unreadable()
		case !began && (r.bad != "" || r.fields[0] != "RH"):
			return unreadable()
		case r.bad != "":
			err = s.bad(r.line, r.bad)
		default:
			began = true
			err = p.row(r, s)
		}
		if err != nil {
			return err
		}
	}
}

// row takes in one row of the report.
func (p *paypalFile) row(r row, s *sink) error {
	switch r.fields[0] {
	case "SH":
		*p = paypalFile{open: true, sums: map[money.Currency]paypalSums{}}
	case "CH":
		p.columns, p.width = columnsOf(r.fields), len(r.fields)
		if !p.columns.have("transaction id", "transaction event code", "transaction debit or credit", "gross transaction amount",
			"gross transaction currency", "fee debit or credit", "fee amount", "transaction completion date") {
			return unreadable()
		}
	case "SB":
		p.bodies++
		if p.columns == nil {
			return s.bad(r.line, FieldsMissing)
		}
		return p.body(r, s)
	case "SF":
		if code := p.footer(r.fields); code != "" {
			return s.bad(r.line, code)
		}
	case "SC":
		p.open = false
		if n, ok := integer(at(r.fields, 1)); !ok || n != int64(p.bodies) {
			return s.bad(r.line, CountDiffers)
		}
	default:
		if !paypalRows[r.fields[0]] {
			return s.bad(r.line, RowUnknown)
		}
	}
	return s.passed()
}

func (p *paypalFile) body(r row, s *sink) error {
	if len(r.fields) != p.width {
		return s.bad(r.line, FieldsMissing)
	}
	text := func(name string) string { return p.columns.of(r.fields, name) }
	code := text("transaction event code")
	out := Record{Gateway: "paypal", ID: text("transaction id"), Ref: text("transaction id"), Code: code, Kind: paypalKind(code), Line: r.line}
	out.Order, out.Attempt = paypalOurs(text("custom field"), text("invoice id"))
	if out.Kind == Payout {
		out.Payout = out.Ref
	}
	switch reference := text("paypal reference id"); {
	case text("paypal reference id type") == "ODR":
		out.Payment = reference
	case out.Kind != Charge && out.Kind != Payout:
		out.Charge = reference
	}
	if out.Kind == Charge {
		out.Charge = out.ID
	}
	if !refs(out.Payment, out.Charge) || !isRef(code) {
		return s.bad(r.line, RefInvalid)
	}
	var known bool
	if out.Currency, known = currencyOf(text("gross transaction currency")); !known {
		return s.bad(r.line, CurrencyUnsaid)
	}
	if bad := p.amounts(&out, text); bad != "" {
		return s.bad(r.line, bad)
	}
	if out.At, known = when(text("transaction completion date"), nil, paypalTime); !known {
		return s.bad(r.line, TimeInvalid)
	}
	if out.Kind == Charge && out.Gross < 0 {
		out.Kind = Adjustment // We paid somebody.
	}
	return s.record(out)
}

// amounts reads what a row moves and adds it to the section's sums. It gives a fault's code, or "".
func (p *paypalFile) amounts(out *Record, text func(string) string) string {
	gross, ok := paypalAmount(text("gross transaction amount"), text("transaction debit or credit"), out.Currency)
	fee, feeOK := int64(0), true
	if given := text("fee amount"); given != "" && strings.Trim(given, "0") != "" {
		if c, known := currencyOf(text("fee currency")); !known || c != out.Currency {
			return FeeCurrency
		}
		fee, feeOK = paypalAmount(given, text("fee debit or credit"), out.Currency)
	}
	if !ok || !feeOK {
		return AmountInvalid
	}
	out.Gross, out.Fee, out.Net = gross, -fee, gross+fee
	sums := p.sums[out.Currency]
	sums.credits, sums.debits = sums.credits+max(gross, 0), sums.debits+max(-gross, 0)
	sums.feeCredits, sums.feeDebits = sums.feeCredits+max(fee, 0), sums.feeDebits+max(-fee, 0)
	p.sums[out.Currency] = sums
	return ""
}

// footer compares a currency's totals with its rows. Which of credits and debits comes first is not relied on.
func (p *paypalFile) footer(fields []string) string {
	c, known := currencyOf(at(fields, 1))
	if !known {
		return CurrencyUnsaid
	}
	var total [4]int64
	for i := range total {
		n, ok := paypalAmount(at(fields, i+2), "CR", c)
		if !ok {
			return AmountInvalid
		}
		total[i] = n
	}
	sums := p.sums[c]
	same := func(a, b, x, y int64) bool { return a == x && b == y || a == y && b == x }
	if !same(total[0], total[1], sums.credits, sums.debits) || !same(total[2], total[3], sums.feeCredits, sums.feeDebits) {
		return SumDiffers
	}
	return ""
}

func at(fields []string, i int) string {
	if i < len(fields) {
		return fields[i]
	}
	return ""
}

func paypalKind(code string) Kind {
	if kind, known := paypalCodes[code]; known {
		return kind
	}
	if kind, known := paypalGroups[code[:min(len(code), 3)]]; known {
		return kind
	}
	return Adjustment
}

// paypalOurs reads our references: the adapter sends "order/attempt" as custom field and the attempt as invoice.
func paypalOurs(custom, invoice string) (order, attempt string) {
	first, second, _ := strings.Cut(custom, "/")
	order, attempt = ours(first, "ord_"), ours(second, "pay_")
	if attempt == "" {
		attempt = ours(invoice, "pay_")
	}
	return order, attempt
}

// paypalAmount reads an amount, which the report writes without sign and point, in the smallest unit that PayPal counts: credits are
// above zero, debits below.
func paypalAmount(text, side string, c money.Currency) (int64, bool) {
	n, ok := integer(text)
	if paypalWhole[c] {
		n *= 100
	}
	switch side {
	case "CR":
		return n, ok && within(n)
	case "DR":
		return -n, ok && within(n)
	}
	return 0, ok && n == 0
}
