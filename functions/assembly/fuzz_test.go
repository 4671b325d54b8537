package assembly_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda/messages"

	"till/functions/assembly"
	"till/functions/step/compensate"
	"till/functions/step/complete"
	"till/functions/step/prepare"
	"till/functions/step/requestshipment"
	"till/scripts/shoptest"
	"till/shared/edge/apigw"
	"till/shared/edge/sfntask"
	"till/shared/eventfile"
	"till/shared/order"
)

// folders are the functions behind the HTTP API, each with its folder in events/.
var folders = []string{"listproducts", "showproduct", "quote", "placeorder", "vieworder", "startpayment", "confirmpayment", "returnpayment", "cancelorder", "editorder", "sendlink", "exportcustomer", "erasecustomer", "askreturn", "returns", "myorders",
	"receivestripe", "receivepaypal", "receivesquare", "listorders", "reportledger", "showorder", "refund", "approve", "capture", "void", "dispute", "inbox", "cancel", "hold",
	"lift", "ship", "deliver", "putproduct", "showproducts", "setstock", "shopsettings", "fallback"}

// TestEveryRouteIsFuzzed: no function behind the HTTP API is left out.
func TestEveryRouteIsFuzzed(t *testing.T) {
	routes := map[string]bool{}
	for _, function := range folders {
		for _, name := range firsts(t, function) {
			routes[asked(t, function, name).RouteKey] = true
		}
	}
	for route := range shoptest.New(t).HTTP() {
		if !routes[route] {
			t.Errorf("%s is not fuzzed", route)
		}
	}
}

// firsts are the first files of each of a function's routes.
func firsts(t testing.TB, function string) []string {
	t.Helper()
	var out []string
	seen := map[string]bool{}
	for _, name := range eventfile.Names(t, function) {
		if route := asked(t, function, name).RouteKey; !seen[route] {
			seen[route] = true
			out = append(out, name)
		}
	}
	return out
}

// asked is an event's file, not signed in yet.
func asked(t testing.TB, function, name string) apigw.Request {
	t.Helper()
	return eventfile.Request(t, function, name)
}

// placedOrder places an order without the contract's check, which is slow.
func placedOrder(t *testing.T, s *shoptest.Shop) shoptest.Opened {
	t.Helper()
	resp, err := s.HTTP()["POST /orders"](t.Context(), asked(t, "placeorder", "placed"))
	var out struct {
		Order struct{ ID order.ID }
		Token string
	}
	if bad := json.Unmarshal([]byte(resp.Body), &out); bad != nil || err != nil {
		t.Fatal(bad, err)
	}
	return shoptest.Opened{ID: out.Order.ID, Token: out.Token}
}

