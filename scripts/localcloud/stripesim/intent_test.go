package stripesim_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76"

	"till/scripts/localcloud/stripesim"
)

func TestBrowserConfirmsAnIntentWithThePublishableKey(t *testing.T) {
	s := newShop(t)
	pi := s.intent("ord_1", 1999)
	equal(t, "new", pi.Status, stripe.PaymentIntentStatusRequiresPaymentMethod)
	p := s.confirm(pi, pays)
	equal(t, "confirm", p.status, 200)
	equal(t, "CORS", p.header.Get("Access-Control-Allow-Origin"), "*")
	var shown map[string]any
	if err := json.Unmarshal([]byte(p.body), &shown); err != nil {
		t.Fatal(err)
	}
	equal(t, "status", shown["status"].(string), "succeeded")
	for _, private := range []string{"metadata", "latest_charge", "amount_received"} {
		if _, there := shown[private]; there {
			t.Errorf("the browser was shown %s", private)
		}
	}
	now := s.intentNow(pi.ID)
	equal(t, "received", now.AmountReceived, 1999)
	equal(t, "live", now.Livemode, false)
	sameKinds(t, s.settle(), "payment_intent.created", "charge.succeeded", "payment_intent.succeeded")
}

func TestPreflightOfABrowserIsAllowed(t *testing.T) {
	s := newShop(t)
	p := s.send(http.MethodOptions, base+"/v1/payment_intents/pi_x/confirm", http.Header{"Origin": {"http://localhost:8080"}}, "")
	equal(t, "status", p.status, http.StatusNoContent)
	equal(t, "origin", p.header.Get("Access-Control-Allow-Origin"), "*")
	if !strings.Contains(p.header.Get("Access-Control-Allow-Headers"), "Authorization") {
		t.Error("the header Authorization is not allowed")
	}
}

func TestCardsBehaveAsPublished(t *testing.T) {
	rows := map[string]struct {
		card          string
		status        int
		code, decline string
		after         stripe.PaymentIntentStatus
		charged       bool // A failed charge stays.
	}{
		"a declined card":              {declined, 402, "card_declined", "generic_decline", "requires_payment_method", true},
		"a card without funds":         {poor, 402, "card_declined", "insufficient_funds", "requires_payment_method", true},
		"a lost card":                  {"4000000000009987", 402, "card_declined", "lost_card", "requires_payment_method", true},
		"an expired card":              {"4000000000000069", 402, "expired_card", "", "requires_payment_method", true},
		"a wrong security code":        {"4000000000000127", 402, "incorrect_cvc", "", "requires_payment_method", true},
		"a processing error":           {"4000000000000119", 402, "processing_error", "", "requires_payment_method", true},
		"a card the risk check blocks": {"4100000000000019", 402, "card_declined", "fraudulent", "requires_payment_method", true},
		"a number with a wrong digit":  {"4242424242424241", 402, "incorrect_number", "", "requires_payment_method", false},
		"a number that is no number":   {"4242", 402, "invalid_number", "", "requires_payment_method", false},
		"a card that is no test card":  {"4111111111111111", 402, "card_declined", "test_mode_live_card", "requires_payment_method", false},
		"a Mastercard":                 {"5555555555554444", 200, "", "", "succeeded", true},
		"an American Express card":     {"3782 822463 10005", 200, "", "", "succeeded", true},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			pi := s.intent("ord_1", 1999)
			p := s.confirm(pi, row.card)
			equal(t, "status", p.status, row.status)
			var shown struct{ Error stripe.Error }
			if err := json.Unmarshal([]byte(p.body), &shown); err != nil {
				t.Fatal(err)
			}
			equal(t, "code", string(shown.Error.Code), row.code)
			equal(t, "decline code", string(shown.Error.DeclineCode), row.decline)
			now := s.intentNow(pi.ID)
			equal(t, "intent", now.Status, row.after)
			equal(t, "charge exists", now.LatestCharge != nil, row.charged)
			if row.status == 402 && row.charged {
				equal(t, "last error", string(now.LastPaymentError.Code), row.code)
				equal(t, "charge of the error", now.LastPaymentError.ChargeID, now.LatestCharge.ID)
				equal(t, "charge", now.LatestCharge.Status, stripe.ChargeStatusFailed)
				equal(t, "intent in the error", shown.Error.PaymentIntent.ID, pi.ID)
				sameKinds(t, s.settle(), "payment_intent.created", "charge.failed", "payment_intent.payment_failed")
			}
			if strings.Contains(p.body, strings.ReplaceAll(row.card, " ", "")) && len(row.card) > 4 {
				t.Error("the answer holds the card number")
			}
		})
	}
}

