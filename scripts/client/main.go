// Command client writes the demo shop's client of the API from infra/openapi.yaml: a module that makes each shopper's request, and its
// types for those who write TypeScript. Run it in the project's folder after a change of the contract; a test fails until then.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// folder is where the module stands.
const folder = "scripts/devserver/web/assets/js"

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "client:", err)
		os.Exit(1)
	}
}

func run(project string) error {
	files, err := generate(filepath.Join(project, "infra", "openapi.yaml"))
	if err != nil {
		return err
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(project, folder, name), []byte(text), 0o644); err != nil { //nolint:gosec // everybody may read it
			return err
		}
	}
	return nil
}

// operation is one request that shoppers' pages make.
type operation struct {
	id, method, path, summary string
	variables, query          []string
	token, key, match         bool
	body, answer              *openapi3.SchemaRef
	needsBody                 bool
}

// generate gives the module and its types.
func generate(contract string) (map[string]string, error) {
	text, err := os.ReadFile(contract)
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	if err := doc.Validate(context.Background()); err != nil {
		return nil, err
	}
	all := operations(doc)
	return map[string]string{"client.js": module(all), "client.d.ts": types(doc, all)}, nil
}

// operations lists what shoppers' pages ask, by name. A page that browsers are sent to is none of them.
func operations(doc *openapi3.T) []operation {
	var out []operation
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			o := operation{id: op.OperationID, method: method, path: path, summary: op.Summary}
			if !slices.Contains(op.Tags, "shopper") || !o.answered(op) {
				continue
			}
			for _, p := range slices.Concat(item.Parameters, op.Parameters) {
				switch {
				case p.Value.In == openapi3.ParameterInPath:
					o.variables = append(o.variables, p.Value.Name)
				case p.Value.In == openapi3.ParameterInQuery:
					o.query = append(o.query, p.Value.Name)
				case p.Value.Name == "Idempotency-Key":
					o.key = true
				case p.Value.Name == "If-Match":
					o.match = true
				}
			}
			o.token = op.Security != nil && len(*op.Security) > 0
			if op.RequestBody != nil {
				o.needsBody = op.RequestBody.Value.Required
				o.body = op.RequestBody.Value.Content["application/json"].Schema
			}
			out = append(out, o)
		}
	}
	slices.SortFunc(out, func(a, b operation) int { return strings.Compare(a.id, b.id) })
	return out
}

// answered finds what a success answers; false for what is no JSON.
func (o *operation) answered(op *openapi3.Operation) bool {
	for _, status := range []int{http.StatusOK, http.StatusCreated, http.StatusAccepted} {
		if r := op.Responses.Status(status); r != nil {
			if media := r.Value.Content["application/json"]; media != nil {
				o.answer = media.Schema
				return true
			}
			return status == http.StatusAccepted
		}
	}
	return false
}

const head = "// Written by `go run ./scripts/client` from infra/openapi.yaml. Do not edit.\n\n"

// module writes the requests as a table, and the one function that makes them.
func module(all []operation) string {
	var b strings.Builder
	b.WriteString(head)
	b.WriteString("/** What each request of a shopper's page is made of. */\nexport const operations = Object.freeze({\n")
	for _, o := range all {
		query, _ := json.Marshal(append([]string{}, o.query...)) // A list of texts is always JSON.
		match := ""                                              // Few have it.
		if o.match {
			match = ", match: true"
		}
		fmt.Fprintf(&b, "  %s: { method: '%s', path: '%s', query: %s, token: %t, key: %t%s },\n", o.id, o.method, o.path,
			strings.ReplaceAll(string(query), `"`, `'`), o.token, o.key, match)
	}
	b.WriteString(`});

/**
 * request gives the URL and the options of fetch for an operation. Throws if something that it needs is missing: a part of the path,
 * the order's token, the key that makes a repeat safe, or the ETag of what is changed.
 */
export function request(base, name, { path = {}, query = {}, token, key, match, body, signal } = {}) {
  const operation = operations[name];
  if (!operation) throw new TypeError(` + "`there is no operation ${name}`" + `);
  const target = operation.path.replace(/\{(\w+)\}/g, (_, part) => {
    if (!path[part]) throw new TypeError(` + "`${name} needs ${part}`" + `);
    return encodeURIComponent(path[part]);
  });
  const asked = new URLSearchParams();
  for (const part of operation.query) if (query[part]) asked.set(part, query[part]);
  const headers = { Accept: 'application/json, application/problem+json' };
  if (operation.token && !token) throw new TypeError(` + "`${name} needs the order's token`" + `);
  if (operation.token) headers.Authorization = ` + "`Bearer ${token}`" + `;
  if (operation.key && !key) throw new TypeError(` + "`${name} needs an idempotency key`" + `);
  if (operation.key) headers['Idempotency-Key'] = key;
  if (operation.match && !match) throw new TypeError(` + "`${name} needs the ETag of what it changes`" + `);
  if (operation.match) headers['If-Match'] = match;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const text = asked.toString();
  return [base + target + (text && ` + "`?${text}`" + `), {
    method: operation.method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal,
    cache: 'no-store', credentials: 'omit',
  }];
}
`)
	return b.String()
}

// types declares the schemas, the requests and their answers.
func types(doc *openapi3.T, all []operation) string {
	var b strings.Builder
	b.WriteString(head)
	for _, name := range named(doc, all) {
		s := doc.Components.Schemas[name]
		if s.Value.Description != "" {
			fmt.Fprintf(&b, "/** %s */\n", strings.TrimSpace(s.Value.Description))
		}
		fmt.Fprintf(&b, "export type %s = %s;\n\n", name, typeOf(&openapi3.SchemaRef{Value: s.Value}, ""))
	}
	b.WriteString("/** What each operation takes and answers. */\nexport interface Operations {\n")
	for _, o := range all {
		fmt.Fprintf(&b, "  /** %s */\n  %s: { takes: %s; answers: %s };\n", strings.TrimSpace(o.summary), o.id, o.takes(), answerOf(o.answer))
	}
	b.WriteString(`}

export declare const operations: { readonly [Name in keyof Operations]: { method: string; path: string; query: readonly string[]; token: boolean; key: boolean; match?: boolean } };

/** The URL and the options of fetch for an operation. */
export declare function request<Name extends keyof Operations>(
  base: string, name: Name, given: Operations[Name]['takes'] & { signal?: AbortSignal },
): [string, RequestInit];
`)
	return b.String()
}

func answerOf(s *openapi3.SchemaRef) string {
	if s == nil {
		return "void"
	}
	return typeOf(s, "  ")
}

func (o operation) takes() string {
	parts := map[string]string{}
	if len(o.variables) > 0 {
		parts["path"] = "{ " + strings.Join(each(o.variables, "%s: string"), "; ") + " }"
	}
	if len(o.query) > 0 {
		parts["query?"] = "{ " + strings.Join(each(o.query, "%s?: string"), "; ") + " }"
	}
	if o.token {
		parts["token"] = "string"
	}
	if o.key {
		parts["key"] = "string"
	}
	if o.match {
		parts["match"] = "string"
	}
	if o.body != nil {
		name := "body?"
		if o.needsBody {
			name = "body"
		}
		parts[name] = typeOf(o.body, "  ")
	}
	if len(parts) == 0 {
		return "{}"
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		out = append(out, name+": "+parts[name])
	}
	return "{ " + strings.Join(out, "; ") + " }"
}

func each(names []string, format string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = fmt.Sprintf(format, name)
	}
	return out
}
