package templatecheck

import (
	"fmt"
	"slices"
)

// Rule is one promise about the template.
type Rule struct {
	Name string
	Why  string // What happens to a shop whose template breaks it.
	find func(*Template, *findings)
}

// findings collects what breaks a rule.
type findings struct{ all []string }

func (f *findings) add(id, format string, args ...any) {
	f.all = append(f.all, id+": "+fmt.Sprintf(format, args...))
}

// Check gives what breaks the rule, one sentence each, beginning with the resource's logical id.
func (r Rule) Check(t *Template) []string {
	f := &findings{}
	r.find(t, f)
	return f.all
}

// Rules lists every rule.
func Rules() []Rule {
	return slices.Concat(formRules(), parameterRules(), accessRules(), trustRules(), keyRules(), storeRules(), queueRules(), functionRules(),
		wiringRules(), apiRules(), domainRules(), staffRules(), customerRules(), watchRules())
}
