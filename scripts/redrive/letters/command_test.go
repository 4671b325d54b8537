package letters_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/scripts/redrive/letters"
)

func TestWrongUsageIsExplained(t *testing.T) {
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"an unknown flag", []string{"-all"}, "flag provided but not defined: -all"},
		{"an argument", []string{"mail"}, `so not "mail"`},
		{"an unknown queue", []string{"-queue", "post"}, `-queue "post" is none of events, fulfillment, mail, relay, all`},
		{"no stack", []string{"-stack", ""}, "-stack is empty"},
		{"a rate of nothing", []string{"-rate", "0/s"}, `-rate "0/s" is not 1/s to 1000/s`},
		{"a rate that is none", []string{"-rate", "fast"}, `-rate "fast"`},
		{"a negative maximum", []string{"-max", "-1"}, "-max and -older are not negative"},
		{"an age that is none", []string{"-older", "yesterday"}, "invalid value"},
		{"an endpoint that is none", []string{"-endpoint", "localhost:4566"}, `-endpoint "localhost:4566" is not http://HOST:PORT`},
		{"several at once", []string{"-queue", "post", "-max", "-1"}, "-queue \"post\" is none of events, fulfillment, mail, relay, all\n-max"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			code, out, errs := run(t, c, row.args...)
			if code != letters.Usage || out != "" || len(c.calls) > 0 {
				t.Fatalf("exit %d, %s, calls %v", code, out, c.calls)
			}
			contains(t, errs, row.want, "-dry-run")
		})
	}
}

func TestHelpIsNoFailure(t *testing.T) {
	code, _, errs := run(t, newCloud(t), "-h")
	if code != letters.Done {
		t.Fatalf("exit %d", code)
	}
	contains(t, errs, "-stack", "-queue", "-dry-run", "-max", "-rate", "-older", "-forget", "-region", "-endpoint")
}

func TestAStackThatIsNotAsItShouldBeIsNotTouched(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(c *cloud)
		want   string
	}{
		{"it may not be looked at", func(c *cloud) { c.refuse = only("ListStackResources", "AccessDenied") }, "you may not cloudformation:ListStackResources on stack till-dev"},
		{"it is not there", func(c *cloud) { c.refuse = only("ListStackResources", "ValidationError") }, "cloudformation:ListStackResources on stack till-dev: ValidationError"},
		{"it is another product's", func(c *cloud) { c.resources = c.resources[:0] }, "the stack till-dev has no EventsDeadLetters; is it a stack of Till?"},
		{"its queue sends its dead letters elsewhere", func(c *cloud) { c.policies["MailQueue"] = `{"deadLetterTargetArn":"arn:other"}` }, "mail: MailQueue does not send its dead letters to MailDeadLetters"},
		{"its queue has no dead letters", func(c *cloud) { c.policies["MailQueue"] = "" }, "mail: MailQueue does not send its dead letters"},
		{"its queues may not be looked at", func(c *cloud) { c.refuse = only("GetQueueAttributes", "AccessDenied") }, "events: you may not sqs:GetQueueAttributes on EventsDeadLetters"},
		{"it has no relay", func(c *cloud) { c.resources = c.resources[:len(c.resources)-2] }, "relay: the stack has no function Relay"},
		{"nobody answers", func(c *cloud) { c.server.CloseClientConnections(); c.server.Close() }, "cloudformation:ListStackResources on stack till-dev had no answer"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.bury("MailQueue", mail(1))
			row.change(c)
			code, out, errs := run(t, c)
			if code != letters.Failed || out != "" || c.visible("MailDeadLetters") != 1 {
				t.Fatalf("exit %d\n%s%s", code, out, errs)
			}
			contains(t, errs, row.want)
		})
	}
}

func TestWithoutCredentialsOrRegionNothingIsTried(t *testing.T) {
	for _, row := range []struct {
		name, want string
		err        error
	}{
		{"no credentials", "redrive: no AWS credentials", errors.New("no AWS credentials")},
		{"no region", "redrive: no region: give -region, or set AWS_REGION", nil},
	} {
		var out, errs bytes.Buffer
		c := letters.Command{Out: &out, Err: &errs, Now: time.Now, Sleep: nil, Load: func(_ context.Context, region, endpoint string) (aws.Config, error) {
			if region != "" || endpoint != "http://127.0.0.1:1" {
				t.Errorf("loaded for %q, %q", region, endpoint)
			}
			return aws.Config{}, row.err
		}}
		if code := c.Run(t.Context(), []string{"-endpoint", "http://127.0.0.1:1"}); code != letters.Failed || out.Len() > 0 || !strings.Contains(errs.String(), row.want) {
			t.Errorf("%s: exit %d, %s", row.name, code, errs.String())
		}
	}
}

func TestAPaceIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sleep := func(ctx context.Context, d time.Duration) error {
			select {
			case <-time.After(d):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		p := letters.Pace{Every: 100 * time.Millisecond, Now: time.Now, Sleep: sleep}
		began := time.Now()
		for range 11 {
			must(t, p.Wait(t.Context()))
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("eleven turns took %s", took)
		}
		time.Sleep(time.Hour)
		began = time.Now()
		must(t, p.Wait(t.Context()))
		if took := time.Since(began); took != 0 {
			t.Errorf("after a rest a turn took %s", took)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if err := p.Wait(ctx); !errors.Is(err, context.Canceled) {
			t.Errorf("interrupted: %v", err)
		}
	})
}
