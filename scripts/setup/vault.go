package setup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	// pendingLabel marks a version that is written and not yet the current one.
	pendingLabel = "TILL_SETUP"
	currentLabel = "AWSCURRENT"
	// triesMax is how often a change is made anew because somebody else changed the secret in between.
	triesMax = 8
)

// errNotWritten is a change that was certainly not made.
var errNotWritten = errors.New("the secret was not changed")

// vault is the one secret that holds all gateways' keys. Members of other gateways are carried over as they are.
type vault struct {
	client   *secretsmanager.Client
	arn      string
	member   string
	newToken func() string
}

// snapshot is the secret at one version.
type snapshot struct {
	version string
	all     map[string]json.RawMessage
	account account
}

// read reads the current version. Errors: it may not be read, or is not as this program knows it; none holds a value.
func (v vault) read(ctx context.Context) (snapshot, error) {
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &v.arn})
	if err != nil {
		return snapshot{}, explainSecret("secretsmanager:GetSecretValue", err)
	}
	s := snapshot{version: aws.ToString(out.VersionId)}
	if json.Unmarshal([]byte(aws.ToString(out.SecretString)), &s.all) != nil || s.all == nil || s.version == "" {
		return snapshot{}, errors.New("the gateways' secret is not a JSON object; mend it by hand first")
	}
	if s.account, err = openAccount(s.all[v.member]); err != nil {
		return snapshot{}, err
	}
	return s, nil
}

// change makes one change to the account, on condition that nobody changed the secret in between; if somebody did, it is made anew
// on what is there then. f tells whether there is anything to change; it may be called several times. Errors: errNotWritten within,
// or else it may have been written.
//
// Secrets Manager has no conditional write, but it moves a label on condition: the new version is stored beside the current one, and
// then AWSCURRENT is moved to it from the version that was read. That fails if the label is elsewhere by now.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html
func (v vault) change(ctx context.Context, f func(account) (account, bool)) error {
	for range triesMax {
		before, err := v.read(ctx)
		if err != nil {
			return errors.Join(errNotWritten, err)
		}
		after, changed := f(before.account)
		if !changed {
			return nil
		}
		text, err := before.with(v.member, after)
		if err != nil {
			return errors.Join(errNotWritten, err)
		}
		token := v.newToken()
		_, err = v.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
			SecretId: &v.arn, SecretString: &text, ClientRequestToken: &token, VersionStages: []string{pendingLabel}})
		if err != nil {
			return errors.Join(errNotWritten, explainSecret("secretsmanager:PutSecretValue", err))
		}
		won, err := v.promote(ctx, before.version, token)
		if won || err != nil {
			return err
		}
	}
	return errors.Join(errNotWritten, errors.New("others change the secret all the time; run it again"))
}

// promote makes a version the current one if another still is. Whether it won is not known when there is an error without
// errNotWritten.
func (v vault) promote(ctx context.Context, from, to string) (won bool, err error) {
	label := currentLabel
	_, err = v.client.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{
		SecretId: &v.arn, VersionStage: &label, MoveToVersionId: &to, RemoveFromVersionId: &from})
	if err != nil {
		refusal := explainSecret("secretsmanager:UpdateSecretVersionStage", err)
		now, unread := v.read(ctx)
		switch {
		case unread != nil:
			return false, errors.Join(refusal, unread)
		case now.version == from:
			v.unlabel(ctx, to)
			return false, errors.Join(errNotWritten, refusal)
		case now.version != to:
			v.unlabel(ctx, to)
			return false, nil
		}
	}
	v.unlabel(ctx, to)
	return true, nil
}

// unlabel takes our label off, so that Secrets Manager can forget the version in time. Nothing depends on it.
func (v vault) unlabel(ctx context.Context, version string) {
	label := pendingLabel
	_, _ = v.client.UpdateSecretVersionStage(ctx, &secretsmanager.UpdateSecretVersionStageInput{SecretId: &v.arn, VersionStage: &label, RemoveFromVersionId: &version})
}

// with is the secret's text with another account.
func (s snapshot) with(member string, a account) (string, error) {
	all := map[string]json.RawMessage{}
	for name, value := range s.all {
		all[name] = value
	}
	one, err := encode(a.fields)
	if err != nil {
		return "", err
	}
	all[member] = one
	text, err := encode(all)
	return string(text), err
}

// encode writes JSON as people write it into the secret: "<" stays "<".
func encode(fields map[string]json.RawMessage) (json.RawMessage, error) {
	var out bytes.Buffer
	to := json.NewEncoder(&out)
	to.SetEscapeHTML(false)
	if to.Encode(fields) != nil {
		return nil, errors.New("the secret cannot be written as JSON")
	}
	return bytes.TrimSpace(out.Bytes()), nil
}
