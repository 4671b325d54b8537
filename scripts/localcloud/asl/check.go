package asl

import (
	"fmt"
	"slices"
	"strings"
)

// checker collects what is wrong with a definition.
type checker struct {
	allowed map[string]bool
	seen    map[string]bool
	faults  []error
}

func (c *checker) fault(at, format string, args ...any) {
	if at == "" {
		at = "state machine"
	}
	c.faults = append(c.faults, fmt.Errorf("asl: %s: %s", at, fmt.Sprintf(format, args...)))
}

func (c *checker) definition(d *Definition, at string) {
	if len(d.States) == 0 {
		c.fault(at, "no states")
	}
	reached := map[string]bool{}
	c.visit(d, d.StartAt, at, at, "StartAt", reached)
	for _, name := range sortedStates(d) {
		s := d.States[name]
		if !reached[name] {
			c.fault(at+name, "unreachable")
		}
		c.check(s, at+name)
		for i, branch := range s.branches {
			c.definition(branch, fmt.Sprintf("%s.[%d].", at+name, i))
		}
	}
}

// visit follows every way out of a state.
func (c *checker) visit(d *Definition, name, scope, from, field string, reached map[string]bool) {
	s, ok := d.States[name]
	if !ok {
		c.fault(from, "%s leads to %q, which is no state here", field, name)
		return
	}
	if reached[name] {
		return
	}
	reached[name] = true
	at := scope + name
	if s.Next != "" {
		c.visit(d, s.Next, scope, at, "Next", reached)
	}
	for i, catcher := range s.Catch {
		c.visit(d, catcher.Next, scope, at, fmt.Sprintf("Catch[%d].Next", i), reached)
	}
	for i, choice := range s.Choices {
		next, _ := choice["Next"].(string)
		c.visit(d, next, scope, at, fmt.Sprintf("Choices[%d].Next", i), reached)
	}
	if s.Default != "" {
		c.visit(d, s.Default, scope, at, "Default", reached)
	}
}

func (c *checker) check(s *State, at string) {
	switch s.Type {
	case "Choice", "Succeed", "Fail":
	default:
		if (s.Next != "") == s.End {
			c.fault(at, "wants exactly one of Next and End")
		}
	}
	if s.QueryLanguage != "" && s.QueryLanguage != "JSONPath" {
		c.fault(at, "query language %s has no local twin", s.QueryLanguage)
	}
	c.paths(s, at)
	c.retriers(s, at)
	c.catchers(s, at)
	switch s.Type {
	case "Task":
		c.task(s, at)
	case "Wait":
		c.wait(s, at)
	case "Choice":
		c.choice(s, at)
	case "Fail":
		if (s.Error != "" && s.ErrorPath != "") || (s.Cause != "" && s.CausePath != "") {
			c.fault(at, "a text and a path for the same")
		}
	case "Parallel":
		if len(s.branches) == 0 {
			c.fault(at, "no Branches")
		}
	case "Map":
		if len(s.branches) != 1 || s.MaxConcurrency < 0 || (s.Parameters != nil && s.ItemSelector != nil) {
			c.fault(at, "wants one ItemProcessor, one selector at most, and no negative MaxConcurrency")
		}
	}
}

func (c *checker) task(s *State, at string) {
	if s.TimeoutSeconds < 0 || s.HeartbeatSeconds < 0 {
		c.fault(at, "a negative time")
	}
	if (s.TimeoutSeconds == 0) == (s.TimeoutSecondsPath == "") {
		c.fault(at, "a Task wants TimeoutSeconds, or the path of it: it would wait for ever")
	}
	if s.HeartbeatSeconds > 0 && s.TimeoutSeconds > 0 && s.HeartbeatSeconds >= s.TimeoutSeconds {
		c.fault(at, "HeartbeatSeconds must be less than TimeoutSeconds")
	}
	if len(s.Retry) == 0 {
		c.fault(at, "a Task wants a Retry")
	}
	if len(s.Catch) == 0 {
		c.fault(at, "a Task wants a Catch")
	}
	switch {
	case s.Resource == resourceInvoke, s.Resource == resourceCallback:
		p, ok := s.Parameters.(map[string]any)
		if !ok || (p["FunctionName"] == nil && p["FunctionName.$"] == nil) {
			c.fault(at, "%s wants Parameters with FunctionName", s.Resource)
		}
	case strings.HasPrefix(s.Resource, "arn:aws:lambda:"):
	default:
		c.fault(at, "resource %q has no local twin", s.Resource)
	}
}

