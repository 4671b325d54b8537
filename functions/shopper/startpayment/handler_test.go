package startpayment_test

import (
	"encoding/json"
	"net/http"
	"sync"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/eventfile"
	"till/shared/fault"
	"till/shared/money"
	"till/shared/payment"
	"till/shared/payment/paymenttest"
)

var rows = []shoptest.Row{
	{Name: "a payment on the gateway's page begins", File: "hosted", Status: 201},
	{Name: "a payment in the gateway's form begins", File: "embedded", Status: 201},
	{Name: "a page of the shop with path and query", File: "return-url-with-path-and-query", Status: 201},
	{Name: "no token", File: "no-token", Status: 401, Code: "unauthorized"},
	{Name: "an altered token", File: "token-altered", Status: 404, Code: "not_found"},
	{Name: "an unknown order", File: "order-unknown", Status: 404, Code: "not_found"},
	{Name: "no key", File: "no-key", Status: 400, Code: "idempotency_key_missing", At: []string{"Idempotency-Key"}},
	{Name: "an empty body", File: "empty-body", Status: 400, Code: "invalid_json"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "more than 64 KiB", File: "over-64-kib", Status: 413, Code: "body_too_large"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
	{Name: "the amount is the order's own", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/amount"}},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed", At: []string{"#/foo", "#/mode", "#/gateway", "#/return_url"}},
	{Name: "an unknown gateway", File: "gateway-unknown", Status: 422, Code: "gateway_unavailable", At: []string{"#/gateway"}},
	{Name: "a gateway that the shop does not offer", File: "gateway-disabled", Status: 422, Code: "gateway_unavailable", At: []string{"#/gateway"}},
	{Name: "an unknown mode", File: "mode-unknown", Status: 422, Code: "gateway_unavailable", At: []string{"#/mode"}},
	{Name: "without a gateway the shop's rules choose", File: "no-gateway", Status: 201},
	{Name: "the rules choose when they are asked to", File: "auto", Status: 201},
	{Name: "an unknown mode of whatever gateway", File: "auto-mode-unknown", Status: 422, Code: "gateway_unavailable", At: []string{"#/mode"}},
	{Name: "which ways there are", File: "options", Status: 200},
	{Name: "a card sent to us", File: "card-in-the-body", Status: 422, Code: "card_data_rejected", At: []string{"#/card/number", "#/card/cvc"}},
	{Name: "a card number in the return URL", File: "card-in-the-return-url", Status: 422, Code: "card_data_rejected", At: []string{"#/return_url"}},
	{Name: "a return URL of another site", File: "return-url-off-the-list", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a script as return URL", File: "return-url-javascript", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a return URL without a scheme", File: "return-url-without-a-scheme", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a return URL with the shop as user name", File: "return-url-with-a-user", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a return URL whose host begins like the shop's", File: "return-url-of-a-longer-host", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a backslash in the return URL", File: "return-url-with-a-backslash", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a return URL of another port", File: "return-url-of-another-port", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
	{Name: "a return URL of a look-alike", File: "return-url-of-a-look-alike", Status: 422, Code: "return_url_not_allowed", At: []string{"#/return_url"}},
}

func TestPayments(t *testing.T) {
	shoptest.Rows(t, "startpayment", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words() })
	eventfile.AllIn(t, "startpayment", shoptest.Files(rows))
}

// pay is a request to pay an order, under a key.
func pay(t *testing.T, o shoptest.Opened, file, key string) apigw.Request {
	t.Helper()
	req := eventfile.Request(t, "startpayment", file, o.Words()...)
	req.Headers["idempotency-key"] = key
	return req
}

type started struct {
	Payment struct {
		ID           payment.AttemptID
		Status       payment.State
		RedirectURL  string `json:"redirect_url"`
		ClientSecret string `json:"client_secret"`
		PublicKey    string `json:"public_key"`
	}
}

func read(t *testing.T, resp apigw.Response) started {
	t.Helper()
	var out started
	if err := json.Unmarshal([]byte(resp.Body), &out); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s %v", resp.StatusCode, resp.Body, err)
	}
	return out
}

