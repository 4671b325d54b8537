package gateways

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"till/scripts/localcloud/gatewaysim"
)

// Sim is a simulated gateway, as whoever looks after all of them sees it.
type Sim interface {
	Books() []gatewaysim.Book
	Totals() []gatewaysim.Book
	Payments() []gatewaysim.Payment
	PaymentsOf(reference string) []gatewaysim.Payment
	Deliveries() []gatewaysim.Delivery
	Stats() gatewaysim.Stats
	Faults() gatewaysim.Faults
	SetFaults(gatewaysim.Faults) error
	CloseDispute(id string, won bool) error
	Retell(kind, as string) error
}

// Named is a simulated gateway with the name that events and books call it by.
type Named struct {
	Name string
	Sim
}

// All lists the gateways, in the order of Offered.
func (g *Gateways) All() []Named {
	return []Named{{"stripe", g.Stripe}, {"paypal", g.PayPal}, {"square", g.Square}}
}

// Of finds a gateway. Error: there is none of that name; it lists those that there are.
func (g *Gateways) Of(name string) (Sim, error) {
	all := g.All()
	i := slices.IndexFunc(all, func(n Named) bool { return n.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("there is no gateway %.40q; there are %s", name, strings.ReplaceAll(Offered, ",", ", "))
	}
	return all[i], nil
}

// deliveriesMax is how many sendings of each gateway a page is shown, the newest.
const deliveriesMax = 200

// Sight is what is shown of the gateways beside their books, by name.
type Sight struct {
	Faults     map[string]gatewaysim.Faults
	Payments   map[string][]gatewaysim.Payment  // Newest first.
	Deliveries map[string][]gatewaysim.Delivery // The newest, oldest first.
}

// Look takes a snapshot.
func (g *Gateways) Look() Sight {
	s := Sight{map[string]gatewaysim.Faults{}, map[string][]gatewaysim.Payment{}, map[string][]gatewaysim.Delivery{}}
	for _, each := range g.All() {
		sent := each.Deliveries()
		s.Faults[each.Name], s.Payments[each.Name] = each.Faults(), each.Payments()
		s.Deliveries[each.Name] = append([]gatewaysim.Delivery{}, sent[max(0, len(sent)-deliveriesMax):]...)
	}
	return s
}

// RaiseDispute lets a shopper's bank dispute an amount of a charge in minor units, 0 for all that is left. It returns the dispute's id.
// Error: there is not that much to dispute.
func (g *Gateways) RaiseDispute(name, charge, reason string, amount int64) (string, error) {
	switch name {
	case "stripe":
		return g.Stripe.DisputePart(charge, reason, amount)
	case "paypal":
		return g.PayPal.DisputePart(charge, reason, false, amount)
	case "square":
		return g.Square.DisputePart(charge, reason, amount)
	}
	_, err := g.Of(name)
	return "", err
}

// Refund gives a part of a charge back at the gateway itself, as somebody on its dashboard does, in minor units. Error: it cannot be.
func (g *Gateways) Refund(ctx context.Context, name, charge string, amount int64) error {
	sim, err := g.Of(name)
	if err != nil {
		return err
	}
	list := sim.Payments()
	i := slices.IndexFunc(list, func(p gatewaysim.Payment) bool { return charge != "" && p.Charge == charge })
	switch {
	case i < 0:
		return errors.New("there is no such charge")
	case amount <= 0 || amount > list[i].Captured-list[i].Refunded:
		return errors.New("not that much is left of the charge")
	case name == "paypal":
		return g.PayPal.RefundOrder(list[i].Intent, amount)
	case name == "square":
		_, err = g.Square.RefundThem(list[i].Intent, amount)
		return err
	}
	return g.refundStripe(ctx, charge, amount)
}

// refundStripe asks Stripe's own API: its dashboard can do no more.
func (g *Gateways) refundStripe(ctx context.Context, charge string, amount int64) error {
	form := url.Values{"charge": {charge}, "amount": {strconv.FormatInt(amount, 10)}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, StripePath+"/v1/refunds", strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.SetBasicAuth(StripeSecretKey, "")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := g.Stripe.Transport().RoundTrip(r)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the gateway refused the refund with %d", res.StatusCode)
	}
	return nil
}

// Everything tells the shop at an address of every event, as an endpoint does that is set to all of a gateway's types: beside what it is
// told of already, and at PayPal instead of that.
func (g *Gateways) Everything(shopURL string) error {
	_, _, badStripe := g.Stripe.AddEndpoint(shopURL+"/webhooks/stripe", StripeHookKey, "*")
	_, badPayPal := g.PayPal.AddEndpoint(shopURL+"/webhooks/paypal", payPalWebhookID, "*")
	_, _, badSquare := g.Square.AddEndpoint(shopURL+"/webhooks/square", squareHookKey, "*")
	return errors.Join(badStripe, badPayPal, badSquare)
}
