package acceptance

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"till/scripts/evidence"
)

// refusals are those who get an answer that they did not hope for.
func refusals() []Scenario {
	return []Scenario{
		{Name: "a price that has changed is told before anything is placed", Begin: priceChanged},
		{Name: "what is not there is not sold", Begin: outOfStock},
		{Name: "an order's link opens that order alone", Begin: links},
		{Name: "staff's routes are closed to everyone else", Begin: closedRoutes},
		{Name: "a forged webhook is not believed", Begin: forgedWebhook},
	}
}

func priceChanged(v *Visit) func() {
	sku := v.Product("tea", 990, 4)
	b := Of(sku, 1, "EUR")
	b["expected_total"] = 1
	key := v.Key()
	_, r := v.TryPlace(b, key)
	var got struct {
		Quote struct {
			Total Amount `json:"total"`
		} `json:"quote"`
	}
	r.Want(v.T, http.StatusConflict, "price_changed").Into(v.T, &got)
	b["expected_total"] = got.Quote.Total.Amount
	v.Put(sku, 1990) // Between the quote and the order.
	_, r = v.TryPlace(b, v.Key())
	r.Want(v.T, http.StatusConflict, "price_changed").Into(v.T, &got)
	b["expected_total"] = got.Quote.Total.Amount
	o, r := v.TryPlace(b, v.Key())
	r.Want(v.T, http.StatusCreated)
	v.Put(sku, 1) // Orders keep the prices that they were placed at.
	v.PayUp(v.Pay(o.ID, Hosted))
	if after := v.Becomes(o, "fulfilling", "paid", "unfulfilled"); after.Total != o.Total {
		v.T.Errorf("placed at %+v, then %+v", o.Total, after.Total)
	}
	return nil
}

func outOfStock(v *Visit) func() {
	sku, other := v.Product("tea", 990, 2), v.Product("mug", 1680, 1)
	v.availability(sku, `"low"`)
	b := Of(sku, 2, "EUR")
	b["lines"] = []map[string]any{{"sku": sku, "quantity": 2}, {"sku": other, "quantity": 2}}
	_, r := v.TryPlace(b, v.Key())
	r.Want(v.T, http.StatusConflict, "out_of_stock")
	o := v.Place(Of(sku, 2, "EUR")) // The refusal has kept nothing back.
	v.availability(sku, "false")
	_, r = v.TryPlace(Of(sku, 1, "EUR"), v.Key())
	r.Want(v.T, http.StatusConflict, "out_of_stock")
	_, r = v.TryPlace(Of(v.Named("nothing"), 1, "EUR"), v.Key())
	r.Want(v.T, http.StatusUnprocessableEntity, "sku_unknown")
	v.TrySetStock(sku, 1).Want(v.T, http.StatusConflict, "stock_reserved")
	v.AsStaff(http.MethodPut, "/staff/stock/"+sku, "", map[string]any{"low_below": 2}).Want(v.T, http.StatusOK)
	v.Eventually("staff see that nothing is left", func() bool { return v.low(sku) })
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	v.availability(sku, `"low"`)
	v.Eventually("staff see that there is enough again", func() bool { return !v.low(sku) })
	return nil
}

// low tells whether staff's list of what is low has a product.
func (v *Visit) low(sku string) bool {
	v.T.Helper()
	for next := ""; ; {
		var page struct {
			Products []struct {
				SKU string `json:"sku"`
			} `json:"products"`
			Next string `json:"next"`
		}
		v.AsStaff(http.MethodGet, "/staff/stock?low=true&next="+url.QueryEscape(next), "", nil).Want(v.T, http.StatusOK).Into(v.T, &page)
		for _, p := range page.Products {
			if p.SKU == sku {
				return true
			}
		}
		if next = page.Next; next == "" {
			return false
		}
	}
}

// availability compares what shoppers are told of a product's stock.
func (v *Visit) availability(sku, want string) {
	v.T.Helper()
	var got struct {
		Available json.RawMessage `json:"available"`
	}
	v.Call(http.MethodGet, "/products/"+sku+"?currency=EUR", nil, nil).Want(v.T, http.StatusOK).Into(v.T, &got)
	if string(got.Available) != want {
		v.T.Fatalf("%s is available: %s, want %s", sku, got.Available, want)
	}
}

