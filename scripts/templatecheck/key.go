package templatecheck

import (
	"slices"
	"strings"
)

func keyRules() []Rule {
	return []Rule{
		{"keys_rotate", "an old key opens everything", keysRotate},
		{"keys_bound", "a key's policy is over every role: who stands there needs no other right", keysBound},
		{"keys_usable", "a table, a log or a topic whose key refuses is down", keysUsable},
		{"keys_named", "of three keys without names the wrong one is disabled", keysNamed},
	}
}

func keysRotate(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::KMS::Key") {
		if t.Resource(id)["EnableKeyRotation"] != true {
			f.add(id, "is never rotated")
		}
		if whole(t.Resource(id)["PendingWindowInDays"], 30) != 30 {
			f.add(id, "may be gone before 30 days have passed")
		}
	}
}

// account is the principal that hands the decision to the IAM of this account.
const account = "{AWS: !Sub arn:${AWS::Partition}:iam::${AWS::AccountId}:root}"

// keysBound reads each statement of a key's policy: the account as a whole; or a use, by a service, for this account.
func keysBound(t *Template, f *findings) {
	uses := []string{"kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey",
		"kms:GenerateDataKeyWithoutPlaintext", "kms:CreateGrant", "kms:DescribeKey"}
	for _, id := range t.OfType("AWS::KMS::Key") {
		accounts := 0
		for _, each := range list(At(t.Resource(id), "KeyPolicy", "Statement")) {
			if short(At(each, "Principal")) == account {
				accounts++
				continue
			}
			for _, action := range texts(At(each, "Action")) {
				if !slices.Contains(uses, action) {
					f.add(id, "lets others than the account's administrators %s", action)
				}
			}
			if !isBound(each) {
				f.add(id, "may be used from outside this account, or for anything: %s", short(each))
			}
		}
		if accounts != 1 {
			f.add(id, "is not the account's, so nobody can mend its policy")
		}
	}
}

// isBound is true for a statement that only this account's resources can make use of.
func isBound(statement any) bool {
	conditions := At(statement, "Condition")
	service := short(At(statement, "Principal", "Service"))
	switch {
	case strings.HasPrefix(service, "!Sub logs."):
		arns := list(At(conditions, "ArnLike", "kms:EncryptionContext:aws:logs:arn"))
		return len(arns) > 0 && !slices.ContainsFunc(arns, func(arn any) bool {
			s := text(At(arn, "Fn::Sub"))
			return !strings.HasPrefix(s, "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:/") || !strings.Contains(s, "${Stage}")
		})
	case strings.HasSuffix(service, ".amazonaws.com"):
		return short(conditions) == "{StringEquals: {aws:SourceAccount: !Ref AWS::AccountId}}"
	default:
		return short(At(statement, "Principal")) == "{AWS: *}" && short(At(conditions, "StringEquals", "kms:CallerAccount")) == "!Ref AWS::AccountId" &&
			len(list(At(conditions, "StringEquals", "kms:ViaService"))) > 0
	}
}

// keyUse is what a service must be allowed to do with a key, or all that lies under it is out of reach.
type keyUse struct{ key, by, actions string }

// keyUses follows the services' own lists, with ReEncrypt* and GenerateDataKey* spelt out.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
// https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
func keyUses() []keyUse {
	const most = "kms:Encrypt kms:Decrypt kms:ReEncryptFrom kms:ReEncryptTo kms:GenerateDataKey kms:DescribeKey"
	return []keyUse{
		{"StoreKey", "!Sub dynamodb.${AWS::Region}.${AWS::URLSuffix}", most + " kms:GenerateDataKeyWithoutPlaintext kms:CreateGrant"},
		{"StoreKey", "!Sub secretsmanager.${AWS::Region}.${AWS::URLSuffix}", most + " kms:CreateGrant"},
		{"StoreKey", "cloudwatch.amazonaws.com", "kms:Decrypt kms:GenerateDataKey"},
		{"LogKey", "!Sub logs.${AWS::Region}.amazonaws.com", most},
	}
}

func keysUsable(t *Template, f *findings) {
	for _, use := range keyUses() {
		may := map[string]bool{}
		for _, each := range list(At(t.Resource(use.key), "KeyPolicy", "Statement")) {
			via := list(At(each, "Condition", "StringEquals", "kms:ViaService"))
			isBy := short(At(each, "Principal", "Service")) == use.by || slices.ContainsFunc(via, func(v any) bool { return short(v) == use.by })
			for _, action := range texts(At(each, "Action")) {
				may[action] = may[action] || isBy && At(each, "Effect") == "Allow" && At(each, "Resource") == "*"
			}
		}
		for _, action := range strings.Fields(use.actions) {
			if !may[action] {
				f.add(use.key, "does not let %s %s", use.by, action)
			}
		}
	}
	for _, id := range t.OfType("AWS::KMS::Key") {
		for _, each := range list(At(t.Resource(id), "KeyPolicy", "Statement")) {
			if short(At(each, "Principal")) == account && (At(each, "Action") != "kms:*" || At(each, "Resource") != "*" || At(each, "Effect") != "Allow") {
				f.add(id, "is not in the hands of the account's IAM")
			}
		}
	}
	logs := short(At(t.Resource("LogKey"), "KeyPolicy", "Statement"))
	for _, id := range t.OfType("AWS::Logs::LogGroup") {
		name, prefix := text(At(t.Resource(id)["LogGroupName"], "Fn::Sub")), "/till/${Stage}/"
		if machine := "/aws/vendedlogs/states/till-${Stage}-"; strings.HasPrefix(name, machine) {
			prefix = machine
		}
		if !strings.HasPrefix(name, prefix) || !strings.Contains(logs, ":log-group:"+prefix+"*") {
			f.add(id, "has a name for which LogKey does not encrypt")
		}
	}
}

func keysNamed(t *Template, f *findings) {
	named := map[string]string{}
	for _, id := range t.OfType("AWS::KMS::Alias") {
		p := t.Resource(id)
		named[refersTo(p["TargetKeyId"])] = text(At(p["AliasName"], "Fn::Sub"))
	}
	for _, id := range t.OfType("AWS::KMS::Key") {
		if want := "alias/till-${Stage}-" + strings.ToLower(strings.TrimSuffix(id, "Key")); named[id] != want {
			f.add(id, "is not named %s", want)
		}
	}
}
