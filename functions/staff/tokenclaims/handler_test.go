package tokenclaims_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/staff/tokenclaims"
)

func claims(t *testing.T, source string) map[string]any {
	t.Helper()
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	e.TriggerSource = source
	out, err := tokenclaims.Handler{}.Handle(context.Background(), e)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(out)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Response struct {
			Details struct {
				Access struct {
					Claims map[string]any `json:"claimsToAddOrOverride"`
				} `json:"accessTokenGeneration"`
			} `json:"claimsAndScopeOverrideDetails"`
		} `json:"response"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got.Response.Details.Access.Claims
}

func TestWhoSignedInGetsTheClaim(t *testing.T) {
	for _, source := range []string{"TokenGeneration_Authentication", "TokenGeneration_HostedAuth", "TokenGeneration_RefreshTokens",
		"TokenGeneration_NewPasswordChallenge"} {
		if got := claims(t, source); got[tokenclaims.Claim] != "true" {
			t.Errorf("%s: %v", source, got)
		}
	}
}

func TestWhatIsNoSignInGetsNothing(t *testing.T) {
	for _, source := range []string{"TokenGeneration_AuthenticateDevice", "PostConfirmation_ConfirmSignUp", ""} {
		if got := claims(t, source); got[tokenclaims.Claim] != nil {
			t.Errorf("%s: %v", source, got)
		}
	}
}
