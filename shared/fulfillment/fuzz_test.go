package fulfillment_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"till/shared/fault"
	"till/shared/fulfillment"
)

func FuzzCheckLabel(f *testing.F) {
	f.Add("DHL", "JVGL0123")
	f.Add("", "")
	f.Add("D\x1b[2JHL", "\u202eLGVJ")
	f.Add(strings.Repeat("x", 65), "\xff")
	f.Fuzz(func(t *testing.T, carrier, number string) {
		faults := fulfillment.CheckLabel(carrier, number)
		if len(faults) > 2 {
			t.Fatalf("%d faults", len(faults))
		}
		for _, err := range faults {
			e := fault.All(err)[0]
			if e.Kind != fault.Invalid || e.Code != "shipment_invalid" || (e.At != "#/carrier" && e.At != "#/tracking_number") {
				t.Fatalf("%+v", e)
			}
		}
		if len(faults) > 0 {
			return
		}
		for _, text := range []string{carrier, number} {
			if n := utf8.RuneCountInString(text); n < 1 || n > 64 || !utf8.ValidString(text) || strings.ContainsAny(text, "\r\n\t\x00\x1b\u202e\u2028") {
				t.Fatalf("%q was taken", text)
			}
		}
	})
}
