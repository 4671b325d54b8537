package apigw_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"till/shared/edge/apigw"
	"till/shared/fault"
)

func request() apigw.Request {
	return apigw.Request{RouteKey: "POST /orders", RequestContext: events.APIGatewayV2HTTPRequestContext{RequestID: "r-1"}}
}

func logTo(b *bytes.Buffer) *slog.Logger { return slog.New(slog.NewJSONHandler(b, nil)) }

// fail answers err, and checks what holds for every answer: the headers, one line in the log.
func fail(t *testing.T, err error, options ...apigw.Option) (apigw.Response, map[string]any, string) {
	t.Helper()
	var log bytes.Buffer
	resp, errFail := apigw.Fail(context.Background(), logTo(&log), request(), err, options...)
	if errFail != nil {
		t.Fatal(errFail)
	}
	checkHeaders(t, resp)
	if n := strings.Count(log.String(), "\n"); n != 1 {
		t.Errorf("%d lines in the log:\n%s", n, log.String())
	}
	var problem map[string]any
	if err := json.Unmarshal([]byte(resp.Body), &problem); err != nil {
		t.Fatal(err)
	}
	if resp.Headers["Content-Type"] != "application/problem+json; charset=utf-8" || problem["request_id"] != "r-1" ||
		problem["status"] != float64(resp.StatusCode) || problem["title"] == "" ||
		problem["type"] != fmt.Sprintf("https://till.example/problems/%v", problem["code"]) {
		t.Errorf("not a whole problem document: %v %s", resp.Headers, resp.Body)
	}
	return resp, problem, log.String()
}

func TestAProblemsTypeLeadsToTheHostThatWasAsked(t *testing.T) {
	for name, row := range map[string]struct{ host, scheme, want string }{
		"on AWS":                     {"api.shop.example", "https", "https://api.shop.example/problems/not_found"},
		"on a developer's machine":   {"localhost:8080", "http", "http://localhost:8080/problems/not_found"},
		"with a scheme that is none": {"api.shop.example", "javascript", "https://api.shop.example/problems/not_found"},
		"where no host is known":     {"", "", "https://till.example/problems/not_found"},
	} {
		req := request()
		req.RequestContext.DomainName, req.Headers = row.host, map[string]string{"x-forwarded-proto": row.scheme}
		resp, err := apigw.Fail(t.Context(), slog.New(slog.DiscardHandler), req, fault.New(fault.NotFound, "op", "not_found", ""))
		var problem struct{ Type string }
		if err = errors.Join(err, json.Unmarshal([]byte(resp.Body), &problem)); err != nil || problem.Type != row.want {
			t.Errorf("%s: %s, %v", name, problem.Type, err)
		}
	}
}

func checkHeaders(t *testing.T, resp apigw.Response) {
	t.Helper()
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Strict-Transport-Security": "max-age=63072000; includeSubDomains",
		"Content-Security-Policy":   "default-src 'none'; frame-ancestors 'none'",
	} {
		if resp.Headers[name] != want {
			t.Errorf("%s: got %q", name, resp.Headers[name])
		}
	}
}

func TestFailAnswersEachKindInItsWay(t *testing.T) {
	own := func(k fault.Kind) error { return fault.New(k, "x.Y", "its_code", "Says why.") }
	tests := []struct {
		name   string
		err    error
		status int
		code   string
		level  string
		header string
	}{
		{"a bug shows nothing", own(fault.Internal), 500, "internal_error", "ERROR", ""},
		{"an unclassified error is a bug", errors.New("boom"), 500, "internal_error", "ERROR", ""},
		{"what cannot succeed", own(fault.Invalid), 422, "its_code", "INFO", ""},
		{"what is not there", own(fault.NotFound), 404, "not_found", "INFO", ""},
		{"what the state does not allow", own(fault.Conflict), 409, "its_code", "INFO", ""},
		{"money refused", own(fault.Declined), 422, "its_code", "INFO", ""},
		{"a dependency is down", own(fault.Unavailable), 503, "dependency_unavailable", "WARN", "Retry-After"},
		{"it may have happened", own(fault.Unknown), 503, "dependency_unavailable", "WARN", "Retry-After"},
		{"a deadline", fmt.Errorf("call: %w", context.DeadlineExceeded), 503, "dependency_unavailable", "WARN", "Retry-After"},
		{"what cannot be read", own(fault.Unreadable), 400, "its_code", "INFO", ""},
		{"no credential", own(fault.Unauthorized), 401, "its_code", "INFO", "WWW-Authenticate"},
		{"not allowed", own(fault.Forbidden), 403, "its_code", "INFO", ""},
		{"too large", own(fault.TooLarge), 413, "its_code", "INFO", ""},
		{"another media type", own(fault.UnsupportedMedia), 415, "its_code", "INFO", ""},
		{"another method", own(fault.MethodNotAllowed), 405, "its_code", "INFO", ""},
		{"too many", own(fault.TooMany), 429, "its_code", "INFO", "Retry-After"},
		{"about another version", own(fault.Stale), 412, "its_code", "INFO", ""},
		{"about no version", own(fault.Unconditional), 428, "its_code", "INFO", ""},
		{"a code of its own is not needed", fault.New(fault.Forbidden, "x", "", ""), 403, "forbidden", "INFO", ""},
		{"a kind nobody knows", fault.New(fault.Kind(99), "x", "", ""), 500, "internal_error", "ERROR", ""},
		{"a kind below all", fault.New(fault.Kind(-1), "x", "", ""), 500, "internal_error", "ERROR", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, problem, log := fail(t, tt.err)
			if resp.StatusCode != tt.status || problem["code"] != tt.code || !strings.Contains(log, `"level":"`+tt.level+`"`) {
				t.Errorf("got %d %s, log %s", resp.StatusCode, resp.Body, log)
			}
			if tt.header != "" && resp.Headers[tt.header] == "" {
				t.Errorf("no %s", tt.header)
			}
			if tt.code != "its_code" && problem["errors"] != nil && tt.status != 403 {
				t.Errorf("shows %v", problem["errors"])
			}
		})
	}
}

