package shoptest

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stripe/stripe-go/v76/webhook"

	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/eventfile"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
)

// The secrets with which webhooks are signed.
const (
	secretCurrent  = "whsec_of_a_test_current_00000001"
	secretPrevious = "whsec_of_a_test_previous_0000002"
	secretOther    = "whsec_of_somebody_else_000000003"
)

// verify is the adapter's own check.
func (s *Shop) verify() hook.Verify {
	v, err := stripegw.NewVerifier(stripegw.VerifierConfig{Secrets: []string{secretCurrent, secretPrevious}, Now: s.Now})
	if err != nil {
		s.Fatal(err)
	}
	return func(_ context.Context, raw []byte, header func(string) string) (payment.Event, error) {
		return v.Verify(raw, header("Stripe-Signature"))
	}
}

// Webhook reads an event of events/receivestripe, puts ids and the time into its body, and signs it as its header asks:
// T_… are times, V1_… signatures, as events/README.md says.
func (s *Shop) Webhook(t testing.TB, name string, replace ...string) apigw.Request {
	t.Helper()
	text := eventfile.Text(t, "receivestripe", name, replace...)
	req := eventfile.Request(t, "receivestripe", name, replace...)
	now := s.Now()
	if strings.Contains(text, "UNIX_NOW") {
		req.Body = strings.ReplaceAll(req.Body, "UNIX_NOW", strconv.FormatInt(now.Unix(), 10))
	}
	raw := []byte(req.Body)
	if req.IsBase64Encoded {
		// The file holds it readable: what cannot be written in base64 before it is known is encoded here.
		req.Body = base64.StdEncoding.EncodeToString(raw)
	}
	for header, value := range req.Headers {
		req.Headers[header] = sign(value, raw, now)
	}
	return req
}

// sign replaces the words of a signature header.
func sign(header string, raw []byte, now time.Time) string {
	at := now
	for word, off := range map[string]time.Duration{
		"T_301_S_AGO": -301 * time.Second, "T_299_S_AGO": -299 * time.Second, "T_299_S_AHEAD": 299 * time.Second,
		"T_301_S_AHEAD": 301 * time.Second, "T_NOW": 0,
	} {
		if strings.Contains(header, word) {
			at = now.Add(off)
			header = strings.ReplaceAll(header, word, fmt.Sprint(at.Unix()))
		}
	}
	if len(raw) > 0 {
		header = strings.ReplaceAll(header, "V1_OF_A_BYTE_LESS", hex.EncodeToString(webhook.ComputeSignature(at, raw[:len(raw)-1], secretCurrent)))
	}
	for word, secret := range map[string]string{
		"V1_RIGHT": secretCurrent, "V1_OF_THE_PREVIOUS_SECRET": secretPrevious, "V1_OF_ANOTHER_SECRET": secretOther,
	} {
		header = strings.ReplaceAll(header, word, hex.EncodeToString(webhook.ComputeSignature(at, raw, secret)))
	}
	return header
}
