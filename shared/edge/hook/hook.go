// Package hook takes in gateways' webhook events: verified, stored, queued, and only then acknowledged.
package hook

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/http"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/inbox"
	"till/shared/message"
	"till/shared/payment"
	"till/shared/planted"
	"till/shared/telemetry"
)

// Verify checks that an event is the gateway's own, over the raw bytes and the request's headers, which it reads by name, and normalises
// it.
type Verify = func(ctx context.Context, raw []byte, header func(name string) string) (payment.Event, error)

// Receiver receives one gateway's events. It decides nothing about orders, decrypts nothing and asks the gateway nothing about them.
// Every field is required.
type Receiver struct {
	Gateway string // Its name.
	Verify  Verify
	Put     func(context.Context, inbox.Item) (existing inbox.Item, fresh bool, err error)
	Send    func(ctx context.Context, body string) error // To the events queue.
	Now     func() time.Time
	Log     *slog.Logger
	Meter   *telemetry.Metrics
}

// bodyBytesMax is the largest event that is read. Gateways' are a few KiB.
const bodyBytesMax = 256 << 10

type received struct {
	Received bool `json:"received"`
}

// Handle answers POST /webhooks/{gateway}. 2xx means durably stored; a repeat is a success, and is queued again while it is
// not applied. 503 makes the gateway try again.
func (h Receiver) Handle(ctx context.Context, req apigw.Request) (apigw.Response, error) {
	raw, err := rawBody(req)
	if err != nil {
		return apigw.Response{}, err
	}
	header := func(name string) string {
		value, _ := apigw.Header(req, name)
		return value
	}
	event, err := h.Verify(ctx, raw, header)
	if err != nil {
		h.Meter.Count(telemetry.WebhookRejected, 1, telemetry.Gateway(h.Gateway))
		return apigw.Response{}, err
	}
	item := inbox.Receive(event, h.Now())
	existing, fresh, err := h.Put(ctx, item)
	if err != nil && !planted.Bug(12) {
		return apigw.Response{}, retryable(err)
	}
	code := "received"
	if !fresh {
		code, item = "duplicate", existing
	}
	if !item.State.Settled() {
		if err := h.Send(ctx, message.ForEvent(event.Key())); err != nil {
			return apigw.Response{}, retryable(err)
		}
	}
	h.Meter.Count(telemetry.WebhookReceived, 1, telemetry.Gateway(h.Gateway))
	h.Log.LogAttrs(ctx, slog.LevelInfo, "webhook_received", slog.String("event_id", event.ID), slog.String("type", event.Type),
		slog.String("gateway", event.Gateway), slog.String("code", code))
	return apigw.JSON(http.StatusOK, received{true})
}

// rawBody is the bytes that were signed: the HTTP API hands text over as it came and anything else in base64.
func rawBody(req apigw.Request) ([]byte, error) {
	if len(req.Body) > bodyBytesMax*4/3+4 {
		return nil, tooLarge()
	}
	raw := []byte(req.Body)
	if req.IsBase64Encoded {
		var err error
		if raw, err = base64.StdEncoding.DecodeString(req.Body); err != nil {
			return nil, fault.New(fault.Unreadable, "hook.rawBody", "signature_invalid", "The event is not authentic.")
		}
	}
	if len(raw) > bodyBytesMax {
		return nil, tooLarge()
	}
	return raw, nil
}

func tooLarge() error {
	return fault.New(fault.TooLarge, "hook.rawBody", "body_too_large", "An event may have 256 KiB at most.")
}

// retryable makes whatever keeps us from storing an event a 503: the gateway must try again, for nothing was acknowledged.
func retryable(err error) error {
	if fault.Is(err, fault.Unavailable, fault.Unknown) {
		return err
	}
	return fault.Wrap(fault.Unavailable, "hook.Handle", err)
}
