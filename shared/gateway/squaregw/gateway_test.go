package squaregw_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"till/shared/fault"
	"till/shared/gateway/squaregw"
	"till/shared/money"
	"till/shared/payment"
)

// answerer is Square's side of a canned conversation.
type answerer func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (a answerer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

// answers says the same to every call.
func answers(status int, body string) answerer {
	return func(r *http.Request) (*http.Response, error) { return reply(r, status, body), nil }
}

func reply(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// script answers by method and path: "GET /v2/orders/o1". A path that is not in it is not found. What was asked and sent is noted.
type script struct {
	lines map[string]string
	asked []string
	sent  map[string]string
}

// RoundTrip implements http.RoundTripper.
func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	key := r.Method + " " + r.URL.Path
	s.asked = append(s.asked, key)
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		if s.sent == nil {
			s.sent = map[string]string{}
		}
		s.sent[key] = string(body)
	}
	line, ok := s.lines[key]
	if !ok {
		return reply(r, http.StatusNotFound, `{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"NOT_FOUND","detail":"`+quote+`"}]}`), nil
	}
	status := http.StatusOK
	if rest, found := strings.CutPrefix(line, "400 "); found {
		status, line = http.StatusBadRequest, rest
	}
	return reply(r, status, line), nil
}

// quote is what no error may repeat.
const quote = "Erika Mustermann, Heidestraße 17"

var config = squaregw.Config{AccessToken: "EAAA_secret_of_the_shop", ApplicationID: "sandbox-sq0idb-app", LocationID: "L1", MerchantID: "M1", Currency: "EUR"}

func newGateway(t testing.TB, transport http.RoundTripper) *squaregw.Gateway {
	t.Helper()
	c := config
	c.Transport = transport
	g, err := squaregw.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func check(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || code != "" && fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
	if err != nil && strings.Contains(err.Error(), quote) {
		t.Errorf("the error quotes: %v", err)
	}
}

func TestUnusableSettingsAreNamedTogetherAndNeverShown(t *testing.T) {
	for name, tt := range map[string]struct {
		alter func(*squaregw.Config)
		wants []string
	}{
		"nothing at all":              {func(c *squaregw.Config) { *c = squaregw.Config{} }, []string{"access token", "application id", "location", "merchant", "currency"}},
		"a token with a line break":   {func(c *squaregw.Config) { c.AccessToken = "a\r\nX: y" }, []string{"access token"}},
		"a sandbox for real money":    {func(c *squaregw.Config) { c.WantLive = true }, []string{"application id is not one of live mode"}},
		"real money in the sandbox":   {func(c *squaregw.Config) { c.ApplicationID = "sq0idp-app" }, []string{"application id is not one of sandbox mode"}},
		"a currency without accounts": {func(c *squaregw.Config) { c.Currency = "CHF" }, []string{"currency"}},
		"a location with a slash":     {func(c *squaregw.Config) { c.LocationID = "L1/../M1" }, []string{"location"}},
		"plain http for real money": {func(c *squaregw.Config) {
			c.WantLive, c.ApplicationID, c.BaseURL = true, "sq0idp-app", "http://connect.squareup.com"
		}, []string{"https"}},
		"an address with a password": {func(c *squaregw.Config) { c.BaseURL = "https://a:b@connect.squareup.com" }, []string{"https"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := config
			tt.alter(&c)
			_, err := squaregw.New(c)
			check(t, err, fault.Internal, "config_invalid")
			for _, want := range tt.wants {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in %v", want, err)
				}
			}
			if c.AccessToken != "" && strings.Contains(err.Error(), c.AccessToken) {
				t.Error("the token is shown")
			}
		})
	}
}

func TestCallsGoToTheRightPlaceWithTheTokenAndTheVersion(t *testing.T) {
	for live, want := range map[bool]string{false: "connect.squareupsandbox.com", true: "connect.squareup.com"} {
		c := config
		if c.WantLive = live; live {
			c.ApplicationID = "sq0idp-app"
		}
		c.Transport = answerer(func(r *http.Request) (*http.Response, error) {
			if r.URL.Scheme != "https" || r.URL.Host != want || r.Header.Get("Authorization") != "Bearer "+c.AccessToken || r.Header.Get("Square-Version") != squaregw.Version {
				t.Errorf("got %s with %v", r.URL, r.Header)
			}
			return answers(404, `{"errors":[{"code":"NOT_FOUND"}]}`)(r)
		})
		g, err := squaregw.New(c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.Fetch(t.Context(), payment.Attempt{Intent: "o1"})
		check(t, err, fault.NotFound, "payment_not_found")
		if text := fmt.Sprintf("%v %+v %#v %s", g, g, g, g); strings.Contains(text, c.AccessToken) {
			t.Error("the token is shown")
		}
	}
}

func TestItTakesTheAccountsCurrencyOnly(t *testing.T) {
	g := newGateway(t, answerer(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, io.ErrUnexpectedEOF
	}))
	if can := g.Capabilities(); len(can.Currencies) != 1 || can.Currencies[0] != "EUR" || !can.Manual || can.Captures != 1 {
		t.Errorf("got %+v", can)
	}
	for code, amount := range map[string]money.Amount{"currency_invalid": money.Of(1999, "USD"), "amount_too_small": money.Of(0, "EUR"), "amount_too_large": money.Of(1<<60, "EUR")} {
		_, err := g.Start(t.Context(), payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Embedded, Amount: amount})
		check(t, err, fault.Invalid, code)
	}
	_, err := g.Start(t.Context(), payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: payment.Hosted, Amount: money.Of(1999, "EUR"), Manual: true})
	check(t, err, fault.Invalid, "manual_unavailable")
	_, err = g.Start(t.Context(), payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: "by post", Amount: money.Of(1999, "EUR")})
	check(t, err, fault.Internal, "mode_unknown")
}

func TestAnOrderForAnotherAmountIsNotHandedOut(t *testing.T) {
	for _, mode := range []payment.Mode{payment.Hosted, payment.Embedded} {
		g := newGateway(t, answers(200, `{"order":{"id":"o1","total_money":{"amount":2379,"currency":"EUR"}},"payment_link":{"id":"l1","order_id":"o1","url":"https://square.link/u/l1"},
			"related_resources":{"orders":[{"id":"o1","total_money":{"amount":2379,"currency":"EUR"}}]}}`))
		_, err := g.Start(t.Context(), payment.Start{Order: "ord_1", Attempt: "pay_1", Mode: mode, Amount: money.Of(1999, "EUR")})
		check(t, err, fault.Internal, "amount_differs")
	}
}

// counted counts calls.
func counted(n *int, next answerer) answerer {
	return func(r *http.Request) (*http.Response, error) {
		*n++
		return next(r)
	}
}
