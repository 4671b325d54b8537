package invoke_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/invoke"
)

// values is code that takes events and gives answers as values, all but every second.
type values struct {
	code
	answer any
	calls  int
}

func (v *values) Take(context.Context, any) (any, bool, error) {
	v.calls++
	return v.answer, v.calls%2 == 1, nil
}

func TestAValueThatNobodyReadsIsHandedOnAsItIs(t *testing.T) {
	v := &values{answer: events.APIGatewayV2HTTPResponse{StatusCode: 201, Body: "<a>"}, code: func(_ context.Context, payload []byte) ([]byte, error) {
		return payload, nil
	}}
	r := newRunner(clock.Inline{})
	f := &invoke.Function{Name: "f", ARN: "arn:f", Timeout: 1, Handler: v}
	out, err := r.CallWith(f, invoke.Of(map[string]string{"a": "<b>"}))
	answer, is := out.Is().(events.APIGatewayV2HTTPResponse)
	if err != nil || !is || answer.StatusCode != 201 || !strings.Contains(string(out.Text()), `"body":"<a>"`) {
		t.Errorf("%+v, %s, %v", out.Is(), out.Text(), err)
	}
	out, err = r.CallWith(f, invoke.Of(map[string]string{"a": "<b>"}))
	if err != nil || out.Is() != nil || string(out.Text()) != `{"a":"<b>"}` {
		t.Errorf("the whole way: %+v, %s, %v", out.Is(), out.Text(), err)
	}
}

func TestAnAnswerThatIsAValueHasLambdasLimitToo(t *testing.T) {
	for size, want := range map[int]string{1 << 20: "", 7 << 20: "Function.ResponseSizeTooLarge"} {
		v := &values{answer: events.APIGatewayV2HTTPResponse{StatusCode: 200, Body: strings.Repeat("x", size)}}
		out, err := newRunner(clock.Inline{}).CallWith(&invoke.Function{Name: "f", Timeout: 1, Handler: v}, invoke.Of("x"))
		if got := err != nil; got != (want != "") || got && (err.Type != want || out != nil) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestWhatCannotBeWrittenIsNull(t *testing.T) {
	var none *invoke.JSON
	if got := string(invoke.Of(make(chan int)).Text()); got != "null" || none.Text() != nil || none.Is() != nil {
		t.Errorf("%s, %s", got, none.Text())
	}
}
