package paypalgw_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/paypalsim"
	"till/shared/gateway/gatewaytest"
	"till/shared/gateway/paypalgw"
	"till/shared/payment"
)

const (
	simURL      = "http://paypal.test/paypal"
	clientID    = "app_of_the_contract"
	clientKey   = "secret_of_the_contract"
	webhookNew  = "8PT597110X687430L"
	webhookOld  = "1JE4291016473214C"
	webhookFake = "5GP028458E2496506"
)

func TestContract(t *testing.T) { gatewaytest.Run(t, open) }

// bed is a simulated PayPal with the adapter on one side and a shopper on the other.
type bed struct {
	noFiles bool // No file is taken.
	t       testing.TB
	sim     *paypalsim.Sim
	clock   *clock.Clock
	hooks   []gatewaytest.Delivery
	fault   gatewaytest.Fault
	only    bool      // The fault is for calls that change something.
	submits bool      // Of those, for the one alone that submits evidence.
	at      time.Time // When what is being verified arrived; zero: now.
}

func (b *bed) now() time.Time {
	if b.at.IsZero() {
		return b.clock.Now()
	}
	return b.at
}

func newBed(t testing.TB) *bed {
	t.Helper()
	b := &bed{t: t, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{})}
	sim, err := paypalsim.New(paypalsim.Config{BaseURL: simURL, ClientID: clientID, ClientSecret: clientKey, Clock: gatewaysim.ClockOf(b.clock),
		Random: new(gatewaytest.Dice), Deliver: b.deliver})
	b.must(err)
	b.sim = sim
	_, err = sim.AddEndpoint("http://till.test/webhooks/paypal", webhookNew, paypalgw.EventTypes()...)
	b.must(err)
	return b
}

func (b *bed) gateway() *paypalgw.Gateway {
	b.t.Helper()
	g, err := paypalgw.New(paypalgw.Config{ClientID: clientID, ClientSecret: clientKey, BaseURL: simURL, Transport: b, Now: b.clock.Now})
	b.must(err)
	return g
}

func (b *bed) verifier() *paypalgw.Verifier {
	b.t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(b.sim.RootPEM())
	v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew, webhookOld}, Now: b.now, Roots: roots,
		CertURLs: []string{simURL + "/v1/notifications/certs/"}, Transport: b.sim.Transport()})
	b.must(err)
	return v
}

func open(t *testing.T) *gatewaytest.Harness {
	t.Helper()
	b := newBed(t)
	verifier := b.verifier()
	return &gatewaytest.Harness{
		Gateway: b.gateway(), Now: b.clock.Now, Advance: b.advance, Started: startedRight, TooLittle: 0, Leaves: true,
		Cards: []gatewaytest.Card{gatewaytest.Pays, gatewaytest.Declined, gatewaytest.Authenticates, gatewaytest.Slow, gatewaytest.SlowFails,
			gatewaytest.SlowRefund, gatewaytest.Disputes},
		Pay: b.pay, Prove: b.prove, ManyRefunds: 130,
		Faults: []gatewaytest.Fault{gatewaytest.Down, gatewaytest.Busy, gatewaytest.Denied, gatewaytest.InUse, gatewaytest.ErrorBefore, gatewaytest.ErrorAfter,
			gatewaytest.TimeoutBefore, gatewaytest.TimeoutAfter, gatewaytest.CutReply, gatewaytest.HugeReply, gatewaytest.Redirects, gatewaytest.NovelWord},
		Break: b.breakIt, BreakOnly: func(f gatewaytest.Fault) { b.breakIt(f); b.only = true }, Book: b.book,
		RefundThem: func(intent string, minor int64) { b.must(b.sim.RefundOrder(intent, minor)) },
		Decide:     func(id string, won bool) { b.must(b.sim.CloseDispute(id, won)) },
		Complain:   b.complain, Filed: b.filed, RenewOnce: b.sim.RenewOnce, BreakSubmit: func(f gatewaytest.Fault) { b.breakIt(f); b.only, b.submits = true, true }, NoFiles: func() { b.noFiles = true },
		Deliveries: b.deliveries, Lose: b.lose,
		Verify: func(d gatewaytest.Delivery) (payment.Event, error) {
			b.at = d.At
			return verifier.Verify(t.Context(), d.Body, d.Header.Get)
		},
		Sign: b.sign, Forge: b.forgeries(), Signers: []gatewaytest.Secret{gatewaytest.Current, gatewaytest.Previous},
		Changes: []gatewaytest.Change{gatewaytest.OtherVersion, gatewaytest.OtherType}, Alter: b.alter,
		Window: paypalgw.Behind, Ahead: paypalgw.Ahead,
	}
}

