package templatecheck

import (
	"maps"
	"slices"
)

func customerRules() []Rule {
	return []Rule{
		{"address_confirmed", "who signs up with another's address would see what the other has bought", addressConfirmed},
		{"customers_client", "a page keeps no secret, and tells passwords to nobody", customersClient},
		{"accounts_chosen", "a pool that was not asked for is a door more", accountsChosen},
	}
}

// wants holds a resource to these properties; those in spare may be anything.
func (t *Template) wants(f *findings, id string, want map[string]string, spare ...string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		t.want(f, id, name, want[name])
	}
	for _, name := range slices.Sorted(maps.Keys(t.Resource(id))) {
		if want[name] == "" && !slices.Contains(spare, name) {
			f.add(id, "has %s, which is not the customers'", name)
		}
	}
}

// addressConfirmed: orders are found by the address of a token that says that it is verified. So an address must not count before it is.
func addressConfirmed(t *Template, f *findings) {
	t.wants(f, "CustomerPool", map[string]string{
		"AccountRecoverySetting":      "{RecoveryMechanisms: [{Name: verified_email, Priority: 1}]}",
		"AdminCreateUserConfig":       "{AllowAdminCreateUserOnly: false}",
		"AutoVerifiedAttributes":      "[email]",
		"DeletionProtection":          "!If [Protected, ACTIVE, INACTIVE]",
		"EnabledMfas":                 "[SOFTWARE_TOKEN_MFA]",
		"MfaConfiguration":            "OPTIONAL",
		"UserAttributeUpdateSettings": "{AttributesRequireVerificationBeforeUpdate: [email]}",
		"UserPoolName":                "!Sub till-${Stage}-customers",
		"UserPoolTier":                "LITE",
		"UsernameAttributes":          "[email]",
		"UsernameConfiguration":       "{CaseSensitive: false}",
	}, "Policies")
	password := At(t.Resource("CustomerPool"), "Policies", "PasswordPolicy")
	if length := whole(At(password, "MinimumLength"), 8); length < 12 || length > 64 || whole(At(password, "TemporaryPasswordValidityDays"), 7) != 1 {
		f.add("CustomerPool", "takes passwords under 12 characters, refuses long ones, or has invitations older than a day")
	}
}

func customersClient(t *Template, f *findings) {
	t.wants(f, "CustomerClient", map[string]string{
		"AccessTokenValidity":             "1",
		"AllowedOAuthFlows":               "[code]",
		"AllowedOAuthFlowsUserPoolClient": "true",
		"AllowedOAuthScopes":              "[openid, email]",
		"CallbackURLs":                    "[!Sub ${ShopUrl}/shop/account.html]",
		"EnableTokenRevocation":           "true",
		"ExplicitAuthFlows":               "[ALLOW_USER_SRP_AUTH, ALLOW_REFRESH_TOKEN_AUTH]",
		"GenerateSecret":                  "false",
		"IdTokenValidity":                 "1",
		"LogoutURLs":                      "[!Sub ${ShopUrl}/]",
		"PreventUserExistenceErrors":      "ENABLED",
		"ReadAttributes":                  "[email, email_verified]",
		"RefreshTokenValidity":            "720",
		"SupportedIdentityProviders":      "[COGNITO]",
		"TokenValidityUnits":              "{AccessToken: hours, IdToken: hours, RefreshToken: hours}",
		"UserPoolId":                      "!Ref CustomerPool",
		"WriteAttributes":                 "[email]",
	}, "ClientName")
	t.wants(f, "CustomerSignIn", map[string]string{"Domain": "!Sub till-${Stage}-${AWS::AccountId}", "UserPoolId": "!Ref CustomerPool"})
}

func accountsChosen(t *Template, f *findings) {
	for _, id := range []string{"CustomerPool", "CustomerClient", "CustomerSignIn"} {
		if got := At(t.resources()[id], "Condition"); got != "HasAccounts" {
			f.add(id, "is made on the condition %v, not HasAccounts", got)
		}
	}
}
