package templatecheck_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folders lists the functions that the code has: functions/GROUP/NAME/lambda/main.go.
func folders(t *testing.T) []string {
	t.Helper()
	mains, err := filepath.Glob("../../functions/*/*/lambda/main.go")
	if err != nil {
		t.Fatal(err)
	}
	out := make([]string, 0, len(mains))
	for _, each := range mains {
		folder := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(filepath.Dir(each))), "../../functions/")
		out = append(out, folder)
	}
	slices.Sort(out)
	return out
}

func TestEveryFunctionOfTheCodeIsDeployedAndTheReverse(t *testing.T) {
	tpl := load(t)
	deployed := map[string]bool{}
	for _, id := range tpl.Functions() {
		if folder := tpl.Folder(id); deployed[folder] {
			t.Errorf("%s is deployed twice", folder)
		} else {
			deployed[folder] = true
		}
	}
	for _, folder := range folders(t) {
		if !deployed[folder] {
			t.Errorf("functions/%s is not in the template", folder)
		}
		delete(deployed, folder)
	}
	for folder := range deployed {
		t.Errorf("functions/%s/lambda/main.go is deployed and does not exist", folder)
	}
}
