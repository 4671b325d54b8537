package apigw_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func with(name, value string) apigw.Request {
	return apigw.Request{Headers: map[string]string{name: value, "host": "api.shop.example"}}
}

func TestIdempotencyKey(t *testing.T) {
	tests := []struct {
		name string
		req  apigw.Request
		want string
		code string
	}{
		{"a UUID", with("idempotency-key", "8e03978e-40d5-43e8-bc93-6894a57f9324"), "8e03978e-40d5-43e8-bc93-6894a57f9324", ""},
		{"any case of the header's name", with("Idempotency-KEY", "k"), "k", ""},
		{"quotes of the draft are taken off", with("idempotency-key", `"k 1"`), "k 1", ""},
		{"space around it does not count", with("idempotency-key", " k "), "k", ""},
		{"255 characters", with("idempotency-key", strings.Repeat("k", 255)), strings.Repeat("k", 255), ""},
		{"255 characters in quotes", with("idempotency-key", `"`+strings.Repeat("k", 255)+`"`), strings.Repeat("k", 255), ""},
		{"none", with("x", "y"), "", "idempotency_key_missing"},
		{"empty", with("idempotency-key", ""), "", "idempotency_key_invalid"},
		{"empty in quotes", with("idempotency-key", `""`), "", "idempotency_key_invalid"},
		{"a single quote mark", with("idempotency-key", `"`), "", "idempotency_key_invalid"},
		{"quotes that do not close", with("idempotency-key", `"k`), "", "idempotency_key_invalid"},
		{"a quote inside", with("idempotency-key", `"a\"b"`), "", "idempotency_key_invalid"},
		{"256 characters", with("idempotency-key", strings.Repeat("k", 256)), "", "idempotency_key_invalid"},
		{"a control character", with("idempotency-key", "a\x00b"), "", "idempotency_key_invalid"},
		{"a character outside ASCII", with("idempotency-key", "ключ"), "", "idempotency_key_invalid"},
		{"sent twice, joined", with("idempotency-key", "a,a"), "", "idempotency_key_invalid"},
		{"sent twice in two cases", apigw.Request{Headers: map[string]string{"Idempotency-Key": "a", "idempotency-key": "a"}}, "", "idempotency_key_invalid"},
		{"a card number", with("idempotency-key", "4242-4242-4242-4242"), "", "card_data_rejected"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := apigw.IdempotencyKey(tt.req)
			if got != tt.want || fault.Code(err) != tt.code || (err != nil) != (tt.code != "") {
				t.Errorf("got %q, %v", got, err)
			}
			if err != nil && !fault.Is(err, fault.Unreadable) && tt.code != "card_data_rejected" {
				t.Errorf("kind %v", fault.KindOf(err))
			}
		})
	}
}

func FuzzIdempotencyKey(f *testing.F) {
	for _, seed := range []string{"", "k", `"k"`, `"`, `""`, "a,b", "\x00", strings.Repeat("k", 256), "4242424242424242"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, sent string) {
		key, err := apigw.IdempotencyKey(with("idempotency-key", sent))
		if err != nil {
			if !fault.Is(err, fault.Unreadable, fault.Invalid) || key != "" {
				t.Errorf("%q: %q, %v", sent, key, err)
			}
			return
		}
		if key == "" || len(key) > 255 || strings.Contains(key, ",") || !strings.Contains(sent, key) {
			t.Errorf("%q was taken as %q", sent, key)
		}
	})
}

