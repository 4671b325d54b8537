package letters_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"till/scripts/redrive/letters"
	"till/shared/awstest"
	"till/shared/message"
)

func nobody() *slog.Logger { return slog.New(slog.DiscardHandler) }

// run is the program against c, and what it printed.
func run(t *testing.T, c *cloud, args ...string) (code int, out, errs string) {
	t.Helper()
	return runIn(t.Context(), c, args...)
}

func runIn(ctx context.Context, c *cloud, args ...string) (code int, out, errs string) {
	var stdout, stderr bytes.Buffer
	command := letters.Command{
		Out: &stdout, Err: &stderr, Now: time.Now, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		Load: func(context.Context, string, string) (aws.Config, error) {
			return awstest.Config(c.server.URL, c.server.Client()), nil
		},
	}
	code = command.Run(ctx, args)
	return code, stdout.String(), stderr.String()
}

func mail(n int) string {
	return message.ForMail("ord_abcdefghijklmnopqrstuvwxyz", n, "order_confirmed")
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func TestDeadLettersGoBackToTheQueueThatTheyDiedIn(t *testing.T) {
	c := newCloud(t)
	c.bury("EventsQueue", message.ForEvent("stripe##evt_1"))
	c.bury("FulfillmentQueue", message.ForFulfillment("ord_abcdefghijklmnopqrstuvwxyz", 2))
	c.bury("MailQueue", mail(3), mail(4))
	code, out, errs := run(t, c)
	if code != letters.Done || errs != "" {
		t.Fatalf("exit %d, %s\n%s", code, errs, out)
	}
	contains(t, out, "event stripe##evt_1: given back", "fulfillment of order ord_abcdefghijklmnopqrstuvwxyz, try 2: given back",
		"mail order_confirmed of order ord_abcdefghijklmnopqrstuvwxyz, change 4: given back", "mail: about 2 dead letters", "mail: 2 given back, 0 deleted, 0 left, 0 to be looked at")
	for queue, want := range map[string]int{"EventsQueue": 1, "FulfillmentQueue": 1, "MailQueue": 2, "EventsDeadLetters": 0, "FulfillmentDeadLetters": 0, "MailDeadLetters": 0} {
		if got := c.bodies(queue); len(got) != want {
			t.Errorf("%s holds %v", queue, got)
		}
	}
}

func TestManyLettersGoBackOnceEach(t *testing.T) {
	c := newCloud(t)
	want := []string{}
	for n := range 57 {
		want = append(want, mail(n+1))
	}
	c.bury("MailQueue", want...)
	code, out, _ := run(t, c, "-queue", "mail", "-rate", "1000/s")
	got := c.bodies("MailQueue")
	slices.Sort(got)
	slices.Sort(want)
	if code != letters.Done || !slices.Equal(got, want) || len(c.bodies("MailDeadLetters")) != 0 {
		t.Fatalf("exit %d, %d in the queue\n%s", code, len(got), out)
	}
}

func TestADryRunOnlyShows(t *testing.T) {
	c := newCloud(t)
	c.bury("MailQueue", mail(1), mail(2), mail(3), "junk")
	code, out, _ := run(t, c, "-queue", "mail", "-dry-run", "-max", "2")
	if got := strings.Count(out, "would be given back"); code != letters.Done || got != 2 {
		t.Errorf("exit %d, %d shown\n%s", code, got, out)
	}
	code, out, _ = run(t, c, "-queue", "mail", "-dry-run", "-forget")
	if strings.Count(out, "would be given back") != 3 || !strings.Contains(out, "4 bytes: would be deleted") || code != letters.Done {
		t.Errorf("exit %d\n%s", code, out)
	}
	if c.visible("MailDeadLetters") != 4 || len(c.bodies("MailQueue")) != 0 {
		t.Errorf("it moved or hid something: %d visible", c.visible("MailDeadLetters"))
	}
	if slices.Contains(c.calls, "SendMessage") || slices.Contains(c.calls, "DeleteMessage") {
		t.Errorf("it called %v", c.calls)
	}
}

func TestNoMoreThanAskedForAreMoved(t *testing.T) {
	c := newCloud(t)
	c.bury("MailQueue", mail(1), mail(2), mail(3))
	code, out, _ := run(t, c, "-queue", "mail", "-max", "1")
	if code != letters.Done || len(c.bodies("MailQueue")) != 1 || c.visible("MailDeadLetters") != 2 {
		t.Fatalf("exit %d, %d visible\n%s", code, c.visible("MailDeadLetters"), out)
	}
}

func TestYoungLettersAreLeft(t *testing.T) {
	c := newCloud(t)
	c.bury("MailQueue", mail(1))
	must(t, c.clock.Advance(23*time.Hour))
	c.bury("MailQueue", mail(2))
	code, out, _ := run(t, c, "-queue", "mail", "-older", "20h")
	if code != letters.Done || !slices.Equal(c.bodies("MailQueue"), []string{mail(1)}) || c.visible("MailDeadLetters") != 1 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	contains(t, out, "change 2: left: not old enough", "mail: 1 given back, 0 deleted, 1 left")
}

func TestForeignContentIsNeverShownAndOnlyDeletedWhenAsked(t *testing.T) {
	c := newCloud(t)
	bodies := []string{"ann@example.com \x1b[2J", `{"v":1,"order":"","secret":"ann@example.com"}`, `{"v":2,"order":"ann@example.com"}`,
		message.ForMail("ord_abcdefghijklmnopqrstuvwxyz", 1, "ann@example.com\n\x1b[2J"), message.ForMail("x@example.com", 1, strings.Repeat("k", 500))}
	c.bury("MailQueue", bodies...)
	code, out, _ := run(t, c, "-queue", "mail")
	if code != letters.Failed || strings.Contains(out, "example.com") || strings.Contains(out, "\x1b") || strings.Contains(out, "kkk") {
		t.Fatalf("exit %d\n%q", code, out)
	}
	contains(t, out, "no message of ours, 20 bytes: left: no function can use it. -forget deletes it", "message of version 2: left: it is for newer functions",
		"mail (500 bytes, not shown) of order (13 bytes, not shown), change 1: given back", "2 given back, 0 deleted, 0 left, 3 to be looked at")
	code, out, _ = run(t, c, "-queue", "mail", "-forget")
	if code != letters.Failed || !slices.Equal(c.bodies("MailDeadLetters"), bodies[2:3]) || c.visible("MailDeadLetters") != 1 {
		t.Fatalf("exit %d, left %v\n%s", code, c.bodies("MailDeadLetters"), out)
	}
	contains(t, out, "0 given back, 2 deleted, 0 left, 1 to be looked at")
}

func TestALetterThatFailsAgainDuringTheRunIsNotMovedAgain(t *testing.T) {
	c := newCloud(t)
	c.bury("MailQueue", mail(1), mail(2))
	sends := 0
	c.onCall = func(call string) {
		switch call {
		case "SendMessage":
			sends++
		case "ReceiveMessage": // Whatever was sent fails at once, again and again.
			for range 3 {
				must(t, c.clock.Settle())
				_, err := c.queues.Receive(urlOf("MailQueue"), 10)
				must(t, err)
				must(t, c.clock.Advance(time.Minute))
			}
		}
	}
	code, out, _ := run(t, c, "-queue", "mail")
	if code != letters.Done || sends != 2 || len(c.bodies("MailDeadLetters")) != 2 || c.visible("MailDeadLetters") != 2 {
		t.Fatalf("exit %d, sent %d times, %d visible\n%s", code, sends, c.visible("MailDeadLetters"), out)
	}
	contains(t, out, "left: it was sent after this run began", "2 given back, 0 deleted, 2 left")
}

func TestALetterSentDuringTheRunWaitsForTheNext(t *testing.T) {
	c := newCloud(t)
	must(t, c.clock.Advance(25*time.Hour)) // SQS's clock is ahead of the answer's date: as if it were sent an hour from now.
	c.bury("MailQueue", mail(1))
	code, out, _ := run(t, c, "-queue", "mail")
	if code != letters.Done || len(c.bodies("MailQueue")) != 0 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	contains(t, out, "left: it was sent after this run began")
}

func TestARunThatIsInterruptedLeavesEveryLetterInOnePlace(t *testing.T) {
	c := newCloud(t)
	for n := range 30 {
		c.bury("MailQueue", mail(n+1))
	}
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	sends := 0
	c.onCall = func(call string) {
		if call == "SendMessage" {
			if sends++; sends == 12 {
				interrupt()
			}
		}
	}
	code, out, _ := runIn(ctx, c, "-queue", "mail", "-rate", "1000/s")
	back, left := len(c.bodies("MailQueue")), c.visible("MailDeadLetters")
	if code != letters.Failed || back < 12 || back == 30 || back+left != 30 {
		t.Fatalf("exit %d, %d back, %d left\n%s", code, back, left, out)
	}
	contains(t, out, "mail: interrupted", fmt.Sprintf("mail: %d given back", back))
}

func TestWhatIsRefusedStaysAndIsExplained(t *testing.T) {
	for _, row := range []struct {
		name, call, code string
		back, visible    int // In the queue; to be taken from its dead letters.
		want             string
	}{
		{"sending is not allowed", "SendMessage", "AccessDeniedException", 0, 2, "left: you may not sqs:SendMessage on MailQueue; the README's part on dead letters"},
		{"deleting is not allowed", "DeleteMessage", "AccessDenied", 2, 2, "given back, but the letter stays, and the next run gives it back again, which is harmless: you may not sqs:DeleteMessage"},
		{"receiving is not allowed", "ReceiveMessage", "AccessDenied", 0, 2, "mail: you may not sqs:ReceiveMessage on MailDeadLetters"},
		{"the credentials ran out", "ReceiveMessage", "ExpiredToken", 0, 2, "AWS does not take your credentials; sign in again: sqs:ReceiveMessage"},
		{"the queue is gone", "SendMessage", "AWS.SimpleQueueService.NonExistentQueue", 0, 2, "sqs:SendMessage on MailQueue: AWS.SimpleQueueService.NonExistentQueue"},
		{"releasing is not allowed", "ChangeMessageVisibilityBatch", "AccessDenied", 1, 0, "mail: 1 letters stay hidden for some minutes: you may not sqs:ChangeMessageVisibility"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.bury("MailQueue", mail(1), mail(2))
			c.refuse = func(call string, _ []byte) string {
				if call == row.call {
					return row.code
				}
				return ""
			}
			args := []string{"-queue", "mail"}
			wantCode := letters.Failed
			if row.call == "ChangeMessageVisibilityBatch" {
				args, wantCode = append(args, "-max", "1"), letters.Done
			}
			code, out, _ := run(t, c, args...)
			if code != wantCode || len(c.bodies("MailQueue")) != row.back || c.visible("MailDeadLetters") != row.visible || strings.Contains(out, "\x1b") {
				t.Fatalf("exit %d, %d back, %d visible\n%q", code, len(c.bodies("MailQueue")), c.visible("MailDeadLetters"), out)
			}
			contains(t, out, row.want)
		})
	}
}

