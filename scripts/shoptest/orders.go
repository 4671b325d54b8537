package shoptest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"till/shared/catalog"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/fulfillment"
	"till/shared/order"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
	"till/shared/shop"
)

// Opened is an order and the token that opens it.
type Opened struct {
	ID    order.ID
	Token string
}

// Words are what events about the order have in their places.
func (o Opened) Words() []string { return []string{"ORDER_ID", string(o.ID), "ORDER_TOKEN", o.Token} }

// Place places the order of events/placeorder/placed.json under a key.
func (s *Shop) Place(key string) Opened {
	s.Helper()
	req := eventfile.Request(s, "placeorder", "placed")
	req.Headers["idempotency-key"] = key
	return s.PlaceWith(req)
}

// Locations decides where the shop keeps goods, those that orders are packed at first in front.
func (s *Shop) Locations(names ...catalog.Location) {
	s.Helper()
	v := shop.Version{N: 1, At: s.Now(), By: "seed", Settings: shop.Settings{Locations: names}}
	if err := s.Store.SaveSettings(s.Context(), v); err != nil {
		s.Fatal(err)
	}
}

// PlaceWith places the order of a request.
func (s *Shop) PlaceWith(req apigw.Request) Opened {
	s.Helper()
	var out struct {
		Order struct{ ID order.ID }
		Token string
	}
	s.must(req, http.StatusCreated, &out)
	return Opened{out.Order.ID, out.Token}
}

// must sends a request that has to succeed, and reads the answer.
func (s *Shop) must(req apigw.Request, status int, into any) {
	s.Helper()
	resp := s.Serve(req)
	if resp.StatusCode != status {
		s.Fatalf("%s: %d %s", req.RouteKey, resp.StatusCode, resp.Body)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal([]byte(resp.Body), into); err != nil {
		s.Fatal(err)
	}
}

// Pay begins the payment of an order, hosted, under a key.
func (s *Shop) Pay(o Opened, key string) payment.AttemptID {
	s.Helper()
	req := eventfile.Request(s, "startpayment", "hosted", o.Words()...)
	req.Headers["idempotency-key"] = key
	var out struct {
		Payment struct{ ID payment.AttemptID }
	}
	s.must(req, http.StatusCreated, &out)
	return out.Payment.ID
}

// Tell changes a payment at the gateway.
func (s *Shop) Tell(id payment.AttemptID, change func(*payment.Facts)) {
	s.Helper()
	if !s.Gateway.Tell(id, change) {
		s.Fatalf("the gateway knows no payment %s", id)
	}
}

// Return lets the browser come back from the gateway's page.
func (s *Shop) Return(o Opened, id payment.AttemptID) {
	s.Helper()
	s.must(eventfile.Request(s, "returnpayment", "returned", "ORDER_ID", string(o.ID), "PAYMENT_ID", string(id)), http.StatusSeeOther, nil)
}

// Paid places an order under a key and pays it; the order is confirmed.
func (s *Shop) Paid(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o := s.Place(key)
	id := s.Pay(o, "pay "+key)
	s.Tell(id, paymenttest.Paid)
	s.Return(o, id)
	return o, id
}

// Packing is Paid, with the machine waiting for the shipment.
func (s *Shop) Packing(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o, id := s.Paid(key)
	s.Pump()
	if got := s.Order(o).Record().Status; got != order.Fulfilling {
		s.Fatalf("the order is %s", got)
	}
	return o, id
}

// Shipped is Packing, with everything handed to the carrier.
func (s *Shop) Shipped(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o, id := s.Packing(key)
	s.must(s.Staff("ship", "everything", o.Words()[:2]...), http.StatusCreated, nil)
	return o, id
}

// Delivered is Shipped, with the parcel at the customer's door.
func (s *Shop) Delivered(key string) (Opened, payment.AttemptID) {
	s.Helper()
	o, id := s.Shipped(key)
	s.must(s.Staff("deliver", "delivered", o.Words()[:2]...), http.StatusOK, nil)
	return o, id
}

// SendBack asks to return one mug, under a key.
func (s *Shop) SendBack(o Opened, key string) fulfillment.ReturnID {
	s.Helper()
	req := eventfile.Request(s, "askreturn", "asked", o.Words()...)
	req.Headers["idempotency-key"] = key
	s.must(req, http.StatusCreated, nil)
	return order.ReturnIDFor(o.ID, key)
}

// Order is what is stored of an order.
func (s *Shop) Order(o Opened) *order.Order {
	s.Helper()
	got, err := s.Store.Order(s.Context(), o.ID)
	if err != nil {
		s.Fatal(err)
	}
	return got
}

// Staff reads an event of staff, signed in a minute ago for an hour.
func (s *Shop) Staff(function, name string, replace ...string) apigw.Request {
	s.Helper()
	req := eventfile.Request(s, function, name, replace...)
	s.SignIn(&req)
	return req
}

// SignIn puts times into the claims of a request: events/README.md lists the words.
func (s *Shop) SignIn(req *apigw.Request) {
	if req.RequestContext.Authorizer == nil || req.RequestContext.Authorizer.JWT == nil {
		return
	}
	now := s.Now()
	for name, value := range req.RequestContext.Authorizer.JWT.Claims {
		for word, off := range map[string]time.Duration{
			"A_MINUTE_AGO": -time.Minute, "16_MINUTES_AGO": -16 * time.Minute, "IN_AN_HOUR": time.Hour,
		} {
			if value == word {
				req.RequestContext.Authorizer.JWT.Claims[name] = strconv.FormatInt(now.Add(off).Unix(), 10)
			}
		}
	}
}
