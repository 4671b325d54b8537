package templatecheck_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"till/scripts/templatecheck"
	"till/shared/edge/sfntask"
)

const machinePath = "../../infra/fulfillment.asl.json"

func machine(t *testing.T) *templatecheck.Machine {
	t.Helper()
	m, err := templatecheck.LoadMachine(machinePath)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// write puts content into a file of its own.
func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMachineKeepsEveryRule(t *testing.T) {
	for _, each := range machine(t).Check(sfntask.Names()) {
		t.Error(each)
	}
}

func TestMachineWantsWhatTheTemplateGives(t *testing.T) {
	given, _ := load(t).Resource("Fulfillment")["DefinitionSubstitutions"].(map[string]any)
	names := make([]string, 0, len(given))
	for name := range given {
		names = append(names, name)
	}
	slices.Sort(names)
	if want := machine(t).Substitutions(); !slices.Equal(names, want) {
		t.Errorf("template gives %v, machine wants %v", names, want)
	}
}

// state gives a state, for breaking.
func state(root map[string]any, name string) map[string]any {
	return templatecheck.At(root, "States", name).(map[string]any)
}

func TestEveryBrokenMachineIsFlagged(t *testing.T) {
	first := func(root map[string]any, name, key string) map[string]any {
		return state(root, name)[key].([]any)[0].(map[string]any)
	}
	rows := map[string]struct {
		hurt func(map[string]any)
		word string
	}{
		"a state leads nowhere":               {func(r map[string]any) { state(r, "Prepare")["Next"] = "Ship" }, "is no state"},
		"a catch leads nowhere":               {func(r map[string]any) { first(r, "Prepare", "Catch")["Next"] = "Nowhere" }, "is no state"},
		"a choice leads nowhere":              {func(r map[string]any) { first(r, "WasCancelled", "Choices")["Next"] = "Gone" }, "is no state"},
		"a state is never reached":            {func(r map[string]any) { state(r, "Prepare")["Next"] = "Complete" }, "never reached"},
		"a choice has no default":             {func(r map[string]any) { delete(state(r, "WasCancelled"), "Default") }, "no Default"},
		"a state neither ends nor goes on":    {func(r map[string]any) { delete(state(r, "Complete"), "End") }, "Next and End"},
		"a state ends and goes on":            {func(r map[string]any) { state(r, "Prepare")["End"] = true }, "Next and End"},
		"a task has no timeout":               {func(r map[string]any) { delete(state(r, "Prepare"), "TimeoutSeconds") }, "TimeoutSeconds"},
		"a quick task waits for hours":        {func(r map[string]any) { state(r, "Prepare")["TimeoutSeconds"] = 7200.0 }, "TimeoutSeconds"},
		"waiting outlives the machine":        {func(r map[string]any) { state(r, "RequestShipment")["TimeoutSeconds"] = 9e9 }, "TimeoutSeconds"},
		"the machine runs for ever":           {func(r map[string]any) { delete(r, "TimeoutSeconds") }, "for ever"},
		"a task is never retried":             {func(r map[string]any) { delete(state(r, "Prepare"), "Retry") }, "no Retry"},
		"a task retries everything":           {func(r map[string]any) { first(r, "Prepare", "Retry")["ErrorEquals"] = []any{"States.ALL"} }, "does not name"},
		"retries come all at once":            {func(r map[string]any) { delete(first(r, "Prepare", "Retry"), "JitterStrategy") }, "jitter"},
		"a wait between retries has no bound": {func(r map[string]any) { delete(first(r, "Prepare", "Retry"), "MaxDelaySeconds") }, "jitter"},
		"an error is misspelt":                {func(r map[string]any) { first(r, "Prepare", "Retry")["ErrorEquals"] = []any{"DependencyUnavailible"} }, "nobody sends"},
		"a retrier names no error":            {func(r map[string]any) { first(r, "Prepare", "Retry")["ErrorEquals"] = []any{} }, "names no error"},
		"the machine begins nowhere":          {func(r map[string]any) { r["StartAt"] = "Begin" }, "is no state"},
		"a failure goes on":                   {func(r map[string]any) { state(r, "FulfillmentFailed")["Next"] = "Cancelled" }, "Next and End"},
		"an error is caught behind all others": {func(r map[string]any) {
			s := state(r, "Prepare")
			s["Catch"] = append(s["Catch"].([]any), map[string]any{"ErrorEquals": []any{"OrderCancelled"}, "ResultPath": "$.error", "Next": "Compensate"})
		}, "catch everything, last"},
		"a task catches nothing":        {func(r map[string]any) { delete(state(r, "Prepare"), "Catch") }, "no Catch"},
		"a task catches one error only": {func(r map[string]any) { first(r, "Prepare", "Catch")["ErrorEquals"] = []any{"OrderCancelled"} }, "is not caught"},
		"a catch loses the order's id":  {func(r map[string]any) { delete(first(r, "Prepare", "Catch"), "ResultPath") }, "loses its input"},
		"a task's answer is kept":       {func(r map[string]any) { delete(state(r, "Complete"), "ResultPath") }, "keeps a task's answer"},
		"a task is sent the whole input": {func(r map[string]any) {
			state(r, "Complete")["Parameters"].(map[string]any)["Payload"] = map[string]any{"all.$": "$"}
		}, "is no id"},
		"the golden path is long": {func(r map[string]any) {
			state(r, "Complete")["Next"] = "Extra"
			delete(state(r, "Complete"), "End")
			r["States"].(map[string]any)["Extra"] = map[string]any{"Type": "Pass", "Next": "More"}
			r["States"].(map[string]any)["More"] = map[string]any{"Type": "Pass", "End": true}
		}, "golden path"},
	}
	seen := 0
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			m := machine(t)
			row.hurt(m.Root)
			if got := m.Check(sfntask.Names()); !hasWord(got, row.word) {
				t.Fatalf("not seen; said %q", got)
			}
			seen++
		})
	}
	t.Logf("%d of %d broken machines flagged", seen, len(rows))
}

func TestAnErrorThatOurTasksDoNotSendIsFlagged(t *testing.T) {
	if got := machine(t).Check([]string{"OrderCancelled"}); !hasWord(got, "DependencyUnavailable is an error that nobody sends") {
		t.Errorf("not seen; said %q", got)
	}
}

func TestLoadMachineRefusesWhatIsNoMachine(t *testing.T) {
	for name, content := range map[string]string{"no JSON": "{", "no states": `{"StartAt":"A"}`} {
		if _, err := templatecheck.LoadMachine(write(t, content)); err == nil {
			t.Errorf("%s: was taken", name)
		}
	}
	if _, err := templatecheck.LoadMachine(t.TempDir() + "/nothing"); err == nil {
		t.Error("a missing file was taken")
	}
}
