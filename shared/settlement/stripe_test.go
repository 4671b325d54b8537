package settlement_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/settlement"
)

const (
	anOrder   = "ord_abcdefghijklmnopqrstuvwxyz"
	anAttempt = "pay_abcdefghijklmnopqrstuvwxyz"
	aRefund   = "ref_abcdefghijklmnopqrstuvwxyz"
)

// read reads a whole file.
func read(t *testing.T, text string, o settlement.Options) ([]settlement.Record, settlement.Summary, error) {
	t.Helper()
	var out []settlement.Record
	sum, err := settlement.Read(strings.NewReader(text), o, func(r settlement.Record) error {
		out = append(out, r)
		return nil
	})
	if sum.Records != len(out) {
		t.Errorf("%d records, counted as %d", len(out), sum.Records)
	}
	return out, sum, err
}

// same compares records; amounts have no exported fields.
func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b money.Amount) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

const stripeHead = "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created_utc,created,available_on_utc,currency,gross,fee,net," +
	"reporting_category,source_id,description,customer_facing_amount,customer_facing_currency,charge_id,payment_intent_id," +
	"payment_metadata[order_id],payment_metadata[attempt_id],refund_metadata[refund_id]\n"

var stripe = settlement.Options{Format: settlement.StripeCSV}

func TestStripeRowsBecomeRecords(t *testing.T) {
	got, sum, err := read(t, stripeHead+
		"po_1,2026-11-24 00:00:00,txn_1,2026-11-22 12:00:00,2026-11-22 13:00:00,2026-11-24 00:00:00,eur,19.99,0.54,19.45,charge,ch_1,Order,19.99,eur,ch_1,pi_1,"+
		anOrder+","+anAttempt+",\n"+
		`po_1,,txn_2,2026-11-23 08:00:00,,,eur,-5.00,0.00,-5.00,refund,re_1,"REFUND, of ""a"" thing",-5.00,eur,ch_1,pi_1,`+anOrder+","+anAttempt+","+aRefund+"\n"+
		"po_1,,txn_3,2026-11-23 09:00:00,,,eur,-14.99,15.00,-29.99,dispute,dp_1,,,,ch_1,pi_1,"+anOrder+",not ours,\n"+
		"po_1,,txn_4,2026-11-23 10:00:00,,,eur,14.99,-15.00,29.99,dispute_reversal,dp_1,,,,ch_1,pi_1,,,\n"+
		"po_1,,txn_5,2026-11-23 11:00:00,,,eur,-0.10,0.02,-0.12,fee,fee_1,Radar,,,,,,,\n", stripe)
	if err != nil || len(sum.Faults) > 0 || sum.Rows != 6 || sum.Passed != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	at := func(hour int, day int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	same(t, got, []settlement.Record{
		{Gateway: "stripe", ID: "txn_1", Code: "charge", Payout: "po_1", Kind: settlement.Charge, Ref: "ch_1", Payment: "pi_1", Charge: "ch_1",
			Order: anOrder, Attempt: anAttempt, Gross: 1999, Fee: 54, Net: 1945, Currency: "EUR", At: at(12, 22), Line: 2},
		{Gateway: "stripe", ID: "txn_2", Code: "refund", Payout: "po_1", Kind: settlement.Refund, Ref: "re_1", Payment: "pi_1", Charge: "ch_1",
			Order: anOrder, Attempt: anAttempt, Refund: aRefund, Gross: -500, Net: -500, Currency: "EUR", At: at(8, 23), Line: 3},
		{Gateway: "stripe", ID: "txn_3", Code: "dispute", Payout: "po_1", Kind: settlement.Dispute, Ref: "dp_1", Payment: "pi_1", Charge: "ch_1",
			Order: anOrder, Gross: -1499, Fee: 1500, Net: -2999, Currency: "EUR", At: at(9, 23), Line: 4},
		{Gateway: "stripe", ID: "txn_4", Code: "dispute_reversal", Payout: "po_1", Kind: settlement.DisputeReversed, Ref: "dp_1", Payment: "pi_1",
			Charge: "ch_1", Gross: 1499, Fee: -1500, Net: 2999, Currency: "EUR", At: at(10, 23), Line: 5},
		{Gateway: "stripe", ID: "txn_5", Code: "fee", Payout: "po_1", Kind: settlement.Fee, Ref: "fee_1", Gross: -10, Fee: 2, Net: -12, Currency: "EUR",
			At: at(11, 23), Line: 6},
	})
}

func TestStripeSaysWhatTheShopperSaw(t *testing.T) {
	got, sum, err := read(t, stripeHead+"po_1,,txn_1,2026-11-22 12:00:00,,,eur,18.00,0.50,17.50,charge,ch_1,,20.00,usd,ch_1,pi_1,,,\n"+
		"po_1,,txn_2,2026-11-22 12:00:00,,,eur,-9.00,0.00,-9.00,refund,re_1,,10.00,usd,ch_1,pi_1,,,\n", stripe)
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %+v, %v", got, sum, err)
	}
	if got[0].Presented != money.Of(2000, "USD") || got[1].Presented != money.Of(-1000, "USD") {
		t.Errorf("presented are %v and %v", got[0].Presented, got[1].Presented)
	}
}