func startedRight(mode payment.Mode, s payment.Started) string {
	switch {
	case s.Intent == "" || s.Session != "" || !strings.HasPrefix(s.RedirectURL, simURL+"/checkoutnow?token="+s.Intent):
		return "there is no order, or not its page"
	case mode == payment.Hosted && s.PublicKey+s.ClientSecret != "":
		return "there is something for a form in the browser"
	case mode == payment.Embedded && (s.ClientSecret != s.Intent || s.PublicKey != clientID):
		return "there is nothing for PayPal's script in the browser"
	}
	return ""
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) advance(d time.Duration) { b.must(b.clock.Advance(d)) }

func (b *bed) deliver(_ string, header http.Header, body []byte) (int, error) {
	signed := http.Header{}
	for name, values := range header {
		if strings.HasPrefix(name, "Paypal-") {
			signed[name] = values
		}
	}
	b.hooks = append(b.hooks, gatewaytest.Delivery{Header: signed, Body: bytes.Clone(body), At: b.clock.Now()})
	return http.StatusOK, nil
}

func (b *bed) deliveries() []gatewaytest.Delivery {
	b.advance(0)
	hooks := b.hooks
	b.hooks = nil
	return hooks
}

func (b *bed) lose(lost bool) {
	f := b.sim.Faults()
	if f.Webhooks.Drop = 0; lost {
		f.Webhooks.Drop = 1
	}
	b.must(b.sim.SetFaults(f))
}

