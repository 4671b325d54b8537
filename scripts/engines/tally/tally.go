// Package tally counts what `go test -json` tells, row by row: a row is a test without tests of its own.
package tally

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
)

// Row is one test that failed, or an engine's difference that the table lists.
type Row struct {
	Name string // With the names of the tests that it is in.
	Text string // What it said.
}

// Report is what became of all rows.
type Report struct {
	Passed  int
	Failed  []Row
	Differs []Row // They passed, too: the difference is as listed.
	Loose   string
}

// event is a line of `go test -json`; `go doc test2json` says what it holds.
type event struct {
	Action     string
	Test       string
	Output     string
	Key, Value string
	Elapsed    float64 // Seconds.
}

// lineMax bounds a line: a failing row may quote a large item.
const lineMax = 16 << 20

// Read reads events to their end. text gets what go test would have printed, and group, if set, each test of the second level
// that ended. A test that ended neither well nor badly, as when the process is killed, has failed. No row at all is an error,
// and so is a skipped one.
func Read(in io.Reader, text io.Writer, group func(name string, failed int, took time.Duration)) (Report, error) {
	var r Report
	said, parents, open := make(map[string]string), make(map[string]bool), make(map[string]bool)
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, lineMax)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			e = event{Action: "output", Output: lines.Text() + "\n"}
		}
		if e.Output != "" {
			if _, err := io.WriteString(text, e.Output); err != nil {
				return r, err
			}
		}
		switch {
		case e.Test == "" && e.Output != "":
			r.Loose += e.Output
		case e.Action == "run":
			open[e.Test] = true
			for i := range len(e.Test) {
				if e.Test[i] == '/' {
					parents[e.Test[:i]] = true
				}
			}
		case e.Action == "output" && !strings.HasPrefix(strings.TrimSpace(e.Output), "==="):
			said[e.Test] += e.Output
		case e.Action == "attr" && e.Key == "differs":
			r.Differs = append(r.Differs, Row{e.Test, e.Value})
		case e.Action == "pass" || e.Action == "fail" || e.Action == "skip":
			delete(open, e.Test)
			r.end(e, parents[e.Test], said[e.Test])
			if e.Test != "" && strings.Count(e.Test, "/") == 1 && group != nil {
				group(e.Test, len(r.Failed), time.Duration(e.Elapsed*float64(time.Second)))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(open)) {
		r.Failed = append(r.Failed, Row{name, "it did not end\n" + said[name]})
	}
	if err := lines.Err(); err != nil {
		return r, fmt.Errorf("reading what the tests say: %w", err)
	}
	if r.Passed+len(r.Failed) == 0 {
		return r, errors.New("no row ran:\n" + r.Loose)
	}
	return r, nil
}

// end counts a test that ended. One with tests of its own counts only for what it says of itself.
func (r *Report) end(e event, parent bool, said string) {
	complained := strings.Contains(said, ".go:")
	switch {
	case e.Test == "":
	case e.Action == "skip":
		r.Failed = append(r.Failed, Row{e.Test, "it was skipped\n" + said})
	case e.Action == "pass" && !parent:
		r.Passed++
	case e.Action == "fail" && (!parent || complained):
		r.Failed = append(r.Failed, Row{e.Test, said})
	}
}