func TestStripeNamesItsPayouts(t *testing.T) {
	got, sum, err := read(t, "effective_at_utc,currency,balance_transaction_id,gross,fee,net,reporting_category,payout_id,payout_status\n"+
		"2026-11-24 00:00:00,eur,txn_9,-100.00,0.00,-100.00,payout,po_1,paid\n", stripe)
	if err != nil || len(sum.Faults) > 0 {
		t.Fatalf("%+v, %v", sum, err)
	}
	same(t, got, []settlement.Record{{Gateway: "stripe", ID: "txn_9", Code: "payout", Payout: "po_1", Kind: settlement.Payout, Ref: "po_1", Gross: -10000,
		Net: -10000, Currency: "EUR", At: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Line: 2}})
}

func TestStripeCategories(t *testing.T) {
	for category, want := range map[string]settlement.Kind{
		"charge": settlement.Charge, "charge_failure": settlement.Charge, "partial_capture_reversal": settlement.Charge, "refund": settlement.Refund,
		"refund_failure": settlement.RefundFailed, "network_cost": settlement.Fee, "tax": settlement.Fee, "risk_reserved_funds": settlement.Hold,
		"payout_reversal": settlement.Payout, "topup": settlement.Payout, "other_adjustment": settlement.Adjustment, "made_up_later": settlement.Adjustment,
	} {
		got, _, err := read(t, stripeHead+"po_1,,txn_1,2026-11-22 12:00:00,,,eur,1.00,0.00,1.00,"+category+",x_1,,,,,,,,\n", stripe)
		if err != nil || len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s is %+v, %v; want %s", category, got, err, want)
		}
	}
}

