package letters_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/redrive/letters"
	"till/shared/message"
	"till/shared/order"
)

func sequence(n int) string { return fmt.Sprintf("49600000000000000%d", 100+n) }

// records fills the stream: of each change the order, then the change itself, which asks for a mail.
func (c *cloud) fill(t *testing.T, changes int) {
	t.Helper()
	for n := 1; n <= changes; n++ {
		change := order.Change{Order: "ord_abcdefghijklmnopqrstuvwxyz", N: n, Kind: "confirmed",
			Messages: []order.Message{{To: order.ToMail, Kind: "order_confirmed"}}}
		body, err := change.Encode()
		must(t, err)
		for i, sk := range []string{"ORDER", fmt.Sprintf("CHANGE#%06d", n)} {
			text := func(s string) map[string]any { return map[string]any{"S": s} }
			c.records = append(c.records, map[string]any{
				"awsRegion": "eu-central-1", "eventID": fmt.Sprint(n, i), "eventName": "INSERT", "eventSource": "aws:dynamodb", "eventVersion": "1.1",
				"dynamodb": map[string]any{
					"ApproximateCreationDateTime": 1795348800, "SequenceNumber": sequence(2*n + i), "SizeBytes": 300, "StreamViewType": "NEW_IMAGE",
					"Keys": map[string]any{"pk": text("ORDER#ord_abcdefghijklmnopqrstuvwxyz"), "sk": text(sk)},
					"NewImage": map[string]any{
						"sk": text(sk), "body": text(string(body)), "msgs": map[string]any{"N": "1"}, "raw": map[string]any{"B": "AQI="},
						"odd": map[string]any{"M": map[string]any{"list": map[string]any{"L": []any{map[string]any{"BOOL": true}, map[string]any{"NULL": true}}},
							"sets": map[string]any{"L": []any{map[string]any{"SS": []string{"a"}}, map[string]any{"NS": []string{"1"}}, map[string]any{"BS": []string{"AQ=="}}}}}},
					},
				},
			})
		}
	}
}

// letter is what Lambda writes about changes that the relay gave up.
func letter(from, to int) string {
	return fmt.Sprintf(`{"requestContext":{"requestId":"r","functionArn":"arn:f","condition":"RetryAttemptsExhausted","approximateInvokeCount":11},
		"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"version":"1.0","timestamp":"2026-11-22T00:00:00.000Z",
		"DDBStreamBatchInfo":{"shardId":%q,"startSequenceNumber":%q,"endSequenceNumber":%q,"approximateArrivalOfFirstRecord":"2026-11-22T00:00:00Z",
		"approximateArrivalOfLastRecord":"2026-11-22T00:00:00Z","batchSize":%d,"streamArn":%q}}`, shardID, sequence(2*from+1), sequence(2*to+1), to-from+1, stream)
}

func mails(from, to int) []string {
	var out []string
	for n := from; n <= to; n++ {
		out = append(out, message.ForMail("ord_abcdefghijklmnopqrstuvwxyz", n, "order_confirmed"))
	}
	return out
}

func TestChangesThatTheRelayGaveUpAreGivenToItAgain(t *testing.T) {
	for _, row := range []struct {
		name              string
		from, to, perPage int
		invocations       int
	}{
		{"one change", 4, 4, 1000, 1},
		{"a batch, in order, and nothing beside it", 3, 9, 1000, 1},
		{"a batch over several pages of the stream", 1, 9, 4, 5},
		{"more than the relay takes at once", 1, 60, 1000, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.fill(t, 64)
			c.pageSize = row.perPage
			c.give(letter(row.from, row.to))
			code, out, errs := run(t, c, "-queue", "relay")
			if code != letters.Done || !slices.Equal(c.mails, mails(row.from, row.to)) || len(c.bodies("RelayDeadLetters")) != 0 {
				t.Fatalf("exit %d, sent %v\n%s%s", code, c.mails, out, errs)
			}
			invoked := 0
			for _, call := range c.calls {
				if call == "Invoke till-dev-Relay-X" {
					invoked++
				}
			}
			if invoked != row.invocations {
				t.Errorf("%d invocations", invoked)
			}
			contains(t, out, fmt.Sprintf("%d changes, %s to %s of %s, given up: RetryAttemptsExhausted: given back", row.to-row.from+1,
				sequence(2*row.from+1), sequence(2*row.to+1), shardID))
		})
	}
}

