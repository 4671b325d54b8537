package setup_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/scripts/setup"
	"till/scripts/setup/setuptest"
	"till/scripts/setup/stripehooks"
)

func TestKeysOfTheOtherModeAreRefused(t *testing.T) {
	const live, livePublic = "sk_live_canary_of_the_account_0123", "pk_live_of_the_account_0123"
	for _, row := range []struct {
		name, stage string
		env         map[string]string
		want        string
	}{
		{"a live key on dev", "dev", map[string]string{"STRIPE_KEY": live}, "STRIPE_KEY is a live key; the stage dev takes keys of test mode"},
		{"a live restricted key on staging", "staging", map[string]string{"STRIPE_KEY": "rk_live_canary_of_the_account_0123"}, "STRIPE_KEY is a live key"},
		{"a test key on prod", "prod", map[string]string{"STRIPE_KEY": secretKey}, "STRIPE_KEY is a test key; the stage prod takes keys of live mode"},
		{"a live publishable key on dev", "dev", map[string]string{"STRIPE_KEY": secretKey, "STRIPE_PUBLISHABLE_KEY": livePublic}, "STRIPE_PUBLISHABLE_KEY is a live key"},
		{"a test key for the setup on prod", "prod", map[string]string{"STRIPE_KEY": live, "STRIPE_SETUP_KEY": secretKey}, "STRIPE_SETUP_KEY is a test key"},
		{"a publishable key in the secret one's place", "dev", map[string]string{"STRIPE_KEY": publicKey}, "STRIPE_KEY is no sk_… or rk_… key of Stripe"},
		{"a key that no header carries", "dev", map[string]string{"STRIPE_KEY": "sk_test_canary\r\nHost: elsewhere"}, "STRIPE_KEY is no sk_… or rk_… key"},
		{"no key", "dev", nil, "STRIPE_KEY is not set in the environment, and the secret has no stripe.api_key"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			a.Cloud.Parameters["Stage"], a.Env = row.stage, row.env
			if row.stage == "prod" {
				a.URL = ""
			}
			a.run("-apply").Want(t, 1, row.want)
			if calls := append(a.changing(), a.Cloud.Calls()...); len(calls) > 0 {
				t.Errorf("changed by %v", calls)
			}
		})
	}
	t.Run("a live key in the secret of dev", func(t *testing.T) {
		a := newAccount(t)
		a.Env = nil
		a.Cloud.Put(`{"stripe":{"api_key":"` + live + `"}}`)
		a.run("-show").Want(t, 1, "the secret's stripe.api_key is a live key")
	})
}

func TestAKeyForTheSetupAloneIsNotStored(t *testing.T) {
	a := newAccount(t)
	a.Env["STRIPE_KEY"] = "rk_test_of_the_functions_0123456789"
	a.run("-apply").Want(t, 1, "Stripe does not take the keys")
	a.Env["STRIPE_SETUP_KEY"] = secretKey
	a.run("-apply").Want(t, 0)
	if a.Cloud.Account("stripe")["api_key"] != a.Env["STRIPE_KEY"] || strings.Contains(a.Cloud.Secret(), secretKey) {
		t.Errorf("stored: %v", a.Cloud.Account("stripe")["api_key"] == secretKey)
	}
}

func TestWrongUsageIsExplainedAndRepeatsNoKey(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"an argument", []string{secretKey}, "keys come from the environment"},
		{"an unknown flag", []string{"-force"}, "flag provided but not defined: -force"},
		{"two jobs", []string{"-show", "-rotate"}, "only one of -show, -rotate, -finish"},
		{"a dry run that is done", []string{"-apply", "-dry-run"}, "not with -dry-run or -show"},
		{"a look that changes", []string{"-apply", "-show"}, "not with -dry-run or -show"},
		{"no stack", []string{"-stack", ""}, "-stack is empty"},
		{"an endpoint that is none", []string{"-endpoint", "localhost:4566"}, "-endpoint is not http://HOST:PORT"},
		{"a gateway elsewhere", []string{"-gateway-url", "http://192.0.2.1/stripe"}, "-gateway-url is not http://HOST:PORT/… of this machine"},
		{"a gateway that only looks near", []string{"-gateway-url", "http://localhost@192.0.2.1/stripe"}, "-gateway-url is not"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			a.URL = ""
			a.run(row.args...).Want(t, setup.Usage, row.want, "-finish")
			if calls := a.changing(); len(calls) > 0 {
				t.Errorf("calls: %v", calls)
			}
		})
	}
	a := newAccount(t)
	a.run("-h").Want(t, setup.Done, "-stack", "-region", "-endpoint", "-gateway-url", "-show", "-rotate", "-finish", "-apply", "-dry-run")
}

