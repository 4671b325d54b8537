package shared_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// lessonsMax is how many lessons there are.
const lessonsMax = 39

var (
	aTest  = regexp.MustCompile(`(?m)^func (Test\w+)\(t \*testing\.T\)`)
	lesson = regexp.MustCompile(`^TestLesson(\d\d)\w+$`)
	aRow   = regexp.MustCompile(`(?m)^\| (\d+) \| ([^|]+) \| ([^|]+) \|$`)
)

// tests lists the tests of the project: "shared/order.TestLesson05…".
func tests(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	project := os.DirFS("..")
	err := fs.WalkDir(project, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		source, err := fs.ReadFile(project, name)
		for _, found := range aTest.FindAllSubmatch(source, -1) {
			out[path.Dir(name)+"."+string(found[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryLessonIsHeldByTests(t *testing.T) {
	page, err := os.ReadFile("../infra/lessons.md")
	if err != nil {
		t.Fatal(err)
	}
	have, named := tests(t), map[string]int{}
	next := 1
	for _, row := range aRow.FindAllStringSubmatch(string(page), -1) {
		n, err := strconv.Atoi(row[1])
		if err != nil || n != next {
			t.Errorf("lesson %s stands where %d should be", row[1], next)
		}
		next++
		for _, name := range strings.Split(row[3], ", ") {
			name = strings.Trim(name, "`")
			if !have[name] {
				t.Errorf("lesson %d: there is no test %s", n, name)
			}
			if of := lesson.FindStringSubmatch(path.Ext(name)[1:]); of != nil && of[1] != row[1] && of[1] != "0"+row[1] {
				t.Errorf("lesson %d names the test of another: %s", n, name)
			}
			named[name] = n
		}
	}
	if next != lessonsMax+1 {
		t.Errorf("%d lessons, not %d", next-1, lessonsMax)
	}
	for name := range have {
		if lesson.MatchString(path.Ext(name)[1:]) && named[name] == 0 {
			t.Errorf("infra/lessons.md does not name %s", name)
		}
	}
}
