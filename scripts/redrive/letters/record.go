package letters

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	streamtypes "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
)

// asEvent is a record of the stream as Lambda gives it to functions: the same, and the stream's ARN.
// https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
func asEvent(r streamtypes.Record, stream string) (events.DynamoDBEventRecord, error) {
	d := r.Dynamodb
	out := events.DynamoDBEventRecord{
		AWSRegion: aws.ToString(r.AwsRegion), EventID: aws.ToString(r.EventID), EventName: string(r.EventName),
		EventSource: "aws:dynamodb", EventVersion: aws.ToString(r.EventVersion), EventSourceArn: stream,
		Change: events.DynamoDBStreamRecord{
			ApproximateCreationDateTime: events.SecondsEpochTime{Time: aws.ToTime(d.ApproximateCreationDateTime)},
			SequenceNumber:              aws.ToString(d.SequenceNumber), SizeBytes: aws.ToInt64(d.SizeBytes), StreamViewType: string(d.StreamViewType),
		},
	}
	var err error
	if out.Change.Keys, err = asImage(d.Keys); err != nil {
		return out, err
	}
	out.Change.NewImage, err = asImage(d.NewImage)
	return out, err
}

func asImage(item map[string]streamtypes.AttributeValue) (map[string]events.DynamoDBAttributeValue, error) {
	if item == nil {
		return nil, nil
	}
	out := make(map[string]events.DynamoDBAttributeValue, len(item))
	for name, value := range item {
		v, err := asValue(value)
		if err != nil {
			return nil, err
		}
		out[name] = v
	}
	return out, nil
}

func asValue(value streamtypes.AttributeValue) (events.DynamoDBAttributeValue, error) {
	switch v := value.(type) {
	case *streamtypes.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberNULL:
		return events.NewNullAttribute(), nil
	case *streamtypes.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value), nil
	case *streamtypes.AttributeValueMemberM:
		m, err := asImage(v.Value)
		return events.NewMapAttribute(m), err
	case *streamtypes.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, 0, len(v.Value))
		for _, each := range v.Value {
			one, err := asValue(each)
			if err != nil {
				return one, err
			}
			list = append(list, one)
		}
		return events.NewListAttribute(list), nil
	default:
		return events.DynamoDBAttributeValue{}, fmt.Errorf("the stream holds an attribute of an unknown type: %T", value)
	}
}
