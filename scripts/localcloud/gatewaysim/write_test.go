package gatewaysim_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"till/scripts/localcloud/gatewaysim"
)

// TestObjectsOfAsManyNamesAreNotTakenForOneAnother: the order of names is remembered by kind and number.
func TestObjectsOfAsManyNamesAreNotTakenForOneAnother(t *testing.T) {
	b := newBed(t)
	for round := range 3 {
		for _, kind := range []any{nil, "charge", 7, []any{}} {
			for first := range 4 {
				o := gatewaysim.Object{"object": kind}
				for n := range 11 {
					o[fmt.Sprint("name", (n+first)*7%19)] = n
				}
				want, err := json.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				if got := b.Write(o, ""); string(got) != string(want) {
					t.Fatalf("round %d: wrote %s, want %s", round, got, want)
				}
			}
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	bed := newBed(b)
	o := gatewaysim.Object{"object": "charge"}
	for n := range 44 {
		o[fmt.Sprint("member_number_", n*7%44)] = n
	}
	for b.Loop() {
		bed.Write(o, "")
	}
}
