package paypalgw_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/paypalsim"
	"till/shared/fault"
	"till/shared/gateway/paypalgw"
	"till/shared/payment"
)

const certs = "https://certs.paypal.test/v1/notifications/certs/"

const signedBody = `{"id":"WH-1","event_version":"1.0","create_time":"2026-03-01T11:59:00.000Z","event_type":"PAYMENT.CAPTURE.COMPLETED","resource_version":"2.0",
	"resource":{"id":"3C679366HH908993F","custom_id":"ord_1/pay_1","amount":{"currency_code":"EUR","value":"19.99"},"supplementary_data":{"related_ids":{"order_id":"5O190127TN364715T"}}}}`

// certServer serves certificates, and counts how often it is asked.
type certServer struct {
	asked  int
	answer func(path string) (int, string, error)
}

func (s *certServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.asked++
	if s.asked > 0 && r.Method != http.MethodGet {
		return nil, errors.New("not a question")
	}
	status, body, err := s.answer(strings.TrimPrefix(r.URL.String(), certs))
	if err != nil {
		return nil, err
	}
	return response(r, status, body), nil
}

func authority(t testing.TB) *paypalsim.Authority {
	t.Helper()
	a, err := paypalsim.Shared()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newVerifier(t testing.TB, s *certServer, now func() time.Time) *paypalgw.Verifier {
	t.Helper()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority(t).RootPEM())
	v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: now, Roots: roots, CertURLs: []string{certs}, Transport: s})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func serve(chain string) *certServer {
	return &certServer{answer: func(string) (int, string, error) { return http.StatusOK, chain, nil }}
}

func atMoment() time.Time { return moment }

// signedBy is a delivery's headers, by an authority, with its certificate at a name.
func signedBy(t testing.TB, a *paypalsim.Authority, cert string, at time.Time) http.Header {
	t.Helper()
	return a.Sign(certs+cert, "69cd13f0-d67a-11e5-baa3-778b53f4ae55", webhookNew, at, []byte(signedBody))
}

func TestVerify(t *testing.T) {
	v := newVerifier(t, serve(string(authority(t).ChainPEM())), atMoment)
	e, err := v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), "CERT-1", moment).Get)
	e.BodySHA256 = ""
	want := payment.Event{Gateway: "paypal", ID: "WH-1", Type: "PAYMENT.CAPTURE.COMPLETED", Subject: payment.AboutPayment, Object: "3C679366HH908993F",
		Order: "ord_1", Attempt: "pay_1", Intent: "5O190127TN364715T", Amount: 1999, Currency: "EUR", APIVersion: "2.0",
		Created: time.Date(2026, 3, 1, 11, 59, 0, 0, time.UTC)}
	if err != nil || e != want {
		t.Errorf("got %+v, %v; want %+v", e, err, want)
	}
}

// TestLiveAMockEventOfPayPalsIsRefusedAndInTheSandboxItIsAboutNothing holds the one signature that anybody may have made.
func TestLiveAMockEventOfPayPalsIsRefusedAndInTheSandboxItIsAboutNothing(t *testing.T) {
	header := authority(t).Sign(certs+"CERT-1", "69cd13f0-d67a-11e5-baa3-778b53f4ae55", "WEBHOOK_ID", moment, []byte(signedBody))
	e, err := newVerifier(t, serve(string(authority(t).ChainPEM())), atMoment).Verify(t.Context(), []byte(signedBody), header.Get)
	e.BodySHA256 = ""
	want := payment.Event{Gateway: "paypal", ID: "MOCK-WH-1", Type: "PAYMENT.CAPTURE.COMPLETED", Subject: payment.AboutOther, APIVersion: "2.0",
		Created: time.Date(2026, 3, 1, 11, 59, 0, 0, time.UTC)}
	if err != nil || e != want {
		t.Errorf("got %+v, %v; want %+v", e, err, want)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority(t).RootPEM())
	for _, how := range []struct {
		id   string
		want string
	}{{"WEBHOOK_ID", "signature_invalid"}, {webhookNew, ""}} {
		v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, WantLive: true, Now: atMoment, Roots: roots, CertURLs: []string{certs},
			CertName: paypalsim.CertName, Transport: serve(string(authority(t).ChainPEM()))})
		if err != nil {
			t.Fatal(err)
		}
		header := authority(t).Sign(certs+"CERT-1", "69cd13f0-d67a-11e5-baa3-778b53f4ae55", how.id, moment, []byte(signedBody))
		if _, err = v.Verify(t.Context(), []byte(signedBody), header.Get); fault.Code(err) != how.want {
			t.Errorf("live, signed for %s: %v", how.id, err)
		}
	}
}

// selfSigned makes a chain of one, which is its own root.
func selfSigned(t *testing.T, change func(*x509.Certificate), bits int) (chain string, roots *x509.CertPool) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: paypalsim.CertName}, DNSNames: []string{paypalsim.CertName},
		NotBefore: moment.Add(-time.Hour), NotAfter: moment.Add(time.Hour)}
	change(c)
	der, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM(text)
	return string(text), roots
}

