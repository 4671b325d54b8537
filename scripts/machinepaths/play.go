package machinepaths

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// Tasks lists the machine's tasks. Each is one function, which the definition names ${TaskArn}.
func Tasks() []string { return []string{"Prepare", "RequestShipment", "Complete", "Compensate"} }

// Play is one case while it runs, on whatever engine. Safe for concurrent use.
type Play struct {
	script Script
	order  string

	mu    sync.Mutex
	calls map[string]int
	told  string
	gone  int
	wrong []string
}

// NewPlay begins a case for an order.
func NewPlay(script Script, order string) *Play {
	return &Play{script: script, order: order, calls: map[string]int{}}
}

// Input is the execution's input.
func (p *Play) Input() string { return fmt.Sprintf(`{"order_id":%q,"try":1}`, p.order) }

// Next is what a task does now.
func (p *Play) Next(task string) Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := p.calls[task]
	p.calls[task]++
	if n < len(p.script[task]) {
		return p.script[task][n]
	}
	return Call{Then: []Reply{{After: day}}}
}

// Saw takes note of what a task was called with and gives its token, "" if there is none. Ids are all that it may be called with.
func (p *Play) Saw(task string, payload []byte) (token string) {
	var in map[string]any
	if err := json.Unmarshal(payload, &in); err != nil {
		p.Blame("%s is called with no object", task)
	}
	want := []string{"order_id", "try"}
	switch task {
	case "RequestShipment":
		want = append(want, "task_token")
		if token, _ = in["task_token"].(string); token == "" {
			p.Blame("%s is called without a token", task)
		}
	case "Compensate":
		want = append(want, "error")
		told, _ := in["error"].(string)
		p.mu.Lock()
		p.told = told
		p.mu.Unlock()
	}
	slices.Sort(want)
	if got := slices.Sorted(maps.Keys(in)); !slices.Equal(got, want) || in["order_id"] != p.order || in["try"] != 1.0 {
		p.Blame("%s is called with %v, not the %v of the order", task, got, want)
	}
	return token
}

// Gone takes note of a reply that came too late.
func (p *Play) Gone() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.gone++
}

// Blame takes note of something that must not be.
func (p *Play) Blame(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong = append(p.wrong, fmt.Sprintf(format, args...))
}

// Event is what a path is read from: a line of an execution's history, in AWS's words, and the state it is about.
type Event struct{ Type, State string }

// Outcome closes the play with what the engine says of the execution.
func (p *Play) Outcome(status, failure, output string, history []Event) Outcome {
	if status == "SUCCEEDED" {
		p.output(output)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return Outcome{Path: path(history), Status: status, Error: failure, Told: p.told, Gone: p.gone, Wrong: slices.Clone(p.wrong)}
}

// output is the input again, with the error that was caught: no task's answer is kept.
func (p *Play) output(text string) {
	var out map[string]any
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		p.Blame("the output is no object")
	}
	want := []string{"order_id", "try"}
	p.mu.Lock()
	if p.told != "" {
		want = append([]string{"error"}, want...)
	}
	p.mu.Unlock()
	if got := slices.Sorted(maps.Keys(out)); !slices.Equal(got, want) || out["order_id"] != p.order {
		p.Blame("the output has %v, not %v", got, want)
	}
}

func path(history []Event) string {
	var names []string
	var tries []int
	for _, e := range history {
		switch {
		case strings.HasSuffix(e.Type, "StateEntered"):
			names, tries = append(names, e.State), append(tries, 0)
		case e.Type == "TaskScheduled" && len(tries) > 0:
			tries[len(tries)-1]++
		}
	}
	for i, n := range tries {
		if n > 1 {
			names[i] = fmt.Sprintf("%s*%d", names[i], n)
		}
	}
	return strings.Join(names, " ")
}
