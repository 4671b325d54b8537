package acceptance

import (
	"net/http"
	"strings"

	"till/scripts/evidence"
)

// purchases are those who pay and get what they bought.
func purchases() []Scenario {
	return []Scenario{
		{Name: "a purchase on the gateway's page goes from the basket to the door", Begin: func(v *Visit) func() { return v.purchase(Hosted) }},
		{Name: "a purchase in the shop's own page goes from the basket to the door", Begin: func(v *Visit) func() { return v.purchase(Embedded) }},
		{Name: "an order is shipped in two parcels", Begin: twoParcels},
		{Name: "every currency is charged in its own units", Begin: currencies},
		{Name: "a declined card on the gateway's page leaves the order payable", Begin: func(v *Visit) func() { return v.declined(Hosted) }},
		{Name: "a declined card in the shop's own page leaves the order payable", Begin: func(v *Visit) func() { return v.declined(Embedded) }},
		{Name: "the bank asks for authentication", Begin: authentication},
		{Name: "a shopper leaves the gateway's page and chooses the form", Begin: changesMind},
		{Name: "a shopper who has lost the link gets a new one by mail", Begin: newLink},
		{Name: "an order that is changed before it is paid asks for what it is then", Begin: edited},
	}
}

func (v *Visit) purchase(mode string) func() {
	sku := v.Product("mug", 1680, 20)
	b := Of(sku, 2, "EUR")
	var quote struct {
		Total Amount `json:"total"`
	}
	v.Post("/quotes", "", "", map[string]any{"currency": "EUR", "country": "DE", "lines": b["lines"]}).Want(v.T, http.StatusOK).Into(v.T, &quote)
	// 2 × 16.80, 4.90 for delivery, 19 % of all of it, rounded once.
	if quote.Total != (Amount{4582, "EUR"}) {
		v.T.Errorf("two mugs and delivery are %+v", quote.Total)
	}
	b["expected_total"] = quote.Total.Amount
	o := v.Place(b)
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	p := v.Pay(o.ID, mode)
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	if mode == Hosted {
		back := v.Enter(p.RedirectURL, Pays).Want(v.T, http.StatusSeeOther)
		if to := back.Location(); to != v.place.Shop+"/shop/order.html?from=hosted" {
			v.T.Errorf("sent back to %s", to)
		}
		if got := v.View(o.ID); got.PaymentStatus != "paid" {
			v.T.Errorf("back in the shop it is %s", got.PaymentStatus)
		}
	} else {
		v.Confirm(p, Pays).Want(v.T, http.StatusOK)
	}
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	_, again := v.TryPay(o.ID, mode, v.Key())
	again.Want(v.T, http.StatusConflict, "order_state_conflict")
	v.AwaitsStaff(o.ID)

	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated)
	v.Ship(o.ID, "JD0140").Want(v.T, http.StatusCreated) // A repeat.
	shipped := v.Is(o, "shipped", "paid", "fulfilled")
	if len(shipped.Shipments) != 1 {
		v.T.Fatalf("parcels: %+v", shipped.Shipments)
	}
	v.Eventually("the machine is done with "+string(o.ID), func() bool { return v.happened(o.ID, "fulfillment_completed") })
	v.Deliver(o.ID, shipped.Shipments[0].ID).Want(v.T, http.StatusOK)
	v.Is(o, "delivered", "paid", "delivered")
	v.mailed(o, "order_confirmed", "order_shipped")
	return nil
}

func twoParcels(v *Visit) func() {
	mug, tee := v.Product("mug", 1680, 20), v.Product("tee", 2900, 20)
	b := Of(mug, 3, "EUR")
	b["lines"] = []map[string]any{{"sku": mug, "quantity": 3}, {"sku": tee, "quantity": 1}}
	o := v.Fulfilling(b)
	v.ShipLines(o.ID, "1", map[string]int{mug: 2}).Want(v.T, http.StatusCreated)
	v.Is(o, "fulfilling", "paid", "partially_fulfilled")
	v.Cancel(o.ID).Want(v.T, http.StatusConflict, "order_state_conflict")
	v.ShipLines(o.ID, "2", map[string]int{mug: 2}).Want(v.T, http.StatusUnprocessableEntity, "quantity_invalid")
	v.Ship(o.ID, "2").Want(v.T, http.StatusCreated)
	v.Is(o, "shipped", "paid", "fulfilled")
	v.Deliver(o.ID, "shp_1").Want(v.T, http.StatusOK)
	v.Is(o, "shipped", "paid", "fulfilled")
	v.Deliver(o.ID, "shp_2").Want(v.T, http.StatusOK)
	v.Deliver(o.ID, "shp_3").Want(v.T, http.StatusNotFound)
	v.Is(o, "delivered", "paid", "delivered")
	return nil
}

