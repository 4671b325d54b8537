// Package eventfile reads the events of the folder events/, one file per function and case, for tests.
package eventfile

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"till/shared/edge/apigw"
)

// Folder is where the events of a function stand: "placeorder".
func Folder(function string) string {
	return filepath.Join(Root(), "events", function)
}

// Root is the project's folder: the first with a go.mod from where the test runs upward, so that it is found whatever paths
// the compiler was told to leave out.
func Root() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			panic("eventfile: no go.mod above the working directory; run the tests inside the project")
		}
		dir = up
	}
}

// Text is an event as it stands in its file, with words replaced: pairs of a word and what to put in its place, as
// events/README.md lists them. A word that is not there is a fault of the test.
func Text(t testing.TB, function, name string, replace ...string) string {
	t.Helper()
	read, err := os.ReadFile(filepath.Join(Folder(function), name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(read)
	for pair := range slices.Chunk(replace, 2) {
		if !strings.Contains(text, pair[0]) {
			t.Fatalf("events/%s/%s.json has no %s", function, name, pair[0])
		}
		text = strings.ReplaceAll(text, pair[0], pair[1])
	}
	return text
}

// Read is an event as its function gets it. replace is as Text's.
func Read[T any](t testing.TB, function, name string, replace ...string) T {
	t.Helper()
	var event T
	if err := json.Unmarshal([]byte(Text(t, function, name, replace...)), &event); err != nil {
		t.Fatalf("events/%s/%s.json: %v", function, name, err)
	}
	return event
}

// Request is an event of the HTTP API.
func Request(t testing.TB, function, name string, replace ...string) apigw.Request {
	t.Helper()
	return Read[apigw.Request](t, function, name, replace...)
}

// Names lists a function's cases.
func Names(t testing.TB, function string) []string {
	t.Helper()
	files, err := os.ReadDir(Folder(function))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range files {
		name, isEvent := strings.CutSuffix(f.Name(), ".json")
		if !isEvent {
			t.Fatalf("events/%s/%s is no event", function, f.Name())
		}
		names = append(names, name)
	}
	return names
}

// AllIn fails the test for every case of a function that is not among those tried, so that no event lies about that no
// test has seen.
func AllIn(t testing.TB, function string, tried []string) {
	t.Helper()
	for _, name := range Names(t, function) {
		if !slices.Contains(tried, name) {
			t.Errorf("events/%s/%s.json is in no test", function, name)
		}
	}
}
