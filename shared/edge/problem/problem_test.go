package problem_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"till/shared/edge/apitest"
	"till/shared/edge/problem"
	"till/shared/eventfile"
)

func TestTheContractsCodesAreExplained(t *testing.T) {
	doc, err := apitest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	var promised []string
	for _, code := range doc.Components.Schemas["Code"].Value.Enum {
		promised = append(promised, code.(string))
	}
	for _, code := range promised {
		if _, found := problem.Of(code); !found {
			t.Errorf("the contract has %s, and problem.All does not: say there what it means and what to do", code)
		}
	}
	if len(promised) < 70 {
		t.Errorf("the contract has %d codes", len(promised))
	}
}

func TestEachStatusIsOneThatTheContractHasForTheCode(t *testing.T) {
	doc, err := apitest.Contract()
	if err != nil {
		t.Fatal(err)
	}
	statuses := map[string][]string{"method_not_allowed": {"405"}}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for status, resp := range op.Responses.Map() {
				codes, _ := apitest.Codes(resp.Value)
				for _, code := range codes {
					statuses[code.(string)] = append(statuses[code.(string)], status)
				}
			}
		}
	}
	for _, e := range problem.All() {
		if len(statuses[e.Code]) > 0 && !slices.Contains(statuses[e.Code], strconv.Itoa(e.Status)) {
			t.Errorf("%s is %d here, and %v in the contract", e.Code, e.Status, statuses[e.Code])
		}
	}
}

func TestEachEntryExplainsItself(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range problem.All() {
		if seen[e.Means] || !strings.HasSuffix(e.Means, ".") || !strings.HasSuffix(strings.TrimSuffix(e.Do, "…"), ".") && !strings.HasSuffix(e.Do, "…") {
			t.Errorf("%s: %q, %q", e.Code, e.Means, e.Do)
		}
		seen[e.Means] = true
		if got, found := problem.Of(e.Code); !found || got != e {
			t.Errorf("%s is not found", e.Code)
		}
	}
	if _, found := problem.Of("nothing"); found {
		t.Error("what is not there is found")
	}
}

// inner are codes that no answer of the API shows: they stay between packages, or in the log.
var inner = map[string]string{
	"coupon_used_up":   "placing an order answers coupon_invalid at the code",
	"attempt_unknown":  "the inbox parks such an event",
	"version_conflict": "the change is made again",
	"text_invalid":     "the caller gives its field's code",
	"order_cancelled":  "the state machine ends",
	"moved":            "the change is made again",
	"weights_invalid":  "what is divided by are an order's own amounts",
}

// TestEveryCodeOfTheSourceIsExplainedAndTheReverse reads the packages whose errors reach an answer: each code that they give to an
// error that is shown.
func TestEveryCodeOfTheSourceIsExplainedAndTheReverse(t *testing.T) {
	used := map[string]string{}
	for _, folder := range []string{"functions/shopper", "functions/staff", "functions/webhook", "shared/edge", "shared/order", "shared/cashier", "shared/pricing",
		"shared/catalog", "shared/address", "shared/person", "shared/money", "shared/fulfillment", "shared/link", "shared/gateway", "shared/shop", "shared/routing"} {
		for where, text := range codesIn(t, folder) {
			if !strings.HasPrefix(used[text], "shown ") { // One place that shows it is enough.
				used[text] = where
			}
		}
	}
	explained := map[string]bool{}
	for _, e := range problem.All() {
		explained[e.Code] = true
		if _, there := used[e.Code]; !there {
			t.Errorf("nothing gives %s", e.Code)
		}
	}
	for code, where := range used {
		if strings.HasPrefix(where, "shown ") && !strings.Contains(where, "shared/gateway") && !explained[code] && inner[code] == "" {
			t.Errorf("%s is %s and explained nowhere: add it to problem.All, or to inner if no answer has it", code, where)
		}
	}
	if len(used) < 80 {
		t.Errorf("only %d codes were found", len(used))
	}
}

var form = regexp.MustCompile(`^[a-z]+(_[a-z]+)+$|^declined$|^forbidden$|^unauthorized$`)

// codesIn finds texts in the form of codes; those that an error of a shown kind is made with are marked.
func codesIn(t *testing.T, folder string) map[string]string {
	t.Helper()
	out := map[string]string{}
	note := func(what, name string, e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if code, err := strconv.Unquote(lit.Value); err == nil && form.MatchString(code) {
				out[what+folder+"/"+name+" "+code] = code
			}
		}
	}
	err := fs.WalkDir(os.DirFS(eventfile.Root()), folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "shared/edge/problem/") {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(eventfile.Root()), name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				note("", name, n)
			case *ast.Field: // A tag: fault:"…".
				if n.Tag != nil {
					if _, rest, found := strings.Cut(n.Tag.Value, `fault:"`); found {
						code, _, _ := strings.Cut(rest, `"`)
						out["shown "+name+" "+code] = code
					}
				}
			case *ast.CallExpr:
				if len(n.Args) == 4 && called(n.Fun) == "fault.New" && shown(n.Args[0]) {
					note("shown ", name, n.Args[2])
				}
			case *ast.CompositeLit:
				noteFields(n, func(e ast.Expr) { note("shown ", name, e) })
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func noteFields(n *ast.CompositeLit, note func(ast.Expr)) {
	if called(n.Type) != "fault.Error" {
		return
	}
	var kind, code ast.Expr
	for _, e := range n.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			switch called(kv.Key) {
			case "Kind":
				kind = kv.Value
			case "Code":
				code = kv.Value
			}
		}
	}
	if shown(kind) && code != nil {
		note(code)
	}
}

func called(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return called(e.X) + "." + e.Sel.Name
	default:
		return ""
	}
}

// shown tells whether answers show the code of errors of a kind.
func shown(kind ast.Expr) bool {
	return kind != nil && !slices.Contains([]string{"", "fault.Internal", "fault.Unknown", "fault.Unavailable", "fault.NotFound"}, called(kind))
}
