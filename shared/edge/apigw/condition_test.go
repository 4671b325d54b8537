package apigw_test

import (
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func TestConditions(t *testing.T) {
	match := func(value string) apigw.Request { return with("if-match", value) }
	none := func(value string) apigw.Request { return with("If-None-Match", value) }
	tests := []struct {
		name    string
		req     apigw.Request
		version int // 0 is what is not there.
		code    string
	}{
		{"the version that was seen is still there", match(`"7"`), 7, ""},
		{"one of several versions", match(`"6", "7"`), 7, ""},
		{"any version, for who means it", match("*"), 7, ""},
		{"somebody was quicker", match(`"7"`), 8, "precondition_failed"},
		{"what was seen is gone", match(`"7"`), 0, "precondition_failed"},
		{"any version of what is not there", match("*"), 0, "precondition_failed"},
		{"a weak tag matches nothing", match(`W/"7"`), 7, "precondition_failed"},
		{"a tag of somebody else's", match(`"abc"`), 7, "precondition_failed"},
		{"a number written otherwise", match(`"07"`), 7, "precondition_failed"},
		{"a version below all", match(`"0"`), 0, "precondition_failed"},
		{"new where nothing is", none("*"), 0, ""},
		{"new where something is", none("*"), 1, "precondition_failed"},
		{"without a condition where nothing is", with("x", "y"), 0, ""},
		{"without a condition where something is", with("x", "y"), 1, "precondition_required"},
		{"a tag without quotes", match("7"), 7, "condition_invalid"},
		{"a tag that does not end", match(`"7`), 7, "condition_invalid"},
		{"a quote alone", match(`"`), 7, "condition_invalid"},
		{"nothing", match(""), 7, "condition_invalid"},
		{"a comma too many", match(`"7",`), 7, "condition_invalid"},
		{"a space in a tag", match(`"7 "`), 7, "condition_invalid"},
		{"more than anybody sends", match(strings.Repeat(`"7",`, 200) + `"7"`), 7, "condition_invalid"},
		{"new, by a tag", none(`"7"`), 7, "condition_invalid"},
		{"both at once", apigw.Request{Headers: map[string]string{"if-match": "*", "if-none-match": "*"}}, 7, "condition_invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := apigw.ReadCondition(tt.req)
			if err == nil {
				err = c.Requires(tt.version)
			}
			if fault.Code(err) != tt.code || (err != nil) != (tt.code != "") {
				t.Errorf("got %v, want %q", err, tt.code)
			}
			kinds := map[string]fault.Kind{"condition_invalid": fault.Unreadable, "precondition_failed": fault.Stale, "precondition_required": fault.Unconditional}
			if err != nil && !fault.Is(err, kinds[tt.code]) {
				t.Errorf("kind %v", fault.KindOf(err))
			}
		})
	}
}

func TestWithoutAConditionWhatNeedsNoneIsAllowed(t *testing.T) {
	c, err := apigw.ReadCondition(apigw.Request{})
	if err != nil || c.Sent() || c.Allows(3) != nil {
		t.Errorf("got %+v, %v, %v", c, err, c.Allows(3))
	}
}

func TestAnETagIsTakenBack(t *testing.T) {
	resp, err := apigw.Empty(204, apigw.ETag(12))
	if err != nil {
		t.Fatal(err)
	}
	c, err := apigw.ReadCondition(with("if-match", resp.Headers["ETag"]))
	if err != nil || c.Requires(12) != nil || c.Requires(13) == nil {
		t.Errorf("%q: %v", resp.Headers["ETag"], err)
	}
}

func FuzzCondition(f *testing.F) {
	for _, seed := range []string{"", "*", `"7"`, `W/"7"`, `"6","7"`, `"`, `"9223372036854775808"`, "\x00"} {
		f.Add(seed, 7)
	}
	f.Fuzz(func(t *testing.T, header string, version int) {
		c, err := apigw.ReadCondition(with("if-match", header))
		if err != nil {
			if !fault.Is(err, fault.Unreadable) {
				t.Errorf("%q: %v", header, err)
			}
			return
		}
		if err := c.Requires(version); err != nil && !fault.Is(err, fault.Stale) {
			t.Errorf("%q of %d: %v", header, version, err)
		}
	})
}