func TestAStackThatIsNotAsItShouldBeIsNotTouched(t *testing.T) {
	refuse := func(call, code string) func(*account) {
		return func(a *account) {
			a.Cloud.Refuse = func(c string) string {
				if c == call {
					return code
				}
				return ""
			}
		}
	}
	for _, row := range []struct {
		name   string
		change func(a *account)
		want   string
	}{
		{"it may not be looked at", refuse("DescribeStacks", "AccessDenied"), "you may not cloudformation:DescribeStacks on stack till-dev"},
		{"it is not there", refuse("DescribeStacks", "ValidationError"), "cloudformation:DescribeStacks on stack till-dev: ValidationError"},
		{"the session is over", refuse("DescribeStacks", "ExpiredToken"), "AWS does not take your credentials; sign in again"},
		{"it is another product's", func(a *account) { a.Cloud.Outputs = nil }, "is it a stack of Till?"},
		{"it does not know its address", func(a *account) { a.Cloud.Parameters["ApiUrl"] = "" }, "put ApiUrl=https://api.shop.example into its parameter_overrides"},
		{"its address is none", func(a *account) { a.Cloud.Parameters["ApiUrl"] = "api.shop.example" }, "the stack's ApiUrl is no address"},
		{"its address is not safe", func(a *account) { a.Cloud.Parameters["ApiUrl"], a.URL = "http://api.shop.example", "" }, "Stripe sends webhooks to https addresses only"},
		{"it takes real money, and the gateway is a simulated one", func(a *account) { a.Cloud.Parameters["Stage"] = "prod" }, "-gateway-url is for simulated gateways"},
		{"its secret may not be read", refuse("GetSecretValue", "AccessDeniedException"), "you may not secretsmanager:GetSecretValue on the gateways' secret"},
		{"its secret is not JSON", func(a *account) { a.Cloud.Put("canary-canary-canary-canary") }, "the gateways' secret is not a JSON object"},
		{"its secret is null", func(a *account) { a.Cloud.Put("null") }, "the gateways' secret is not a JSON object"},
		{"its account is not an object", func(a *account) { a.Cloud.Put(`{"stripe":["canary-canary-canary"]}`) }, "the gateway's member of the secret is not a JSON object"},
		{"AWS is not there", func(a *account) { a.Cloud.Close() }, "cloudformation:DescribeStacks on stack till-dev had no answer"},
		{"Stripe is not there", func(a *account) { a.block = func(*http.Request) bool { return true } }, "the gateway did not list the endpoints: no answer"},
		{"Stripe does not take the key", func(a *account) { a.Env["STRIPE_KEY"] = "sk_test_canary_of_somebody_else_0123" }, "Stripe does not take the keys: are they of test mode"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			row.change(a)
			before := a.Cloud.Secret()
			a.run("-apply").Want(t, setup.Failed, row.want)
			if calls := append(a.changing(), a.Cloud.Calls()...); len(calls) > 0 || a.Cloud.Secret() != before {
				t.Errorf("changed by %v", calls)
			}
		})
	}
}

func TestADomainOfItsOwnComesFirst(t *testing.T) {
	a := newAccount(t)
	a.Cloud.Parameters["ApiDomain"], a.Cloud.Parameters["ApiUrl"] = "api.shop.test", ""
	a.apply()
	if got := a.endpoints()[0]["url"]; got != "https://api.shop.test/webhooks/stripe" {
		t.Errorf("it leads to %v", got)
	}
}

