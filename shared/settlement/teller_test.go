package settlement_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/fault"
	"till/shared/money"
	"till/shared/settlement"
)

// moved is one of Stripe's balance transactions.
func moved(id, category string, amount, fee int64, source string) string {
	return fmt.Sprintf(`{"id":%q,"object":"balance_transaction","amount":%d,"fee":%d,"net":%d,"currency":"eur","created":1795348800,"reporting_category":%q,"source":%s}`,
		id, amount, fee, amount-fee, category, source)
}

// transaction is one of PayPal's.
func transaction(id, code, value, fee, status string) string {
	return fmt.Sprintf(`{"transaction_info":{"transaction_id":%q,"paypal_reference_id":"ORDER1","paypal_reference_id_type":"ODR","transaction_event_code":%q,`+
		`"transaction_initiation_date":"2026-11-22T12:00:00+0000","transaction_updated_date":"2026-11-22T12:00:00+0000","transaction_amount":{"currency_code":"EUR","value":%q},`+
		`"fee_amount":{"currency_code":"EUR","value":%q},"transaction_status":%q,"custom_field":%q,"invoice_id":%q}}`, id, code, value, fee, status, anOrder+"/"+anAttempt, anAttempt)
}

func page(t *testing.T, f settlement.Format, text string) settlement.Page {
	t.Helper()
	p, err := settlement.ReadPage([]byte(text), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestStripesBalanceTransactions(t *testing.T) {
	at := time.Unix(1795348800, 0).UTC()
	p := page(t, settlement.StripeAPI, `{"object":"list","has_more":true,"data":[`+
		moved("txn_1", "charge", 1999, 54, `{"id":"ch_1","object":"charge","payment_intent":"pi_1","amount":1999,"currency":"eur","metadata":{"order_id":"`+anOrder+`","attempt_id":"`+anAttempt+`"}}`)+","+
		moved("txn_2", "refund", -700, 0, `{"id":"re_1","object":"refund","payment_intent":"pi_1","charge":"ch_1","amount":700,"currency":"eur","metadata":{}}`)+","+
		moved("txn_3", "dispute", 500, 0, `{"id":"dp_1","object":"dispute","payment_intent":"pi_1","charge":"ch_1","amount":500,"currency":"eur"}`)+","+
		moved("txn_4", "payout", -1200, 0, `"po_1"`)+","+
		moved("txn_5", "charge", 900, 0, `{"id":"ch_2","amount":1000,"amount_captured":950,"currency":"usd","payment_intent":null}`)+","+
		moved("txn_6", "anticipation_repayment", -5, 0, `null`)+`]}`)
	base := settlement.Record{Gateway: "stripe", Currency: "EUR", At: at}
	row := func(change func(*settlement.Record)) settlement.Record {
		r := base
		change(&r)
		r.Net = r.Gross - r.Fee
		return r
	}
	want := []settlement.Record{
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Ref, r.Payment, r.Charge, r.Order, r.Attempt, r.Gross, r.Fee, r.Line = "txn_1", "charge", settlement.Charge, "ch_1", "pi_1", "ch_1", anOrder, anAttempt, 1999, 54, 1
		}),
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Ref, r.Payment, r.Charge, r.Gross, r.Line = "txn_2", "refund", settlement.Refund, "re_1", "pi_1", "ch_1", -700, 2
		}),
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Ref, r.Payment, r.Charge, r.Gross, r.Line = "txn_3", "dispute", settlement.DisputeReversed, "dp_1", "pi_1", "ch_1", 500, 3
		}),
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Ref, r.Payout, r.Gross, r.Line = "txn_4", "payout", settlement.Payout, "po_1", "po_1", -1200, 4
		}),
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Ref, r.Charge, r.Gross, r.Presented, r.Line = "txn_5", "charge", settlement.Charge, "ch_2", "ch_2", 900, money.Of(950, "USD"), 5
		}),
		row(func(r *settlement.Record) {
			r.ID, r.Code, r.Kind, r.Gross, r.Line = "txn_6", "anticipation_repayment", settlement.Adjustment, -5, 6
		}),
	}
	if diff := cmp.Diff(want, p.Records, cmp.AllowUnexported(money.Amount{})); diff != "" || len(p.Faults) != 0 {
		t.Errorf("%v %s", p.Faults, diff)
	}
}

