// Package awscall tells, of a call of AWS in all its tries, whether it may have done its work although it failed. It is what
// AWS's adapters have in common.
package awscall

import (
	"errors"
	"net"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

// Call is one call in all its tries: the retryer of that call's client options. Use it once.
type Call struct {
	aws.RetryerV2
	doubt bool // A try ended without an answer that says that it did nothing.
}

// IsErrorRetryable sees the error of each try: what is told at the end depends on all of them.
func (c *Call) IsErrorRetryable(err error) bool {
	c.doubt = c.doubt || Doubtful(err)
	return c.RetryerV2.IsErrorRetryable(err)
}

// Fail classifies the error of the whole call: nil stays nil; fault.Unavailable, code as AWS names the reason, if no try can
// have done anything; else fault.Unknown. A refusal of the last try says nothing about the tries before it.
func (c *Call) Fail(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case c.doubt || Doubtful(err): // A call may also end after its tries, or between two.
		return fault.Wrap(fault.Unknown, op, err)
	}
	out := &fault.Error{Kind: fault.Unavailable, Op: op, Err: err}
	var refused smithy.APIError
	if errors.As(err, &refused) {
		out.Code = refused.ErrorCode()
	}
	return out
}

// Doubtful tells that a try may have done its work although it failed. Refusals are known by their status: the SDK marks
// only errors that it knows as the client's fault, and throttling is not among them.
func Doubtful(err error) bool {
	var refused smithy.APIError
	var answer *awshttp.ResponseError
	var connection *net.OpError
	switch {
	case errors.As(err, &refused) && errors.As(err, &answer):
		return answer.HTTPStatusCode() >= 500
	case errors.As(err, &connection) && connection.Op == "dial":
		return false // Never sent.
	}
	return true
}
