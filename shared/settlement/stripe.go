package settlement

import (
	"time"

	"till/shared/money"
)

// stripeKinds says what Stripe's reporting categories are. One that is not here is an adjustment. Both rows of a capture of less than
// was authorized are charges: their sum is what was captured. https://docs.stripe.com/reports/reporting-categories
var stripeKinds = map[string]Kind{
	"charge": Charge, "charge_failure": Charge, "partial_capture_reversal": Charge,
	"refund": Refund, "refund_failure": RefundFailed,
	"dispute": Dispute, "dispute_reversal": DisputeReversed,
	"fee": Fee, "network_cost": Fee, "tax": Fee, "stripe_fee": Fee, "stripe_fee_tax": Fee,
	"risk_reserved_funds": Hold, "connect_reserved_funds": Hold, "payment_network_reserved_funds": Hold, "minimum_balance_hold": Hold,
	"currency_conversion": Conversion,
	"payout":              Payout, "payout_reversal": Payout, "topup": Payout, "topup_reversal": Payout,
}

// stripeTime is how the reports write times, as far as published files show: the documentation names the columns only.
const stripeTime = "2006-01-02 15:04:05"

func readStripe(in *rows, o Options, s *sink) error {
	need := []string{"balance_transaction_id", "currency", "gross", "fee", "net", "reporting_category"}
	return in.table(s, need, func(c columns, r row) error { return stripeRow(c, r, o, s) })
}

func stripeRow(c columns, r row, o Options, s *sink) error {
	text := func(names ...string) string { return c.of(r.fields, names...) }
	category := text("reporting_category")
	out := Record{Gateway: "stripe", ID: text("balance_transaction_id"), Code: category, Kind: stripeKinds[category],
		Payout: text("automatic_payout_id", "payout_id"), Ref: text("source_id"), Payment: text("payment_intent_id"), Charge: text("charge_id"),
		Order: ours(text("payment_metadata[order_id]"), "ord_"), Attempt: ours(text("payment_metadata[attempt_id]"), "pay_"),
		Refund: ours(text("refund_metadata[refund_id]"), "ref_"), Line: r.line}
	if out.Kind == "" {
		out.Kind = Adjustment
	}
	if out.Kind == Charge && out.Charge == "" {
		out.Charge = out.Ref
	}
	if out.Kind == Payout {
		if out.Ref == "" {
			out.Ref = out.Payout
		}
		out.Payout = out.Ref
	}
	if !refs(out.Code, out.Payout, out.Ref, out.Payment, out.Charge) || out.Code == "" {
		return s.bad(r.line, RefInvalid)
	}
	var known bool
	if out.Currency, known = currencyOf(text("currency")); !known {
		return s.bad(r.line, CurrencyUnsaid)
	}
	var gross, fee, net bool
	out.Gross, gross = decimal(text("gross"), out.Currency)
	out.Fee, fee = decimal(text("fee"), out.Currency)
	out.Net, net = decimal(text("net"), out.Currency)
	if !gross || !fee || !net {
		return s.bad(r.line, AmountInvalid)
	}
	if out.Presented, known = presented(text("customer_facing_amount"), text("customer_facing_currency"), out); !known {
		return s.bad(r.line, AmountInvalid)
	}
	if out.At, known = stripeWhen(text, o.Zone); !known {
		return s.bad(r.line, TimeInvalid)
	}
	return s.record(out)
}

// stripeWhen is when a row came to be, by the best of the columns that there are; the date of a payout is when the money left.
func stripeWhen(text func(...string) string, zone *time.Location) (time.Time, bool) {
	if utc := text("created_utc", "effective_at_utc"); utc != "" {
		return when(utc, time.UTC, stripeTime)
	}
	return when(text("created", "effective_at"), zone, stripeTime)
}

// presented is the amount as the shopper saw it, if that was in another currency than the account's.
func presented(amount, currency string, r Record) (money.Amount, bool) {
	if amount == "" || currency == "" {
		return money.Amount{}, true
	}
	c, known := currencyOf(currency)
	if !known {
		return money.Amount{}, false
	}
	n, ok := decimal(amount, c)
	if c == r.Currency || !ok {
		return money.Amount{}, ok
	}
	if (n < 0) != (r.Gross < 0) {
		n = -n // It is signed as the row's own amount is.
	}
	return money.Of(n, c), true
}
