package paypalhooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"till/scripts/setup"
	"till/scripts/setup/paypalhooks"
	"till/scripts/setup/setuptest"
	"till/shared/gateway/paypalgw"
)

const (
	client     = "AZ-of-the-app"
	secret     = "canary_of_the_app_0123456789"
	access     = "canary.access.token~of/the+app=="
	webhookURL = "https://api.shop.example/webhooks/paypal"
)

type object = map[string]any

// paypal is Webhooks Management in the shapes of PayPal's OpenAPI description: https://developer.paypal.com/api/webhooks/v1/schema.yaml
type paypal struct {
	t *testing.T
	*setuptest.Shop

	mu    sync.Mutex
	all   []object
	made  int
	calls []string
	lose  bool // The answers of creations are lost.
	token any
	scope string
}

func newPayPal(t *testing.T) *paypal {
	t.Helper()
	p := &paypal{t: t, token: access}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	p.Shop = &setuptest.Shop{Cloud: setuptest.New(t, "dev", `{"stripe":{"api_key":"canary_of_stripe_0123456789"}}`), Gateway: paypalhooks.Gateway(),
		URL: server.URL + "/paypal", Env: map[string]string{"PAYPAL_CLIENT_ID": client, "PAYPAL_CLIENT_SECRET": secret}}
	return p
}

func (p *paypal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/paypal")
	if path == "/v1/oauth2/token" {
		user, password, _ := r.BasicAuth()
		if r.FormValue("grant_type") != "client_credentials" || user != client || password != secret {
			p.answer(w, http.StatusUnauthorized, object{"error": "invalid_client", "error_description": "Client Authentication failed"})
			return
		}
		p.answer(w, http.StatusOK, object{"access_token": p.token, "token_type": "Bearer", "expires_in": 32400, "scope": p.scope})
		return
	}
	if r.Method != http.MethodGet {
		p.calls = append(p.calls, r.Method+" "+path)
	}
	id, isOne := strings.CutPrefix(path, "/v1/notifications/webhooks/")
	at := slices.IndexFunc(p.all, func(o object) bool { return o["id"] == id })
	switch {
	case r.Header.Get("Authorization") != "Bearer "+access:
		p.answer(w, http.StatusUnauthorized, object{"name": "AUTHENTICATION_FAILURE"})
	case path == "/v1/notifications/webhooks" && r.Method == http.MethodGet:
		p.answer(w, http.StatusOK, object{"webhooks": p.all})
	case path == "/v1/notifications/webhooks" && r.Method == http.MethodPost:
		p.create(w, r)
	case !isOne || at < 0:
		p.answer(w, http.StatusNotFound, object{"name": "INVALID_RESOURCE_ID"})
	case r.Method == http.MethodPatch:
		p.patch(w, r, p.all[at])
	case r.Method == http.MethodDelete:
		p.all = slices.Delete(p.all, at, at+1)
		w.WriteHeader(http.StatusNoContent)
	}
}

func (p *paypal) create(w http.ResponseWriter, r *http.Request) {
	var in object
	p.read(r, &in)
	switch {
	case slices.ContainsFunc(p.all, func(o object) bool { return o["url"] == in["url"] }):
		p.answer(w, http.StatusBadRequest, object{"name": "WEBHOOK_URL_ALREADY_EXISTS", "message": "Webhook URL already exists"})
		return
	case len(p.all) >= 10:
		p.answer(w, http.StatusBadRequest, object{"name": "WEBHOOK_NUMBER_LIMIT_EXCEEDED"})
		return
	}
	p.made++
	in["id"] = fmt.Sprintf("0EH40505U7160970%d", p.made)
	p.all = append(p.all, in)
	if p.lose {
		panic(http.ErrAbortHandler)
	}
	p.answer(w, http.StatusCreated, in)
}

func (p *paypal) patch(w http.ResponseWriter, r *http.Request, one object) {
	var in []struct {
		Op, Path string
		Value    any
	}
	p.read(r, &in)
	for _, each := range in {
		name := strings.TrimPrefix(each.Path, "/")
		before, _ := json.Marshal(one[name])
		after, _ := json.Marshal(each.Value)
		if each.Op != "replace" || name != "url" && name != "event_types" || string(before) == string(after) {
			p.answer(w, http.StatusBadRequest, object{"name": "WEBHOOK_PATCH_REQUEST_NO_CHANGE"})
			return
		}
		one[name] = each.Value
	}
	p.answer(w, http.StatusOK, one)
}