func TestBearer(t *testing.T) {
	tests := []struct{ name, sent, want string }{
		{"a token", "Bearer abc.DEF-1_2~+/==", "abc.DEF-1_2~+/=="},
		{"the scheme in any case", "bEARER t", "t"},
		{"several spaces", "Bearer   t", "t"},
		{"none", "", ""},
		{"no token", "Bearer", ""},
		{"an empty token", "Bearer  ", ""},
		{"another scheme", "Basic dTpw", ""},
		{"two tokens", "Bearer a b", ""},
		{"two headers, joined", "Bearer a,Bearer b", ""},
		{"a line break", "Bearer a\r\nb", ""},
		{"a huge token", "Bearer " + strings.Repeat("a", 5000), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := apigw.Bearer(with("Authorization", tt.sent))
			if got != tt.want || (err != nil) != (tt.want == "") || (err != nil && !fault.Is(err, fault.Unauthorized)) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestOrigins(t *testing.T) {
	check := apigw.Origins("https://shop.example", "http://localhost:8080")
	for _, ok := range []apigw.Request{with("x", "y"), with("origin", "https://shop.example"), with("Origin", "http://localhost:8080")} {
		if err := check(ok); err != nil {
			t.Errorf("%v: %v", ok.Headers, err)
		}
	}
	for _, bad := range []string{"https://shop.example.evil.example", "http://shop.example", "https://shop.example:444", "null", "",
		"https://shop.example,https://shop.example", "https://SHOP.example", "http://localhost"} {
		if err := check(with("origin", bad)); !fault.Is(err, fault.Forbidden) || fault.Code(err) != "origin_not_allowed" {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestNoCardData(t *testing.T) {
	bad := map[string]apigw.Request{
		"in the path":           {RawPath: "/products/4242424242424242"},
		"in a path parameter":   {PathParameters: map[string]string{"sku": "4242 4242 4242 4242"}},
		"in the raw query":      {RawQueryString: "q=4242-4242-4242-4242"},
		"in a parameter":        {QueryStringParameters: map[string]string{"q": "4242 4242 4242 4242"}},
		"as a parameter's name": {QueryStringParameters: map[string]string{"4242424242424242": ""}},
		"a parameter named cvv": {QueryStringParameters: map[string]string{"cvv": "1"}},
	}
	for name, req := range bad {
		if err := apigw.NoCardData(req); !fault.Is(err, fault.Invalid) || fault.Code(err) != "card_data_rejected" {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := apigw.Request{RawPath: "/products/4006381000093", RawQueryString: "next=AbC&day=2026-01-01",
		PathParameters: map[string]string{"sku": "4006381000093"}, QueryStringParameters: map[string]string{"day": "2026-01-01"}}
	if err := apigw.NoCardData(good); err != nil {
		t.Error(err)
	}
}

func staffRequest(claims map[string]string) apigw.Request {
	return apigw.Request{RequestContext: events.APIGatewayV2HTTPRequestContext{
		Authorizer: &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: claims}}}}
}

func TestRequireStaff(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	claims := func(change ...string) apigw.Request {
		c := map[string]string{"sub": "s-1", "token_use": "access", "cognito:groups": "[manager admin]", "till_mfa": "true",
			"auth_time": "1789999900", "exp": "1790000001"}
		for i := 0; i+1 < len(change); i += 2 {
			c[change[i]] = change[i+1]
		}
		return staffRequest(c)
	}
	tests := []struct {
		name string
		req  apigw.Request
		kind fault.Kind
		code string
	}{
		{"a manager with a second factor", claims(), 0, ""},
		{"one group", claims("cognito:groups", "[manager]"), 0, ""},
		{"groups by commas", claims("cognito:groups", "packer, manager"), 0, ""},
		{"no authorizer", apigw.Request{}, fault.Unauthorized, "unauthorized"},
		{"an authorizer without claims", staffRequest(nil), fault.Unauthorized, "unauthorized"},
		{"an id token", claims("token_use", "id"), fault.Unauthorized, "unauthorized"},
		{"nobody", claims("sub", ""), fault.Unauthorized, "unauthorized"},
		{"expired this second", claims("exp", "1790000000"), fault.Unauthorized, "unauthorized"},
		{"an expiry that is no time", claims("exp", "soon"), fault.Unauthorized, "unauthorized"},
		{"a shopper", claims("cognito:groups", ""), fault.Forbidden, "forbidden"},
		{"another role", claims("cognito:groups", "[packer viewer]"), fault.Forbidden, "forbidden"},
		{"a role that merely contains the name", claims("cognito:groups", "[manager2 notmanager]"), fault.Forbidden, "forbidden"},
		{"without a second factor", claims("till_mfa", "false"), fault.Forbidden, "mfa_required"},
		{"no claim of a second factor", claims("till_mfa", ""), fault.Forbidden, "mfa_required"},
		{"a shopper without a second factor is told the role", claims("till_mfa", "", "cognito:groups", "[]"), fault.Forbidden, "forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := apigw.RequireStaff(tt.req, now, apigw.Manager)
			if fault.Code(err) != tt.code || (err != nil && !fault.Is(err, tt.kind)) || (err == nil) != (s.Sub == "s-1") {
				t.Errorf("got %+v, %v", s, err)
			}
		})
	}
	if _, err := apigw.RequireStaff(claims("cognito:groups", "[viewer]"), now); err != nil {
		t.Errorf("without roles a viewer was refused: %v", err)
	}
	if _, err := apigw.RequireStaff(claims("cognito:groups", "[strangers]"), now); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without roles anybody may: %v", err)
	}
}

func TestRequireRecent(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	tests := []struct {
		name string
		at   time.Time
		ok   bool
	}{
		{"this second", now, true},
		{"15 minutes ago", now.Add(-15 * time.Minute), true},
		{"a second more", now.Add(-15*time.Minute - time.Second), false},
		{"never", time.Time{}, false},
		{"a minute ahead, by another clock", now.Add(time.Minute), true},
		{"tomorrow", now.Add(24 * time.Hour), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := apigw.Staff{AuthTime: tt.at}.RequireRecent(now)
			if (err == nil) != tt.ok || (err != nil && fault.Code(err) != "sign_in_again") {
				t.Errorf("got %v", err)
			}
		})
	}
}
