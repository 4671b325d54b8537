package templatecheck_test

import (
	"maps"
	"slices"
	"testing"

	"till/shared/settings"
)

func TestEveryFunctionIsToldWhatItReadsAndNothingElse(t *testing.T) {
	tpl, needs := load(t), settings.Needs()
	for _, id := range tpl.Functions() {
		folder := tpl.Folder(id)
		reads := slices.Sorted(slices.Values(needs[folder]))
		told := slices.Sorted(maps.Keys(tpl.Environment(id)))
		for _, name := range told {
			if !slices.Contains(reads, name) {
				t.Errorf("%s is told %s and does not read it", folder, name)
			}
		}
		for _, name := range reads {
			if !slices.Contains(told, name) {
				t.Errorf("%s reads %s and is not told it", folder, name)
			}
		}
		delete(needs, folder)
	}
	for folder := range needs {
		t.Errorf("%s reads settings and is not deployed", folder)
	}
}