func TestCertificatesThatAreNotTaken(t *testing.T) {
	tests := []struct {
		name   string
		change func(*x509.Certificate)
		bits   int
	}{
		{"of another name", func(c *x509.Certificate) { c.DNSNames = []string{"messageverificationcerts.paypal.com.forger.test"} }, 2048},
		{"with the name as common name only", func(c *x509.Certificate) { c.DNSNames = nil }, 2048},
		{"that has run out", func(c *x509.Certificate) { c.NotAfter = moment.Add(-time.Second) }, 2048},
		{"of the future", func(c *x509.Certificate) { c.NotBefore = moment.Add(time.Second) }, 2048},
		{"of a key that is too short", func(*x509.Certificate) {}, 1024},
		{"of an authority", func(c *x509.Certificate) { c.IsCA, c.BasicConstraintsValid = true, true }, 2048},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			chain, roots := selfSigned(t, tt.change, tt.bits)
			v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, Roots: roots, CertURLs: []string{certs}, Transport: serve(chain)})
			if err != nil {
				t.Fatal(err)
			}
			_, err = v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), "CERT-1", moment).Get)
			check(t, err, fault.Unreadable, "signature_invalid")
		})
	}
}

func TestWhatIsServedInsteadOfACertificate(t *testing.T) {
	good := string(authority(t).ChainPEM())
	key := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
	tests := []struct {
		name   string
		status int
		body   string
		err    error
		kind   fault.Kind
	}{
		{"nothing", 200, "", nil, fault.Unreadable},
		{"a page", 200, "<html>", nil, fault.Unreadable},
		{"a key", 200, key, nil, fault.Unreadable},
		{"a certificate that cannot be read", 200, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", nil, fault.Unreadable},
		{"more than 64 KiB", 200, good + strings.Repeat("\n", 64<<10), nil, fault.Unreadable},
		{"twenty blocks before it", 200, strings.Repeat(key, 20) + good, nil, fault.Unreadable},
		{"not found", 404, good, nil, fault.Unreadable},
		{"a redirect", 302, good, nil, fault.Unreadable},
		{"a failure of PayPal's", 503, good, nil, fault.Unavailable},
		{"too many requests", 429, good, nil, fault.Unavailable},
		{"a conflict", 409, good, nil, fault.Unavailable},
		{"no answer", 0, "", errors.New("reset by " + quote), fault.Unavailable},
		{"it, after a key", 200, key + good, nil, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newVerifier(t, &certServer{answer: func(string) (int, string, error) { return tt.status, tt.body, tt.err }}, atMoment)
			_, err := v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), "CERT-1", moment).Get)
			if tt.kind < 0 {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			check(t, err, tt.kind, map[fault.Kind]string{fault.Unreadable: "signature_invalid", fault.Unavailable: "dependency_unavailable"}[tt.kind])
		})
	}
}

func TestCertificatesAreKeptForADay(t *testing.T) {
	s, now := serve(string(authority(t).ChainPEM())), moment
	v := newVerifier(t, s, func() time.Time { return now })
	verify := func(cert string, want int) {
		t.Helper()
		if _, err := v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), cert, now).Get); err != nil {
			t.Error(err)
		}
		if s.asked != want {
			t.Errorf("the certificate was fetched %d times, want %d", s.asked, want)
		}
	}
	for range 100 {
		verify("CERT-1", 1)
	}
	now = now.Add(24*time.Hour - time.Second)
	verify("CERT-1", 1)
	now = now.Add(time.Second)
	verify("CERT-1", 2)
	for i := range 100 { // More than are kept, all good: none of them is refused.
		verify("CERT-2"+strconv.Itoa(i), 3+i)
	}
}

// TestAnAnswerThatWasSpoiledIsForgottenInAMinute: the next delivery is believed, and meanwhile PayPal is not asked for each.
func TestAnAnswerThatWasSpoiledIsForgottenInAMinute(t *testing.T) {
	whole := string(authority(t).ChainPEM())
	for _, spoiled := range []string{whole[:len(whole)/2], whole + strings.Repeat(" ", 64<<10)} {
		comesSpoiled(t, spoiled, whole)
	}
}

// comesSpoiled is a certificate that comes so, and whole a minute later.
func comesSpoiled(t *testing.T, spoiled, whole string) {
	t.Helper()
	now, s := moment, serve(spoiled)
	v := newVerifier(t, s, func() time.Time { return now })
	verify := func() error {
		_, err := v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), "CERT-1", now).Get)
		return err
	}
	for range 20 {
		check(t, verify(), fault.Unreadable, "signature_invalid")
	}
	if s.asked != 1 {
		t.Errorf("the spoiled certificate was fetched %d times", s.asked)
	}
	s.answer = func(string) (int, string, error) { return http.StatusOK, whole, nil }
	now = now.Add(time.Minute)
	if err := verify(); err != nil || s.asked != 2 {
		t.Errorf("a minute later: %v, after %d fetches", err, s.asked)
	}
}

