package world

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/invoke"
)

// longest is how much of a step's data is shown to who reads along.
const longest = 600

// history is everything that happens in a world, one step after the other, as a hash. Equal seeds have equal histories.
type history struct {
	sum   hash.Hash
	lines []byte // What is not in the sum yet: steps are short, and many.
	steps uint64
	out   io.Writer // Nil: nobody reads along.
}

func newHistory(out io.Writer) *history { return &history{sum: sha256.New(), out: out} }

// add takes a step: when, which work, what it did where, and with what. A hash never fails.
func (h *history) add(at time.Time, work uint64, what, where string, data []byte) {
	addTo(h, at, work, what, where, data)
}

// addTo is add for a text as well as for bytes: neither is copied.
func addTo[T string | []byte](h *history, at time.Time, work uint64, what, where string, data T) {
	h.steps++
	h.lines = binary.LittleEndian.AppendUint64(h.lines, uint64(at.UnixNano()))
	h.lines = binary.LittleEndian.AppendUint64(h.lines, work)
	h.lines = append(append(append(h.lines, what...), where...), data...)
	if len(h.lines) > linesMost {
		h.flush()
	}
	if h.out != nil {
		fmt.Fprintf(h.out, "%d %s #%d %s %s %.*q\n", h.steps, at.Format("01-02T15:04:05.000"), work, what, where, longest, string(data))
	}
}

// linesMost is about how many bytes of steps wait for the sum.
const linesMost = 16 << 10

func (h *history) flush() {
	h.sum.Write(h.lines)
	h.lines = h.lines[:0]
}

// Hash is that of all steps so far.
func (h *history) Hash() string {
	h.flush()
	return hex.EncodeToString(h.sum.Sum(nil))
}

// gist is what the history keeps of an event or an answer: which messages or records it has and what they say. The items that records
// show were noted when they were written, and what is in no queue and in no stream is kept as JSON.
func gist(j *invoke.JSON) (out []byte) {
	switch v := j.Is().(type) {
	case events.SQSEvent:
		for i := range v.Records {
			m := &v.Records[i]
			out = append(append(append(out, m.MessageId...), m.Attributes["ApproximateReceiveCount"]...), m.Body...)
		}
	case events.SQSEventResponse:
		for _, f := range v.BatchItemFailures {
			out = append(out, f.ItemIdentifier...)
		}
	case events.DynamoDBEvent:
		for i := range v.Records {
			r := &v.Records[i]
			out = append(append(append(out, r.EventID...), r.EventName...), r.Change.SequenceNumber...)
		}
	default:
		return j.Text()
	}
	return out
}
