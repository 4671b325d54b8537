package storetest

import (
	"slices"
	"testing"
)

// Engine is one of what the contract runs on.
type Engine string

// The engines.
const (
	Memory        Engine = "memory"         // Package memory.
	DynamoDBLocal Engine = "dynamodb-local" // AWS's DynamoDB Local 2.6.1.
	MiniStack     Engine = "ministack"      // MiniStack 1.5.33.
)

// Fact is one thing that Till builds on, or that a reader of the contract must know: what DynamoDB does as AWS documents it,
// and what each engine does instead. Equal texts are equal behaviour. An engine's "" means that it cannot be asked.
type Fact struct {
	Name   string // A question, or the case that is meant.
	AWS    string // As documented.
	Local  string
	Mini   string
	Memory string
	Asked  bool   // A probe asks each engine that can be asked; otherwise the texts are what is known of it.
	Why    string // Why an engine differs, or why it is not asked.
	Proven string // What proves Till's part all the same.
}

// Topic is facts that belong together.
type Topic struct {
	Name  string
	Facts []Fact
}

// On is what an engine does.
func (f Fact) On(e Engine) string {
	switch e {
	case DynamoDBLocal:
		return f.Local
	case MiniStack:
		return f.Mini
	case Memory:
		return f.Memory
	default:
		return ""
	}
}

// Differences asks an engine all that can be asked and holds its answers to Facts. An answer that is not listed fails, and so
// does a difference that is listed and gone. probes are by Fact.Name; one is there for each fact that the engine can be asked.
func Differences(t *testing.T, e Engine, probes map[string]func(*testing.T) string) {
	t.Helper()
	if !slices.Contains([]Engine{Memory, DynamoDBLocal, MiniStack}, e) {
		t.Fatalf("there is no engine %q", e)
	}
	listed := make(map[string]bool)
	for _, topic := range Facts() {
		t.Run(topic.Name, func(t *testing.T) {
			for _, f := range topic.Facts {
				if listed[f.Name] {
					t.Errorf("%q is listed twice", f.Name)
				}
				listed[f.Name] = true
				f.check(t, e, probes[f.Name])
			}
		})
	}
	for name := range probes {
		if !listed[name] {
			t.Errorf("a probe asks %q, which is not in the table", name)
		}
	}
}

// check holds a fact to its form and, where an engine can be asked, the engine to the fact.
func (f Fact) check(t *testing.T, e Engine, probe func(*testing.T) string) {
	t.Helper()
	if !f.explained() {
		t.Errorf("%q does not say what AWS documents, why an engine differs or is not asked, or what proves Till's part", f.Name)
	}
	switch ask := f.Asked && f.On(e) != ""; {
	case ask && probe == nil:
		t.Errorf("no probe asks %q", f.Name)
	case !ask && probe != nil:
		t.Errorf("a probe asks %q, which cannot be asked as the table says", f.Name)
	case ask:
		t.Run(f.Name, func(t *testing.T) { f.hold(t, e, probe) })
	}
}

// explained tells that a fact says all that it must.
func (f Fact) explained() bool {
	differs := slices.ContainsFunc([]string{f.Local, f.Mini, f.Memory}, func(s string) bool { return s != "" && s != f.AWS })
	return f.AWS != "" && (f.Asked && !differs || f.Why != "" && f.Proven != "")
}

// hold asks an engine and compares its answer with the table's. A listed difference is told to who counts them.
func (f Fact) hold(t *testing.T, e Engine, probe func(*testing.T) string) {
	t.Helper()
	want := f.On(e)
	switch got := probe(t); {
	case got != want && got == f.AWS:
		t.Errorf("%s does what AWS documents, %q; the table still says %q", e, got, want)
	case got != want:
		t.Errorf("%s: got %q; the table says %q", e, got, want)
	case got != f.AWS:
		t.Attr("differs", f.AWS+" there, "+got+" here")
	}
}
