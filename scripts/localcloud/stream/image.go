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
