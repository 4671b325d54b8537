package templatecheck_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"till/scripts/templatecheck"
)

// harmless are the lines that may go and may change, each with its reason: "KIND.where", with [] for any place in a list; a star
// at the end stands for all that begins so. Everything else in the template must be missed by a rule.
func harmless() map[string]string {
	const words = "words for people"
	return map[string]string{
		"AWS::CloudWatch::Alarm.Properties.Metrics[].Id":                                  "any name will do; that they are there and differ is a rule",
		"AWS::Cognito::UserPool.Properties.Policies.PasswordPolicy.Require*":              "length protects; a class of characters more or less does not",
		"AWS::Cognito::UserPoolClient.Properties.ClientName":                              words,
		"AWS::Cognito::UserPoolGroup.Properties.Description":                              words,
		"AWS::Cognito::UserPoolGroup.Properties.Precedence":                               "it chooses among roles, and the groups have none",
		"AWS::IAM::ManagedPolicy.Properties.Description":                                  words,
		"AWS::IAM::Role.Properties.Policies[].PolicyName":                                 words,
		"AWS::KMS::Key.Properties.Description":                                            words,
		"AWS::KMS::Key.Properties.KeyPolicy.Statement[].Sid":                              words,
		"AWS::SNS::Topic.Properties.DisplayName*":                                         words,
		"AWS::SNS::TopicPolicy.Properties.PolicyDocument.Statement[].Sid":                 words,
		"AWS::SQS::Queue.Properties.ReceiveMessageWaitTimeSeconds":                        "Lambda's pollers wait by themselves",
		"AWS::SQS::QueuePolicy.Properties.PolicyDocument.Statement[].Sid":                 words,
		"AWS::SecretsManager::Secret.Properties.Description":                              words,
		"AWS::SecretsManager::Secret.Properties.GenerateSecretString.ExcludePunctuation":  "64 characters are enough with it and without",
		"AWS::Serverless::Function.Properties.Description":                                words,
		"AWS::Serverless::Function.Properties.Events.EachMinute.Properties.Description":   words,
		"AWS::Serverless::Function.Properties.Events.EachDay.Properties.Description":      words,
		"AWS::Serverless::Function.Properties.Events.EachQuarter.Properties.Description":  words,
		"AWS::Serverless::HttpApi.Properties.DefaultRouteSettings.DetailedMetricsEnabled": "for graphs by route; the alarm counts the whole API",
		"AWS::Serverless::HttpApi.Properties.Description":                                 words,
	}
}

// mayGo are the lines without which all stays as it is.
func mayGo() map[string]string {
	const few = "too few rights are found by calling: what is granted is compared with what is used"
	const ours = "the common value of Globals is within the limits too"
	return map[string]string{
		"AWS::ApiGatewayV2::DomainName.Metadata":                                     "without it the linter asks again",
		"AWS::IAM::Role.Properties.Policies[].PolicyDocument.Statement[]":            few,
		"AWS::IAM::Role.Properties.Policies[].PolicyDocument.Statement[].Action[]":   few,
		"AWS::IAM::Role.Properties.Policies[].PolicyDocument.Statement[].Resource[]": few,
		"AWS::KMS::Key.Properties.PendingWindowInDays":                               "30 days are KMS's default",
		"AWS::SQS::Queue.Properties.MessageRetentionPeriod":                          "four days are SQS's default",
		"AWS::Serverless::Function.Properties.Events.EachMinute.Properties.Enabled":  "a schedule is on unless it says otherwise",
		"AWS::Serverless::Function.Properties.Events.EachDay.Properties.Enabled":     "a schedule is on unless it says otherwise",
		"AWS::Serverless::Function.Properties.Events.EachQuarter.Properties.Enabled": "a schedule is on unless it says otherwise",
		"AWS::Serverless::Function.Properties.MemorySize":                            ours,
		"AWS::Serverless::Function.Properties.Timeout":                               ours,
		"Outputs.*": "for people and scripts; that what is there shows no secret and leads somewhere is a rule",
	}
}

// mayChange are the words that people read. That they are there is a rule.
func mayChange() map[string]string {
	const words = "words for people"
	return map[string]string{
		"Description": words,
		"AWS::CloudWatch::Alarm.Properties.AlarmDescription":      words,
		"AWS::CloudWatch::Alarm.Properties.Metrics[].Label":       words,
		"Rules.ProdIsReal.Assertions[].AssertDescription":         words,
		"Outputs.ApiUrl.Value.Fn::If[].Fn::Sub":                   words,
		"Outputs.CustomerSignInUrl.Value.Fn::Sub":                 words,
		"AWS::CloudWatch::Alarm.Properties.Metrics[].Fn::If[].Id": "any name will do; that they are there and differ is a rule",
	}
}