var (
	stateConflict = shoptest.Row{Status: http.StatusConflict, Code: "order_state_conflict"}
	inProgress    = shoptest.Row{Status: http.StatusConflict, Code: "payment_in_progress"}
	unavailable   = shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}
)

func TestAHostedPaymentHasAPageAndAnEmbeddedOneAForm(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	hosted := read(t, s.Serve(pay(t, o, "hosted", "key-one"))).Payment
	if hosted.RedirectURL == "" || hosted.ClientSecret != "" || hosted.Status != payment.RequiresAction {
		t.Errorf("hosted: %+v", hosted)
	}
	embedded := read(t, s.Serve(pay(t, o, "embedded", "key-two"))).Payment
	if embedded.RedirectURL != "" || embedded.ClientSecret == "" || embedded.PublicKey == "" {
		t.Errorf("embedded: %+v", embedded)
	}
	if a, _ := s.Order(o).Attempt(hosted.ID); a.State != payment.Canceled {
		t.Errorf("the other way to pay is still %s", a.State)
	}
}

func TestAKeyBeginsOnePaymentThoughTenComeAtOnce(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	req := pay(t, o, "hosted", "key-one")
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if got := s.Serve(req).StatusCode; got != http.StatusCreated && got != http.StatusConflict {
				t.Errorf("got %d", got)
			}
		})
	}
	all.Wait()
	if got := s.Gateway.Begun(string(o.ID)); got != 1 {
		t.Errorf("the gateway has begun %d payments", got)
	}
	if got := len(s.Order(o).Record().Attempts); got != 1 {
		t.Errorf("%d attempts", got)
	}
}

func TestAKeyWhoseGatewayCallRunsIsInProgress(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	inside, goOn := make(chan struct{}), make(chan struct{})
	s.Gateway.Waiting = func() { close(inside); <-goOn }
	first := make(chan apigw.Response)
	go func() { first <- s.Serve(pay(t, o, "hosted", "key-one")) }()
	<-inside
	s.Try(shoptest.Row{Status: http.StatusConflict, Code: "idempotency_in_progress"}, pay(t, o, "hosted", "key-one"))
	s.Try(inProgress, pay(t, o, "hosted", "key-two"))
	close(goOn)
	read(t, <-first)
}

func TestARepeatGetsTheSamePaymentWhateverTheShopOffersNow(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	first := s.Serve(pay(t, o, "hosted", "key-one"))
	s.Gateway.Can = payment.Capabilities{Modes: []payment.Mode{payment.Embedded}, KeyLife: time.Hour}
	if again := s.Serve(pay(t, o, "hosted", "key-one")); again.Body != first.Body {
		t.Errorf("two answers:\n%s\n%s", first.Body, again.Body)
	}
}

func TestAKeyWithAnotherBodyIsRefused(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Serve(pay(t, o, "hosted", "key-one"))
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "idempotency_key_reused", At: []string{"Idempotency-Key"}},
		pay(t, o, "embedded", "key-one"))
}

func TestAGatewayWithoutTheModeOrTheCurrencyIsUnavailable(t *testing.T) {
	for at, can := range map[string]payment.Capabilities{
		"#/mode":    {Modes: []payment.Mode{payment.Embedded}},
		"#/gateway": {Modes: []payment.Mode{payment.Hosted}, Currencies: []money.Currency{"USD"}},
	} {
		s := shoptest.New(t)
		s.Gateway.Can = can
		s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "gateway_unavailable", At: []string{at}},
			pay(t, s.Place("order-one"), "hosted", "key-one"))
	}
}

func TestAnOrderThatIsPaidCancelledOrExpiredIsNotPayable(t *testing.T) {
	t.Run("paid", func(t *testing.T) {
		s := shoptest.New(t)
		o, _ := s.Paid("order-one")
		s.Try(stateConflict, pay(t, o, "hosted", "key-two"))
	})
	t.Run("cancelled", func(t *testing.T) {
		s := shoptest.New(t)
		o := s.Place("order-one")
		s.Serve(eventfile.Request(t, "cancelorder", "cancelled", o.Words()...))
		s.Try(stateConflict, pay(t, o, "hosted", "key-two"))
	})
	t.Run("expired", func(t *testing.T) {
		s := shoptest.New(t)
		o := s.Place("order-one")
		s.Wait(time.Hour)
		s.Try(stateConflict, pay(t, o, "hosted", "key-two"))
		if err := s.Sweep(); err != nil {
			t.Fatal(err)
		}
		s.Try(stateConflict, pay(t, o, "hosted", "key-two"))
	})
}

