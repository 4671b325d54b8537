package settlement_test

import (
	"strings"
	"testing"
	"time"

	"till/shared/settlement"
)

var paypal = settlement.Options{Format: settlement.PayPalSTL}

const paypalHead = `"RH",2026/11/23 02:44:19 -0800,"A","MERCHANT1",009,
"FH",01
"SH",2026/11/22 00:00:00 -0800,2026/11/22 23:59:59 -0800,"MERCHANT1",""
"CH","Transaction ID","Invoice ID","PayPal Reference ID","PayPal Reference ID Type","Transaction Event Code","Transaction Initiation Date","Transaction Completion Date","Transaction  Debit or Credit","Gross Transaction Amount","Gross Transaction Currency","Fee Debit or Credit","Fee Amount","Fee Currency","Custom Field","Consumer ID","Payment Tracking ID","Store ID","Bank Reference ID","Credit Transactional Fee","Credit Promotional Fee","Credit Term"
`

// body is one row of the report's body.
func body(id, invoice, ref, refType, code, side, gross, currency, feeSide, fee, custom string) string {
	feeCurrency := ""
	if fee != "" {
		feeCurrency = currency
	}
	return `"SB","` + id + `","` + invoice + `","` + ref + `","` + refType + `","` + code + `",2026/11/22 10:00:00 -0800,2026/11/22 10:00:05 -0800,"` + side + `",` +
		gross + `,"` + currency + `","` + feeSide + `",` + fee + `,"` + feeCurrency + `","` + custom + `","SHOPPER1","","","",,,` + "\n"
}

func footer(currency, credits, debits, feeCredits, feeDebits, count string) string {
	return `"SF","` + currency + `",` + credits + `,` + debits + `,` + feeCredits + `,` + feeDebits + `,"CR",0,"CR",0,"CR",0,"CR",0,"CR",0,"CR",0,` + count + "\n"
}

func TestPayPalRowsBecomeRecords(t *testing.T) {
	got, sum, err := read(t, paypalHead+
		body("CAP1", anAttempt, "ORDER1", "ODR", "T0006", "CR", "1999", "EUR", "DR", "85", anOrder+"/"+anAttempt)+
		body("REF1", anAttempt, "CAP1", "TXN", "T1107", "DR", "500", "EUR", "CR", "12", anOrder+"/"+anAttempt)+
		body("CB1", "", "CAP1", "TXN", "T1201", "DR", "1499", "EUR", "", "", "")+
		body("CB2", "", "CB1", "TXN", "T1202", "CR", "1499", "EUR", "", "", "")+
		body("FEE1", "", "CAP1", "TXN", "T0106", "DR", "1500", "EUR", "", "", "")+
		body("OUT1", "", "", "", "T0400", "DR", "300", "EUR", "", "", "")+
		footer("EUR", "3498", "3799", "12", "85", "6")+"\"SC\",6\n\"RF\",\"EUR\"\n\"RC\",6\n\"FF\",6\n", paypal)
	if err != nil || len(sum.Faults) > 0 || sum.Rows != 15 {
		t.Fatalf("%+v, %v", sum, err)
	}
	at := time.Date(2026, 11, 22, 18, 0, 5, 0, time.UTC)
	same(t, got, []settlement.Record{
		{Gateway: "paypal", ID: "CAP1", Code: "T0006", Kind: settlement.Charge, Ref: "CAP1", Payment: "ORDER1", Charge: "CAP1", Order: anOrder, Attempt: anAttempt,
			Gross: 1999, Fee: 85, Net: 1914, Currency: "EUR", At: at, Line: 5},
		{Gateway: "paypal", ID: "REF1", Code: "T1107", Kind: settlement.Refund, Ref: "REF1", Charge: "CAP1", Order: anOrder, Attempt: anAttempt,
			Gross: -500, Fee: -12, Net: -488, Currency: "EUR", At: at, Line: 6},
		{Gateway: "paypal", ID: "CB1", Code: "T1201", Kind: settlement.Dispute, Ref: "CB1", Charge: "CAP1", Gross: -1499, Net: -1499, Currency: "EUR", At: at, Line: 7},
		{Gateway: "paypal", ID: "CB2", Code: "T1202", Kind: settlement.DisputeReversed, Ref: "CB2", Charge: "CB1", Gross: 1499, Net: 1499, Currency: "EUR", At: at, Line: 8},
		{Gateway: "paypal", ID: "FEE1", Code: "T0106", Kind: settlement.Fee, Ref: "FEE1", Charge: "CAP1", Gross: -1500, Net: -1500, Currency: "EUR", At: at, Line: 9},
		{Gateway: "paypal", ID: "OUT1", Code: "T0400", Kind: settlement.Payout, Ref: "OUT1", Payout: "OUT1", Gross: -300, Net: -300, Currency: "EUR", At: at, Line: 10},
	})
}