func TestDeclinedIntentCanBePaidByAnotherCard(t *testing.T) {
	s := newShop(t)
	pi := s.intent("ord_1", 1999)
	equal(t, "first", s.confirm(pi, declined).status, 402)
	equal(t, "second", s.confirm(pi, pays).status, 200)
	p := s.confirm(pi, pays)
	equal(t, "third", p.status, 400)
	if !strings.Contains(p.body, "payment_intent_unexpected_state") {
		t.Errorf("a paid intent was confirmed again: %s", p.body)
	}
	equal(t, "charges", s.book("ord_1").Charges, 1)
	if now := s.intentNow(pi.ID); now.LastPaymentError != nil {
		t.Error("the error of the first attempt stayed")
	}
}

func TestAuthenticationSendsTheShopperAwayAndBack(t *testing.T) {
	rows := map[string]struct {
		action, redirect string
		after            stripe.PaymentIntentStatus
		want             []string
	}{
		"completed": {"complete", "succeeded", "succeeded", []string{"charge.succeeded", "payment_intent.succeeded"}},
		"failed":    {"fail", "failed", "requires_payment_method", []string{"payment_intent.payment_failed"}},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			pi := s.intent("ord_1", 1999)
			equal(t, "confirm", s.confirm(pi, authenticates).status, 200)
			now := s.intentNow(pi.ID)
			equal(t, "status", now.Status, stripe.PaymentIntentStatusRequiresAction)
			equal(t, "next", now.NextAction.Type, stripe.PaymentIntentNextActionTypeRedirectToURL)
			sameKinds(t, s.settle(), "payment_intent.created", "payment_intent.requires_action")
			away := now.NextAction.RedirectToURL.URL
			if p := s.get(away); p.status != 200 || !strings.Contains(p.body, "19.99 EUR") {
				t.Fatalf("the page answered %d: %s", p.status, p.body)
			}
			equal(t, "no button", s.post(away, "action", "perhaps").status, 400)
			p := s.post(away, "action", row.action)
			equal(t, "back", p.status, 303)
			back, err := url.Parse(p.location)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "own parameter", back.Query().Get("order"), "1")
			equal(t, "intent", back.Query().Get("payment_intent"), pi.ID)
			equal(t, "outcome", back.Query().Get("redirect_status"), row.redirect)
			equal(t, "after", s.intentNow(pi.ID).Status, row.after)
			sameKinds(t, s.settle(), row.want...)
			equal(t, "the page again", s.post(away, "action", "complete").status, http.StatusGone)
		})
	}
}

func TestServerConfirmsWithATestPaymentMethod(t *testing.T) {
	s := newShop(t)
	params := intentParams("ord_1", 1999, "eur")
	params.Confirm = stripe.Bool(true)
	params.PaymentMethod = stripe.String("pm_card_visa")
	_, err := s.api.PaymentIntents.New(params)
	equal(t, "without return URL", stripeError(t, err).Param, "return_url")
	params.ReturnURL = stripe.String("http://shop.test/back")
	pi, err := s.api.PaymentIntents.New(params)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "status", pi.Status, stripe.PaymentIntentStatusSucceeded)
	params.PaymentMethod = stripe.String("pm_card_authenticationRequired")
	params.OffSession = stripe.Bool(true)
	_, err = s.api.PaymentIntents.New(params)
	equal(t, "off session", stripeError(t, err).Code, stripe.ErrorCodeAuthenticationRequired)
	params.OffSession, params.ErrorOnRequiresAction = nil, stripe.Bool(true)
	_, err = s.api.PaymentIntents.New(params)
	equal(t, "no action wanted", stripeError(t, err).Code, stripe.ErrorCodeAuthenticationRequired)
}

