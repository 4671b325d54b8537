// Package asl runs state machines in Amazon States Language (JSONPath, Standard) as Step Functions does, on the local
// cloud's clock. https://states-language.net/spec.html
package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Definition is a state machine, or a branch of one.
type Definition struct {
	StartAt string
	Timeout int64 // Seconds for a whole execution; 0 is none.
	States  map[string]*State
}

// State is one state as written. Only the fields of its type are set.
type State struct {
	Type                 string
	Comment              string
	QueryLanguage        string
	Next                 string
	End                  bool
	InputPath            pathField
	OutputPath           pathField
	ResultPath           pathField
	Parameters           any
	ResultSelector       any
	Result               any
	Resource             string
	Credentials          any
	TimeoutSeconds       int64
	TimeoutSecondsPath   string
	HeartbeatSeconds     int64
	HeartbeatSecondsPath string
	Retry                []Retrier
	Catch                []Catcher
	Choices              []map[string]any
	Default              string
	Seconds              *int64
	SecondsPath          string
	Timestamp            string
	TimestampPath        string
	Error                string
	ErrorPath            string
	Cause                string
	CausePath            string
	Branches             []json.RawMessage
	ItemsPath            pathField
	ItemSelector         any
	ItemProcessor        json.RawMessage
	Iterator             json.RawMessage
	MaxConcurrency       int
	Label                string

	name     string
	rules    []rule
	branches []*Definition // of Parallel; the item processor of Map
}

// Retrier says which errors are tried again, how often and when.
type Retrier struct {
	ErrorEquals     []string
	IntervalSeconds *int64
	MaxAttempts     *int
	BackoffRate     *float64
	MaxDelaySeconds int64
	JitterStrategy  string
	Comment         string
}

// Catcher says where an error leads.
type Catcher struct {
	ErrorEquals []string
	ResultPath  pathField
	Next        string
	Comment     string
}

// pathField is a path that may be null, which means something else than leaving it out.
type pathField struct {
	set, null bool
	text      string
}

// UnmarshalJSON notes null.
func (p *pathField) UnmarshalJSON(b []byte) error {
	p.set, p.null = true, string(b) == "null"
	if p.null {
		return nil
	}
	return json.Unmarshal(b, &p.text)
}

func (p pathField) or(otherwise string) string {
	if !p.set {
		return otherwise
	}
	return p.text
}

// shared by all states, and those of each type. https://states-language.net/spec.html#state-type-table
const (
	fieldsOfAll = "Type Comment QueryLanguage"
	fieldsOfIO  = " Next End InputPath OutputPath"
)

func fieldsOf(kind string) (string, bool) {
	switch kind {
	case "Task":
		return fieldsOfAll + fieldsOfIO + " ResultPath Parameters ResultSelector Resource Credentials TimeoutSeconds TimeoutSecondsPath HeartbeatSeconds HeartbeatSecondsPath Retry Catch", true
	case "Pass":
		return fieldsOfAll + fieldsOfIO + " ResultPath Parameters Result", true
	case "Wait":
		return fieldsOfAll + fieldsOfIO + " Seconds SecondsPath Timestamp TimestampPath", true
	case "Choice":
		return fieldsOfAll + " InputPath OutputPath Choices Default", true
	case "Succeed":
		return fieldsOfAll + " InputPath OutputPath", true
	case "Fail":
		return fieldsOfAll + " Error ErrorPath Cause CausePath", true
	case "Parallel":
		return fieldsOfAll + fieldsOfIO + " ResultPath Parameters ResultSelector Branches Retry Catch", true
	case "Map":
		return fieldsOfAll + fieldsOfIO + " ResultPath Parameters ResultSelector ItemsPath ItemSelector ItemProcessor Iterator MaxConcurrency Label Retry Catch", true
	}
	return "", false
}

// Load reads and checks a definition. errorNames are the names that functions may fail with; Step Functions' and
// Lambda's own are known. The error joins every fault with its place.
func Load(source []byte, errorNames []string) (*Definition, error) {
	c := &checker{allowed: map[string]bool{}, seen: map[string]bool{}}
	for _, name := range append(platformErrors(), errorNames...) {
		c.allowed[name] = true
	}
	d := c.parse(source, "")
	if err := errors.Join(c.faults...); err != nil {
		return nil, err
	}
	c.definition(d, "")
	if err := errors.Join(c.faults...); err != nil {
		return nil, err
	}
	return d, nil
}

// parse reads one level; branches come after it by the same way.
func (c *checker) parse(source []byte, at string) *Definition {
	var outer struct {
		Comment, QueryLanguage, Version, StartAt string
		TimeoutSeconds                           int64
		ProcessorConfig                          map[string]any
		States                                   map[string]json.RawMessage
	}
	if err := strict(source, &outer); err != nil {
		c.fault(at, "%v", err)
		return nil
	}
	if outer.QueryLanguage != "" && outer.QueryLanguage != "JSONPath" {
		c.fault(at, "query language %s has no local twin", outer.QueryLanguage)
	}
	if mode, ok := outer.ProcessorConfig["Mode"]; ok && mode != "INLINE" {
		c.fault(at, "a distributed map has no local twin")
	}
	d := &Definition{StartAt: outer.StartAt, Timeout: outer.TimeoutSeconds, States: map[string]*State{}}
	names := make([]string, 0, len(outer.States))
	for name := range outer.States {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		if s := c.state(name, outer.States[name], at+name); s != nil {
			d.States[name] = s
		}
	}
	return d
}

func (c *checker) state(name string, source json.RawMessage, at string) *State {
	var fields map[string]json.RawMessage
	s := &State{name: name}
	if err := strict(source, &fields); err != nil {
		c.fault(at, "%v", err)
		return nil
	}
	if err := strict(source, s); err != nil {
		c.fault(at, "%v", err)
		return nil
	}
	allowed, known := fieldsOf(s.Type)
	if !known {
		c.fault(at, "unknown type %q", s.Type)
		return nil
	}
	for field := range fields {
		if !slices.Contains(strings.Fields(allowed), field) {
			c.fault(at, "field %s has no meaning in a %s state", field, s.Type)
		}
	}
	if c.seen[name] {
		c.fault(at, "the name is used twice")
	}
	c.seen[name] = true
	inner := s.Branches
	for _, processor := range []json.RawMessage{s.ItemProcessor, s.Iterator} {
		if len(processor) > 0 {
			inner = append(inner, processor)
		}
	}
	for i, branch := range inner {
		if d := c.parse(branch, fmt.Sprintf("%s.[%d].", at, i)); d != nil {
			s.branches = append(s.branches, d)
		}
	}
	return s
}

// strict decodes with numbers as they are written, and refuses fields that are not known.
func strict(source []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(source))
	d.UseNumber()
	d.DisallowUnknownFields()
	return d.Decode(into)
}
