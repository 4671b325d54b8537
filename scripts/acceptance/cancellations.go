package acceptance

import (
	"net/http"

	"till/scripts/evidence"
)

// cancellations are those who change their minds.
func cancellations() []Scenario {
	out := []Scenario{{Name: "a shipped order cannot be cancelled", Begin: cancelledTooLate}}
	for _, c := range []struct {
		when, paid string
		until      func(v *Visit, b Basket) Order
	}{
		{"before it is paid", "unpaid", func(v *Visit, b Basket) Order { return v.Place(b) }},
		{"while its pay page is open", "unpaid", func(v *Visit, b Basket) Order {
			o := v.Place(b)
			v.Pay(o.ID, Hosted)
			return o
		}},
		{"while its form is open", "unpaid", func(v *Visit, b Basket) Order {
			o := v.Place(b)
			v.Pay(o.ID, Embedded)
			return o
		}},
		{"while the bank asks for authentication", "unpaid", func(v *Visit, b Basket) Order {
			o := v.Place(b)
			v.Confirm(v.Pay(o.ID, Embedded), Authenticates).Want(v.T, http.StatusOK)
			return o
		}},
		{"the moment it is paid", "refunded", func(v *Visit, b Basket) Order { return v.Buy(b, Embedded) }},
		{"when it is confirmed", "refunded", func(v *Visit, b Basket) Order { return v.Buy(b, Hosted) }},
		{"when staff are packing it", "refunded", func(v *Visit, b Basket) Order { return v.Fulfilling(b) }},
	} {
		out = append(out, Scenario{Name: "an order that is cancelled " + c.when + " gives back what it held", Begin: func(v *Visit) func() {
			sku := v.Product("mug", 1680, 2)
			v.cancelled(sku, c.until(v, Of(sku, 2, "EUR")), c.paid)
			return nil
		}})
	}
	return out
}

func (v *Visit) cancelled(sku string, o Order, paid string) {
	v.T.Helper()
	v.availability(sku, "false")
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	v.availability(sku, `"low"`)
	v.Cancel(o.ID).Want(v.T, http.StatusOK) // A repeat.
	v.Becomes(o, "cancelled", paid, "unfulfilled")
	_, late := v.TryPay(o.ID, Hosted, v.Key())
	late.Want(v.T, http.StatusConflict, "order_state_conflict")
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusConflict, "order_state_conflict")
	v.noMachine(o)
	v.mailed(o, "order_cancelled")
}

// noMachine waits until no execution carries the order.
func (v *Visit) noMachine(o Order) {
	v.T.Helper()
	v.Eventually("no machine waits with "+string(o.ID), func() bool {
		for _, x := range v.Evidence(evidence.Machines).Executions {
			if x.Status == evidence.Running && x.Order() == o.ID {
				return false
			}
		}
		return true
	})
}

// mailed waits until the shopper has got each of these mails once.
func (v *Visit) mailed(o Order, kinds ...string) {
	v.T.Helper()
	for _, kind := range kinds {
		v.Eventually("the mail "+kind+" of "+string(o.ID), func() bool { return v.Evidence(evidence.Mails).Mailed(o.ID, kind) == 1 })
	}
}

func cancelledTooLate(v *Visit) func() {
	o := v.Fulfilling(Of(v.Product("mug", 1680, 20), 2, "EUR"))
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Cancel(o.ID).Want(v.T, http.StatusConflict, "order_state_conflict")
	v.Is(o, "shipped", "paid", "fulfilled")
	return nil
}
