package apitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/getkin/kin-openapi/openapi3"

	"till/shared/edge/problem"
)

// Examples finds what is missing or wrong in a contract's examples: a body of a request or an answer without one, one that its schema does
// not allow, and a problem that Till would not answer so. titles has the title that goes with a status, or with a code where it has its own.
func Examples(doc *openapi3.T, titles func(status int, code string) string) error {
	var faults []error
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			at := method + " " + path
			if op.RequestBody != nil {
				for media, content := range op.RequestBody.Value.Content {
					faults = append(faults, each(at+", request, "+media, media, content, openapi3.VisitAsRequest(), nil))
				}
			}
			for status, resp := range op.Responses.Map() {
				faults = append(faults, answers(at+", "+status, status, resp.Value, titles))
			}
		}
	}
	for name, resp := range doc.Components.Responses {
		faults = append(faults, answers(name, "", resp.Value, titles))
	}
	return errors.Join(faults...)
}

// answers looks at the bodies of one answer. status is "" where several may have it.
func answers(at, status string, resp *openapi3.Response, titles func(int, string) string) error {
	codes, _ := Codes(resp)
	var faults []error
	for media, content := range resp.Content {
		var more func(any) error
		if media == "application/problem+json" {
			more = func(value any) error { return asAnswered(value, status, codes, titles) }
		}
		faults = append(faults, each(at+", "+media, media, content, openapi3.VisitAsResponse(), more))
	}
	return errors.Join(faults...)
}

// each checks the examples of one body, of which there must be one.
func each(at, media string, content *openapi3.MediaType, as openapi3.SchemaValidationOption, more func(any) error) error {
	all := map[string]any{}
	if content.Example != nil {
		all["example"] = content.Example
	}
	for name, example := range content.Examples {
		all[name] = example.Value.Value
	}
	if len(all) == 0 {
		return fmt.Errorf("%s: there is no example", at)
	}
	var faults []error
	for _, name := range slices.Sorted(maps.Keys(all)) {
		var value any
		text, err := json.Marshal(all[name])
		if err == nil {
			err = json.Unmarshal(text, &value)
		}
		if err == nil {
			err = content.Schema.Value.VisitJSON(value, as, openapi3.MultiErrors())
		}
		if err == nil && more != nil {
			err = more(value)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%s, %s (%s): %w", at, name, media, err))
		}
	}
	return errors.Join(faults...)
}

// asAnswered tells what is wrong with a problem: its type, title, status and code say one thing, and its errors share the code, or it
// says that they do not.
func asAnswered(value any, status string, codes []any, titles func(int, string) string) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	var p struct {
		Type, Title, Code string
		Status            int
		Errors            []struct{ Code string }
	}
	if err := json.Unmarshal(text, &p); err != nil {
		return err
	}
	shared := p.Code
	for _, e := range p.Errors {
		if e.Code != p.Errors[0].Code {
			shared = "validation_failed"
		} else if shared == p.Code {
			shared = p.Errors[0].Code
		}
	}
	switch {
	case p.Type != problem.Base+p.Code:
		return fmt.Errorf("type %s is not that of %s", p.Type, p.Code)
	case status != "" && strconv.Itoa(p.Status) != status:
		return fmt.Errorf("status %d is not the answer's", p.Status)
	case p.Title != titles(p.Status, p.Code):
		return fmt.Errorf("title %q: %d %s is told as %q", p.Title, p.Status, p.Code, titles(p.Status, p.Code))
	case !slices.Contains(codes, any(p.Code)):
		return fmt.Errorf("code %s is not listed", p.Code)
	case shared != p.Code:
		return fmt.Errorf("code %s, and its errors have %s", p.Code, shared)
	}
	return nil
}
