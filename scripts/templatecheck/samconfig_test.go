package templatecheck_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"till/scripts/templatecheck"
)

func TestDeploySettingsNameParametersAndNeverCache(t *testing.T) {
	text, err := os.ReadFile("../../samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	config := string(text)
	for _, danger := range []string{"cached = true", "parallel = true"} {
		if strings.Contains(config, danger) {
			t.Errorf("has %s", danger)
		}
	}
	tpl := load(t)
	for _, each := range regexp.MustCompile(`(?m)^\s+"([A-Za-z]+)=`).FindAllStringSubmatch(config, -1) {
		if templatecheck.At(tpl.Root, "Parameters", each[1]) == nil {
			t.Errorf("sets %s, which the template does not have", each[1])
		}
	}
	_, prod, there := strings.Cut(config, "[prod.deploy.parameters]")
	if !there || !strings.Contains(prod, "confirm_changeset = true") || strings.Contains(prod, "DeletionProtection=false") {
		t.Error("prod is deployed without a look, or without protection")
	}
}

func TestEveryFindingThatIsPutAsideHasItsReasonAboveIt(t *testing.T) {
	text, err := os.ReadFile(templatePath)
	if err != nil {
		t.Fatal(err)
	}
	lines, aside := strings.Split(string(text), "\n"), 0
	for i, line := range lines {
		if !strings.Contains(line, "ignore_checks") {
			continue
		}
		aside++
		if i == 0 || !strings.HasPrefix(strings.TrimSpace(lines[i-1]), "# ") {
			t.Errorf("line %d puts findings aside and does not say why", i+1)
		}
	}
	if aside != 2 {
		t.Errorf("%d places put findings aside, not two", aside)
	}
}
