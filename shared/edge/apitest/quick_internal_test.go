// The two readings are told apart within the package only: callers see one.

package apitest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// example is the first example of a body, as JSON has it; nil without one.
func example(t *testing.T, content *openapi3.MediaType) (value any) {
	t.Helper()
	value = content.Example
	for _, name := range slices.Sorted(maps.Keys(content.Examples)) {
		value = content.Examples[name].Value.Value
		break
	}
	return copied(t, value)
}

func copied(t *testing.T, value any) (out any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// spoilt gives a value spoilt at each of its members in one of many ways, in turn, and the value itself.
func spoilt(t *testing.T, value any) []any {
	t.Helper()
	ways := []func(map[string]any, string){
		func(m map[string]any, k string) { delete(m, k) },
		func(m map[string]any, k string) { m[k] = nil },
		func(m map[string]any, k string) { m[k] = "Zoë \x00 ½" },
		func(m map[string]any, k string) { m[k] = -1.5 },
		func(m map[string]any, k string) { m[k+"_"] = m[k] },
		func(m map[string]any, k string) { m[k] = []any{m[k]} },
		func(m map[string]any, k string) { m[k] = map[string]any{k: true} },
		func(m map[string]any, k string) { m[k] = "" },
		func(m map[string]any, k string) { m[k] = 1e18 },
	}
	out := []any{value}
	count := len(members(value))
	for i := 0; i < count; i += 1 + count/10 { // Of a long one about ten members.
		changed := copied(t, value)
		at := members(changed)[i]
		ways[(i+count)%len(ways)](at.of, at.name)
		out = append(out, changed)
	}
	return out
}

type member struct {
	of   map[string]any
	name string
}

// members lists those of all objects within a value, in an order that is always the same.
func members(value any) (all []member) {
	switch value := value.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(value)) {
			all = append(append(all, member{value, name}), members(value[name])...)
		}
	case []any:
		for _, each := range value {
			all = append(all, members(each)...)
		}
	}
	return all
}

// pair is one schema in both readings, with an example.
type pair struct {
	at           string
	whole, quick *openapi3.Schema
	value        any
	as           openapi3.SchemaValidationOption
}

// pairs finds every body's schema that is read the quicker way, each once. Of problems, which differ in their codes only, a few do.
func pairs(t *testing.T) (all []pair) {
	t.Helper()
	doc, err := contract()
	if err != nil {
		t.Fatal(err)
	}
	q, err := quick()
	if err != nil {
		t.Fatal(err)
	}
	seen, problems := map[*openapi3.Schema]bool{}, 10
	add := func(at string, whole, quick openapi3.Content, as openapi3.SchemaValidationOption) {
		for media, content := range whole {
			_, problem := Codes(&openapi3.Response{Content: whole})
			if problem {
				problems--
			}
			if content.Schema != nil && !seen[content.Schema.Value] && (!problem || problems >= 0) {
				seen[content.Schema.Value] = true
				all = append(all, pair{at + " " + media, content.Schema.Value, quick[media].Schema.Value, example(t, content), as})
			}
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			route := method + " " + path
			if q.slow[route] {
				t.Log("read as OpenAPI 3.1:", route)
				continue
			}
			other := q.doc.Paths.Value(path).GetOperation(method)
			if op.RequestBody != nil {
				add(route, op.RequestBody.Value.Content, other.RequestBody.Value.Content, openapi3.VisitAsRequest())
			}
			for status, resp := range op.Responses.Map() {
				add(fmt.Sprint(route, " ", status), resp.Value.Content, other.Responses.Value(status).Value.Content, openapi3.VisitAsResponse())
			}
		}
	}
	return all
}

func TestBothReadingsAgree(t *testing.T) {
	right, wrong := 0, 0
	for _, p := range pairs(t) {
		for _, value := range spoilt(t, p.value) {
			before, _ := json.Marshal(value)
			whole := p.whole.VisitJSON(value, p.as, openapi3.MultiErrors(), openapi3.EnableJSONSchema2020())
			quick := p.quick.VisitJSON(value, p.as, openapi3.MultiErrors())
			if (whole == nil) != (quick == nil) {
				t.Errorf("%s\n%s\nas 3.1: %v\nas 3.0: %v", p.at, before, whole, quick)
			}
			if whole == nil {
				right++
			} else {
				wrong++
			}
		}
	}
	t.Logf("%d that both allow, %d that both refuse", right, wrong)
	if right < 20 || wrong < 200 {
		t.Errorf("only %d values were right, %d wrong", right, wrong)
	}
}
