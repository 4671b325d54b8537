package templatecheck_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"till/scripts/templatecheck"
)

const templatePath = "../../template.yaml"

func load(t *testing.T) *templatecheck.Template {
	t.Helper()
	tpl, err := templatecheck.Load(templatePath)
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestTemplateKeepsEveryRule(t *testing.T) {
	tpl := load(t)
	for _, rule := range templatecheck.Rules() {
		t.Run(rule.Name, func(t *testing.T) {
			for _, each := range rule.Check(tpl) {
				t.Errorf("%s (%s)", each, rule.Why)
			}
		})
	}
}

// breakage is one way to break the template that its rule must see.
type breakage struct {
	rule, name string
	hurt       func(root map[string]any)
}

// properties gives a resource's properties, for breaking.
func properties(root map[string]any, id string) map[string]any {
	return templatecheck.At(root, "Resources", id, "Properties").(map[string]any)
}

// part goes down from a resource's properties; a number in keys is a place in a list.
func part(root map[string]any, id string, keys ...any) map[string]any {
	var v any = properties(root, id)
	for _, key := range keys {
		switch k := key.(type) {
		case string:
			v = v.(map[string]any)[k]
		case int:
			v = v.([]any)[k]
		}
	}
	return v.(map[string]any)
}

// statement gives statement i of a role's own policy.
func statement(root map[string]any, role string, i int) map[string]any {
	return part(root, role, "Policies", 0, "PolicyDocument", "Statement", i)
}

// ref is !Ref id.
func ref(id string) map[string]any { return map[string]any{"Ref": id} }

// event gives the properties of a function's event.
func event(root map[string]any, function, name string) map[string]any {
	return part(root, function, "Events", name, "Properties")
}

func breakages() []breakage {
	return slices.Concat(accessBreakages(), storeBreakages(), queueBreakages(), functionBreakages(), apiBreakages(), watchBreakages())
}

func TestEveryBrokenTemplateIsFlaggedByItsRule(t *testing.T) {
	rules := map[string]templatecheck.Rule{}
	for _, rule := range templatecheck.Rules() {
		rules[rule.Name] = rule
	}
	tried := map[string]bool{}
	for _, b := range breakages() {
		tried[b.rule] = true
		t.Run(b.rule+"/"+b.name, func(t *testing.T) {
			tpl := load(t)
			b.hurt(tpl.Root)
			rule, there := rules[b.rule]
			if !there {
				t.Fatalf("no rule %s", b.rule)
			}
			if len(rule.Check(tpl)) == 0 {
				t.Errorf("not seen: %s", rule.Why)
			}
		})
	}
	for _, name := range slices.Sorted(maps.Keys(rules)) {
		if !tried[name] {
			t.Errorf("rule %s is never tried on a broken template", name)
		}
	}
}

func TestLoadRefusesWhatIsNoTemplate(t *testing.T) {
	for name, content := range map[string]string{
		"a file that is empty":          "",
		"a list":                        "- 1\n",
		"a template without resources":  "Parameters: {}\n",
		"a key that stands twice":       "Resources: {A: {Type: X}, A: {Type: Y}}\n",
		"an alias":                      "Resources: {A: &a {Type: X}, B: *a}\n",
		"text that is no YAML":          "Resources: [}\n",
		"a value that is no valid date": "Resources: {A: !!timestamp nonsense}\n",
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := templatecheck.Load(write(t, content)); err == nil {
				t.Error("was taken")
			}
		})
	}
	if _, err := templatecheck.Load(t.TempDir() + "/nothing.yaml"); err == nil {
		t.Error("a missing file was taken")
	}
}

func TestLoadGivesShortIntrinsicsTheirLongForm(t *testing.T) {
	tpl, err := templatecheck.Load(write(t, "Resources:\n  A:\n    Properties: {a: !Ref B, b: !GetAtt B.Arn, c: !If [X, !Ref B, 1], d: '7', e: 7}\n"))
	if err != nil {
		t.Fatal(err)
	}
	got := tpl.Resource("A")
	branches, _ := templatecheck.At(got["c"], "Fn::If").([]any)
	if templatecheck.At(got["a"], "Ref") != "B" || templatecheck.At(got["b"], "Fn::GetAtt") != "B.Arn" || len(branches) != 3 ||
		templatecheck.At(branches[1], "Ref") != "B" || got["d"] != "7" || got["e"] != 7 {
		t.Errorf("%v", got)
	}
}

func hasWord(lines []string, word string) bool {
	return slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, word) })
}
