package templatecheck

import (
	"maps"
	"slices"
	"strings"
)

func parameterRules() []Rule {
	return []Rule{
		{"parameters_bounded", "a parameter without bounds is a typing error in production", parametersBounded},
		{"parameters_open", "a secret given as a parameter is in a shell's history", parametersOpen},
		{"prod_is_real", "a stage that sells must not be a rehearsal", prodIsReal},
		{"conditions_right", "a condition turned round leaves out what it should bring", conditionsRight},
		{"outputs_open", "outputs are shown to everybody who may look at the stack", outputsOpen},
	}
}

// bounds is each parameter's type, its default, and what holds it: its values, its least value or its pattern.
func bounds() map[string]string {
	return map[string]string{
		"Stage":               "String dev [local, dev, staging, prod]",
		"Arch":                "String arm64 [arm64, x86_64]",
		"AllowedOrigins":      "CommaDelimitedList http://localhost:8080",
		"ShopUrl":             "String http://localhost:8080 ^https?://[^/?#@ ]+(/[^?# ]*)?$",
		"ReturnOrigins":       "CommaDelimitedList http://localhost:8080",
		"ApiDomain":           "String ",
		"ApiCertificateArn":   "String ",
		"ApiUrl":              "String ",
		"MailFrom":            `String shop@example.com ^[^@\s]+@[^@\s]+$`,
		"AlarmEmail":          "String ",
		"StockHold":           "String 30m ^[0-9]+(m|h)$",
		"DeletionProtection":  "String true [true, false]",
		"LogLevel":            "String info [debug, info, warn, error]",
		"LogRetentionDays":    "Number 90 [1, 7, 30, 90, 180, 365]",
		"ThrottleRate":        "Number 500 1",
		"ThrottleBurst":       "Number 1000 1",
		"ReservedConcurrency": "Number 0 0",
		"Local":               "String false [true, false]",
		"Gateways":            "String stripe (stripe|paypal|square)(,(stripe|paypal|square)){0,2}",
		"CaptureMode":         "String automatic [automatic, manual]",
		"RefundAlone":         "String  ([A-Z]{3}=[0-9]+(,[A-Z]{3}=[0-9]+)*)?",
		"CustomerAccounts":    "String no [no, yes]",
		"GatewaysUrl":         "String ",
	}
}

func (t *Template) parameters() map[string]any {
	m, _ := t.Root["Parameters"].(map[string]any)
	return m
}

func parametersBounded(t *Template, f *findings) {
	left := bounds()
	for _, name := range slices.Sorted(maps.Keys(t.parameters())) {
		p := t.parameters()[name]
		got := short(At(p, "Type")) + " " + short(At(p, "Default"))
		for _, key := range []string{"AllowedValues", "AllowedPattern", "MinValue"} {
			if bound := At(p, key); bound != nil {
				got += " " + short(bound)
			}
		}
		if got != left[name] {
			f.add(name, "is %q, not %q", got, left[name])
		}
		if text(At(p, "Description")) == "" {
			f.add(name, "does not say what it is")
		}
		delete(left, name)
	}
	for name := range left {
		f.add(name, "is no parameter")
	}
}

func parametersOpen(t *Template, f *findings) {
	for _, name := range slices.Sorted(maps.Keys(t.parameters())) {
		for _, word := range []string{"secret", "password", "token", "apikey", "privatekey"} {
			if strings.Contains(strings.ToLower(name), word) {
				f.add(name, "sounds like a secret: those go into Secrets Manager after the deploy")
			}
		}
		if At(t.parameters()[name], "NoEcho") != nil {
			f.add(name, "is a secret, which functions would be told in the clear")
		}
	}
}

func prodIsReal(t *Template, f *findings) {
	rule := At(t.Root, "Rules", "ProdIsReal")
	if got := short(At(rule, "RuleCondition")); got != "!Equals [!Ref Stage, prod]" {
		f.add("ProdIsReal", "is asked for %s", got)
	}
	held := map[string]bool{}
	for _, each := range list(At(rule, "Assertions")) {
		held[short(At(each, "Assert"))] = text(At(each, "AssertDescription")) != ""
	}
	for _, want := range []string{"!Equals [!Ref Local, false]", "!Equals [!Ref GatewaysUrl, ]", "!Equals [!Ref DeletionProtection, true]",
		"!Not [!Equals [!Ref AlarmEmail, ]]", "!Not [!Contains [!Ref AllowedOrigins, http://localhost:8080]]",
		"!Not [!Contains [!Ref ReturnOrigins, http://localhost:8080]]", "!Not [!Equals [!Ref ShopUrl, http://localhost:8080]]"} {
		if !held[want] {
			f.add("ProdIsReal", "does not hold prod to %s, or does not say why", want)
		}
	}
}

func conditionsRight(t *Template, f *findings) {
	want := map[string]string{
		"Cloud":               "!Equals [!Ref Local, false]",
		"Protected":           "!Equals [!Ref DeletionProtection, true]",
		"HasDomain":           "!Not [!Equals [!Ref ApiDomain, ]]",
		"HasAlarmEmail":       "!Not [!Equals [!Ref AlarmEmail, ]]",
		"HasAccounts":         "!Equals [!Ref CustomerAccounts, yes]",
		"ReservesConcurrency": "!Not [!Equals [!Ref ReservedConcurrency, 0]]",
	}
	got, _ := t.Root["Conditions"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if short(got[name]) != want[name] {
			f.add(name, "is %s, not %q", short(got[name]), want[name])
		}
	}
	for name := range want {
		if got[name] == nil {
			f.add(name, "is no condition")
		}
	}
}

func outputsOpen(t *Template, f *findings) {
	outputs, _ := t.Root["Outputs"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(outputs)) {
		value := At(outputs[name], "Value")
		for _, id := range names(value) {
			if only := At(t.resources()[id], "Condition"); only != At(outputs[name], "Condition") && !strings.HasPrefix(id, "AWS::") {
				f.add(name, "is shown where %s is not made", id)
			}
		}
		if strings.Contains(short(value), "{{resolve:") {
			f.add(name, "shows a secret")
		}
		// A value of a literal alone is a note, and a star or a word in its place a mistake.
		if _, isLiteral := value.(string); isLiteral || value == nil || text(At(outputs[name], "Description")) == "" {
			f.add(name, "shows nothing of the stack, or does not say what it is")
		}
	}
}
