package queue_test

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS's own checksum of a message
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"till/shared/awstest"
	"till/shared/fault"
	"till/shared/queue"
)

const (
	url  = "https://sqs.eu-central-1.amazonaws.com/111122223333/till-test-mail"
	body = `{"v":1,"order":"ord_1","change":7,"kind":"order_confirmed"}`
)

// taken is SQS's answer to a message it took; the SDK compares the checksum.
func taken(text string) awstest.Answer {
	return awstest.Reply(http.StatusOK, fmt.Sprintf(`{"MessageId":"m-1","MD5OfMessageBody":"%x"}`, md5.Sum([]byte(text)))) //nolint:gosec // as above
}

func throttled() awstest.Answer {
	return awstest.Refuse(http.StatusBadRequest, "com.amazonaws.sqs#ThrottlingException", "Rate exceeded")
}

func broken() awstest.Answer {
	return awstest.Refuse(http.StatusInternalServerError, "InternalFailure", "")
}

func refused(code string) awstest.Answer { return awstest.Refuse(http.StatusBadRequest, code, "no") }

func TestAMessageArrivesAsItIs(t *testing.T) {
	for _, text := range []string{body, `{"v":1,"event":"stripe#acct#evt_1"}`, "<ü>\u2028 \"'\\", strings.Repeat("x", 256<<10)} {
		s := awstest.Start(t, taken(text))
		if err := queue.New(s.Cloud, url).Send(t.Context(), text); err != nil {
			t.Fatal(err)
		}
		seen := s.Seen()
		var got map[string]any
		if err := json.Unmarshal([]byte(seen[0].Body), &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]any{"QueueUrl": url, "MessageBody": text}, got); diff != "" {
			t.Error(diff)
		}
		seen[0].Body = ""
		want := []awstest.Request{{Method: http.MethodPost, Path: "/", Target: "AmazonSQS.SendMessage", Type: "application/x-amz-json-1.0"}}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	}
}

func TestAllTriesDecideWhatASendCameTo(t *testing.T) {
	const good = fault.Kind(-1)
	tests := []struct {
		name    string
		answers []awstest.Answer
		kind    fault.Kind
		code    string
		tries   int
	}{
		{"throttled for good", []awstest.Answer{throttled()}, fault.Unavailable, "ThrottlingException", 3},
		{"throttled in SQS's own words", []awstest.Answer{refused("RequestThrottled")}, fault.Unavailable, "RequestThrottled", 3},
		{"throttled once", []awstest.Answer{throttled(), taken(body)}, good, "", 2},
		{"no such queue", []awstest.Answer{refused("com.amazonaws.sqs#QueueDoesNotExist")}, fault.Unavailable, "QueueDoesNotExist", 1},
		{"not allowed", []awstest.Answer{awstest.Refuse(http.StatusForbidden, "AccessDeniedException", "no")}, fault.Unavailable, "AccessDeniedException", 1},
		{"the queue's key is throttled", []awstest.Answer{refused("KmsThrottled")}, fault.Unavailable, "KmsThrottled", 1},
		{"unknown to the SDK", []awstest.Answer{refused("BrandNewException")}, fault.Unavailable, "BrandNewException", 1},
		{"SQS broke", []awstest.Answer{broken()}, fault.Unknown, "", 3},
		{"SQS is away", []awstest.Answer{awstest.Refuse(http.StatusServiceUnavailable, "ServiceUnavailable", "")}, fault.Unknown, "", 3},
		{"a balancer's page", []awstest.Answer{awstest.Reply(http.StatusBadGateway, "<html>")}, fault.Unknown, "", 3},
		{"cut after it was read", []awstest.Answer{awstest.Cut}, fault.Unknown, "", 3},
		{"cut once", []awstest.Answer{awstest.Cut, taken(body)}, good, "", 2},
		{"cut, then throttled: the first try may have been taken", []awstest.Answer{awstest.Cut, throttled()}, fault.Unknown, "", 3},
		{"broken, then refused", []awstest.Answer{broken(), refused("QueueDoesNotExist")}, fault.Unknown, "", 2},
		{"throttled, then refused", []awstest.Answer{throttled(), refused("QueueDoesNotExist")}, fault.Unavailable, "QueueDoesNotExist", 2},
		{"an answer that is no JSON", []awstest.Answer{awstest.Reply(http.StatusOK, `{"Mess`)}, fault.Unknown, "", 1},
		{"taken, but not as it was sent", []awstest.Answer{taken("another")}, fault.Unknown, "", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := awstest.Start(t, tt.answers...)
			err := queue.New(s.Cloud, url).Send(t.Context(), body)
			if tries := len(s.Seen()); tries != tt.tries {
				t.Errorf("%d tries", tries)
			}
			if (err == nil) != (tt.kind == good) || err != nil && (fault.KindOf(err) != tt.kind || fault.Code(err) != tt.code) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWithoutAConnectionNothingWasTaken(t *testing.T) {
	if err := queue.New(awstest.Nowhere(), url).Send(t.Context(), body); !fault.Is(err, fault.Unavailable) {
		t.Errorf("got %v", err)
	}
}

func TestACallerWhoLeavesDoesNotKnow(t *testing.T) {
	s := awstest.Start(t, awstest.Hang)
	ctx, leave := context.WithCancel(t.Context())
	go func() {
		<-s.Asked
		leave()
	}()
	if err := queue.New(s.Cloud, url).Send(ctx, body); !fault.Is(err, fault.Unknown) || !errors.Is(err, context.Canceled) || len(s.Seen()) != 1 {
		t.Errorf("got %v after %d tries", err, len(s.Seen()))
	}
}

func TestASendEndsInTime(t *testing.T) {
	for name, limits := range map[string][2]time.Duration{
		"by its own limit": {time.Hour, 3 * time.Second}, "by its caller's": {time.Second, time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithTimeout(t.Context(), limits[0])
				defer stop()
				began := time.Now()
				err := queue.New(awstest.Silent(), url).Send(ctx, body)
				if took := time.Since(began); took != limits[1] || !fault.Is(err, fault.Unknown) {
					t.Errorf("after %v: %v", took, err)
				}
			})
		})
	}
}
