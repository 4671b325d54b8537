package stripegw_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/stripesim"
	"till/shared/gateway/gatewaytest"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

const (
	simURL     = "http://stripe.test"
	simKey     = "sk_test_contract"
	simPublic  = "pk_test_contract"
	secretNew  = "whsec_contract_current_0123456789" //nolint:gosec // made up
	secretOld  = "whsec_contract_previous_012345678" //nolint:gosec // made up
	secretFake = "whsec_contract_forgers_0123456789" //nolint:gosec // made up
)

func TestContract(t *testing.T) { gatewaytest.Run(t, open) }

// bed is a simulated Stripe with the adapter on one side and a shopper on the other.
type bed struct {
	noFiles bool // No file is taken.
	t       *testing.T
	sim     *stripesim.Sim
	clock   *clock.Clock
	hooks   []gatewaytest.Delivery
	fault   gatewaytest.Fault
	only    bool      // The fault is for calls that change something.
	submits bool      // Of those, for the one alone that submits evidence.
	lost    bool      // Webhooks get lost.
	at      time.Time // When what is being verified arrived; zero: now.
}

func (b *bed) now() time.Time {
	if b.at.IsZero() {
		return b.clock.Now()
	}
	return b.at
}

func open(t *testing.T) *gatewaytest.Harness {
	t.Helper()
	b := &bed{t: t, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{})}
	sim, err := stripesim.New(stripesim.Config{BaseURL: simURL, SecretKey: simKey, PublishableKey: simPublic, Clock: stripesim.ClockOf(b.clock),
		Random: new(gatewaytest.Dice), Deliver: b.deliver})
	if err != nil {
		t.Fatal(err)
	}
	b.sim = sim
	if _, _, err = sim.AddEndpoint("http://till.test/webhooks/stripe", secretNew, stripegw.EventTypes()...); err != nil {
		t.Fatal(err)
	}
	gateway, err := stripegw.New(stripegw.Config{APIKey: simKey, PublishableKey: simPublic, BaseURL: simURL, Transport: b})
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: []string{secretNew, secretOld}, Account: "acct_1Till", Now: b.now})
	if err != nil {
		t.Fatal(err)
	}
	return &gatewaytest.Harness{
		Gateway: gateway, Now: b.clock.Now, Advance: b.advance, Started: b.started, TooLittle: 49, PageLife: 36 * time.Minute,
		Looks: true, Tells: true, ManyRefunds: 130,
		Cards: slices.Collect(maps.Keys(cards)), Pay: b.pay, Prove: b.prove, Faults: slices.Collect(maps.Keys(broken)), Break: b.breakIt,
		BreakOnly: func(f gatewaytest.Fault) { b.breakIt(f); b.only = true }, Book: b.book, RefundThem: b.refundThem,
		RefundFail: func(ref string) { b.must(sim.SettleRefund(ref, "failed")) },
		Decide:     func(id string, won bool) { b.must(sim.CloseDispute(id, won)) },
		Complain:   b.complain, Filed: b.filed, BreakSubmit: func(f gatewaytest.Fault) { b.breakIt(f); b.only, b.submits = true, true }, NoFiles: func() { b.noFiles = true },
		Deliveries: b.deliveries, Lose: b.lose,
		Verify: func(d gatewaytest.Delivery) (payment.Event, error) {
			b.at = d.At
			return verifier.Verify(d.Body, d.Header.Get("Stripe-Signature"))
		},
		Sign: sign, Forge: forgeries(b.clock.Now), Signers: []gatewaytest.Secret{gatewaytest.Current, gatewaytest.Previous},
		Changes: []gatewaytest.Change{gatewaytest.OtherMode, gatewaytest.OtherAccount, gatewaytest.OtherVersion, gatewaytest.OtherType},
		Alter:   b.alter, Window: 300 * time.Second,
	}
}