// FuzzRoutes sends anything to any route: body, key, credential, query, path. The answer is no 5xx, is of bounded size, carries
// the security headers, and a refusal is a problem with a code that the catalogue has the form of.
func FuzzRoutes(f *testing.F) {
	first := map[string][]string{} // Read once: a folder has many files, and a run many cases.
	for i, function := range folders {
		first[function] = firsts(f, function)
		for _, name := range eventfile.Names(f, function) {
			req := asked(f, function, name)
			if strings.HasPrefix(name, "as-") {
				continue // They differ in their claims alone.
			}
			route := slices.IndexFunc(first[function], func(first string) bool { return asked(f, function, first).RouteKey == req.RouteKey })
			f.Add(i+len(folders)*max(route, 0), req.Body, req.IsBase64Encoded, req.Headers["idempotency-key"], req.Headers["authorization"], req.QueryStringParameters["limit"],
				req.QueryStringParameters["next"], req.PathParameters["id"])
		}
	}
	f.Fuzz(func(t *testing.T, function int, body string, coded bool, key, credential, limit, next, path string) {
		s := shoptest.New(t)
		s.Accounts = true
		folder := folders[uint(function)%uint(len(folders))]
		names := first[folder]
		req := asked(t, folder, names[uint(function)/uint(len(folders))%uint(len(names))])
		s.SignIn(&req)
		req.Body, req.IsBase64Encoded, req.Headers = body, coded, map[string]string{"content-type": "application/json", "origin": shoptest.Origin,
			"idempotency-key": key, "authorization": credential, "stripe-signature": credential, "x-square-hmacsha256-signature": credential,
			"square-environment": key, "paypal-transmission-id": key, "paypal-transmission-time": limit, "paypal-transmission-sig": credential,
			"paypal-auth-algo": "SHA256withRSA", "paypal-cert-url": next, "user-agent": "x"}
		req.QueryStringParameters = map[string]string{"limit": limit, "next": next, "currency": next, "day": limit, "status": key, "state": key, "format": next}
		req.PathParameters = map[string]string{"id": path, "sku": path, "key": path, "payment_id": path, "shipment_id": path, "refund_id": path,
			"dispute": path, "event": path}
		if path == "" || path == "ORDER_ID" { // An order that is there, and its token.
			o := placedOrder(t, s)
			if strings.HasPrefix(credential, "Bearer ORDER") {
				req.Headers["authorization"] = "Bearer " + o.Token
			}
			req.PathParameters = map[string]string{"id": string(o.ID), "sku": "mug-blue", "key": "manual", "payment_id": string(order.AttemptIDFor(o.ID, "pay k")), "shipment_id": "shp_1",
				"refund_id": string(order.RefundIDFor(o.ID, "k")), "dispute": "dp_1Mug"}
		}
		resp, err := s.HTTP()[req.RouteKey](t.Context(), req)
		if err != nil || resp.StatusCode < 200 || resp.StatusCode >= 500 || len(resp.Body) > 1<<20 {
			t.Fatalf("%s %q: %d %s %v", req.RouteKey, body, resp.StatusCode, resp.Body, err)
		}
		if resp.Headers["X-Content-Type-Options"] != "nosniff" || resp.Headers["Cache-Control"] == "" {
			t.Fatalf("%s: %v", req.RouteKey, resp.Headers)
		}
		if resp.StatusCode < 400 {
			return
		}
		var p struct {
			Status int
			Code   string
			Title  string
		}
		if err := json.Unmarshal([]byte(resp.Body), &p); err != nil || p.Status != resp.StatusCode || p.Title == "" || strings.Trim(p.Code, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" || p.Code == "" {
			t.Fatalf("%s: %d %s", req.RouteKey, resp.StatusCode, resp.Body)
		}
	})
}

// FuzzBatches gives any message to each function behind a queue, between two of nobody: whatever it is, it alone decides over
// itself, and nothing is given to Lambda as an error.
func FuzzBatches(f *testing.F) {
	for _, function := range []string{"applyevent", "beginfulfillment", "notify"} {
		for _, name := range eventfile.Names(f, function) {
			for _, m := range eventfile.Read[events.SQSEvent](f, function, name).Records {
				f.Add(m.Body)
			}
		}
	}
	f.Add(`{"v":1,"order":"ord_x","change":9223372036854775807,"kind":"order_confirmed"}`)
	f.Add(`{"v":1,"order":"ORDER_ID","try":1}`)
	f.Add("\xff")
	f.Fuzz(func(t *testing.T, body string) {
		s := shoptest.New(t)
		o := placedOrder(t, s)
		body = strings.ReplaceAll(body, "ORDER_ID", string(o.ID))
		batch := shoptest.Batch("none of ours", body, "nor this")
		for name, run := range map[string]func(events.SQSEvent) []string{"applyevent": s.ApplyEvents, "beginfulfillment": s.BeginFulfillment, "notify": s.Notify} {
			before := s.Order(o).Record().Status
			ids := run(batch)
			if len(ids) < 2 || ids[0] != "1" || ids[len(ids)-1] != "3" || len(ids) > 3 {
				t.Fatalf("%s: %q of a %s order: %v come again", name, body, before, ids)
			}
		}
	})
}

