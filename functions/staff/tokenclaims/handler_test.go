package tokenclaims_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/functions/assembly"
	"till/functions/staff/tokenclaims"
	"till/shared/eventfile"
)

// added is what the trigger puts into the access token, as Cognito reads it.
func added(t *testing.T, file string) map[string]any {
	t.Helper()
	e := eventfile.Read[events.CognitoEventUserPoolsPreTokenGenV2_0](t, "tokenclaims", file)
	out, err := assembly.TokenClaims(assembly.Tools{})(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(out.Response)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Details struct {
			Access struct {
				Claims map[string]any `json:"claimsToAddOrOverride"`
			} `json:"accessTokenGeneration"`
		} `json:"claimsAndScopeOverrideDetails"`
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	return got.Details.Access.Claims
}

func TestTheTokenSaysThatASecondFactorWasUsed(t *testing.T) {
	tests := []struct {
		name, file string
		want       any
	}{
		{"after a sign-in", "signed-in", "true"},
		{"after a refresh, for the sign-in before it had one", "refreshed", "true"},
		{"not for a device that signs in by itself", "device", nil},
	}
	var tried []string
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := added(t, tt.file)[tokenclaims.Claim]; got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
		tried = append(tried, tt.file)
	}
	eventfile.AllIn(t, "tokenclaims", tried)
}
