package planted_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"testing"

	"till/shared/planted"
)

func TestEachMistakeIsDescribedOnce(t *testing.T) {
	seen := map[int]bool{}
	for _, m := range planted.Mistakes() {
		if m.Number < 1 || m.Number > planted.Count || seen[m.Number] || planted.Named(m.Number).Name != m.Name {
			t.Errorf("%d is not a number of its own from 1 to %d", m.Number, planted.Count)
		}
		seen[m.Number] = true
		if m.Name == "" || m.Wrong == "" || m.Needs == "" || m.Sites < 1 || len(m.Trips) == 0 {
			t.Errorf("bug %d is not described: %+v", m.Number, m)
		}
		for _, invariant := range m.Trips {
			if number, name, found := strings.Cut(invariant, " "); !found || !strings.HasPrefix(number, "I") || name == "" {
				t.Errorf("bug %d trips %q, which is no invariant", m.Number, invariant)
			}
		}
	}
	if len(seen) != planted.Count {
		t.Errorf("%d of %d are described", len(seen), planted.Count)
	}
	if none := planted.Named(planted.Count + 1); none.Number != 0 {
		t.Errorf("there is a bug beyond the last: %+v", none)
	}
}

func TestEachMistakeStandsAtItsSitesAndNowhereElse(t *testing.T) {
	sites := map[int][]string{}
	root := os.DirFS("../..")
	for _, top := range []string{"functions", "shared", "scripts"} {
		err := fs.WalkDir(root, top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, path)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), path, text, 0)
			if err != nil {
				return err
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if number, found := bugIn(n); found {
					sites[number] = append(sites[number], path)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for number, where := range sites {
		m := planted.Named(number)
		if len(where) != m.Sites {
			t.Errorf("bug %d stands in %v, want %d sites", number, where, m.Sites)
		}
		for _, path := range where {
			if strings.HasPrefix(path, "scripts/") {
				t.Errorf("bug %d is not in the product but in %s", number, path)
			}
		}
	}
	if len(sites) != planted.Count {
		t.Errorf("%d of %d stand in the code", len(sites), planted.Count)
	}
}

// bugIn reads planted.Bug(n); a number that is no literal counts as 0, which no bug has.
func bugIn(n ast.Node) (int, bool) {
	call, isCall := n.(*ast.CallExpr)
	if !isCall {
		return 0, false
	}
	name, isSelector := call.Fun.(*ast.SelectorExpr)
	if !isSelector || name.Sel.Name != "Bug" || len(call.Args) != 1 {
		return 0, false
	}
	if from, isName := name.X.(*ast.Ident); !isName || from.Name != "planted" {
		return 0, false
	}
	literal, isLiteral := call.Args[0].(*ast.BasicLit)
	if !isLiteral {
		return 0, true
	}
	number, err := strconv.Atoi(literal.Value)
	if err != nil {
		return 0, true
	}
	return number, true
}
