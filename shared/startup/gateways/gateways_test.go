package gateways_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"till/shared/awstest"
	"till/shared/edge/hook"
	"till/shared/fault"
	"till/shared/gateway/stripegw"
	"till/shared/payment"
	"till/shared/secrets"
	"till/shared/settings"
	"till/shared/startup/gateways"
)

const (
	first  = "whsec_first_0123456789abcdef"
	second = "whsec_second_0123456789abcdef"
	body   = `{"id":"evt_1","object":"event","type":"payment_intent.succeeded","api_version":"2023-10-16","created":1769999000,"livemode":false,"data":{"object":{"id":"pi_1"}}}`
)

var arrived = time.Unix(1_770_000_000, 0).UTC()

func now() time.Time { return arrived }

// header is a signature as Stripe makes it: https://docs.stripe.com/webhooks#verify-manually
func header(secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = fmt.Fprintf(mac, "%d.%s", arrived.Unix(), body)
	return fmt.Sprintf("t=%d,v1=%x", arrived.Unix(), mac.Sum(nil))
}

// check is the check of Stripe's webhooks.
func check(keys gateways.Keys, reload func(context.Context) (bool, error), stage string) hook.Verify {
	return gateways.Verify(gateways.Config{Keys: keys, Stage: stage, Now: now}, stripegw.Name, reload)
}

// signature is a request's headers with that of Stripe.
func signature(value string) func(string) string {
	return func(name string) string {
		if name != "Stripe-Signature" {
			return ""
		}
		return value
	}
}

func signed(secret string) func(string) string { return signature(header(secret)) }

// text is a secret as Secrets Manager keeps it.
func text(api, publishable string, webhooks ...string) string {
	out, err := json.Marshal(map[string]any{"stripe": map[string]any{"api_key": api, "publishable_key": publishable, "webhook_secrets": webhooks}})
	if err != nil {
		panic(err)
	}
	return string(out)
}

// account is an account whose keys change, and a Stripe that notes which key it was called with.
type account struct {
	mu      sync.Mutex
	text    string
	err     error
	fresh   string // What reload finds; "" for nothing new.
	reloads int
	used    []string
}

func (a *account) keys(context.Context) (secrets.Gateways, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var k secrets.Gateways
	if a.err != nil {
		return k, a.err
	}
	return k, json.Unmarshal([]byte(a.text), &k)
}

func (a *account) set(text string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.text = text
}

func (a *account) reload(context.Context) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reloads++
	if a.fresh == "" {
		return false, nil
	}
	a.text = a.fresh
	return true, nil
}

func (a *account) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.used = append(a.used, r.URL.Host+" "+strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
	return &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(`{"error":{"type":"invalid_request_error","code":"resource_missing"}}`))}, nil
}

const (
	keyA   = "sk_test_a_0123456789abcdef"
	keyB   = "sk_test_b_0123456789abcdef"
	public = "pk_test_a"
)

func TestAGatewayIsMadeOnceAndAnewForOtherKeys(t *testing.T) {
	a := &account{}
	open := gateways.Open(gateways.Config{Keys: a.keys, Stage: "test", LocalURL: "http://local.test", Transport: a, Now: now})
	steps := []struct {
		name, api, publishable, webhook string
		same                            bool
	}{
		{"at first need", keyA, public, first, false},
		{"the same keys", keyA, public, first, true},
		{"another webhook secret, which is not the gateway's", keyA, public, second, true},
		{"another key", keyB, public, second, false},
		{"the same other key", keyB, public, second, true},
		{"another publishable key", keyB, "pk_test_b", second, false},
		{"the first key again", keyA, public, first, false},
	}
	var last payment.Gateway
	for _, step := range steps {
		a.set(text(step.api, step.publishable, step.webhook))
		g, err := open(t.Context(), stripegw.Name)
		if err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if (g == last) != step.same {
			t.Errorf("%s: the same gateway: %v", step.name, g == last)
		}
		if _, err := g.Find(t.Context(), "pi_1"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %v", step.name, err)
		}
		if got := a.used[len(a.used)-1]; got != "local.test "+step.api {
			t.Errorf("%s: called %s", step.name, got)
		}
		last = g
	}
}

