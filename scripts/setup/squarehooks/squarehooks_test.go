package squarehooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"till/scripts/setup"
	"till/scripts/setup/setuptest"
	"till/scripts/setup/squarehooks"
	"till/shared/gateway/squaregw"
)

const (
	token       = "EAAAl_canary_of_the_application_0123"
	application = "sandbox-sq0idb-of-the-application"
	location    = "L88917AVBK2S5"
	merchant    = "3MYCJG5GVYQ8Q"
	webhookURL  = "https://api.shop.example/webhooks/square"
)

type object = map[string]any

// square is the Webhook Subscriptions API and a location, in the shapes that Square's reference shows.
type square struct {
	t      *testing.T
	server *httptest.Server
	*setuptest.Shop

	mu       sync.Mutex
	all      []object // Oldest first.
	keys     map[string]string
	seen     map[string]object // Answers by idempotency key.
	calls    []string
	pageSize int
	location object
	denied   string // A path whose reads the token may not make.
	lose     int    // So many answers of creations are lost.
}

func newSquare(t *testing.T) *square {
	t.Helper()
	s := &square{t: t, keys: map[string]string{}, seen: map[string]object{}, pageSize: 100,
		location: object{"id": location, "merchant_id": merchant, "currency": "EUR", "status": "ACTIVE", "name": "Main Street"}}
	s.server = httptest.NewServer(s)
	t.Cleanup(s.server.Close)
	s.Shop = &setuptest.Shop{Cloud: setuptest.New(t, "dev", `{"note":"kept"}`), Gateway: squarehooks.Gateway(), URL: s.server.URL + "/square",
		Env: map[string]string{"SQUARE_ACCESS_TOKEN": token, "SQUARE_APPLICATION_ID": application, "SQUARE_LOCATION_ID": location}}
	return s
}

func (s *square) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/square")
	if r.Method != http.MethodGet {
		s.calls = append(s.calls, r.Method+" "+path)
	}
	if r.Header.Get("Authorization") != "Bearer "+token || r.Header.Get("Square-Version") != squaregw.Version {
		s.answer(w, http.StatusUnauthorized, object{"errors": []object{{"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED", "detail": "no: " + r.Header.Get("Authorization")}}})
		return
	}
	id, isOne := strings.CutPrefix(path, "/v2/webhooks/subscriptions/")
	at := slices.IndexFunc(s.all, func(o object) bool { return o["id"] == id })
	switch {
	case r.Method == http.MethodGet && path == "/v2/locations/"+location && s.location != nil:
		s.answer(w, http.StatusOK, object{"location": s.location})
	case path == s.denied:
		s.answer(w, http.StatusForbidden, object{"errors": []object{{"category": "AUTHENTICATION_ERROR", "code": "INSUFFICIENT_SCOPES"}}})
	case path == "/v2/webhooks/subscriptions" && r.Method == http.MethodGet:
		s.list(w, r)
	case path == "/v2/webhooks/subscriptions" && r.Method == http.MethodPost:
		s.create(w, r)
	case !isOne || at < 0:
		s.answer(w, http.StatusNotFound, object{"errors": []object{{"code": "NOT_FOUND"}}})
	case r.Method == http.MethodPut:
		var in struct{ Subscription object }
		s.read(r, &in)
		for name, value := range in.Subscription {
			s.all[at][name] = value
		}
		s.answer(w, http.StatusOK, object{"subscription": s.all[at]})
	case r.Method == http.MethodDelete:
		s.all = slices.Delete(s.all, at, at+1)
		s.answer(w, http.StatusOK, object{})
	}
}

func (s *square) list(w http.ResponseWriter, r *http.Request) {
	all := slices.Clone(s.all)
	if r.URL.Query().Get("include_disabled") != "true" {
		all = slices.DeleteFunc(all, func(o object) bool { return o["enabled"] == false })
	}
	if r.URL.Query().Get("sort_order") == "DESC" {
		slices.Reverse(all)
	}
	from := 0
	_, _ = fmt.Sscanf(r.URL.Query().Get("cursor"), "from%d", &from)
	out := object{"subscriptions": all[from:min(from+s.pageSize, len(all))]}
	if from+s.pageSize < len(all) {
		out["cursor"] = fmt.Sprintf("from%d", from+s.pageSize)
	}
	s.answer(w, http.StatusOK, out)
}

func (s *square) create(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Key          string `json:"idempotency_key"`
		Subscription object
	}
	s.read(r, &in)
	if len(in.Key) > 45 || in.Key == "" {
		s.answer(w, http.StatusBadRequest, object{"errors": []object{{"code": "VALUE_TOO_LONG", "field": "idempotency_key"}}})
		return
	}
	answer, repeated := s.seen[in.Key]
	if !repeated {
		id := fmt.Sprintf("wbhk_%d", len(s.seen)+1)
		one := in.Subscription
		one["id"] = id
		s.all, s.keys[id] = append(s.all, one), fmt.Sprintf("canary-signature-key-%d", len(s.seen)+1)
		answer = object{"signature_key": s.keys[id]}
		for name, value := range one {
			answer[name] = value
		}
		s.seen[in.Key] = answer
	}
	if s.lose > 0 {
		s.lose--
		panic(http.ErrAbortHandler)
	}
	s.answer(w, http.StatusOK, object{"subscription": answer})
}

