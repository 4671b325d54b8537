package acceptance

import (
	"bytes"
	"encoding/json"
	"slices"
)

// Code is a problem document's; "" if it is none.
func (r Reply) Code() string {
	var p struct {
		Code string `json:"code"`
	}
	if !bytes.Contains(r.Body, []byte(`"code"`)) || json.Unmarshal(r.Body, &p) != nil { // Most answers are none.
		return ""
	}
	return p.Code
}

// Location is where the browser is sent.
func (r Reply) Location() string { return r.Header.Get("Location") }

// Into reads the body, which must be JSON.
func (r Reply) Into(t T, v any) {
	t.Helper()
	if err := json.Unmarshal(r.Body, v); err != nil {
		t.Fatalf("%d %s: %v", r.Status, r.Body, err)
	}
}

// Want ends the scenario unless the answer is of that status and, if given, one of the codes.
func (r Reply) Want(t T, status int, codes ...string) Reply {
	t.Helper()
	if r.Status != status || len(codes) > 0 && !slices.Contains(codes, r.Code()) {
		t.Fatalf("got %d %s, want %d %v", r.Status, r.Body, status, codes)
	}
	return r
}