func (p *paypal) read(r *http.Request, into any) {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<16)).Decode(into); err != nil {
		p.t.Error(err)
	}
}

func (p *paypal) answer(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (p *paypal) run(args ...string) setuptest.Result {
	p.t.Helper()
	return p.Run(p.t.Context(), p.t, args...)
}

func (p *paypal) changing() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	calls := p.calls
	p.calls = nil
	return calls
}

func (p *paypal) losing(lose bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lose = lose
}

func (p *paypal) stored() string {
	p.t.Helper()
	return fmt.Sprint(p.Cloud.Account("paypal")["webhook_ids"])
}

func TestASetupMakesTheWebhookAndStoresItsID(t *testing.T) {
	p := newPayPal(t)
	p.run().Want(t, 0, "along with paypal.client_id as PAYPAL_CLIENT_ID says, paypal.client_secret as PAYPAL_CLIENT_SECRET says", "and store its id")
	if calls := append(p.changing(), p.Cloud.Calls()...); len(calls) > 0 {
		t.Fatalf("a dry run made %v", calls)
	}
	p.run("-apply").Want(t, 0)
	if len(p.all) != 1 || p.all[0]["url"] != webhookURL || p.stored() != "["+p.all[0]["id"].(string)+"]" {
		t.Fatalf("webhooks %v, stored %s", p.all, p.stored())
	}
	var names []string
	for _, each := range p.all[0]["event_types"].([]any) {
		names = append(names, each.(map[string]any)["name"].(string))
	}
	if !slices.Equal(names, paypalgw.EventTypes()) || p.Cloud.Account("stripe")["api_key"] != "canary_of_stripe_0123456789" {
		t.Errorf("events %v", names)
	}
	p.changing()
	p.Env = nil
	p.run("-apply").Want(t, 0, "nothing to do")
	p.run("-show").Want(t, 0, "all is as it should be")
	if calls := p.changing(); len(calls) > 0 {
		t.Errorf("a repeat made %v", calls)
	}
}

func TestWhatDiffersIsMended(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(p *paypal)
		want   string
		mends  [][]string
	}{
		{"an event is missing", func(p *paypal) { p.all[0]["event_types"] = p.all[0]["event_types"].([]any)[1:] }, "lacks " + paypalgw.EventTypes()[0], nil},
		{"it sends all", func(p *paypal) { p.all[0]["event_types"] = []any{object{"name": "*"}} }, "also sends *", nil},
		{"it leads elsewhere", func(p *paypal) { p.all[0]["url"] = "https://old.shop.example/hooks" }, `leads to "https://old.shop.example/hooks"`, nil},
		{"it is gone", func(p *paypal) { p.all = nil }, "no endpoint leads to the shop", [][]string{{"-apply"}, {"-finish", "-apply"}}},
		{"its id is not stored", func(p *paypal) {
			p.Cloud.Put(`{"paypal":{"client_id":"` + client + `","client_secret":"` + secret + `"}}`)
		},
			"is not in front of the secret's webhook_ids", nil},
		{"another was made by hand", func(p *paypal) { p.all[0]["id"] = "0EH40505U7160970X" }, "0EH40505U7160970X is not in front", [][]string{{"-apply"}, {"-finish", "-apply"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPayPal(t)
			p.run("-apply").Want(t, 0)
			row.change(p)
			p.run("-show").Want(t, 1, row.want, "mend: go run ./scripts/paypalsetup -stack till-dev")
			if row.mends == nil {
				row.mends = [][]string{{"-apply"}}
			}
			for _, args := range row.mends {
				p.run(args...).Want(t, 0)
			}
			p.run("-show").Want(t, 0)
			if len(p.all) != 1 || p.stored() != "["+p.all[0]["id"].(string)+"]" {
				t.Errorf("webhooks %v, stored %s", p.all, p.stored())
			}
		})
	}
}