func TestTheRelaySeesRecordsAsLambdaGivesThem(t *testing.T) {
	c := newCloud(t)
	c.fill(t, 2)
	c.give(letter(2, 2))
	var got events.DynamoDBEvent
	c.answer = func(payload []byte) (int, string, string) {
		must(t, json.Unmarshal(payload, &got))
		return 200, "", `{"batchItemFailures":[]}`
	}
	if code, out, _ := run(t, c, "-queue", "relay"); code != letters.Done || len(got.Records) != 1 {
		t.Fatalf("exit %d\n%s", code, out)
	}
	r := got.Records[0]
	odd := r.Change.NewImage["odd"].Map()
	if r.EventSource != "aws:dynamodb" || r.EventSourceArn != stream || r.EventName != "INSERT" || r.EventVersion != "1.1" || r.AWSRegion != "eu-central-1" ||
		r.Change.SequenceNumber != sequence(5) || r.Change.StreamViewType != "NEW_IMAGE" || r.Change.SizeBytes != 300 ||
		r.Change.ApproximateCreationDateTime.Unix() != 1795348800 || r.Change.NewImage["msgs"].Number() != "1" ||
		!slices.Equal(r.Change.NewImage["raw"].Binary(), []byte{1, 2}) || !odd["list"].List()[0].Boolean() || !odd["list"].List()[1].IsNull() ||
		odd["sets"].List()[0].StringSet()[0] != "a" || odd["sets"].List()[1].NumberSet()[0] != "1" || odd["sets"].List()[2].BinarySet()[0][0] != 1 {
		t.Fatalf("record %+v", r)
	}
}

func TestALetterStaysUntilTheRelaySaysThatNothingFailed(t *testing.T) {
	for _, row := range []struct {
		name                 string
		status               int
		failed, answer, want string
	}{
		{"it cannot send yet", 200, "", `{"batchItemFailures":[{"itemIdentifier":"` + sequence(5) + `"}]}`, "the relay still cannot send from " + sequence(5)},
		{"it fails", 200, "Unhandled", `{"errorType":"PathError","errorMessage":"ann@example.com"}`, "the relay failed with PathError; its log says why"},
		{"it is stopped", 200, "Unhandled", `{"errorType":"Sandbox.Timedout","errorMessage":"x"}`, "the relay failed with Sandbox.Timedout"},
		{"its answer has no list", 200, "", `{}`, "the relay answered what cannot be read"},
		{"its answer is a null list", 200, "", `{"batchItemFailures":null}`, "the relay answered what cannot be read"},
		{"its answer is no JSON", 200, "", `oops`, "the relay answered what cannot be read"},
		{"it names what is no sequence number", 200, "", `{"batchItemFailures":[{"itemIdentifier":"ann@example.com"}]}`, "from (15 bytes, not shown) on"},
		{"there is no such function", 404, "", `{"__type":"ResourceNotFoundException","Message":"Function not found"}`, "lambda:InvokeFunction on till-dev-Relay-X"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.fill(t, 4)
			c.give(letter(2, 3))
			c.answer = func([]byte) (int, string, string) { return row.status, row.failed, row.answer }
			code, out, _ := run(t, c, "-queue", "relay")
			if code != letters.Failed || c.visible("RelayDeadLetters") != 1 || strings.Contains(out, "example.com") {
				t.Fatalf("exit %d, %d visible\n%s", code, c.visible("RelayDeadLetters"), out)
			}
			contains(t, out, row.want, "relay: 0 given back, 0 deleted, 0 left, 1 to be looked at")
		})
	}
}

