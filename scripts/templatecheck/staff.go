package templatecheck

import "slices"

func staffRules() []Rule {
	return []Rule{
		{"second_factor", "a password alone is anybody's", secondFactor},
		{"pool_hard", "who guesses or keeps a staff account gives money back to himself", poolHard},
	}
}

// claimsTrigger is the function that the staff's pool asks before it makes a token: without it no token says that a second
// factor was used, and staff's routes take none.
func (t *Template) claimsTrigger() string {
	return refersTo(At(t.Resource("StaffPool"), "LambdaConfig", "PreTokenGenerationConfig", "LambdaArn"))
}

// staffs are the resources of a kind that are staff's: all but the customers' one, which customerRules hold.
func (t *Template) staffs(kind, customers string) []string {
	return slices.DeleteFunc(t.OfType(kind), func(id string) bool { return id == customers })
}

func secondFactor(t *Template, f *findings) {
	for _, id := range t.staffs("AWS::Cognito::UserPool", "CustomerPool") {
		p := t.Resource(id)
		if p["MfaConfiguration"] != "ON" || !slices.Equal(texts(p["EnabledMfas"]), []string{"SOFTWARE_TOKEN_MFA"}) {
			f.add(id, "lets people in without a second factor, or by text message")
		}
		if t.claimsTrigger() == "" || text(At(p, "LambdaConfig", "PreTokenGenerationConfig", "LambdaVersion")) != "V2_0" {
			f.add(id, "has no trigger that puts the second factor into access tokens")
		}
		if At(p, "AdminCreateUserConfig", "AllowAdminCreateUserOnly") != true {
			f.add(id, "lets anybody sign up")
		}
		if protection := list(At(p["DeletionProtection"], "Fn::If")); len(protection) != 3 || protection[0] != "Protected" || protection[1] != "ACTIVE" || protection[2] != "INACTIVE" {
			f.add(id, "may be deleted")
		}
	}
	for _, id := range t.staffs("AWS::Cognito::UserPoolClient", "CustomerClient") {
		p := t.Resource(id)
		if refersTo(p["UserPoolId"]) != "StaffPool" || p["GenerateSecret"] != false {
			f.add(id, "is of another pool, or has a secret, which a page cannot keep")
		}
		if hours := whole(p["AccessTokenValidity"], 24); hours != 1 || At(p, "TokenValidityUnits", "AccessToken") != "hours" {
			f.add(id, "gives tokens for other than an hour")
		}
		if flows := texts(p["ExplicitAuthFlows"]); !slices.Equal(flows, []string{"ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}) {
			f.add(id, "lets people sign in otherwise than by SRP, which keeps the password on their side: %v", flows)
		}
	}
	var groups []string
	for _, id := range t.OfType("AWS::Cognito::UserPoolGroup") {
		groups = append(groups, text(t.Resource(id)["GroupName"]))
		t.want(f, id, "UserPoolId", "!Ref StaffPool")
	}
	if slices.Sort(groups); !slices.Equal(groups, []string{"admin", "manager", "packer", "viewer"}) {
		f.add("StaffPool", "has other groups than admin, manager, packer and viewer")
	}
}

// poolHard: lengths and lives in the spirit of NIST SP 800-63B, which wants long passwords and no rules of composition.
func poolHard(t *Template, f *findings) {
	for _, id := range t.staffs("AWS::Cognito::UserPool", "CustomerPool") {
		password := At(t.Resource(id), "Policies", "PasswordPolicy")
		if length := whole(At(password, "MinimumLength"), 8); length < 12 || length > 64 || whole(At(password, "TemporaryPasswordValidityDays"), 7) != 1 {
			f.add(id, "takes passwords under 12 characters, refuses long ones, or has invitations older than a day")
		}
		t.want(f, id, "AccountRecoverySetting", "{RecoveryMechanisms: [{Name: admin_only, Priority: 1}]}")
		t.want(f, id, "UserPoolTier", "ESSENTIALS") // Below it no trigger adds to access tokens.
		t.want(f, id, "UsernameAttributes", "[email]")
		t.want(f, id, "UsernameConfiguration", "{CaseSensitive: false}")
		t.want(f, id, "AutoVerifiedAttributes", "[email]")
		t.want(f, id, "UserPoolName", "!Sub till-${Stage}-staff")
	}
	for _, id := range t.staffs("AWS::Cognito::UserPoolClient", "CustomerClient") {
		t.want(f, id, "PreventUserExistenceErrors", "ENABLED")
		t.want(f, id, "EnableTokenRevocation", "true")
		t.want(f, id, "IdTokenValidity", "1")
		t.want(f, id, "TokenValidityUnits", "{AccessToken: hours, IdToken: hours, RefreshToken: hours}")
		if hours := whole(t.Resource(id)["RefreshTokenValidity"], 720); hours < 1 || hours > 12 {
			f.add(id, "stays signed in for %d hours, longer than a shift", hours)
		}
	}
}
