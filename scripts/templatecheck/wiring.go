package templatecheck

import (
	"maps"
	"slices"
	"strings"

	"till/shared/settings"
)

func wiringRules() []Rule {
	return []Rule{
		{"triggered", "a function that nobody calls leaves its queue to fill", triggered},
		{"reads_what_is_told", "a function that is not told what it reads does not start", readsWhatIsTold},
		{"told_right", "an address that is another's sends the shopper there", toldRight},
	}
}

// triggers is what calls each function that is neither behind HTTP nor in the state machine.
func triggers() map[string]string {
	return map[string]string{
		"worker/applyevent":       "SQS EventsQueue by 10",
		"worker/relay":            "DynamoDB OrdersTable by 25",
		"worker/beginfulfillment": "SQS FulfillmentQueue by 10",
		"worker/notify":           "SQS MailQueue by 10",
		"worker/reconcile":        "Schedule rate(15 minutes)",
		"worker/settle":           "Schedule cron(30 7 * * ? *)",
		"worker/sweep":            "Schedule rate(1 minute)",
		"worker/watchstock":       "Schedule rate(15 minutes)",
	}
}

func triggered(t *Template, f *findings) {
	left := triggers()
	for _, id := range t.Functions() {
		var got []string
		for _, e := range t.events(id, "SQS") {
			got = append(got, "SQS "+refersTo(e["Queue"])+" by "+short(e["BatchSize"]))
		}
		for _, e := range t.events(id, "DynamoDB") {
			got = append(got, "DynamoDB "+refersTo(e["Stream"])+" by "+short(e["BatchSize"]))
		}
		for _, e := range t.events(id, "Schedule") {
			got = append(got, "Schedule "+text(e["Schedule"]))
		}
		folder := t.Folder(id)
		if is := strings.Join(got, ", "); is != left[folder] {
			f.add(id, "is called by %q, not %q", is, left[folder])
		}
		delete(left, folder)
		all, _ := t.Resource(id)["Events"].(map[string]any)
		if len(all) != len(got)+len(t.events(id, "HttpApi")) {
			f.add(id, "has an event of a kind that no rule knows")
		}
	}
	for folder := range left {
		f.add(folder, "is not deployed")
	}
}

func readsWhatIsTold(t *Template, f *findings) {
	needs := settings.Needs()
	for _, id := range t.Functions() {
		reads, told := needs[t.Folder(id)], slices.Sorted(maps.Keys(t.Environment(id)))
		for _, name := range told {
			if !slices.Contains(reads, name) {
				f.add(id, "is told %s and does not read it", name)
			}
		}
		for _, name := range reads {
			if !slices.Contains(told, name) {
				f.add(id, "reads %s and is not told it", name)
			}
		}
		delete(needs, t.Folder(id))
	}
	for folder := range needs {
		f.add(folder, "reads settings and is not deployed")
	}
}

// values is what each setting says that names no resource: granted_as_told and routes_told hold the others.
func values() map[string]string {
	return map[string]string{
		"ACCOUNTS":        "!Ref CustomerAccounts",
		"ALLOWED_ORIGINS": "!Join [,, !Ref AllowedOrigins]",
		"API_URL":         "!If [HasDomain, !Sub https://${ApiDomain}, !Ref ApiUrl]",
		"LOG_LEVEL":       "!Ref LogLevel",
		"MAIL_FROM":       "!Ref MailFrom",
		"RETURN_ORIGINS":  "!Join [,, !Ref ReturnOrigins]",
		"SHOP_URL":        "!Ref ShopUrl",
		"STAGE":           "!Ref Stage",
		"STOCK_HOLD":      "!Ref StockHold",
		"CAPTURE":         "!Ref CaptureMode",
		"GATEWAYS":        "!Ref Gateways",
		"REFUND_ALONE":    "!Ref RefundAlone",
		"GATEWAYS_URL":    "!Ref GatewaysUrl",
	}
}

func toldRight(t *Template, f *findings) {
	for _, id := range t.Functions() {
		env := t.Environment(id)
		for _, name := range slices.Sorted(maps.Keys(env)) {
			want, known := values()[name]
			_, isResource := told()[name]
			switch {
			case isResource, name == "ROUTES":
			case !known:
				f.add(id, "is told %s, which no rule knows", name)
			case short(env[name]) != want:
				f.add(id, "is told that %s is %s, not %s", name, short(env[name]), want)
			}
		}
	}
}