// FuzzStream gives the relay any image of any change: nothing stops it, for that would stop its shard.
func FuzzStream(f *testing.F) {
	for _, name := range eventfile.Names(f, "relay") {
		for _, r := range eventfile.Read[events.DynamoDBEvent](f, "relay", name).Records {
			for _, v := range r.Change.NewImage {
				if v.DataType() == events.DataTypeString {
					f.Add("CHANGE#000001", v.String())
				}
			}
		}
	}
	f.Add("CHANGE#", `{"order":"ord_x","n":-1,"messages":[{"to":"fulfillment"},{"to":"mail","kind":"\u0000"},{"to":"nobody"},null]}`)
	f.Add("ORDER", `null`)
	f.Fuzz(func(t *testing.T, sk, body string) {
		s := shoptest.New(t)
		record := events.DynamoDBEventRecord{EventName: "INSERT", Change: events.DynamoDBStreamRecord{SequenceNumber: "1", NewImage: map[string]events.DynamoDBAttributeValue{
			"pk": events.NewStringAttribute("ORDER#x"), "sk": events.NewStringAttribute(sk), "body": events.NewStringAttribute(body)}}}
		broken := events.DynamoDBEventRecord{Change: events.DynamoDBStreamRecord{SequenceNumber: "2", NewImage: map[string]events.DynamoDBAttributeValue{
			"sk": events.NewNumberAttribute("1"), "body": events.NewBinaryAttribute([]byte(body))}}}
		if ids := s.Relay(events.DynamoDBEvent{Records: []events.DynamoDBEventRecord{record, broken}}); len(ids) > 0 {
			t.Fatalf("%q holds up its shard: %v", body, ids)
		}
		for _, line := range append(s.Fulfillment.All(), s.Mail.All()...) {
			var m struct{ V int }
			if json.Unmarshal([]byte(line), &m) != nil || m.V != 1 {
				t.Fatalf("%q became the message %q", body, line)
			}
		}
	})
}

// FuzzTasks gives the machine's tasks any input: what they cannot do has a name that the machine catches.
func FuzzTasks(f *testing.F) {
	f.Add("ORDER_ID", 1, "token", []byte(`{"Error":"X","Cause":"{}"}`))
	f.Add("ord_x", -1, "", []byte(`null`))
	f.Add("../../x", 1<<62, strings.Repeat("t", 70_000), []byte(`"\ud800"`))
	names := sfntask.Names()
	f.Fuzz(func(t *testing.T, id string, try int, token string, cause []byte) {
		s := shoptest.New(t)
		o := placedOrder(t, s)
		at := order.ID(strings.ReplaceAll(id, "ORDER_ID", string(o.ID)))
		_, bad1 := assembly.Prepare(s.Tools("prepare"), s.Store)(t.Context(), prepare.Input{OrderID: at, Try: try})
		_, bad2 := assembly.RequestShipment(s.Tools("requestshipment"), s.Store)(t.Context(), requestshipment.Input{OrderID: at, Try: try, TaskToken: token})
		_, bad3 := assembly.Complete(s.Tools("complete"), s.Store)(t.Context(), complete.Input{OrderID: at})
		_, bad4 := assembly.Compensate(s.Tools("compensate"), s.Store)(t.Context(), compensate.Input{OrderID: at, Try: try, Error: cause})
		for i, err := range []error{bad1, bad2, bad3, bad4} {
			var named messages.InvokeResponse_Error
			if err == nil {
				continue
			}
			if !errors.As(err, &named) || !strings.Contains(strings.Join(names, " "), named.Type) || named.Type == sfntask.InternalError || len(named.Message) > 100 {
				t.Fatalf("task %d of %q: %v", i+1, id, err)
			}
		}
		if got := s.Order(o).Record(); at != o.ID && got.N != 1 {
			t.Fatalf("%q moved another order to %s", id, got.Status)
		}
	})
}

// FuzzClaims signs anybody in: the groups and the second factor of a token are those of the pool, never what the client sends.
func FuzzClaims(f *testing.F) {
	f.Add("TokenGeneration_Authentication", "manager", "grace", "till_mfa", "true")
	f.Add("TokenGeneration_AuthenticateDevice", "", "", "cognito:groups", "admin")
	f.Add("PreSignUp_SignUp", "admin", "x", "custom:till_mfa", "true")
	f.Fuzz(func(t *testing.T, trigger, group, user, name, value string) {
		s := shoptest.New(t)
		in := events.CognitoEventUserPoolsPreTokenGenV2_0{}
		in.UserName, in.TriggerSource = user, trigger
		in.Request.GroupConfiguration.GroupsToOverride = []string{group}
		in.Request.UserAttributes = map[string]string{name: value}
		in.Request.ClientMetadata = map[string]string{name: value}
		out, err := assembly.TokenClaims(s.Tools("tokenclaims"))(t.Context(), in)
		if err != nil {
			return
		}
		if !strings.HasPrefix(trigger, "TokenGeneration_") && len(out.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration.ClaimsToAddOrOverride) > 0 {
			t.Fatalf("%q adds claims", trigger)
		}
		for claim := range out.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration.ClaimsToAddOrOverride {
			if claim != "till_mfa" {
				t.Fatalf("the claim %q was added", claim)
			}
		}
	})
}