func links(v *Visit) func() {
	sku := v.Product("mug", 1680, 20)
	mine, other := v.Place(Of(sku, 1, "EUR")), v.Place(Of(sku, 1, "EUR"))
	own := v.Token(mine.ID)
	flipped := "A"
	if strings.HasSuffix(own[:len(own)-1], flipped) {
		flipped = "B"
	}
	for name, token := range map[string]string{
		"another order's": v.Token(other.ID), "an altered one": own[:len(own)-2] + flipped + own[len(own)-1:], "a cut one": own[:len(own)-2], "no token at all": "x",
	} {
		for path, method := range map[string]string{"": http.MethodGet, "/payments": http.MethodPost, "/cancellation": http.MethodPost} {
			body := map[string]string{"gateway": "stripe", "mode": Hosted}
			if r := v.Call(method, "/orders/"+string(mine.ID)+path, credentials(token, v.Key()), body); r.Status != http.StatusNotFound {
				v.T.Errorf("%s with %s: %d %s", path, name, r.Status, r.Body)
			}
		}
	}
	v.Call(http.MethodGet, "/orders/"+string(mine.ID), nil, nil).Want(v.T, http.StatusUnauthorized, "unauthorized")
	v.Is(mine, "awaiting_payment", "unpaid", "unfulfilled")
	v.Cancel(mine.ID).Want(v.T, http.StatusOK)
	v.Cancel(other.ID).Want(v.T, http.StatusOK)
	return nil
}

func closedRoutes(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	staff := "/staff/orders/" + string(o.ID)
	routes := map[string]string{
		"/staff/orders": http.MethodGet, staff: http.MethodGet, staff + "/refunds": http.MethodPost, staff + "/shipments": http.MethodPost,
		staff + "/holds/manual": http.MethodPut, "/staff/products/" + v.Named("mug"): http.MethodPut, "/staff/stock/" + v.Named("mug"): http.MethodPut,
	}
	for path, method := range routes {
		for name, token := range map[string]string{"nothing": "", "a shopper's token": v.Token(o.ID), "an unsigned token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."} {
			if r := v.Call(method, path, credentials(token, v.Key()), map[string]any{}); r.Status != http.StatusUnauthorized {
				v.T.Errorf("%s %s with %s: %d %s", method, path, name, r.Status, r.Body)
			}
		}
		if r := v.Call(method, path, credentials(v.SignIn(""), v.Key()), map[string]any{}); r.Status != http.StatusForbidden {
			v.T.Errorf("%s %s without a role: %d %s", method, path, r.Status, r.Body)
		}
	}
	viewer := v.SignIn("viewer")
	v.Call(http.MethodGet, staff, credentials(viewer, ""), nil).Want(v.T, http.StatusOK)
	v.Call(http.MethodPost, staff+"/refunds", credentials(viewer, v.Key()), map[string]any{"amount": 1}).Want(v.T, http.StatusForbidden, "forbidden")
	v.Call(http.MethodPut, "/staff/stock/"+v.Named("mug"), credentials(viewer, ""), map[string]any{"on_hand": 1}).Want(v.T, http.StatusForbidden, "forbidden")
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	return nil
}

func forgedWebhook(v *Visit) func() {
	o := v.Place(Of(v.Product("mug", 1680, 20), 1, "EUR"))
	p := v.Pay(o.ID, Embedded)
	body := []byte(`{"id":"evt_` + v.Named("forged") + `","object":"event","type":"payment_intent.succeeded","api_version":"2023-10-16","created":1772442000,` +
		`"livemode":false,"data":{"object":{"id":"` + p.Intent() + `","object":"payment_intent","status":"succeeded","metadata":{"order_id":"` +
		string(o.ID) + `","attempt_id":"` + string(p.ID) + `"}}}}`)
	for name, signature := range map[string]string{
		"no signature": "", "one that is none": "t=1,v1=zz", "one of another secret": "t=1772442000,v1=" + strings.Repeat("ab", 32),
	} {
		header := map[string]string{}
		if signature != "" {
			header["Stripe-Signature"] = signature
		}
		if r := v.Call(http.MethodPost, "/webhooks/stripe", header, body); r.Status != http.StatusBadRequest || r.Code() != "signature_invalid" {
			v.T.Errorf("%s: %d %s", name, r.Status, r.Body)
		}
	}
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	for _, i := range v.Evidence(evidence.Store).Inbox {
		if i.Event.ID == "evt_"+v.Named("forged") {
			v.T.Errorf("it was taken in: %+v", i)
		}
	}
	v.Cancel(o.ID).Want(v.T, http.StatusOK)
	return nil
}
