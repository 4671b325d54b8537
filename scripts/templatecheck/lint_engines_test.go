//go:build engines

package templatecheck_test

import (
	"encoding/json"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"till/scripts/templatecheck"
)

// linters are the two versions of cfn-lint: each sees mistakes that the other does not.
func linters(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"SAM's cfn-lint":     tool(t, "SAM_CFN_LINT", ".tools/sam/bin/cfn-lint"),
		"the older cfn-lint": tool(t, "CFN_LINT", ".tools/cloud/bin/cfn-lint"),
	}
}

// lint gives what a linter finds, informational rules included, by file: "W3037 Resources/QuoteRole/…".
func lint(t *testing.T, linter string, files ...string) map[string][]string {
	t.Helper()
	args := append([]string{"--include-checks", "I", "--regions", "eu-central-1", "--format", "json", "--"}, files...)
	out, err := exec.CommandContext(t.Context(), linter, args...).Output()
	// It exits by what it found; what it could not do, it says on standard error alone.
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	var found []struct {
		Filename string
		Rule     struct {
			ID string `json:"Id"`
		}
		Location struct{ Path []any }
		Message  string
	}
	if err := json.Unmarshal(out, &found); err != nil {
		t.Fatalf("%s: %v: %s", linter, err, out)
	}
	all := map[string][]string{}
	for _, each := range found {
		var path []string
		for _, step := range each.Location.Path {
			text, _ := json.Marshal(step)
			path = append(path, strings.Trim(string(text), `"`))
		}
		all[each.Filename] = append(all[each.Filename], each.Rule.ID+" "+strings.Join(path, "/")+" "+each.Message)
	}
	return all
}

func TestLintersFindNothingInTheTemplateAndItsTranslation(t *testing.T) {
	_, path := made(t)
	for name, linter := range linters(t) {
		for file, found := range lint(t, linter, templatePath, path) {
			t.Errorf("%s in %s:\n%s", name, file, strings.Join(found, "\n"))
		}
	}
}

// longForm gives a list for "A.B" in every GetAtt, as JSON wants it.
func longForm(v any) any {
	switch x := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(x))
		for key, each := range x {
			out[key] = longForm(each)
			if name, isText := each.(string); isText && key == "Fn::GetAtt" {
				id, attribute, _ := strings.Cut(name, ".")
				out[key] = []any{id, attribute}
			}
		}
		return out
	case []any:
		out := make([]any, 0, len(x))
		for _, each := range x {
			out = append(out, longForm(each))
		}
		return out
	default:
		return v
	}
}

// broken writes a template that hurt has broken, and its translation beside it.
func broken(t *testing.T, hurt func(root map[string]any)) (source, made string) {
	t.Helper()
	tpl := load(t)
	hurt(tpl.Root)
	text, err := json.Marshal(longForm(tpl.Root))
	if err != nil {
		t.Fatal(err)
	}
	source = write(t, string(text))
	made = filepath.Join(t.TempDir(), "broken.json")
	if said, err := translate(t, "../..", source, made); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	return source, made
}

// fault is a mistake that a linter must see, by its rule and its place.
type fault struct {
	rule, at string
	hurt     func(root map[string]any)
}

func faults() []fault {
	return []fault{
		{"E3002", "Resources/OrdersTable/Properties/PointInTimeRecoverySpec", func(r map[string]any) {
			properties(r, "OrdersTable")["PointInTimeRecoverySpec"] = map[string]any{"x": 1}
		}},
		{"E3002", "Resources/Alarms/Properties/KmsMasterKey", func(r map[string]any) { properties(r, "Alarms")["KmsMasterKey"] = "x" }},
		{"E3003", "Resources/StaffClient/Properties", func(r map[string]any) { delete(properties(r, "StaffClient"), "UserPoolId") }},
		{"E3005", "Resources/ParkedEvents/DependsOn", func(r map[string]any) { resource(r, "ParkedEvents")["DependsOn"] = "Nothing" }},
		{"E3012", "Resources/MailQueue/Properties/VisibilityTimeout", func(r map[string]any) { properties(r, "MailQueue")["VisibilityTimeout"] = "soon" }},
		{"E3015", "Resources/OverdueOrders/Condition", func(r map[string]any) { resource(r, "OverdueOrders")["Condition"] = "Cluod" }},
		{"E3030", "Resources/CatalogTable/Properties/BillingMode", func(r map[string]any) { properties(r, "CatalogTable")["BillingMode"] = "PAY_PER_REQEST" }},
		{"E3030", "Resources/StaffPool/Properties/MfaConfiguration", func(r map[string]any) { properties(r, "StaffPool")["MfaConfiguration"] = "YES" }},
		{"E3030", "Resources/QuoteLog/Properties/RetentionInDays", func(r map[string]any) { properties(r, "QuoteLog")["RetentionInDays"] = 8 }},
		{"E3030", "Resources/SweepSilent/Properties/TreatMissingData", func(r map[string]any) { properties(r, "SweepSilent")["TreatMissingData"] = "breachng" }},
		{"E3034", "Resources/Refund/Properties/MemorySize", func(r map[string]any) { properties(r, "Refund")["MemorySize"] = 64 }},
		{"E3505", "Resources/EventsQueue/Properties/VisibilityTimeout", func(r map[string]any) { properties(r, "EventsQueue")["VisibilityTimeout"] = 20 }},
		{"E1010", "Resources/ApiFails/Properties/Dimensions/0/Value/Fn::GetAtt", func(r map[string]any) {
			part(r, "ApiFails", "Dimensions", 0)["Value"] = map[string]any{"Fn::GetAtt": "HttpApi.Id"}
		}},
		{"E1020", "Resources/VaultKeyAlias/Properties/TargetKeyId/Ref", func(r map[string]any) { properties(r, "VaultKeyAlias")["TargetKeyId"] = ref("VaultKye") }},
		{"W2001", "Parameters/Unused", func(r map[string]any) {
			r["Parameters"].(map[string]any)["Unused"] = map[string]any{"Type": "String", "Default": "x"}
		}},
		{"I1022", "Resources/LogKeyAlias/Properties/AliasName/Fn::Join", func(r map[string]any) {
			properties(r, "LogKeyAlias")["AliasName"] = map[string]any{"Fn::Join": []any{"", []any{"alias/till-", ref("Stage"), "-log"}}}
		}},
	}
}