func TestWhileAPaymentIsProcessingOrUnknownThereIsNoOther(t *testing.T) {
	t.Run("processing", func(t *testing.T) {
		s := shoptest.New(t)
		o := s.Place("order-one")
		id := s.Pay(o, "key-one")
		s.Tell(id, paymenttest.Processing)
		s.Return(o, id)
		s.Try(inProgress, pay(t, o, "hosted", "key-two"))
	})
	t.Run("unknown", func(t *testing.T) {
		s := shoptest.New(t)
		o := s.Place("order-one")
		s.Break("after gateway.Start", shoptest.Lost())
		s.Try(unavailable, pay(t, o, "hosted", "key-one"))
		s.Mend()
		s.Try(inProgress, pay(t, o, "hosted", "key-two"))
	})
}

func TestASecondTryAfterADecline(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	first := read(t, s.Serve(pay(t, o, "hosted", "key-one"))).Payment
	s.Tell(first.ID, paymenttest.Declined)
	s.Return(o, first.ID)
	if got := s.Order(o).Record(); got.PaymentStatus() != "failed" {
		t.Errorf("the shopper sees %s", got.PaymentStatus())
	}
	if again := read(t, s.Serve(pay(t, o, "hosted", "key-two"))).Payment; again.ID != first.ID || again.RedirectURL != first.RedirectURL {
		t.Errorf("the page that is open is not given again: %+v", again)
	}
	s.Tell(first.ID, paymenttest.Paid)
	s.Return(o, first.ID)
	if got := s.Order(o).Record(); got.PaymentStatus() != "paid" {
		t.Errorf("the shopper sees %s", got.PaymentStatus())
	}
}

func TestWhileADependencyIsDownTheAnswerIs503AndTheSameKeySucceedsLater(t *testing.T) {
	for _, row := range []struct {
		name, operation string
		err             error
	}{
		{"the order cannot be read", "Order", shoptest.Down()},
		{"the attempt cannot be stored", "Save", shoptest.Down()},
		{"the gateway cannot be reached", "gateway.Start", shoptest.Down()},
		{"the gateway did not answer", "gateway.Start", shoptest.Lost()},
		{"the gateway's answer was lost", "after gateway.Start", shoptest.Lost()},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := shoptest.New(t)
			o := s.Place("order-one")
			s.Break(row.operation, row.err)
			s.Try(unavailable, pay(t, o, "hosted", "key-one"))
			s.Mend()
			s.Wait(20 * time.Second)
			read(t, s.Serve(pay(t, o, "hosted", "key-one")))
			if got := s.Order(o).Record().Attempts; len(got) != 1 {
				t.Errorf("%d attempts", len(got))
			}
		})
	}
}

func TestARefusalOfTheGatewayIsToldWithoutItsWords(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Break("gateway.Start", fault.New(fault.Declined, "paymenttest", "declined", "The payment service refused this."))
	s.Try(shoptest.Row{Status: http.StatusUnprocessableEntity, Code: "declined"}, pay(t, o, "hosted", "key-one"))
	s.Mend()
	read(t, s.Serve(pay(t, o, "hosted", "key-two")))
}

func TestTheEleventhPaymentOfAnHourIs429(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Break("gateway.Start", fault.New(fault.Declined, "paymenttest", "declined", ""))
	for i := range 10 {
		s.Serve(pay(t, o, "hosted", "key-"+string(rune('a'+i))))
	}
	s.Mend()
	resp := s.Try(shoptest.Row{Status: http.StatusTooManyRequests, Code: "rate_limited"}, pay(t, o, "hosted", "key-last"))
	if resp.Headers["Retry-After"] != "3600" || resp.Headers["RateLimit"] != `"payments";r=0;t=3600, "refused-cards";r=3;t=3600` ||
		resp.Headers["RateLimit-Policy"] != `"payments";q=10;w=3600, "refused-cards";q=3;w=3600` {
		t.Errorf("the limits are told as %v", resp.Headers)
	}
}
