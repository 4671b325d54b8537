package stream

import (
	"bytes"
	"encoding/json"

	"github.com/aws/aws-lambda-go/events"
)

// whole is a record as filters see it. Most changes are filtered out, so it is not written as JSON for that; what filters
// seldom ask for is.
type whole struct{ *events.DynamoDBEventRecord }

// Member is pattern.Object's.
func (w whole) Member(name string) (any, bool) {
	switch name {
	case "dynamodb":
		return change{&w.Change}, true
	case "eventName":
		return w.EventName, true
	}
	return written(w.DynamoDBEventRecord, name)
}

// change is the member dynamodb of a record.
type change struct{ *events.DynamoDBStreamRecord }

// Member is pattern.Object's.
func (c change) Member(name string) (any, bool) {
	switch name {
	case "Keys":
		return item(c.Keys), len(c.Keys) > 0
	case "NewImage":
		return item(c.NewImage), len(c.NewImage) > 0
	case "OldImage":
		return item(c.OldImage), len(c.OldImage) > 0
	}
	return written(c.DynamoDBStreamRecord, name)
}

// item is an image.
type item Image

// Member is pattern.Object's.
func (i item) Member(name string) (any, bool) {
	if v, there := i[name]; there {
		return attribute{v}, true
	}
	return nil, false
}

// attribute is a value under the name of its type: {"N":"1"}.
type attribute struct{ events.DynamoDBAttributeValue }

// Member is pattern.Object's.
func (a attribute) Member(name string) (any, bool) {
	switch kind := a.DataType(); {
	case kind == events.DataTypeString:
		return a.String(), name == "S"
	case kind == events.DataTypeNumber:
		return a.Number(), name == "N"
	}
	return written(a.DynamoDBAttributeValue, name)
}

// written finds a member the long way.
func written(v any, name string) (any, bool) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, false
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var members map[string]any
	if d.Decode(&members) != nil {
		return nil, false
	}
	value, there := members[name]
	return value, there
}
