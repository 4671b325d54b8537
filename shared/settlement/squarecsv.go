package settlement

import (
	"fmt"
	"time"
)

// squareTimes are how the dashboard writes a date and a time, by its language.
var squareTimes = []string{time.DateTime, "01/02/2006 3:04:05 PM", "01/02/2006 15:04:05", "1/2/06 15:04:05", "1/2/06 3:04:05 PM"}

// readSquareCSV reads the dashboard's list of transactions. Its columns are known from files that shops have published; Square
// promises none. Only what was paid through Square is a record: cash and other means stay in the shop's drawer. A transaction is an
// order of the Orders API.
// https://squareup.com/help/us/en/article/3813-view-and-correlate-deposits
func readSquareCSV(in *rows, o Options, s *sink) error {
	need := []string{"date", "time", "total collected", "fees", "net total", "transaction id", "payment id", "event type"}
	return in.table(s, need, func(c columns, r row) error { return squareRow(c, r, o, s) })
}

func squareRow(c columns, r row, o Options, s *sink) error {
	text := func(names ...string) string { return c.of(r.fields, names...) }
	out := Record{Gateway: "square", ID: text("payment id"), Code: text("event type"), Payment: text("transaction id"),
		Charge: text("payment id"), Payout: text("deposit id"), Currency: o.Currency, Line: r.line}
	switch out.Code {
	case "Payment":
		out.Kind, out.Ref = Charge, out.ID
	case "Refund":
		out.Kind = Refund
	default:
		return s.bad(r.line, RowUnknown)
	}
	for _, drawer := range [...]string{"cash", "other tender"} {
		if n, ok := printed(text(drawer), o.Currency); !ok {
			return s.bad(r.line, AmountInvalid)
		} else if n != 0 {
			return s.passed()
		}
	}
	if !refs(out.Payout) || !isRef(out.Payment) || !isRef(out.Charge) {
		return s.bad(r.line, RefInvalid)
	}
	var gross, fees, net bool
	out.Gross, gross = printed(text("total collected"), o.Currency)
	out.Fee, fees = printed(text("fees"), o.Currency)
	out.Net, net = printed(text("net total"), o.Currency)
	out.Fee = -out.Fee // The file writes what is kept below zero.
	if !gross || !fees || !net {
		return s.bad(r.line, AmountInvalid)
	}
	var known bool
	if out.At, known = when(text("date")+" "+text("time"), o.Zone, squareTimes...); !known {
		return s.bad(r.line, TimeInvalid)
	}
	if out.Kind == Refund { // Its payment's row has the same id.
		out.ID = fmt.Sprintf("%s/%d/%d", out.ID, out.At.Unix(), -out.Gross)
	}
	return s.record(out)
}
