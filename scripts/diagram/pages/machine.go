package pages

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"strings"
)

// step is what a diagram shows of a state of the machine. Its comment is for readers of the definition.
type step struct {
	name    string
	Type    string
	Next    string
	End     bool
	Default string
	Catch   []struct {
		ErrorEquals []string
		Next        string
	}
	Choices []struct {
		StringEquals string
		Next         string
	}
}

// machine draws the fulfillment machine as it is deployed.
func machine(project fs.FS) (string, error) {
	text, err := fs.ReadFile(project, "infra/fulfillment.asl.json")
	if err != nil {
		return "", err
	}
	var definition struct {
		StartAt string
		States  json.RawMessage
	}
	if err := json.Unmarshal(text, &definition); err != nil {
		return "", err
	}
	steps, err := inOrder(definition.States)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "```mermaid\nstateDiagram-v2\n    [*] --> %s\n", definition.StartAt)
	for _, s := range steps {
		if s.Next != "" {
			fmt.Fprintf(&b, "    %s --> %s\n", s.name, s.Next)
		}
		for _, c := range s.Choices {
			fmt.Fprintf(&b, "    %s --> %s: %s\n", s.name, c.Next, c.StringEquals)
		}
		if s.Default != "" {
			fmt.Fprintf(&b, "    %s --> %s: any other\n", s.name, s.Default)
		}
		for _, c := range s.Catch {
			fmt.Fprintf(&b, "    %s --> %s: error\n", s.name, c.Next)
		}
		if s.End || s.Type == "Succeed" || s.Type == "Fail" {
			fmt.Fprintf(&b, "    %s --> [*]: %s\n", s.name, ending(s))
		}
	}
	b.WriteString("```\n")
	return b.String(), nil
}

func ending(s step) string {
	if s.Type == "Fail" {
		return "failed"
	}
	return "succeeded"
}

// inOrder reads the members of an object in the order in which they are written.
func inOrder(object json.RawMessage) ([]step, error) {
	d := json.NewDecoder(bytes.NewReader(object))
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	var out []step
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, err
		}
		s := step{}
		if err := d.Decode(&s); err != nil {
			return nil, err
		}
		s.name, _ = name.(string)
		out = append(out, s)
	}
	return out, nil
}
