package squaregw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/gatewaysim"
	"till/scripts/localcloud/squaresim"
	"till/shared/gateway/gatewaytest"
	"till/shared/gateway/squaregw"
	"till/shared/money"
	"till/shared/payment"
)

const (
	simURL     = "http://square.test/square"
	simToken   = "EAAA_contract_0123456789abcdef"
	simApp     = "sandbox-sq0idb-contract"
	simPlace   = "LCONTRACT"
	simShop    = "MCONTRACT"
	hookURL    = "http://till.test/webhooks/square"
	secretNew  = "contract_current_012345"
	secretOld  = "contract_previous_01234"
	secretFake = "contract_forgers_012345"
)

func TestContract(t *testing.T) {
	gatewaytest.Run(t, func(t *testing.T) *gatewaytest.Harness { return open(t, "EUR") })
}

// bed is a simulated Square with the adapter on one side and a shopper on the other.
type bed struct {
	noFiles  bool // No file is taken.
	t        *testing.T
	sim      *squaresim.Sim
	clock    *clock.Clock
	currency money.Currency
	hooks    []gatewaytest.Delivery
	fault    gatewaytest.Fault
	only     bool                // The fault is for calls that change something.
	submits  bool                // Of those, for the one alone that submits evidence.
	before   func(*http.Request) // What others do before a call arrives.
	banks    map[string]string   // Pay page or order to the bank's page that waits for the shopper.
	tokens   map[string]string   // Order to the token that waits along.
}

func open(t *testing.T, currency money.Currency) *gatewaytest.Harness {
	t.Helper()
	return newBed(t, currency).harness()
}

func (b *bed) harness() *gatewaytest.Harness {
	b.t.Helper()
	t, currency := b.t, b.currency
	gateway, err := squaregw.New(squaregw.Config{AccessToken: simToken, ApplicationID: simApp, LocationID: simPlace, MerchantID: simShop, Currency: currency,
		BaseURL: simURL, Transport: b})
	b.must(err)
	verifier, err := squaregw.NewVerifier(squaregw.VerifierConfig{Keys: []string{secretNew, secretOld}, URL: hookURL, MerchantID: simShop})
	b.must(err)
	return &gatewaytest.Harness{
		Gateway: gateway, Now: b.clock.Now, Advance: b.advance,
		In: func(other money.Currency) *gatewaytest.Harness {
			if other != "JPY" {
				return open(t, "EUR") // Square has no accounts in others of the contract.
			}
			return open(t, other)
		},
		Started: started, Looks: true, Tells: true, Whole: true, Names: true, Tokens: []payment.Mode{payment.Embedded},
		ManyRefunds: 130,
		Cards:       []gatewaytest.Card{gatewaytest.Pays, gatewaytest.Declined, gatewaytest.Authenticates, gatewaytest.SlowRefund, gatewaytest.Disputes},
		Pay:         b.pay, Prove: b.prove,
		Faults: faults, Break: b.breakIt, BreakOnly: func(f gatewaytest.Fault) { b.breakIt(f); b.only = true },
		Book:       func(order string) gatewaytest.Book { return b.book(order, currency) },
		RefundThem: b.refundThem, RefundFail: func(ref string) { b.must(b.sim.SettleRefund(ref, "failed")) },
		Decide:   func(id string, won bool) { b.must(b.sim.CloseDispute(id, won)) },
		Complain: b.complain, Filed: b.filed, BreakSubmit: func(f gatewaytest.Fault) { b.breakIt(f); b.only, b.submits = true, true }, NoFiles: func() { b.noFiles = true },
		Deliveries: b.deliveries, Lose: b.lose,
		Verify: func(d gatewaytest.Delivery) (payment.Event, error) {
			return verifier.Verify(d.Body, func(name string) string {
				if name == squaregw.EnvironmentHeader { // Not signed: see TestEventsOfTheOtherEnvironment.
					return "Sandbox"
				}
				return d.Header.Get(name)
			})
		},
		Sign: sign, Signers: []gatewaytest.Secret{gatewaytest.Current, gatewaytest.Previous}, Forge: forgeries,
		Changes: []gatewaytest.Change{gatewaytest.OtherAccount, gatewaytest.OtherType}, Alter: b.alter,
	}
}

func newBed(t *testing.T, currency money.Currency) *bed {
	t.Helper()
	b := &bed{t: t, currency: currency, clock: clock.New(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), clock.Inline{}), banks: map[string]string{}, tokens: map[string]string{}}
	sim, err := squaresim.New(squaresim.Config{BaseURL: simURL, AccessToken: simToken, ApplicationID: simApp, LocationID: simPlace, MerchantID: simShop,
		Currency: string(currency), Clock: gatewaysim.ClockOf(b.clock), Random: new(gatewaytest.Dice), Deliver: b.deliver})
	b.must(err)
	b.sim = sim
	_, _, err = sim.AddEndpoint(hookURL, secretNew, squaregw.EventTypes()...)
	b.must(err)
	return b
}

