package stream

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
)

// Plain makes an image of plain values: string, int64, bool, []byte and nil. Errors: a value of another type.
func Plain(item map[string]any) (Image, error) {
	if item == nil {
		return nil, nil
	}
	out := make(Image, len(item))
	for name, v := range item {
		switch v := v.(type) {
		case string:
			out[name] = events.NewStringAttribute(v)
		case int64:
			out[name] = events.NewNumberAttribute(strconv.FormatInt(v, 10))
		case bool:
			out[name] = events.NewBooleanAttribute(v)
		case []byte:
			out[name] = events.NewBinaryAttribute(v)
		case nil:
			out[name] = events.NewNullAttribute()
		default:
			return nil, fmt.Errorf("stream: attribute %s is a %T", name, v)
		}
	}
	return out, nil
}

// size is how many bytes DynamoDB counts for an image.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
func size(image Image) int64 {
	n := 0
	for name, v := range image {
		n += len(name)
		switch v.DataType() {
		case events.DataTypeString:
			n += len(v.String())
		case events.DataTypeNumber:
			n += len(v.Number())/2 + 2
		case events.DataTypeBinary:
			n += len(v.Binary())
		case events.DataTypeBoolean, events.DataTypeNull:
			n++
		default: // Lists, maps and sets: about so much.
			if text, err := v.MarshalJSON(); err == nil {
				n += len(text)
			}
		}
	}
	return int64(n)
}
