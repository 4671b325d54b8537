package shared_test

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// reader is what reads foreign input: a function or method, and the fuzz target that holds it. A target that reaches it through
// others names in via what it calls.
type reader struct{ what, reads, target, via string }

// parsers lists everything that reads what shoppers, staff, gateways, AWS, queues, tables or people at a console have written.
func parsers() []reader {
	return []reader{
		// Requests.
		{"a request's body", "shared/edge/apigw.Parse", "shared/edge/apigw.FuzzParse", ""},
		{"the members of a body", "shared/edge/apigw.Into", "shared/edge/apigw.FuzzParse", ""},
		{"a body's bytes and media type", "shared/edge/apigw.Read", "shared/edge/apigw.FuzzRead", ""},
		{"a whole request of any route", "shared/edge/apigw.Decode", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what a request asks to be done, in one", "shared/edge/access.Desk", "functions/assembly.FuzzRoutes", "HTTP"},
		{"the id of a payment in a path", "shared/edge/access.Attempt", "functions/assembly.FuzzRoutes", "HTTP"},
		{"an order's basket", "functions/shopper/placeorder.Handle", "functions/shopper/placeorder.FuzzNoBodyIsA5xxOrAPanic", "HTTP"},
		{"an Idempotency-Key", "shared/edge/apigw.IdempotencyKey", "shared/edge/apigw.FuzzIdempotencyKey", ""},
		{"a condition on a version", "shared/edge/apigw.ReadCondition", "shared/edge/apigw.FuzzCondition", ""},
		{"a credential", "shared/edge/apigw.Bearer", "shared/edge/apigw.FuzzBearer", ""},
		{"a staff token's claims", "shared/edge/apigw.RequireStaff", "shared/edge/apigw.FuzzRequireStaff", ""},
		{"a sign-in's event", "functions/staff/tokenclaims.Handle", "functions/assembly.FuzzClaims", "TokenClaims"},
		{"a link's token", "shared/link.Verify", "shared/link.FuzzVerify", ""},
		{"the tags of what a caller has", "shared/edge/apigw.Fresh", "shared/edge/apigw.FuzzFresh", ""},
		{"a page's cursor", "shared/edge/apigw.DecodeCursor", "shared/edge/apigw.FuzzDecodeCursor", ""},
		{"a shop's settings", "functions/staff/shopsettings.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"a shop's settings, once in shape", "shared/shop.Check", "shared/shop.FuzzCheck", ""},
		{"a return URL", "shared/edge/apigw.ReturnURL", "shared/edge/apigw.FuzzReturnURL", ""},
		{"a place in the inbox", "shared/inbox.ParsePlace", "shared/inbox.FuzzParsePlace", ""},
		{"an order's id", "shared/order.ParseID", "shared/order.FuzzParseID", ""},
		{"a return's id", "shared/order.ParseReturnID", "shared/order.FuzzParseReturnID", ""},
		{"a VAT number", "shared/pricing.ParseVATNumber", "shared/pricing.FuzzParseVATNumber", ""},
		{"a SKU", "shared/catalog.ParseSKU", "shared/catalog.FuzzParseSKU", ""},
		{"a currency", "shared/money.Parse", "shared/money.FuzzParse", ""},
		{"an amount", "shared/money.UnmarshalJSON", "shared/money.FuzzJSON", "Unmarshal"},
		{"an address", "shared/address.Parse", "shared/address.FuzzParse", ""},
		{"an e-mail address", "shared/person.ParseEmail", "shared/person.FuzzEmail", ""},
		{"a phone number", "shared/person.ParsePhone", "shared/person.FuzzPhone", ""},
		{"free text", "shared/person.ParseText", "shared/person.FuzzNote", ""},
		{"a name", "shared/person.ParseName", "shared/person.FuzzText", ""},
		{"a parcel's label", "shared/fulfillment.CheckLabel", "shared/fulfillment.FuzzCheckLabel", ""},
		{"card data", "shared/carddata.Found", "shared/carddata.FuzzFound", ""},
		// Gateways.
		{"a webhook's signature", "shared/gateway/stripegw.Verify", "shared/gateway/stripegw.FuzzSignature", ""},
		{"a webhook's event", "shared/gateway/stripegw.Verify", "shared/gateway/stripegw.FuzzVerify", ""},
		{"an expanded property of an event", "shared/gateway/stripegw.UnmarshalJSON", "shared/gateway/stripegw.FuzzVerify", "Verify"},
		{"a whole delivery", "shared/edge/hook.Handle", "functions/webhook/receivestripe.FuzzNoBodyAndNoSignatureIsA5xxOrAPanic", "HTTP"},
		{"Stripe's answers", "shared/gateway/stripegw.Fetch", "shared/gateway/stripegw.FuzzAnswers", ""},
		{"Stripe's list of events", "shared/gateway/stripegw.Events", "shared/gateway/stripegw.FuzzAnswers", ""},
		{"what Stripe says to a capture", "shared/gateway/stripegw.Capture", "shared/gateway/stripegw.FuzzAnswers", ""},
		{"the signature of PayPal's webhooks", "shared/gateway/paypalgw.Verify", "shared/gateway/paypalgw.FuzzVerify", ""},
		{"an event of PayPal's", "shared/gateway/paypalgw.Verify", "shared/gateway/paypalgw.FuzzEvent", ""},
		{"PayPal's answers", "shared/gateway/paypalgw.Fetch", "shared/gateway/paypalgw.FuzzAnswers", ""},
		{"the signature of Square's webhooks", "shared/gateway/squaregw.Verify", "shared/gateway/squaregw.FuzzVerify", ""},
		{"an event of Square's", "shared/gateway/squaregw.Verify", "shared/gateway/squaregw.FuzzEvent", ""},
		{"Square's answers", "shared/gateway/squaregw.Fetch", "shared/gateway/squaregw.FuzzAnswers", "everyCall"},
		{"an answer in JSON", "shared/gateway/jsonapi.Do", "shared/gateway/jsonapi.FuzzDo", ""},
		{"whose order a link is asked for", "functions/shopper/sendlink.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"a customer's one-time code", "shared/edge/onrequest.Open", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what a one-time code is for", "shared/passcode.ParsePurpose", "shared/passcode.FuzzParsePurpose", ""},
		{"a stored one-time code", "shared/passcode.Decode", "shared/passcode.FuzzDecode", ""},
		{"a place in a customer's orders", "functions/shopper/myorders.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what a shopper sends back", "functions/shopper/askreturn.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what came back", "functions/staff/returns.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what is to be another of an order", "functions/shopper/editorder.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what a gateway's form brought", "functions/shopper/confirmpayment.Handle", "functions/assembly.FuzzRoutes", "HTTP"},
		{"what a shopper's browser says it reads", "shared/person.LanguageOf", "shared/person.FuzzLanguageOf", ""},
		// Queues, the stream, the machine.
		{"a message about an event", "shared/message.ReadEvent", "shared/message.FuzzRead", ""},
		{"a message about fulfillment", "shared/message.ReadFulfillment", "shared/message.FuzzRead", ""},
		{"a message about a mail", "shared/message.ReadMail", "shared/message.FuzzRead", ""},
		{"a batch of messages", "shared/edge/sqsbatch.Run", "functions/assembly.FuzzBatches", "ApplyEvents"},
		{"an image of the stream", "functions/worker/relay.Handle", "functions/assembly.FuzzStream", "Relay"},
		{"a task's input and token", "functions/step/requestshipment.Handle", "functions/assembly.FuzzTasks", "RequestShipment"},
		// Tables and the vault.
		{"a stored order", "shared/order.Decode", "shared/order.FuzzDecode", ""},
		{"a stored change", "shared/order.DecodeChange", "shared/order.FuzzDecodeChange", ""},
		{"a stored posting", "shared/ledger.UnmarshalJSON", "shared/ledger.FuzzPostingJSON", "Unmarshal"},
		{"a chain of changes", "shared/order.Replay", "shared/order.FuzzDecodeChange", ""},
		{"what a shopper looks for", "shared/catalog.ParseSearch", "shared/catalog.FuzzParseSearch", ""},
		{"a stored version of a product", "shared/catalog.DecodeVersion", "shared/catalog.FuzzDecodeVersion", ""},
		{"a stored version of a shop's settings", "shared/shop.DecodeVersion", "shared/shop.FuzzDecodeVersion", ""},
		{"a stored breaker", "shared/routing.DecodeBreaker", "shared/routing.FuzzDecodeBreaker", ""},
		{"a location", "shared/catalog.ParseLocation", "shared/catalog.FuzzParseLocation", ""},
		{"a stored layout of stock", "shared/catalog.DecodeLayout", "shared/catalog.FuzzDecodeLayout", ""},
		{"a stored entry of stock", "shared/catalog.DecodeEntry", "shared/catalog.FuzzDecodeEntry", ""},
		{"what a comparison of stock left", "shared/catalog.DecodeStockCheck", "shared/catalog.FuzzDecodeStockCheck", ""},
		{"what a day at rest has sold", "shared/catalog.DecodeStockDay", "shared/catalog.FuzzDecodeStockCheck", ""},
		{"a stored product", "shared/catalog.DecodeProduct", "shared/catalog.FuzzDecodeProduct", ""},
		{"a row of a table", "shared/dynamo.Order", "shared/dynamo.FuzzRows", ""},
		{"a place in a table's list", "shared/dynamo.DayOrders", "shared/dynamo.FuzzCursor", ""},
		{"a place in a list of changes", "shared/dynamo.LateChanges", "shared/dynamo.FuzzCursor", ""},
		{"a file of products", "scripts/catalog/sheet.Read", "scripts/catalog/sheet.FuzzRead", ""},
		{"a settlement file", "shared/settlement.Read", "shared/settlement.FuzzRead", ""},
		{"a page of what a gateway settled", "shared/settlement.ReadPage", "shared/settlement.FuzzRead", ""},
		{"a text in it that may be none", "shared/settlement.UnmarshalJSON", "shared/settlement.FuzzRead", "Read"},
		{"an export of the books", "shared/reconcile.ReadBook", "shared/reconcile.FuzzReadBook", ""},
		{"a place in a list in memory", "shared/memory.ListProducts", "shared/memory.FuzzCursor", ""},
		{"a sealed record", "shared/vault.Open", "shared/vault.FuzzOpen", ""},
		{"a sealed contact", "shared/vault.OpenContact", "shared/vault.FuzzOpenContact", ""},
		// What stands in for AWS and the gateways on a laptop, and what operators use.
		{"the machine's definition", "scripts/localcloud/asl.Load", "scripts/localcloud/asl.FuzzLoad", ""},
		{"a task's token and answer", "scripts/localcloud/asl.Succeed", "scripts/localcloud/asl.FuzzToken", ""},
		{"a path of a definition", "scripts/localcloud/asl.UnmarshalJSON", "scripts/localcloud/asl.FuzzLoad", "Load"},
		{"the template", "scripts/localcloud/template.Load", "scripts/localcloud/template.FuzzLoad", ""},
		{"an event pattern", "scripts/localcloud/pattern.Compile", "scripts/localcloud/pattern.FuzzPattern", ""},
		{"a schedule", "scripts/localcloud/schedule.Parse", "scripts/localcloud/schedule.FuzzParse", ""},
		{"a request as a client sends it", "scripts/localcloud/httpapi.ServeHTTP", "scripts/localcloud/httpapi.FuzzRequest", "call"},
		{"a function's answer", "scripts/localcloud/httpapi.UnmarshalJSON", "scripts/localcloud/httpapi.FuzzAnswer", "call"},
		{"a staff token", "scripts/localcloud/cognito.Verify", "scripts/localcloud/cognito.FuzzVerify", ""},
		{"a call of Stripe's API", "scripts/localcloud/stripesim.ServeHTTP", "scripts/localcloud/stripesim.FuzzAnyRequestIsAnswered", "newShop"},
		{"faults asked for", "scripts/localcloud/gatewaysim.UnmarshalJSON", "scripts/localcloud/gatewaysim.FuzzFaults", "Unmarshal"},
		{"a call of AWS", "scripts/permissions.Recognise", "scripts/permissions.FuzzRecognise", ""},
		{"a dead letter about an event", "scripts/redrive/letters.ReadEvent", "scripts/redrive/letters.FuzzRead", ""},
		{"a dead letter about fulfillment", "scripts/redrive/letters.ReadFulfillment", "scripts/redrive/letters.FuzzRead", ""},
		{"a dead letter about a mail", "scripts/redrive/letters.ReadMail", "scripts/redrive/letters.FuzzRead", ""},
		{"a dead letter of the relay", "scripts/redrive/letters.ReadFailure", "scripts/redrive/letters.FuzzRead", ""},
	}
}

// notForeign are functions with the name of a parser that read what we wrote ourselves, with the reason.
func notForeign() map[string]string {
	return map[string]string{ //nolint:gosec // names of functions
		"shared/eventfile.Read":           "files of events/, in tests",
		"shared/secrets.UnmarshalText":    "keeps any text; what it means is checked by secrets.Link, Gateways and Vault",
		"scripts/redrive/letters.Parse":   "the command line of who runs it",
		"scripts/engines/tally.Read":      "the output of go test",
		"shared/gateway/gatewaytest.Read": "tests",
		"scripts/shoptest.Read":           "tests",
		"scripts/simulate/world.Read":     "reads nothing: it is the white space behind an answer that is too long",
	}
}

// funcs maps "folder.Name" to the files that declare it, tests apart or alone.
func funcs(all []source, tests bool) map[string][]source {
	out := map[string][]source{}
	for _, s := range all {
		if s.isTest() != tests {
			continue
		}
		for _, d := range s.file.Decls {
			if f, isFunc := d.(*ast.FuncDecl); isFunc {
				key := s.folder + "." + f.Name.Name
				out[key] = append(out[key], s)
			}
		}
	}
	return out
}

// uses tells whether a function of a file mentions a name, itself or through a function of the same file.
func uses(s source, function, name string) bool {
	found := false
	ast.Inspect(s.file, func(n ast.Node) bool {
		if id, isName := n.(*ast.Ident); isName && id.Name == name {
			found = true
		}
		return !found
	})
	return found && function != ""
}

func TestParsersOfForeignInput(t *testing.T) {
	all := sources(t)
	t.Run("every one is fuzzed", func(t *testing.T) { fuzzed(t, all) })
	t.Run("every one is listed", func(t *testing.T) { everyListed(t, all) })
}

func fuzzed(t *testing.T, all []source) {
	t.Helper()
	code, tests := funcs(all, false), funcs(all, true)
	for _, p := range parsers() {
		if len(code[p.reads]) == 0 {
			t.Errorf("%s: there is no %s", p.what, p.reads)
		}
		_, name, _ := strings.Cut(path.Base(p.target), ".")
		if !strings.HasPrefix(name, "Fuzz") || len(tests[p.target]) == 0 {
			t.Errorf("%s is fuzzed by nothing: there is no %s", p.what, p.target)
			continue
		}
		calls := p.via
		if calls == "" {
			_, calls, _ = strings.Cut(path.Base(p.reads), ".")
		}
		if !slices.ContainsFunc(tests[p.target], func(s source) bool { return uses(s, name, calls) }) {
			t.Errorf("%s: %s does not use %s", p.what, p.target, calls)
		}
	}
}

// everyListed: whatever has the name of a parser and takes text or bytes is listed, or excused.
func everyListed(t *testing.T, all []source) {
	t.Helper()
	listed := map[string]bool{}
	for _, p := range parsers() {
		listed[p.reads] = true
	}
	excused := notForeign()
	for _, s := range all {
		if s.isTest() {
			continue
		}
		for _, d := range s.file.Decls {
			f, isFunc := d.(*ast.FuncDecl)
			if !isFunc || !f.Name.IsExported() || !named(f.Name.Name) || !takesText(f) {
				continue
			}
			key := s.folder + "." + f.Name.Name
			if !listed[key] && excused[key] == "" {
				t.Errorf("%s is no listed parser: fuzz it, or say why not", key)
			}
		}
	}
}

func named(name string) bool {
	return slices.ContainsFunc([]string{"Parse", "Decode", "Unmarshal", "Read"}, func(begin string) bool { return strings.HasPrefix(name, begin) }) && name != "ReadAll"
}

// takesText tells whether a function's first parameters hold a text or bytes.
func takesText(f *ast.FuncDecl) bool {
	for _, p := range f.Type.Params.List {
		switch kind := p.Type.(type) {
		case *ast.Ident:
			if kind.Name == "string" {
				return true
			}
		case *ast.ArrayType:
			if of, isName := kind.Elt.(*ast.Ident); isName && of.Name == "byte" {
				return true
			}
		}
	}
	return false
}
