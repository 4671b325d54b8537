package localshop_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// elsewhere are the kinds of bad input that no row of TestBadInputs sends, with the reason.
var elsewhere = map[string]string{
	"N9":  "TestN9…: it takes two requests at once",
	"N13": "TestNearMisses: it is taken",
	"N43": "in the row of N39: an event of another version",
	"N50": "shared/settings and shared/link: a program that does not start has no API",
}

// TestEveryKindOfBadInputIsTriedOrSaidNotToBe counts the names of the rows.
func TestEveryKindOfBadInputIsTriedOrSaidNotToBe(t *testing.T) {
	tried := map[string]bool{}
	for _, name := range []string{"badinputs_test.go", "badinputs_people_test.go", "badinputs_codes_test.go", "badinputs_hooks_test.go", "badinputs_risk_test.go"} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range regexp.MustCompile(`\{"(N\d+[^"]*)", \d{3}, "`).FindAllStringSubmatch(string(text), -1) {
			for word := range strings.FieldsSeq(row[1]) {
				if regexp.MustCompile(`^N\d+$`).MatchString(word) {
					tried[word] = true
				}
			}
		}
	}
	for n := 1; n <= 60; n++ {
		kind := fmt.Sprintf("N%d", n)
		if tried[kind] == (elsewhere[kind] != "") {
			t.Errorf("%s is tried: %v; elsewhere: %q", kind, tried[kind], elsewhere[kind])
		}
	}
}