func TestAfterTenFailuresInARowNoMoreAreTakenFromThatQueue(t *testing.T) {
	c := newCloud(t)
	for n := range 25 {
		c.bury("MailQueue", mail(n+1))
	}
	c.bury("EventsQueue", message.ForEvent("stripe##evt_1"))
	c.refuse = func(call string, body []byte) string {
		if call == "SendMessage" && strings.Contains(string(body), "MailQueue") {
			return "AccessDenied"
		}
		return ""
	}
	code, out, _ := run(t, c)
	if code != letters.Failed || strings.Count(out, "you may not") != 10 || c.visible("MailDeadLetters") != 25 || len(c.bodies("EventsQueue")) != 1 {
		t.Fatalf("exit %d, %d visible\n%s", code, c.visible("MailDeadLetters"), out)
	}
	contains(t, out, "mail: 10 failed in a row, so the others are left")
}

func TestOneLetterThatFailsKeepsNoOtherWaiting(t *testing.T) {
	c := newCloud(t)
	for n := range 25 {
		c.bury("MailQueue", mail(n+1))
	}
	c.refuse = func(call string, body []byte) string {
		if call == "SendMessage" && strings.Contains(string(body), `\"change\":3,`) {
			return "InvalidMessageContents"
		}
		return ""
	}
	code, out, _ := run(t, c, "-queue", "mail")
	if code != letters.Failed || len(c.bodies("MailQueue")) != 24 || c.visible("MailDeadLetters") != 1 {
		t.Fatalf("exit %d, %d back, %d visible\n%s", code, len(c.bodies("MailQueue")), c.visible("MailDeadLetters"), out)
	}
}

func TestALetterThatDiedThisSecondIsMoved(t *testing.T) {
	c := newCloud(t)
	must(t, c.clock.Advance(time.Since(c.clock.Now())))
	c.give("junk") // Sent by a clock that is a part of a second ahead of the one that SQS tells.
	code, out, _ := run(t, c, "-queue", "relay", "-forget")
	if code != letters.Done {
		t.Fatalf("exit %d\n%s", code, out)
	}
	contains(t, out, "0s old", "4 bytes: deleted")
}