func TestGatewaysThatCannotBeHad(t *testing.T) {
	down := &fault.Error{Kind: fault.Unavailable, Op: "secrets.read", Code: "dependency_unavailable"}
	tests := []struct {
		name, gateway, stage, url string
		account                   *account
		kind                      fault.Kind
		code                      string
	}{
		{"another name", "paypal", "test", "http://local.test", &account{text: text(keyA, public, first)}, fault.Internal, "gateway_unavailable"},
		{"no name", "", "test", "http://local.test", &account{text: text(keyA, public, first)}, fault.Internal, "gateway_unavailable"},
		{"keys that cannot be read", "stripe", "test", "http://local.test", &account{err: down}, fault.Unavailable, "dependency_unavailable"},
		{"a test key where money is real", "stripe", gateways.LiveStage, "http://local.test", &account{text: text(keyA, public, first)}, fault.Internal, "config_invalid"},
		{"a live key where it is not", "stripe", "staging", "http://local.test", &account{text: text("sk_live_a_0123456789", "pk_live_a", first)}, fault.Internal, "config_invalid"},
		{"an address that is none", "stripe", "test", "local.test", &account{text: text(keyA, public, first)}, fault.Internal, "config_invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := gateways.Open(gateways.Config{Keys: tt.account.keys, Stage: tt.stage, LocalURL: tt.url, Transport: tt.account, Now: now})(t.Context(), tt.gateway)
			if g != nil || !fault.Is(err, tt.kind) || fault.Code(err) != tt.code || strings.Contains(err.Error(), keyA) {
				t.Errorf("got %v, %v", g, err)
			}
		})
	}
}

func TestAnUnusableNewKeyDoesNotStay(t *testing.T) {
	a := &account{text: text(keyA, public, first)}
	open := gateways.Open(gateways.Config{Keys: a.keys, Stage: "test", LocalURL: "http://local.test", Transport: a, Now: now})
	for i, step := range []struct {
		key string
		ok  bool
	}{{keyA, true}, {"sk_live_by_mistake_0123456789", false}, {keyB, true}} {
		a.set(text(step.key, public, first))
		if g, err := open(t.Context(), stripegw.Name); (err == nil) != step.ok || (g != nil) != step.ok {
			t.Errorf("step %d: %v, %v", i, g, err)
		}
	}
}

func wantFault(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if !fault.Is(err, kind) || fault.Code(err) != code {
		t.Errorf("got %v, want %v %s", err, kind, code)
	}
}

func TestBothLiveSecretsAreTaken(t *testing.T) {
	a := &account{text: text(keyA, public, first, second)}
	verify := check(a.keys, a.reload, "test")
	for _, secret := range []string{first, second} {
		if e, err := verify(t.Context(), []byte(body), signed(secret)); err != nil || e.ID != "evt_1" {
			t.Errorf("%+v, %v", e, err)
		}
	}
	if a.reloads != 0 {
		t.Errorf("%d reloads for good signatures", a.reloads)
	}
}

func TestARotatedSecretIsTakenWithoutARestart(t *testing.T) {
	a := &account{text: text(keyA, public, first), fresh: text(keyA, public, second)}
	verify := check(a.keys, a.reload, "test")
	if _, err := verify(t.Context(), []byte(body), signed(first)); err != nil || a.reloads != 0 {
		t.Fatalf("%d reloads, %v", a.reloads, err)
	}
	if e, err := verify(t.Context(), []byte(body), signed(second)); err != nil || e.ID != "evt_1" || a.reloads != 1 {
		t.Fatalf("%d reloads, %v", a.reloads, err)
	}
	_, err := verify(t.Context(), []byte(body), signed(first))
	wantFault(t, err, fault.Unreadable, "signature_invalid")
}

func TestASecretThatCameInTimeIsSeenWithoutAReload(t *testing.T) {
	a := &account{text: text(keyA, public, first)}
	verify := check(a.keys, nil, "test")
	_, err := verify(t.Context(), []byte(body), signed(second))
	wantFault(t, err, fault.Unreadable, "signature_invalid")
	a.set(text(keyA, public, second))
	if _, err := verify(t.Context(), []byte(body), signed(second)); err != nil {
		t.Error(err)
	}
}

