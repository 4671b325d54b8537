package shoptest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"till/shared/edge/apigw"
	"till/shared/eventfile"
)

// Row is one event of the HTTP API and what it is answered.
type Row struct {
	Name   string // A sentence of behaviour.
	File   string // events/FUNCTION/FILE.json.
	Status int
	Code   string   // Of the problem; "" for a success.
	At     []string // Where each error is: a pointer, a header or a parameter.
}

// Roles are the rows of a staff route about who may use it: those roles, who are answered with status, and nobody else of
// those whom events/FUNCTION has a file of.
func Roles(status int, may ...string) []Row {
	var rows []Row
	for _, role := range [...]string{"viewer", "packer", "manager", "admin"} {
		row := Row{Name: "the role " + role + " may not", File: "as-" + role, Status: 403, Code: "forbidden"}
		if slices.Contains(may, role) {
			row = Row{Name: "the role " + role + " may", File: "as-" + role, Status: status}
		}
		rows = append(rows, row)
	}
	return append(rows,
		Row{Name: "somebody in no group may not", File: "as-nobody", Status: 403, Code: "forbidden"},
		Row{Name: "a shopper has no place here", File: "shopper-token", Status: 401, Code: "unauthorized"},
		Row{Name: "an id token is not for access", File: "id-token", Status: 401, Code: "unauthorized"},
		Row{Name: "an expired token", File: "expired-token", Status: 401, Code: "unauthorized"},
		Row{Name: "a sign-in without a second factor", File: "without-mfa", Status: 403, Code: "mfa_required"})
}

// Problem is an RFC 9457 document as the API writes it.
type Problem struct {
	Status int
	Code   string
	Errors []struct{ Code, Pointer, Header, Parameter, Detail string }
	Quote  map[string]any
}

// Places lists where the errors of a problem are, in order, those that are somewhere.
func (p Problem) Places() []string {
	var places []string
	for _, e := range p.Errors {
		if place := e.Pointer + e.Header + e.Parameter; place != "" {
			places = append(places, place)
		}
	}
	return places
}

// Rows tries each row in a shop of its own, made ready by ready, which also gives the words to replace in the file. Every
// answer is held to the contract; a refusal tells nothing of what was sent, is logged in one line that tells nothing of it
// either, and is no 5xx.
func Rows(t *testing.T, function string, rows []Row, ready func(*Shop) []string) {
	t.Helper()
	for _, row := range rows {
		t.Run(row.Name, func(t *testing.T) {
			s := New(t)
			var replace []string
			if ready != nil {
				replace = ready(s)
			}
			req := eventfile.Request(t, function, row.File, present(t, function, row.File, replace)...)
			s.SignIn(&req)
			s.Try(row, req)
		})
	}
}

// Tag is the ETag of a request's answer, as it stands in a file of events.
func (s *Shop) Tag(req apigw.Request) string {
	s.Helper()
	tag := s.Serve(req).Headers["ETag"]
	if tag == "" {
		s.Errorf("%s has no ETag", req.RouteKey)
	}
	return strings.ReplaceAll(tag, `"`, `\"`)
}

// present keeps the replacements whose words a file has: rows of one table need different ones.
func present(t *testing.T, function, file string, replace []string) []string {
	t.Helper()
	text := eventfile.Text(t, function, file)
	var out []string
	for pair := range slices.Chunk(replace, 2) {
		if strings.Contains(text, pair[0]) {
			out = append(out, pair...)
		}
	}
	return out
}

// Files lists the files of rows, for eventfile.AllIn.
func Files(rows ...[]Row) []string {
	var out []string
	for _, table := range rows {
		for _, row := range table {
			out = append(out, row.File)
		}
	}
	return out
}

// Try sends a request and compares the answer with the row.
func (s *Shop) Try(row Row, req apigw.Request) apigw.Response {
	s.Helper()
	s.Logged.Take()
	resp := s.Serve(req)
	if resp.StatusCode != row.Status {
		s.Fatalf("got %d, want %d\n%s\n%s", resp.StatusCode, row.Status, resp.Body, strings.Join(s.Logged.All(), "\n"))
	}
	if row.Status >= http.StatusBadRequest {
		s.Refused(row, req, resp, s.Logged.Take())
	}
	return resp
}

// Refused checks a refusal and what was logged of it.
func (s *Shop) Refused(row Row, req apigw.Request, resp apigw.Response, log []string) {
	s.Helper()
	p := s.Problem(resp)
	if p.Code != row.Code {
		s.Errorf("got code %s, want %s\n%s", p.Code, row.Code, resp.Body)
	}
	if !slices.Equal(p.Places(), row.At) {
		s.Errorf("the errors are at %q, want %q", p.Places(), row.At)
	}
	if len(log) != 1 {
		s.Errorf("%d lines are logged: %s", len(log), strings.Join(log, "\n"))
	}
	for _, sent := range values(req) {
		if p.Quote == nil && strings.Contains(resp.Body, sent) {
			s.Errorf("the answer tells %q: %s", sent, resp.Body)
		}
		if slices.ContainsFunc(log, func(line string) bool { return strings.Contains(line, sent) }) {
			s.Errorf("the log tells %q: %s", sent, log)
		}
	}
}

// Problem reads a problem document.
func (s *Shop) Problem(resp apigw.Response) Problem {
	s.Helper()
	var p Problem
	if err := json.Unmarshal([]byte(resp.Body), &p); err != nil || p.Status != resp.StatusCode {
		s.Fatalf("no problem document: %v\n%s", err, resp.Body)
	}
	return p
}

// lengthMin is how long a value must be to be looked for: shorter ones stand in answers by chance.
const lengthMin = 9

// values lists the texts that a request's body, query and credentials hold.
func values(req apigw.Request) []string {
	var out []string
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			out = append(out, v)
		case []any:
			for _, each := range v {
				walk(each)
			}
		case map[string]any:
			for _, each := range v {
				walk(each)
			}
		}
	}
	raw := []byte(req.Body)
	if req.IsBase64Encoded {
		raw, _ = base64.StdEncoding.DecodeString(req.Body) // What is no base64 has no values.
	}
	var body any
	if json.Unmarshal(raw, &body) == nil {
		walk(body)
	}
	for _, value := range req.QueryStringParameters {
		walk(value)
	}
	for name, value := range req.Headers {
		if slices.Contains([]string{"authorization", "idempotency-key", "stripe-signature", "x-square-hmacsha256-signature", "paypal-transmission-sig"}, strings.ToLower(name)) {
			walk(strings.TrimPrefix(value, "Bearer "))
		}
	}
	return slices.DeleteFunc(out, func(v string) bool { return len(v) < lengthMin })
}
