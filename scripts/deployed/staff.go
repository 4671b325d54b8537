package deployed

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// staff is who may sign in, by group.
type staff struct {
	mu     sync.Mutex
	tokens map[string]token
}

type token struct {
	text string
	made time.Time
}

// Staff's password on a local AWS. It is worth nothing anywhere else.
const staffPassword = "correct-horse-battery-staple-1A"

// fresh is how long a token is used. Moving money asks for a sign-in that is younger than 15 minutes.
const fresh = 10 * time.Minute

// StaffToken gives an access token of somebody in that group of the staff's pool, "" for somebody in none, whom it makes if there is nobody yet. The
// pool's trigger runs as on AWS.
func (s *Stack) StaffToken(ctx context.Context, group string) (string, error) {
	s.staff.mu.Lock()
	defer s.staff.mu.Unlock()
	if t := s.staff.tokens[group]; t.text != "" && time.Since(t.made) < fresh {
		return t.text, nil
	}
	client := cognitoidentityprovider.NewFromConfig(s.Config)
	pool, app, name := aws.String(s.Physical("StaffPool")), aws.String(s.Physical("StaffClient")), aws.String("a"+group+"@staff.example.com")
	if err := s.invite(ctx, client, pool, name, group); err != nil {
		return "", fmt.Errorf("inviting a %s: %w", group, err)
	}
	// On AWS staff sign in by SRP and give a code of their telephone. MiniStack asks nobody for a second factor, and a password
	// is enough to see the rest: groups, the trigger's claim, the authorizer.
	_, err := client.UpdateUserPoolClient(ctx, &cognitoidentityprovider.UpdateUserPoolClientInput{
		UserPoolId: pool, ClientId: app,
		ExplicitAuthFlows: []types.ExplicitAuthFlowsType{types.ExplicitAuthFlowsTypeAllowAdminUserPasswordAuth, types.ExplicitAuthFlowsTypeAllowUserSrpAuth, types.ExplicitAuthFlowsTypeAllowRefreshTokenAuth},
	})
	if err != nil {
		return "", fmt.Errorf("signing in: %w", err)
	}
	in, err := client.AdminInitiateAuth(ctx, &cognitoidentityprovider.AdminInitiateAuthInput{
		UserPoolId: pool, ClientId: app, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": *name, "PASSWORD": staffPassword},
	})
	if err != nil || in.AuthenticationResult == nil {
		return "", fmt.Errorf("signing in: %w", orElse(err, "no token came"))
	}
	if s.staff.tokens == nil {
		s.staff.tokens = map[string]token{}
	}
	s.staff.tokens[group] = token{aws.ToString(in.AuthenticationResult.AccessToken), time.Now()}
	return s.staff.tokens[group].text, nil
}

// invite makes a person of the staff, or leaves the one that is there.
func (s *Stack) invite(ctx context.Context, client *cognitoidentityprovider.Client, pool, name *string, group string) error {
	_, err := client.AdminGetUser(ctx, &cognitoidentityprovider.AdminGetUserInput{UserPoolId: pool, Username: name})
	if err == nil {
		return nil
	}
	if _, err := client.AdminCreateUser(ctx, &cognitoidentityprovider.AdminCreateUserInput{
		UserPoolId: pool, Username: name, MessageAction: types.MessageActionTypeSuppress, TemporaryPassword: aws.String(staffPassword),
		UserAttributes: []types.AttributeType{{Name: aws.String("email"), Value: name}, {Name: aws.String("email_verified"), Value: aws.String("true")}},
	}); err != nil {
		return err
	}
	if _, err := client.AdminSetUserPassword(ctx, &cognitoidentityprovider.AdminSetUserPasswordInput{
		UserPoolId: pool, Username: name, Password: aws.String(staffPassword), Permanent: true,
	}); err != nil {
		return err
	}
	if group == "" {
		return nil
	}
	_, err = client.AdminAddUserToGroup(ctx, &cognitoidentityprovider.AdminAddUserToGroupInput{UserPoolId: pool, Username: name, GroupName: &group})
	return err
}

// orElse is err, or an error with that text if there is none.
func orElse(err error, text string) error {
	if err != nil {
		return err
	}
	return errIf(true, text)
}