func TestLintersSeeEveryFaultInTheTranslation(t *testing.T) {
	_, made := broken(t, func(root map[string]any) {
		for _, each := range faults() {
			each.hurt(root)
		}
	})
	sees := func(found []string, f fault) bool {
		return slices.ContainsFunc(found, func(line string) bool { return strings.HasPrefix(line, f.rule+" "+f.at) })
	}
	all, seen := 0, map[string]int{}
	found := map[string][]string{}
	for name, linter := range linters(t) {
		found[name] = lint(t, linter, made)[made]
	}
	for _, each := range faults() {
		bySome := false
		for name := range found {
			if sees(found[name], each) {
				seen[name]++
				bySome = true
			}
		}
		if bySome {
			all++
		} else {
			t.Errorf("no linter sees %s at %s", each.rule, each.at)
		}
	}
	t.Logf("%d of %d faults seen, by each linter %v", all, len(faults()), seen)
}

// Only in the translation do linters see an action that does not exist, so every action of every role is misspelt there.
func TestEveryMisspeltActionIsSeenInTheTranslation(t *testing.T) {
	misspelt := 0
	source, made := broken(t, func(root map[string]any) {
		for id := range root["Resources"].(map[string]any) {
			policies, _ := templatecheck.At(root, "Resources", id, "Properties", "Policies").([]any)
			for i := range policies {
				for _, each := range part(root, id, "Policies", i, "PolicyDocument")["Statement"].([]any) {
					actions := each.(map[string]any)["Action"].([]any)
					for j := range actions {
						actions[j] = actions[j].(string) + "x"
						misspelt++
					}
				}
			}
		}
	})
	for name, linter := range linters(t) {
		found := lint(t, linter, source, made)
		count := func(file string) (n int) {
			for _, line := range found[file] {
				if strings.HasPrefix(line, "W3037 ") {
					n++
				}
			}
			return n
		}
		t.Logf("%s: %d of %d misspelt actions seen in the translation, %d as written", name, count(made), misspelt, count(source))
		if count(made) != misspelt {
			t.Errorf("%s sees %d of %d", name, count(made), misspelt)
		}
	}
}

func TestTransformRefusesAMisspeltProperty(t *testing.T) {
	tpl := load(t)
	properties(tpl.Root, "Quote")["MemorySiz"] = 128
	text, err := json.Marshal(longForm(tpl.Root))
	if err != nil {
		t.Fatal(err)
	}
	said, err := translate(t, "../..", write(t, string(text)), filepath.Join(t.TempDir(), "out.json"))
	if err == nil || !strings.Contains(said, "MemorySiz") {
		t.Errorf("was taken: %v, %s", err, said)
	}
}

// The machine's text stands in the translation, so linters see what is misspelt in it.
func TestLintersSeeAFaultInTheMachine(t *testing.T) {
	m := machine(t)
	choice := state(m.Root, "WasCancelled")["Choices"].([]any)[0].(map[string]any)
	choice["StringEqual"] = choice["StringEquals"]
	delete(choice, "StringEquals")
	text, err := json.Marshal(m.Root)
	if err != nil {
		t.Fatal(err)
	}
	bad := write(t, string(text))
	_, made := broken(t, func(root map[string]any) { properties(root, "Fulfillment")["DefinitionUri"] = bad })
	for name, linter := range linters(t) {
		if found := lint(t, linter, made)[made]; len(found) == 0 || !strings.HasPrefix(found[0], "E3601 ") {
			t.Errorf("%s: %q", name, found)
		}
	}
}
