package letters_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"till/scripts/redrive/letters"
)

// FuzzRead reads any dead letter as each queue does: what is shown is one line, bounded, and never the body itself.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"", "{}", `{"v":1,"event":"stripe##evt_1"}`, `{"v":2,"event":"x"}`, `{"v":1,"order":"ord_1","try":1}`,
		`{"v":1,"order":"ada@example.com","change":1,"kind":"order_confirmed"}`, "{\"v\":1,\"event\":\"\\u001b[2J\\n\"}", `{"v":9223372036854775808}`,
		`{"requestContext":{"condition":"RetryAttemptsExhausted"},"DDBStreamBatchInfo":{"shardId":"shardId-1","startSequenceNumber":"1","endSequenceNumber":"2","batchSize":2,"streamArn":"arn"}}`,
		`{"DDBStreamBatchInfo":{"shardId":"shardId-1","startSequenceNumber":"9","endSequenceNumber":"02","batchSize":-1}}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		for name, read := range map[string]func(string) letters.Content{
			"event": letters.ReadEvent, "fulfillment": letters.ReadFulfillment, "mail": letters.ReadMail, "failure": letters.ReadFailure,
		} {
			c := read(body)
			if c.Text == "" || len(c.Text) > 600 || !utf8.ValidString(c.Text) || strings.ContainsFunc(c.Text, unicode.IsControl) {
				t.Fatalf("%s: %q is shown as %q", name, body, c.Text)
			}
			if c.Use != letters.Usable && c.Use != letters.Newer && c.Use != letters.Unusable {
				t.Fatalf("%s: %q is of use %d", name, body, c.Use)
			}
			if strings.Contains(c.Text, "@") {
				t.Fatalf("%s: %q is shown as %q", name, body, c.Text)
			}
			if again := read(body); again != c {
				t.Fatalf("%s: %q is %+v and %+v", name, body, c, again)
			}
		}
	})
}
