package stripesim_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"till/scripts/localcloud/stripesim"
)

// FuzzFaults reads any faults: what is taken is within its limits, may be set, and is written as it was read.
func FuzzFaults(f *testing.F) {
	for _, seed := range []string{`{}`, `null`, `{"api":{"status":503,"rate":0.5}}`, `{"webhooks":{"duplicate":5,"delay":"1m30s"}}`, `{"refunds":"pending"}`,
		`{"api":{"rate":true}}`, `{"api":{"status":418}}`, `{"webhooks":{"delay":"73h"}}`, `{"no":1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var faults stripesim.Faults
		if json.Unmarshal(data, &faults) != nil {
			return
		}
		first, err := json.Marshal(faults)
		if err != nil {
			t.Fatal(err)
		}
		var again stripesim.Faults
		if err := json.Unmarshal(first, &again); err != nil {
			t.Fatalf("%q is written as %q: %v", data, first, err)
		}
		if second, err := json.Marshal(again); err != nil || !bytes.Equal(first, second) {
			t.Fatalf("%q, %q: %v", first, second, err)
		}
		if d := time.Duration(faults.Webhooks.Delay); d < 0 || d > 72*time.Hour || faults.Webhooks.Duplicate < 0 || faults.Webhooks.Duplicate > 100 {
			t.Fatalf("%q was taken", data)
		}
	})
}