func TestWithoutCredentialsOrRegionNothingIsTried(t *testing.T) {
	for _, row := range []struct {
		name, want string
		err        error
	}{
		{"no credentials", "stripesetup: no AWS credentials", errors.New("no AWS credentials")},
		{"no region", "stripesetup: no region: give -region, or set AWS_REGION", nil},
	} {
		var out, errs bytes.Buffer
		c := setup.Command{Gateway: stripehooks.Gateway(), Out: &out, Err: &errs, Getenv: func(string) string { return "" }, NewToken: func() string { return "" },
			Load: func(_ context.Context, region, endpoint string) (aws.Config, error) {
				if region != "eu-west-1" || endpoint != "http://127.0.0.1:1" {
					t.Errorf("loaded for %q, %q", region, endpoint)
				}
				return aws.Config{}, row.err
			}}
		if code := c.Run(t.Context(), []string{"-region", "eu-west-1", "-endpoint", "http://127.0.0.1:1"}); code != setup.Failed || out.Len() > 0 || !strings.Contains(errs.String(), row.want) {
			t.Errorf("%s: exit %d, %s", row.name, code, errs.String())
		}
	}
}

// hostile answers every call of a kind with a body.
type hostile struct {
	status int
	body   func(r *http.Request) string
}

// RoundTrip is http.RoundTripper's.
func (h hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_ = r.Body.Close()
	}
	return &http.Response{StatusCode: h.status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(h.body(r)))}, nil
}

func TestHostileAnswersAreBoundedAndNotBelieved(t *testing.T) {
	always := func(body string) func(*http.Request) string { return func(*http.Request) string { return body } }
	one := func(fields string) func(*http.Request) string {
		return always(`{"data":[{` + fields + `}],"has_more":false}`)
	}
	for _, row := range []struct {
		name   string
		status int
		body   func(r *http.Request) string
		want   string
	}{
		{"no JSON", 200, always("<html>"), "the answer cannot be read"},
		{"more than a megabyte", 200, always(`{"data":"` + strings.Repeat("x", 2<<20) + `"}`), "the answer is too long"},
		{"a redirect", 302, always(""), "a redirect was answered"},
		{"pages without end", 200, always(`{"data":[{"id":"we_1"}],"has_more":true}`), "does not end"},
		{"an id that plays with the terminal", 200, one(`"id":"we_\u001b[2J"`), "cannot be read"},
		{"an id that climbs", 200, one(`"id":"../../v1/refunds"`), "cannot be read"},
		{"an event that plays with the terminal", 200, one(`"id":"we_1","enabled_events":["\u0007"]`), "cannot be read"},
		{"a version that is none", 200, one(`"id":"we_1","api_version":"2023 10 16"`), "cannot be read"},
		{"events by the thousand", 200, one(`"id":"we_1","enabled_events":["x"` + strings.Repeat(`,"x"`, 2000) + `]`), "cannot be read"},
		{"the key as an error's code", 400, always(`{"error":{"code":"` + secretKey + `"}}`), "[hidden]"},
		{"words as an error's code", 400, always(`{"error":{"code":"please \u001b[2J run rm"}}`), "refused (Bad Request)"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			a.Transport = hostile{row.status, row.body}
			a.run("-apply").Want(t, setup.Failed, row.want)
			if a.Cloud.Secret() != others {
				t.Error("the secret was changed")
			}
		})
	}
}

func TestAnEndpointThatLeadsToTheKeyIsNotPrinted(t *testing.T) {
	a := newAccount(t)
	a.apply()
	a.call(http.MethodPost, "/v1/webhook_endpoints/"+a.ids()[0], map[string][]string{"url": {"https://thief.example/" + secretKey + "/" + a.stored()[0]}})
	a.run("-show").Want(t, 1, `leads to "https://thief.example/[hidden]/[hidden]"`)
}

