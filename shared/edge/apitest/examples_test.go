package apitest_test

import (
	"context"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"till/shared/edge/apigw"
	"till/shared/edge/apitest"
	"till/shared/fault"
)

// titles asks the functions' own answers for the title of a status or code.
func titles(t *testing.T) func(int, string) string {
	t.Helper()
	known := map[int]string{}
	for kind := range fault.Kind(32) {
		if kind == fault.Declined {
			continue
		}
		status, title := titled(t, kind, "")
		if known[status] == "" {
			known[status] = title
		}
	}
	_, declined := titled(t, fault.Declined, "declined")
	return func(status int, code string) string {
		if code == "declined" {
			return declined
		}
		return known[status]
	}
}

func titled(t *testing.T, kind fault.Kind, code string) (status int, title string) {
	t.Helper()
	resp := refused(t, apigw.Request{}, kind, code)
	var p struct{ Title string }
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, p.Title
}

func TestEveryBodyHasAnExampleThatIsAsAnswered(t *testing.T) {
	doc, err := apitest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	if err := apitest.Examples(doc, titles(t)); err != nil {
		t.Error(err)
	}
	operations := 0
	for _, item := range doc.Paths.Map() {
		operations += len(item.Operations())
	}
	if operations < 46 {
		t.Errorf("the contract has %d operations", operations)
	}
}

// own is a contract that a test may spoil.
func own(t *testing.T) *openapi3.T {
	t.Helper()
	text, err := os.ReadFile(apitest.Path())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestExamplesThatAreMissingOrWrongAreFound(t *testing.T) {
	const refusal = "application/problem+json"
	place := func(doc *openapi3.T) *openapi3.Operation { return doc.Paths.Value("/orders").Post }
	answer := func(doc *openapi3.T, status int, media string) *openapi3.MediaType {
		return place(doc).Responses.Status(status).Value.Content[media]
	}
	problem := func(doc *openapi3.T) map[string]any {
		return answer(doc, 422, refusal).Example.(map[string]any)
	}
	for _, row := range []struct {
		name, want string
		spoil      func(*openapi3.T)
	}{
		{"a request without one", "POST /orders, request, application/json: there is no example",
			func(doc *openapi3.T) { place(doc).RequestBody.Value.Content["application/json"].Example = nil }},
		{"a success without one", "POST /orders, 201, application/json: there is no example",
			func(doc *openapi3.T) { answer(doc, 201, "application/json").Example = nil }},
		{"a refusal without one", "POST /orders, 422, application/problem+json: there is no example",
			func(doc *openapi3.T) { answer(doc, 422, refusal).Example = nil }},
		{"a shared refusal without one", "NotFound, application/problem+json: there is no example",
			func(doc *openapi3.T) { doc.Components.Responses["NotFound"].Value.Content[refusal].Example = nil }},
		{"a request with a member that is not known", "POST /orders, request",
			func(doc *openapi3.T) {
				place(doc).RequestBody.Value.Content["application/json"].Example.(map[string]any)["color"] = "blue"
			}},
		{"an answer without a member", "POST /orders, 201",
			func(doc *openapi3.T) {
				delete(answer(doc, 201, "application/json").Example.(map[string]any), "order")
			}},
		{"one of several", "out_of_stock", func(doc *openapi3.T) {
			answer(doc, 409, refusal).Examples["out_of_stock"].Value.Value.(map[string]any)["code"] = "price_changed"
		}},
		{"a problem of another type", "is not that of", func(doc *openapi3.T) { problem(doc)["type"] = "https://till.example/problems/not_found" }},
		{"a problem of another status", "is not the answer's", func(doc *openapi3.T) { problem(doc)["status"] = 409 }},
		{"a problem with another title", "is told as", func(doc *openapi3.T) { problem(doc)["title"] = "No" }},
		{"a problem whose code is not listed", "POST /orders, 422", func(doc *openapi3.T) {
			problem(doc)["code"], problem(doc)["type"] = "stock_reserved", "https://till.example/problems/stock_reserved"
		}},
		{"a problem whose errors have one code", "its errors have", func(doc *openapi3.T) {
			problem(doc)["errors"] = problem(doc)["errors"].([]any)[:1]
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			doc := own(t)
			row.spoil(doc)
			if err := apitest.Examples(doc, titles(t)); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("found %v, not %q", err, row.want)
			}
		})
	}
}

// TestEveryOperationIsNamedOnce: clients are made from the names.
func TestEveryOperationIsNamedOnceAndTheWholeIsOpenAPI(t *testing.T) {
	doc, err := apitest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(doc.Paths.Map())) {
		for method, op := range doc.Paths.Value(path).Operations() {
			at := method + " " + path
			if op.OperationID == "" || op.Summary == "" || len(op.Tags) != 1 || doc.Tags.Get(op.Tags[0]) == nil {
				t.Errorf("%s: operationId %q, summary %q, tags %v", at, op.OperationID, op.Summary, op.Tags)
			}
			if seen[op.OperationID] != "" {
				t.Errorf("%s and %s are both %s", at, seen[op.OperationID], op.OperationID)
			}
			seen[op.OperationID] = at
		}
	}
	if err := own(t).Validate(context.Background()); err != nil {
		t.Error(err)
	}
}
