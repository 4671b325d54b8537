package localshop

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"time"

	"till/functions/assembly"
	"till/scripts/localcloud"
	"till/scripts/localcloud/asl"
	"till/shared/fault"
	"till/shared/link"
)

// constant gives the same value for ever.
func constant[T any](value T) func(context.Context) (T, error) {
	return func(context.Context) (T, error) { return value, nil }
}

func (s *Shop) links() assembly.Links { return constant[link.Signer](s.signer) }

// send is the local twin of queue.Queue.
func (s *Shop) send(ctx context.Context, url, body string) error {
	if _, err := s.Cloud.SendMessage(ctx, url, body); err != nil {
		return fault.Wrap(fault.Unavailable, "localshop.send", err)
	}
	return nil
}

// machine is the local twin of flow.Machine.
type machine struct {
	cloud *localcloud.Cloud
	arn   string
}

func (s *Shop) machine(arn string) assembly.Machine { return machine{s.Cloud, arn} }

// Start is flow.Machine's.
func (m machine) Start(ctx context.Context, name, input string) error {
	_, err := m.cloud.StartExecution(ctx, m.arn, name, input)
	if coded(err, asl.CodeExecutionAlreadyExists) {
		return fault.New(fault.Conflict, "localshop.Start", "execution_exists", "")
	}
	return fault.Wrap(fault.Unavailable, "localshop.Start", err)
}

// Alive is flow.Machine's.
func (m machine) Alive(ctx context.Context, name string) (bool, error) {
	e, err := m.cloud.DescribeExecution(ctx, m.cloud.ExecutionARN(m.arn, name))
	if coded(err, asl.CodeExecutionDoesNotExist) {
		return false, fault.Wrap(fault.NotFound, "localshop.Alive", err)
	}
	return e.Status == asl.Running || e.Status == asl.Succeeded, fault.Wrap(fault.Unavailable, "localshop.Alive", err)
}

// Succeed is flow.Machine's.
func (m machine) Succeed(ctx context.Context, token string) error {
	return answered(m.cloud.SendTaskSuccess(ctx, token, "{}"))
}

// Cancel is flow.Machine's.
func (m machine) Cancel(ctx context.Context, token string) error {
	return answered(m.cloud.SendTaskFailure(ctx, token, "OrderCancelled", ""))
}

func answered(err error) error {
	if coded(err, asl.CodeTaskDoesNotExist) || coded(err, asl.CodeTaskTimedOut) {
		return nil
	}
	return fault.Wrap(fault.Unavailable, "localshop.answer", err)
}

func coded(err error, code string) bool {
	var e *asl.APIError
	return errors.As(err, &e) && e.Code == code
}

// post hands a request to the API as if it came over the network.
func (s *Shop) post(path string, header http.Header, body []byte) (int, error) {
	req := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	req.Header = header.Clone()
	answer := httptest.NewRecorder()
	s.Cloud.API("").ServeHTTP(answer, req)
	return answer.Code, nil
}

// sleep waits, as long as ctx allows.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// counted counts the calls that our functions make to gateways.
type counted struct {
	http.RoundTripper
	calls *atomic.Int64
}

// RoundTrip is http.RoundTripper's.
func (c counted) RoundTrip(r *http.Request) (*http.Response, error) {
	c.calls.Add(1)
	return c.RoundTripper.RoundTrip(r)
}

// GatewayCalls is how often our functions called a gateway.
func (s *Shop) GatewayCalls() int { return int(s.gatewayCalls.Load()) }