func TestADeliveryTakesTheSecretsThatAnotherReloaded(t *testing.T) {
	a := &account{text: text(keyA, public, first)}
	notLet := func(context.Context) (bool, error) { // In between, another delivery's reload was let.
		a.set(text(keyA, public, second))
		return false, nil
	}
	verify := check(a.keys, notLet, "test")
	if e, err := verify(t.Context(), []byte(body), signed(second)); err != nil || e.ID != "evt_1" {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestAForgedSignatureStaysForged(t *testing.T) {
	forged := header("whsec_forged_0123456789abcdef")
	down := errors.New("down")
	tests := []struct {
		name   string
		reload func(context.Context) (bool, error)
	}{
		{"nothing may be reloaded", nil},
		{"a reload is not allowed yet", func(context.Context) (bool, error) { return false, nil }},
		{"a reload brings the same", func(context.Context) (bool, error) { return true, nil }},
		{"a reload fails", func(context.Context) (bool, error) { return true, down }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := &account{text: text(keyA, public, first)}
			verify := check(a.keys, tt.reload, "test")
			e, err := verify(t.Context(), []byte(body), signature(forged))
			wantFault(t, err, fault.Unreadable, "signature_invalid")
			if e != (payment.Event{}) {
				t.Errorf("got %+v", e)
			}
			if _, err := verify(t.Context(), []byte(body), signed(first)); err != nil {
				t.Errorf("a good one after it: %v", err)
			}
		})
	}
}

func TestOnlyASignatureIsWorthAReload(t *testing.T) {
	a := &account{text: text(keyA, public, first), fresh: text(keyA, public, second)}
	live := check(a.keys, a.reload, gateways.LiveStage)
	_, err := live(t.Context(), []byte(body), signed(first))
	wantFault(t, err, fault.Unreadable, "mode_mismatch")
	_, err = live(t.Context(), make([]byte, stripegw.BodyBytesMax+1), signature(""))
	wantFault(t, err, fault.TooLarge, "body_too_large")
	if a.reloads != 0 {
		t.Errorf("%d reloads", a.reloads)
	}
}

func TestWithoutKeysNothingIsVerified(t *testing.T) {
	down := &fault.Error{Kind: fault.Unavailable, Op: "secrets.read", Code: "dependency_unavailable"}
	a := &account{err: down}
	verify := check(a.keys, a.reload, "test")
	_, err := verify(t.Context(), []byte(body), signed(first))
	wantFault(t, err, fault.Unavailable, "dependency_unavailable")
	a.err, a.text = nil, text(keyA, public, "whsec_short")
	for range 2 { // A failure to make a verifier is not taken for one.
		_, err = verify(t.Context(), []byte(body), signed("whsec_short"))
		wantFault(t, err, fault.Internal, "config_invalid")
	}
	a.set(text(keyA, public, first))
	if _, err := verify(t.Context(), []byte(body), signed(first)); err != nil {
		t.Error(err)
	}
	gone := check(a.keys, func(context.Context) (bool, error) { a.err = down; return true, nil }, "test")
	_, err = gone(t.Context(), []byte(body), signed(second))
	wantFault(t, err, fault.Unavailable, "dependency_unavailable")
}

func TestFromReadsTheSecretAndReloadsItOnceAMinuteAtMost(t *testing.T) {
	const arn = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:till-stripe"
	value := func(v string) awstest.Answer {
		return awstest.Reply(http.StatusOK, fmt.Sprintf(`{"ARN":%q,"SecretString":%q}`, arn, v))
	}
	s := awstest.Start(t, value(text(keyA, public, first)), value(text(keyA, public, second)))
	at := arrived
	store := secrets.New(s.Cloud, "test", func() time.Time { return at })
	verify := gateways.Verify(gateways.At(store, settings.Gateways{SecretsARN: arn}, "test", now), stripegw.Name,
		func(ctx context.Context) (bool, error) { return store.Reload(ctx, arn) })
	for i, step := range []struct {
		advance time.Duration
		secret  string
		ok      bool
		calls   int
	}{
		{0, first, true, 1}, {0, second, false, 1}, {59 * time.Second, second, false, 1}, {time.Second, second, true, 2},
		{0, second, true, 2}, {0, first, false, 2}, {0, first, false, 2},
	} {
		at = at.Add(step.advance)
		if _, err := verify(t.Context(), []byte(body), signed(step.secret)); (err == nil) != step.ok || len(s.Seen()) != step.calls {
			t.Errorf("step %d: %d calls, %v", i, len(s.Seen()), err)
		}
	}
	if got := s.Seen()[0]; got.Target != "secretsmanager.GetSecretValue" || got.Body != `{"SecretId":"`+arn+`"}` {
		t.Errorf("asked %+v", got)
	}
}

func TestManyAtOnceWhileKeysRotate(t *testing.T) {
	a := &account{text: text(keyA, public, first, second), fresh: text(keyA, public, second, first)}
	verify := check(a.keys, a.reload, "test")
	open := gateways.Open(gateways.Config{Keys: a.keys, Stage: "test", LocalURL: "http://local.test", Transport: a, Now: now})
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			switch i % 4 {
			case 0:
				a.set(text([]string{keyA, keyB}[i/4%2], public, first, second))
			case 1:
				if _, err := verify(t.Context(), []byte(body), signed([]string{first, second}[i/4%2])); err != nil {
					t.Error(err)
				}
			case 2:
				if _, err := verify(t.Context(), []byte(body), signature("t=1770000000,v1=00")); fault.Code(err) != "signature_invalid" {
					t.Error(err)
				}
			default:
				if g, err := open(t.Context(), stripegw.Name); err != nil || g == nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}
