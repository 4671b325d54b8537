// Package shared_test holds the arrows between packages one way only.
package shared_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// level is how high a domain package stands: it imports only lower ones, and the standard library.
func level() map[string]int {
	return map[string]int{
		"shared/fault": 0, "shared/planted": 0, "shared/money": 1,
		"shared/person": 2, "shared/passcode": 2, "shared/catalog": 2, "shared/ledger": 2, "shared/link": 2, "shared/carddata": 2,
		"shared/address": 3, "shared/pricing": 3, "shared/payment": 3, "shared/fulfillment": 3,
		"shared/vault": 4, "shared/inbox": 4, "shared/routing": 4, "shared/risk": 4, "shared/shop": 5,
		"shared/order":      5,
		"shared/settlement": 2, "shared/reconcile": 3, "shared/reconcile/daybook": 6,
		"shared/cashier": 6, "shared/message": 6, "shared/orderview": 6, "shared/exhibit": 6, "shared/letter": 6,
	}
}

// adapters stand between the domain and the world, each alone.
func adapters() []string {
	return []string{"shared/dynamo", "shared/memory", "shared/gateway/stripegw", "shared/gateway/paypalgw", "shared/gateway/squaregw",
		"shared/vault/kmsvault", "shared/queue", "shared/flow", "shared/mailer", "shared/secrets"}
}

// carriers are what adapters have in common: how AWS is called, how gateways are that speak JSON, and what they charge in.
func carriers() []string {
	return []string{"shared/awscall", "shared/gateway/charges", "shared/gateway/jsonapi"}
}

// importers is the one package that may import a module's packages, tests apart.
func importers() map[string]string {
	const aws = "github.com/aws/aws-sdk-go-v2/service/"
	return map[string]string{
		aws + "dynamodb":             "shared/dynamo",
		aws + "kms":                  "shared/vault/kmsvault",
		aws + "sqs":                  "shared/queue",
		aws + "sfn":                  "shared/flow",
		aws + "sesv2":                "shared/mailer",
		aws + "secretsmanager":       "shared/secrets",
		"github.com/stripe/":         "shared/gateway/stripegw",
		"github.com/bojanz/currency": "shared/money",
	}
}

// operators are the programs that look at a stack from outside, as a person at a console does. Nothing of them is deployed.
func operators() []string { return []string{"scripts/redrive", "scripts/deployed", "scripts/setup"} }

// isOperators tells whether a folder is theirs.
func isOperators(folder string) bool {
	return slices.ContainsFunc(operators(), func(top string) bool { return folder == top || strings.HasPrefix(folder, top+"/") })
}

