// Package permissions holds what the functions' roles allow against what the functions call: none more, none missing. It reads
// the roles of template.yaml, tells of a request to AWS which rights it takes, and stands as a guard between functions and a
// local engine, which looks at no role by itself.
package permissions

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Call is one action on one resource, as AWS authorises it. Resources are told by their logical ids: "OrdersTable",
// "OrdersTable/index/due", "OrdersTable/stream", "Fulfillment/execution", "MailFrom/domain"; "*" where AWS lets none be named.
type Call struct{ Action, Resource string }

// String is "dynamodb:Query on OrdersTable/index/due".
func (c Call) String() string { return c.Action + " on " + c.Resource }

func (c Call) compare(d Call) int {
	return cmp.Or(strings.Compare(c.Action, d.Action), strings.Compare(c.Resource, d.Resource))
}

// Need is a call, with what a role's conditions may ask of it: "kms:EncryptionContext:purpose" is "contact".
type Need struct {
	Call
	Context map[string]string
}

// key tells needs apart.
func (n Need) key() string {
	out := n.String()
	for _, name := range slices.Sorted(maps.Keys(n.Context)) {
		out += fmt.Sprintf(" %q=%q", name, n.Context[name])
	}
	return out
}

// Grant is one call that a role allows, if for each name in When the context has one of the values.
type Grant struct {
	Call
	When map[string][]string
}

// covers tells that the grant allows a need. A name that the context lacks fits no value, as in IAM's StringEquals.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
func (g Grant) covers(n Need) bool {
	if g.Call != n.Call {
		return false
	}
	for name, values := range g.When {
		has, there := n.Context[name]
		if !there || !slices.Contains(values, has) {
			return false
		}
	}
	return true
}

// Roles is what each role allows, by the logical id of the function, or state machine, that takes it.
type Roles map[string][]Grant

// Refuses gives the first need that a function's role does not allow; nil if it allows them all.
func (r Roles) Refuses(function string, needs []Need) *Need {
	for i, n := range needs {
		if !slices.ContainsFunc(r[function], func(g Grant) bool { return g.covers(n) }) {
			return &needs[i]
		}
	}
	return nil
}

// Seen is what functions needed, by their logical id.
type Seen map[string][]Need

// Add notes needs of a function.
func (s Seen) Add(function string, needs []Need) {
	for _, n := range needs {
		if !slices.ContainsFunc(s[function], func(old Need) bool { return old.Call == n.Call && maps.Equal(old.Context, n.Context) }) {
			s[function] = append(s[function], n)
		}
	}
}

// Join gives what was seen by any, each need once, sorted.
func Join(all ...Seen) Seen {
	out := Seen{}
	for _, one := range all {
		for function, needs := range one {
			out[function] = append(out[function], needs...)
		}
	}
	for function, needs := range out {
		out[function] = distinct(needs)
	}
	return out
}

// distinct sorts needs and keeps each once.
func distinct(needs []Need) []Need {
	slices.SortFunc(needs, func(a, b Need) int { return cmp.Or(a.compare(b.Call), strings.Compare(a.key(), b.key())) })
	return slices.CompactFunc(needs, func(a, b Need) bool { return a.key() == b.key() })
}