func TestDecimalsBecomeMinorUnitsExactly(t *testing.T) {
	for _, row := range []struct {
		name, currency, amount string
		want                   int64
		code                   string
	}{
		{"cents", "eur", "0.29", 29, ""},
		{"no decimals written", "eur", "7", 700, ""},
		{"one decimal written", "eur", "7.5", 750, ""},
		{"below zero", "eur", "-0.01", -1, ""},
		{"yen have no decimals", "jpy", "500", 500, ""},
		{"yen written with two noughts", "jpy", "500.00", 500, ""},
		{"a tenth of a yen", "jpy", "500.1", 0, settlement.AmountInvalid},
		{"dinars have three", "kwd", "1.234", 1234, ""},
		{"dinars written with one", "kwd", "1.2", 1200, ""},
		{"a tenth of a fils", "kwd", "1.2345", 0, settlement.AmountInvalid},
		{"a tenth of a cent", "eur", "1.001", 0, settlement.AmountInvalid},
		{"what a float cannot hold", "eur", "4503599627.37", 450359962737, ""},
		{"too much", "eur", "99999999999999999999.00", 0, settlement.AmountInvalid},
		{"more than any payment", "eur", "10000000000.01", 0, settlement.AmountInvalid},
		{"an exponent", "eur", "1e3", 0, settlement.AmountInvalid},
		{"a comma", "eur", `"1,50"`, 0, settlement.AmountInvalid},
		{"two signs", "eur", "--1.00", 0, settlement.AmountInvalid},
		{"a plus", "eur", "+1.00", 0, settlement.AmountInvalid},
		{"no digits before the point", "eur", ".50", 0, settlement.AmountInvalid},
		{"no digits behind the point", "eur", "1.", 0, settlement.AmountInvalid},
		{"no currency", "", "1.00", 0, settlement.CurrencyUnsaid},
		{"an unknown currency", "zzz", "1.00", 0, settlement.CurrencyUnsaid},
	} {
		got, sum, err := read(t, stripeHead+"po_1,,txn_1,2026-11-22 12:00:00,,,"+row.currency+","+row.amount+",0,"+row.amount+",charge,ch_1,,,,ch_1,pi_1,,,\n", stripe)
		switch {
		case err != nil:
			t.Errorf("%s: %v", row.name, err)
		case row.code != "":
			same(t, sum.Faults, []settlement.Fault{{Line: 2, Code: row.code}})
		case len(got) != 1 || got[0].Gross != row.want || got[0].Net != row.want:
			t.Errorf("%s: %+v, %+v; want %d", row.name, got, sum.Faults, row.want)
		}
	}
}

func TestABadRowIsNamedAndCostsNoOther(t *testing.T) {
	good := func(id string) string {
		return "po_1,,txn_" + id + ",2026-11-22 12:00:00,,,eur,1.00,0.10,0.90,charge,ch_" + id + ",,,,ch_" + id + ",pi_" + id + ",,,\n"
	}
	for _, row := range []struct{ name, bad, code string }{
		{"too few fields", "po_1,txn_2\n", settlement.FieldsMissing},
		{"a field too many", strings.TrimSuffix(good("2"), "\n") + ",\n", settlement.FieldsMissing},
		{"a quotation mark that nothing closes", `po_1,,"txn_2,2026` + "\n", settlement.QuoteOpen},
		{"a quotation mark inside a field", strings.Replace(good("2"), "ch_2,", `c"h,`, 1), settlement.QuoteStray},
		{"text behind a closing quotation mark", strings.Replace(good("2"), "po_1,", `"po"1,`, 1), settlement.QuoteStray},
		{"no UTF-8", strings.Replace(good("2"), "po_1", "po_\xff", 1), settlement.TextInvalid},
		{"a NUL", strings.Replace(good("2"), "po_1", "po_\x00", 1), settlement.TextInvalid},
		{"no name of the row", strings.Replace(good("2"), "txn_2", "", 1), settlement.RefInvalid},
		{"a reference with a space", strings.Replace(good("2"), "pi_2", "pi 2", 1), settlement.RefInvalid},
		{"a reference without end", strings.Replace(good("2"), "pi_2", strings.Repeat("x", 129), 1), settlement.RefInvalid},
		{"no category", strings.Replace(good("2"), "charge,", ",", 1), settlement.RefInvalid},
		{"a net that is not gross less fee", strings.Replace(good("2"), "0.90", "0.91", 1), settlement.NetDiffers},
		{"a time that is none", strings.Replace(good("2"), "2026-11-22 12", "2026-11-22T12", 1), settlement.TimeInvalid},
		{"no time", strings.Replace(good("2"), "2026-11-22 12:00:00", "", 1), settlement.TimeInvalid},
		{"a line without end", strings.Repeat("x", 200_000) + "\n", settlement.LineTooLong},
	} {
		got, sum, err := read(t, stripeHead+good("1")+row.bad+good("3")+good("4"), stripe)
		if err != nil || len(got) != 3 || got[1].ID != "txn_3" || got[2].ID != "txn_4" {
			t.Errorf("%s: %d records, %+v, %v", row.name, len(got), sum, err)
		}
		same(t, sum.Faults, []settlement.Fault{{Line: 3, Code: row.code}})
	}
}

