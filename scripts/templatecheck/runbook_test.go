package templatecheck_test

import (
	"os"
	"regexp"
	"testing"

	"till/scripts/templatecheck"
)

var runbook = regexp.MustCompile(`infra/runbooks/[a-z-]+\.md`)

func TestARunbookIsThereForEachAlarmThatNamesOne(t *testing.T) {
	tmpl := load(t)
	named := map[string]bool{}
	for _, id := range tmpl.OfType("AWS::CloudWatch::Alarm") {
		words, _ := templatecheck.At(tmpl.Resource(id), "AlarmDescription").(string)
		for _, path := range runbook.FindAllString(words, -1) {
			named[path] = true
			if _, err := os.Stat("../../" + path); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
	pages, err := os.ReadDir("../../infra/runbooks")
	if err != nil || len(named) == 0 {
		t.Fatalf("%v, %d named", err, len(named))
	}
	for _, page := range pages {
		if !named["infra/runbooks/"+page.Name()] {
			t.Errorf("no alarm names %s", page.Name())
		}
	}
}
