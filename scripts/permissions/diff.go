package permissions

import (
	"fmt"
	"maps"
	"slices"
)

// Kind is how a role and its function differ.
type Kind string

// The kinds.
const (
	Extra   Kind = "extra"   // The role allows what the function never did.
	Missing Kind = "missing" // The function needed what the role does not allow.
	Twice   Kind = "twice"   // The role allows it in two places, so that taking it from one takes nothing.
	Loose   Kind = "loose"   // Every call said the same of itself, and the role does not ask for it.
)

// Finding is one difference.
type Finding struct {
	Function string // Logical id.
	Kind     Kind
	Call     Call
	Detail   string // For Missing, the context that was refused; for Loose, what is not asked for.
}

// String says it in a sentence that names both sides.
func (f Finding) String() string {
	switch f.Kind {
	case Extra:
		return fmt.Sprintf("%s may %s, and never did", f.Function, f.Call)
	case Missing:
		return fmt.Sprintf("%s needs %s%s, and may not", f.Function, f.Call, f.Detail)
	case Twice:
		return fmt.Sprintf("%s may %s twice over", f.Function, f.Call)
	case Loose:
		return fmt.Sprintf("%s may %s whatever the %s", f.Function, f.Call, f.Detail)
	}
	return fmt.Sprintf("%s: %s: %s", f.Function, f.Kind, f.Call)
}

// Diff holds all roles against what was seen, and gives every difference, by function.
func (r Roles) Diff(seen Seen) []Finding {
	functions := slices.AppendSeq(slices.Collect(maps.Keys(r)), maps.Keys(seen))
	slices.Sort(functions)
	var out []Finding
	for _, function := range slices.Compact(functions) {
		out = append(out, diff(function, r[function], seen[function])...)
	}
	return out
}

func diff(function string, grants []Grant, needs []Need) []Finding {
	var out []Finding
	say := func(k Kind, c Call, detail string) {
		f := Finding{function, k, c, detail}
		if !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	for i, g := range grants {
		used := slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return !g.covers(n) })
		if len(used) == 0 {
			say(Extra, g.Call, "")
		}
		if slices.ContainsFunc(grants[:i], func(other Grant) bool { return other.Call == g.Call }) {
			say(Twice, g.Call, "")
		}
		for _, name := range constant(used) {
			if g.When[name] == nil {
				say(Loose, g.Call, name)
			}
		}
	}
	for _, n := range needs {
		if (Roles{function: grants}).Refuses(function, []Need{n}) != nil {
			detail := ""
			if len(n.Context) > 0 {
				detail = fmt.Sprintf(" with %v", n.Context)
			}
			say(Missing, n.Call, detail)
		}
	}
	return out
}

// dayContext names the key of keys of a day: it is the same for a day only, so that no policy can ask for it.
const dayContext = "kms:EncryptionContext:day"

// constant lists the names of which every need says the same.
func constant(needs []Need) []string {
	if len(needs) == 0 {
		return nil
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(needs[0].Context)) {
		differs := func(n Need) bool {
			value, there := n.Context[name]
			return !there || value != needs[0].Context[name]
		}
		if name != dayContext && !slices.ContainsFunc(needs, differs) {
			out = append(out, name)
		}
	}
	return out
}
