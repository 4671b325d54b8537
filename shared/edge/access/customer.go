package access

import (
	"strconv"
	"time"

	"till/shared/edge/apigw"
	"till/shared/fault"
	"till/shared/person"
)

// RequireCustomer reads whose account calls from the claims that the JWT authorizer has verified (issuer, client, expiry, signature) and
// checks them again: an ID token, of somebody who has shown that the address is theirs. An address that no order can have gives the zero
// Email. Errors: fault.Unauthorized; fault.Forbidden, email_unverified.
func RequireCustomer(req apigw.Request, now time.Time) (person.Email, error) {
	const op = "access.RequireCustomer"
	authorizer := req.RequestContext.Authorizer
	if authorizer == nil || authorizer.JWT == nil {
		return person.Email{}, fault.New(fault.Unauthorized, op, "unauthorized", "")
	}
	claims := authorizer.JWT.Claims
	// Access tokens carry no address, and staff's are access tokens.
	if claims["token_use"] != "id" || claims["sub"] == "" || !later(claims["exp"], now) {
		return person.Email{}, fault.New(fault.Unauthorized, op, "unauthorized", "")
	}
	if claims["email_verified"] != "true" {
		return person.Email{}, fault.New(fault.Forbidden, op, "email_unverified", "Confirm your e-mail address first.")
	}
	email, err := person.ParseEmail(claims["email"])
	if err != nil {
		return person.Email{}, nil //nolint:nilerr // Not a fault: nobody can have ordered with it.
	}
	return email, nil
}

// later tells whether a claim is a time after now.
func later(claim string, now time.Time) bool {
	s, err := strconv.ParseInt(claim, 10, 64)
	return err == nil && s > now.Unix()
}
