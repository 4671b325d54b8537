package tally_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"till/scripts/engines/tally"
)

// lines are events of `go test -json`, as it writes them.
func lines(events ...string) io.Reader { return strings.NewReader(strings.Join(events, "\n") + "\n") }

const (
	begun   = `{"Action":"run","Test":"TestA"}`
	inGroup = `{"Action":"run","Test":"TestA/group"}`
)

func run(name string) string { return `{"Action":"run","Test":"TestA/group/` + name + `"}` }

func end(action, name string) string {
	return `{"Action":"` + action + `","Test":"` + name + `","Elapsed":1.5}`
}

func says(name, text string) string {
	return `{"Action":"output","Test":"` + name + `","Output":"` + text + `\n"}`
}

func names(rows []tally.Row) string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Name)
	}
	return strings.Join(out, " ")
}

func TestRowsAreCountedOnce(t *testing.T) {
	const row1, row2, row3 = "TestA/group/row1", "TestA/group/row2", "TestA/group/row3"
	tests := []struct {
		name    string
		events  []string
		passed  int
		failed  string
		differs string
	}{
		{"all pass", []string{begun, inGroup, run("row1"), end("pass", row1), run("row2"), end("pass", row2), end("pass", "TestA/group"), end("pass", "TestA")}, 2, "", ""},
		{"one of two fails", []string{begun, inGroup, run("row1"), says(row1, "    x_test.go:1: no"), end("fail", row1), run("row2"), end("pass", row2),
			says("TestA/group", "    --- FAIL: TestA/group (1.5s)"), end("fail", "TestA/group"), end("fail", "TestA")}, 1, row1, ""},
		{"the group itself complains", []string{begun, inGroup, run("row1"), end("pass", row1), says("TestA/group", "    x.go:1: not in the table"),
			end("fail", "TestA/group"), end("fail", "TestA")}, 1, "TestA/group", ""},
		{"a skipped row is no passed row", []string{begun, inGroup, run("row1"), end("skip", row1), end("pass", "TestA/group"), end("pass", "TestA")}, 0, row1, ""},
		{"a row that never ends", []string{begun, inGroup, run("row1"), end("pass", row1), run("row2")}, 1, "TestA TestA/group TestA/group/row2", ""},
		{"a difference that is listed", []string{begun, inGroup, run("row3"), `{"Action":"attr","Test":"TestA/group/row3","Key":"differs","Value":"as listed"}`,
			end("pass", row3), end("pass", "TestA/group"), end("pass", "TestA")}, 1, "", row3},
		{"lines that are no events", []string{"# till/x", begun, end("pass", "TestA"), "FAIL"}, 1, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := tally.Read(lines(tt.events...), io.Discard, nil)
			if err != nil || got.Passed != tt.passed || names(got.Failed) != tt.failed || names(got.Differs) != tt.differs {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestNoRowIsAnErrorThatSaysWhy(t *testing.T) {
	_, err := tally.Read(lines(`{"Action":"build-output","Output":"x.go:1: undefined: y\n"}`, `{"Action":"fail"}`), io.Discard, nil)
	if err == nil || !strings.Contains(err.Error(), "undefined: y") {
		t.Errorf("got %v", err)
	}
}

func TestGroupsAreToldAsTheyEnd(t *testing.T) {
	var text strings.Builder
	var told []string
	_, err := tally.Read(lines(begun, inGroup, run("row1"), says("TestA/group/row1", "x_test.go:1: no"), end("fail", "TestA/group/row1"), end("fail", "TestA/group"),
		`{"Action":"run","Test":"TestA/more"}`, end("pass", "TestA/more"), end("fail", "TestA")), &text,
		func(name string, failed int, took time.Duration) {
			told = append(told, name+" "+string(rune('0'+failed))+" "+took.String())
		})
	if got := strings.Join(told, ", "); err != nil || got != "TestA/group 1 1.5s, TestA/more 1 1.5s" || !strings.Contains(text.String(), "no") {
		t.Errorf("told %s, text %q, %v", got, text.String(), err)
	}
}
