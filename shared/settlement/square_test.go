package settlement_test

import (
	"strings"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/settlement"
)

var square = settlement.Options{Format: settlement.SquareJSON}

func entry(id, kind, gross, fee, net, more string) string {
	amount := func(n string) string { return `{"amount":` + n + `,"currency":"USD"}` }
	return `{"id":"` + id + `","payout_id":"po_1","effective_at":"2026-11-22T12:00:00Z","type":"` + kind + `","gross_amount_money":` + amount(gross) +
		`,"fee_amount_money":` + amount(fee) + `,"net_amount_money":` + amount(net) + more + `}`
}

func TestSquareEntriesBecomeRecords(t *testing.T) {
	got, sum, err := read(t, `{"payout_entries":[`+strings.Join([]string{
		entry("poe_1", "CHARGE", "1999", "88", "1911", `,"type_charge_details":{"payment_id":"PAY1"}`),
		entry("poe_2", "REFUND", "-500", "-22", "-478", `,"type_refund_details":{"payment_id":"PAY1","refund_id":"REF1"}`),
		entry("poe_3", "OPEN_DISPUTE", "-1499", "0", "-1499", `,"type_open_dispute_details":{"payment_id":"PAY1","dispute_id":"DIS1"}`),
		entry("poe_4", "DISPUTE", "1499", "0", "1499", `,"type_dispute_details":{"payment_id":"PAY1","dispute_id":"DIS1"}`),
	}, ",")+`],"cursor":"abc"}`+"\n"+`{"payout_entries":[`+entry("poe_5", "FEE", "-10", "0", "-10", `,"type_fee_details":{"payment_id":"PAY1"}`)+`]}`+
		`{"payout":{"id":"po_1","status":"PAID","amount_money":{"amount":1423,"currency":"USD"},"created_at":"2026-11-23T03:00:00Z","arrival_date":"2026-11-24"}}`+
		`{"payouts":[{"id":"po_2","status":"FAILED","amount_money":{"amount":1,"currency":"USD"},"created_at":"2026-11-23T03:00:00Z"}]}`, square)
	if err != nil || len(sum.Faults) > 0 || sum.Rows != 7 || sum.Passed != 1 {
		t.Fatalf("%+v, %v", sum, err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	same(t, got, []settlement.Record{
		{Gateway: "square", ID: "poe_1", Code: "CHARGE", Payout: "po_1", Kind: settlement.Charge, Ref: "PAY1", Charge: "PAY1", Gross: 1999, Fee: 88, Net: 1911,
			Currency: "USD", At: at, Line: 1},
		{Gateway: "square", ID: "poe_2", Code: "REFUND", Payout: "po_1", Kind: settlement.Refund, Ref: "REF1", Charge: "PAY1", Gross: -500, Fee: -22, Net: -478,
			Currency: "USD", At: at, Line: 2},
		{Gateway: "square", ID: "poe_3", Code: "OPEN_DISPUTE", Payout: "po_1", Kind: settlement.Dispute, Ref: "DIS1", Charge: "PAY1", Gross: -1499, Net: -1499,
			Currency: "USD", At: at, Line: 3},
		{Gateway: "square", ID: "poe_4", Code: "DISPUTE", Payout: "po_1", Kind: settlement.DisputeReversed, Ref: "DIS1", Charge: "PAY1", Gross: 1499, Net: 1499,
			Currency: "USD", At: at, Line: 4},
		{Gateway: "square", ID: "poe_5", Code: "FEE", Payout: "po_1", Kind: settlement.Fee, Charge: "PAY1", Gross: -10, Net: -10, Currency: "USD", At: at, Line: 5},
		{Gateway: "square", ID: "po_1", Code: "SENT", Payout: "po_1", Kind: settlement.Payout, Ref: "po_1", Gross: -1423, Net: -1423, Currency: "USD",
			At: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), Line: 6},
	})
}

func TestTheSignOfSquaresFeeIsNotReliedOn(t *testing.T) {
	for _, fee := range []string{"88", "-88"} {
		got, _, err := read(t, `{"payout_entries":[`+entry("poe_1", "CHARGE", "1999", fee, "1911", "")+`]}`, square)
		if err != nil || len(got) != 1 || got[0].Fee != 88 {
			t.Errorf("%s: %+v, %v", fee, got, err)
		}
	}
}

func TestBadEntriesOfSquareAreNamed(t *testing.T) {
	good := entry("poe_9", "CHARGE", "1", "0", "1", "")
	for _, row := range []struct{ name, bad, code string }{
		{"no object", "7", settlement.EntryInvalid},
		{"null", "null", settlement.EntryInvalid},
		{"text for an amount", strings.Replace(good, `"amount":1,`, `"amount":"1",`, 1), settlement.EntryInvalid},
		{"a fraction", strings.Replace(good, `"amount":1,`, `"amount":1.5,`, 1), settlement.EntryInvalid},
		{"more than any payment", entry("poe_1", "CHARGE", "1000000000001", "0", "1000000000001", ""), settlement.AmountInvalid},
		{"a fee that is not the difference", entry("poe_1", "CHARGE", "100", "3", "98", ""), settlement.NetDiffers},
		{"two currencies", strings.Replace(good, "USD", "EUR", 1), settlement.CurrencyUnsaid},
		{"no currency", strings.ReplaceAll(good, "USD", ""), settlement.CurrencyUnsaid},
		{"no time", strings.Replace(good, "2026-11-22T12:00:00Z", "", 1), settlement.TimeInvalid},
		{"no payout", strings.Replace(good, "po_1", "", 1), settlement.RefInvalid},
		{"no name", strings.Replace(good, "poe_9", "", 1), settlement.RefInvalid},
		{"no type", strings.Replace(good, "CHARGE", "", 1), settlement.RefInvalid},
	} {
		got, sum, err := read(t, `{"payout_entries":[`+row.bad+","+good+`]}`, square)
		if err != nil || len(got) != 1 || got[0].ID != "poe_9" {
			t.Errorf("%s: %+v, %+v, %v", row.name, got, sum, err)
		}
		same(t, sum.Faults, []settlement.Fault{{Line: 1, Code: row.code}})
	}
}

func TestAnAnswerOfSquareThatIsCutIsAnError(t *testing.T) {
	whole := `{"payout_entries":[` + entry("poe_1", "CHARGE", "1", "0", "1", "") + "," + entry("poe_2", "CHARGE", "1", "0", "1", "") + `]}`
	for _, cut := range []int{1, 20, len(whole) / 2, len(whole) - 2, len(whole) - 1} {
		got, _, err := read(t, whole[:cut], square)
		if !fault.Is(err, fault.Unreadable) {
			t.Errorf("cut at %d of %d: %d records, %v", cut, len(whole), len(got), err)
		}
	}
}

const squareHead = "Date,Time,Time Zone,Total Collected,Card,Cash,Other Tender,Fees,Net Total,Transaction ID,Payment ID,PAN Suffix,Event Type,Customer Name,Deposit ID\n"

func TestSquaresListOfTransactions(t *testing.T) {
	zone := time.FixedZone("EST", -5*3600)
	got, sum, err := read(t, squareHead+
		`11/22/2026,2:30:00 PM,Eastern Time (US & Canada),"$1,234.50","$1,234.50",$0.00,$0.00,-$36.10,"$1,198.40",ORDER1,PAY1,1234,Payment,Ada,DEP1`+"\n"+
		"2026-11-22,15:30:00,Eastern Time (US & Canada),-$5.00,-$5.00,$0.00,$0.00,$0.10,($4.90),ORDER1,PAY1,1234,Refund,Ada,DEP1\n"+
		"2026-11-22,15:31:00,Eastern Time (US & Canada),$5.00,$0.00,$5.00,$0.00,$0.00,$5.00,ORDER2,PAY2,,Payment,,\n"+
		"2026-11-22,15:32:00,Eastern Time (US & Canada),$5.00,$5.00,$0.00,$0.00,$0.00,$5.00,ORDER2,PAY2,,Party,,\n"+
		"2026-11-22,15:33:00,Eastern Time (US & Canada),\"$5,0.00\",$5.00,$0.00,$0.00,$0.00,$5.00,ORDER2,PAY2,,Payment,,\n",
		settlement.Options{Format: settlement.SquareCSV, Currency: "USD", Zone: zone})
	if err != nil || sum.Passed != 2 {
		t.Fatalf("%+v, %v", sum, err)
	}
	same(t, sum.Faults, []settlement.Fault{{Line: 5, Code: settlement.RowUnknown}, {Line: 6, Code: settlement.AmountInvalid}})
	same(t, got, []settlement.Record{
		{Gateway: "square", ID: "PAY1", Code: "Payment", Payout: "DEP1", Kind: settlement.Charge, Ref: "PAY1", Payment: "ORDER1", Charge: "PAY1",
			Gross: 123450, Fee: 3610, Net: 119840, Currency: "USD", At: time.Date(2026, 11, 22, 19, 30, 0, 0, time.UTC), Line: 2},
		{Gateway: "square", ID: "PAY1/1795379400/500", Code: "Refund", Payout: "DEP1", Kind: settlement.Refund, Payment: "ORDER1", Charge: "PAY1",
			Gross: -500, Fee: -10, Net: -490, Currency: "USD", At: time.Date(2026, 11, 22, 20, 30, 0, 0, time.UTC), Line: 3},
	})
	if _, _, err := read(t, squareHead, settlement.Options{Format: settlement.SquareCSV}); fault.Code(err) != "currency_invalid" {
		t.Errorf("without a currency: %v", err)
	}
}
