package machinepaths_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/scripts/localcloud/asl"
	"till/scripts/machinepaths"
	"till/shared/edge/sfntask"
)

const definitionPath = "../../infra/fulfillment.asl.json"

// shipped is the definition as it is shipped.
func shipped(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(definitionPath)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func loaded(t *testing.T, definition []byte) *asl.Definition {
	t.Helper()
	d, err := machinepaths.Load(definition, sfntask.Names())
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestEveryCaseTakesItsPathInProcess(t *testing.T) {
	d := loaded(t, shipped(t))
	for _, c := range machinepaths.Cases() {
		t.Run(c.Name, func(t *testing.T) {
			got, trace, err := machinepaths.RunLocal(d, c)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.Want, got); diff != "" {
				t.Error(diff)
			}
			if c.Takes != 0 && c.Takes != trace.Took {
				t.Errorf("takes %s, want %s", trace.Took, c.Takes)
			}
		})
	}
}

// missed lists the points of a definition that no case enters.
func missed(t *testing.T, definition []byte) []string {
	t.Helper()
	want, err := machinepaths.Points(definition)
	if err != nil {
		t.Fatal(err)
	}
	d, entered := loaded(t, definition), map[string]bool{}
	for _, c := range machinepaths.Cases() {
		_, trace, err := machinepaths.RunLocal(d, c)
		if err != nil {
			t.Fatal(err)
		}
		for _, point := range trace.Points {
			entered[point] = true
		}
	}
	return slices.DeleteFunc(want, func(point string) bool { return entered[point] })
}

func TestCasesEnterEverythingThereIs(t *testing.T) {
	points, err := machinepaths.Points(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d cases, %d points", len(machinepaths.Cases()), len(points))
	for _, point := range missed(t, shipped(t)) {
		t.Errorf("no case enters %s", point)
	}
}

func TestWhatNoCaseEntersIsSeen(t *testing.T) {
	const choice = `"Variable": "$.error.Error",`
	for _, row := range []struct{ name, old, change, want string }{
		{
			"a new state", `"Choices": [`, `"Choices": [{` + choice + `"StringEquals": "Odd", "Next": "Extra"},`, "Extra",
		},
		{"a new choice", `"Choices": [`, `"Choices": [{` + choice + `"StringEquals": "Odd", "Next": "Cancelled"},`, "WasCancelled.Choices[0]"},
		{"a new catcher", `"Catch": [`, `"Catch": [{"ErrorEquals": ["States.Permissions"], "ResultPath": "$.error", "Next": "Compensate"},`, ".Catch[0]"},
		{"a new name", `["OrderConflict"]`, `["OrderConflict", "States.Permissions"]`, "Retry[1] States.Permissions"},
		{"a heartbeat", `"TimeoutSeconds": 2592000,`, `"TimeoutSeconds": 2592000, "HeartbeatSeconds": 2591999,`, "RequestShipment.Timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := strings.Replace(string(shipped(t)), row.old, row.change, 1)
			text = strings.Replace(text, `"Cancelled": {`, `"Extra": {"Type": "Succeed"}, "Cancelled": {`, strings.Count(row.change, "Extra"))
			if got := missed(t, []byte(text)); !slices.ContainsFunc(got, func(point string) bool { return strings.Contains(point, row.want) }) {
				t.Errorf("not seen; missed %q", got)
			}
		})
	}
}

func TestNamesOfCasesAreTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range machinepaths.Cases() {
		if seen[c.Name] || c.Name == "" {
			t.Errorf("%q twice", c.Name)
		}
		seen[c.Name] = true
	}
}

func TestEveryErrorOfOurTasksIsRaisedInEveryTask(t *testing.T) {
	raised := map[string]bool{}
	for _, c := range machinepaths.Cases() {
		for task, calls := range c.Tasks {
			for _, call := range calls {
				raised[task+" "+call.Error] = true
			}
		}
	}
	for _, task := range machinepaths.Tasks() {
		for _, name := range sfntask.Names() {
			if !raised[task+" "+name] {
				t.Errorf("%s never raises %s", task, name)
			}
		}
	}
}

func TestARunSeesWhatATaskMustNotGet(t *testing.T) {
	for name, row := range map[string]struct{ old, change, want string }{
		"more than the ids":            {`"try.$": "$.try"`, `"try.$": "$.try", "all.$": "$"`, "is called with"},
		"another function":             {"${PrepareArn}", "${CompleteArn}", "calls the function of Complete"},
		"a token that is none":         {`"$$.Task.Token"`, `"$$.State.RetryCount"`, "is called without a token"},
		"an output with what was said": {`"ResultPath": null`, `"ResultPath": "$.kept"`, "the output has"},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(string(shipped(t)), row.old, row.change, 1)
			got, _, err := machinepaths.RunLocal(loaded(t, []byte(text)), machinepaths.Case{})
			if err != nil || !strings.Contains(strings.Join(got.Wrong, "\n"), row.want) {
				t.Errorf("%v %q", err, got.Wrong)
			}
		})
	}
}

func TestADefinitionThatCannotBeReadHasNoPoints(t *testing.T) {
	if _, err := machinepaths.Points([]byte("{")); err == nil {
		t.Error("was taken")
	}
}

func TestDifferencesAreOfCases(t *testing.T) {
	cases, names := map[string]machinepaths.Case{}, map[string]bool{}
	for _, c := range machinepaths.Cases() {
		cases[c.Name] = c
	}
	for _, d := range machinepaths.MiniStack() {
		if d.Name == "" || d.Reason == "" || names[d.Name] {
			t.Errorf("%q has no name of its own, or no reason", d.Name)
		}
		names[d.Name] = true
		for name, instead := range d.Cases {
			if c, there := cases[name]; !there || cmp.Equal(c.Want, instead) {
				t.Errorf("%s: %q is no case, or no difference", d.Name, name)
			}
			delete(cases, name) // Of one difference only.
		}
	}
}