func currencies(v *Visit) func() {
	sku := v.Product("mug", 2600, 20)
	for currency, total := range map[string]int64{
		// 2,600 + 494 + 800 + 152 yen, which have no decimals.
		"JPY": 4046,
		// 2.600 + 0.490 + 1.500 + 0.290 dinars, which have three: the gateway takes tens of a fils, so tax is rounded to them.
		"KWD": 4880,
		// 26.00 + 4.94 + 4.90 + 0.93.
		"EUR": 3677,
	} {
		o := v.Becomes(v.Buy(Of(sku, 1, currency), Hosted), "fulfilling", "paid", "unfulfilled")
		if o.Total != (Amount{total, currency}) {
			v.T.Errorf("total %+v, want %d %s", o.Total, total, currency)
		}
		for _, b := range v.Evidence(evidence.Gateways).Books {
			if b.Order == o.ID && (b.Currency != currency || b.Captured != total) {
				v.T.Errorf("charged %d %s, want %d %s", b.Captured, b.Currency, total, currency)
			}
		}
	}
	return nil
}

func (v *Visit) declined(mode string) func() {
	o := v.Place(Of(v.Product("tea", 990, 4), 4, "EUR"))
	p := v.Pay(o.ID, mode)
	v.Card(p, Declined).Want(v.T, http.StatusPaymentRequired)
	v.Becomes(o, "awaiting_payment", "failed", "unfulfilled")
	again := v.Pay(o.ID, mode) // Another key: the shopper comes back, and goes on with what is open.
	if again.ID != p.ID || again.RedirectURL != p.RedirectURL || again.ClientSecret != p.ClientSecret {
		v.T.Fatalf("a second attempt beside an open one: %+v, %+v", p, again)
	}
	v.PayUp(again)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}

func authentication(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	p := v.Pay(o.ID, Hosted)
	toBank := func() string {
		bank := v.Enter(p.RedirectURL, Authenticates).Want(v.T, http.StatusSeeOther).Location()
		if !strings.HasPrefix(bank, v.place.Gateway) {
			v.T.Fatalf("sent to %s", bank)
		}
		return bank
	}
	bank := toBank()
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	v.Press(bank, "fail").Want(v.T, http.StatusPaymentRequired)
	v.Becomes(o, "awaiting_payment", "failed", "unfulfilled")
	v.Press(toBank(), "complete").Want(v.T, http.StatusSeeOther)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}

// newLink asks with the right address and a wrong one: the same answer, and one mail.
func newLink(v *Visit) func() {
	b := Of(v.Product("mug", 1680, 3), 1, "EUR")
	o := v.Place(b)
	wrong := v.Post("/orders/"+string(o.ID)+"/link", "", "", map[string]any{"email": "eve@example.com"}).Want(v.T, http.StatusAccepted)
	right := v.Post("/orders/"+string(o.ID)+"/link", "", "", map[string]any{"email": b["email"]}).Want(v.T, http.StatusAccepted)
	if string(wrong.Body) != string(right.Body) {
		v.T.Errorf("answered %s and %s", wrong.Body, right.Body)
	}
	v.mailed(o, "order_link")
	return nil
}

// edited orders one mug, opens a page that asks for one, and makes it two: only two can be paid then.
func edited(v *Visit) func() {
	sku := v.Product("mug", 1680, 3)
	o := v.Place(Of(sku, 1, "EUR"))
	page := v.Pay(o.ID, Hosted)
	two := map[string]any{"lines": []map[string]any{{"sku": sku, "quantity": 2}}, "expected_total": 4582}
	v.Edit(o.ID, `"2"`, two).Want(v.T, http.StatusPreconditionFailed, "precondition_failed")
	v.Edit(o.ID, "", two).Want(v.T, http.StatusPreconditionRequired, "precondition_required")
	var got struct {
		Order Order `json:"order"`
	}
	r := v.Edit(o.ID, `"1"`, two).Want(v.T, http.StatusOK)
	if r.Into(v.T, &got); got.Order.Total != (Amount{4582, "EUR"}) || r.Header.Get("Etag") != `"2"` {
		v.T.Fatalf("the order is %+v, tagged %s", got.Order, r.Header.Get("Etag"))
	}
	v.availability(sku, `"low"`)
	v.Edit(o.ID, `"2"`, map[string]any{"lines": []map[string]any{{"sku": sku, "quantity": 4}}}).Want(v.T, http.StatusConflict, "out_of_stock")
	v.Enter(page.RedirectURL, Pays).Want(v.T, http.StatusGone)
	v.Confirm(v.Pay(o.ID, Embedded), Pays).Want(v.T, http.StatusOK)
	o.Total = got.Order.Total
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	v.Edit(o.ID, `"2"`, two).Want(v.T, http.StatusConflict, "order_state_conflict")
	return nil
}

func changesMind(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	page := v.Pay(o.ID, Hosted)
	back := v.Press(page.RedirectURL, "cancel").Want(v.T, http.StatusSeeOther)
	if !strings.HasPrefix(back.Location(), v.place.Shop+"/shop/") {
		v.T.Fatalf("sent back to %s", back.Location())
	}
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	form := v.Pay(o.ID, Embedded)
	v.Enter(page.RedirectURL, Pays).Want(v.T, http.StatusGone)
	v.Confirm(form, Pays).Want(v.T, http.StatusOK)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}
