package pages_test

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"till/scripts/diagram/pages"
	"till/shared/order"
	"till/shared/payment"
)

// project is the project's folder.
func project() fs.FS { return os.DirFS("../../..") }

func blocks(t *testing.T) map[string]string {
	t.Helper()
	all, err := pages.Blocks(project())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := fs.ReadFile(project(), name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDocumentsSayWhatTheCodeSays(t *testing.T) {
	all := blocks(t)
	unused := maps.Clone(all)
	for _, name := range pages.Documents() {
		have := read(t, name)
		want, err := pages.Fill(have, all)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Errorf("%s is out of date: run go run ./scripts/diagram (-code +document)\n%s", name, diff)
		}
		for _, block := range pages.Named(have) {
			delete(unused, block)
		}
	}
	for block := range unused {
		t.Errorf("no document shows %s", block)
	}
}

func TestDiagramsHaveEveryMoveOfTheTablesAndNoOther(t *testing.T) {
	all := blocks(t)
	for _, c := range []struct {
		block  string
		states []string
		moves  func(from, to string) bool
	}{
		{"order", texts(order.Statuses()), func(from, to string) bool { return order.Status(from).CanBecome(order.Status(to)) }},
		{"payment", texts(payment.States()), func(from, to string) bool { return payment.State(from).CanBecome(payment.State(to)) }},
		{"refund", texts(payment.RefundStates()), func(from, to string) bool {
			return payment.RefundState(from).CanBecome(payment.RefundState(to))
		}},
	} {
		t.Run(c.block, func(t *testing.T) {
			for _, from := range c.states {
				for _, to := range c.states {
					drawn := strings.Contains(all[c.block], "\n    "+from+" --> "+to+"\n")
					if drawn != c.moves(from, to) {
						t.Errorf("%s → %s: drawn %v, legal %v", from, to, drawn, c.moves(from, to))
					}
				}
			}
		})
	}
}

func texts[S ~string](states []S) []string {
	out := make([]string, len(states))
	for i, s := range states {
		out[i] = string(s)
	}
	return out
}

func TestTheMachineIsDrawnAsItIsDeployed(t *testing.T) {
	drawn := blocks(t)["fulfillment"]
	for _, arrow := range []string{
		"[*] --> Prepare", "Prepare --> RequestShipment", "RequestShipment --> Complete", "Complete --> [*]: succeeded",
		"RequestShipment --> Compensate: error", "WasCancelled --> Cancelled: OrderCancelled", "WasCancelled --> FulfillmentFailed: any other",
		"FulfillmentFailed --> [*]: failed",
	} {
		if !strings.Contains(drawn, "    "+arrow+"\n") {
			t.Errorf("%q is missing in\n%s", arrow, drawn)
		}
	}
}

func TestTablesNameEveryFunctionAndParameter(t *testing.T) {
	all := blocks(t)
	folders, err := fs.Glob(project(), "functions/*/*/handler.go")
	if err != nil || len(folders) == 0 {
		t.Fatalf("no functions: %v", err)
	}
	for _, folder := range folders {
		name := strings.TrimSuffix(strings.TrimPrefix(folder, "functions/"), "/handler.go")
		if !strings.Contains(all["functions"], "| `"+name+"` |") {
			t.Errorf("%s is missing", name)
		}
	}
	for _, row := range []string{"| `shopper/placeorder` | `POST /orders` |", "| `worker/applyevent` | queue EventsQueue |",
		"| `worker/relay` | stream of OrdersTable |", "| `step/prepare` | state machine |"} {
		if !strings.Contains(all["functions"], row) {
			t.Errorf("%q is missing in\n%s", row, all["functions"])
		}
	}
	for block, row := range map[string]string{"parameters": "| `StockHold` | `30m` |", "alarms": "| `SweepSilent` |", "targets": "| `make test` |",
		"standing": "| KMS keys | 3 |", "decisions": "](infra/decisions/0001-"} {
		if !strings.Contains(all[block], row) {
			t.Errorf("%s: %q is missing", block, row)
		}
	}
}

func TestFillTouchesNothingOutsideTheMarks(t *testing.T) {
	got, err := pages.Fill("before\n<!-- generated: a-block -->\nold\nolder\n<!-- end -->\nafter\n", map[string]string{"a-block": "new\n"})
	if want := "before\n<!-- generated: a-block -->\nnew\n<!-- end -->\nafter\n"; err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestFillRefusesMarksThatDoNotMatch(t *testing.T) {
	known := map[string]string{"one": "", "two": ""}
	for _, c := range []struct{ name, document string }{
		{"an unknown block", "<!-- generated: three -->\n<!-- end -->"},
		{"a block without an end", "<!-- generated: one -->\ntext"},
		{"an end without a block", "text\n<!-- end -->"},
		{"a block within a block", "<!-- generated: one -->\n<!-- generated: two -->\n<!-- end -->"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if out, err := pages.Fill(c.document, known); err == nil {
				t.Errorf("gave %q", out)
			}
		})
	}
}

func TestAProjectWithoutItsSourcesIsAnError(t *testing.T) {
	if all, err := pages.Blocks(fstest.MapFS{}); err == nil {
		t.Errorf("gave %v", slices.Sorted(maps.Keys(all)))
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)|<img src="([^"]+)"`)

func TestLinksOfTheDocumentsLeadToFiles(t *testing.T) {
	documents, err := fs.Glob(project(), "*.md")
	for _, pattern := range []string{"infra/*.md", "infra/decisions/*.md"} {
		more, badPattern := fs.Glob(project(), pattern)
		documents, err = append(documents, more...), errors.Join(err, badPattern)
	}
	if err != nil || len(documents) < 10 {
		t.Fatalf("%d documents: %v", len(documents), err)
	}
	for _, document := range documents {
		for _, found := range link.FindAllStringSubmatch(read(t, document), -1) {
			to, _, _ := strings.Cut(found[1]+found[2], "#")
			if to == "" || strings.Contains(to, "://") {
				continue
			}
			if _, err := fs.Stat(project(), path.Join(path.Dir(document), to)); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}