func TestAWebhookWhoseCreationWasNotHeardOfIsFound(t *testing.T) {
	p := newPayPal(t)
	p.losing(true)
	p.run("-apply").Want(t, 1, "Run this again")
	p.losing(false)
	p.run("-apply").Want(t, 0, "done: put 0EH40505U71609701 in front of the secret's webhook_ids")
	if len(p.all) != 1 || p.stored() != "[0EH40505U71609701]" {
		t.Errorf("webhooks %v, stored %s", p.all, p.stored())
	}
}

func TestAWebhookThatCannotBeMadeSaysWhy(t *testing.T) {
	p := newPayPal(t)
	for n := range 10 {
		p.all = append(p.all, object{"id": fmt.Sprintf("WH-%d", n), "url": fmt.Sprintf("https://other.example/%d", n), "event_types": []any{}})
	}
	p.run("-apply").Want(t, 1, "the gateway did not create a webhook: WEBHOOK_NUMBER_LIMIT_EXCEEDED")
}

func TestAWebhookWhoseIDCannotBeStoredIsRemoved(t *testing.T) {
	p := newPayPal(t)
	p.Cloud.Refuse = func(call string) string {
		if call == "PutSecretValue" && p.made > 0 {
			return "LimitExceededException"
		}
		return ""
	}
	p.run("-apply").Want(t, 1, "secretsmanager:PutSecretValue on the gateways' secret: LimitExceededException", "is removed again")
	if len(p.all) > 0 || p.made != 1 {
		t.Errorf("webhooks %v", p.all)
	}
}

func TestAnAppOfTheSandboxIsAskedForInTheSandbox(t *testing.T) {
	for stage, host := range map[string]string{"dev": "api-m.sandbox.paypal.com", "prod": "api-m.paypal.com"} {
		p := newPayPal(t)
		p.Cloud.Parameters["Stage"], p.URL, p.Transport = stage, "", elsewhere{}
		p.run("-apply").Want(t, setup.Failed, "the gateway did not sign the app in: "+strings.ReplaceAll(host, ".", "_"))
	}
}

// elsewhere answers with the host that was asked.
type elsewhere struct{}

// RoundTrip is http.RoundTripper's.
func (elsewhere) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusBadRequest)
	_, _ = fmt.Fprintf(w, `{"error":%q}`, strings.ReplaceAll(r.URL.Host, ".", "_"))
	return w.Result(), nil
}

func TestThereIsNothingToRotate(t *testing.T) {
	p := newPayPal(t)
	p.run("-apply").Want(t, 0)
	p.run("-rotate", "-apply").Want(t, 1, "there is no signing secret to rotate")
	p.run("-finish", "-apply").Want(t, 0, "nothing to do")
}

func TestKeysThatDoNotFitAreRefused(t *testing.T) {
	for _, row := range []struct{ name, variable, value, want string }{
		{"another secret, as one of a live app in the sandbox", "PAYPAL_CLIENT_SECRET", "canary_of_somebody_else_0123", "PayPal does not take the keys: are they of test mode"},
		{"a short secret", "PAYPAL_CLIENT_SECRET", "short", "PAYPAL_CLIENT_SECRET is no client secret of PayPal"},
		{"an id with a colon", "PAYPAL_CLIENT_ID", "a:b", "PAYPAL_CLIENT_ID is no client id of PayPal"},
		{"no id", "PAYPAL_CLIENT_ID", "", "PAYPAL_CLIENT_ID is not set in the environment"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := newPayPal(t)
			p.Env[row.variable] = row.value
			p.run("-apply").Want(t, setup.Failed, row.want)
			if calls := append(p.changing(), p.Cloud.Calls()...); len(calls) > 0 {
				t.Errorf("changed by %v", calls)
			}
		})
	}
}

func TestAnAccessTokenThatNoHeaderCarriesIsRefused(t *testing.T) {
	for _, token := range []any{"", "a b", "a\r\nb", strings.Repeat("x", 5000), 7} {
		p := newPayPal(t)
		p.token = token
		r := p.run("-apply")
		r.Want(t, setup.Failed)
		if calls := append(p.changing(), p.Cloud.Calls()...); len(calls) > 0 || !strings.Contains(r.Err, "cannot be read") {
			t.Errorf("%v: changed by %v\n%s", token, calls, r.Err)
		}
	}
}
