// Package kmsvault is vault's key service on AWS KMS.
package kmsvault

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

const (
	callLimit   = time.Second // One call, retries included: a shopper waits.
	callsAtMost = 2
	pauseAtMost = 100 * time.Millisecond // Between the two; the SDK's own pause would outlast the limit.
)

// Service asks one KMS key. Safe for use by many at once.
type Service struct {
	client *kms.Client
	key    string
}

// New makes a service for the key of an ARN, in the account and region of cloud. It calls nothing.
func New(cloud aws.Config, keyARN string) *Service {
	client := kms.NewFromConfig(cloud, func(o *kms.Options) {
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) { r.MaxAttempts, r.MaxBackoff = callsAtMost, pauseAtMost })
	})
	return &Service{client: client, key: keyARN}
}

// GenerateDataKey makes a new AES-256 key and its wrapped copy, bound to the encryption context, which CloudTrail
// shows in clear. Errors: fault.Unavailable, throttled, timed out, key disabled: nothing happened, call again;
// fault.Internal, code generate_failed: refused. Never log the result.
func (s *Service) GenerateDataKey(ctx context.Context, bound map[string]string) (plain, wrapped []byte, err error) {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	out, err := s.client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{
		KeyId: &s.key, KeySpec: types.DataKeySpecAes256, EncryptionContext: bound,
	})
	if err != nil {
		return nil, nil, classify("kmsvault.GenerateDataKey", "generate_failed", err)
	}
	return out.Plaintext, out.CiphertextBlob, nil
}

// Decrypt gives back a wrapped key, under the context that it was made with. Errors: fault.Unavailable as
// GenerateDataKey; fault.Internal, code decrypt_failed: another key, another context, altered, or not allowed.
func (s *Service) Decrypt(ctx context.Context, wrapped []byte, bound map[string]string) ([]byte, error) {
	ctx, stop := context.WithTimeout(ctx, callLimit)
	defer stop()
	out, err := s.client.Decrypt(ctx, &kms.DecryptInput{KeyId: &s.key, CiphertextBlob: wrapped, EncryptionContext: bound})
	if err != nil {
		return nil, classify("kmsvault.Decrypt", "decrypt_failed", err)
	}
	return out.Plaintext, nil
}

// passing are the refusals that end by themselves or by a switch, with the same call: throttling, and keys that are
// off for now. https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors and
// https://docs.aws.amazon.com/kms/latest/APIReference/CommonErrors.html
var passing = map[string]bool{
	"ThrottlingException":         true,
	"LimitExceededException":      true,
	"DependencyTimeoutException":  true,
	"KMSInternalException":        true,
	"KeyUnavailableException":     true,
	"KMSInvalidStateException":    true,
	"DisabledException":           true,
	"InternalFailure":             true,
	"ServiceUnavailable":          true,
	"ServiceUnavailableException": true,
	"RequestExpired":              true,
}

// classify names the kind. No answer at all is Unavailable too, never Unknown: neither call changes anything.
func classify(op, code string, err error) error {
	var answer smithy.APIError
	if !errors.As(err, &answer) || passing[answer.ErrorCode()] || answer.ErrorFault() == smithy.FaultServer {
		return &fault.Error{Kind: fault.Unavailable, Op: op, Code: "dependency_unavailable", Msg: "Please try again.", Err: err}
	}
	return &fault.Error{Kind: fault.Internal, Op: op, Code: code, Err: err}
}
