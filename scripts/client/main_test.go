package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"till/shared/eventfile"
)

func TestTheClientIsOfTheContract(t *testing.T) {
	root := eventfile.Root()
	files, err := generate(filepath.Join(root, "infra", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(root, folder, name))
		if err != nil || string(got) != want {
			t.Errorf("%s is not of infra/openapi.yaml (%v): go run ./scripts/client", name, err)
		}
	}
	for name, parts := range map[string][]string{
		"client.js": {"placeOrder: { method: 'POST', path: '/orders', query: [], token: false, key: true }", "token: true, key: true", "token: true, key: false, match: true }"},
		"client.d.ts": {"export type Problem = {", "placeOrder: { takes: { body: PlaceOrderRequest; key: string }; answers: PlacedOrder }", "editOrder: { takes: { body: EditOrderRequest; match: string; path: { id: string }; token: string }", "available: true | false | 'low'",
			"unit_price: Amount;"},
	} {
		for _, part := range parts {
			if !strings.Contains(files[name], part) {
				t.Errorf("%s does not say %q", name, part)
			}
		}
	}
	if strings.Contains(files["client.d.ts"], "unknown;") || strings.Contains(files["client.js"], "/staff") {
		t.Error("a type is not known, or staff's requests are in the shoppers' client")
	}
}

func TestAContractThatIsNoneIsRefused(t *testing.T) {
	name := filepath.Join(t.TempDir(), "openapi.yaml")
	if _, err := generate(name); err == nil {
		t.Error("a file that is not there")
	}
	if err := os.WriteFile(name, []byte("openapi: 3.1.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := generate(name); err == nil {
		t.Error("a contract without anything")
	}
}
