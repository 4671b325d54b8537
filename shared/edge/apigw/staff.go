package apigw

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"till/shared/fault"
)

// The roles of staff, as the groups of the shop's user pool are called. None includes another: a route lists all that
// may use it.
const (
	Viewer  = "viewer"
	Packer  = "packer"
	Manager = "manager"
	Admin   = "admin"
)

// signInAge is how long after a sign-in money may be moved.
const signInAge = 15 * time.Minute

// clockSkew is how far the user pool's clock may be ahead of ours.
const clockSkew = time.Minute

// Staff is a member of the shop's staff as the access token says. Sub is safe to log, as staff_sub.
type Staff struct {
	Sub      string
	Groups   []string
	MFA      bool
	AuthTime time.Time // When they signed in, zero if the token does not say.
}

// RequireStaff reads who calls from the claims that the JWT authorizer has verified (issuer, client, expiry, signature)
// and checks them again: an access token, of a person in one of the roles, who signed in with a second factor. Without
// roles every role may. Errors: fault.Unauthorized; fault.Forbidden, forbidden or mfa_required.
func RequireStaff(req Request, now time.Time, roles ...string) (Staff, error) {
	const op = "apigw.RequireStaff"
	authorizer := req.RequestContext.Authorizer
	if authorizer == nil || authorizer.JWT == nil {
		return Staff{}, unauthorized(op)
	}
	claims := authorizer.JWT.Claims
	expiry, expires := claims["exp"]
	if claims["token_use"] != "access" || claims["sub"] == "" || (expires && !seconds(expiry).After(now)) {
		return Staff{}, unauthorized(op)
	}
	s := Staff{Sub: claims["sub"], Groups: groups(claims["cognito:groups"]), MFA: claims["till_mfa"] == "true",
		AuthTime: seconds(claims["auth_time"])}
	if len(roles) == 0 {
		roles = []string{Viewer, Packer, Manager, Admin}
	}
	switch {
	case !slices.ContainsFunc(roles, s.Is):
		return Staff{}, fault.New(fault.Forbidden, op, "forbidden", "Your role does not allow this.")
	case !s.MFA:
		return Staff{}, fault.New(fault.Forbidden, op, "mfa_required", "Sign in with a second factor.")
	}
	return s, nil
}

// Is tells whether the person has a role.
func (s Staff) Is(role string) bool { return slices.Contains(s.Groups, role) }

// RequireRecent is asked before money moves: the sign-in must be at most 15 minutes old. Errors: fault.Forbidden,
// sign_in_again.
func (s Staff) RequireRecent(now time.Time) error {
	age := now.Sub(s.AuthTime)
	if s.AuthTime.IsZero() || age > signInAge || age < -clockSkew {
		return fault.New(fault.Forbidden, "apigw.RequireRecent", "sign_in_again", "Sign in again to move money.")
	}
	return nil
}

// groups reads "[manager admin]", as the HTTP API writes a claim that is a list.
func groups(claim string) []string {
	claim = strings.TrimSuffix(strings.TrimPrefix(claim, "["), "]")
	return strings.FieldsFunc(claim, func(r rune) bool { return r == ' ' || r == ',' })
}

// seconds reads a claim that is a time, the zero time if it is none.
func seconds(claim string) time.Time {
	s, err := strconv.ParseInt(claim, 10, 64)
	if err != nil || s <= 0 {
		return time.Time{}
	}
	return time.Unix(s, 0).UTC()
}