func TestCaptureTakesUpToWhatIsAuthorized(t *testing.T) {
	authorized := func(t *testing.T) (*shop, *stripe.PaymentIntent) {
		s := newShop(t)
		params := intentParams("ord_1", 2000, "eur")
		params.CaptureMethod = stripe.String("manual")
		pi, err := s.api.PaymentIntents.New(params)
		if err != nil {
			t.Fatal(err)
		}
		s.confirm(pi, pays)
		return s, pi
	}
	t.Run("authorization is no capture", func(t *testing.T) {
		s, pi := authorized(t)
		now := s.intentNow(pi.ID)
		equal(t, "status", now.Status, stripe.PaymentIntentStatusRequiresCapture)
		equal(t, "capturable", now.AmountCapturable, 2000)
		equal(t, "received", now.AmountReceived, 0)
		equal(t, "captured", now.LatestCharge.Captured, false)
		equal(t, "until", now.LatestCharge.PaymentMethodDetails.Card.CaptureBefore, s.clock.Now().Add(7*24*time.Hour).Unix())
		sameKinds(t, s.settle(), "payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated")
		sameBook(t, s.book("ord_1"), stripesim.Book{Reference: "ord_1", Currency: "EUR", Authorized: 2000, Charges: 1, Chargeable: 1})
		_, err := s.refund(pi.ID, 0)
		equal(t, "refund", stripeError(t, err).HTTPStatusCode, 400)
	})
	t.Run("partly, and the rest is released", func(t *testing.T) {
		s, pi := authorized(t)
		s.settle()
		_, err := s.api.PaymentIntents.Capture(pi.ID, &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(2001)})
		equal(t, "too much", stripeError(t, err).Code, stripe.ErrorCodeAmountTooLarge)
		_, err = s.api.PaymentIntents.Capture(pi.ID, &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(500), FinalCapture: stripe.Bool(false)})
		equal(t, "more to come", stripeError(t, err).Param, "final_capture")
		now, err := s.api.PaymentIntents.Capture(pi.ID, &stripe.PaymentIntentCaptureParams{AmountToCapture: stripe.Int64(1500)})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "received", now.AmountReceived, 1500)
		equal(t, "released", s.intentNow(pi.ID).LatestCharge.AmountRefunded, 500)
		sameKinds(t, s.settle(), "charge.captured", "payment_intent.succeeded")
		b := s.book("ord_1")
		equal(t, "captured", b.Captured, 1500)
		equal(t, "refunded", b.Refunded, 0)
		_, err = s.api.PaymentIntents.Capture(pi.ID, nil)
		equal(t, "twice", stripeError(t, err).Code, stripe.ErrorCodePaymentIntentUnexpectedState)
		_, err = s.refund(pi.ID, 1501)
		equal(t, "refund of the released", stripeError(t, err).Param, "amount")
	})
	t.Run("voided", func(t *testing.T) {
		s, pi := authorized(t)
		s.settle()
		now, err := s.api.PaymentIntents.Cancel(pi.ID, &stripe.PaymentIntentCancelParams{CancellationReason: stripe.String("abandoned")})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "status", now.Status, stripe.PaymentIntentStatusCanceled)
		equal(t, "reason", now.CancellationReason, stripe.PaymentIntentCancellationReasonAbandoned)
		sameKinds(t, s.settle(), "charge.refunded", "payment_intent.canceled")
		sameBook(t, s.book("ord_1"), stripesim.Book{Reference: "ord_1", Currency: "EUR"})
		equal(t, "confirm", s.confirm(pi, pays).status, 400)
	})
	t.Run("not in time", func(t *testing.T) {
		s, pi := authorized(t)
		s.settle()
		s.clock.advance(7 * 24 * time.Hour)
		sameKinds(t, s.taken(), "charge.refunded", "payment_intent.canceled", "charge.expired")
		equal(t, "status", s.intentNow(pi.ID).Status, stripe.PaymentIntentStatusCanceled)
	})
}

func TestAmountsFollowTheRulesOfTheCurrency(t *testing.T) {
	rows := map[string]struct {
		amount   int64
		currency string
		code     stripe.ErrorCode
		ok       bool
	}{
		"50 cents":                   {50, "eur", "", true},
		"49 cents":                   {49, "eur", "amount_too_small", false},
		"29 pence":                   {29, "gbp", "amount_too_small", false},
		"30 pence":                   {30, "GBP", "", true},
		"50 yen":                     {50, "jpy", "", true},
		"49 yen":                     {49, "jpy", "amount_too_small", false},
		"dinars that end in 0":       {1230, "kwd", "", true},
		"dinars that end in 1":       {1231, "kwd", "", false},
		"crowns with a minor unit":   {1050, "isk", "", false},
		"eight digits":               {99_999_999, "eur", "", true},
		"nine digits":                {100_000_000, "eur", "amount_too_large", false},
		"nothing":                    {0, "eur", "parameter_invalid_integer", false},
		"less than nothing":          {-5, "eur", "parameter_invalid_integer", false},
		"an unknown currency":        {500, "xxx", "", false},
		"a currency of four letters": {500, "euro", "", false},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			s := newShop(t)
			pi, err := s.api.PaymentIntents.New(intentParams("ord_1", row.amount, row.currency))
			if row.ok {
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "currency", string(pi.Currency), strings.ToLower(row.currency))
				return
			}
			e := stripeError(t, err)
			equal(t, "status", e.HTTPStatusCode, 400)
			equal(t, "code", e.Code, row.code)
		})
	}
}