func (s *square) read(r *http.Request, into any) {
	if err := json.NewDecoder(http.MaxBytesReader(nil, r.Body, 1<<16)).Decode(into); err != nil {
		s.t.Error(err)
	}
}

func (s *square) answer(w http.ResponseWriter, status int, body object) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *square) run(args ...string) setuptest.Result {
	s.t.Helper()
	return s.Run(s.t.Context(), s.t, args...)
}

func (s *square) changing() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

func (s *square) stored() []string {
	s.t.Helper()
	var out []string
	list, _ := s.Cloud.Account("square")["signature_keys"].([]any)
	for _, each := range list {
		out = append(out, each.(string))
	}
	return out
}

// verified counts the subscriptions whose webhooks a shop with these keys takes.
func (s *square) verified(keys []string) int {
	s.t.Helper()
	v, err := squaregw.NewVerifier(squaregw.VerifierConfig{Keys: keys, URL: webhookURL, MerchantID: merchant})
	if err != nil {
		s.t.Fatal(err)
	}
	body := []byte(`{"merchant_id":"` + merchant + `","type":"payment.updated","event_id":"e1","created_at":"2026-11-22T12:00:00Z","data":{"id":"p1","object":{}}}`)
	n := 0
	for _, one := range s.all {
		mac := hmac.New(sha256.New, []byte(s.keys[one["id"].(string)]))
		mac.Write([]byte(one["notification_url"].(string)))
		mac.Write(body)
		signature := base64.StdEncoding.EncodeToString(mac.Sum(nil))
		_, err := v.Verify(body, func(name string) string {
			return map[string]string{squaregw.SignatureHeader: signature, squaregw.EnvironmentHeader: "Sandbox"}[name]
		})
		if err == nil {
			n++
		}
	}
	return n
}

func TestASetupMakesTheSubscriptionAndStoresItsKeyAndTheLocationsFacts(t *testing.T) {
	s := newSquare(t)
	s.run().Want(t, 0, "along with ", "square.currency as Square says, square.merchant_id as Square says", "would create an endpoint")
	if len(s.changing()) > 0 || s.Cloud.Secret() != `{"note":"kept"}` {
		t.Fatal("a dry run changed something")
	}
	s.run("-apply").Want(t, 0)
	if len(s.all) != 1 {
		t.Fatalf("%d subscriptions", len(s.all))
	}
	one := s.all[0]
	if one["notification_url"] != webhookURL || one["api_version"] != squaregw.Version || one["enabled"] != true ||
		fmt.Sprint(one["event_types"]) != fmt.Sprint(squaregw.EventTypes()) {
		t.Errorf("the subscription is %v", one)
	}
	got := s.Cloud.Account("square")
	for member, want := range map[string]string{"access_token": token, "application_id": application, "location_id": location, "merchant_id": merchant, "currency": "EUR"} {
		if got[member] != want {
			t.Errorf("%s is stored as %v", member, got[member])
		}
	}
	if s.verified(s.stored()) != 1 {
		t.Error("its webhooks do not verify")
	}
	s.changing()
	s.Env = nil
	s.run("-apply").Want(t, 0, "nothing to do")
	s.run("-show").Want(t, 0, "all is as it should be")
	if calls := s.changing(); len(calls) > 0 {
		t.Errorf("a repeat made %v", calls)
	}
}

func TestASignatureKeyIsRotatedInTwoSteps(t *testing.T) {
	s := newSquare(t)
	s.run("-apply").Want(t, 0)
	s.run("-rotate", "-apply").Want(t, 0, "the new endpoint is wbhk_2")
	both := s.stored()
	if len(both) != 2 || s.verified(both) != 2 || s.verified(both[:1]) != 1 || s.verified(both[1:]) != 1 {
		t.Fatalf("%d keys, %d subscriptions verify", len(both), s.verified(both))
	}
	s.run("-finish", "-apply").Want(t, 0, "done: remove wbhk_1")
	if left := s.stored(); !slices.Equal(left, both[:1]) || len(s.all) != 1 || s.verified(left) != 1 {
		t.Errorf("%d keys, %d subscriptions", len(left), len(s.all))
	}
	s.run("-show").Want(t, 0)
}

