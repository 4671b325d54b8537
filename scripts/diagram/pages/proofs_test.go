package pages_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// named is how a document names a test.
var named = regexp.MustCompile(`\bTest[A-Z][A-Za-z0-9]+`)

// declared is how a test is written.
var declared = regexp.MustCompile(`(?m)^func (Test[A-Z][A-Za-z0-9]+)\(`)

func TestEveryTestThatADocumentNamesIsThere(t *testing.T) {
	there := map[string]bool{}
	for _, top := range [...]string{"functions", "shared", "scripts"} {
		err := fs.WalkDir(project(), top, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(name, "_test.go") {
				return err
			}
			for _, found := range declared.FindAllStringSubmatch(read(t, name), -1) {
				there[found[1]] = true
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	promised := named.FindAllString(read(t, "README.md"), -1)
	if len(promised) < 20 {
		t.Errorf("the README names %d tests as proofs", len(promised))
	}
	for _, name := range promised {
		if !there[name] {
			t.Errorf("the README names %s, which is not there", name)
		}
	}
}
