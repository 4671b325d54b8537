package squaresim

import (
	"net/http"
	"time"

	"till/scripts/localcloud/gatewaysim"
)

// token is what the form in a browser makes of a card: it pays once, within a day.
// https://developer.squareup.com/docs/web-payments/take-card-payment
type token struct {
	id      string
	card    gatewaysim.Card
	used    bool
	proven  bool // The shopper has confirmed the payment at the bank.
	expires time.Time
}

// tokenLife is how long a token can be used. https://developer.squareup.com/docs/payment-form/cookbook/payment-form-faq
const tokenLife = 24 * time.Hour

// source is what pays.
type source struct {
	card     gatewaysim.Card
	bank     bool
	returned bool   // The bank sends the debit back.
	code     string // Square's code of the refusal, "" if it pays.
}

// sandboxTokens are of https://developer.squareup.com/docs/devtools/sandbox/payments: each can be used again and again. Bank accounts
// are for dollars only.
var sandboxTokens = map[string]source{
	"cnon:card-nonce-ok":                  {},
	"cnon:card-nonce-declined":            {code: "GENERIC_DECLINE"},
	"cnon:card-nonce-rejected-cvv":        {code: "CVV_FAILURE"},
	"cnon:card-nonce-rejected-postalcode": {code: "ADDRESS_VERIFICATION_FAILURE"},
	"cnon:card-nonce-rejected-expiration": {code: "INVALID_EXPIRATION"},
	"bnon:bank-nonce-ok":                  {bank: true},
	"bnon:bank-nonce-insufficient-funds":  {bank: true, returned: true}, // The simulation's own.
}

// declines are Square's codes for what the test cards are declined with.
var declines = map[string]string{"insufficient_funds": "INSUFFICIENT_FUNDS", "lost_card": "CARD_DECLINED_CALL_ISSUER", "stolen_card": "CARD_DECLINED_CALL_ISSUER",
	"expired_card": "CARD_EXPIRED", "incorrect_cvc": "CVV_FAILURE", "generic_decline": "GENERIC_DECLINE", "fraudulent": "GENERIC_DECLINE",
	"processing_error": "GENERIC_DECLINE"}

// sourceOf is what a card does once the shopper has, or has not, confirmed the payment.
func sourceOf(card gatewaysim.Card, proven bool) source {
	src := source{card: card}
	switch {
	case card.Authenticate && !proven:
		src.code = "CARD_DECLINED_VERIFICATION_REQUIRED"
	case card.Decline != "":
		src.code = declines[card.Decline]
	case card.Code != "":
		src.code = declines[card.Code]
	}
	return src
}

// use looks a payment's source up. A token is used up by that, whatever comes of it.
func (s *Sim) use(id string) (source, *apiError) {
	if src, ok := sandboxTokens[id]; ok {
		if src.bank && s.cfg.Currency != "USD" {
			return source{}, refuse("UNSUPPORTED_SOURCE_TYPE", "source_id", "Bank accounts pay in US dollars.")
		}
		src.card, _ = gatewaysim.CardNamed("pm_card_visa")
		return src, nil
	}
	if id == "cnon:card-nonce-already-used" {
		return source{}, refuse("CARD_TOKEN_USED", "source_id", "The card token was used already.")
	}
	t, ok := s.tokens.Get(id)
	switch {
	case !ok:
		return source{}, noSuch("card nonce", "source_id")
	case t.used:
		return source{}, refuse("CARD_TOKEN_USED", "source_id", "The card token was used already.")
	case !s.now().Before(t.expires):
		return source{}, refuse("CARD_TOKEN_EXPIRED", "source_id", "The card token is too old.")
	}
	t.used = true
	return sourceOf(t.card, t.proven), nil
}

// numberRefused are Square's codes for what is no test card.
var numberRefused = map[string]string{"invalid_number": "INVALID_CARD", "incorrect_number": "INVALID_CARD", "test_mode_live_card": "INVALID_CARD_DATA"}

// createToken is what the Web Payments SDK's form calls when the shopper pays: POST /v2/card-nonce with the application's id, the
// location's and the card. It is not part of Square's documented API. Of a card that asks for authentication the answer names the page
// on which the shopper does that ("verification_url"), where the real library shows a frame; "return_url" is where that page sends
// the browser then, with the token as a parameter. Until then payments with the token are declined.
func (s *Sim) createToken(c *call) (object, *apiError) {
	b := c.body
	b.only("client_id", "location_id", "card_data", "return_url")
	data := b.part("card_data")
	data.only("number", "exp_month", "exp_year", "cvv", "billing_postal_code")
	name := gatewaysim.NameCard(data.need("number", 40))
	if data.fields != nil {
		data.fields["number"] = name // The number itself is not kept, not even for an error.
	}
	month, year := data.integer("exp_month", 12), data.integer("exp_year", int64(s.now().Year())+4)
	back := b.text("return_url", 2048)
	card, known := gatewaysim.CardNamed(name)
	switch wrong := *b.wrong; {
	case wrong != nil:
		return nil, wrong
	case b.need("client_id", 255) != s.cfg.ApplicationID:
		return nil, &apiError{status: http.StatusUnauthorized, category: categoryAuth, code: "UNAUTHORIZED", field: "client_id", detail: "Not an application of this account."}
	case b.need("location_id", 50) != s.cfg.LocationID:
		return nil, refuse("INVALID_LOCATION", "location_id", "The location is not one of this account.")
	case !known:
		return nil, refuse(numberRefused[name], "card_data.number", "The card number is not one of a test card.")
	case month < 1 || month > 12 || year < int64(s.now().Year()):
		return nil, refuse("INVALID_EXPIRATION", "card_data.exp_year", "The card has expired.")
	case back != "" && !gatewaysim.Absolute(back):
		return nil, refuse("INVALID_VALUE", "return_url", "Not a valid URL.")
	}
	t := &token{id: "cnon:CA4SE" + s.id(22), card: card, expires: s.now().Add(tokenLife)}
	s.tokens.Put(t.id, t)
	answer := object{"card_nonce": t.id, "card": object{"card_brand": brands[card.Brand], "last_4": card.Last4, "exp_month": month, "exp_year": year}}
	if card.Authenticate {
		answer["verification_url"] = s.authenticateURL(&payer{token: t, back: back})
	}
	return answer, nil
}