// source is one Go file with what it imports.
type source struct {
	folder, name string
	file         *ast.File
	imports      []string
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// parsed is every file of the project, read once for all tests, which only look at it.
var parsed = sync.OnceValues(func() (out []source, err error) {
	root := os.DirFS("..")
	for _, top := range [...]string{"functions", "shared", "scripts"} {
		err := fs.WalkDir(root, top, func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") {
				return err
			}
			text, err := fs.ReadFile(root, p)
			if err != nil {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), p, text, parser.ParseComments)
			if err != nil {
				return err
			}
			s := source{folder: path.Dir(p), name: path.Base(p), file: file}
			for _, i := range file.Imports {
				what, err := strconv.Unquote(i.Path.Value)
				if err != nil {
					return err
				}
				s.imports = append(s.imports, what)
			}
			out = append(out, s)
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
})

func sources(t *testing.T) []source {
	t.Helper()
	out, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 100 {
		t.Fatalf("found only %d files", len(out))
	}
	return out
}

// ours gives a package of this module without the module's name.
func ours(what string) (string, bool) { return strings.CutPrefix(what, "till/") }

func isStandard(what string) bool {
	first, _, _ := strings.Cut(what, "/")
	_, mine := ours(what)
	return !mine && !strings.Contains(first, ".")
}

func TestDomainPackagesImportOnlyLowerOnes(t *testing.T) {
	levels := level()
	for _, s := range sources(t) {
		mine, isDomain := levels[s.folder]
		if !isDomain || s.isTest() {
			continue
		}
		for _, what := range s.imports {
			lower, mineToo := ours(what)
			height, known := levels[lower]
			switch {
			case isStandard(what), mineToo && known && height < mine:
			case s.folder == "shared/money" && what == "github.com/bojanz/currency":
			case strings.HasPrefix(what, "golang.org/x/text/") || strings.HasPrefix(what, "golang.org/x/net/idna"):
			default:
				t.Errorf("%s/%s imports %s", s.folder, s.name, what)
			}
		}
	}
}

func TestAdaptersKnowTheDomainAndNotEachOther(t *testing.T) {
	levels := level()
	for _, s := range sources(t) {
		if s.isTest() || !slices.Contains(adapters(), s.folder) {
			continue
		}
		for _, what := range s.imports {
			if mine, isOurs := ours(what); isOurs {
				if _, isDomain := levels[mine]; !isDomain && !slices.Contains(carriers(), mine) {
					t.Errorf("%s/%s imports %s", s.folder, s.name, what)
				}
			}
		}
	}
}

func TestHandlersKnowNoAdapterAndNoSDK(t *testing.T) {
	levels := level()
	allowed := func(what string) bool {
		mine, isOurs := ours(what)
		_, isDomain := levels[mine]
		return isStandard(what) || isDomain || isOurs && (strings.HasPrefix(mine, "shared/edge/") || mine == "shared/telemetry") ||
			what == "github.com/aws/aws-lambda-go/events"
	}
	for _, s := range sources(t) {
		parts := strings.Split(s.folder, "/")
		if parts[0] != "functions" || len(parts) != 3 || s.isTest() {
			continue
		}
		for _, what := range s.imports {
			if !allowed(what) {
				t.Errorf("%s/%s imports %s", s.folder, s.name, what)
			}
		}
	}
}

// wires tells whether a folder puts things together, and so may know all of them.
func wires(folder string) bool {
	return strings.HasSuffix(folder, "/lambda") || folder == "functions/assembly" || strings.HasPrefix(folder, "shared/startup") ||
		strings.HasPrefix(folder, "scripts/")
}

func TestOnlyWiringReadsSettings(t *testing.T) {
	for _, s := range sources(t) {
		if slices.Contains(s.imports, "till/shared/settings") && !wires(s.folder) && !s.isTest() {
			t.Errorf("%s/%s reads settings", s.folder, s.name)
		}
	}
}

func TestNothingSharedImportsFunctionsOrScripts(t *testing.T) {
	for _, s := range sources(t) {
		if !strings.HasPrefix(s.folder, "shared/") || s.isTest() {
			continue
		}
		for _, what := range s.imports {
			if mine, isOurs := ours(what); isOurs && !strings.HasPrefix(mine, "shared/") {
				t.Errorf("%s/%s imports %s", s.folder, s.name, what)
			}
		}
	}
}

func TestEverySDKHasOneImporter(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || strings.HasSuffix(s.folder, "test") || isOperators(s.folder) {
			continue
		}
		for _, what := range s.imports {
			known := !strings.HasPrefix(what, "github.com/aws/aws-sdk-go-v2/service/")
			for module, importer := range importers() {
				known = known || strings.HasPrefix(what, module)
				if strings.HasPrefix(what, module) && s.folder != importer {
					t.Errorf("%s/%s imports %s, which is for %s", s.folder, s.name, what, importer)
				}
			}
			if !known {
				t.Errorf("%s/%s imports %s, which no function needs", s.folder, s.name, what)
			}
		}
	}
}

func TestPackagesAreNamedForWhatTheyProvide(t *testing.T) {
	banned := []string{"util", "utils", "common", "helpers", "types", "models", "base", "misc"}
	for _, s := range sources(t) {
		if name := s.file.Name.Name; slices.Contains(banned, name) || slices.Contains(banned, path.Base(s.folder)) {
			t.Errorf("%s is named %s", s.folder, name)
		}
		if s.folder == "shared" && !s.isTest() {
			t.Errorf("%s lies at the top of shared", s.name)
		}
	}
}

func TestNothingRunsBeforeMain(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			if f, isFunc := d.(*ast.FuncDecl); isFunc && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s/%s has an init function", s.folder, s.name)
			}
		}
	}
}

func TestTimeAndRandomnessComeInAsFields(t *testing.T) {
	for _, s := range sources(t) {
		if s.isTest() || wires(s.folder) || strings.HasSuffix(s.folder, "test") || s.folder == "shared/dynamo" && s.name == "tx.go" {
			continue // tx.go waits between tries; a test support package may draw lots.
		}
		for _, what := range s.imports {
			if strings.HasSuffix(what, "/rand") || what == "math/rand/v2" {
				t.Errorf("%s/%s imports %s", s.folder, s.name, what)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, isSelector := n.(*ast.SelectorExpr)
			if !isSelector {
				return true
			}
			if from, isName := call.X.(*ast.Ident); isName && from.Name == "time" && from.Obj == nil &&
				slices.Contains([]string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "AfterFunc"}, call.Sel.Name) {
				t.Errorf("%s/%s uses time.%s", s.folder, s.name, call.Sel.Name)
			}
			return true
		})
	}
}

func TestFilesCanBeHeldInTheHead(t *testing.T) {
	const linesMax = 400
	root := os.DirFS("..")
	for _, s := range sources(t) {
		text, err := fs.ReadFile(root, s.folder+"/"+s.name)
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines > linesMax && !s.isTest() {
			t.Errorf("%s/%s has %d lines", s.folder, s.name, lines)
		}
	}
}
