package telemetry_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
	"unicode"

	"till/shared/person"
	"till/shared/telemetry"
)

// line logs one event and gives its line as it was written, and read.
func line(t *testing.T, msg string, args ...any) (string, map[string]any) {
	t.Helper()
	var b bytes.Buffer
	telemetry.Logger(&b, "test", "placeorder", "debug").Info(msg, args...)
	out := b.String()
	if strings.Count(out, "\n") != 1 || !strings.HasSuffix(out, "\n") {
		t.Errorf("not one line: %q", out)
	}
	for _, r := range strings.TrimSuffix(out, "\n") {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			t.Errorf("%U stands in the line %q", r, out)
		}
	}
	var read map[string]any
	if err := json.Unmarshal([]byte(out), &read); err != nil {
		t.Fatal(err)
	}
	return out, read
}

func TestALineHasTheFixedKeys(t *testing.T) {
	_, got := line(t, "order_placed", "order_id", "ord_1", "ms", 12, "change", int64(3))
	for key, want := range map[string]any{"level": "INFO", "msg": "order_placed", "stage": "test", "function": "placeorder",
		"order_id": "ord_1", "ms": 12.0, "change": 3.0} {
		if got[key] != want {
			t.Errorf("%s: got %v, want %v", key, got[key], want)
		}
	}
	if _, err := time.Parse(time.RFC3339, fmt.Sprint(got["time"])); err != nil {
		t.Error(err)
	}
}

type orderID string

type counter int

type secretive struct{ Email string }

type shown struct{ s string }

func (s *shown) String() string { return s.s }

func TestValuesAreMadeFitForALog(t *testing.T) {
	long := strings.Repeat("é", 300)
	tests := []struct {
		name  string
		value any
		want  any
	}{
		{"plain text", "stripe", "stripe"},
		{"a newline", "a\nlevel=ERROR", `a\u000alevel=ERROR`},
		{"a carriage return and a tab", "a\r\tb", `a\u000d\u0009b`},
		{"an ANSI sequence", "\x1b[31mred", `\u001b[31mred`},
		{"a C1 control that terminals obey", "\u009b31m", `\u009b31m`},
		{"DEL", "a\x7f", `a\u007f`},
		{"a bidirectional override", "a\u202eb", `a\u202eb`},
		{"a bidirectional isolate", "a\u2066b", `a\u2066b`},
		{"zero-width characters", "a\u200bb\ufeff", `a\u200bb\ufeff`},
		{"a line separator", "a\u2028b", `a\u2028b`},
		{"an invisible tag", "a\U000e0041", `a\U000e0041`},
		{"a look-up", "${jndi:ldap://evil.example/a}", `$\u007bjndi:ldap://evil.example/a}`},
		{"bytes that are not UTF-8", "a\xffb", `a\xffb`},
		{"letters of other scripts stay", "Nguyễn", "Nguyễn"},
		{"256 bytes stay", strings.Repeat("a", 256), strings.Repeat("a", 256)},
		{"more is cut at the border of a character", long, strings.Repeat("é", 126) + "…"},
		{"a card number", "card 4242 4242 4242 4242.", "card [card]."},
		{"a card number of 13 digits", "4222222222222", "[card]"},
		{"a card number behind the cut", strings.Repeat("a", 250) + " 4242424242424242", strings.Repeat("a", 250) + " [c…"},
		{"a card number as a number", int64(4242424242424242), "[card]"},
		{"a card number as a float", 4242424242424242.0, "[card]"},
		{"an e-mail address", `to "ada+till@example.com" failed`, `to "[email]" failed`},
		{"an e-mail address of another script", "адa@пример.рф", "[email]"},
		{"a gateway's secret", "key sk_test_" + "abc123, whsec_" + "abc", "key [secret], [secret]"},
		{"a signed token", "Bearer eyJhbGciOi.eyJzdWIi.c2ln", "Bearer [secret]"},
		{"an error", fmt.Errorf("send: %w", errors.New("ada@example.com\nrefused")), `send: [email]\u000arefused`},
		{"a named string", orderID("ord_1"), "ord_1"},
		{"a named number", counter(7), "7"},
		{"a list of codes", []string{"a", "b"}, "a,b"},
		{"what prints itself", &shown{"shown"}, "shown"},
		{"a nil that would print itself", (*shown)(nil), "[*telemetry_test.shown]"},
		{"a struct shows its type only", secretive{"ada"}, "[telemetry_test.secretive]"},
		{"a pointer to a struct", &secretive{"ada"}, "[*telemetry_test.secretive]"},
		{"a map", map[string]string{"email": "ada"}, "[map[string]string]"},
		{"bytes", []byte("ada"), "[[]uint8]"},
		{"nil", nil, ""},
		{"a time in milliseconds stays", int64(1790000000123), 1790000000123.0},
		{"true", true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, got := line(t, "event", "detail", tt.value)
			if got["detail"] != tt.want {
				t.Errorf("got %q, want %q in %s", got["detail"], tt.want, out)
			}
		})
	}
}

