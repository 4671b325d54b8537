package machinepaths_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"till/scripts/machinepaths"
	"till/scripts/templatecheck"
	"till/shared/edge/sfntask"
)

// mutant is the definition with one thing changed.
type mutant struct {
	name string
	root map[string]any
}

func (m mutant) text(t *testing.T) []byte {
	t.Helper()
	text, err := json.Marshal(m.root)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func parse(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var root map[string]any
	if err := json.Unmarshal(text, &root); err != nil {
		t.Fatal(err)
	}
	return root
}

// at follows keys of objects and indexes of lists.
func at(v any, where []any) any {
	for _, step := range where {
		switch step := step.(type) {
		case string:
			v = v.(map[string]any)[step]
		case int:
			v = v.([]any)[step]
		}
	}
	return v
}

// workshop makes mutants of one definition.
type workshop struct {
	t    *testing.T
	text []byte
	root map[string]any
	all  []mutant
}

// put makes the mutant that has value at a place; nothing there at all if it is gone.
func (w *workshop) put(where []any, value any) {
	root := parse(w.t, w.text)
	last := len(where) - 1
	switch key := where[last].(type) {
	case string:
		at(root, where[:last]).(map[string]any)[key] = value
		if value == gone {
			delete(at(root, where[:last]).(map[string]any), key)
		}
	case int:
		list := slices.Clone(at(root, where[:last]).([]any))
		list[key] = value
		if value == gone {
			list = slices.Delete(list, key, key+1)
		}
		at(root, where[:last-1]).(map[string]any)[where[last-1].(string)] = list
	}
	name := strings.ReplaceAll(strings.Trim(fmt.Sprint(where), "[]"), " ", ".")
	w.all = append(w.all, mutant{fmt.Sprintf("%s is %v", name, value), root})
}

type missing string

const gone missing = "gone"

// change makes every mutant of what is at a place, and inside.
func (w *workshop) change(where []any) {
	key, _ := where[len(where)-1].(string)
	if slices.Contains([]string{"Comment", "Cause", "QueryLanguage"}, key) {
		return // Said to people, or the default.
	}
	w.put(where, gone)
	switch v := at(w.root, where).(type) {
	case map[string]any:
		for _, inner := range slices.Sorted(maps.Keys(v)) {
			w.change(append(slices.Clone(where), inner))
		}
	case []any:
		for i := range v {
			w.change(append(slices.Clone(where), i))
		}
	case string:
		w.put(where, v+"X")
		if key == "Next" || key == "Default" || key == "StartAt" {
			w.lead(where, v)
		}
	case float64:
		w.put(where, v*2)
		w.put(where, v-1)
		w.put(where, v+1)
	case bool:
		w.put(where, !v)
		w.lead(append(slices.Clone(where[:len(where)-1]), "Next"), "")
	case nil:
		w.put(where, "$.answer")
	}
}

// lead points somewhere else, one by one.
func (w *workshop) lead(where []any, now string) {
	for _, state := range slices.Sorted(maps.Keys(w.root["States"].(map[string]any))) {
		if state != now {
			w.put(where, state)
			m := &w.all[len(w.all)-1]
			delete(at(m.root, where[:len(where)-1]).(map[string]any), "End")
		}
	}
}

func mutants(t *testing.T) []mutant {
	t.Helper()
	text := shipped(t)
	w := &workshop{t: t, text: text, root: parse(t, text)}
	for _, key := range slices.Sorted(maps.Keys(w.root)) {
		w.change([]any{key})
	}
	return w.all
}

// harmless are the changes that nothing can show.
func harmless() map[string]string {
	out := map[string]string{"States.Compensate.Catch.0.ResultPath is $.compensation_errorX": "nobody reads what a failed execution leaves"}
	for _, task := range []string{"Prepare", "RequestShipment", "Complete"} {
		for _, seconds := range []string{"9", "11", "20"} {
			out["States."+task+".Retry.1.MaxDelaySeconds is "+seconds] = "the wait before the fourth and last retry is eight seconds"
		}
	}
	return out
}

// killer says what notices a mutant: what reads definitions, the rules, or a case that leads elsewhere. "" if nothing does.
func killer(t *testing.T, m mutant, cases []machinepaths.Case) string {
	t.Helper()
	d, err := machinepaths.Load(m.text(t), sfntask.Names())
	if err != nil {
		return "loading"
	}
	if len((&templatecheck.Machine{Root: m.root}).Check(sfntask.Names())) > 0 {
		return "rules"
	}
	for _, c := range cases {
		got, trace, err := machinepaths.RunLocal(d, c)
		if err != nil || !cmp.Equal(c.Want, got) || c.Takes != 0 && c.Takes != trace.Took {
			return "cases"
		}
	}
	return ""
}

// TestEveryChangeOfTheDefinitionIsNoticed leads every Next, Default, Catch and StartAt to every other state, takes every field,
// error name, retrier and catcher away, and alters every number and text.
func TestEveryChangeOfTheDefinitionIsNoticed(t *testing.T) {
	all, by, none, cases := mutants(t), map[string]int{}, harmless(), machinepaths.Cases()
	for _, m := range all {
		how := killer(t, m, cases)
		reason, known := none[m.name]
		delete(none, m.name)
		switch {
		case how == "" && !known:
			t.Errorf("survives: %s", m.name)
		case how != "" && known:
			t.Errorf("is noticed by %s, though %s: %s", how, reason, m.name)
		}
		by[how]++
	}
	for name := range none {
		t.Errorf("no such change: %s", name)
	}
	t.Logf("%d changes, noticed by: %v", len(all), by)
}

// places lists where in the definition something stands, of all tasks.
func places(t *testing.T, key string) (out [][]any) {
	t.Helper()
	root := parse(t, shipped(t))
	var walk func(v any, where []any)
	walk = func(v any, where []any) {
		switch v := v.(type) {
		case map[string]any:
			for _, inner := range slices.Sorted(maps.Keys(v)) {
				if here := append(slices.Clone(where), inner); inner == key {
					out = append(out, here)
				} else {
					walk(v[inner], here)
				}
			}
		case []any:
			for i := range v {
				walk(v[i], append(slices.Clone(where), i))
			}
		}
	}
	walk(root, nil)
	return out
}

// TestBothReadersRefuseWhatCannotBeRight breaks the definition wherever it can be broken so. The two know nothing of each other.
func TestBothReadersRefuseWhatCannotBeRight(t *testing.T) {
	text := shipped(t)
	for _, row := range []struct {
		name, key string
		value     any
		places    int
		word      string // of the rules
	}{
		{"it begins nowhere", "StartAt", "Nowhere", 1, "is no state"},
		{"a way leads nowhere", "Next", "Nowhere", 8, "is no state"},
		{"a default leads nowhere", "Default", "Nowhere", 1, "is no state"},
		{"a state is never reached", "Cancelled", map[string]any{"Type": "Succeed"}, 1, "is never reached"},
		{"a task has no time-out", "TimeoutSeconds", gone, 5, "TimeoutSeconds|for ever"},
		{"a task is never tried again", "Retry", gone, 4, "has no Retry"},
		{"a task catches nothing", "Catch", gone, 4, "has no Catch"},
		{"an error has a name that nobody sends", "ErrorEquals", []any{"OrderCanceled"}, 12, "nobody sends"},
		{"an error has no name", "ErrorEquals", []any{}, 12, "names no error"},
	} {
		t.Run(row.name, func(t *testing.T) {
			found := places(t, row.key)
			if len(found) != row.places {
				t.Fatalf("%d places, want %d: %v", len(found), row.places, found)
			}
			for _, where := range found {
				w := &workshop{t: t, text: text, root: parse(t, text)}
				if row.key == "Cancelled" {
					where = []any{"States", "Extra"}
				}
				w.put(where, row.value)
				m := w.all[0]
				// The local cloud runs a machine without a limit of its own too, as AWS does.
				if _, err := machinepaths.Load(m.text(t), sfntask.Names()); err == nil && m.name != "TimeoutSeconds is gone" {
					t.Errorf("%s: the local cloud takes it", m.name)
				}
				said := strings.Join((&templatecheck.Machine{Root: m.root}).Check(sfntask.Names()), "\n")
				if !slices.ContainsFunc(strings.Split(row.word, "|"), func(word string) bool { return strings.Contains(said, word) }) {
					t.Errorf("%s: the rules say %q", m.name, said)
				}
			}
		})
	}
}