func TestEveryKindHasItsAnswer(t *testing.T) {
	seen := map[fault.Kind]bool{}
	for k := fault.Internal; k == fault.Internal || k.String() != "internal"; k++ {
		seen[k] = true
		resp, _, _ := fail(t, fault.New(k, "x", "", ""))
		if (resp.StatusCode == http.StatusInternalServerError) != (k == fault.Internal) {
			t.Errorf("%v: %d", k, resp.StatusCode)
		}
	}
	if len(seen) < 14 {
		t.Errorf("only %d kinds were tried", len(seen))
	}
}

func TestFailListsFaultsWithTheirPlaces(t *testing.T) {
	at := func(code, at string) error {
		return &fault.Error{Kind: fault.Invalid, Op: "x", Code: code, At: at, Msg: "Must be right."}
	}
	tests := []struct {
		name, code, list string
		err              error
	}{
		{"one code", "sku_unknown", `[{"code":"sku_unknown","detail":"Must be right.","pointer":"#/lines/0/sku"},{"code":"sku_unknown","detail":"Must be right.","pointer":"#/lines/1/sku"}]`,
			errors.Join(at("sku_unknown", "#/lines/0/sku"), at("sku_unknown", "#/lines/1/sku"))},
		{"several codes", "validation_failed", `[{"code":"quantity_invalid","detail":"Must be right.","pointer":"#/a"},{"code":"email_invalid","detail":"Must be right.","pointer":"#/b"}]`,
			errors.Join(at("quantity_invalid", "#/a"), at("email_invalid", "#/b"))},
		{"a place is named once, by what was found first", "type_invalid", `[{"code":"type_invalid","detail":"Must be right.","pointer":"#/a"}]`,
			errors.Join(at("type_invalid", "#/a"), at("email_invalid", "#/a"))},
		{"a header", "x", `[{"code":"x","detail":"Must be right.","header":"Idempotency-Key"}]`, at("x", "Idempotency-Key")},
		{"a parameter", "x", `[{"code":"x","detail":"Must be right.","parameter":"next"}]`, at("x", "?next")},
		{"card data hides other faults", "card_data_rejected", `[{"code":"card_data_rejected","detail":"Must be right.","pointer":"#/b"}]`,
			errors.Join(at("email_invalid", "#/a"), at("card_data_rejected", "#/b"))},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, problem, _ := fail(t, tt.err)
			list, err := json.Marshal(problem["errors"])
			if err != nil || string(list) != tt.list || problem["code"] != tt.code {
				t.Errorf("got %v %s, %v", problem["code"], list, err)
			}
		})
	}
}

func TestFailTakesTheWorstOfJoinedKinds(t *testing.T) {
	resp, problem, _ := fail(t, errors.Join(fault.New(fault.Invalid, "x", "email_invalid", ""), fault.New(fault.Unavailable, "y", "z", "")))
	if resp.StatusCode != 503 || problem["errors"] != nil {
		t.Errorf("got %d %s", resp.StatusCode, resp.Body)
	}
}

func TestFailKeepsCausesOfStrangersOutOfTheLog(t *testing.T) {
	const canary = "ada@example.com"
	for k := fault.Invalid; k.String() != "internal"; k++ {
		resp, _, log := fail(t, &fault.Error{Kind: k, Op: "x", Code: "c", Msg: "", Err: errors.New(canary)})
		if strings.Contains(resp.Body, canary) {
			t.Errorf("%v: shown: %s", k, resp.Body)
		}
		if resp.StatusCode < 500 && strings.Contains(log, canary) {
			t.Errorf("%v: logged: %s", k, log)
		}
	}
	resp, _, log := fail(t, errors.New("table gone"))
	if strings.Contains(resp.Body, "table gone") || !strings.Contains(log, "table gone") {
		t.Errorf("our own cause: %s, %s", resp.Body, log)
	}
}