func (b *bed) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bed) advance(d time.Duration) { b.must(b.clock.Advance(d)) }

func (b *bed) deliver(_ string, header http.Header, body []byte) (int, error) {
	signed := http.Header{squaregw.SignatureHeader: header[squaregw.SignatureHeader]}
	b.hooks = append(b.hooks, gatewaytest.Delivery{Header: signed, Body: bytes.Clone(body), At: b.clock.Now()})
	return http.StatusOK, nil
}

func (b *bed) deliveries() []gatewaytest.Delivery {
	b.advance(0)
	hooks := b.hooks
	b.hooks = nil
	return hooks
}

func (b *bed) lose(all bool) {
	faults := b.sim.Faults()
	faults.Webhooks.Drop = map[bool]squaresim.Rate{true: 1}[all]
	b.must(b.sim.SetFaults(faults))
}

// reads are the posts that only ask.
var reads = []string{"/v2/orders/search", "/v2/events"}

// RoundTrip is the way to the simulation, with the faults that are not Square's.
func (b *bed) RoundTrip(r *http.Request) (*http.Response, error) {
	if b.noFiles && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		body, err := io.ReadAll(r.Body)
		b.must(err)
		if bytes.Contains(body, []byte(`filename="ans_`)) {
			return &http.Response{StatusCode: http.StatusBadRequest, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if b.before != nil {
		b.before(r)
	}
	asks := r.Method == http.MethodGet
	for _, path := range reads {
		asks = asks || strings.HasSuffix(r.URL.Path, path)
	}
	if b.only && (asks || b.submits && !strings.HasSuffix(r.URL.Path, "/submit-evidence")) {
		broken := b.sim.Faults()
		b.must(b.sim.SetFaults(squaresim.Faults{}))
		defer func() { b.must(b.sim.SetFaults(broken)) }()
		return b.sim.Transport().RoundTrip(r)
	}
	switch b.fault {
	case gatewaytest.Redirects:
		header := http.Header{"Location": {simURL + "/v2/elsewhere"}}
		return &http.Response{StatusCode: http.StatusTemporaryRedirect, Header: header, Body: http.NoBody, Request: r}, nil
	case gatewaytest.Denied:
		r = r.Clone(r.Context())
		r.Header.Set("Authorization", "Bearer of bad news")
	default:
	}
	res, err := b.sim.Transport().RoundTrip(r)
	if err != nil || b.fault != gatewaytest.NovelWord {
		return res, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"COMPLETED"`), []byte(`"EXALTED"`))))
	return res, nil
}

var faults = []gatewaytest.Fault{gatewaytest.Down, gatewaytest.Busy, gatewaytest.Denied, gatewaytest.InUse, gatewaytest.ErrorBefore, gatewaytest.ErrorAfter,
	gatewaytest.TimeoutBefore, gatewaytest.TimeoutAfter, gatewaytest.CutReply, gatewaytest.HugeReply, gatewaytest.Redirects, gatewaytest.NovelWord}

func (b *bed) breakIt(f gatewaytest.Fault) {
	faults := map[gatewaytest.Fault]squaresim.APIFaults{
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
	b.must(b.sim.SetFaults(squaresim.Faults{API: faults[f]}))
}

// page is an answer to a browser, whose body was read.
type page struct {
	status   int
	location string
}

// send is a browser's request: not through the adapter, and never broken.
func (b *bed) send(target, kind string, body string) (page, []byte) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, target, strings.NewReader(body))
	b.must(err)
	r.Header.Set("Content-Type", kind)
	res, err := b.sim.Transport().RoundTrip(r)
	b.must(err)
	defer func() { b.must(res.Body.Close()) }()
	raw, err := io.ReadAll(res.Body)
	b.must(err)
	return page{res.StatusCode, res.Header.Get("Location")}, raw
}

func (b *bed) post(target string, fields ...string) page {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, _ := b.send(target, "application/x-www-form-urlencoded", form.Encode())
	return res
}

// cards are the simulated gateways' own.
var cards = map[gatewaytest.Card]string{
	gatewaytest.Pays: "4242424242424242", gatewaytest.Declined: "4000000000000002", gatewaytest.Authenticates: "4000002500003155",
	gatewaytest.SlowRefund: "4000000000007726", gatewaytest.Disputes: "4000000000000259",
}

// token is the call that the form in the browser makes.
func (b *bed) token(s payment.Started, number string) (token, bank string) {
	b.t.Helper()
	res, body := b.send(simURL+"/v2/card-nonce", "application/json", fmt.Sprintf(
		`{"client_id":%q,"location_id":%q,"card_data":{"number":%q,"exp_month":12,"exp_year":2030,"cvv":"123"}}`, s.PublicKey, s.Location, number))
	var made struct {
		Nonce string `json:"card_nonce"`
		Bank  string `json:"verification_url"`
	}
	if res.status != http.StatusOK || json.Unmarshal(body, &made) != nil || made.Nonce == "" {
		b.t.Fatalf("no token: %d %s", res.status, body)
	}
	return made.Nonce, made.Bank
}

func (b *bed) pay(s payment.Started, with gatewaytest.Card) (string, bool) {
	b.t.Helper()
	if s.RedirectURL == "" {
		token, bank := b.token(s, cards[with])
		if bank == "" {
			return token, true
		}
		b.banks[s.Intent], b.tokens[s.Intent] = bank, token
		return "", true
	}
	res := b.post(s.RedirectURL, "action", "pay", "card", cards[with])
	if next := res.location; strings.Contains(next, "/authenticate/") {
		b.banks[s.Intent] = next
	}
	return "", res.status == http.StatusSeeOther
}

func (b *bed) prove(s payment.Started, passed bool) (string, bool) {
	b.t.Helper()
	res := b.post(b.banks[s.Intent], "action", map[bool]string{true: "complete", false: "fail"}[passed])
	return b.tokens[s.Intent], res.status < 400
}

func (b *bed) refundThem(intent string, minor int64) {
	b.t.Helper()
	_, err := b.sim.RefundThem(intent, minor)
	b.must(err)
}

func (b *bed) book(order string, currency money.Currency) gatewaytest.Book {
	out := gatewaytest.Book{Captured: "0", Refunded: "0", Held: "0", Fees: "0", Withdrawn: "0"}
	decimal := func(minor int64) string {
		if currency == "JPY" {
			return fmt.Sprint(minor)
		}
		return fmt.Sprintf("%d.%02d", minor/100, minor%100)
	}
	for _, have := range b.sim.Books() {
		if have.Reference == order {
			out = gatewaytest.Book{Captured: decimal(have.Captured), Refunded: decimal(have.Refunded + have.RefundsPending), Held: decimal(have.Authorized),
				Fees: decimal(have.Fees), Withdrawn: decimal(have.Disputed), Chargeable: have.Chargeable}
		}
	}
	return out
}

// started says what is wrong with what the browser gets.
func started(mode payment.Mode, s payment.Started) string {
	switch {
	case s.Intent == "" || s.ClientSecret != "":
		return "no order, or a secret that there is none"
	case mode == payment.Hosted && (s.Session == "" || s.PublicKey != "" || s.Location != "" || !strings.HasPrefix(s.RedirectURL, simURL+"/pay/")):
		return "not a page"
	case mode == payment.Embedded && (s.Session != "" || s.RedirectURL != "" || s.PublicKey != simApp || s.Location != simPlace):
		return "not what the form needs"
	}
	return ""
}

func signature(url string, body []byte, key string) gatewaytest.Delivery {
	return gatewaytest.Delivery{Header: http.Header{squaregw.SignatureHeader: {squaresim.Signature(url, body, key)}}, Body: body}
}

func sign(body []byte, _ time.Time, by gatewaytest.Secret) gatewaytest.Delivery {
	return signature(hookURL, body, map[gatewaytest.Secret]string{gatewaytest.Current: secretNew, gatewaytest.Previous: secretOld, gatewaytest.Forger: secretFake}[by])
}

var forgeries = map[string]func(body []byte) gatewaytest.Delivery{
	"with an empty key":           func(body []byte) gatewaytest.Delivery { return signature(hookURL, body, "") },
	"for another address":         func(body []byte) gatewaytest.Delivery { return signature(hookURL+"/", body, secretNew) },
	"for the address in capitals": func(body []byte) gatewaytest.Delivery { return signature(strings.ToUpper(hookURL), body, secretNew) },
	"of the body alone":           func(body []byte) gatewaytest.Delivery { return signature("", body, secretNew) },
	"of the body before the address": func(body []byte) gatewaytest.Delivery {
		return gatewaytest.Delivery{Header: signature(string(body), []byte(hookURL), secretNew).Header, Body: body}
	},
	"written in base64url": func(body []byte) gatewaytest.Delivery {
		d := signature(hookURL, body, secretNew)
		d.Header.Set(squaregw.SignatureHeader, strings.TrimRight(d.Header.Get(squaregw.SignatureHeader), "="))
		return d
	},
	"under the name of the older signature": func(body []byte) gatewaytest.Delivery {
		return gatewaytest.Delivery{Header: http.Header{"X-Square-Signature": {squaresim.Signature(hookURL, body, secretNew)}}, Body: body}
	},
}

func (b *bed) alter(body []byte, to gatewaytest.Change) []byte {
	b.t.Helper()
	var event map[string]any
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	b.must(decoder.Decode(&event))
	switch to {
	case gatewaytest.OtherAccount:
		event["merchant_id"] = "MOTHER"
	case gatewaytest.OtherType:
		event["type"], event["data"] = "bank.dance.begun", map[string]any{"object": map[string]any{"payment": "lots"}}
	default:
		b.t.Fatalf("no change %q", to)
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
			id, err := b.sim.DisputePart(p.Charge, "NO_KNOWLEDGE", minor)
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
