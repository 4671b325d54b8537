package eventrows_test

import (
	"testing"

	"till/scripts/eventrows"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

func TestEveryEventTypeHasARowAndEveryRowIsOfOne(t *testing.T) {
	rows := map[string]int{}
	seen := map[eventrows.Row]bool{}
	for _, r := range eventrows.Rows() {
		rows[r.Gateway+" "+r.Type]++
		only := eventrows.Row{Gateway: r.Gateway, Type: r.Type, Scene: r.Scene}
		if seen[only] || r.Scene == "" || r.As == r.Type {
			t.Errorf("%+v", r)
		}
		seen[only] = true
	}
	types := 0
	for gateway, all := range map[string][]payment.Known{"stripe": stripegw.Known(), "paypal": paypalgw.Known(), "square": squaregw.Known()} {
		for _, k := range all {
			types++
			if rows[gateway+" "+k.Type] == 0 {
				t.Errorf("%s %s has no row", gateway, k.Type)
			}
			delete(rows, gateway+" "+k.Type)
		}
	}
	for unknown := range rows {
		t.Errorf("nobody understands %s", unknown)
	}
	if types < 70 {
		t.Errorf("%d types", types)
	}
}

func TestWhatIsNobodysToActOnDoesNothing(t *testing.T) {
	about := map[string]payment.Subject{}
	for gateway, all := range map[string][]payment.Known{"stripe": stripegw.Known(), "paypal": paypalgw.Known(), "square": squaregw.Known()} {
		for _, k := range all {
			about[gateway+" "+k.Type] = k.Subject
		}
	}
	for _, r := range eventrows.Rows() {
		if about[r.Gateway+" "+r.Type] == payment.AboutOther && r.Effect != (eventrows.Effect{Inbox: "ignored"}) {
			t.Errorf("%+v", r)
		}
	}
}
