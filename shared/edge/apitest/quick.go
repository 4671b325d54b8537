package apitest

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// The library compiles a schema anew for every value that it holds to it, if the document is of OpenAPI 3.1: that was most of what a test of
// a shop cost. Its reading of OpenAPI 3.0 compiles nothing. For schemas of the keywords below both say the same, and TestBothReadingsAgree
// holds them to it; const, which 3.0 lacks, is an enum of one value. Whatever has another keyword is read as 3.1.
// Source: https://spec.openapis.org/oas/v3.1.0#schema-object, https://json-schema.org/draft/2020-12/json-schema-validation#name-const
var alike = strings.Fields(`type properties required additionalProperties items enum allOf anyOf oneOf minimum maximum minLength
	maxLength pattern format minItems maxItems minProperties maxProperties title description default example examples`)

// errOther ends a walk at a keyword that the two readings take differently.
var errOther = errors.New("a keyword of OpenAPI 3.1")

// version is what makes the library read a document as OpenAPI 3.0.
const version = "3.0.3"

// quicker rewrites a document to be read as OpenAPI 3.0, and gives the operations, "PUT /products/{sku}", that must not be.
func quicker(doc *openapi3.T) (slow map[string]bool, err error) {
	if err := doc.WalkSchemas(constants); err != nil {
		return nil, err
	}
	slow, known := map[string]bool{}, known()
	for path, item := range doc.Paths.Map() {
		for method, op := range item.Operations() {
			alone := &openapi3.T{OpenAPI: doc.OpenAPI, Paths: openapi3.NewPaths(openapi3.WithPath(path, only(item, method, op)))}
			err := alone.WalkSchemas(known)
			if err != nil && !errors.Is(err, errOther) {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			slow[method+" "+path] = err != nil
		}
	}
	doc.OpenAPI = version
	return slow, nil
}

// only is a path with one of its operations, and with the parameters that all share.
func only(item *openapi3.PathItem, method string, op *openapi3.Operation) *openapi3.PathItem {
	one := &openapi3.PathItem{Parameters: item.Parameters}
	one.SetOperation(method, op)
	return one
}

// constants writes a schema's const as an enum.
func constants(_ string, schema *openapi3.SchemaRef) error {
	if schema.Value.Const != nil && len(schema.Value.Enum) == 0 {
		schema.Value.Enum, schema.Value.Const = []any{schema.Value.Const}, nil
	}
	return nil
}

// known gives errOther for a schema with another keyword than those that both readings take alike. Its own schemas are walked after it. Many
// operations share a schema: it is looked at once.
func known() openapi3.WalkSchemasFunc {
	said := map[*openapi3.Schema]error{}
	return func(_ string, schema *openapi3.SchemaRef) error {
		err, ok := said[schema.Value]
		if !ok {
			err = other(schema)
			said[schema.Value] = err
		}
		return err
	}
}

func other(schema *openapi3.SchemaRef) error {
	text, err := json.Marshal(schema.Value)
	if err != nil {
		return err
	}
	var keywords map[string]json.RawMessage
	if json.Unmarshal(text, &keywords) != nil {
		return errOther // true or false: a schema of JSON Schema only.
	}
	for _, keyword := range alike {
		delete(keywords, keyword)
	}
	if len(keywords) > 0 || (schema.Value.Type != nil && len(*schema.Value.Type) > 1) {
		return errOther
	}
	return nil
}
