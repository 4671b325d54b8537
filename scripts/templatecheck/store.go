package templatecheck

import "strings"

func storeRules() []Rule {
	return []Rule{
		{"table_protected", "orders lost are money lost", tableProtected},
		{"inbox_forgets", "events are kept 45 days and no longer", inboxForgets},
		{"orders_stream", "without new images there is nothing to relay", ordersStream},
		{"keys_rotate", "an old key opens everything", keysRotate},
		{"secrets_generated", "a secret in a template is a secret in every clone", secretsGenerated},
	}
}

// isOn is true for true, and for a condition whose first answer is true: the parameter's default switches it on.
func isOn(v any) bool {
	if branches := list(At(v, "Fn::If")); len(branches) == 3 {
		return branches[0] == "Protected" && branches[1] == true
	}
	return v == true
}

func (t *Template) retained(id string, f *findings) {
	for _, key := range []string{"DeletionPolicy", "UpdateReplacePolicy"} {
		if text(At(t.resources()[id], key)) != "Retain" {
			f.add(id, "%s is not Retain", key)
		}
	}
}

func tableProtected(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::DynamoDB::Table") {
		p := t.Resource(id)
		t.retained(id, f)
		if At(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			f.add(id, "cannot be restored to a point in time")
		}
		if !isOn(p["DeletionProtectionEnabled"]) {
			f.add(id, "may be deleted")
		}
		if At(p, "SSESpecification", "SSEType") != "KMS" || refersTo(At(p, "SSESpecification", "KMSMasterKeyId")) != "StoreKey" {
			f.add(id, "is not encrypted by our key")
		}
		if p["BillingMode"] != "PAY_PER_REQUEST" {
			f.add(id, "is paid for while nobody buys")
		}
		defined := map[string]bool{}
		for _, each := range list(p["AttributeDefinitions"]) {
			defined[text(At(each, "AttributeName"))] = At(each, "AttributeType") == "S"
		}
		if !defined["pk"] {
			f.add(id, "has no text attribute pk")
		}
	}
	if at := At(t.Root, "Parameters", "DeletionProtection", "Default"); at != "true" {
		f.add("DeletionProtection", "is off unless somebody thinks of it")
	}
}

func inboxForgets(t *Template, f *findings) {
	ttl := t.Resource("InboxTable")["TimeToLiveSpecification"]
	if At(ttl, "AttributeName") != "ttl" || At(ttl, "Enabled") != true {
		f.add("InboxTable", "keeps events for ever")
	}
}

func ordersStream(t *Template, f *findings) {
	if At(t.Resource("OrdersTable"), "StreamSpecification", "StreamViewType") != "NEW_IMAGE" {
		f.add("OrdersTable", "has no stream of new images")
	}
}

func keysRotate(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::KMS::Key") {
		t.retained(id, f)
		if t.Resource(id)["EnableKeyRotation"] != true {
			f.add(id, "is never rotated")
		}
	}
}

func secretsGenerated(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::SecretsManager::Secret") {
		p := t.Resource(id)
		t.retained(id, f)
		if refersTo(p["KmsKeyId"]) != "StoreKey" {
			f.add(id, "is not encrypted by our key")
		}
		generated := p["GenerateSecretString"]
		if length := whole(At(generated, "PasswordLength"), 32); generated != nil && length < 43 {
			f.add(id, "has %d characters, fewer than 256 bits take", length)
		}
		// What stands here is a form to fill in: members, no values.
		if form := text(p["SecretString"]); strings.ContainsAny(strings.ReplaceAll(form, "_secrets", ""), "0123456789") ||
			strings.Contains(form, "sk_") || strings.Contains(form, "whsec") {
			f.add(id, "has its secret in the template")
		}
		if (generated == nil) == (text(p["SecretString"]) == "") {
			f.add(id, "is neither generated nor a form to fill in")
		}
	}
}