func TestPayPalCountsSomeCurrenciesInWholeUnits(t *testing.T) {
	for _, row := range []struct {
		currency, amount string
		want             int64
	}{{"EUR", "10000", 10000}, {"JPY", "10000", 10000}, {"HUF", "10000", 1000000}, {"TWD", "10000", 1000000}} {
		got, sum, err := read(t, paypalHead+body("CAP1", "", "", "", "T0006", "CR", row.amount, row.currency, "DR", "1", "")+
			footer(row.currency, row.amount, "0", "0", "1", "1")+"\"SC\",1\n", paypal)
		if err != nil || len(sum.Faults) > 0 || len(got) != 1 || got[0].Gross != row.want || got[0].Fee != row.want/10000 {
			t.Errorf("%s: %+v, %+v, %v", row.currency, got, sum, err)
		}
	}
}

func TestPayPalEventCodes(t *testing.T) {
	for code, want := range map[string]settlement.Kind{
		"T0000": settlement.Charge, "T0006": settlement.Charge, "T0106": settlement.Fee, "T0200": settlement.Conversion, "T0300": settlement.Payout,
		"T0401": settlement.Payout, "T1106": settlement.Dispute, "T1108": settlement.Fee, "T1110": settlement.Hold, "T1111": settlement.Hold,
		"T1205": settlement.DisputeReversed, "T1503": settlement.Hold, "T2001": settlement.Payout, "T2101": settlement.Hold, "T1900": settlement.Adjustment,
		"T9900": settlement.Adjustment, "X": settlement.Adjustment,
	} {
		got, sum, err := read(t, paypalHead+body("ROW1", "", "", "", code, "CR", "100", "EUR", "", "", "")+footer("EUR", "100", "0", "0", "0", "1")+"\"SC\",1\n", paypal)
		if err != nil || len(sum.Faults) > 0 || len(got) != 1 || got[0].Kind != want {
			t.Errorf("%s is %+v, %+v, %v; want %s", code, got, sum, err, want)
		}
	}
	got, _, _ := read(t, paypalHead+body("ROW1", "", "", "", "T0006", "DR", "100", "EUR", "", "", "")+footer("EUR", "0", "100", "0", "0", "1")+"\"SC\",1\n", paypal)
	if len(got) != 1 || got[0].Kind != settlement.Adjustment {
		t.Errorf("money that we paid to somebody is %+v", got)
	}
}

func TestPayPalsOwnTotalsAreHeldAgainstItsRows(t *testing.T) {
	one := body("CAP1", "", "", "", "T0006", "CR", "1999", "EUR", "DR", "85", "")
	for _, row := range []struct{ name, text, code string }{
		{"another sum", one + footer("EUR", "2000", "0", "0", "85", "1") + "\"SC\",1\n", settlement.SumDiffers},
		{"another sum of fees", one + footer("EUR", "1999", "0", "0", "84", "1") + "\"SC\",1\n", settlement.SumDiffers},
		{"a sum of a currency without rows", one + footer("EUR", "1999", "0", "0", "85", "1") + footer("USD", "1", "0", "0", "0", "1") + "\"SC\",1\n", settlement.SumDiffers},
		{"another count", one + footer("EUR", "1999", "0", "0", "85", "1") + "\"SC\",2\n", settlement.CountDiffers},
		{"no end", one, settlement.CutShort},
		{"a sum that is none", one + footer("EUR", "x", "0", "0", "85", "1") + "\"SC\",1\n", settlement.AmountInvalid},
		{"a sum of no currency", one + footer("E", "1999", "0", "0", "85", "1") + "\"SC\",1\n", settlement.CurrencyUnsaid},
		{"a row of no kind", one + "\"XX\",1\n" + footer("EUR", "1999", "0", "0", "85", "1") + "\"SC\",1\n", settlement.RowUnknown},
	} {
		got, sum, err := read(t, paypalHead+row.text, paypal)
		if err != nil || len(got) != 1 || len(sum.Faults) != 1 || sum.Faults[0].Code != row.code {
			t.Errorf("%s: %d records, %+v, %v; want %s", row.name, len(got), sum, err, row.code)
		}
	}
}

