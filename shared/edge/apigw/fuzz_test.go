package apigw_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"", "Bearer abc", "bEARER  a", "Bearer a b", "Basic dTpw", "Bearer a,Bearer b", "Bearer \r\nx", "Bearer " + strings.Repeat("a", 5000)} {
		f.Add("Authorization", seed)
	}
	f.Fuzz(func(t *testing.T, name, sent string) {
		token, err := apigw.Bearer(with(name, sent))
		if err != nil {
			if !fault.Is(err, fault.Unauthorized) || token != "" {
				t.Fatalf("%q: %q, %v", sent, token, err)
			}
			return
		}
		if token == "" || len(token) > 4096 || strings.ContainsAny(token, " ,\r\n\x00") || !strings.HasSuffix(strings.TrimRight(sent, " "), token) {
			t.Fatalf("%q was taken as %q", sent, token)
		}
	})
}

// FuzzRead sends any body under any media type: never more than 64 KiB come out, and a refusal has a code.
func FuzzRead(f *testing.F) {
	f.Add("application/json", "{}", false)
	f.Add("application/json; charset=UTF-8", "e30=", true)
	f.Add("application/json;charset=utf-16", "{}", false)
	f.Add("text/plain", "", false)
	f.Add("application/json; x=\"", "===", true)
	f.Fuzz(func(t *testing.T, media, body string, coded bool) {
		req := with("content-type", media)
		req.Body, req.IsBase64Encoded = body, coded
		raw, err := apigw.Read(req)
		if err != nil {
			if !fault.Is(err, fault.TooLarge, fault.UnsupportedMedia, fault.Unreadable) || fault.Code(err) == "" || raw != nil {
				t.Fatalf("%q: %d bytes, %v", media, len(raw), err)
			}
			return
		}
		if len(raw) > 64<<10 || !coded && string(raw) != body {
			t.Fatalf("%d bytes of %d", len(raw), len(body))
		}
		if again, err := base64.StdEncoding.DecodeString(body); coded && (err != nil || string(again) != string(raw)) {
			t.Fatalf("%q was read as %q", body, raw)
		}
	})
}

// FuzzRequireStaff sends any claims: only a token of access, of somebody with a second factor and an allowed role, whose time is
// not over, opens a staff route.
func FuzzRequireStaff(f *testing.F) {
	now := time.Unix(1_795_348_800, 0)
	f.Add("sub", "access", "[manager]", "true", "1795352400", "1795348740")
	f.Add("", "id", "[]", "1", "0", "-1")
	f.Add("sub", "access", "manager admin", "TRUE", "9223372036854775808", "")
	f.Add("sub", "access", "[packer,manager", "true", "1795352400", "1795352400")
	f.Fuzz(func(t *testing.T, sub, use, groups, mfa, ends, since string) {
		req := apigw.Request{}
		req.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{
			JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{Claims: map[string]string{
				"sub": sub, "token_use": use, "cognito:groups": groups, "till_mfa": mfa, "exp": ends, "iat": since, "auth_time": since}},
		}
		staff, err := apigw.RequireStaff(req, now, apigw.Manager)
		if err != nil {
			if !fault.Is(err, fault.Unauthorized, fault.Forbidden) || fault.Code(err) == "" || staff.Sub != "" {
				t.Fatalf("%+v, %v", staff, err)
			}
			return
		}
		if sub == "" || use != "access" || mfa != "true" || !strings.Contains(groups, "manager") || staff.Sub != sub || !staff.Is(apigw.Manager) {
			t.Fatalf("%q %q %q %q were taken as %+v", sub, use, groups, mfa, staff)
		}
	})
}
