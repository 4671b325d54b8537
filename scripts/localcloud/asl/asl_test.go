package asl_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/clock"
	"till/scripts/localcloud/ident"
	"till/scripts/localcloud/invoke"
)

const machineARN = "arn:aws:states:x:0:stateMachine:m"

type code func(payload string) (string, error)

func (c code) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	out, err := c(string(payload))
	return []byte(out), err
}

func named(name string) error { return messages.InvokeResponse_Error{Type: name, Message: "because"} }

type world struct {
	t     *testing.T
	clock *clock.Clock
	s     *asl.Service
}

// newWorld runs a machine whose function f is given; errors that it may raise are Boom, Busy and Gone.
func newWorld(t *testing.T, definition string, f code) *world {
	t.Helper()
	d, err := asl.Load([]byte(definition), []string{"Boom", "Busy", "Gone"})
	if err != nil {
		t.Fatal(err)
	}
	c := clock.New(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), clock.Inline{})
	const arn = "arn:aws:lambda:x:0:function:f"
	functions := map[string]*invoke.Function{arn: {Name: "f", ARN: arn, Timeout: time.Minute, Handler: f}}
	s := asl.New(asl.Config{
		Clock: c, IDs: ident.New("i"), Runner: &invoke.Runner{Clock: c, IDs: ident.New("r")}, Functions: functions,
		Random: func() float64 { return 0.5 }, Region: "x", Account: "0",
	})
	if err := s.Add("m", machineARN, d); err != nil {
		t.Fatal(err)
	}
	return &world{t, c, s}
}

func (w *world) start(name, input string) string {
	w.t.Helper()
	arn, _, err := w.s.Start(machineARN, name, input)
	if err != nil {
		w.t.Fatal(err)
	}
	return arn
}

func (w *world) advance(d time.Duration) {
	w.t.Helper()
	if err := w.clock.Advance(d); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) describe(arn string) asl.Execution {
	w.t.Helper()
	e, err := w.s.Describe(arn)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) run(input string) asl.Execution {
	w.t.Helper()
	arn := w.start("one", input)
	w.advance(time.Hour)
	return w.describe(arn)
}

func codeOf(err error) string {
	var e *asl.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}

// states is a machine of these states that begins at the one called A.
func states(body string) string { return `{"StartAt":"A","States":{` + body + `}}` }

const (
	taskF  = `"Type":"Task","Resource":"arn:aws:lambda:x:0:function:f","TimeoutSeconds":60`
	retry  = `"Retry":[{"ErrorEquals":["Busy"],"IntervalSeconds":1,"MaxAttempts":2}]`
	caught = `"Catch":[{"ErrorEquals":["States.ALL"],"Next":"Caught","ResultPath":"$.error"}]`
	ends   = `,"Caught":{"Type":"Succeed"}`
)

