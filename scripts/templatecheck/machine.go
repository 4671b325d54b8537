package templatecheck

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// Machine is the definition of a state machine, in JSONPath, as it is shipped.
type Machine struct {
	Root map[string]any
}

// LoadMachine reads a definition. Errors: unreadable, no JSON, no states.
func LoadMachine(path string) (*Machine, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	m := &Machine{}
	if err := json.Unmarshal(text, &m.Root); err != nil {
		return nil, err
	}
	if len(m.states()) == 0 {
		return nil, fmt.Errorf("%s: no states", path)
	}
	return m, nil
}

func (m *Machine) states() map[string]any {
	states, _ := m.Root["States"].(map[string]any)
	return states
}

func (m *Machine) names() []string { return slices.Sorted(maps.Keys(m.states())) }

// exits lists where a state may lead, Next first.
func (m *Machine) exits(state string) []string {
	s := m.states()[state]
	var out []string
	for _, key := range []string{"Next", "Default"} {
		if next := text(At(s, key)); next != "" {
			out = append(out, next)
		}
	}
	for _, key := range []string{"Choices", "Catch"} {
		for _, each := range list(At(s, key)) {
			out = append(out, text(At(each, "Next")))
		}
	}
	return out
}

// awsErrors are the names that Step Functions and Lambda give errors by themselves.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
func awsErrors() []string {
	return []string{"States.ALL", "States.Timeout", "States.TaskFailed", "States.HeartbeatTimeout", "States.Permissions",
		"Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException", "Lambda.TooManyRequestsException",
		"Lambda.ClientExecutionTimeoutException", "Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError"}
}

// Check gives what is wrong with the machine, one sentence each. ours are the names that our tasks give their errors.
func (m *Machine) Check(ours []string) []string {
	f := &findings{}
	m.graph(f)
	m.paths(f)
	for _, name := range m.names() {
		if At(m.states()[name], "Type") == "Task" {
			m.task(name, slices.Concat(awsErrors(), ours), f)
			for _, each := range ours {
				if !m.caught(name, each) {
					f.add(name, "%s is not caught", each)
				}
			}
		}
	}
	if seconds(m.Root, "TimeoutSeconds") == 0 {
		f.add("machine", "may run for ever")
	}
	return f.all
}

func seconds(v any, key string) float64 {
	n, _ := At(v, key).(float64)
	return n
}

func (m *Machine) graph(f *findings) {
	start := text(m.Root["StartAt"])
	reached, todo := map[string]bool{}, []string{start}
	for len(todo) > 0 {
		name := todo[0]
		todo = todo[1:]
		if reached[name] {
			continue
		}
		reached[name] = true
		if m.states()[name] == nil {
			f.add(name, "is led to and is no state")
			continue
		}
		todo = append(todo, m.exits(name)...)
	}
	for _, name := range m.names() {
		if !reached[name] {
			f.add(name, "is never reached")
		}
		s := m.states()[name]
		ends := At(s, "End") == true || At(s, "Type") == "Succeed" || At(s, "Type") == "Fail"
		if onward := text(At(s, "Next")) != "" || At(s, "Type") == "Choice"; ends == onward {
			f.add(name, "wants exactly one of Next and End")
		}
		if At(s, "Type") == "Choice" && text(At(s, "Default")) == "" {
			f.add(name, "has no Default")
		}
	}
}

// paths holds the way that every good order goes to its price: five transitions, the end counted.
func (m *Machine) paths(f *findings) {
	steps, name := 1, text(m.Root["StartAt"])
	for ; steps <= 10 && text(At(m.states()[name], "Next")) != ""; steps++ {
		name = text(At(m.states()[name], "Next"))
	}
	// Compensate's way is not golden: from the start, Next leads past it.
	if steps+1 > 5 || At(m.states()[name], "End") != true {
		f.add("machine", "the golden path has %d transitions, or does not end well", steps+1)
	}
}

func (m *Machine) task(name string, known []string, f *findings) {
	s := m.states()[name]
	waits := strings.HasSuffix(text(At(s, "Resource")), ".waitForTaskToken")
	if seconds(s, "TimeoutSeconds") == 0 || !waits && seconds(s, "TimeoutSeconds") > 60 || seconds(s, "TimeoutSeconds") >= seconds(m.Root, "TimeoutSeconds") {
		f.add(name, "has no TimeoutSeconds that ends it")
	}
	if len(list(At(s, "Retry"))) == 0 {
		f.add(name, "has no Retry")
	}
	for _, each := range list(At(s, "Retry")) {
		m.retrier(name, each, known, f)
	}
	catches := list(At(s, "Catch"))
	for i, each := range catches {
		last := i == len(catches)-1
		m.errorNames(name, each, known, f)
		if isAll := slices.Equal(texts(At(each, "ErrorEquals")), []string{"States.ALL"}); isAll != last {
			f.add(name, "does not catch everything, last")
		}
		if path := text(At(each, "ResultPath")); !strings.HasPrefix(path, "$.") {
			f.add(name, "loses its input when it catches")
		}
	}
	if len(catches) == 0 {
		f.add(name, "has no Catch")
	}
	if path, there := s.(map[string]any)["ResultPath"]; !there || path != nil {
		f.add(name, "keeps a task's answer, which is not ids only")
	}
	for key, value := range payload(s) {
		if !slices.Contains([]string{"$.order_id", "$.try", "$$.Task.Token", "$.error.Error"}, text(value)) {
			f.add(name, "sends %s = %v, which is no id", key, value)
		}
	}
}

func payload(state any) map[string]any {
	m, _ := At(state, "Parameters", "Payload").(map[string]any)
	return m
}

func (m *Machine) retrier(name string, retrier any, known []string, f *findings) {
	m.errorNames(name, retrier, known, f)
	for _, each := range texts(At(retrier, "ErrorEquals")) {
		if each == "States.ALL" || each == "States.TaskFailed" {
			f.add(name, "retries what it does not name: %s", each)
		}
	}
	if At(retrier, "JitterStrategy") != "FULL" || seconds(retrier, "MaxDelaySeconds") == 0 || seconds(retrier, "BackoffRate") < 1.5 ||
		seconds(retrier, "IntervalSeconds") == 0 || seconds(retrier, "MaxAttempts") == 0 {
		f.add(name, "retries without full jitter, backoff or bounds")
	}
}

func (m *Machine) errorNames(name string, of any, known []string, f *findings) {
	names := texts(At(of, "ErrorEquals"))
	if len(names) == 0 {
		f.add(name, "names no error")
	}
	for _, each := range names {
		if !slices.Contains(known, each) {
			f.add(name, "%s is an error that nobody sends", each)
		}
	}
}

func (m *Machine) caught(state, name string) bool {
	return slices.ContainsFunc(list(At(m.states()[state], "Catch")), func(c any) bool {
		names := texts(At(c, "ErrorEquals"))
		return slices.Contains(names, name) || slices.Contains(names, "States.ALL")
	})
}

// Substitutions lists the names ${…} that the definition wants from the template, sorted.
func (m *Machine) Substitutions() []string {
	var out []string
	for _, name := range m.names() {
		arn := text(At(m.states()[name], "Parameters", "FunctionName"))
		if strings.HasPrefix(arn, "${") && strings.HasSuffix(arn, "}") {
			out = append(out, arn[2:len(arn)-1])
		}
	}
	slices.Sort(out)
	return out
}
