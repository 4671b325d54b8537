//go:build engines

package templatecheck_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"till/scripts/templatecheck"
)

// tool is a program of the environments that `make tools` installs, or the one that the variable names.
func tool(t *testing.T, variable, installed string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = installed
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join("../..", path)
	}
	found, err := exec.LookPath(path)
	if err != nil {
		t.Fatalf("%v: run `make tools`, or name the program in %s", err, variable)
	}
	return found
}

// translate runs SAM's transform over pairs of template and target; what it says when it refuses.
func translate(t *testing.T, base string, pairs ...string) (string, error) {
	t.Helper()
	args := append([]string{"../translate/translate.py", "--base", base}, pairs...)
	said, err := exec.CommandContext(t.Context(), tool(t, "SAM_PYTHON", ".tools/sam/bin/python"), args...).CombinedOutput()
	return string(said), err
}

// made is the translated form of the template as it stands, and the file that it is in.
func made(t *testing.T) (*templatecheck.Template, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "translated.json")
	if said, err := translate(t, "../..", templatePath, path); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	tpl, err := templatecheck.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	return tpl, path
}

func TestTranslatedTemplateKeepsEveryRule(t *testing.T) {
	source := load(t)
	tpl, _ := made(t)
	for _, rule := range templatecheck.TranslatedRules() {
		for _, each := range rule.Check(source, tpl) {
			t.Errorf("%s: %s (%s)", rule.Name, each, rule.Why)
		}
	}
}

// route gives one route of the API's body, for breaking.
func route(root map[string]any, method, path string) map[string]any {
	return part(root, "HttpApi", "Body", "paths", path, method)
}

func translatedBreakages() []breakage {
	return []breakage{
		{"nothing_added", "SAM makes a role", func(r map[string]any) {
			r["Resources"].(map[string]any)["QuoteRole2"] = map[string]any{"Type": "AWS::IAM::Role", "Properties": map[string]any{}}
		}},
		{"nothing_added", "a function gets a URL", func(r map[string]any) {
			r["Resources"].(map[string]any)["QuoteUrl"] = map[string]any{"Type": "AWS::Lambda::Url", "Properties": map[string]any{"AuthType": "NONE"}}
		}},
		{"kept_as_written", "a table loses its protection", func(r map[string]any) { delete(properties(r, "OrdersTable"), "DeletionProtectionEnabled") }},
		{"kept_as_written", "a role gains a right", func(r map[string]any) {
			granting(r, "QuoteRole", "dynamodb:BatchGetItem")["Action"] = []any{"dynamodb:BatchGetItem", "dynamodb:PutItem"}
		}},
		{"function_whole", "a function loses its bound", func(r map[string]any) { delete(properties(r, "Quote"), "Timeout") }},
		{"function_whole", "a function runs with another role", func(r map[string]any) { properties(r, "Quote")["Role"] = ref("RefundRole") }},
		{"function_whole", "a function is told less", func(r map[string]any) { delete(part(r, "Quote", "Environment", "Variables"), "STAGE") }},
		{"permission_bound", "any API of any account calls", func(r map[string]any) { delete(properties(r, "QuoteHttpPermission"), "SourceArn") }},
		{"permission_bound", "any API of this account calls", func(r map[string]any) {
			properties(r, "QuoteHttpPermission")["SourceArn"] = map[string]any{"Fn::Sub": "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*"}
		}},
		{"permission_bound", "more than calling is allowed", func(r map[string]any) { properties(r, "QuoteHttpPermission")["Action"] = "lambda:*" }},
		{"permission_whole", "a route may not call its function", func(r map[string]any) { delete(r["Resources"].(map[string]any), "QuoteHttpPermission") }},
		{"permission_whole", "a route calls another's function", func(r map[string]any) { properties(r, "QuoteHttpPermission")["FunctionName"] = ref("Refund") }},
		{"body_routes", "a route is not served", func(r map[string]any) { delete(part(r, "HttpApi", "Body", "paths"), "/quotes") }},
		{"body_routes", "a route leads to another function", func(r map[string]any) {
			a := route(r, "post", "/quotes")["x-amazon-apigateway-integration"].(map[string]any)
			a["uri"] = map[string]any{"Fn::Sub": strings.ReplaceAll(templatecheck.At(a, "uri", "Fn::Sub").(string), "Quote", "Refund")}
		}},
		{"body_signed_in", "a staff route is open", func(r map[string]any) { delete(route(r, "post", "/staff/orders/{id}/refunds"), "security") }},
		{"body_signed_in", "a shopper must sign in", func(r map[string]any) {
			route(r, "post", "/quotes")["security"] = []any{map[string]any{"Staff": []any{}}}
		}},
		{"body_signed_in", "another issuer is believed", func(r map[string]any) {
			part(r, "HttpApi", "Body", "components", "securitySchemes", "Staff", "x-amazon-apigateway-authorizer", "jwtConfiguration")["issuer"] = "https://example.com"
		}},
		{"stage_bound", "requests come without bound", func(r map[string]any) {
			delete(properties(r, "HttpApiApiGatewayDefaultStage"), "DefaultRouteSettings")
		}},
		{"stage_bound", "origins are one text, which API Gateway takes for one origin", func(r map[string]any) {
			part(r, "HttpApi", "Body", "x-amazon-apigateway-cors")["allowOrigins"] = "https://a.example,https://b.example"
		}},
		{"stage_bound", "the second door stays open", func(r map[string]any) { delete(part(r, "HttpApi", "Body"), "servers") }},
		{"mapping_whole", "a batch fails as one", func(r map[string]any) { delete(properties(r, "NotifyQueue"), "FunctionResponseTypes") }},
		{"mapping_whole", "what is given up is dropped", func(r map[string]any) { delete(properties(r, "RelayChanges"), "DestinationConfig") }},
		{"mapping_whole", "a queue is read by another function", func(r map[string]any) { properties(r, "NotifyQueue")["FunctionName"] = ref("Relay") }},
	}
}

func TestEveryBrokenTranslationIsFlaggedByItsRuleAndEveryRuleIsNeeded(t *testing.T) {
	source := load(t)
	_, path := made(t)
	seen, alone := 0, map[string]bool{}
	for _, b := range translatedBreakages() {
		t.Run(b.rule+"/"+b.name, func(t *testing.T) {
			tpl, err := templatecheck.Load(path)
			if err != nil {
				t.Fatal(err)
			}
			b.hurt(tpl.Root)
			var got []string
			for _, rule := range templatecheck.TranslatedRules() {
				if len(rule.Check(source, tpl)) > 0 {
					got = append(got, rule.Name)
				}
			}
			if !slices.Contains(got, b.rule) {
				t.Fatalf("not seen by %s, only by %v", b.rule, got)
			}
			seen++
			alone[b.rule] = alone[b.rule] || len(got) == 1
		})
	}
	for _, rule := range templatecheck.TranslatedRules() {
		if !alone[rule.Name] {
			t.Errorf("rule %s never sees a broken translation that no other rule sees", rule.Name)
		}
		delete(alone, rule.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(alone)) {
		t.Errorf("there is no rule %s", name)
	}
	t.Logf("%d of %d broken translations flagged, by %d rules", seen, len(translatedBreakages()), len(templatecheck.TranslatedRules()))
}
