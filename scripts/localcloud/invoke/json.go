package invoke

import (
	"bytes"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"
)

// JSON is an event or an answer: a value, of which the JSON is made when somebody wants to read it, or the JSON alone. Most of
// what passes in one process nobody reads. Not safe for concurrent use.
type JSON struct {
	value any // Nil: there is the text alone.
	text  []byte
}

// Of is the JSON of a value that encoding/json can write.
func Of(value any) *JSON { return &JSON{value: value} }

// Text is the JSON as aws-lambda-go writes answers: without escapes for HTML. It is nobody's to change. A value that cannot be
// written is null.
func (j *JSON) Text() []byte {
	if j == nil {
		return nil
	}
	if j.text == nil && j.value != nil {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if encoder.Encode(j.value) != nil {
			return []byte("null")
		}
		j.text = bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	}
	return j.text
}

// escaped is how many bytes at most one of a text becomes in JSON.
const escaped = 6

// long tells whether an answer is longer than Lambda lets it be. Of an answer with a body that is short enough whatever it is
// written as, nothing is written.
func (j *JSON) long() bool {
	if answer, is := j.Is().(events.APIGatewayV2HTTPResponse); is && len(answer.Body)*escaped < responseBytesMax/2 {
		return false
	}
	return len(j.Text()) > responseBytesMax
}

// Is is the value, if there is one.
func (j *JSON) Is() any {
	if j == nil {
		return nil
	}
	return j.value
}