// started is what a browser needs of Stripe: a page, or a secret and the key of its form.
func (*bed) started(mode payment.Mode, s payment.Started) string {
	switch {
	case mode == payment.Hosted && s.Session == "":
		return "there is no page"
	case mode == payment.Embedded && (s.Intent == "" || s.ClientSecret == "" || s.PublicKey != simPublic || s.RedirectURL != "" || s.Session != ""):
		return "the form cannot be opened"
	case s.Location != "":
		return "Stripe has no locations"
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
	b.hooks = append(b.hooks, gatewaytest.Delivery{Header: header.Clone(), Body: bytes.Clone(body), At: b.clock.Now()})
	return http.StatusOK, nil
}

func (b *bed) deliveries() []gatewaytest.Delivery {
	b.advance(0)
	hooks := b.hooks
	b.hooks = nil
	return hooks
}

func (b *bed) lose(lost bool) {
	b.lost = lost
	b.setFaults(b.sim.Faults().API)
}

func (b *bed) setFaults(api stripesim.APIFaults) {
	faults := stripesim.Faults{API: api}
	if b.lost {
		faults.Webhooks.Drop = 1
	}
	b.must(b.sim.SetFaults(faults))
}

// RoundTrip is the way to the simulation, with the faults that are not the simulation's.
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
	if b.only && (r.Method == http.MethodGet || b.submits && !strings.HasPrefix(r.URL.Path, "/v1/disputes/")) {
		broken := b.sim.Faults()
		b.setFaults(stripesim.APIFaults{})
		defer func() { b.must(b.sim.SetFaults(broken)) }()
		return b.sim.Transport().RoundTrip(r)
	}
	switch b.fault { //nolint:exhaustive // the others are the simulation's
	case gatewaytest.Redirects:
		header := http.Header{"Location": {simURL + "/v1/elsewhere"}}
		return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: header, Body: http.NoBody, Request: r}, nil
	case gatewaytest.Denied:
		r.Header.Set("Authorization", "Bearer sk_test_revoked")
	}
	res, err := b.sim.Transport().RoundTrip(r)
	if err != nil || b.fault != gatewaytest.NovelWord {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"succeeded"`), []byte(`"exalted"`))))
	return res, res.Request.Context().Err()
}

// broken is what of a fault is the simulation's.
var broken = map[gatewaytest.Fault]stripesim.APIFaults{
	gatewaytest.Down:          {Down: true},
	gatewaytest.Busy:          {ErrorRate: 1, Status: http.StatusTooManyRequests},
	gatewaytest.InUse:         {ErrorRate: 1, Status: http.StatusConflict},
	gatewaytest.ErrorBefore:   {ErrorRate: 1},
	gatewaytest.ErrorAfter:    {ErrorAfter: 1},
	gatewaytest.KeptError:     {ErrorAfter: 1, Status: http.StatusInternalServerError},
	gatewaytest.TimeoutBefore: {TimeoutBefore: 1},
	gatewaytest.TimeoutAfter:  {TimeoutAfter: 1},
	gatewaytest.CutReply:      {CutJSON: 1},
	gatewaytest.HugeReply:     {Huge: 1},
	gatewaytest.Denied:        {}, gatewaytest.Redirects: {}, gatewaytest.NovelWord: {},
}

func (b *bed) breakIt(f gatewaytest.Fault) {
	b.fault, b.only, b.submits = f, false, false
	b.setFaults(broken[f])
}

// post is a browser's request: not through the adapter, and never broken.
func (b *bed) post(target string, fields ...string) (status int, body []byte) {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(form.Encode()))
	b.must(err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if strings.HasPrefix(r.URL.Path, "/v1/refunds") {
		r.Header.Set("Authorization", "Bearer "+simKey)
	}
	res, err := b.sim.Transport().RoundTrip(r)
	b.must(err)
	defer func() { b.must(res.Body.Close()) }()
	body, err = io.ReadAll(res.Body)
	b.must(err)
	return res.StatusCode, body
}

// cards are Stripe's test cards and accounts. https://docs.stripe.com/testing
var cards = map[gatewaytest.Card]string{
	gatewaytest.Pays: "4242424242424242", gatewaytest.Declined: "4000000000000002", gatewaytest.Authenticates: "4000002500003155",
	gatewaytest.SlowRefund: "4000000000007726", gatewaytest.Disputes: "4000000000000259", gatewaytest.Warned: "4000000000005423",
	gatewaytest.Inquires: "4000000000001976",
	gatewaytest.Slow:     "AT611904300234573201", gatewaytest.SlowFails: "AT861904300235473202",
}

// pay is the shopper's try. At Stripe the browser alone takes the money: there is nothing to bring to the shop.
func (b *bed) pay(s payment.Started, with gatewaytest.Card) (token string, agreed bool) {
	b.t.Helper()
	slow := strings.HasPrefix(cards[with], "AT")
	if s.RedirectURL != "" {
		field := "card"
		if slow {
			field = "iban"
		}
		status, _ := b.post(s.RedirectURL, "action", "pay", field, cards[with])
		return "", status == http.StatusSeeOther
	}
	method, field := "card", "[number]"
	if slow {
		method, field = "sepa_debit", "[iban]"
	}
	status, _ := b.post(simURL+"/v1/payment_intents/"+s.Intent+"/confirm", "key", s.PublicKey, "client_secret", s.ClientSecret,
		"payment_method_data[type]", method, "payment_method_data["+method+"]"+field, cards[with], "return_url", "https://shop.test/back")
	return "", status == http.StatusOK
}

func (b *bed) prove(s payment.Started, passed bool) (token string, agreed bool) {
	b.t.Helper()
	action := map[bool]string{true: "complete", false: "fail"}[passed]
	target := s.RedirectURL + "/authenticate"
	if s.RedirectURL == "" {
		target = b.actionURL(s)
	}
	status, _ := b.post(target, "action", action)
	return "", status == http.StatusSeeOther
}

// actionURL is where the form in the browser sends the shopper.
func (b *bed) actionURL(s payment.Started) string {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, simURL+"/v1/payment_intents/"+s.Intent+"?"+
		url.Values{"key": {s.PublicKey}, "client_secret": {s.ClientSecret}}.Encode(), http.NoBody)
	b.must(err)
	res, err := b.sim.Transport().RoundTrip(r)
	b.must(err)
	defer func() { b.must(res.Body.Close()) }()
	var pi struct {
		NextAction struct {
			Redirect struct{ URL string } `json:"redirect_to_url"`
		} `json:"next_action"`
	}
	b.must(json.NewDecoder(res.Body).Decode(&pi))
	if pi.NextAction.Redirect.URL == "" {
		return simURL + "/authenticate/over"
	}
	return pi.NextAction.Redirect.URL
}

func (b *bed) refundThem(intent string, minor int64) {
	b.t.Helper()
	if status, body := b.post(simURL+"/v1/refunds", "payment_intent", intent, "amount", strconv.FormatInt(minor, 10)); status != http.StatusOK {
		b.t.Fatalf("%d %s", status, body)
	}
}

func (b *bed) book(order string) gatewaytest.Book {
	out := gatewaytest.Book{Captured: "0", Refunded: "0", Held: "0", Fees: "0", Withdrawn: "0"}
	for _, have := range b.sim.Books() {
		if have.Reference == order {
			// Stripe's books count hundredths, but for these. https://docs.stripe.com/currencies
			unit := map[string]string{"JPY": "", "KWD": "e-3"}
			places, special := unit[have.Currency]
			if !special {
				places = "e-2"
			}
			money := func(n int64) string { return strconv.FormatInt(n, 10) + places }
			out = gatewaytest.Book{Captured: money(have.Captured), Refunded: money(have.Refunded + have.RefundsPending), Held: money(have.Authorized),
				Fees: money(have.Fees), Withdrawn: money(have.Disputed), Chargeable: have.Chargeable}
		}
	}
	return out
}

func sign(body []byte, at time.Time, by gatewaytest.Secret) gatewaytest.Delivery {
	secret := map[gatewaytest.Secret]string{gatewaytest.Current: secretNew, gatewaytest.Previous: secretOld, gatewaytest.Forger: secretFake}[by]
	value, _, _ := strings.Cut(stripesim.Signature(at, body, secret), ",v0=")
	return gatewaytest.Delivery{Header: http.Header{"Stripe-Signature": {value}}, Body: body}
}

// forgeries are what a stranger could sign, who has no secret of ours.
func forgeries(now func() time.Time) map[string]func([]byte) gatewaytest.Delivery {
	signed := func(header func(at time.Time, body []byte) string) func([]byte) gatewaytest.Delivery {
		return func(body []byte) gatewaytest.Delivery {
			return gatewaytest.Delivery{Header: http.Header{"Stripe-Signature": {header(now(), body)}}, Body: body}
		}
	}
	with := func(secret string) func(time.Time, []byte) string {
		return func(at time.Time, body []byte) string { return stripesim.Signature(at, body, secret) }
	}
	return map[string]func([]byte) gatewaytest.Delivery{
		"an empty secret":                     signed(with("")),
		"the secret's prefix":                 signed(with("whsec_")),
		"a part of a secret":                  signed(with(secretNew[:len(secretNew)-1])),
		"the publishable key":                 signed(with(simPublic)),
		"no v1, only the scheme of test mode": signed(func(at time.Time, body []byte) string { return stripesim.Signature(at, body) }),
		"a signature of the body without the time": signed(func(at time.Time, body []byte) string {
			mac := hmac.New(sha256.New, []byte(secretNew))
			mac.Write(body)
			return "t=" + strconv.FormatInt(at.Unix(), 10) + ",v1=" + hex.EncodeToString(mac.Sum(nil))
		}),
	}
}

func (b *bed) alter(body []byte, to gatewaytest.Change) []byte {
	b.t.Helper()
	var event map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	b.must(decoder.Decode(&event))
	switch to {
	case gatewaytest.OtherMode:
		event["livemode"] = true
	case gatewaytest.OtherAccount:
		event["account"] = "acct_1Other"
	case gatewaytest.OtherVersion:
		event["api_version"] = "2025-07-30.basil"
	case gatewaytest.OtherType:
		event["type"], event["data"] = "treasury.dance.begun", map[string]any{"object": map[string]any{"amount": "lots"}}
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
			id, err := b.sim.DisputePart(p.Charge, "fraudulent", minor)
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