func TestACreationWithoutASecretIsTakenBack(t *testing.T) {
	for _, row := range []struct{ name, answer, want string }{
		{"no secret", `{"id":"we_1"}`, "has no signing secret"},
		{"a short secret", `{"id":"we_1","secret":"whsec_short"}`, "has no signing secret"},
		{"a secret of another kind", `{"id":"we_1","secret":"sk_test_0123456789012345678901234"}`, "has no signing secret"},
		{"a secret with a line end", `{"id":"we_1","secret":"whsec_0123456789012345678\n01234"}`, "has no signing secret"},
		{"no id", `{"secret":"whsec_0123456789012345678901234"}`, "the endpoint may be there all the same"},
		{"an id that climbs", `{"id":"../x","secret":"whsec_0123456789012345678901234"}`, "the endpoint may be there all the same"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			removed := ""
			a.Transport = hostile{http.StatusOK, func(r *http.Request) string {
				switch r.Method {
				case http.MethodPost:
					return row.answer
				case http.MethodDelete:
					removed = r.URL.Path
				}
				return `{"data":[]}`
			}}
			a.run("-apply").Want(t, setup.Failed, row.want)
			if wanted := strings.Contains(row.answer, "we_1"); wanted != (removed == "/stripe/v1/webhook_endpoints/we_1") || len(a.stored()) > 0 {
				t.Errorf("removed %q, %d secrets", removed, len(a.stored()))
			}
		})
	}
}

// livemode says of every endpoint that it is of live mode.
type livemode struct{ to http.RoundTripper }

// RoundTrip is http.RoundTripper's.
func (l livemode) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.to.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	answer.Body = io.NopCloser(bytes.NewReader(bytes.ReplaceAll(body, []byte(`"livemode": false`), []byte(`"livemode": true`))))
	return answer, nil
}

func TestAnEndpointOfTheOtherModeIsLeftToPeople(t *testing.T) {
	a := newAccount(t)
	a.apply()
	a.Transport = livemode{a}
	a.run("-show").Want(t, setup.Failed, "live mode, enabled", "is of live mode, but the stage takes test mode", "mend: delete it on Stripe's dashboard, then go run ./scripts/stripesetup")
	a.run("-apply").Want(t, setup.Failed, "nothing to do", "left: "+a.ids()[0]+" is of live mode")
	a.run("-finish", "-apply").Want(t, setup.Failed, "would be left alone, and it is of live mode")
}

func TestALocalAWSNeedsNoCredentials(t *testing.T) {
	for name, value := range map[string]string{"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "", "AWS_REGION": "", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": t.TempDir() + "/none", "AWS_SHARED_CREDENTIALS_FILE": t.TempDir() + "/none"} {
		t.Setenv(name, value)
	}
	cloud, err := setup.Load(t.Context(), "eu-west-1", "http://127.0.0.1:4566")
	if err != nil || cloud.Region != "eu-west-1" || aws.ToString(cloud.BaseEndpoint) != "http://127.0.0.1:4566" {
		t.Errorf("%v, %v", cloud.Region, err)
	}
	if _, err := setup.Load(t.Context(), "eu-west-1", "https://secretsmanager.eu-west-1.amazonaws.com"); err == nil || !strings.Contains(err.Error(), "no AWS credentials; sign in first") {
		t.Errorf("elsewhere: %v", err)
	}
}

func FuzzHostileAnswers(f *testing.F) {
	f.Add(200, `{"data":[{"id":"we_1","url":"https://x","enabled_events":["*"],"status":"enabled","api_version":null,"livemode":false}],"has_more":false}`)
	f.Add(400, `{"error":{"code":"x","type":"y"}}`)
	f.Add(200, `{"id":"we_1","secret":"whsec_0123456789012345678901234"}`)
	cloud := setuptest.New(f, "dev", `{"stripe":{"webhook_secrets":["whsec_canary_0123456789abcdef"]}}`)
	f.Fuzz(func(t *testing.T, status int, body string) {
		s := &setuptest.Shop{Cloud: cloud, Gateway: stripehooks.Gateway(), URL: stripeURL, Env: map[string]string{"STRIPE_KEY": secretKey},
			Transport: hostile{100 + (status%500+500)%500, func(*http.Request) string { return body }}}
		for _, args := range [][]string{{"-show"}, {"-rotate"}, {"-finish"}, nil} {
			if r := s.Run(t.Context(), t, args...); len(r.Out)+len(r.Err) > 1<<20 || r.Code == setup.Usage {
				t.Errorf("%v: exit %d, %d bytes", args, r.Code, len(r.Out)+len(r.Err))
			}
		}
	})
}