func TestHostileTextIsOneEscapedLineWhereverItStands(t *testing.T) {
	const hostile = "x\n{\"level\":\"ERROR\"}\x1b[2J\u202e${jndi:ldap://a}4242424242424242"
	out, _ := line(t, hostile, hostile, hostile, "err", errors.New(hostile), slog.Group("g", "in", hostile))
	for _, bad := range []string{"\x1b", "\u202e", "${", "4242"} {
		if strings.Contains(out, bad) {
			t.Errorf("%q stands in %s", bad, out)
		}
	}
	var b bytes.Buffer
	telemetry.Logger(&b, "test", "f", "").With("w", hostile).WithGroup("g").Info("event", "in", hostile)
	if strings.Count(b.String(), "\n") != 1 || strings.Contains(b.String(), "4242") {
		t.Errorf("got %s", b.String())
	}
}

func TestPersonalDataNeverPrints(t *testing.T) {
	email, err := person.ParseEmail("ada.byron@example.com")
	if err != nil {
		t.Fatal(err)
	}
	out, _ := line(t, "event", "who", email, "where", &email, "all", []any{email}, "in", struct{ E person.Email }{email},
		"err", fmt.Errorf("send to %v: %w", email, errors.New("refused")))
	if strings.Contains(out, "ada") || strings.Contains(out, "byron") {
		t.Errorf("printed: %s", out)
	}
	for _, key := range []string{"email", "Phone", "address", "body", "token", "authorization", "client_secret", "idempotency_key", "reason"} {
		if out, got := line(t, "event", key, "canary"); got[key] != "[redacted]" {
			t.Errorf("%s: %s", key, out)
		}
	}
	if out, _ := line(t, "event", slog.Group("customer", "email", "canary")); strings.Contains(out, "canary") {
		t.Errorf("inside a group: %s", out)
	}
}

func TestAStackMayBeLonger(t *testing.T) {
	_, got := line(t, "request_panicked", "stack", strings.Repeat("frame.go:1 ", 1000))
	if n := len(fmt.Sprint(got["stack"])); n < 4000 || n > 4096 {
		t.Errorf("%d bytes", n)
	}
}

func TestLevel(t *testing.T) {
	tests := []struct {
		set  string
		want slog.Level
	}{{"debug", slog.LevelDebug}, {"INFO", slog.LevelInfo}, {"Warn", slog.LevelWarn}, {"error", slog.LevelError}, {"", slog.LevelInfo}, {"loud", slog.LevelInfo}}
	for _, tt := range tests {
		log := telemetry.Logger(new(bytes.Buffer), "test", "f", tt.set)
		if !log.Enabled(context.Background(), tt.want) || log.Enabled(context.Background(), tt.want-1) {
			t.Errorf("%q is not %v", tt.set, tt.want)
		}
	}
}
