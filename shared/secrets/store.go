// Package secrets reads Till's keys from AWS Secrets Manager, and keeps them out of everything that is written down.
package secrets

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

const (
	life        = 300 * time.Second // How long a secret is used before it is read again.
	reloadPause = time.Minute       // Forged signatures must not become calls: one early reload in this time.
	callLimit   = 2 * time.Second
	callsAtMost = 2
	pauseAtMost = 200 * time.Millisecond
)

// Store reads secrets by their ARN. Safe for use by many at once: those who need one secret wait for one call.
type Store struct {
	client *secretsmanager.Client
	stage  string
	now    func() time.Time

	mu      sync.Mutex
	entries map[string]*entry
}

// entry is one secret in memory. Its turn is held by whoever reads or loads it.
type entry struct {
	turn   chan struct{}
	text   string
	loaded time.Time // When text was read.
	tried  time.Time // When it was last asked for, read or not.
}

// New makes a store in the account and region of cloud. It calls nothing. On the stage "prod" test keys are refused.
func New(cloud aws.Config, stage string, now func() time.Time) *Store {
	client := secretsmanager.NewFromConfig(cloud, func(o *secretsmanager.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = callsAtMost, pauseAtMost })
	})
	return &Store{client: client, stage: stage, now: now, entries: make(map[string]*entry)}
}

// Reload reads a secret again before its time, as after a signature that did not fit: it may have been rotated. It
// does so at most once a minute, and tells whether it did. Errors: as Link; then the old value stays.
func (s *Store) Reload(ctx context.Context, arn string) (bool, error) {
	e, leave, err := s.enter(ctx, arn)
	if err != nil {
		return false, err
	}
	defer leave()
	if since := s.now().Sub(e.tried); since >= 0 && since < reloadPause {
		return false, nil
	}
	return true, s.fetch(ctx, arn, e)
}

// read gives a secret's text, from memory for 300 s.
func (s *Store) read(ctx context.Context, arn string) (string, error) {
	e, leave, err := s.enter(ctx, arn)
	if err != nil {
		return "", err
	}
	defer leave()
	// A clock that stepped back must not make a secret live longer.
	if age := s.now().Sub(e.loaded); e.text == "" || age < 0 || age >= life {
		if err := s.fetch(ctx, arn, e); err != nil {
			return "", err
		}
	}
	return e.text, nil
}

// enter waits for the secret's turn, as long as ctx allows.
func (s *Store) enter(ctx context.Context, arn string) (*entry, func(), error) {
	s.mu.Lock()
	e := s.entries[arn]
	if e == nil {
		e = &entry{turn: make(chan struct{}, 1)}
		s.entries[arn] = e
	}
	s.mu.Unlock()
	select {
	case e.turn <- struct{}{}:
		return e, func() { <-e.turn }, nil
	case <-ctx.Done():
		return nil, nil, unavailable(ctx.Err())
	}
}

// fetch reads the secret into e. The caller has its turn.
func (s *Store) fetch(ctx context.Context, arn string, e *entry) error {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	e.tried = s.now()
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &arn})
	if err != nil {
		return classify(err)
	}
	if aws.ToString(out.SecretString) == "" {
		return misconfigured(nil)
	}
	e.text, e.loaded = *out.SecretString, e.tried
	return nil
}

// classify names the kind: only what somebody must repair is Internal.
// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
func classify(err error) error {
	var answer smithy.APIError
	if errors.As(err, &answer) {
		switch answer.ErrorCode() {
		case "ResourceNotFoundException", "AccessDeniedException", "InvalidParameterException", "InvalidRequestException", "ValidationException":
			return misconfigured(err)
		}
	}
	return unavailable(err)
}

func unavailable(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: "secrets.read", Code: "dependency_unavailable", Msg: "Please try again.", Err: err}
}

// misconfigured is a secret that cannot be used. The fault names no value.
func misconfigured(err error) error {
	return &fault.Error{Kind: fault.Internal, Op: "secrets.read", Code: "config_invalid", Err: err}
}
