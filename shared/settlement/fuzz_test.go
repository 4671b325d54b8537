package settlement_test

import (
	"bytes"
	"testing"

	"till/shared/fault"
	"till/shared/settlement"
)

// FuzzRead: no file panics, every row is accounted for, and every record is sound.
func FuzzRead(f *testing.F) {
	for i, text := range []string{ // Each for the format of its place in turn, and any other the fuzzer likes.
		stripeHead + "po_1,,txn_1,2026-11-22 12:00:00,,,eur,19.99,0.54,19.45,charge,ch_1,\"a \"\"b\"\"\nc\",19.99,usd,ch_1,pi_1," + anOrder + "," + anAttempt + ",\n\"x\n",
		paypalHead + body("CAP1", anAttempt, "ORDER1", "ODR", "T0006", "CR", "1999", "EUR", "DR", "85", anOrder) + footer("EUR", "1999", "0", "0", "85", "1") + "\"SC\",1\n",
		`{"payout_entries":[` + entry("poe_1", "CHARGE", "1999", "88", "1911", `,"type_charge_details":{"payment_id":"PAY1"}`) + `],"cursor":"x"}{"payout":{"id":"po_1"}}`,
		`{"object":"list","data":[{"id":"txn_1","amount":1999,"fee":54,"net":1945,"currency":"eur","created":1795348800,"reporting_category":"charge","source":{"id":"ch_1","payment_intent":"pi_1"}}]}`,
		`{"transaction_details":[` + transaction("CAP1", "T0006", "19.99", "-0.85", "S") + `],"total_pages":1}`,
		squareHead + "2026-11-22,15:30:00,x,-$5.00,-$5.00,$0.00,$0.00,$0.10,($4.90),ORDER1,PAY1,1234,Refund,Ada,DEP1\n",
	} {
		f.Add([]byte(text), byte(i))
	}
	f.Fuzz(func(t *testing.T, text []byte, format byte) {
		formats := settlement.Formats()
		o := settlement.Options{Format: formats[int(format)%len(formats)], Currency: "EUR"}
		kept := 0
		sum, err := settlement.Read(bytes.NewReader(text), o, func(r settlement.Record) error {
			kept++
			if r.Net != r.Gross-r.Fee || r.ID == "" || r.Kind == "" || r.Gateway == "" || r.Currency == "" || r.At.IsZero() || r.Line < 1 || len(r.Ref) > 128 {
				t.Errorf("unsound: %+v", r)
			}
			return nil
		})
		if err != nil && !fault.Is(err, fault.Unreadable, fault.TooLarge) {
			t.Errorf("an error that is none of Read's: %v", err)
		}
		beside := 0 // What is wrong with the file as a whole is no row's fault.
		for _, each := range sum.Faults {
			if each.Code == settlement.CutShort {
				beside++
			}
		}
		if page, bad := settlement.ReadPage(text, o.Format); o.Format != settlement.SquareCSV && (len(page.Records) != kept || len(page.Faults) != len(sum.Faults) || (bad == nil) != (err == nil)) {
			t.Errorf("as a page it is %+v, %v", page, bad)
		}
		if sum.Records != kept || sum.Rows != sum.Records+sum.Passed+len(sum.Faults)-beside {
			t.Errorf("rows are lost: %+v", sum)
		}
	})
}