func TestWhatDiffersIsMended(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(s *square)
		want   string
		mend   []string
	}{
		{"an event is missing", func(s *square) { s.all[0]["event_types"] = squaregw.EventTypes()[1:] }, "lacks " + squaregw.EventTypes()[0], nil},
		{"it is disabled", func(s *square) { s.all[0]["enabled"] = false }, "is disabled", nil},
		{"it leads elsewhere", func(s *square) { s.all[0]["notification_url"] = webhookURL + "/" }, `leads to "` + webhookURL + `/"`, nil},
		{"its API version is another", func(s *square) { s.all[0]["api_version"] = "2021-12-15" }, "has API version 2021-12-15, not " + squaregw.Version, nil},
		{"the location was given to another merchant", func(s *square) { s.location["merchant_id"] = "M2" }, "square.merchant_id is not what Square says", nil},
		{"there are two", func(s *square) { s.run("-rotate", "-apply") }, "a rotation is under way", []string{"-finish"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSquare(t)
			s.run("-apply").Want(t, 0)
			row.change(s)
			s.run("-show").Want(t, 1, row.want, "mend: go run ./scripts/squaresetup -stack till-dev")
			s.run(append(row.mend, "-apply")...).Want(t, 0)
			s.run("-show").Want(t, 0)
		})
	}
}

func TestLostAnswersOfACreation(t *testing.T) {
	s := newSquare(t)
	s.lose = 1
	s.run("-apply").Want(t, 0)
	if s.changing(); len(s.all) != 1 || s.verified(s.stored()) != 1 {
		t.Fatalf("%d subscriptions", len(s.all))
	}
	s = newSquare(t)
	s.lose = 2
	s.run("-apply").Want(t, 1, "it is found and replaced")
	s.run("-apply").Want(t, 0, "done: remove wbhk_1, whose signing secret is lost")
	if len(s.all) != 1 || s.verified(s.stored()) != 1 {
		t.Errorf("%d subscriptions", len(s.all))
	}
}

func TestASubscriptionIsFoundOnAnyPage(t *testing.T) {
	s := newSquare(t)
	s.run("-apply").Want(t, 0)
	for n := range 4 {
		s.all = append(s.all, object{"id": fmt.Sprintf("wbhk_other%d", n), "enabled": true, "event_types": []string{}, "notification_url": "https://elsewhere.example"})
	}
	s.pageSize = 2
	s.run("-show").Want(t, 0)
}

func TestKeysThatDoNotFitAreRefused(t *testing.T) {
	for _, row := range []struct{ name, stage, variable, value, want string }{
		{"a live application on dev", "dev", "SQUARE_APPLICATION_ID", "sq0idp-of-the-shop", "SQUARE_APPLICATION_ID is a live application; the stage dev"},
		{"the sandbox's application on prod", "prod", "SQUARE_APPLICATION_ID", application, "SQUARE_APPLICATION_ID is an application of the sandbox; the stage prod"},
		{"no application", "dev", "SQUARE_APPLICATION_ID", "app", "is no application id of Square"},
		{"a location that is none", "dev", "SQUARE_LOCATION_ID", "../main", "SQUARE_LOCATION_ID is no id of a location"},
		{"another location", "dev", "SQUARE_LOCATION_ID", "L0", "there is no such location"},
		{"a token that no header carries", "dev", "SQUARE_ACCESS_TOKEN", "canary canary canary canary canary", "SQUARE_ACCESS_TOKEN is no access token"},
		{"another token", "dev", "SQUARE_ACCESS_TOKEN", "canary_of_somebody_else_0123456789", "Square does not take the keys: are they of test mode"},
		{"no token", "dev", "SQUARE_ACCESS_TOKEN", "", "SQUARE_ACCESS_TOKEN is not set in the environment"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSquare(t)
			s.Env[row.variable], s.Cloud.Parameters["Stage"] = row.value, row.stage
			if row.stage == "prod" {
				s.URL = ""
			}
			s.run("-apply").Want(t, setup.Failed, row.want)
			if calls := append(s.changing(), s.Cloud.Calls()...); len(calls) > 0 {
				t.Errorf("changed by %v", calls)
			}
		})
	}
}

func TestALocationThatCannotBePaidAtIsRefused(t *testing.T) {
	for _, row := range []struct {
		name, member, value, want string
	}{
		{"it is closed", "status", "INACTIVE", "the location is not active"},
		{"its merchant plays with the terminal", "merchant_id", "\x1b[2J", "cannot be read"},
		{"its currency is none", "currency", "euros", "cannot be read"},
		{"it is another", "id", "L0", "cannot be read"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := newSquare(t)
			s.location[row.member] = row.value
			s.run("-apply").Want(t, setup.Failed, row.want)
			if calls := append(s.changing(), s.Cloud.Calls()...); len(calls) > 0 {
				t.Errorf("changed by %v", calls)
			}
		})
	}
}

func TestATokenThatMayNotReadIsTold(t *testing.T) {
	for path, want := range map[string]string{"/v2/payouts": "PAYOUTS_READ", "/v2/disputes": "DISPUTES_READ and DISPUTES_WRITE", "/v2/nothing": "all is as it should be"} {
		s := newSquare(t)
		s.run("-apply").Want(t, setup.Done, "")
		s.denied = path
		code := setup.Failed
		if path == "/v2/nothing" {
			code = setup.Done
		}
		s.run("-show").Want(t, code, want)
	}
}
