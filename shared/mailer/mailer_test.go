package mailer_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/mail"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/mailer"
	"till/shared/person"
	"till/shared/shop"
)

const (
	from    = "shop@till.example"
	address = "canary.shopper@mail.example"
	subject = "Your order – thank you"
	text    = "Hello,\n\n  it costs 19,99 €. <b>Ünïcode</b> & \"quotes\" \\ back.\n"
	key     = "ord_1#order_confirmed#0123456789ab"
)

func to(t *testing.T) person.Email {
	t.Helper()
	e, err := person.ParseEmail(address)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func taken() awstest.Answer { return awstest.Reply(http.StatusOK, `{"MessageId":"m-1"}`) }

// noAddress fails if an error shows to whom a mail went, or what SES said, however it is printed.
func noAddress(t *testing.T, err error) {
	t.Helper()
	for e := err; e != nil; e = errors.Unwrap(e) {
		if shown := e.Error(); strings.Contains(shown, "canary") || strings.Contains(shown, "mail.example") || strings.Contains(shown, "SES says") {
			t.Errorf("an error shows %q", shown)
		}
	}
}

func TestAMailIsHandedOverAsItIs(t *testing.T) {
	s := awstest.Start(t, taken())
	if err := mailer.New(s.Cloud, from).Send(t.Context(), shop.Sender{}, to(t), subject, text, key); err != nil {
		t.Fatal(err)
	}
	seen := s.Seen()
	var got map[string]any
	if err := json.Unmarshal([]byte(seen[0].Body), &got); err != nil {
		t.Fatal(err)
	}
	content := func(data string) map[string]any { return map[string]any{"Data": data, "Charset": "UTF-8"} }
	want := map[string]any{
		"FromEmailAddress": from,
		"Destination":      map[string]any{"ToAddresses": []any{address}},
		"EmailTags":        []any{map[string]any{"Name": "mail", "Value": "ord_1_order_confirmed_0123456789ab"}},
		"Content":          map[string]any{"Simple": map[string]any{"Subject": content(subject), "Body": map[string]any{"Text": content(text)}}},
	}
	if diff := cmp.Diff(want, got); diff != "" || seen[0].Method != http.MethodPost || seen[0].Path != "/v2/email/outbound-emails" {
		t.Errorf("%s %s\n%s", seen[0].Method, seen[0].Path, diff)
	}
}

func TestAMailIsFromTheShopByNameAndAnswersGoWhereItSays(t *testing.T) {
	s := awstest.Start(t, taken())
	if err := mailer.New(s.Cloud, from).Send(t.Context(), shop.Sender{Name: "Möwe, \"Till\"", ReplyTo: "help@till.example"}, to(t), subject, text, key); err != nil {
		t.Fatal(err)
	}
	var got struct {
		FromEmailAddress string
		ReplyToAddresses []string
	}
	if err := json.Unmarshal([]byte(s.Seen()[0].Body), &got); err != nil {
		t.Fatal(err)
	}
	if a, err := mail.ParseAddress(got.FromEmailAddress); err != nil || a.Address != from || a.Name != "Möwe, \"Till\"" || len(got.ReplyToAddresses) != 1 || got.ReplyToAddresses[0] != "help@till.example" {
		t.Errorf("%v: sent by %s, answers to %v", err, got.FromEmailAddress, got.ReplyToAddresses)
	}
}

func TestATagHasTheLettersThatSESTakes(t *testing.T) {
	for key, want := range map[string]string{
		"ord_1-A9":               "ord_1-A9",
		"a#b@c.d e/f":            "a_b_c_d_e_f",
		"ü":                      "__",
		strings.Repeat("x", 300): strings.Repeat("x", 256),
	} {
		s := awstest.Start(t, taken())
		if err := mailer.New(s.Cloud, from).Send(t.Context(), shop.Sender{}, to(t), subject, text, key); err != nil {
			t.Fatal(err)
		}
		var got struct{ EmailTags []struct{ Value string } }
		if err := json.Unmarshal([]byte(s.Seen()[0].Body), &got); err != nil || len(got.EmailTags) != 1 || got.EmailTags[0].Value != want {
			t.Errorf("%q becomes %v, %v", key, got, err)
		}
	}
}

func TestAMailIsTriedOnceAndItsErrorNamesNobody(t *testing.T) {
	says := "SES says: Email address is not verified: " + address
	refuse := func(status int, code string) awstest.Answer { return awstest.Refuse(status, code, says) }
	tests := []struct {
		name   string
		answer awstest.Answer
		kind   fault.Kind
		code   string
	}{
		{"rejected", refuse(400, "MessageRejected"), fault.Unavailable, "MessageRejected"},
		{"throttled", refuse(429, "TooManyRequestsException"), fault.Unavailable, "TooManyRequestsException"},
		{"throttled in words that the SDK does not know", refuse(400, "Throttling"), fault.Unavailable, "Throttling"},
		{"not allowed", refuse(403, "AccessDeniedException"), fault.Unavailable, "AccessDeniedException"},
		{"the account is paused", refuse(400, "SendingPausedException"), fault.Unavailable, "SendingPausedException"},
		{"SES broke", refuse(500, "InternalFailure"), fault.Unknown, ""},
		{"SES is away", refuse(503, "ServiceUnavailable"), fault.Unknown, ""},
		{"a balancer's page", awstest.Reply(502, "<html>"+says), fault.Unknown, ""},
		{"an answer that is no JSON", awstest.Reply(200, says), fault.Unknown, ""},
		{"cut after it was read", awstest.Cut, fault.Unknown, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := awstest.Start(t, tt.answer, taken())
			err := mailer.New(s.Cloud, from).Send(t.Context(), shop.Sender{}, to(t), subject, text, key)
			if !fault.Is(err, tt.kind) || fault.Code(err) != tt.code || len(s.Seen()) != 1 {
				t.Errorf("got %v after %d tries", err, len(s.Seen()))
			}
			noAddress(t, err)
		})
	}
}

