// Package cognito is the user pools of staff and customers, locally: it issues tokens with Cognito's claims, and verifies tokens
// by the rules of API Gateway's JWT authorizer.
package cognito

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"till/scripts/localcloud/ident"
)

// Pool signs tokens with one key. All fields are required.
type Pool struct {
	Key      *rsa.PrivateKey
	Issuer   string // https://cognito-idp.REGION.amazonaws.com/POOL
	ClientID string
	Now      func() time.Time
	IDs      *ident.Source
}

// tokenLife is how long an access token is good, as the template sets it for the console.
const tokenLife = time.Hour

// keyID names the one key of the pool.
const keyID = "till-local"

// Person is who a token is for. MFA says that a second factor was used; the pool's trigger puts that into the token.
type Person struct {
	Username string
	Groups   []string
	MFA      bool
}

// Token is an access token with the claims that Cognito's have.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
func (p *Pool) Token(who Person) (string, error) {
	now, sub := p.Now(), p.sub(who.Username)
	claims := map[string]any{
		"sub": sub, "iss": p.Issuer, "client_id": p.ClientID, "origin_jti": p.IDs.UUID(), "event_id": p.IDs.UUID(),
		"token_use": "access", "scope": "aws.cognito.signin.user.admin", "auth_time": now.Unix(),
		"exp": now.Add(tokenLife).Unix(), "iat": now.Unix(), "jti": p.IDs.UUID(), "username": who.Username,
	}
	if len(who.Groups) > 0 {
		claims["cognito:groups"] = who.Groups // Left out for someone without groups, as Cognito does.
	}
	if who.MFA {
		claims["till_mfa"] = "true"
	}
	return p.Sign(map[string]any{"kid": keyID, "alg": "RS256"}, claims)
}

// Customer is who an ID token is for. Verified says that the address was confirmed.
type Customer struct {
	Email    string
	Verified bool
}

// IDToken is an ID token with the claims that Cognito's have.
// https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
func (p *Pool) IDToken(who Customer) (string, error) {
	now, sub := p.Now(), p.sub(strings.ToLower(who.Email))
	return p.Sign(map[string]any{"kid": keyID, "alg": "RS256"}, map[string]any{
		"sub": sub, "iss": p.Issuer, "aud": p.ClientID, "origin_jti": p.IDs.UUID(), "event_id": p.IDs.UUID(), "token_use": "id",
		"auth_time": now.Unix(), "exp": now.Add(tokenLife).Unix(), "iat": now.Unix(), "jti": p.IDs.UUID(), "cognito:username": sub,
		"email": who.Email, "email_verified": who.Verified,
	})
}

// sub is the id that the pool has given to somebody.
func (p *Pool) sub(name string) string {
	sum := sha256.Sum256([]byte(p.Issuer + "/" + name))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// Sign makes a token of any header and claims, so that tests can make wrong ones.
func (p *Pool) Sign(header, claims map[string]any) (string, error) {
	head, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	body, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString(head) + "." + base64.RawURLEncoding.EncodeToString(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(nil, p.Key, crypto.SHA256, sum[:])
	if err != nil {
		return "", err
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// Authorizer verifies tokens as an HTTP API's JWT authorizer does. It looks at the claims that API Gateway looks at
// and no others: token_use, groups and the second factor are the function's to check.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
type Authorizer struct {
	Key      *rsa.PublicKey
	Issuer   string
	Audience []string
	Now      func() time.Time
}

// The reasons, in the words of the www-authenticate header where AWS documents them. Safe to show and log.
var (
	errShape     = errors.New("the token is not a valid JWT")
	errAlgorithm = errors.New("the signing method is not RSA-based")
	errKey       = errors.New("no signing key for this token")
	errSignature = errors.New("the signature is not valid")
	errIssuer    = errors.New("the token was not issued by the configured issuer")
	errAudience  = errors.New("the token does not have a valid audience")
	errExpired   = errors.New("the token has expired")
	errEarly     = errors.New("the token is not valid yet")
)

// Verify gives the token's claims. The error is a reason without anything of the token in it.
func (a Authorizer) Verify(token string) (map[string]any, error) {
	claims, err := a.read(token)
	if err != nil {
		return nil, err
	}
	return claims, a.check(claims)
}

// rememberedMax is how many tokens are remembered: those of all who work at a time.
const rememberedMax = 64

// Remembering is a Verify that checks the signature of a token once, as long as it remembers the token. The claims are not to
// be changed. Safe for concurrent use.
func (a Authorizer) Remembering() func(token string) (map[string]any, error) {
	var mu sync.Mutex
	remembered := map[string]map[string]any{}
	return func(token string) (map[string]any, error) {
		mu.Lock()
		defer mu.Unlock()
		claims, known := remembered[token]
		if !known {
			var err error
			if claims, err = a.read(token); err != nil {
				return nil, err
			}
			if len(remembered) == rememberedMax {
				clear(remembered)
			}
			remembered[token] = claims
		}
		return claims, a.check(claims)
	}
}

// read gives the claims of a token that is signed with our key.
func (a Authorizer) read(token string) (map[string]any, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errShape
	}
	var header struct {
		Algorithm string `json:"alg"`
		KeyID     string `json:"kid"`
	}
	var claims map[string]any
	if decode(parts[0], &header) != nil || decode(parts[1], &claims) != nil || claims == nil {
		return nil, errShape
	}
	// The algorithm is ours to choose, never the token's: "none" and HS256 end here.
	if header.Algorithm != "RS256" {
		return nil, errAlgorithm
	}
	if header.KeyID != keyID {
		return nil, errKey
	}
	signature, err := base64.RawURLEncoding.Strict().DecodeString(parts[2])
	if err != nil {
		return nil, errShape
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(a.Key, crypto.SHA256, sum[:], signature) != nil {
		return nil, errSignature
	}
	return claims, nil
}

func (a Authorizer) check(claims map[string]any) error {
	if claims["iss"] != a.Issuer || a.Issuer == "" {
		return errIssuer
	}
	if !a.audience(claims) {
		return errAudience
	}
	now := float64(a.Now().UnixMilli()) / 1000
	if exp, ok := claims["exp"].(float64); !ok || now >= exp {
		return errExpired
	}
	for _, name := range [...]string{"nbf", "iat"} {
		if v, there := claims[name]; there {
			if from, ok := v.(float64); !ok || from > now {
				return errEarly
			}
		}
	}
	return nil
}

// audience compares aud, or client_id when there is no aud.
func (a Authorizer) audience(claims map[string]any) bool {
	have, ok := claims["aud"]
	if !ok {
		have = claims["client_id"]
	}
	list, ok := have.([]any)
	if !ok {
		list = []any{have}
	}
	for _, each := range list {
		for _, want := range a.Audience {
			if each == want {
				return true
			}
		}
	}
	return false
}

func decode(part string, into any) error {
	text, err := base64.RawURLEncoding.Strict().DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}
