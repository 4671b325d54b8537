package machinepaths

import (
	"encoding/json"
	"fmt"
	"slices"
)

// machine is what Points reads of a definition, by itself: what runs it must not say what there is to run.
type machine struct {
	TimeoutSeconds float64
	States         map[string]state
}

type state struct {
	Retry, Catch            []struct{ ErrorEquals []string }
	Choices                 []json.RawMessage
	Default                 string
	TimeoutSeconds          float64
	TimeoutSecondsPath      string
	HeartbeatSeconds        float64
	HeartbeatSecondsPath    string
	Branches                []machine
	ItemProcessor, Iterator *machine
}

// Points lists everything of a definition that a case must enter, sorted: each state, each retrier and each error it names, each
// catcher, each choice and Default, each time-out and heartbeat.
func Points(definition []byte) ([]string, error) {
	var m machine
	if err := json.Unmarshal(definition, &m); err != nil {
		return nil, err
	}
	out := m.points()
	slices.Sort(out)
	return out, nil
}

func (m machine) points() []string {
	var out []string
	if m.TimeoutSeconds > 0 {
		out = append(out, "Timeout")
	}
	for name, s := range m.States {
		out = append(append(out, name), s.points(name)...)
	}
	return out
}

func (s state) points(name string) []string {
	var out []string
	for i, r := range s.Retry {
		out = append(out, fmt.Sprintf("%s.Retry[%d]", name, i))
		for _, each := range r.ErrorEquals {
			out = append(out, retryPoint(name, i, each))
		}
	}
	for i := range s.Catch {
		out = append(out, fmt.Sprintf("%s.Catch[%d]", name, i))
	}
	for i := range s.Choices {
		out = append(out, fmt.Sprintf("%s.Choices[%d]", name, i))
	}
	if s.Default != "" {
		out = append(out, name+".Default")
	}
	if s.TimeoutSeconds > 0 || s.TimeoutSecondsPath != "" {
		out = append(out, name+".Timeout")
	}
	if s.HeartbeatSeconds > 0 || s.HeartbeatSecondsPath != "" {
		out = append(out, name+".Heartbeat")
	}
	for _, inner := range s.Branches {
		out = append(out, inner.points()...)
	}
	for _, inner := range []*machine{s.ItemProcessor, s.Iterator} {
		if inner != nil {
			out = append(out, inner.points()...)
		}
	}
	return out
}

func retryPoint(state string, i int, name string) string {
	return fmt.Sprintf("%s.Retry[%d] %s", state, i, name)
}