func TestAMailIsTriedOnceWhateverTheConfigurationSays(t *testing.T) {
	s := awstest.Start(t, awstest.Cut, taken())
	s.Cloud.RetryMaxAttempts = 5
	if err := mailer.New(s.Cloud, from).Send(t.Context(), shop.Sender{}, to(t), subject, text, key); !fault.Is(err, fault.Unknown) || len(s.Seen()) != 1 {
		t.Errorf("got %v after %d tries", err, len(s.Seen()))
	}
}

func TestWithoutAConnectionNothingWasTaken(t *testing.T) {
	err := mailer.New(awstest.Nowhere(), from).Send(t.Context(), shop.Sender{}, to(t), subject, text, key)
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v, which should say that nobody listens", err)
	}
	noAddress(t, err)
}

func TestACallerWhoLeavesDoesNotKnow(t *testing.T) {
	s := awstest.Start(t, awstest.Hang)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-s.Asked
		leave()
	}()
	err := mailer.New(s.Cloud, from).Send(ctx, shop.Sender{}, to(t), subject, text, key)
	if !fault.Is(err, fault.Unknown) || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	noAddress(t, err)
}

func TestASendEndsInTime(t *testing.T) {
	for name, limits := range map[string][2]time.Duration{
		"by its own limit": {time.Hour, 5 * time.Second}, "by its caller's": {time.Second, time.Second},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithTimeout(t.Context(), limits[0])
			defer stop()
			began := time.Now()
			err := mailer.New(awstest.Silent(), from).Send(ctx, shop.Sender{}, to(t), subject, text, key)
			if took := time.Since(began); took != limits[1] || !fault.Is(err, fault.Unknown) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s: after %v: %v", name, took, err)
			}
		})
	}
}