func TestLineEndsInsideQuotationMarksAreText(t *testing.T) {
	text := stripeHead + "po_1,,txn_1,2026-11-22 12:00:00,,,eur,1.00,0,1.00,charge,ch_1,\"three\r\nlines \"\"of\"\"\nit\",,,ch_1,pi_1,,,\r\n" +
		"po_1,,txn_2,2026-11-22 12:00:00,,,eur,1.00,0,1.00,charge,ch_2,,,,ch_2,pi_2,,,"
	got, sum, err := read(t, "\ufeff"+text, stripe)
	if err != nil || len(got) != 2 || len(sum.Faults) != 0 || got[0].Line != 2 || got[1].Line != 5 {
		t.Errorf("%+v, %+v, %v", got, sum, err)
	}
}

func TestAnOpenQuotationMarkFarFromTheNextCostsOneLine(t *testing.T) {
	var text strings.Builder
	text.WriteString(stripeHead)
	for i := range 100 {
		description := "x"
		if i == 10 || i == 14 || i == 60 {
			description = `"x`
		}
		text.WriteString("po_1,,txn_" + string(rune('a'+i/10)) + string(rune('a'+i%10)) + ",2026-11-22 12:00:00,,,eur,1.00,0,1.00,charge,ch_1," + description + ",,,ch_1,pi_1,,,\n")
	}
	got, sum, err := read(t, text.String(), stripe)
	if err != nil || len(got) != 97 || len(sum.Faults) != 3 {
		t.Errorf("%d records, %+v, %v", len(got), sum, err)
	}
}

func TestOtherDelimiters(t *testing.T) {
	for _, comma := range []string{"\t", ";"} {
		text := strings.ReplaceAll(stripeHead+"po_1,,txn_1,2026-11-22 12:00:00,,,eur,1.00,0,1.00,charge,ch_1,,,,ch_1,pi_1,,,\n", ",", comma)
		if got, sum, err := read(t, text, stripe); err != nil || len(got) != 1 || len(sum.Faults) != 0 {
			t.Errorf("%q: %+v, %+v, %v", comma, got, sum, err)
		}
	}
}

func TestWhatIsNoSettlementFile(t *testing.T) {
	for _, row := range []struct {
		name, text string
		format     settlement.Format
		code       string
	}{
		{"nothing, for Stripe", "", settlement.StripeCSV, "settlement_unreadable"},
		{"nothing, for PayPal", "", settlement.PayPalSTL, "settlement_unreadable"},
		{"nothing, for Square", "", settlement.SquareJSON, "settlement_unreadable"},
		{"nothing, for Square's list", "", settlement.SquareCSV, "settlement_unreadable"},
		{"another table", "a,b,c\n1,2,3\n", settlement.StripeCSV, "settlement_unreadable"},
		{"another gateway's", stripeHead, settlement.PayPalSTL, "settlement_unreadable"},
		{"a page of HTML", "<html>", settlement.SquareJSON, "settlement_unreadable"},
		{"a header that is no text", "\x00\x01\x02", settlement.StripeCSV, "settlement_unreadable"},
		{"UTF-16", "\xff\xfeR\x00H\x00", settlement.PayPalSTL, "settlement_unreadable"},
		{"a format that is none", stripeHead, "adyen", "format_unknown"},
		{"ten thousand bad rows", stripeHead + strings.Repeat("x\n", 10_001), settlement.StripeCSV, "settlement_too_large"},
	} {
		_, _, err := read(t, row.text, settlement.Options{Format: row.format, Currency: "EUR"})
		if fault.Code(err) != row.code {
			t.Errorf("%s: %v; want %s", row.name, err, row.code)
		}
	}
}

func TestWhatKeepSaysEndsTheReading(t *testing.T) {
	stop := fault.New(fault.Unavailable, "test", "stop", "")
	_, err := settlement.Read(strings.NewReader(stripeHead+strings.Repeat("po_1,,txn_1,2026-11-22 12:00:00,,,eur,1.00,0,1.00,charge,ch_1,,,,ch_1,pi_1,,,\n", 3)), stripe,
		func(settlement.Record) error { return stop })
	if fault.Code(err) != "stop" {
		t.Errorf("got %v", err)
	}
}
