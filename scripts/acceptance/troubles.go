package acceptance

import (
	"net/http"
	"net/url"
	"time"

	"till/scripts/localcloud/stripesim"
)

// troubles are purchases while the gateway misbehaves.
func troubles() []Scenario {
	webhooks := func(f stripesim.WebhookFaults) stripesim.Faults { return stripesim.Faults{Webhooks: f} }
	api := func(f stripesim.APIFaults) stripesim.Faults { return stripesim.Faults{API: f} }
	second := stripesim.Duration(2 * time.Second)
	out := []Scenario{
		{Name: "webhooks come three times", Begin: func(v *Visit) func() { return v.bothModes(webhooks(stripesim.WebhookFaults{Duplicate: 3})) }},
		{Name: "webhooks come late and in any order", Begin: func(v *Visit) func() {
			return v.bothModes(webhooks(stripesim.WebhookFaults{Duplicate: 2, Reorder: true, Delay: second}))
		}},
		{Name: "each webhook also comes forged", Begin: func(v *Visit) func() { return v.bothModes(webhooks(stripesim.WebhookFaults{Forge: true})) }},
		{Name: "webhooks are lost, and the way back to the shop finds the payment", Begin: lostAndReturned},
		{Name: "webhooks are lost, and the sweep finds the payment", Begin: lostAndSwept, Wait: untilAsked},
		{Name: "a start whose answer was lost is not charged twice", Begin: func(v *Visit) func() { return v.lostStart(api(stripesim.APIFaults{TimeoutAfter: 1})) }},
		{Name: "a start that the gateway refused for the moment is made again", Begin: func(v *Visit) func() {
			return v.lostStart(api(stripesim.APIFaults{ErrorRate: 1, Status: http.StatusTooManyRequests}))
		}},
	}
	for i := range out {
		out[i].Alone = true
	}
	return out
}

// bothModes buys in both modes, closing the tab before it comes back to the shop.
func (v *Visit) bothModes(f stripesim.Faults) func() {
	sku := v.Product("mug", 1680, 20)
	v.Trouble(f)
	defer v.Trouble(stripesim.Faults{})
	page := v.Place(Of(sku, 1, "EUR"))
	form := v.Place(Of(sku, 1, "EUR"))
	v.leave(v.Pay(page.ID, Hosted))
	v.PayUp(v.Pay(form.ID, Embedded))
	for _, o := range []Order{page, form} {
		v.Becomes(o, "fulfilling", "paid", "unfulfilled")
		v.mailed(o, "order_confirmed")
	}
	return nil
}

// leave pays on the gateway's page and does not come back to the shop.
func (v *Visit) leave(p Payment) {
	v.T.Helper()
	v.Form(p.RedirectURL, url.Values{"card": {Pays}, "action": {"pay"}}).Want(v.T, http.StatusSeeOther)
}

func lostAndReturned(v *Visit) func() {
	sku := v.Product("mug", 1680, 20)
	v.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 1}})
	defer v.Trouble(stripesim.Faults{})
	v.Becomes(v.Buy(Of(sku, 1, "EUR"), Hosted), "fulfilling", "paid", "unfulfilled")
	return nil
}

// firstAsked is when the sweep first asks about a payment that is open; see package order.
const firstAsked = 5 * time.Minute

func untilAsked(p Place) time.Duration { return firstAsked + 2*p.SweepEvery }

func lostAndSwept(v *Visit) func() {
	sku := v.Product("mug", 1680, 20)
	v.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Drop: 1}})
	defer v.Trouble(stripesim.Faults{})
	page, form := v.Place(Of(sku, 1, "EUR")), v.Place(Of(sku, 1, "EUR"))
	v.leave(v.Pay(page.ID, Hosted))
	v.PayUp(v.Pay(form.ID, Embedded))
	v.Is(page, "awaiting_payment", "unpaid", "unfulfilled")
	v.Is(form, "awaiting_payment", "unpaid", "unfulfilled")
	return func() {
		v.Becomes(page, "fulfilling", "paid", "unfulfilled")
		v.Becomes(form, "fulfilling", "paid", "unfulfilled")
	}
}

func (v *Visit) lostStart(f stripesim.Faults) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	key := v.Key()
	v.Trouble(f)
	_, r := v.TryPay(o.ID, Hosted, key)
	v.Trouble(stripesim.Faults{})
	r.Want(v.T, http.StatusServiceUnavailable, "dependency_unavailable")
	if r.Header.Get("Retry-After") == "" {
		v.T.Errorf("no Retry-After")
	}
	p, r := v.TryPay(o.ID, Hosted, key)
	r.Want(v.T, http.StatusCreated)
	v.PayUp(p)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}
