package templatecheck

import (
	"slices"
	"strings"
)

func storeRules() []Rule {
	return []Rule{
		{"table_protected", "orders lost are money lost", tableProtected},
		{"inbox_forgets", "events are kept 45 days and no longer", inboxForgets},
		{"codes_forgotten", "codes of addresses that nobody orders with are not to pile up", codesForgotten},
		{"orders_stream", "without new images there is nothing to relay", ordersStream},
		{"table_keys", "an index that lacks a key finds nothing", tableKeys},
		{"secrets_generated", "a secret in a template is a secret in every clone", secretsGenerated},
		{"secrets_readable", "a function looks for its key under the member's name", secretsReadable},
	}
}

func tableProtected(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::DynamoDB::Table") {
		p := t.Resource(id)
		if At(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			f.add(id, "cannot be restored to a point in time")
		}
		if days := At(p, "PointInTimeRecoverySpecification", "RecoveryPeriodInDays"); days != 35 {
			f.add(id, "can be restored for %v days, not 35", days)
		}
		t.want(f, id, "DeletionProtectionEnabled", "!If [Protected, true, false]")
		if short(p["SSESpecification"]) != "{KMSMasterKeyId: !GetAtt StoreKey.Arn, SSEEnabled: true, SSEType: KMS}" {
			f.add(id, "is not encrypted by our key")
		}
		if p["BillingMode"] != "PAY_PER_REQUEST" {
			f.add(id, "is paid for while nobody buys")
		}
	}
}

// tableShapes is each table's key and its indexes, as package dynamo reads them; every attribute is a text.
func tableShapes() map[string]string {
	return map[string]string{
		"OrdersTable":    "pk sk; customer: customer placed KEYS_ONLY; day: day placed KEYS_ONLY; due: due_shard due KEYS_ONLY; returns: returns placed KEYS_ONLY",
		"CatalogTable":   "pk sk; list: list sku ALL",
		"InboxTable":     "pk; due: due_shard due KEYS_ONLY; kept: kept since KEYS_ONLY",
		"CustomersTable": "pk sk",
	}
}

// keyOf writes a key: "pk sk". A part that is not of the kind that its place wants shows as it is.
func keyOf(schema any) string {
	var out []string
	for i, each := range list(schema) {
		name := text(At(each, "AttributeName"))
		if want := []string{"HASH", "RANGE"}[min(i, 1)]; At(each, "KeyType") != want {
			name = short(each)
		}
		out = append(out, name)
	}
	return strings.Join(out, " ")
}

func tableKeys(t *Template, f *findings) {
	left := tableShapes()
	for _, id := range t.OfType("AWS::DynamoDB::Table") {
		p := t.Resource(id)
		keys, indexes := []string{keyOf(p["KeySchema"])}, []string{}
		for _, each := range list(p["GlobalSecondaryIndexes"]) {
			key := keyOf(At(each, "KeySchema"))
			keys = append(keys, key)
			indexes = append(indexes, "; "+text(At(each, "IndexName"))+": "+key+" "+text(At(each, "Projection", "ProjectionType")))
		}
		slices.Sort(indexes)
		if got := keys[0] + strings.Join(indexes, ""); got != left[id] {
			f.add(id, "is %q, not %q", got, left[id])
		}
		delete(left, id)
		var defined []string
		for _, each := range list(p["AttributeDefinitions"]) {
			if At(each, "AttributeType") == "S" {
				defined = append(defined, text(At(each, "AttributeName")))
			}
		}
		used := strings.Fields(strings.Join(keys, " "))
		slices.Sort(used)
		if slices.Sort(defined); !slices.Equal(slices.Compact(used), defined) {
			f.add(id, "defines %v as texts and uses %v", defined, used)
		}
	}
	for id := range left {
		f.add(id, "is no table")
	}
}

func inboxForgets(t *Template, f *findings) {
	ttl := t.Resource("InboxTable")["TimeToLiveSpecification"]
	if At(ttl, "AttributeName") != "ttl" || At(ttl, "Enabled") != true {
		f.add("InboxTable", "keeps events for ever")
	}
}

func codesForgotten(t *Template, f *findings) {
	ttl := t.Resource("CustomersTable")["TimeToLiveSpecification"]
	if At(ttl, "AttributeName") != "ttl" || At(ttl, "Enabled") != true {
		f.add("CustomersTable", "keeps one-time codes for ever")
	}
}

func ordersStream(t *Template, f *findings) {
	if At(t.Resource("OrdersTable"), "StreamSpecification", "StreamViewType") != "NEW_IMAGE" {
		f.add("OrdersTable", "has no stream of new images")
	}
}

func secretsGenerated(t *Template, f *findings) {
	for _, id := range t.OfType("AWS::SecretsManager::Secret") {
		p := t.Resource(id)
		if refersTo(p["KmsKeyId"]) != "StoreKey" {
			f.add(id, "is not encrypted by our key")
		}
		generated := p["GenerateSecretString"]
		if length := whole(At(generated, "PasswordLength"), 32); generated != nil && (length < 43 || length > 4096) {
			f.add(id, "has %d characters: fewer than 256 bits take, or more than can be made", length)
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

// secretsReadable holds the members of each secret to those that package secrets reads.
func secretsReadable(t *Template, f *findings) {
	for id, want := range map[string]string{
		"LinkSecret": "{} current", "VaultSecret": "{} index_key",
		"GatewaySecrets": `{"stripe":{"api_key":"","publishable_key":"","webhook_secrets":[]}, ` +
			`"paypal":{"client_id":"","client_secret":"","webhook_ids":[]}, ` +
			`"square":{"access_token":"","application_id":"","location_id":"","merchant_id":"","currency":"","signature_keys":[]}}`,
	} {
		p := t.Resource(id)
		got := text(p["SecretString"])
		if made := p["GenerateSecretString"]; made != nil {
			got = text(At(made, "SecretStringTemplate")) + " " + text(At(made, "GenerateStringKey"))
		}
		if got != want {
			f.add(id, "has the members %q, not %q", got, want)
		}
	}
}