func TestAddressesThatStrangersMakeUpCostLittle(t *testing.T) {
	now := moment
	s := &certServer{answer: func(name string) (int, string, error) {
		if name == "CERT-1" {
			return http.StatusOK, string(authority(t).ChainPEM()), nil
		}
		return http.StatusNotFound, "", nil
	}}
	v := newVerifier(t, s, func() time.Time { return now })
	header := signedBy(t, authority(t), "CERT-1", now)
	verify := func(cert string) error {
		header.Set(paypalgw.HeaderCert, certs+cert)
		_, err := v.Verify(t.Context(), []byte(signedBody), header.Get)
		return err
	}
	if err := verify("CERT-1"); err != nil {
		t.Fatal(err)
	}
	for range 60 {
		for i := range 100 {
			check(t, verify("CERT-X"+strconv.Itoa(i)), fault.Unreadable, "signature_invalid")
		}
		if err := verify("CERT-1"); err != nil {
			t.Error(err)
		}
		now = now.Add(time.Second)
	}
	if s.asked > 30 {
		t.Errorf("within a minute certificates were fetched %d times", s.asked)
	}
	now = now.Add(11 * time.Minute)
	before := s.asked
	check(t, verify("CERT-X0"), fault.Unreadable, "signature_invalid")
	if s.asked != before+1 {
		t.Error("what was not there once is never looked for again")
	}
}

func TestNewVerifierRefusesWhatCannotWork(t *testing.T) {
	tests := []struct {
		name string
		c    paypalgw.VerifierConfig
		ok   bool
	}{
		{"a webhook in the sandbox", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment}, true},
		{"two while one is replaced", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew, webhookOld}, Now: atMoment, WantLive: true}, true},
		{"a local PayPal", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, CertURLs: []string{"http://localhost:8090/paypal/certs/"}}, true},
		{"no webhook", paypalgw.VerifierConfig{Now: atMoment}, false},
		{"an empty webhook id", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew, ""}, Now: atMoment}, false},
		{"the id that mock events are signed with", paypalgw.VerifierConfig{WebhookIDs: []string{"WEBHOOK_ID"}, Now: atMoment}, false},
		{"a webhook id with a bar", paypalgw.VerifierConfig{WebhookIDs: []string{"8PT597110X|87430L"}, Now: atMoment}, false},
		{"no clock", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}}, false},
		{"certificates without encryption for real money", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, WantLive: true, CertURLs: []string{"http://api.paypal.com/certs/"}}, false},
		{"certificates at a beginning of a name", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, CertURLs: []string{"https://api.paypal.com"}}, false},
		{"certificates nowhere", paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, CertURLs: []string{"paypal/"}}, false},
	}
	for _, tt := range tests {
		if _, err := paypalgw.NewVerifier(tt.c); tt.ok != (err == nil) || err != nil && fault.Code(err) != "config_invalid" {
			t.Errorf("%s: got %v", tt.name, err)
		}
	}
}

func TestCertificatesAreAtTheirPlaceOfTheAPI(t *testing.T) {
	for begin, ok := range map[string]bool{certs: true, "https://certs.paypal.test/": true, "https://certs.paypal.test/paypal/": false, "https://certs.paypal.test/v1/": false} {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(authority(t).RootPEM())
		v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, Roots: roots, CertURLs: []string{begin},
			Transport: serve(string(authority(t).ChainPEM()))})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := v.Verify(t.Context(), []byte(signedBody), signedBy(t, authority(t), "CERT-1", moment).Get); ok != (err == nil) {
			t.Errorf("%s: got %v", begin, err)
		}
	}
}

// TestOnlyPayPalsOwnHostsAreAsked holds the built-in list: of live and sandbox, each asks its own alone.
func TestOnlyPayPalsOwnHostsAreAsked(t *testing.T) {
	for _, live := range []bool{true, false} {
		s := &certServer{answer: func(string) (int, string, error) { return http.StatusServiceUnavailable, "", nil }}
		v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{WebhookIDs: []string{webhookNew}, Now: atMoment, WantLive: live, Transport: s})
		if err != nil {
			t.Fatal(err)
		}
		for host, its := range map[string]bool{"api.paypal.com": live, "api-m.paypal.com": live, "api.sandbox.paypal.com": !live, "api-m.sandbox.paypal.com": !live,
			"www.paypal.com": false, "paypal.com": false, "API.paypal.com": false, "api.paypal.com:443": false, "api.paypal.com.": false, "xapi.paypal.com": false} {
			header := signedBy(t, authority(t), "CERT-1", moment)
			header.Set(paypalgw.HeaderCert, "https://"+host+"/v1/notifications/certs/CERT-1")
			before := s.asked
			_, err := v.Verify(context.Background(), []byte(signedBody), header.Get)
			if asked := s.asked > before; asked != its || err == nil {
				t.Errorf("live %v, %s: asked %v, %v", live, host, asked, err)
			}
		}
	}
}
