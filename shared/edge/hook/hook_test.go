package hook_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/functions/webhook/receivepaypal"
	"till/functions/webhook/receivesquare"
	"till/functions/webhook/receivestripe"
	"till/shared/edge/apigw"
	"till/shared/edge/hook"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/payment"
	"till/shared/telemetry"
)

var noon = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

// bodyMax is the largest event that is read.
const bodyMax = 256 << 10

// bench is what a receiver is put between.
type bench struct {
	asked  []string // Bodies that were to be verified.
	header string   // What the verifier read of the header X-Mark.
	stored []inbox.Item
	queued []string

	noVerify, noPut, noSend error
	there                   *inbox.Item // What the inbox holds of the event already.

	log, metrics bytes.Buffer
}

func (b *bench) receiver() hook.Receiver {
	now := func() time.Time { return noon }
	return hook.Receiver{
		Verify: func(_ context.Context, raw []byte, header func(string) string) (payment.Event, error) {
			b.asked, b.header = append(b.asked, string(raw)), header("X-Mark")
			if b.noVerify != nil {
				return payment.Event{}, b.noVerify
			}
			return payment.Event{Gateway: "any", ID: "evt_1", Type: "a.type", Subject: payment.AboutPayment, Created: noon}, nil
		},
		Put: func(_ context.Context, i inbox.Item) (inbox.Item, bool, error) {
			switch {
			case b.noPut != nil:
				return inbox.Item{}, false, b.noPut
			case b.there != nil:
				return *b.there, false, nil
			}
			b.stored = append(b.stored, i)
			return inbox.Item{}, true, nil
		},
		Send: func(_ context.Context, body string) error {
			if b.noSend != nil {
				return b.noSend
			}
			if len(b.stored) == 0 && b.there == nil {
				return errors.New("queued before it is stored")
			}
			b.queued = append(b.queued, body)
			return nil
		},
		Now: now, Log: telemetry.Logger(&b.log, "dev", "hook", "debug"), Meter: telemetry.NewMetrics(&b.metrics, "dev", now),
	}
}

// deliver hands a request to a receiver of Stripe's.
func (b *bench) deliver(t *testing.T, req apigw.Request) (apigw.Response, error) {
	t.Helper()
	return receivestripe.New(b.receiver()).Handle(t.Context(), req)
}

func delivery(body string) apigw.Request {
	return apigw.Request{Body: body, Headers: map[string]string{"x-mark": "as it came"}}
}

const message = `{"v":1,"event":"any##evt_1"}`

func TestEachReceiverIsOfItsGateway(t *testing.T) {
	for name, of := range map[string]func(hook.Receiver) hook.Receiver{
		"stripe": receivestripe.New, "paypal": receivepaypal.New, "square": receivesquare.New,
	} {
		t.Run(name, func(t *testing.T) {
			b := &bench{}
			resp, err := of(b.receiver()).Handle(t.Context(), delivery("an event"))
			if err != nil || resp.StatusCode != http.StatusOK || resp.Body != `{"received":true}` {
				t.Fatalf("got %+v, %v", resp, err)
			}
			if b.asked[0] != "an event" || b.header != "as it came" || len(b.stored) != 1 || b.stored[0].Event.ID != "evt_1" || b.stored[0].State != inbox.Received {
				t.Errorf("verified %q with %q, stored %+v", b.asked, b.header, b.stored)
			}
			if !slices.Equal(b.queued, []string{message}) {
				t.Errorf("queued %q", b.queued)
			}
			if metrics := b.metrics.String(); !strings.Contains(metrics, `"`+name+`"`) || !strings.Contains(metrics, string(telemetry.WebhookReceived)) {
				t.Errorf("metrics %s", metrics)
			}
			if log := b.log.String(); !strings.Contains(log, `"code":"received"`) || !strings.Contains(log, `"event_id":"evt_1"`) {
				t.Errorf("log %s", log)
			}
			b = &bench{noVerify: fault.New(fault.Unreadable, "x", "signature_invalid", "")}
			if _, err := of(b.receiver()).Handle(t.Context(), delivery("a forgery")); fault.Code(err) != "signature_invalid" {
				t.Errorf("a forgery: %v", err)
			}
			if metrics := b.metrics.String(); !strings.Contains(metrics, `"`+name+`"`) || !strings.Contains(metrics, string(telemetry.WebhookRejected)) {
				t.Errorf("metrics %s", metrics)
			}
			if len(b.stored)+len(b.queued) > 0 {
				t.Errorf("stored %v, queued %v", b.stored, b.queued)
			}
		})
	}
}