// spared is the pattern by which a line may be hurt; "" if there is none.
func spared(patterns map[string]string, at string) string {
	for pattern := range patterns {
		if begin, isPrefix := strings.CutSuffix(pattern, "*"); at == pattern || isPrefix && strings.HasPrefix(at, begin) {
			return pattern
		}
	}
	// Parameters and outputs each say what they are.
	if parts := strings.Split(at, "."); len(parts) == 3 && parts[2] == "Description" && patterns["Description"] != "" {
		return "Description"
	}
	return ""
}

// mutation hurts the template in one place, looks whether a rule sees it, and puts the place back.
type mutation struct {
	tpl         *templatecheck.Template
	rules       []templatecheck.Rule
	may         map[string]string // What is spared, with reasons.
	tried, seen int
	saw         map[string]templatecheck.Rule // The rule that saw a line of this pattern last.
	spared      map[string]int
	unseen      map[string]int
}

func (m *mutation) look(at string) {
	m.tried++
	if pattern := spared(m.may, at); pattern != "" {
		m.spared[pattern]++
		return
	}
	// What saw this line elsewhere probably sees it here too.
	if r, known := m.saw[at]; known && len(r.Check(m.tpl)) > 0 {
		m.seen++
		return
	}
	for i, r := range m.rules {
		if len(r.Check(m.tpl)) > 0 {
			m.seen++
			m.saw[at] = r
			// The next place is probably seen by the same rule: ask it first, the others in the order in which they last saw something.
			copy(m.rules[1:i+1], m.rules[:i])
			m.rules[0] = r
			return
		}
	}
	m.unseen[at]++
}

// remove takes away every key and every place in a list under v, one at a time.
func (m *mutation) remove(at string, v any, put func(any)) {
	switch x := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			old := x[key]
			delete(x, key)
			m.look(at + "." + key)
			x[key] = old
			m.remove(at+"."+key, old, func(v any) { x[key] = v })
		}
	case []any:
		for i, old := range x {
			put(slices.Delete(slices.Clone(x), i, i+1))
			m.look(at + "[]")
			put(x)
			m.remove(at+"[]", old, func(v any) { x[i] = v })
		}
	}
}

// alter puts other values in the place of every value under v that is no map and no list, one at a time.
func (m *mutation) alter(at string, v any, put func(any)) {
	try := func(others ...any) {
		for _, other := range others {
			put(other)
			m.look(at)
		}
		put(v)
	}
	switch x := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(x)) {
			m.alter(at+"."+key, x[key], func(v any) { x[key] = v })
		}
	case []any:
		for i := range x {
			m.alter(at+"[]", x[i], func(v any) { x[i] = v })
		}
	case bool:
		try(!x)
	case int:
		try(-1, 1000*x+1)
	case string:
		if x != "*" {
			try("*")
		}
		try("Elsewhere")
	}
}

// mutate runs how over each resource, under the name of its type, and over the other parts.
func mutate(t *testing.T, may map[string]string, how func(m *mutation, at string, v any)) {
	t.Helper()
	maps.Copy(may, harmless())
	m := &mutation{may: may, tpl: load(t), rules: templatecheck.Rules(), saw: map[string]templatecheck.Rule{}, spared: map[string]int{}, unseen: map[string]int{}}
	resources := m.tpl.Root["Resources"].(map[string]any)
	for _, id := range slices.Sorted(maps.Keys(resources)) {
		how(m, templatecheck.At(resources[id], "Type").(string), resources[id])
	}
	for _, part := range []string{"Parameters", "Rules", "Conditions", "Globals", "Outputs"} {
		how(m, part, m.tpl.Root[part])
	}
	for _, r := range m.rules {
		if len(r.Check(m.tpl)) > 0 {
			t.Fatal("the template was not put back as it was")
		}
	}
	lost, few := 0, 0
	for _, at := range slices.Sorted(maps.Keys(m.unseen)) {
		lost += m.unseen[at]
		t.Errorf("%s: no rule saw it, in %d places", at, m.unseen[at])
	}
	for pattern := range may {
		if m.spared[pattern] == 0 {
			t.Errorf("%s is spared and is not there", pattern)
		}
	}
	for _, n := range m.spared {
		few += n
	}
	t.Logf("%d of %d faults flagged, one at a time; %d more are harmless, for %d reasons", m.seen, m.seen+lost, few, len(may))
}

func TestEveryLineThatIsRemovedIsMissed(t *testing.T) {
	t.Parallel()
	mutate(t, mayGo(), func(m *mutation, at string, v any) { m.remove(at, v, nil) })
}

func TestEveryValueThatIsAlteredIsSeen(t *testing.T) {
	t.Parallel()
	mutate(t, mayChange(), func(m *mutation, at string, v any) { m.alter(at, v, nil) })
}