func TestOptions(t *testing.T) {
	resp, problem, _ := fail(t, fault.New(fault.Conflict, "x", "price_changed", ""), apigw.Member("quote", map[string]int{"total": 5}),
		apigw.Member("status", 200), apigw.RetryAfter(1500*time.Millisecond))
	if resp.StatusCode != 409 || problem["quote"].(map[string]any)["total"] != float64(5) || resp.Headers["Retry-After"] != "2" {
		t.Errorf("got %d %v %s", resp.StatusCode, resp.Headers, resp.Body)
	}
	resp, _, _ = fail(t, fault.New(fault.MethodNotAllowed, "x", "method_not_allowed", ""), apigw.Allow("GET", "POST"))
	if resp.Headers["Allow"] != "GET, POST" {
		t.Errorf("Allow: %q", resp.Headers["Allow"])
	}
	resp, _, log := fail(t, fault.New(fault.Conflict, "x", "c", ""), apigw.Member("quote", math.Inf(1)))
	if resp.StatusCode != 500 || !strings.Contains(log, `"level":"ERROR"`) {
		t.Errorf("a member that is no JSON: %d, %s", resp.StatusCode, log)
	}
}

func TestJSONEmptyAndRedirect(t *testing.T) {
	resp, err := apigw.JSON(201, map[string]string{"id": "ord_1"}, apigw.Location("/orders/ord_1"))
	if err != nil || resp.StatusCode != 201 || resp.Body != `{"id":"ord_1"}` || resp.Headers["Location"] != "/orders/ord_1" ||
		resp.Headers["Content-Type"] != "application/json; charset=utf-8" {
		t.Errorf("got %+v, %v", resp, err)
	}
	checkHeaders(t, resp)
	if _, err = apigw.JSON(200, math.NaN()); !fault.Is(err, fault.Internal) {
		t.Errorf("a value that is no JSON: %v", err)
	}
	resp, err = apigw.Empty(204)
	if err != nil || resp.StatusCode != 204 || resp.Body != "" {
		t.Errorf("got %+v, %v", resp, err)
	}
	checkHeaders(t, resp)
	resp, err = apigw.Redirect303("https://shop.example/thanks?a=b")
	if err != nil || resp.StatusCode != 303 || resp.Headers["Location"] != "https://shop.example/thanks?a=b" {
		t.Errorf("got %+v, %v", resp, err)
	}
	checkHeaders(t, resp)
	for _, bad := range []string{"", "https://shop.example/\r\nX: y", "https://shop.example/é"} {
		if _, err := apigw.Redirect303(bad); !fault.Is(err, fault.Internal) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestServe(t *testing.T) {
	refuse := func(apigw.Request) error { return fault.New(fault.Forbidden, "x", "origin_not_allowed", "") }
	pass := func(apigw.Request) error { return nil }
	answers := func(resp apigw.Response, err error) apigw.Func {
		return func(context.Context, apigw.Request) (apigw.Response, error) { return resp, err }
	}
	const canary = "ada@example.com"
	tests := []struct {
		name   string
		f      apigw.Func
		check  apigw.Check
		status int
		log    string
	}{
		{"an answer passes", answers(apigw.Response{StatusCode: 200}, nil), pass, 200, ""},
		{"a check refuses", answers(apigw.Response{StatusCode: 200}, nil), refuse, 403, "request_failed"},
		{"an error becomes an answer", answers(apigw.Response{}, fault.New(fault.Conflict, "x", "c", "")), pass, 409, "request_failed"},
		{"a panic becomes an answer", func(context.Context, apigw.Request) (apigw.Response, error) { panic(canary) }, pass, 500, "request_panicked"},
		{"a panic with nil", func(context.Context, apigw.Request) (apigw.Response, error) { panic(nil) }, pass, 500, "request_panicked"},
		{"an index out of range", func(_ context.Context, r apigw.Request) (apigw.Response, error) {
			return apigw.Response{Body: r.Cookies[0]}, nil
		}, pass, 500, "index out of range"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var log bytes.Buffer
			resp, err := apigw.Serve(logTo(&log), time.Now, tt.f, pass, tt.check)(context.Background(), request())
			if err != nil || resp.StatusCode != tt.status {
				t.Errorf("got %d %s, %v", resp.StatusCode, resp.Body, err)
			}
			checkHeaders(t, resp)
			if !strings.Contains(log.String(), tt.log) || (tt.log == "") != (log.Len() == 0) || strings.Contains(log.String()+resp.Body, canary) {
				t.Errorf("log: %s, body: %s", log.String(), resp.Body)
			}
			if strings.HasPrefix(tt.log, "request_panicked") && !strings.Contains(log.String(), "fail_test.go") {
				t.Errorf("the log does not say where: %s", log.String())
			}
		})
	}
}
