package ledger_test

import (
	"encoding/json"
	"testing"

	"till/shared/ledger"
)

func TestAPostingIsStoredAsItsAccountAndAmount(t *testing.T) {
	p := ledger.Posting{Account: ledger.Tax, Minor: -412}
	text, err := json.Marshal(p)
	if err != nil || string(text) != `{"tax":-412}` {
		t.Fatalf("%s, %v", text, err)
	}
	for _, bad := range []string{`{}`, `{"tax":1,"fees":2}`, `{"tax":"1"}`, `{"tax":1.5}`, `[]`, `null`, `{"tax":9223372036854775808}`} {
		if err := json.Unmarshal([]byte(bad), &p); err == nil {
			t.Errorf("%s is a posting: %+v", bad, p)
		}
	}
}

func FuzzPostingJSON(f *testing.F) {
	f.Add([]byte(`{"tax":-412}`))
	f.Add([]byte(`{"tax":1,"tax":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var p, again ledger.Posting
		if json.Unmarshal(data, &p) != nil {
			return
		}
		text, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &again); err != nil || again != p {
			t.Errorf("%s was read as %+v, and then %+v: %v", data, p, again, err)
		}
	})
}