func TestWhatTheRelayCannotSendAgainIsGivenBackWhenTheQueueIsWell(t *testing.T) {
	c := newCloud(t)
	c.fill(t, 4)
	c.give(letter(1, 4))
	down := true
	send := c.relay.Mail
	c.relay.Mail = func(ctx context.Context, body string) error {
		if down && strings.Contains(body, `"change":3`) {
			return errors.New("down")
		}
		return send(ctx, body)
	}
	if code, out, _ := run(t, c, "-queue", "relay"); code != letters.Failed {
		t.Fatalf("exit %d\n%s", code, out)
	}
	down = false
	code, out, _ := run(t, c, "-queue", "relay")
	if want := append(mails(1, 2), mails(1, 4)...); code != letters.Done || !slices.Equal(c.mails, want) || len(c.bodies("RelayDeadLetters")) != 0 {
		t.Fatalf("exit %d, sent %v\n%s", code, c.mails, out)
	}
}

func TestRecordsThatTheStreamHasForgottenAreDeletedOnlyWhenAsked(t *testing.T) {
	for _, row := range []struct {
		name   string
		forget func(c *cloud)
	}{
		{"they were trimmed", func(c *cloud) { c.trimmed = 20 }},
		{"their shard is gone", func(c *cloud) {
			c.refuse = only("GetShardIterator", "ResourceNotFoundException")
		}},
		{"they were trimmed while they were read", func(c *cloud) { c.refuse = only("GetRecords", "TrimmedDataAccessException") }},
		{"the stream begins later", func(c *cloud) { c.skip = 1 }},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.fill(t, 10)
			row.forget(c)
			c.give(letter(2, 3))
			code, out, _ := run(t, c, "-queue", "relay")
			if code != letters.Failed || c.visible("RelayDeadLetters") != 1 || len(c.mails) != 0 {
				t.Fatalf("exit %d, %d visible, sent %v\n%s", code, c.visible("RelayDeadLetters"), c.mails, out)
			}
			contains(t, out, "left: the stream has forgotten these changes. Nothing is lost by that", "-forget")
			code, out, _ = run(t, c, "-queue", "relay", "-forget")
			if code != letters.Done || len(c.bodies("RelayDeadLetters")) != 0 || len(c.mails) != 0 {
				t.Fatalf("exit %d\n%s", code, out)
			}
			contains(t, out, "relay: 0 given back, 1 deleted, 0 left, 0 to be looked at")
		})
	}
}

func only(call, code string) func(string, []byte) string {
	return func(got string, _ []byte) string {
		if got == call {
			return code
		}
		return ""
	}
}

func TestLettersOfTheRelayThatLeadNowhereStay(t *testing.T) {
	for _, row := range []struct {
		name, body, want string
		change           func(c *cloud)
	}{
		{"a letter of another table's stream", strings.ReplaceAll(letter(2, 3), "till-dev-Orders", "till-prod-Orders"), "another table than this stack's", nil},
		{"an end before its beginning", letter(3, 2), "no failure record of a stream", nil},
		{"a shard that is none", strings.ReplaceAll(letter(2, 3), shardID, "ann@example.com"), "no failure record of a stream", nil},
		{"no JSON", "ann@example.com", "no failure record of a stream, 15 bytes", nil},
		{"a stream that ends too early", letter(2, 99), "the stream ended before " + sequence(199), nil},
		{"a stream that gives nothing for ever", letter(2, 3), "the stream ended before " + sequence(7), func(c *cloud) { c.pageSize = 0 }},
		{"reading the stream is not allowed", letter(2, 3), "you may not dynamodb:GetShardIterator on till-dev-Orders", func(c *cloud) { c.refuse = only("GetShardIterator", "AccessDeniedException") }},
		{"reading its records is not allowed", letter(2, 3), "you may not dynamodb:GetRecords on till-dev-Orders", func(c *cloud) { c.refuse = only("GetRecords", "AccessDeniedException") }},
		{"calling the relay is not allowed", letter(2, 3), "you may not lambda:InvokeFunction on till-dev-Relay-X", func(c *cloud) { c.refuse = only("Invoke till-dev-Relay-X", "AccessDeniedException") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := newCloud(t)
			c.fill(t, 10)
			if row.change != nil {
				row.change(c)
			}
			c.give(row.body)
			code, out, _ := run(t, c, "-queue", "relay")
			if code != letters.Failed || c.visible("RelayDeadLetters") != 1 || strings.Contains(out, "example.com") {
				t.Fatalf("exit %d, %d visible\n%s", code, c.visible("RelayDeadLetters"), out)
			}
			contains(t, out, row.want)
		})
	}
}
