package permissions_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"till/scripts/permissions"
	"till/scripts/templatecheck"
)

// parameters are the local stage's.
func parameters() map[string]string { return map[string]string{"Stage": "local"} }

// differences holds a template's roles against what was seen of functions.
func differences(t testing.TB, tpl *templatecheck.Template, seen permissions.Seen) []permissions.Finding {
	t.Helper()
	roles, err := permissions.Load(tpl, parameters())
	if err != nil {
		t.Fatal(err)
	}
	return roles.Diff(seen)
}

func TestRoles(t *testing.T) {
	service, err := permissions.ServiceNeeds(read(t), os.DirFS(project))
	if err != nil {
		t.Fatal(err)
	}
	seen := permissions.Join(lived(t), service)
	t.Run("every role allows what its function calls, and nothing else", func(t *testing.T) {
		for _, f := range differences(t, read(t), seen) {
			t.Error(f)
		}
	})
	for _, b := range breakages() {
		t.Run(b.name, func(t *testing.T) { b.everywhere(t, seen) })
	}
}

// statement is one statement of one role, or of the policy that all roles share, to be broken in place.
type statement struct {
	owner string // Logical id of the role or policy.
	all   []any  // The list that it is in.
	at    int
	own   map[string]any
	set   func([]any) // Sets the list.
}

func (s statement) list(name string) []any {
	if l, isList := s.own[name].([]any); isList {
		return l
	}
	return []any{s.own[name]}
}

// statements lists those that functions and machines have, of a template of its own for each call.
func statements(t testing.TB) (*templatecheck.Template, []statement) {
	t.Helper()
	tpl := read(t)
	var out []statement
	add := func(owner string, document any) {
		d, _ := document.(map[string]any)
		all, _ := d["Statement"].([]any)
		for i, each := range all {
			own, _ := each.(map[string]any)
			out = append(out, statement{owner, all, i, own, func(l []any) { d["Statement"] = l }})
		}
	}
	for _, id := range tpl.OfType("AWS::IAM::Role") {
		policies, _ := tpl.Resource(id)["Policies"].([]any)
		for _, policy := range policies {
			add(id, templatecheck.At(policy, "PolicyDocument"))
		}
	}
	for _, id := range tpl.OfType("AWS::IAM::ManagedPolicy") {
		add(id, tpl.Resource(id)["PolicyDocument"])
	}
	if len(out) < 100 {
		t.Fatalf("only %d statements", len(out))
	}
	return tpl, out
}

// breakage breaks a statement in every way of its kind, one at a time, mending it before the next.
type breakage struct {
	name string
	want permissions.Kind
	each func(s statement, try func(what string))
}

func breakages() []breakage {
	return []breakage{
		{"any action less is found", permissions.Missing, func(s statement, try func(string)) {
			for i, action := range s.list("Action") {
				s.change("Action", slices.Delete(slices.Clone(s.list("Action")), i, i+1), func() { try(action.(string)) })
			}
		}},
		{"any resource less is found", permissions.Missing, func(s statement, try func(string)) {
			for i := range s.list("Resource") {
				s.change("Resource", slices.Delete(slices.Clone(s.list("Resource")), i, i+1), func() { try("") })
			}
		}},
		{"an action more is found, in any statement", permissions.Extra, func(s statement, try func(string)) {
			for _, more := range []string{"dynamodb:Scan", "sqs:PurgeQueue", "kms:Encrypt", "logs:*", "*"} {
				s.change("Action", append(slices.Clone(s.list("Action")), more), func() { try(more) })
			}
		}},
		{"a resource more is found, in any statement", permissions.Extra, func(s statement, try func(string)) {
			more := map[string]any{"Fn::GetAtt": "ApiLog.Arn"}
			s.change("Resource", append(slices.Clone(s.list("Resource")), more), func() { try("") })
		}},
		{"every resource in place of one is found", permissions.Extra, func(s statement, try func(string)) {
			if s.own["Resource"] != "*" {
				s.change("Resource", "*", func() { try("") })
			}
		}},
		{"what is allowed twice over is found", permissions.Twice, func(s statement, try func(string)) {
			s.set(append(slices.Clone(s.all), s.own))
			try("")
			s.set(s.all)
		}},
		{"any condition less is found", permissions.Loose, func(s statement, try func(string)) {
			s.conditions(func(names map[string]any, name string) {
				was := names[name]
				delete(names, name)
				try("")
				names[name] = was
			})
		}},
		{"any condition that is never met is found", permissions.Missing, func(s statement, try func(string)) {
			s.conditions(func(names map[string]any, name string) {
				was := names[name]
				names[name] = "other"
				try("")
				names[name] = was
			})
		}},
	}
}

// change sets a member for as long as try runs; a list that came to nothing takes the statement with it.
func (s statement) change(name string, to any, try func()) {
	was := s.own[name]
	s.own[name] = to
	if l, isList := to.([]any); isList && len(l) == 0 {
		s.set(slices.Delete(slices.Clone(s.all), s.at, s.at+1))
	}
	try()
	s.own[name] = was
	s.set(s.all)
}

func (s statement) conditions(each func(names map[string]any, name string)) {
	names, _ := templatecheck.At(s.own, "Condition", "StringEquals").(map[string]any)
	all := make([]string, 0, len(names))
	for name := range names {
		all = append(all, name)
	}
	for _, name := range all {
		each(names, name)
	}
}

// everywhere breaks each statement of the template, and wants each breakage found where it was made.
func (b breakage) everywhere(t *testing.T, seen permissions.Seen) {
	tpl, all := statements(t)
	sound := differences(t, tpl, seen)
	tried, found := 0, 0
	for _, s := range all {
		b.each(s, func(what string) {
			tried++
			if slices.ContainsFunc(differences(t, tpl, seen), func(f permissions.Finding) bool {
				return f.Kind == b.want && !slices.Contains(sound, f) && strings.HasPrefix(f.Call.Action, what) && hasRole(tpl, f.Function, s.owner)
			}) {
				found++
				return
			}
			t.Errorf("%s: %s of %v on %v is not found", s.owner, what, s.own["Action"], s.own["Resource"])
		})
	}
	if diff := fmt.Sprint(differences(t, tpl, seen)); diff != fmt.Sprint(sound) {
		t.Fatalf("not mended: %s", diff)
	}
	t.Logf("%d of %d found", found, tried)
	if tried == 0 {
		t.Error("nothing was broken")
	}
}

// hasRole tells that a function takes a role, or a policy by way of its role.
func hasRole(tpl *templatecheck.Template, function, owner string) bool {
	role := fmt.Sprint(tpl.Resource(function)["Role"])
	id, _, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(role, "map[Fn::GetAtt:"), "]"), ".")
	return id == owner || strings.Contains(fmt.Sprint(tpl.Resource(id)["ManagedPolicyArns"]), ":"+owner+"]")
}
