package acceptance

import (
	"encoding/json"
	"net/http"
	"slices"

	"till/shared/catalog"
	"till/shared/order"
)

// SignIn gives the token of a member of staff, fresh enough to move money.
func (v *Visit) SignIn(group string) string {
	v.T.Helper()
	v.mu.Lock()
	defer v.mu.Unlock()
	have := v.staff[group]
	if have.token == "" || v.Shop.Now().Sub(have.at) > freshFor {
		token, err := v.Shop.StaffToken(v.ctx, group)
		if err != nil {
			v.T.Errorf("no %q can sign in: %v", group, err)
			return ""
		}
		have = signedIn{token, v.Shop.Now()}
		v.staff[group] = have
	}
	return have.token
}

// AsStaff sends a request of a manager; key "" leaves the Idempotency-Key out.
func (v *Visit) AsStaff(method, path, key string, body any) Reply {
	return v.Call(method, path, credentials(v.SignIn("manager"), key), body)
}

// Refund gives minor units of an order back.
func (v *Visit) Refund(id order.ID, minor int64, key string) Reply {
	return v.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/refunds", key, map[string]any{"amount": minor, "reason": "as promised"})
}

// Refunded is how an answer to a refund says that it stands.
func (v *Visit) Refunded(r Reply) string {
	v.T.Helper()
	var got struct {
		Refund struct {
			Status string `json:"status"`
		} `json:"refund"`
	}
	r.Want(v.T, http.StatusCreated).Into(v.T, &got)
	return got.Refund.Status
}

// Ship hands all that is left of an order to its carrier.
func (v *Visit) Ship(id order.ID, number string) Reply { return v.ShipLines(id, number, nil) }

// ShipLines hands a part of an order to its carrier, units by SKU; nil is all that is left.
func (v *Visit) ShipLines(id order.ID, number string, units map[string]int) Reply {
	parcel := map[string]any{"carrier": "DHL", "tracking_number": number}
	if units != nil {
		lines := []map[string]any{}
		for sku, n := range units {
			lines = append(lines, map[string]any{"sku": sku, "quantity": n})
		}
		parcel["lines"] = lines
	}
	return v.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/shipments", "", parcel)
}

// Deliver notes that a parcel has arrived.
func (v *Visit) Deliver(id order.ID, shipment string) Reply {
	return v.AsStaff(http.MethodPost, "/staff/orders/"+string(id)+"/shipments/"+shipment+"/delivery", "", nil)
}

// Hold puts a hold on an order.
func (v *Visit) Hold(id order.ID, key string) Reply {
	return v.AsStaff(http.MethodPut, "/staff/orders/"+string(id)+"/holds/"+key, "", map[string]any{"reason": "to be looked at"})
}

// Lift takes a hold away.
func (v *Visit) Lift(id order.ID, key string) Reply {
	return v.AsStaff(http.MethodDelete, "/staff/orders/"+string(id)+"/holds/"+key, "", nil)
}

// StaffView is the order as staff see it.
func (v *Visit) StaffView(id order.ID) Order {
	v.T.Helper()
	var got struct {
		Order Order `json:"order"`
	}
	v.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil).Want(v.T, http.StatusOK).Into(v.T, &got)
	return got.Order
}

// Counted is what staff are told of a product's stock.
type Counted struct {
	OnHand   int64 `json:"on_hand"`
	Free     int64 `json:"free"`
	Reserved int64 `json:"reserved"`
	Sold     int64 `json:"sold"`
}

// TrySetStock counts what is on hand.
func (v *Visit) TrySetStock(sku string, onHand int64) Reply {
	return v.AsStaff(http.MethodPut, "/staff/stock/"+sku, "", map[string]any{"on_hand": onHand})
}

// SetStock counts what is on hand, and remembers it for the evidence. A count of what is there already changes nothing, and
// tells how stock stands.
func (v *Visit) SetStock(sku string, onHand int64) Counted {
	v.T.Helper()
	var got Counted
	v.TrySetStock(sku, onHand).Want(v.T, http.StatusOK).Into(v.T, &got)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.received[catalog.SKU(sku)] = onHand + got.Sold
	return got
}

// Put puts a product on sale at a price in EUR minor units, and as many in USD, GBP, JPY and KWD.
func (v *Visit) Put(sku string, price int64) {
	v.T.Helper()
	prices := map[string]int64{"EUR": price, "USD": price, "GBP": price, "JPY": price, "KWD": price}
	product := map[string]any{"name": "Harbour mug", "prices": prices}
	r := v.TryPut(sku, "If-None-Match", product)
	if r.Status == http.StatusPreconditionFailed {
		r = v.TryPut(sku, "If-Match", product)
	}
	r.Want(v.T, http.StatusOK)
}

// TryPut puts a product: with If-None-Match a new one only, with If-Match over whatever is there.
func (v *Visit) TryPut(sku, condition string, product map[string]any) Reply {
	header := credentials(v.SignIn("manager"), "")
	header[condition] = "*"
	return v.Call(http.MethodPut, "/staff/products/"+sku, header, product)
}

// Product puts a product of this visit's own on sale, with so many on hand, and gives its SKU.
func (v *Visit) Product(what string, price, onHand int64) string {
	v.T.Helper()
	sku := v.Named(what)
	v.Put(sku, price)
	v.SetStock(sku, onHand)
	return sku
}

// History lists what staff are told happened to an order: the kinds of its changes.
func (v *Visit) History(id order.ID) []string {
	var got struct {
		Timeline []struct {
			Kind string `json:"kind"`
		} `json:"timeline"`
	}
	r := v.AsStaff(http.MethodGet, "/staff/orders/"+string(id), "", nil)
	if r.Status != http.StatusOK || json.Unmarshal(r.Body, &got) != nil {
		return nil
	}
	var out []string
	for _, e := range got.Timeline {
		out = append(out, e.Kind)
	}
	return out
}

// AwaitsStaff waits until the machine has asked for the order's shipment: before that, staff are refused.
func (v *Visit) AwaitsStaff(id order.ID) {
	v.T.Helper()
	v.Eventually("the machine asks for the shipment of "+string(id), func() bool {
		return slices.Contains(v.History(id), "shipment_awaited")
	})
}