// RoundTrip is the way to the simulation, with the faults that are not its own.
func (b *bed) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.noFiles && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		body, err := io.ReadAll(r.Body)
		b.must(err)
		if bytes.Contains(body, []byte(`filename="evidence.pdf"`)) {
			return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	whole := b.sim.Transport()
	if strings.HasSuffix(r.URL.Path, "/v1/oauth2/token") {
		return whole.RoundTrip(r)
	}
	if b.only && (r.Method == http.MethodGet || b.submits && !strings.HasSuffix(r.URL.Path, "/provide-evidence")) {
		broken := b.sim.Faults()
		b.must(b.sim.SetFaults(gatewaysim.Faults{}))
		defer func() { b.must(b.sim.SetFaults(broken)) }()
		return whole.RoundTrip(r)
	}
	answer := func(status int, header http.Header, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
	switch b.fault { //nolint:exhaustive // the others are the simulation's
	case gatewaytest.Redirects:
		return answer(http.StatusTemporaryRedirect, http.Header{"Location": {simURL + "/v2/elsewhere"}}, "")
	case gatewaytest.Denied:
		return answer(http.StatusUnauthorized, http.Header{}, `{"name":"AUTHENTICATION_FAILURE"}`)
	}
	res, err := whole.RoundTrip(r)
	if err != nil || b.fault != gatewaytest.NovelWord {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"COMPLETED"`), []byte(`"EXALTED"`))))
	return res, res.Request.Context().Err()
}

func (b *bed) breakIt(f gatewaytest.Fault) {
	faults := map[gatewaytest.Fault]gatewaysim.APIFaults{
		gatewaytest.Down:          {Down: true},
		gatewaytest.Busy:          {ErrorRate: 1, Status: http.StatusTooManyRequests},
		gatewaytest.InUse:         {ErrorRate: 1, Status: http.StatusConflict},
		gatewaytest.ErrorBefore:   {ErrorRate: 1},
		gatewaytest.ErrorAfter:    {ErrorAfter: 1},
		gatewaytest.TimeoutBefore: {TimeoutBefore: 1},
		gatewaytest.TimeoutAfter:  {TimeoutAfter: 1},
		gatewaytest.CutReply:      {CutJSON: 1},
		gatewaytest.HugeReply:     {Huge: 1},
	}
	b.fault, b.only, b.submits = f, false, false
	b.must(b.sim.SetFaults(gatewaysim.Faults{API: faults[f]}))
}

// post is a browser's request: not through the adapter.
func (b *bed) post(target string, fields ...string) (status int) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(form.Encode()))
	b.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := b.sim.Transport().RoundTrip(r)
	b.must(err)
	b.must(res.Body.Close())
	return res.StatusCode
}

// cards are Stripe's test cards and accounts, which every simulation takes. https://docs.stripe.com/testing
var cards = map[gatewaytest.Card]string{
	gatewaytest.Pays: "4242424242424242", gatewaytest.Declined: "4000000000000002", gatewaytest.Authenticates: "4000002500003155",
	gatewaytest.SlowRefund: "4000000000007726", gatewaytest.Disputes: "4000000000000259",
	gatewaytest.Slow: "AT611904300234573201", gatewaytest.SlowFails: "AT861904300235473202",
}

func (b *bed) pay(s payment.Started, with gatewaytest.Card) (token string, agreed bool) {
	b.t.Helper()
	field := "card"
	if strings.HasPrefix(cards[with], "AT") {
		field = "iban"
	}
	return "", b.post(s.RedirectURL, "action", "pay", field, cards[with]) == http.StatusSeeOther
}

func (b *bed) prove(s payment.Started, passed bool) (token string, agreed bool) {
	b.t.Helper()
	action := map[bool]string{true: "complete", false: "fail"}[passed]
	return "", b.post(simURL+"/checkoutnow/authenticate?token="+s.Intent, "action", action) == http.StatusSeeOther
}

func (b *bed) book(order string) gatewaytest.Book {
	out := gatewaytest.Book{Captured: "0", Refunded: "0", Held: "0", Fees: "0", Withdrawn: "0"}
	for _, have := range b.sim.Books() {
		if have.Reference != order {
			continue
		}
		places := "e-2" // PayPal counts hundredths, but for these. https://developer.paypal.com/docs/api/reference/currency-codes/
		if have.Currency == "JPY" || have.Currency == "HUF" || have.Currency == "TWD" {
			places = ""
		}
		out = gatewaytest.Book{Captured: strconv.FormatInt(have.Captured, 10) + places, Held: strconv.FormatInt(have.Authorized, 10) + places,
			Refunded: strconv.FormatInt(have.Refunded+have.RefundsPending, 10) + places, Chargeable: have.Chargeable,
			Fees: strconv.FormatInt(have.Fees, 10) + places, Withdrawn: strconv.FormatInt(have.Disputed, 10) + places}
	}
	return out
}

// stranger has a certificate of the right name that nobody of ours has issued.
var stranger = sync.OnceValues(func() (*paypalsim.Authority, error) { return paypalsim.NewAuthority(paypalsim.CertName) })

func (b *bed) sign(body []byte, at time.Time, by gatewaytest.Secret) gatewaytest.Delivery {
	b.t.Helper()
	own, err := paypalsim.Shared()
	b.must(err)
	webhook := map[gatewaytest.Secret]string{gatewaytest.Current: webhookNew, gatewaytest.Previous: webhookOld, gatewaytest.Forger: webhookFake}[by]
	return b.signed(own, b.sim.CertURL(), webhook, at, body)
}

func (b *bed) signed(a *paypalsim.Authority, certURL, webhook string, at time.Time, body []byte) gatewaytest.Delivery {
	b.t.Helper()
	return gatewaytest.Delivery{Header: a.Sign(certURL, "69cd13f0-d67a-11e5-baa3-778b53f4ae55", webhook, at, body), Body: body}
}

// forgeries are what strangers can do at PayPal's.
func (b *bed) forgeries() map[string]func([]byte) gatewaytest.Delivery {
	forger, err := stranger()
	b.must(err)
	with := func(name, value string) func([]byte) gatewaytest.Delivery {
		return func(body []byte) gatewaytest.Delivery {
			d := b.sign(body, b.clock.Now(), gatewaytest.Current)
			d.Header.Set(name, value)
			return d
		}
	}
	elsewhere := func(address string) func([]byte) gatewaytest.Delivery {
		return func(body []byte) gatewaytest.Delivery {
			return b.signed(forger, address, webhookNew, b.clock.Now(), body)
		}
	}
	return map[string]func([]byte) gatewaytest.Delivery{
		"by a certificate of the right name that no one vouches for": elsewhere(simURL + "/v1/notifications/certs/CERT-360caa42-fca2a594-57a96e12"),
		"by a certificate at the forger's own address":               elsewhere("https://forger.test/v1/notifications/certs/CERT-1"),
		"by an address that only begins like PayPal's":               elsewhere("http://paypal.test.forger.test/paypal/v1/notifications/certs/CERT-1"),
		"by an address with PayPal's as user":                        elsewhere("http://paypal.test@forger.test/v1/notifications/certs/CERT-1"),
		"by an address that climbs out":                              elsewhere(simURL + "/v1/notifications/certs/../../../upload/CERT-1"),
		"by an address with a query":                                 elsewhere(b.sim.CertURL() + "?at=forger.test"),
		"by a certificate that is not there":                         with(paypalgw.HeaderCert, simURL+"/v1/notifications/certs/CERT-0"),
		"by a page that is no certificate":                           with(paypalgw.HeaderCert, simURL+"/checkoutnow"),
		"with no algorithm":                                          with(paypalgw.HeaderAlgorithm, "none"),
		"with a weaker algorithm":                                    with(paypalgw.HeaderAlgorithm, "SHA1withRSA"),
		"with an algorithm written otherwise":                        with(paypalgw.HeaderAlgorithm, "sha256withrsa"),
		"for another webhook of another shop":                        func(body []byte) gatewaytest.Delivery { return b.sign(body, b.clock.Now(), gatewaytest.Forger) },
	}
}

func (b *bed) alter(body []byte, to gatewaytest.Change) []byte {
	b.t.Helper()
	var event map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	b.must(decoder.Decode(&event))
	switch to { //nolint:exhaustive // an event says neither its mode nor its account
	case gatewaytest.OtherVersion:
		event["resource_version"] = "3.0"
	case gatewaytest.OtherType:
		event["event_type"], event["resource"] = "TREASURY.DANCE.BEGUN", map[string]any{"amount": "lots"}
	}
	out, err := json.Marshal(event)
	b.must(err)
	return out
}

// complain lets the bank dispute a part of a payment.
func (b *bed) complain(intent string, minor int64) string {
	b.t.Helper()
	for _, p := range b.sim.Payments() {
		if p.Intent == intent {
			id, err := b.sim.DisputePart(p.Charge, "UNAUTHORISED", false, minor)
			b.must(err)
			return id
		}
	}
	b.t.Fatalf("no payment %q", intent)
	return ""
}

// filed is how many documents a dispute's bank has.
func (b *bed) filed(dispute string) int {
	for _, book := range b.sim.Books() {
		for _, said := range book.Answers {
			if said.Dispute == dispute {
				return said.Files
			}
		}
	}
	return 0
}
