package acceptance

import (
	"net/http"
	"time"
)

// expiries take as long as stock is held.
func expiries() []Scenario {
	out := []Scenario{}
	for _, mode := range []string{"", Hosted, Embedded} {
		what := "an unpaid order expires and gives its stock back"
		if mode != "" {
			what = "a payment that was left open, " + mode + ", charges nobody after its order has expired"
		}
		out = append(out, Scenario{Name: what, Wait: untilExpired, Begin: func(v *Visit) func() { return v.expires(mode) }})
	}
	return out
}

// untilExpired is when the sweep has ended an order that was placed now: it comes when stock was held long enough, and
// closes what is open at the gateway.
func untilExpired(p Place) time.Duration { return p.StockHold + 2*p.SweepEvery + 10*time.Second }

func (v *Visit) expires(mode string) func() {
	sku := v.Product("tea", 990, 4)
	o := v.Place(Of(sku, 4, "EUR"))
	var p Payment
	if mode != "" {
		p = v.Pay(o.ID, mode)
	}
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	v.availability(sku, "false")
	return func() {
		v.Becomes(o, "expired", "unpaid", "unfulfilled")
		switch mode {
		case Hosted:
			v.Enter(p.RedirectURL, Pays).Want(v.T, http.StatusGone)
		case Embedded:
			v.Confirm(p, Pays).Want(v.T, http.StatusBadRequest)
		}
		_, late := v.TryPay(o.ID, Hosted, v.Key())
		late.Want(v.T, http.StatusConflict, "order_state_conflict")
		v.Cancel(o.ID).Want(v.T, http.StatusConflict, "order_state_conflict")
		v.availability(sku, `"low"`)
		v.Cancel(v.Place(Of(sku, 4, "EUR")).ID).Want(v.T, http.StatusOK)
	}
}
