package links_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/link"
	"till/shared/secrets"
	"till/shared/startup/links"
)

const (
	arn    = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:till-link"
	oldest = "canary-oldest-key-of-links-012345"
	older  = "canary-older-key-of-links-0123456"
	newest = "canary-newest-key-of-links-012345"
)

func morning() time.Time { return time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC) }

func secret(text string) awstest.Answer {
	return awstest.Reply(http.StatusOK, fmt.Sprintf(`{"ARN":%q,"SecretString":%q}`, arn, text))
}

// signed is a token made with one key.
func signed(t *testing.T, key string) string {
	t.Helper()
	s, err := link.New([]byte(key), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s.Sign("ord_1", link.View, morning().Add(link.Life), 0)
}

func TestTheSignerHasTheSecretsKeysAndSeesARotation(t *testing.T) {
	s := awstest.Start(t, secret(`{"current":"`+older+`","previous":"`+oldest+`"}`), secret(`{"current":"`+newest+`","previous":"`+older+`"}`))
	at := morning()
	signer := links.From(secrets.New(s.Cloud, "test", func() time.Time { return at }), arn)
	if len(s.Seen()) != 0 {
		t.Fatal("it was read before its need")
	}
	for i, step := range []struct {
		advance time.Duration
		signs   string
		opens   map[string]bool
		calls   int
	}{
		{0, older, map[string]bool{oldest: true, older: true, newest: false}, 1},
		{299 * time.Second, older, map[string]bool{oldest: true, older: true, newest: false}, 1},
		{time.Second, newest, map[string]bool{oldest: false, older: true, newest: true}, 2},
	} {
		at = at.Add(step.advance)
		made, err := signer(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if made.Sign("ord_1", link.View, morning().Add(link.Life), 0) != signed(t, step.signs) {
			t.Errorf("step %d: another key signs", i)
		}
		for key, want := range step.opens {
			if err := made.Verify(signed(t, key), "ord_1", link.View, 0, at); (err == nil) != want {
				t.Errorf("step %d: %s: %v", i, key, err)
			}
		}
		if len(s.Seen()) != step.calls {
			t.Errorf("step %d: %d calls", i, len(s.Seen()))
		}
	}
}

func TestASecretWithoutAPreviousKeyIsEnough(t *testing.T) {
	s := awstest.Start(t, secret(`{"current":"`+newest+`"}`))
	made, err := links.From(secrets.New(s.Cloud, "test", morning), arn)(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := made.Verify(signed(t, newest), "ord_1", link.View, 0, morning()); err != nil {
		t.Error(err)
	}
}

func TestWithoutKeysThereIsNoSigner(t *testing.T) {
	tests := []struct {
		name   string
		answer awstest.Answer
		kind   fault.Kind
		code   string
	}{
		{"a short key", secret(`{"current":"canary"}`), fault.Internal, "config_invalid"},
		{"a short previous key", secret(`{"current":"` + newest + `","previous":"canary"}`), fault.Internal, "config_invalid"},
		{"another secret's JSON", secret(`{"index_key":"` + newest + `"}`), fault.Internal, "config_invalid"},
		{"no such secret", awstest.Refuse(http.StatusBadRequest, "ResourceNotFoundException", "none"), fault.Internal, "config_invalid"},
		{"throttled", awstest.Refuse(http.StatusBadRequest, "ThrottlingException", "slower"), fault.Unavailable, "dependency_unavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := awstest.Start(t, tt.answer)
			made, err := links.From(secrets.New(s.Cloud, "test", morning), arn)(t.Context())
			if !fault.Is(err, tt.kind) || fault.Code(err) != tt.code || strings.Contains(err.Error(), "canary") {
				t.Errorf("got %v", err)
			}
			if made.Verify(signed(t, newest), "ord_1", link.View, 0, morning()) == nil {
				t.Error("a signer without keys opens an order")
			}
		})
	}
}

func TestACallerWhoLeavesGetsNoSigner(t *testing.T) {
	s := awstest.Start(t, awstest.Hang)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-s.Asked
		leave()
	}()
	if _, err := links.From(secrets.New(s.Cloud, "test", morning), arn)(ctx); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}
