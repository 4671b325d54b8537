package dynamo

import (
	"context"
	"errors"
	"hash/fnv"
	"net"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"till/shared/fault"
)

// The codes of a cancelled transaction's reasons.
// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
const (
	reasonNone      = "None"
	reasonCondition = "ConditionalCheckFailed"
	reasonInvalid   = "ValidationError"
	reasonTooLarge  = "ItemCollectionSizeLimitExceeded"
)

// call is one call of DynamoDB in all its tries.
type call struct {
	aws.RetryerV2
	op     string
	seed   string
	writes bool
	doubt  bool // A try ended without an answer that says that it did nothing.
}

// retries are what all calls share: which errors are tried again, how often, and how many at a time, so that an outage is
// not made worse.
func retries() *retry.Standard {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = triesMax
		o.Retryables = append(o.Retryables, retry.IsErrorRetryableFunc(collided))
	})
}

// read is a call that changes nothing; write is one that does. seed tells calls apart that would wait alike.
func (s *Store) read(op, seed string) *call {
	return &call{RetryerV2: s.retries, op: "dynamo." + op, seed: seed}
}

func (s *Store) write(op, seed string) *call {
	return &call{RetryerV2: s.retries, op: "dynamo." + op, seed: seed, writes: true}
}

// IsErrorRetryable sees the error of each try: what is told at the end depends on all of them.
func (c *call) IsErrorRetryable(err error) bool {
	c.doubt = c.doubt || doubtful(err)
	return c.RetryerV2.IsErrorRetryable(err)
}

func (c *call) options(o *dynamodb.Options) { o.Retryer = c }

// RetryDelay makes callers that collided wait differently: 12 to 25 ms, then 25 to 50, by their seed instead of by chance.
func (c *call) RetryDelay(attempt int, _ error) (time.Duration, error) {
	h := fnv.New32a()
	_, _ = h.Write([]byte(c.seed))
	share := time.Duration(h.Sum32() % 1000)
	step := 25 * time.Millisecond << min(max(attempt-1, 0), 6)
	return step/2 + step*share/2000, nil
}

// collided tells that another transaction held an item, or that a transaction's part was throttled: nothing happened, and
// a moment later it may.
func collided(err error) aws.Ternary {
	var busy *types.TransactionConflictException
	if errors.As(err, &busy) {
		return aws.TrueTernary
	}
	if reasons, cancelled := reasonsOf(err); cancelled {
		return aws.BoolTernary(verdict(reasons) == held)
	}
	return aws.UnknownTernary
}

// reasonsOf gives why a transaction was cancelled, one reason per action, in their order.
func reasonsOf(err error) ([]types.CancellationReason, bool) {
	var cancelled *types.TransactionCanceledException
	if !errors.As(err, &cancelled) {
		return nil, false
	}
	return cancelled.CancellationReasons, true
}

// oldItem gives the item on which the condition of a single write failed.
func oldItem(err error) (item, bool) {
	var failed *types.ConditionalCheckFailedException
	if !errors.As(err, &failed) {
		return nil, false
	}
	return failed.Item, true
}

// outcome is what a cancelled transaction means as a whole.
type outcome int

const (
	refused outcome = iota // DynamoDB does not take it: too large, or malformed.
	lost                   // Conditions failed, and their failing says enough.
	held                   // Items were held by others, or throttled.
)

// verdict weighs the reasons. What holds the first two items, which say whose version this is, hides what is true: a twin of
// this write may be half way through, its stock already taken. Only then is a condition that failed elsewhere no answer.
func verdict(reasons []types.CancellationReason) outcome {
	conditions, busy := 0, 0
	for i, r := range reasons {
		switch code := aws.ToString(r.Code); code {
		case reasonNone, "":
		case reasonCondition:
			if i < 2 {
				return lost
			}
			conditions++
		case reasonInvalid, reasonTooLarge:
			return refused
		default: // TransactionConflict, ThrottlingError, ProvisionedThroughputExceeded
			if i < 2 {
				return held
			}
			busy++
		}
	}
	switch {
	case conditions > 0:
		return lost
	case busy > 0:
		return held
	default:
		return refused
	}
}

// fail classifies the error of a whole call. The caller has looked at failed conditions before.
func (c *call) fail(err error) error {
	if err == nil {
		return nil
	}
	// A call that ended before or between its tries was not seen by IsErrorRetryable.
	c.doubt = c.doubt || doubtful(err)
	kind, code := fault.Unavailable, "dependency_unavailable"
	switch {
	case c.writes && c.doubt:
		kind = fault.Unknown
	case ours(err):
		kind, code = fault.Internal, "store_refused"
	}
	return &fault.Error{Kind: kind, Op: c.op, Code: code, Err: err}
}

// doubtful tells that a try may have done its work although it failed: no answer, or one that does not say.
func doubtful(err error) bool {
	var api smithy.APIError
	var answer *awshttp.ResponseError
	var connection *net.OpError
	switch {
	case errors.As(err, &api):
		switch api.ErrorCode() {
		case "TransactionInProgressException": // Our own first try is still under way.
			return true
		case "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException":
			return true
		}
		return errors.As(err, &answer) && answer.HTTPStatusCode() >= 500
	case errors.As(err, &connection) && connection.Op == "dial":
		return false // Never sent.
	}
	return true
}

// ours tells that DynamoDB refused what we sent, for good.
func ours(err error) bool {
	if reasons, cancelled := reasonsOf(err); cancelled {
		return verdict(reasons) != held
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		return false
	}
	if _, throttled := retry.DefaultThrottleErrorCodes[api.ErrorCode()]; throttled {
		return false
	}
	var busy *types.TransactionConflictException
	var answer *awshttp.ResponseError
	return !errors.As(err, &busy) && errors.As(err, &answer) && answer.HTTPStatusCode() < 500
}

// internal is a bug of a caller that the store does not let in.
func internal(op, code string) error { return fault.New(fault.Internal, "dynamo."+op, code, "") }

// conflict is a lost condition.
func conflict(op, code, msg string) error { return fault.New(fault.Conflict, "dynamo."+op, code, msg) }

// pause waits, unless the caller's time is over.
func pause(ctx context.Context, d time.Duration) error {
	wait, done := context.WithTimeout(ctx, d)
	defer done()
	<-wait.Done()
	return ctx.Err()
}