func (c *checker) wait(s *State, at string) {
	given := 0
	for _, there := range [...]bool{s.Seconds != nil, s.SecondsPath != "", s.Timestamp != "", s.TimestampPath != ""} {
		if there {
			given++
		}
	}
	if given != 1 {
		c.fault(at, "a Wait wants exactly one of Seconds, SecondsPath, Timestamp and TimestampPath")
	}
	if s.Timestamp != "" {
		if _, err := parseTime(s.Timestamp); err != nil {
			c.fault(at, "Timestamp: %v", err)
		}
	}
}

func (c *checker) choice(s *State, at string) {
	if len(s.Choices) == 0 {
		c.fault(at, "no Choices")
	}
	for i, source := range s.Choices {
		r, err := parseRule(source, true)
		if err != nil {
			c.fault(at, "Choices[%d]: %v", i, err)
		}
		s.rules = append(s.rules, r)
	}
}

// paths reads every path and payload template once, so that none fails to parse at run time.
func (c *checker) paths(s *State, at string) {
	for _, f := range []struct {
		name, text string
		reference  bool
	}{
		{"InputPath", s.InputPath.text, false}, {"OutputPath", s.OutputPath.text, false}, {"ItemsPath", s.ItemsPath.text, false},
		{"ResultPath", s.ResultPath.text, true}, {"TimeoutSecondsPath", s.TimeoutSecondsPath, true},
		{"HeartbeatSecondsPath", s.HeartbeatSecondsPath, true}, {"SecondsPath", s.SecondsPath, true}, {"TimestampPath", s.TimestampPath, true},
	} {
		if f.text == "" {
			continue
		}
		p, err := parsePath(f.text)
		if err != nil {
			c.fault(at, "%s: %v", f.name, err)
		} else if f.reference && !p.definite() {
			c.fault(at, "%s: %q may name more than one place", f.name, f.text)
		}
	}
	for name, template := range map[string]any{"Parameters": s.Parameters, "ResultSelector": s.ResultSelector, "ItemSelector": s.ItemSelector} {
		if err := checkTemplate(template); err != nil {
			c.fault(at, "%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"ErrorPath": s.ErrorPath, "CausePath": s.CausePath} {
		if text != "" {
			if _, err := parseExpression(text); err != nil {
				c.fault(at, "%s: %v", name, err)
			}
		}
	}
}

func (c *checker) retriers(s *State, at string) {
	var taken []string
	for i, r := range s.Retry {
		place := fmt.Sprintf("%s.Retry[%d]", at, i)
		taken = c.names(r.ErrorEquals, taken, i == len(s.Retry)-1, place)
		if r.IntervalSeconds != nil && *r.IntervalSeconds < 1 {
			c.fault(place, "IntervalSeconds must be 1 or more")
		}
		if r.MaxAttempts != nil && *r.MaxAttempts < 0 {
			c.fault(place, "MaxAttempts must be 0 or more")
		}
		if r.BackoffRate != nil && *r.BackoffRate < 1 {
			c.fault(place, "BackoffRate must be 1 or more")
		}
		if r.MaxDelaySeconds < 0 || (r.MaxDelaySeconds > 0 && r.MaxDelaySeconds <= r.interval()) {
			c.fault(place, "MaxDelaySeconds must be more than IntervalSeconds")
		}
		if r.JitterStrategy != "" && r.JitterStrategy != "FULL" && r.JitterStrategy != "NONE" {
			c.fault(place, "JitterStrategy is FULL or NONE")
		}
	}
}

func (c *checker) catchers(s *State, at string) {
	var taken []string
	for i, catcher := range s.Catch {
		place := fmt.Sprintf("%s.Catch[%d]", at, i)
		taken = c.names(catcher.ErrorEquals, taken, i == len(s.Catch)-1, place)
		if text := catcher.ResultPath.text; text != "" {
			if p, err := parsePath(text); err != nil || !p.definite() {
				c.fault(place, "ResultPath %q is not one place", text)
			}
		}
	}
}

// names checks ErrorEquals: known names, none twice, States.ALL alone and last.
func (c *checker) names(names, taken []string, last bool, at string) []string {
	if len(names) == 0 {
		c.fault(at, "no ErrorEquals")
	}
	for _, name := range names {
		switch {
		case !c.allowed[name]:
			c.fault(at, "nothing ever fails with %q", name)
		case slices.Contains(taken, name):
			c.fault(at, "%q was taken by an earlier one", name)
		case name == errAll && (len(names) > 1 || !last):
			c.fault(at, "States.ALL must stand alone and last")
		}
		taken = append(taken, name)
	}
	return taken
}
