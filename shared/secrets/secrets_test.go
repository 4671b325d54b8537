package secrets_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/shared/fault"
	"till/shared/secrets"
)

const (
	arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:till-x"
	// long is a key of 32 bytes; nothing but Reveal may show it.
	long = "canary-canary-canary-canary-cana"
)

// fake speaks the JSON protocol of Secrets Manager.
type fake struct {
	mu     sync.Mutex
	calls  int
	secret string
	status int    // Not 0: what it answers instead.
	kind   string // And of which type.
	gate   chan struct{}
	at     time.Time
}

func (s *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.calls++
	secret, status, kind, gate := s.secret, s.status, s.kind, s.gate
	s.mu.Unlock()
	if gate != nil {
		<-gate
	}
	var in struct {
		SecretID string `json:"SecretId"`
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	switch err := json.NewDecoder(io.LimitReader(r.Body, 1<<20)).Decode(&in); {
	case err != nil || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue":
		w.WriteHeader(http.StatusNotImplemented)
	case status != 0:
		w.WriteHeader(status)
		_, _ = fmt.Fprintf(w, `{"__type":%q,"Message":"refused"}`, kind)
	case in.SecretID != arn:
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"__type":"ResourceNotFoundException"}`)
	default:
		_ = json.NewEncoder(w).Encode(map[string]string{"ARN": arn, "SecretString": secret})
	}
}

func (s *fake) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *fake) set(change func(*fake)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(s)
}

func (s *fake) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func config(endpoint string, client aws.HTTPClient) aws.Config {
	return aws.Config{
		Region: "eu-central-1", BaseEndpoint: &endpoint, HTTPClient: client,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "example"}, nil
		}),
	}
}

func start(t *testing.T, stage, secret string) (*secrets.Store, *fake) {
	t.Helper()
	s := &fake{secret: secret, at: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)}
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	return secrets.New(config(listener.URL, listener.Client()), stage, s.now), s
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if err == nil || fault.KindOf(err) != kind || fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
	if err != nil && strings.Contains(err.Error(), "canary") {
		t.Errorf("the error shows the secret: %v", err)
	}
}

func TestSecretsAreRead(t *testing.T) {
	ctx := context.Background()
	s, _ := start(t, "test", `{"current":"`+long+`","previous":"`+long+`2"}`)
	if l, err := s.Link(ctx, arn); err != nil || l.Current.Reveal() != long || string(l.Previous.Bytes()) != long+"2" {
		t.Errorf("link: %v", err)
	}
	s, _ = start(t, "test", `{"current":"`+long+`"}`)
	if l, err := s.Link(ctx, arn); err != nil || !l.Previous.IsZero() || len(l.Previous.Bytes()) != 0 {
		t.Errorf("link without a previous key: %v", err)
	}
	s, _ = start(t, "test", `{"stripe":{"api_key":"sk_test_`+long+`","publishable_key":"pk_test_1","webhook_secrets":["whsec_`+long+`","whsec_2`+long+`"]},
		"paypal":{"client_id":"app","client_secret":"`+long+`","webhook_ids":["WH-1"]}, "square":{"access_token":"","signature_keys":[]}}`)
	all, err := s.Gateways(ctx, arn)
	k := all.Stripe
	if err != nil || k == nil || all.PayPal == nil || all.PayPal.ClientSecret.Reveal() != long || all.Square != nil {
		t.Fatalf("gateways: %+v, %v", all, err)
	}
	if k.APIKey.Reveal() != "sk_test_"+long || k.PublishableKey != "pk_test_1" ||
		strings.Join(secrets.Reveal(k.WebhookSecrets), " ") != "whsec_"+long+" whsec_2"+long {
		t.Errorf("stripe: %v", err)
	}
	s, _ = start(t, "test", `{"index_key":"`+long+`"}`)
	if v, err := s.Vault(ctx, arn); err != nil || v.IndexKey.Reveal() != long {
		t.Errorf("vault: %v", err)
	}
}

func TestUnusableSecretsAreRefused(t *testing.T) {
	link := func(s *secrets.Store) error { _, err := s.Link(context.Background(), arn); return err }
	stripe := func(s *secrets.Store) error { _, err := s.Gateways(context.Background(), arn); return err }
	vault := func(s *secrets.Store) error { _, err := s.Vault(context.Background(), arn); return err }
	live := `{"stripe":{"api_key":"sk_live_` + long + `","publishable_key":"pk_live_x","webhook_secrets":["whsec_` + long + `"]}}`
	square := `{"square":{"access_token":"` + long + `","application_id":"app","location_id":"L1","merchant_id":"M1","currency":"EUR","signature_keys":["0123456789abcdef"]}}`
	tests := []struct {
		name, stage, secret string
		read                func(*secrets.Store) error
	}{
		{"a link key of 23 bytes", "test", `{"current":"` + long[:23] + `"}`, link},
		{"a previous link key of 23 bytes", "test", `{"current":"` + long + `","previous":"` + long[:23] + `"}`, link},
		{"no link key", "test", `{"previous":"` + long + `"}`, link},
		{"an empty secret", "test", ``, link},
		{"no JSON", "test", long, link},
		{"a number for a key", "test", `{"current":123456789012345678901234567890}`, link},
		{"a short API key", "test", strings.ReplaceAll(live, "sk_live_"+long, "sk_live_x"), stripe},
		{"a short webhook secret", "test", strings.ReplaceAll(live, "whsec_"+long, "whsec_x"), stripe},
		{"no webhook secret", "test", `{"stripe":{"api_key":"sk_live_` + long + `"}}`, stripe},
		{"a PayPal account without a webhook", "test", `{"paypal":{"client_id":"app","client_secret":"` + long + `"}}`, stripe},
		{"a PayPal account without an application", "test", `{"paypal":{"webhook_ids":["WH-1"],"client_secret":"` + long + `"}}`, stripe},
		{"a PayPal webhook without an id", "test", `{"paypal":{"client_id":"app","client_secret":"` + long + `","webhook_ids":[""]}}`, stripe},
		{"a simulated PayPal on prod", "prod", `{"paypal":{"client_id":"app","client_secret":"` + long + `","webhook_ids":["WH-1"],"roots":"x"}}`, stripe},
		{"a Square account without a location", "test", strings.ReplaceAll(square, "L1", ""), stripe},
		{"a Square account without a merchant", "test", strings.ReplaceAll(square, "M1", ""), stripe},
		{"a Square account without a currency", "test", strings.ReplaceAll(square, "EUR", ""), stripe},
		{"a short signature key of Square", "test", strings.ReplaceAll(square, "0123456789abcdef", "0123456789abcde"), stripe},
		{"a test key on prod", "prod", strings.ReplaceAll(live, "sk_live", "sk_test"), stripe},
		{"a restricted test key on prod", "prod", strings.ReplaceAll(live, "sk_live", "rk_test"), stripe},
		{"a publishable test key on prod", "prod", strings.ReplaceAll(live, "pk_live", "pk_test"), stripe},
		{"a short index key", "test", `{"index_key":"canary"}`, vault},
		{"another secret's JSON", "test", live, vault},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := start(t, tt.stage, tt.secret)
			wantFault(t, tt.read(s), fault.Internal, "config_invalid")
		})
	}
	t.Run("live keys on prod are right", func(t *testing.T) {
		s, _ := start(t, "prod", live)
		if err := stripe(s); err != nil {
			t.Error(err)
		}
	})
}

func TestErrorsAreClassified(t *testing.T) {
	tests := []struct {
		status int
		kind   string
		want   fault.Kind
		code   string
	}{
		{400, "ResourceNotFoundException", fault.Internal, "config_invalid"},
		{400, "AccessDeniedException", fault.Internal, "config_invalid"},
		{400, "ThrottlingException", fault.Unavailable, "dependency_unavailable"},
		{400, "DecryptionFailure", fault.Unavailable, "dependency_unavailable"},
		{500, "InternalServiceError", fault.Unavailable, "dependency_unavailable"},
		{503, "", fault.Unavailable, "dependency_unavailable"},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, tt.kind), func(t *testing.T) {
			s, server := start(t, "test", "")
			server.set(func(s *fake) { s.status, s.kind = tt.status, tt.kind })
			_, err := s.Link(context.Background(), arn)
			wantFault(t, err, tt.want, tt.code)
		})
	}
}

func TestASecretIsKeptFor300Seconds(t *testing.T) {
	ctx := context.Background()
	s, server := start(t, "test", `{"index_key":"`+long+`"}`)
	for i, step := range []struct {
		advance time.Duration
		calls   int
	}{{0, 1}, {0, 1}, {299 * time.Second, 1}, {time.Second, 2}, {0, 2}, {-time.Hour, 3}} {
		server.set(func(s *fake) { s.at = s.at.Add(step.advance) })
		if _, err := s.Vault(ctx, arn); err != nil || server.count() != step.calls {
			t.Errorf("step %d: %d calls, %v", i, server.count(), err)
		}
	}
}

func TestARotatedSecretIsReloadedOnceAMinuteAtMost(t *testing.T) {
	ctx := context.Background()
	s, server := start(t, "test", `{"index_key":"`+long+`1"}`)
	if _, err := s.Vault(ctx, arn); err != nil {
		t.Fatal(err)
	}
	server.set(func(s *fake) { s.secret = `{"index_key":"` + long + `2"}` })
	for i, step := range []struct {
		advance time.Duration
		did     bool
		want    string
	}{{59 * time.Second, false, "1"}, {time.Second, true, "2"}, {0, false, "2"}, {time.Minute, true, "2"}} {
		server.set(func(s *fake) { s.at = s.at.Add(step.advance) })
		did, err := s.Reload(ctx, arn)
		v, errRead := s.Vault(ctx, arn)
		if err != nil || errRead != nil || did != step.did || v.IndexKey.Reveal() != long+step.want {
			t.Errorf("step %d: reloaded %v, %v, %v", i, did, err, errRead)
		}
	}
	server.set(func(s *fake) { s.at, s.status = s.at.Add(time.Minute), 500 })
	if did, err := s.Reload(ctx, arn); !did || fault.KindOf(err) != fault.Unavailable {
		t.Errorf("while it is down: %v, %v", did, err)
	}
	if v, err := s.Vault(ctx, arn); err != nil || v.IndexKey.Reveal() != long+"2" {
		t.Errorf("the old value went: %v", err)
	}
}

func TestManyWhoNeedOneSecretAskOnce(t *testing.T) {
	s, server := start(t, "test", `{"index_key":"`+long+`"}`)
	gate := make(chan struct{})
	server.set(func(s *fake) { s.gate = gate })
	errs := make([]error, 50)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { _, errs[i] = s.Vault(context.Background(), arn) })
	}
	close(gate)
	all.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	if server.count() != 1 {
		t.Errorf("%d calls", server.count())
	}
}

// hanging is a network that never answers.
type hanging struct{}

func (hanging) Do(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestAServiceThatHangsIsUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := secrets.New(config("http://secrets.invalid", hanging{}), "test", time.Now)
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		var second error
		var all sync.WaitGroup
		all.Go(func() { _, second = s.Link(ctx, arn) }) // Waits for the first one's turn, no longer than its own time.
		_, first := s.Link(context.Background(), arn)
		all.Wait()
		wantFault(t, first, fault.Unavailable, "dependency_unavailable")
		wantFault(t, second, fault.Unavailable, "dependency_unavailable")
	})
}

func TestNothingShowsASecret(t *testing.T) {
	s, _ := start(t, "test", `{"stripe":{"api_key":"sk_test_`+long+`","webhook_secrets":["whsec_`+long+`"]}}`)
	all, err := s.Gateways(context.Background(), arn)
	if err != nil || all.Stripe == nil {
		t.Fatal(err)
	}
	k := *all.Stripe
	holder := struct {
		Open   secrets.Stripe
		hidden secrets.Stripe
		ref    *secrets.Secret
	}{k, k, &k.APIKey}
	var out bytes.Buffer
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "k", k, "key", k.APIKey, "holder", holder)
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "k", k, "key", k.APIKey, "holder", holder)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, strings.Repeat(verb+"\n", 4), k, &k, k.APIKey, holder)
	}
	out.WriteString(k.APIKey.String() + k.APIKey.GoString())
	if strings.Contains(out.String(), "canary") || strings.Contains(out.String(), "63616e617279") {
		t.Errorf("a secret is shown:\n%s", out.String())
	}
	if text, err := json.Marshal(k); err == nil {
		t.Errorf("secrets were written as JSON: %s", text)
	}
}
