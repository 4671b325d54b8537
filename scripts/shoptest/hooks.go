package shoptest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/paypalsim"
	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/eventfile"
	"till/shared/gateway/paypalgw"
	"till/shared/gateway/squaregw"
	"till/shared/inbox"
	"till/shared/payment"
)

// What Square signs with, and for which address.
const (
	squareURL      = "https://api.shop.example/webhooks/square"
	squareMerchant = "MLSHOP"
	squareCurrent  = "signature-key-of-a-test-current-1"
	squarePrevious = "signature-key-of-a-test-previous-2"
	squareOther    = "signature-key-of-somebody-else-3"
)

// The webhooks for which PayPal signs.
const (
	paypalCurrent  = "WH-CURRENT-0001"
	paypalPrevious = "WH-PREVIOUS-0002"
	paypalOther    = "WH-OTHER-0003"
)

// squareVerify is the adapter's own check.
func (s *Shop) squareVerify() hook.Verify {
	v, err := squaregw.NewVerifier(squaregw.VerifierConfig{Keys: []string{squareCurrent, squarePrevious}, URL: squareURL, MerchantID: squareMerchant})
	if err != nil {
		s.Fatal(err)
	}
	return func(_ context.Context, raw []byte, header func(string) string) (payment.Event, error) {
		return v.Verify(raw, header)
	}
}

// paypalVerify is the adapter's own check, with certificates of an authority of this process.
func (s *Shop) paypalVerify() hook.Verify {
	return func(ctx context.Context, raw []byte, header func(string) string) (payment.Event, error) {
		authority := s.authority()
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(authority.RootPEM())
		v, err := paypalgw.NewVerifier(paypalgw.VerifierConfig{
			WebhookIDs: []string{paypalCurrent, paypalPrevious}, Now: s.Now, Roots: roots, Transport: certificate(authority.ChainPEM()),
		})
		if err != nil {
			s.Fatal(err)
		}
		return v.Verify(ctx, raw, header)
	}
}

func (s *Shop) authority() *paypalsim.Authority {
	a, err := paypalsim.Shared()
	if err != nil {
		s.Fatal(err)
	}
	return a
}

// certificate is what is served wherever one is asked for.
type certificate string

// RoundTrip is http.RoundTripper's.
func (c certificate) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
		Body: io.NopCloser(strings.NewReader(string(c))), Request: r}, nil
}

// Hook reads an event of a gateway from events/FUNCTION and signs it as its headers ask, as events/README.md says. PADDING becomes
// text that makes it too long.
func (s *Shop) Hook(t testing.TB, function, name string, replace ...string) apigw.Request {
	t.Helper()
	if strings.Contains(eventfile.Text(t, function, name, replace...), "PADDING") {
		replace = append(replace, "PADDING", strings.Repeat("x", 256<<10))
	}
	if function == "receivestripe" {
		return s.Webhook(t, name, replace...)
	}
	req := eventfile.Request(t, function, name, replace...)
	raw := []byte(req.Body)
	if req.IsBase64Encoded {
		req.Body = base64.StdEncoding.EncodeToString(raw)
	}
	times := s.times(req.Headers)
	for header, value := range req.Headers {
		switch {
		case strings.HasPrefix(value, "HMAC_"):
			req.Headers[header] = squareSignature(value, raw)
		case strings.HasPrefix(value, "SIG_"):
			req.Headers[header] = s.paypalSignature(value, req.Headers, times, raw)
		}
	}
	return req
}

// times puts times into headers, and gives the one that was asked for; now, if none was.
func (s *Shop) times(headers map[string]string) time.Time {
	at := s.Now()
	for header, value := range headers {
		for word, off := range map[string]time.Duration{"RFC3339_NOW": 0, "RFC3339_72_H_AGO": -72 * time.Hour, "RFC3339_74_H_AGO": -74 * time.Hour,
			"RFC3339_4_MINUTES_AHEAD": 4 * time.Minute, "RFC3339_6_MINUTES_AHEAD": 6 * time.Minute} {
			if value == word {
				at = s.Now().Add(off)
				headers[header] = at.Format(time.RFC3339)
			}
		}
	}
	return at
}

// squareSignature is what a word stands for.
func squareSignature(word string, raw []byte) string {
	key, address := squareCurrent, squareURL
	switch word {
	case "HMAC_OF_THE_PREVIOUS_KEY":
		key = squarePrevious
	case "HMAC_OF_ANOTHER_KEY":
		key = squareOther
	case "HMAC_OF_ANOTHER_ADDRESS":
		address += "/"
	case "HMAC_OF_A_BYTE_LESS":
		raw = raw[:len(raw)-1]
	}
	mac := hmac.New(sha256.New, []byte(key))
	_, _ = mac.Write(append([]byte(address), raw...))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// paypalSignature is what a word stands for.
func (s *Shop) paypalSignature(word string, headers map[string]string, at time.Time, raw []byte) string {
	webhook, id := paypalCurrent, ""
	for name, value := range headers {
		if strings.EqualFold(name, paypalgw.HeaderID) {
			id = value
		}
	}
	switch word {
	case "SIG_OF_THE_PREVIOUS_WEBHOOK":
		webhook = paypalPrevious
	case "SIG_OF_ANOTHER_WEBHOOK":
		webhook = paypalOther
	case "SIG_OF_THE_SIMULATOR":
		webhook = "WEBHOOK_ID"
	case "SIG_OF_A_BYTE_LESS":
		raw = raw[:len(raw)-1]
	}
	return s.authority().Sign("", id, webhook, at, raw).Get(paypalgw.HeaderSignature)
}

// HookRows tries each event of a gateway in a shop of its own. Those accepted are stored and queued, once each; those refused leave
// nothing. Every file of events/FUNCTION must be in one of the tables.
func HookRows(t *testing.T, function string, accepted, refused []Row) {
	t.Helper()
	eventfile.AllIn(t, function, Files(accepted, refused))
	for _, row := range append(slices.Clone(accepted), refused...) {
		t.Run(row.Name, func(t *testing.T) {
			s := New(t)
			resp := s.Try(row, s.Hook(t, function, row.File))
			stored, queued := s.Store.AllEvents(), s.Events.All()
			if row.Status != http.StatusOK {
				if len(stored)+len(queued) > 0 {
					t.Errorf("the inbox holds %v, the queue %v", stored, queued)
				}
				return
			}
			if resp.Body != `{"received":true}` || len(stored) != 1 || stored[0].State != inbox.Received {
				t.Fatalf("%s; the inbox holds %+v", resp.Body, stored)
			}
			if want := `{"v":1,"event":"` + stored[0].Event.Key() + `"}`; !slices.Equal(queued, []string{want}) {
				t.Errorf("the queue holds %v", queued)
			}
		})
	}
}
