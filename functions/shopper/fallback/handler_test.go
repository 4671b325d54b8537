package fallback_test

import (
	"encoding/json"
	"html"
	"strings"
	"testing"

	"till/scripts/shoptest"
	"till/shared/edge/problem"
	"till/shared/eventfile"
)

var rows = []shoptest.Row{
	{Name: "PUT where orders are created", File: "put-on-a-create-route", Status: 405, Code: "method_not_allowed"},
	{Name: "TRACE", File: "trace", Status: 405, Code: "method_not_allowed"},
	{Name: "DELETE on an order", File: "delete-on-an-order", Status: 405, Code: "method_not_allowed"},
	{Name: "POST on a hold", File: "post-on-a-hold", Status: 405, Code: "method_not_allowed"},
	{Name: "an unknown path", File: "unknown-path", Status: 404, Code: "not_found"},
	{Name: "a path below an order that does not exist", File: "path-too-deep", Status: 404, Code: "not_found"},
	{Name: "a path with an empty part", File: "empty-part", Status: 405, Code: "method_not_allowed"},
	{Name: "the page of a code is only read", File: "post-on-a-page", Status: 405, Code: "method_not_allowed"},
	{Name: "a code that there is not has no page", File: "page-of-no-code", Status: 404, Code: "not_found"},
	{Name: "a card number in an unknown path", File: "card-in-the-path", Status: 422, Code: "card_data_rejected"},
}

func TestWhatNoRouteTakes(t *testing.T) {
	shoptest.Rows(t, "fallback", rows, nil)
	eventfile.AllIn(t, "fallback", append(shoptest.Files(rows), "page-of-a-code", "page-of-all-codes"))
}

func TestEveryCodeHasItsPageWhereAProblemsTypeLeads(t *testing.T) {
	s := shoptest.New(t)
	var refused struct{ Type string }
	if err := json.Unmarshal([]byte(s.Serve(eventfile.Request(t, "fallback", "unknown-path")).Body), &refused); err != nil {
		t.Fatal(err)
	}
	if want := "https://api.shop.example/problems/not_found"; refused.Type != want {
		t.Errorf("a type is %s, want %s", refused.Type, want)
	}
	all := s.Serve(eventfile.Request(t, "fallback", "page-of-all-codes")).Body
	for _, e := range problem.All() {
		req := eventfile.Request(t, "fallback", "page-of-a-code")
		req.RawPath = problem.Path + e.Code
		resp := s.Serve(req)
		if resp.StatusCode != 200 || resp.Headers["Content-Type"] != "text/html; charset=utf-8" ||
			!strings.Contains(resp.Body, html.EscapeString(e.Means)) || !strings.Contains(resp.Body, html.EscapeString(e.Do)) {
			t.Errorf("%s: %d %s", e.Code, resp.StatusCode, resp.Body)
		}
		if !strings.Contains(all, `href="/problems/`+e.Code+`"`) {
			t.Errorf("the list lacks %s", e.Code)
		}
	}
}

func TestAllowListsTheMethodsOfThePath(t *testing.T) {
	s := shoptest.New(t)
	for file, want := range map[string]string{
		"put-on-a-create-route": "POST", "trace": "GET", "delete-on-an-order": "GET, PATCH", "post-on-a-hold": "DELETE, PUT",
	} {
		if got := s.Serve(eventfile.Request(t, "fallback", file)).Headers["Allow"]; got != want {
			t.Errorf("%s: got %q, want %q", file, got, want)
		}
	}
}
