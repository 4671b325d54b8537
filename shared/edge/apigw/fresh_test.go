package apigw_test

import (
	"math"
	"net/http"
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func TestFresh(t *testing.T) {
	value := map[string]string{"sku": "mug-blue"}
	first, err := apigw.Fresh(apigw.Request{}, value)
	tag := first.Headers["ETag"]
	if err != nil || first.StatusCode != http.StatusOK || first.Body != `{"sku":"mug-blue"}` || len(tag) != 18 {
		t.Fatalf("%+v, %v", first, err)
	}
	for _, tt := range []struct {
		name, sent string
		status     int
	}{
		{"what the caller has", tag, http.StatusNotModified},
		{"what the caller has, weakly", "W/" + tag, http.StatusNotModified},
		{"among others", `"a", ` + tag + `,"b"`, http.StatusNotModified},
		{"whatever there is", "*", http.StatusNotModified},
		{"something else", `"other"`, http.StatusOK},
		{"without quotes", strings.Trim(tag, `"`), http.StatusOK},
		{"nothing", "", http.StatusOK},
		{"more than anybody sends", strings.Repeat(`"a",`, 2000) + tag, http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			resp, err := apigw.Fresh(with("If-None-Match", tt.sent), value)
			if err != nil || resp.StatusCode != tt.status || resp.Headers["ETag"] != tag || (resp.Body == "") != (tt.status == http.StatusNotModified) {
				t.Errorf("%+v, %v", resp, err)
			}
		})
	}
	if other, err := apigw.Fresh(apigw.Request{}, map[string]string{"sku": "mug-red"}); err != nil || other.Headers["ETag"] == tag {
		t.Errorf("another value has the same tag: %v", err)
	}
	if _, err := apigw.Fresh(apigw.Request{}, math.NaN()); !fault.Is(err, fault.Internal) {
		t.Errorf("what is no JSON: %v", err)
	}
}

func FuzzFresh(f *testing.F) {
	f.Add("*")
	f.Add(`W/"a","b"`)
	f.Fuzz(func(t *testing.T, sent string) {
		resp, err := apigw.Fresh(with("If-None-Match", sent), 1)
		if err != nil || resp.StatusCode != http.StatusOK && resp.StatusCode != http.StatusNotModified {
			t.Fatalf("%q: %+v, %v", sent, resp, err)
		}
		if resp.StatusCode == http.StatusNotModified && !strings.Contains(sent, "*") && !strings.Contains(sent, resp.Headers["ETag"]) {
			t.Fatalf("%q was taken for %s", sent, resp.Headers["ETag"])
		}
	})
}