func TestSectionsOfAPayPalReportAreCountedApart(t *testing.T) {
	section := body("CAP1", "", "", "", "T0006", "CR", "1999", "EUR", "", "", "") + footer("EUR", "1999", "0", "0", "0", "1") + "\"SC\",1\n"
	again := paypalHead[strings.Index(paypalHead, `"SH"`):] + strings.Replace(section, "CAP1", "CAP2", 1)
	if got, sum, err := read(t, paypalHead+section+again, paypal); err != nil || len(got) != 2 || len(sum.Faults) != 0 {
		t.Errorf("%+v, %+v, %v", got, sum, err)
	}
}

func TestBadRowsOfAPayPalReport(t *testing.T) {
	good := body("CAP9", "", "", "", "T0006", "CR", "100", "EUR", "", "", "")
	for _, row := range []struct{ name, bad, code string }{
		{"no side", body("CAP1", "", "", "", "T0006", "", "100", "EUR", "", "", ""), settlement.AmountInvalid},
		{"a sign", body("CAP1", "", "", "", "T0006", "CR", "-100", "EUR", "", "", ""), settlement.AmountInvalid},
		{"a point", body("CAP1", "", "", "", "T0006", "CR", "1.00", "EUR", "", "", ""), settlement.AmountInvalid},
		{"a fee without a side", body("CAP1", "", "", "", "T0006", "CR", "100", "EUR", "", "3", ""), settlement.AmountInvalid},
		{"a fee in another currency", strings.Replace(body("CAP1", "", "", "", "T0006", "CR", "100", "EUR", "DR", "3", ""), `3,"EUR"`, `3,"USD"`, 1), settlement.FeeCurrency},
		{"no code", body("CAP1", "", "", "", "", "CR", "100", "EUR", "", "", ""), settlement.RefInvalid},
		{"no name", body("", "", "", "", "T0006", "CR", "100", "EUR", "", "", ""), settlement.RefInvalid},
		{"no time", strings.Replace(body("CAP1", "", "", "", "T0006", "CR", "100", "EUR", "", "", ""), "2026/11/22 10:00:05 -0800", "", 1), settlement.TimeInvalid},
		{"too few fields", "\"SB\",\"CAP1\"\n", settlement.FieldsMissing},
	} {
		got, sum, err := read(t, paypalHead+row.bad+good+"\"SC\",2\n", paypal)
		if err != nil || len(got) != 1 || got[0].ID != "CAP9" {
			t.Errorf("%s: %+v, %+v, %v", row.name, got, sum, err)
		}
		same(t, sum.Faults, []settlement.Fault{{Line: 5, Code: row.code}})
	}
}

func TestOurReferencesInPayPalsReport(t *testing.T) {
	for _, row := range []struct{ name, custom, invoice, order, attempt string }{
		{"both in the custom field", anOrder + "/" + anAttempt, "", anOrder, anAttempt},
		{"the attempt as invoice", anOrder, anAttempt, anOrder, anAttempt},
		{"what people have written", "pay me", "2026-17", "", ""},
		{"nothing", "", "", "", ""},
	} {
		got, _, err := read(t, paypalHead+body("CAP1", row.invoice, "", "", "T0006", "CR", "100", "EUR", "", "", row.custom)+"\"SC\",1\n", paypal)
		if err != nil || len(got) != 1 || got[0].Order != row.order || got[0].Attempt != row.attempt {
			t.Errorf("%s: %+v, %v", row.name, got, err)
		}
	}
}
