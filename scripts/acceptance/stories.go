package acceptance

import (
	"slices"

	"till/scripts/localcloud/gatewaysim"
	"till/shared/order"
)

// Way is a way to pay: a gateway, and where the card is entered.
type Way struct{ Gateway, Mode string }

// Ways lists every way to pay.
func Ways() []Way {
	return []Way{{"stripe", Hosted}, {"stripe", Embedded}, {"paypal", Hosted}, {"paypal", Embedded}, {"square", Hosted}, {"square", Embedded}}
}

// Stage is a shop whose gateways and wires do as a play wants. Time is the play's own: Later is never false.
type Stage interface {
	Shop
	// Befall lets a gateway misbehave from now on; the zero Faults make it well again.
	Befall(gateway string, f gatewaysim.Faults) error
	// LoseCharge lets the answer be lost to the next call of the shop's by which a gateway moves money. The money has moved.
	LoseCharge()
	// News lets the gateways' webhooks be applied before the answer to the call arrives that caused them, from now on or no more. It
	// tells how many came so.
	News(first bool) int
	// Overlook lets the shop take an order's open payment for over, wrongly: as after a race at a gateway.
	Overlook(order.ID) error
}

// Story is what may happen to a payment, told for every way to pay.
type Story struct {
	Name string
	play func(*play)
	// never says why a way to pay has no such story, with the source.
	never map[Way]string
	// dollars are the ways that have it only if the gateway's account is in US dollars.
	dollars []Way
}

// Never says why a way to pay has no such story; "" where it has one.
func (s Story) Never(w Way) string { return s.never[w] }

// Currency is what the order is paid in, and the accounts of gateways that have one only.
func (s Story) Currency(w Way) string {
	if slices.Contains(s.dollars, w) {
		return "USD"
	}
	return "EUR"
}

// Play plays the story to its end, but for what happens by itself afterwards.
func (s Story) Play(v *Visit, stage Stage, w Way) {
	v.T.Helper()
	s.play(&play{Visit: v, stage: stage, way: w, currency: s.Currency(w)})
}

// Why some ways to pay have no such story.
const (
	noBankOnLinks = "Bank accounts pay in Square's form only: https://developer.squareup.com/docs/payments-api/take-payments/ach-payments"
	nothingYet    = "Until the form has brought a card's token there is nothing at Square that could be cancelled: https://developer.squareup.com/docs/web-payments/overview"
)

// Stories lists them all.
func Stories() []Story {
	squarePage, squareForm := Way{"square", Hosted}, Way{"square", Embedded}
	slow := map[Way]string{squarePage: noBankOnLinks}
	return []Story{
		{Name: "golden path", play: (*play).golden},
		{Name: "declined, then another card", play: (*play).declined},
		{Name: "the bank asks for authentication", play: (*play).authenticated},
		{Name: "cancelled at the gateway, then paid elsewhere", play: (*play).cancelledThere, never: map[Way]string{squareForm: nothingYet}},
		{Name: "partly refunded, then the rest", play: (*play).refunded},
		{Name: "disputed and won", play: func(p *play) { p.disputed(true) }},
		{Name: "disputed and lost", play: func(p *play) { p.disputed(false) }},
		{Name: "a slow method fails after three days", play: func(p *play) { p.slow(false) }, never: slow, dollars: []Way{squareForm}},
		{Name: "a slow method pays after three days", play: func(p *play) { p.slow(true) }, never: slow, dollars: []Way{squareForm}},
		{Name: "the answer to the charge was lost", play: (*play).lost},
		{Name: "the webhook comes before the answer", play: (*play).newsFirst},
		{Name: "paid after the order has expired", play: (*play).late},
		{Name: "money for an order that was taken for over", play: (*play).overlooked},
		{Name: "two tabs pay at once", play: (*play).twoTabs},
	}
}
