package templatecheck_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestContractListsTheTemplatesRoutesAndNoOthers(t *testing.T) {
	text, err := os.ReadFile("../../infra/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var contract struct {
		Paths map[string]map[string]yaml.Node `yaml:"paths"`
	}
	if err := yaml.Unmarshal(text, &contract); err != nil {
		t.Fatal(err)
	}
	var promised []string
	for path, item := range contract.Paths {
		for _, method := range []string{"get", "put", "post", "delete", "patch", "head", "options"} {
			if _, there := item[method]; there {
				promised = append(promised, strings.ToUpper(method)+" "+path)
			}
		}
	}
	var routed []string
	for _, r := range load(t).Routes() {
		if r.Key != "$default" {
			routed = append(routed, r.Key)
		}
	}
	for _, key := range promised {
		if !slices.Contains(routed, key) {
			t.Errorf("%s is promised and goes nowhere", key)
		}
	}
	for _, key := range routed {
		if !slices.Contains(promised, key) {
			t.Errorf("%s is in the template and not in the contract", key)
		}
	}
}
