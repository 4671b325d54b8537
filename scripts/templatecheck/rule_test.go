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

// granting gives the statement of a role's own policy that allows an action; with several, the first.
func granting(root map[string]any, role, action string) map[string]any {
	for _, each := range part(root, role, "Policies", 0, "PolicyDocument")["Statement"].([]any) {
		s := each.(map[string]any)
		if slices.Contains(s["Action"].([]any), any(action)) {
			return s
		}
	}
	panic(role + " does not allow " + action)
}

// ref is !Ref id.
func ref(id string) map[string]any { return map[string]any{"Ref": id} }

// event gives the properties of a function's event.
func event(root map[string]any, function, name string) map[string]any {
	return part(root, function, "Events", name, "Properties")
}

func breakages() []breakage {
	return slices.Concat(formBreakages(), parameterBreakages(), accessBreakages(), trustBreakages(), keyBreakages(), storeBreakages(),
		queueBreakages(), functionBreakages(), wiringBreakages(), apiBreakages(), domainBreakages(), staffBreakages(), customerBreakages(), watchBreakages())
}

// flagged are the rules that find something.
func flagged(tpl *templatecheck.Template) []string {
	var out []string
	for _, rule := range templatecheck.Rules() {
		if len(rule.Check(tpl)) > 0 {
			out = append(out, rule.Name)
		}
	}
	return out
}

// Each broken template must be seen by its rule; and each rule must be the only one that sees one of its own, or it would not be
// needed.
func TestEveryBrokenTemplateIsFlaggedByItsRuleAndEveryRuleIsNeeded(t *testing.T) {
	seen, alone := 0, map[string]bool{}
	for _, b := range breakages() {
		t.Run(b.rule+"/"+b.name, func(t *testing.T) {
			tpl := load(t)
			b.hurt(tpl.Root)
			got := flagged(tpl)
			if !slices.Contains(got, b.rule) {
				t.Fatalf("not seen by %s, only by %v", b.rule, got)
			}
			seen++
			alone[b.rule] = alone[b.rule] || len(got) == 1
		})
	}
	rules := templatecheck.Rules()
	for _, rule := range rules {
		if isAlone, tried := alone[rule.Name]; !tried {
			t.Errorf("rule %s is never tried on a broken template", rule.Name)
		} else if !isAlone {
			t.Errorf("rule %s never sees a broken template that no other rule sees", rule.Name)
		}
		delete(alone, rule.Name)
	}
	for name := range alone {
		t.Errorf("there is no rule %s", name)
	}
	t.Logf("%d of %d broken templates flagged, by %d rules", seen, len(breakages()), len(rules))
	if seen != len(breakages()) {
		t.Fail()
	}
}

func TestEveryResourceThatIsRemovedIsMissed(t *testing.T) {
	tpl := load(t)
	resources := tpl.Root["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		old := resources[id]
		delete(resources, id)
		if len(flagged(tpl)) == 0 {
			t.Errorf("nobody misses %s", id)
		}
		resources[id] = old
	}
	t.Logf("%d resources", len(resources))
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