func TestKeysOpenOnlyWhatTheyShould(t *testing.T) {
	s := newShop(t)
	pi := s.intent("ord_1", 1999)
	path := base + "/v1/payment_intents/" + pi.ID
	rows := map[string]struct {
		target, authorization string
		want                  int
	}{
		"no key":                              {path, "", 401},
		"a wrong key":                         {path, "Bearer sk_test_other", 401},
		"the secret key as Basic user":        {path, "Basic c2tfdGVzdF9zaW11bGF0aW9uOg==", 200},
		"the secret key in the URL":           {path + "?key=" + secretKey, "", 401},
		"the publishable key without secret":  {path, "Bearer " + publicKey, 400},
		"the publishable key, a wrong secret": {path + "?client_secret=x", "Bearer " + publicKey, 400},
		"the publishable key and the secret":  {path + "?client_secret=" + pi.ClientSecret, "Bearer " + publicKey, 200},
		"the publishable key elsewhere":       {base + "/v1/refunds", "Bearer " + publicKey, 401},
		"an unknown path":                     {base + "/v1/subscriptions", "Bearer " + secretKey, 404},
		"an unknown intent":                   {base + "/v1/payment_intents/pi_x", "Bearer " + secretKey, 404},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			header := http.Header{}
			if row.authorization != "" {
				header.Set("Authorization", row.authorization)
			}
			p := s.send(http.MethodGet, row.target, header, "")
			equal(t, "status", p.status, row.want)
			if row.want >= 400 && !strings.Contains(p.body, `"type": "invalid_request_error"`) {
				t.Errorf("not an error of Stripe's shape: %s", p.body)
			}
		})
	}
}

func TestOtherAPIVersionsAreRefused(t *testing.T) {
	s := newShop(t)
	header := http.Header{"Authorization": {"Bearer " + secretKey}, "Stripe-Version": {"2022-11-15"}}
	equal(t, "status", s.send(http.MethodGet, base+"/v1/account", header, "").status, 400)
	header.Set("Stripe-Version", stripe.APIVersion)
	equal(t, "status", s.send(http.MethodGet, base+"/v1/account", header, "").status, 200)
	header.Set("Content-Type", "application/json")
	equal(t, "JSON", s.send(http.MethodPost, base+"/v1/refunds", header, "{}").status, 400)
}

func TestIntentsAreFoundByMetadata(t *testing.T) {
	s := newShop(t)
	s.intent("ord_1", 1000)
	want := s.intent("ord_2", 2000)
	found := s.api.PaymentIntents.Search(&stripe.PaymentIntentSearchParams{SearchParams: stripe.SearchParams{
		Query: "metadata['order_id']:'ord_2' AND status:'requires_payment_method'"}})
	if !found.Next() {
		t.Fatalf("nothing found: %v", found.Err())
	}
	equal(t, "found", found.PaymentIntent().ID, want.ID)
	equal(t, "more", found.Next(), false)
	bad := s.api.PaymentIntents.Search(&stripe.PaymentIntentSearchParams{SearchParams: stripe.SearchParams{Query: "amount>5"}})
	equal(t, "another query", bad.Next(), false)
	equal(t, "its error", stripeError(t, bad.Err()).Param, "query")
}

func TestAmountOfAnIntentCanChangeUntilItIsPaid(t *testing.T) {
	s := newShop(t)
	pi := s.intent("ord_1", 1999)
	params := &stripe.PaymentIntentParams{Amount: stripe.Int64(2500)}
	now, err := s.api.PaymentIntents.Update(pi.ID, params)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "amount", now.Amount, 2500)
	equal(t, "metadata", now.Metadata["order_id"], "ord_1")
	s.confirm(pi, pays)
	_, err = s.api.PaymentIntents.Update(pi.ID, params)
	equal(t, "afterwards", stripeError(t, err).Code, stripe.ErrorCodePaymentIntentUnexpectedState)
}

func sameBook(t *testing.T, got, want stripesim.Book) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("the book is %+v, want %+v", got, want)
	}
}
