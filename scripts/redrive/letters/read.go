package letters

import (
	"encoding/json"
	"fmt"
	"regexp"

	"till/shared/message"
)

// Bounds of what is shown. Ids of ours and of gateways keep to them; what does not is told by its length alone.
var (
	word     = regexp.MustCompile(`^[A-Za-z0-9_#.:-]{1,120}$`)
	sequence = regexp.MustCompile(`^[0-9]{1,40}$`)
	shard    = regexp.MustCompile(`^shardId-[A-Za-z0-9-]{1,56}$`)
)

func shown(text string) string {
	if word.MatchString(text) {
		return text
	}
	return fmt.Sprintf("(%d bytes, not shown)", len(text))
}

// ReadEvent is the content of a letter of the events queue.
func ReadEvent(body string) Content {
	m, err := message.ReadEvent(body)
	if err != nil {
		return unread(body)
	}
	return Content{Text: "event " + shown(m.Event)}
}

// ReadFulfillment is the content of a letter of the fulfillment queue.
func ReadFulfillment(body string) Content {
	m, err := message.ReadFulfillment(body)
	if err != nil {
		return unread(body)
	}
	return Content{Text: fmt.Sprintf("fulfillment of order %s, try %d", shown(string(m.Order)), m.Try)}
}

// ReadMail is the content of a letter of the mail queue.
func ReadMail(body string) Content {
	m, err := message.ReadMail(body)
	if err != nil {
		return unread(body)
	}
	return Content{Text: fmt.Sprintf("mail %s of order %s, change %d", shown(m.Kind), shown(string(m.Order)), m.Change)}
}

// unread is a body that the product's own functions cannot read either.
func unread(body string) Content {
	var m struct {
		V int `json:"v"`
	}
	if json.Unmarshal([]byte(body), &m) == nil && m.V > 1 {
		return Content{Text: fmt.Sprintf("message of version %d", m.V), Use: Newer}
	}
	return Content{Text: fmt.Sprintf("no message of ours, %d bytes", len(body)), Use: Unusable}
}

// place is where in the stream the relay gave up.
// https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
type place struct {
	Shard  string `json:"shardId"`
	Start  string `json:"startSequenceNumber"`
	End    string `json:"endSequenceNumber"`
	Size   int    `json:"batchSize"`
	Stream string `json:"streamArn"`
}

func (p place) usable() bool {
	return shard.MatchString(p.Shard) && sequence.MatchString(p.Start) && sequence.MatchString(p.End) && !before(p.End, p.Start)
}

// failure is a letter of the relay: not a message, but what Lambda says of records that it gave up.
type failure struct {
	Context struct {
		Condition string `json:"condition"`
	} `json:"requestContext"`
	Batch place `json:"DDBStreamBatchInfo"`
}

// ReadFailure is the content of a letter of the relay.
func ReadFailure(body string) Content {
	var f failure
	if json.Unmarshal([]byte(body), &f) != nil || !f.Batch.usable() {
		return Content{Text: fmt.Sprintf("no failure record of a stream, %d bytes", len(body)), Use: Unusable}
	}
	return Content{Text: fmt.Sprintf("%d changes, %s to %s of %s, given up: %s", f.Batch.Size, f.Batch.Start, f.Batch.End, f.Batch.Shard,
		shown(f.Context.Condition))}
}

// before compares sequence numbers: whole numbers of up to forty digits.
func before(a, b string) bool {
	a, b = digits(a), digits(b)
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

func digits(s string) string {
	for len(s) > 1 && s[0] == '0' {
		s = s[1:]
	}
	return s
}
