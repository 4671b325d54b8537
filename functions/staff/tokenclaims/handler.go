// Package tokenclaims adds to staff's access tokens what Cognito leaves out: that a second factor was used.
package tokenclaims

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// Claim is the claim that staff's routes ask for, with the value "true".
const Claim = "till_mfa"

// Handler answers the staff pool's trigger before a token is made.
type Handler struct{}

// Handle adds the claim to tokens that follow a sign-in. The pool demands a second factor of everybody (MfaConfiguration ON,
// which a test of the template holds), so whoever gets as far as a token has used one. Cognito puts neither amr nor any
// other sign of it into the token itself.
// https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-token-generation.html
func (Handler) Handle(_ context.Context, e events.CognitoEventUserPoolsPreTokenGenV2_0) (events.CognitoEventUserPoolsPreTokenGenV2_0, error) {
	if !strings.HasPrefix(e.TriggerSource, "TokenGeneration_") || e.TriggerSource == "TokenGeneration_AuthenticateDevice" {
		return e, nil
	}
	access := &e.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
	if access.ClaimsToAddOrOverride == nil {
		access.ClaimsToAddOrOverride = map[string]interface{}{}
	}
	access.ClaimsToAddOrOverride[Claim] = "true"
	return e, nil
}