func TestLesson33WhatWasSignedIsVerifiedByteForByte(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, tt := range []struct {
		name, body string
		coded      bool
		want       string
	}{
		{"text is taken as it came", " {\"a\":1}\r\n", false, " {\"a\":1}\r\n"},
		{"nothing is nothing", "", false, ""},
		{"text that looks like base64 is text", "AAAA", false, "AAAA"},
		{"bytes come in base64", base64.StdEncoding.EncodeToString(all), true, string(all)},
		{"as much text as is read", strings.Repeat("x", bodyMax), false, strings.Repeat("x", bodyMax)},
		{"as many bytes as are read", base64.StdEncoding.EncodeToString(make([]byte, bodyMax)), true, string(make([]byte, bodyMax))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, req := &bench{}, delivery(tt.body)
			req.IsBase64Encoded = tt.coded
			if _, err := b.deliver(t, req); err != nil || len(b.asked) != 1 || b.asked[0] != tt.want {
				t.Errorf("%.40q was verified, %v", b.asked, err)
			}
		})
	}
}

func TestWhatCannotBeReadIsNotVerified(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		coded      bool
		kind       fault.Kind
		code       string
	}{
		{"a byte too much text", strings.Repeat("x", bodyMax+1), false, fault.TooLarge, "body_too_large"},
		{"a byte too many", base64.StdEncoding.EncodeToString(make([]byte, bodyMax+1)), true, fault.TooLarge, "body_too_large"},
		{"far too much, before it is decoded", strings.Repeat("%", 2*bodyMax), true, fault.TooLarge, "body_too_large"},
		{"what is said to be base64 and is not", "%%%", true, fault.Unreadable, "signature_invalid"},
		{"base64 that is cut", "AAA", true, fault.Unreadable, "signature_invalid"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, req := &bench{}, delivery(tt.body)
			req.IsBase64Encoded = tt.coded
			_, err := b.deliver(t, req)
			if !fault.Is(err, tt.kind) || fault.Code(err) != tt.code {
				t.Errorf("got %v", err)
			}
			if len(b.asked)+len(b.stored)+len(b.queued) > 0 {
				t.Errorf("verified %.40q, stored %v, queued %v", b.asked, b.stored, b.queued)
			}
		})
	}
}

func TestARepeatIsQueuedAgainUntilItIsSettled(t *testing.T) {
	for _, tt := range []struct {
		state  inbox.State
		queued int
	}{
		{inbox.Received, 1}, {inbox.Parked, 1}, {inbox.Applied, 0}, {inbox.Ignored, 0}, {inbox.Failed, 1},
	} {
		t.Run(string(tt.state), func(t *testing.T) {
			there := inbox.Receive(payment.Event{Gateway: "any", ID: "evt_1", Created: noon}, noon.Add(-time.Hour))
			there.State = tt.state
			b := &bench{there: &there}
			resp, err := b.deliver(t, delivery("an event"))
			if err != nil || resp.StatusCode != http.StatusOK || len(b.queued) != tt.queued {
				t.Errorf("%d, %v; queued %v", resp.StatusCode, err, b.queued)
			}
			if log := b.log.String(); !strings.Contains(log, `"code":"duplicate"`) {
				t.Errorf("log %s", log)
			}
		})
	}
}

func TestLesson35NothingIsAcknowledgedThatIsNotStoredAndQueued(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unavailable, fault.Unknown, fault.Internal, fault.Conflict, fault.NotFound, fault.Invalid} {
		down := fault.New(kind, "x", "some_code", "")
		for name, b := range map[string]*bench{"the inbox": {noPut: down}, "the queue": {noSend: down}} {
			t.Run(fmt.Sprint(name, " says ", kind), func(t *testing.T) {
				_, err := b.deliver(t, delivery("an event"))
				if !fault.Is(err, fault.Unavailable, fault.Unknown) || !errors.Is(err, down) {
					t.Errorf("got %v", err)
				}
				if strings.Contains(b.metrics.String(), string(telemetry.WebhookReceived)) || strings.Contains(b.log.String(), "webhook_received") {
					t.Errorf("counted as received: %s %s", b.metrics.String(), b.log.String())
				}
			})
		}
	}
}

func TestAVerifiersOwnErrorIsTheAnswer(t *testing.T) {
	for _, kind := range []fault.Kind{fault.Unreadable, fault.TooLarge, fault.Unavailable, fault.NotFound, fault.Internal} {
		t.Run(fmt.Sprint(kind), func(t *testing.T) {
			b := &bench{noVerify: fault.New(kind, "x", "some_code", "")}
			if _, err := b.deliver(t, delivery("an event")); fault.KindOf(err) != kind || fault.Code(err) != "some_code" {
				t.Errorf("got %v", err)
			}
			if len(b.stored)+len(b.queued) > 0 {
				t.Errorf("stored %v, queued %v", b.stored, b.queued)
			}
		})
	}
}
