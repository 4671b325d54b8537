// Package telemetry writes what operators see: log lines from which personal data and card numbers are kept out, and
// metrics.
package telemetry

import (
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strconv"
	"strings"

	"till/shared/carddata"
)

// Limits on what one value may take in a line.
const (
	valueBytesMax = 256
	stackBytesMax = 4096
)

// Logger writes one line of JSON per event to w, with the stage and the function in each. level is LOG_LEVEL (debug,
// info, warn, error, in any case); info if it is none of these. Whatever is logged, a value is at most 256 bytes (a
// stack 4 KiB) on one line: characters that could fake lines or hide text are written as escapes, card numbers, e-mail
// addresses and gateway secrets are masked, and keys that name personal data or secrets show "[redacted]". Structs,
// maps and bytes are shown by their type only: log fields.
//
// Keys are snake_case. Those that saved queries read: time, level, msg, stage, function, version, request_id, trace_id,
// order_id, change, attempt_id, gateway, event_id, staff_sub, outcome, code, ms, gateway_ms. Others may be used and
// pass the same masking.
func Logger(w io.Writer, stage, function, level string) *slog.Logger {
	h := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: parseLevel(level), ReplaceAttr: redact})
	return slog.New(h).With("stage", stage, "function", function)
}

func parseLevel(s string) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(s)); err != nil {
		return slog.LevelInfo
	}
	return level
}

// redact is given every attribute before it is written, those inside groups too.
func redact(groups []string, a slog.Attr) slog.Attr {
	a.Key = clean(a.Key, valueBytesMax)
	if len(groups) == 0 && (a.Key == slog.TimeKey || a.Key == slog.LevelKey) {
		return a
	}
	if isPersonal(a.Key) {
		return slog.String(a.Key, "[redacted]")
	}
	limit := valueBytesMax
	if a.Key == "stack" {
		limit = stackBytesMax
	}
	switch a.Value.Kind() {
	case slog.KindInt64, slog.KindUint64:
		return number(a, a.Value.String())
	case slog.KindFloat64:
		return number(a, strconv.FormatFloat(a.Value.Float64(), 'f', -1, 64))
	case slog.KindBool, slog.KindDuration, slog.KindTime:
		return a
	case slog.KindString:
		return slog.String(a.Key, clean(a.Value.String(), limit))
	case slog.KindAny:
		return slog.String(a.Key, clean(textOf(a.Value.Any()), limit))
	case slog.KindGroup, slog.KindLogValuer:
		return a // Groups come back attribute by attribute; slog has resolved LogValuers before.
	}
	return slog.String(a.Key, "[unknown]")
}

// number leaves a number as it is, unless a card number was logged as one.
func number(a slog.Attr, digits string) slog.Attr {
	if carddata.Found(digits, carddata.FreeText) {
		return slog.String(a.Key, carddata.Mask(digits))
	}
	return a
}

// textOf shows errors, values that print themselves and plain values; of all else the type, since printing a struct shows
// fields that were never meant for a log.
func textOf(v any) (text string) {
	defer func() {
		if recover() != nil { // A String or Error method on a nil pointer must not take the event down.
			text = fmt.Sprintf("[%T]", v)
		}
	}()
	switch v := v.(type) {
	case nil:
		return ""
	case error:
		return v.Error()
	case fmt.Stringer:
		return v.String()
	case []string:
		return strings.Join(v, ",")
	}
	r := reflect.ValueOf(v)
	switch {
	case r.Kind() == reflect.String:
		return r.String()
	case r.Kind() == reflect.Bool:
		return strconv.FormatBool(r.Bool())
	case r.CanInt():
		return strconv.FormatInt(r.Int(), 10)
	case r.CanUint():
		return strconv.FormatUint(r.Uint(), 10)
	}
	return fmt.Sprintf("[%T]", v)
}

// isPersonal knows the keys under which somebody might log what must never be there. The first defence is the types of
// person; this is the second.
func isPersonal(key string) bool {
	switch strings.ToLower(key) {
	case "email", "phone", "name", "first_name", "last_name", "full_name", "address", "shipping_address", "billing_address", "vat_number",
		"street", "line1", "line2", "city", "postal_code", "postcode", "zip", "ip", "source_ip", "user_agent", "note",
		"reason", "tracking_number", "body", "payload", "headers", "cookie", "cookies", "authorization", "token", "task_token",
		"access_token", "id_token", "secret", "client_secret", "password", "api_key", "webhook_secret", "signature",
		"idempotency_key", "card", "card_number", "cvv", "cvc", "iban":
		return true
	}
	return false
}