func TestPayPalsTransactions(t *testing.T) {
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	p := page(t, settlement.PayPalAPI, `{"transaction_details":[`+transaction("CAP1", "T0006", "19.99", "-0.85", "S")+","+transaction("PEND", "T0006", "5.00", "", "P")+","+
		transaction("REF1", "T1107", "-7.00", "0.30", "S")+","+transaction("OUT1", "T0403", "-12.00", "", "S")+`]}`)
	want := []settlement.Record{
		{Gateway: "paypal", ID: "CAP1", Code: "T0006", Kind: settlement.Charge, Ref: "CAP1", Payment: "ORDER1", Charge: "CAP1", Order: anOrder, Attempt: anAttempt, Gross: 1999, Fee: 85, Net: 1914, Currency: "EUR", At: at, Line: 1},
		{Gateway: "paypal", ID: "REF1", Code: "T1107", Kind: settlement.Refund, Ref: "REF1", Payment: "ORDER1", Order: anOrder, Attempt: anAttempt, Gross: -700, Fee: -30, Net: -670, Currency: "EUR", At: at, Line: 3},
		{Gateway: "paypal", ID: "OUT1", Code: "T0403", Kind: settlement.Payout, Ref: "OUT1", Payout: "OUT1", Order: anOrder, Attempt: anAttempt, Gross: -1200, Net: -1200, Currency: "EUR", At: at, Line: 4},
	}
	if diff := cmp.Diff(want, p.Records, cmp.AllowUnexported(money.Amount{})); diff != "" || len(p.Faults) != 0 {
		t.Errorf("%v %s", p.Faults, diff)
	}
}

func TestARowOfAnAnswerThatCannotBeUsedCostsNoOther(t *testing.T) {
	good := moved("txn_1", "charge", 5, 0, `"ch_1"`)
	for name, bad := range map[string]string{
		settlement.EntryInvalid:   `7`,
		settlement.RefInvalid:     moved("txn_2", "charge", 5, 0, `"no id"`),
		settlement.CurrencyUnsaid: `{"id":"txn_2","amount":1,"net":1,"currency":"zzz","created":1795348800,"reporting_category":"charge"}`,
		settlement.AmountInvalid:  moved("txn_2", "charge", 1<<60, 0, `"ch_2"`),
		settlement.TimeInvalid:    `{"id":"txn_2","amount":1,"net":1,"currency":"eur","created":1,"reporting_category":"charge"}`,
		settlement.NetDiffers:     `{"id":"txn_2","amount":1,"net":2,"currency":"eur","created":1795348800,"reporting_category":"charge"}`,
	} {
		p := page(t, settlement.StripeAPI, `{"object":"list","data":[`+good+","+bad+`]}`)
		if len(p.Records) != 1 || len(p.Faults) != 1 || p.Faults[0] != (settlement.Fault{Line: 2, Code: name}) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	fine := transaction("CAP1", "T0006", "1.00", "", "S")
	for name, bad := range map[string]string{
		settlement.EntryInvalid:  `[]`,
		settlement.AmountInvalid: transaction("X", "T0006", "1.001", "", "S"),
		settlement.RefInvalid:    transaction("X", "T 6", "1.00", "", "S"),
	} {
		p := page(t, settlement.PayPalAPI, `{"transaction_details":[`+fine+","+bad+`]}`)
		if len(p.Records) != 1 || len(p.Faults) != 1 || p.Faults[0] != (settlement.Fault{Line: 2, Code: name}) {
			t.Errorf("%s: %+v", name, p)
		}
	}
	for format, texts := range map[settlement.Format][]string{
		settlement.StripeAPI: {"", "[]", "{}", `{"object":"charge","data":[]}`, `{"object":"list","data":[]} x`, `{"object":"list","data":[`},
		settlement.PayPalAPI: {"", "7", "{}", `{"transaction_details":[`},
	} {
		for _, text := range texts {
			if _, err := settlement.ReadPage([]byte(text), format); !fault.Is(err, fault.Unreadable) {
				t.Errorf("%s %q: %v", format, text, err)
			}
		}
	}
}
