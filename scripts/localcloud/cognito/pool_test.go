package cognito_test

import (
	"cmp"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/cognito"
	"till/scripts/localcloud/ident"
)

const issuer, client = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool", "client1"

func newPool(t *testing.T, now *time.Time) (*cognito.Pool, cognito.Authorizer) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return *now }
	p := &cognito.Pool{Key: key, Issuer: issuer, ClientID: client, Now: clock, IDs: ident.New("c")}
	return p, cognito.Authorizer{Key: &key.PublicKey, Issuer: issuer, Audience: []string{client}, Now: clock}
}

func TestAnAccessTokenHasCognitosClaims(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p, a := newPool(t, &now)
	token, err := p.Token(cognito.Person{Username: "ada", Groups: []string{"manager"}, MFA: true})
	if err != nil {
		t.Fatal(err)
	}
	claims, err := a.Verify(token)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"iss": issuer, "client_id": client, "token_use": "access", "username": "ada", "till_mfa": "true", "scope": "aws.cognito.signin.user.admin",
		"auth_time": 1.8e9, "iat": 1.8e9, "exp": 1.8e9 + 3600,
	} {
		if claims[name] != want {
			t.Errorf("%s is %v", name, claims[name])
		}
	}
	groups, _ := claims["cognito:groups"].([]any)
	if len(groups) != 1 || groups[0] != "manager" || claims["sub"] == "" || claims["jti"] == "" {
		t.Errorf("claims %v", claims)
	}
	plain, err := p.Token(cognito.Person{Username: "bob"})
	if err != nil {
		t.Fatal(err)
	}
	claims, err = a.Verify(plain)
	if _, mfa := claims["till_mfa"]; err != nil || mfa || claims["cognito:groups"] != nil {
		t.Errorf("without groups and second factor: %v, %v", claims, err)
	}
	now = now.Add(time.Hour)
	if _, err := a.Verify(token); err == nil || err.Error() != "the token has expired" {
		t.Errorf("after an hour: %v", err)
	}
}

func TestAnIDTokenHasCognitosClaims(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p, a := newPool(t, &now)
	for _, verified := range []bool{true, false} {
		token, err := p.IDToken(cognito.Customer{Email: "Ada@example.com", Verified: verified})
		if err != nil {
			t.Fatal(err)
		}
		claims, err := a.Verify(token)
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]any{
			"iss": issuer, "aud": client, "token_use": "id", "email": "Ada@example.com", "email_verified": verified,
			"cognito:username": claims["sub"], "auth_time": 1.8e9, "iat": 1.8e9, "exp": 1.8e9 + 3600, "client_id": nil, "cognito:groups": nil,
		} {
			if claims[name] != want {
				t.Errorf("%s is %v", name, claims[name])
			}
		}
		if claims["sub"] == "" {
			t.Error("it is nobody's")
		}
	}
}

// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
func TestTokensAreVerifiedAsAPIGatewayDoes(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p, a := newPool(t, &now)
	for _, row := range []struct {
		name           string
		header, claims map[string]any
		ok             bool
	}{
		{"client_id counts when there is no aud", nil, nil, true},
		{"aud counts before client_id", nil, map[string]any{"aud": "other"}, false},
		{"aud may be a list", nil, map[string]any{"aud": []string{"x", client}, "client_id": "other"}, true},
		{"another client", nil, map[string]any{"client_id": "other"}, false},
		{"another issuer", nil, map[string]any{"iss": issuer + "2"}, false},
		{"no issuer", nil, map[string]any{"iss": nil}, false},
		{"expired now", nil, map[string]any{"exp": now.Unix()}, false},
		{"no expiry", nil, map[string]any{"exp": nil}, false},
		{"an expiry that is a text", nil, map[string]any{"exp": "2000000000"}, false},
		{"from the future", nil, map[string]any{"iat": now.Unix() + 60}, false},
		{"not valid yet", nil, map[string]any{"nbf": now.Unix() + 60}, false},
		{"another key", map[string]any{"kid": "other"}, nil, false},
		{"no algorithm", map[string]any{"alg": "none"}, nil, false},
		{"a symmetric algorithm", map[string]any{"alg": "HS256"}, nil, false},
		{"token_use is the function's to check", nil, map[string]any{"token_use": "id"}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			header := map[string]any{"kid": "till-local", "alg": "RS256"}
			claims := map[string]any{"iss": issuer, "client_id": client, "exp": now.Unix() + 60, "iat": now.Unix(), "token_use": "access"}
			for k, v := range row.header {
				header[k] = v
			}
			for k, v := range row.claims {
				claims[k] = v
				if v == nil {
					delete(claims, k)
				}
			}
			token, err := p.Sign(header, claims)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := a.Verify(token); (err == nil) != row.ok {
				t.Fatalf("got %v", err)
			}
		})
	}
}

func TestForgeriesAreRefused(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p, a := newPool(t, &now)
	token, err := p.Token(cognito.Person{Username: "ada", Groups: []string{"viewer"}})
	if err != nil {
		t.Fatal(err)
	}
	for i := range token {
		forged := []byte(token)
		if forged[i] ^= 1; string(forged) == token {
			t.Fatal("nothing changed")
		}
		if _, err := a.Verify(string(forged)); err == nil {
			t.Fatalf("byte %d of %d may be changed", i, len(token))
		}
	}
	// The public key as an HMAC key: the classic confusion.
	public, err := x509.MarshalPKIXPublicKey(&p.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	head := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","kid":"till-local"}`))
	body, err := json.Marshal(map[string]any{"iss": issuer, "client_id": client, "exp": now.Unix() + 60})
	if err != nil {
		t.Fatal(err)
	}
	signed := head + "." + base64.RawURLEncoding.EncodeToString(body)
	mac := hmac.New(sha256.New, public)
	mac.Write([]byte(signed))
	for _, bad := range []string{
		signed + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), signed + ".", "", ".", "..", "a.b.c", strings.Repeat(".", 9),
		base64.RawURLEncoding.EncodeToString([]byte(`null`)) + "." + base64.RawURLEncoding.EncodeToString([]byte(`null`)) + ".",
	} {
		if _, err := a.Verify(bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func FuzzVerify(f *testing.F) {
	now := time.Unix(1_800_000_000, 0)
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		f.Fatal(err)
	}
	a := cognito.Authorizer{Key: &key.PublicKey, Issuer: issuer, Audience: []string{client}, Now: func() time.Time { return now }}
	f.Add("eyJhbGciOiJSUzI1NiJ9.e30.AAAA")
	f.Fuzz(func(t *testing.T, token string) {
		if claims, err := a.Verify(token); err == nil {
			t.Fatalf("taken: %v", claims)
		}
	})
}

func TestARememberedTokenIsStillCheckedEachTime(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p, a := newPool(t, &now)
	verify := a.Remembering()
	var first string
	for i := range 70 { // More than are remembered.
		token, err := p.Token(cognito.Person{Username: "ada"})
		if err != nil {
			t.Fatal(err)
		}
		first = cmp.Or(first, token)
		for range 2 {
			if claims, err := verify(token); err != nil || claims["username"] != "ada" {
				t.Fatalf("%d: %v, %v", i, claims, err)
			}
		}
	}
	head, rest, _ := strings.Cut(first, ".")
	body, signature, _ := strings.Cut(rest, ".")
	other := head + "." + body + "A." + signature
	for range 2 {
		if _, err := verify(other); err == nil {
			t.Fatal("an altered token is taken")
		}
	}
	now = now.Add(time.Hour)
	if _, err := verify(first); err == nil {
		t.Error("a remembered token is good for ever")
	}
}