func TestDataFlow(t *testing.T) {
	for _, row := range []struct{ name, states, input, want string }{
		{"Pass hands its input on", `"A":{"Type":"Pass","End":true}`, `{"x":12345678901234567890}`, `{"x":12345678901234567890}`},
		{"Result goes to ResultPath", `"A":{"Type":"Pass","Result":[1],"ResultPath":"$.a.b","End":true}`, `{"x":1}`, `{"a":{"b":[1]},"x":1}`},
		{"a null ResultPath throws the result away", `"A":{"Type":"Pass","Result":[1],"ResultPath":null,"End":true}`, `{"x":1}`, `{"x":1}`},
		{"a null InputPath is an empty object", `"A":{"Type":"Pass","InputPath":null,"End":true}`, `{"x":1}`, `{}`},
		{"InputPath and OutputPath choose", `"A":{"Type":"Pass","InputPath":"$.x","ResultPath":"$.y","OutputPath":"$.y.z","End":true}`, `{"x":{"z":7}}`, `7`},
		{"Parameters are filled in", `"A":{"Type":"Pass","Parameters":{"a.$":"$.x[0]","b":{"c.$":"$$.Execution.Name"},"d":["$.x"]},"End":true}`, `{"x":[5]}`, `{"a":5,"b":{"c":"one"},"d":["$.x"]}`},
		{"paths may name many places", `"A":{"Type":"Pass","Parameters":{"all.$":"$.x[*].n","deep.$":"$..n","cut.$":"$.x[0:2]","last.$":"$.x[-1].n"},"End":true}`, `{"x":[{"n":1},{"n":2},{"n":3}]}`,
			`{"all":[1,2,3],"cut":[{"n":1},{"n":2}],"deep":[1,2,3],"last":3}`},
		{"names may be quoted", `"A":{"Type":"Pass","Parameters":{"a.$":"$['odd name'].b"},"End":true}`, `{"odd name":{"b":true}}`, `{"a":true}`},
		{"intrinsics compute", `"A":{"Type":"Pass","Parameters":{"f.$":"States.Format('{}-{}\\{\\}', $.a, $.n)","l.$":"States.ArrayLength(States.Array(1, 'x', $.a))","m.$":"States.MathAdd($.n, -2)",
			"j.$":"States.StringToJson('{\"k\":[1]}')","s.$":"States.JsonToString($.o)","g.$":"States.ArrayGetItem($.l, 1)","c.$":"States.ArrayContains($.l, 'q')","p.$":"States.StringSplit('a,b', ',')",
			"b.$":"States.Base64Encode('hi')","d.$":"States.Base64Decode('aGk=')","u.$":"States.ArrayUnique($.l)","o.$":"States.JsonMerge($.o, $.o2, false)"},"End":true}`,
			`{"a":"it's","n":7,"o":{"x":1},"o2":{"y":2},"l":["p","q","p"]}`,
			`{"b":"aGk=","c":true,"d":"hi","f":"it's-7{}","g":"q","j":{"k":[1]},"l":3,"m":5,"o":{"x":1,"y":2},"p":["a","b"],"s":"{\"x\":1}","u":["p","q"]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := newWorld(t, states(row.states), nil).run(row.input)
			if e.Status != asl.Succeeded || e.Output != row.want {
				t.Fatalf("%s %s %s: %s", e.Status, e.Error, e.Cause, e.Output)
			}
		})
	}
}

func TestChoices(t *testing.T) {
	for _, row := range []struct {
		rule, input string
		want        bool
	}{
		{`"Variable":"$.x","StringEquals":"a"`, `{"x":"a"}`, true}, {`"Variable":"$.x","StringEquals":"a"`, `{"x":1}`, false},
		{`"Variable":"$.x","StringEqualsPath":"$.y"`, `{"x":"a","y":"a"}`, true}, {`"Variable":"$.x","StringLessThan":"b"`, `{"x":"a"}`, true},
		{`"Variable":"$.x","StringGreaterThanEquals":"b"`, `{"x":"a"}`, false}, {`"Variable":"$.x","StringMatches":"log-*.tx\\*"`, `{"x":"log-1/2.tx*"}`, true},
		{`"Variable":"$.x","StringMatches":"a*c"`, `{"x":"ab"}`, false}, {`"Variable":"$.x","NumericEquals":1`, `{"x":1.0}`, true},
		{`"Variable":"$.x","NumericLessThan":2`, `{"x":10}`, false}, {`"Variable":"$.x","NumericGreaterThanPath":"$.y"`, `{"x":9007199254740993,"y":9007199254740992}`, true},
		{`"Variable":"$.x","NumericLessThanEquals":2`, `{"x":2}`, true}, {`"Variable":"$.x","BooleanEquals":true`, `{"x":true}`, true},
		{`"Variable":"$.x","TimestampLessThan":"2026-03-01T00:00:00Z"`, `{"x":"2026-02-28T23:59:59+00:00"}`, true}, {`"Variable":"$.x","IsNull":true`, `{"x":null}`, true},
		{`"Variable":"$.x","IsPresent":false`, `{}`, true}, {`"Variable":"$.x","IsPresent":true`, `{"x":null}`, true}, {`"Variable":"$.x","IsNumeric":true`, `{"x":"1"}`, false},
		{`"Variable":"$.x","IsString":true`, `{"x":"1"}`, true}, {`"Variable":"$.x","IsBoolean":false`, `{"x":"1"}`, true}, {`"Variable":"$.x","IsTimestamp":true`, `{"x":"2026-03-01T00:00:00Z"}`, true},
		{`"And":[{"Variable":"$.x","IsPresent":true},{"Variable":"$.x","NumericEquals":1}]`, `{"x":1}`, true}, {`"And":[{"Variable":"$.x","IsPresent":true},{"Variable":"$.x","NumericEquals":1}]`, `{}`, false},
		{`"Or":[{"Variable":"$.x","NumericEquals":1},{"Variable":"$.x","NumericEquals":2}]`, `{"x":2}`, true}, {`"Not":{"Variable":"$.x","NumericEquals":1}`, `{"x":2}`, true},
	} {
		def := states(`"A":{"Type":"Choice","Choices":[{` + row.rule + `,"Next":"Yes"}],"Default":"No"},"Yes":{"Type":"Pass","Result":"yes","End":true},"No":{"Type":"Pass","Result":"no","End":true}`)
		if e := newWorld(t, def, nil).run(row.input); (e.Output == `"yes"`) != row.want || e.Status != asl.Succeeded {
			t.Errorf("%s on %s: %s %s %s", row.rule, row.input, e.Status, e.Output, e.Error)
		}
	}
}

func TestFailuresOfStates(t *testing.T) {
	for _, row := range []struct{ name, states, input, want string }{
		{"no choice fits", `"A":{"Type":"Choice","Choices":[{"Variable":"$.x","IsNull":true,"Next":"B"}]},"B":{"Type":"Succeed"}`, `{"x":1}`, "States.NoChoiceMatched"},
		{"a choice's variable names nothing", `"A":{"Type":"Choice","Choices":[{"Variable":"$.y","IsNull":true,"Next":"B"}]},"B":{"Type":"Succeed"}`, `{"x":1}`, "States.Runtime"},
		{"a parameter names nothing", `"A":{"Type":"Pass","Parameters":{"a.$":"$.y"},"End":true}`, `{}`, "States.ParameterPathFailure"},
		{"a result has no place to go to", `"A":{"Type":"Pass","Result":1,"ResultPath":"$.x.y","End":true}`, `{"x":"text"}`, "States.ResultPathMatchFailure"},
		{"an intrinsic cannot compute", `"A":{"Type":"Pass","Parameters":{"a.$":"States.MathAdd('x', 1)"},"End":true}`, `{}`, "States.IntrinsicFailure"},
		{"a Fail state has its own name", `"A":{"Type":"Fail","Error":"Own","Cause":"why"}`, `{}`, "Own"},
		{"or takes it from the input", `"A":{"Type":"Fail","ErrorPath":"$.e","CausePath":"States.Format('for {}', $.e)"}`, `{"e":"Given"}`, "Given"},
		{"items that are no list", `"A":{"Type":"Map","ItemsPath":"$.x","ItemProcessor":{"StartAt":"P","States":{"P":{"Type":"Pass","End":true}}},"End":true}`, `{"x":1}`, "States.Runtime"},
		{"an endless loop", `"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Choice","Choices":[{"Variable":"$.x","IsPresent":true,"Next":"C"}],"Default":"A"},"C":{"Type":"Succeed"}`, `{}`, "States.Runtime"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if e := newWorld(t, states(row.states), nil).run(row.input); e.Status != asl.Failed || e.Error != row.want {
				t.Fatalf("%s %q %q", e.Status, e.Error, e.Cause)
			}
		})
	}
}

func TestWaiting(t *testing.T) {
	for _, row := range []struct{ field, input string }{
		{`"Seconds":90`, `{}`}, {`"SecondsPath":"$.s"`, `{"s":90}`},
		{`"Timestamp":"2026-03-01T00:01:30Z"`, `{}`}, {`"TimestampPath":"$.t"`, `{"t":"2026-03-01T01:01:30+01:00"}`},
	} {
		w := newWorld(t, states(`"A":{"Type":"Wait",`+row.field+`,"End":true}`), nil)
		arn := w.start("w", row.input)
		w.advance(89 * time.Second)
		if e := w.describe(arn); e.Status != asl.Running || e.State != "A" {
			t.Errorf("%s: %s too early", row.field, e.Status)
		}
		w.advance(time.Second)
		if e := w.describe(arn); e.Status != asl.Succeeded {
			t.Errorf("%s: %s too late", row.field, e.Status)
		}
	}
}

func TestParallelAndMap(t *testing.T) {
	var order []string
	f := func(payload string) (string, error) {
		order = append(order, payload)
		if payload == `"bad"` {
			return "", named("Boom")
		}
		return payload, nil
	}
	branch := `{"StartAt":"%s","States":{"%s":{` + taskF + `,"Parameters":%s,` + retry + `,"Catch":[{"ErrorEquals":["Gone"],"Next":"%sX"}],"End":true},"%sX":{"Type":"Succeed"}}}`
	one := func(name, parameters string) string {
		return fmt.Sprintf(branch, name, name, parameters, name, name)
	}
	both := `"A":{"Type":"Parallel","Branches":[` + one("B", `{"v.$":"$.x"}`) + `,` + one("C", `{"w":2}`) + `],"ResultPath":"$.r",` + caught + `,"End":true}` + ends
	if e := newWorld(t, states(both), f).run(`{"x":1}`); e.Output != `{"r":[{"v":1},{"w":2}],"x":1}` {
		t.Fatalf("parallel: %s %s", e.Status, e.Output)
	}
	item := `{"StartAt":"B","States":{"B":{"Type":"Wait","Seconds":1,"Next":"C"},"C":{` + taskF + `,` + retry + `,"Catch":[{"ErrorEquals":["Gone"],"Next":"D"}],"End":true},"D":{"Type":"Succeed"}}}`
	each := `"A":{"Type":"Map","ItemsPath":"$.l","MaxConcurrency":2,"ItemSelector":{"n.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","of.$":"$.x"},"ItemProcessor":` + item + `,` + caught + `,"End":true}` + ends
	w := newWorld(t, states(each), f)
	arn := w.start("map", `{"x":9,"l":["a","b","c"]}`)
	w.advance(time.Second)
	if e := w.describe(arn); e.Status != asl.Running {
		t.Fatal("the third item did not wait for a free place")
	}
	w.advance(time.Second)
	if e := w.describe(arn); e.Output != `[{"n":0,"of":9,"v":"a"},{"n":1,"of":9,"v":"b"},{"n":2,"of":9,"v":"c"}]` {
		t.Fatalf("map: %s %s %s", e.Status, e.Output, e.Error)
	}
	if e := newWorld(t, states(each), f).run(`{"x":9,"l":[]}`); e.Output != `[]` {
		t.Fatalf("empty map: %s", e.Output)
	}
	bad := strings.Replace(each, `"ItemSelector":{"n.$":"$$.Map.Item.Index","v.$":"$$.Map.Item.Value","of.$":"$.x"},`, "", 1)
	if e := newWorld(t, states(bad), f).run(`{"l":["a","bad","c"]}`); e.Status != asl.Succeeded || !strings.Contains(e.Output, `"Error":"Boom"`) || e.State != "Caught" {
		t.Fatalf("failing map: %s %s", e.Status, e.Output)
	}
	if len(order) != 7 {
		t.Fatalf("%d calls, the third item of the failed map among them: %v", len(order), order)
	}
}

func TestDefinitionsThatCannotWorkAreRefused(t *testing.T) {
	good := `"A":{` + taskF + `,` + retry + `,` + caught + `,"End":true}` + ends
	if _, err := asl.Load([]byte(states(good)), []string{"Busy"}); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ name, definition, want string }{
		{"a Next to nowhere", states(strings.Replace(good, `"End":true`, `"Next":"Nowhere"`, 1)), `A: Next leads to "Nowhere"`},
		{"a Catch to nowhere", states(strings.Replace(good, `"Next":"Caught"`, `"Next":"Nope"`, 1)), `Catch[0].Next leads to "Nope"`},
		{"a start at nowhere", `{"StartAt":"B","States":{` + good + `}}`, `StartAt leads to "B"`},
		{"an unreachable state", states(good + `,"Z":{"Type":"Succeed"}`), "Z: unreachable"},
		{"a Task without a timeout", states(strings.Replace(good, `,"TimeoutSeconds":60`, "", 1)), "wants TimeoutSeconds"},
		{"a Task without Retry", states(strings.Replace(good, retry+",", "", 1)), "wants a Retry"},
		{"a Task without Catch", states(`"A":{` + taskF + `,` + retry + `,"End":true}`), "wants a Catch"},
		{"an error that nothing raises", states(strings.Replace(good, "Busy", "Bussy", 1)), `nothing ever fails with "Bussy"`},
		{"both Next and End", states(strings.Replace(good, `"End":true`, `"End":true,"Next":"Caught"`, 1)), "exactly one of Next and End"},
		{"neither Next nor End", states(`"A":{"Type":"Pass"}`), "exactly one of Next and End"},
		{"a Succeed with a Next", states(`"A":{"Type":"Succeed","Next":"A"}`), "Next has no meaning in a Succeed"},
		{"a field that is misspelt", states(`"A":{"Type":"Pass","End":true,"ResultPaht":"$"}`), "ResultPaht"},
		{"States.ALL beside others", states(strings.Replace(good, `["States.ALL"]`, `["States.ALL","Busy"]`, 1)), "States.ALL must stand alone"},
		{"an error caught twice", states(strings.Replace(good, `"Catch":[`, `"Catch":[{"ErrorEquals":["Busy"],"Next":"Caught"},{"ErrorEquals":["Busy"],"Next":"Caught"},`, 1)), "taken by an earlier one"},
		{"a heartbeat over the timeout", states(strings.Replace(good, `"TimeoutSeconds":60`, `"TimeoutSeconds":60,"HeartbeatSeconds":60`, 1)), "HeartbeatSeconds must be less"},
		{"a maximum delay under the interval", states(strings.Replace(good, `"IntervalSeconds":1`, `"IntervalSeconds":5,"MaxDelaySeconds":5`, 1)), "MaxDelaySeconds must be more"},
		{"a backoff under one", states(strings.Replace(good, `"IntervalSeconds":1`, `"BackoffRate":0.5`, 1)), "BackoffRate"},
		{"a jitter that is not known", states(strings.Replace(good, `"IntervalSeconds":1`, `"JitterStrategy":"SOME"`, 1)), "JitterStrategy"},
		{"JSONata", `{"QueryLanguage":"JSONata","StartAt":"A","States":{` + good + `}}`, "JSONata"},
		{"a resource that is not known", states(strings.Replace(good, "arn:aws:lambda:x:0:function:f", "arn:aws:states:::sqs:sendMessage", 1)), "no local twin"},
		{"a Wait without a time", states(`"A":{"Type":"Wait","End":true}`), "exactly one of Seconds"},
		{"a path that is none", states(`"A":{"Type":"Pass","InputPath":"x","End":true}`), `"x" is not a path`},
		{"a result path to many places", states(`"A":{"Type":"Pass","ResultPath":"$.a[*]","End":true}`), "more than one place"},
		{"an intrinsic that is not known", states(`"A":{"Type":"Pass","Parameters":{"a.$":"States.Magic()"},"End":true}`), "no intrinsic known"},
		{"a choice that compares nothing", states(`"A":{"Type":"Choice","Choices":[{"Variable":"$.x","Next":"B"}]},"B":{"Type":"Succeed"}`), "exactly one comparison"},
		{"a comparison that is not known", states(`"A":{"Type":"Choice","Choices":[{"Variable":"$.x","StringStarts":"x","Next":"B"}]},"B":{"Type":"Succeed"}`), "unknown comparison"},
		{"a state in a branch that leads out", states(`"A":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Pass","Next":"C"}}}],"Next":"C"},"C":{"Type":"Succeed"}`), `leads to "C"`},
		{"no JSON", `{`, "EOF"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := asl.Load([]byte(row.definition), []string{"Busy"})
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("got %v, want %q in it", err, row.want)
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	f.Add(states(`"A":{`+taskF+`,`+retry+`,`+caught+`,"End":true}`+ends), `{"x":[1]}`)
	f.Add(states(`"A":{"Type":"Pass","Parameters":{"a.$":"States.Format('{}', $..x[-1:])"},"End":true}`), `{"x":[1]}`)
	f.Fuzz(func(t *testing.T, definition, input string) {
		d, err := asl.Load([]byte(definition), []string{"Busy"})
		if err != nil || strings.Contains(definition, "Task") || !json.Valid([]byte(input)) {
			return
		}
		c := clock.New(time.Unix(0, 0), clock.Inline{})
		s := asl.New(asl.Config{Clock: c, IDs: ident.New("i"), Random: func() float64 { return 0 }})
		if err := s.Add("m", machineARN, d); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Start(machineARN, "one", input); err != nil {
			return
		}
		if err := c.Advance(time.Hour); err != nil {
			t.Fatal(err)
		}
	})
}
