package apitest_test

import (
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/edge/apitest"
	"till/shared/fault"
)

// refused is the answer for an error.
func refused(t *testing.T, req apigw.Request, kind fault.Kind, code string) apigw.Response {
	t.Helper()
	resp, err := apigw.Fail(t.Context(), slog.New(slog.DiscardHandler), req, fault.New(kind, "apitest", code, ""))
	if err != nil {
		t.Fatal(err)
	}
	return resp
}

// stock is a request and answer that are as promised.
func stock() (apigw.Request, apigw.Response) {
	req := apigw.Request{
		RouteKey: "PUT /staff/stock/{sku}", RawPath: "/staff/stock/mug-blue", PathParameters: map[string]string{"sku": "mug-blue"},
		Headers: map[string]string{"content-type": "application/json"}, Body: `{"on_hand":50}`,
	}
	req.RequestContext.HTTP.Method = http.MethodPut
	resp, _ := apigw.JSON(http.StatusOK, map[string]any{"sku": "mug-blue", "on_hand": 50, "free": 50, "reserved": 0, "sold": 0})
	return req, resp
}

func with(body string, change func(map[string]any)) string {
	members := map[string]any{}
	_ = json.Unmarshal([]byte(body), &members)
	change(members)
	out, _ := json.Marshal(members)
	return string(out)
}

func TestWhatIsAsPromisedPasses(t *testing.T) {
	req, resp := stock()
	apitest.Check(t, req, resp)
	apitest.Check(t, req, refused(t, req, fault.NotFound, "not_found"))
}

func TestWhatIsNotPromisedFails(t *testing.T) {
	for _, row := range []struct {
		name  string
		spoil func(*apigw.Request, *apigw.Response)
	}{
		{"a route that the contract does not have", func(q *apigw.Request, _ *apigw.Response) { q.RouteKey = "PUT /staff/stocks/{sku}" }},
		{"a method that the route does not have", func(q *apigw.Request, _ *apigw.Response) { q.RequestContext.HTTP.Method = http.MethodPost }},
		{"a path that is not the route's", func(q *apigw.Request, _ *apigw.Response) { q.RawPath = "/staff/products/mug-blue" }},
		{"a status that is not listed", func(_ *apigw.Request, r *apigw.Response) { r.StatusCode = http.StatusAccepted }},
		{"a member that is not listed", func(_ *apigw.Request, r *apigw.Response) {
			r.Body = with(r.Body, func(m map[string]any) { m["color"] = "blue" })
		}},
		{"a member that is missing", func(_ *apigw.Request, r *apigw.Response) {
			r.Body = with(r.Body, func(m map[string]any) { delete(m, "sold") })
		}},
		{"a member that is null", func(_ *apigw.Request, r *apigw.Response) {
			r.Body = with(r.Body, func(m map[string]any) { m["sold"] = nil })
		}},
		{"a header that is not listed", func(_ *apigw.Request, r *apigw.Response) { r.Headers["Location"] = "/" }},
		{"a security header that is missing", func(_ *apigw.Request, r *apigw.Response) { delete(r.Headers, "Cache-Control") }},
		{"a security header of another value", func(_ *apigw.Request, r *apigw.Response) { r.Headers["Cache-Control"] = "max-age=60" }},
		{"another media type", func(_ *apigw.Request, r *apigw.Response) { r.Headers["Content-Type"] = "text/plain" }},
		{"no body", func(_ *apigw.Request, r *apigw.Response) { r.Body = "" }},
		{"success for a request that is not allowed", func(q *apigw.Request, _ *apigw.Response) { q.Body = `{"on_hand":50,"sold":1}` }},
	} {
		t.Run(row.name, func(t *testing.T) {
			req, resp := stock()
			resp.Headers = maps.Clone(resp.Headers)
			row.spoil(&req, &resp)
			if apitest.Verify(t.Context(), req, resp) == nil {
				t.Error("it passes")
			}
		})
	}
}

func TestAProblemWithACodeThatItsRouteDoesNotListFails(t *testing.T) {
	req, _ := stock()
	resp := refused(t, req, fault.Conflict, "out_of_stock")
	if apitest.Verify(t.Context(), req, resp) == nil {
		t.Error("it passes")
	}
}

func TestAnErrorOfAFunctionInTheShapeOfAPIGatewayFails(t *testing.T) {
	req, resp := stock()
	resp.StatusCode, resp.Body = http.StatusInternalServerError, `{"message":"Internal Server Error"}`
	if apitest.Verify(t.Context(), req, resp) == nil {
		t.Error("it passes")
	}
}

func TestEveryProblemListsItsCodesAndEveryCodeIsKnown(t *testing.T) {
	doc, err := apitest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	known, used := doc.Components.Schemas["Code"].Value.Enum, map[any]bool{}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			for status, resp := range op.Responses.Map() {
				codes, problem := apitest.Codes(resp.Value)
				if problem && len(codes) == 0 {
					t.Errorf("%s %s %s lists no codes", method, path, status)
				}
				for _, code := range codes {
					used[code] = true
					if !slices.Contains(known, code) {
						t.Errorf("%s %s %s: %v is not in Code", method, path, status, code)
					}
				}
			}
		}
	}
	for _, code := range known {
		if !used[code] && code != "method_not_allowed" {
			t.Errorf("%v is in Code and no answer has it", code)
		}
	}
}
