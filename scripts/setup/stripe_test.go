package setup_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/setup/setuptest"
	"till/shared/gateway/stripegw"
	"till/shared/secrets"
)

func TestASetupCreatesTheEndpointAndStoresItsSecret(t *testing.T) {
	a := newAccount(t)
	a.run("-apply").Want(t, 0, "Stripe for the stack till-dev, stage dev, test mode; webhooks go to "+webhookURL, "done: create an endpoint", "API version 2023-10-16")
	all := a.endpoints()
	if len(all) != 1 {
		t.Fatalf("%d endpoints", len(all))
	}
	e := all[0]
	var events []string
	for _, each := range e["enabled_events"].([]any) {
		events = append(events, each.(string))
	}
	if !slices.Equal(events, stripegw.EventTypes()) || e["api_version"] != "2023-10-16" || e["url"] != webhookURL || e["status"] != "enabled" {
		t.Errorf("the endpoint is %v", e)
	}
	if got := a.verified(a.deliveries(), a.stored()); got != 1 {
		t.Errorf("%d deliveries verify", got)
	}
	a.othersKept()
	if a.Cloud.Pending() != 0 {
		t.Error("a version is still labelled")
	}
	keys, err := secrets.New(a.Cloud.Config(), "dev", time.Now).Gateways(t.Context(), setuptest.SecretARN)
	if err != nil || keys.Stripe == nil || keys.Stripe.APIKey.Reveal() != secretKey || keys.Stripe.PublishableKey != publicKey || keys.PayPal == nil {
		t.Errorf("functions read %v", err)
	}
}

func TestARepeatChangesNothing(t *testing.T) {
	a := newAccount(t)
	a.apply()
	before := a.Cloud.Secret()
	a.run("-apply").Want(t, 0, "nothing to do")
	a.Env = nil // The keys are in the secret by now.
	a.run("-apply").Want(t, 0, "nothing to do")
	a.run("-show").Want(t, 0, "all is as it should be")
	if calls := append(a.changing(), a.Cloud.Calls()...); len(calls) > 0 || a.Cloud.Secret() != before {
		t.Errorf("changed by %v", calls)
	}
}

func TestADryRunChangesNothing(t *testing.T) {
	a := newAccount(t)
	for _, args := range [][]string{nil, {"-dry-run"}} {
		a.run(args...).Want(t, 0, "along with stripe.api_key as STRIPE_KEY says, stripe.publishable_key as STRIPE_PUBLISHABLE_KEY says",
			fmt.Sprintf("would create an endpoint with %d events", len(stripegw.EventTypes())), "nothing was changed; with -apply")
	}
	if calls := append(a.changing(), a.Cloud.Calls()...); len(calls) > 0 || a.Cloud.Secret() != others {
		t.Fatalf("changed by %v", calls)
	}
	a.apply()
	before := a.Cloud.Secret()
	a.run("-rotate").Want(t, 0, "would keep we_", "nothing was changed")
	a.run("-rotate", "-apply").Want(t, 0)
	a.changing()
	a.Cloud.Calls()
	rotated := a.Cloud.Secret()
	a.run("-finish").Want(t, 0, "would remove we_", "would keep in the secret what is of we_")
	if calls := append(a.changing(), a.Cloud.Calls()...); len(calls) > 0 || a.Cloud.Secret() != rotated || before == rotated {
		t.Errorf("changed by %v", calls)
	}
}

func TestASecretIsRotatedInTwoSteps(t *testing.T) {
	a := newAccount(t)
	a.apply()
	first, firstSecrets := a.ids()[0], a.stored()
	a.run("-rotate", "-apply").Want(t, 0, "the new endpoint is we_", "Once they are answered with 200: go run ./scripts/stripesetup -stack till-dev -gateway-url "+
		stripeURL+" -finish -apply")
	second := a.ids()[0]
	both := a.stored()
	if len(both) != 2 || both[1] != firstSecrets[0] || len(a.ids()) != 2 || second == first {
		t.Fatalf("%d endpoints, %d secrets", len(a.ids()), len(both))
	}
	posts := a.deliveries()
	if len(posts) != 2 || a.verified(posts, both) != 2 || a.verified(posts, both[:1]) != 1 || a.verified(posts, both[1:]) != 1 {
		t.Fatalf("of %d deliveries %d verify", len(posts), a.verified(posts, both))
	}
	a.run("-show").Want(t, 1, first+" is an older endpoint: a rotation is under way", "-finish -apply")
	a.run("-apply").Want(t, 0, "nothing to do", "A rotation is under way. Once deliveries of "+second+" arrive")

	a.run("-rotate", "-apply").Want(t, 0, "nothing to do", "Both endpoints' signing secrets are live")
	if !slices.Equal(a.stored(), both) || len(a.ids()) != 2 {
		t.Fatal("a repeat rotated again")
	}
	a.run("-finish", "-apply").Want(t, 0, "done: remove "+first, "done: keep in the secret what is of "+second)
	if !slices.Equal(a.ids(), []string{second}) || !slices.Equal(a.stored(), both[:1]) {
		t.Fatalf("left: %v, %d secrets", a.ids(), len(a.stored()))
	}
	if posts := a.deliveries(); len(posts) != 1 || a.verified(posts, a.stored()) != 1 || a.verified(posts, firstSecrets) != 0 {
		t.Error("the second endpoint's deliveries do not verify")
	}
	a.run("-finish", "-apply").Want(t, 0, "nothing to do")
	a.run("-show").Want(t, 0)
	a.othersKept()
}

func TestAtEachMomentFunctionsCanReadTheSecret(t *testing.T) {
	a := newAccount(t)
	for _, args := range [][]string{{"-apply"}, {"-rotate", "-apply"}, {"-finish", "-apply"}} {
		a.run(args...).Want(t, 0)
	}
	a.Env["STRIPE_PUBLISHABLE_KEY"] = "pk_test_another"
	a.run("-apply").Want(t, 0, "done: store stripe.publishable_key as STRIPE_PUBLISHABLE_KEY says")
	history := a.Cloud.History()
	for i, text := range history {
		keys, err := secrets.New(setuptest.New(t, "dev", text).Config(), "dev", time.Now).Gateways(t.Context(), setuptest.SecretARN)
		if err != nil || keys.Stripe == nil || keys.PayPal == nil {
			t.Errorf("version %d: %v", i, err)
		}
	}
	if len(history) != 4 {
		t.Errorf("%d versions", len(history))
	}
}

func TestARotationOrItsEndNeedsAnEndpointThatWorks(t *testing.T) {
	a := newAccount(t)
	a.run("-rotate", "-apply").Want(t, 1, "there is no endpoint to rotate")
	a.run("-finish", "-apply").Want(t, 1, "no endpoint would be left")
	a.apply()
	a.run("-rotate", "-apply").Want(t, 0)
	a.call(http.MethodPost, "/v1/webhook_endpoints/"+a.ids()[0], map[string][]string{"disabled": {"true"}})
	a.changing()
	a.run("-finish", "-apply").Want(t, 1, a.ids()[0]+" would be left alone, and it is disabled; mend that first")
	if calls := a.changing(); len(calls) > 0 || len(a.stored()) != 2 {
		t.Errorf("changed by %v", calls)
	}
}

func TestWhatADifferenceMendsMendsIt(t *testing.T) {
	post := func(a *account, id string, form map[string][]string) {
		a.call(http.MethodPost, "/v1/webhook_endpoints/"+id, form)
	}
	for _, row := range []struct {
		name   string
		change func(a *account, id string)
		want   string
		mends  [][]string
	}{
		{"an event is missing", func(a *account, id string) {
			post(a, id, map[string][]string{"enabled_events[]": stripegw.EventTypes()[1:]})
		},
			"lacks charge.dispute.closed", [][]string{{"-apply"}}},
		{"an event is superfluous", func(a *account, id string) {
			post(a, id, map[string][]string{"enabled_events[]": append(stripegw.EventTypes(), "charge.updated")})
		}, "also sends charge.updated", [][]string{{"-apply"}}},
		{"it sends all", func(a *account, id string) { post(a, id, map[string][]string{"enabled_events[]": {"*"}}) }, "also sends *", [][]string{{"-apply"}}},
		{"it is disabled", func(a *account, id string) { post(a, id, map[string][]string{"disabled": {"true"}}) }, "is disabled", [][]string{{"-apply"}}},
		{"it leads elsewhere", func(a *account, id string) {
			post(a, id, map[string][]string{"url": {"https://old.shop.example/hooks"}})
		},
			`leads to "https://old.shop.example/hooks"`, [][]string{{"-apply"}}},
		{"it is gone", func(a *account, id string) { a.call(http.MethodDelete, "/v1/webhook_endpoints/"+id, nil) },
			"is stored, but Stripe has no such endpoint for the shop", [][]string{{"-apply"}, {"-finish", "-apply"}}},
		{"its secret is lost", func(a *account, _ string) { a.Cloud.Put(others) }, "its signing secret is not known", [][]string{{"-apply"}}},
		{"a second one's secret is lost", func(a *account, _ string) {
			a.call(http.MethodPost, "/v1/webhook_endpoints", map[string][]string{"url": {webhookURL}, "enabled_events[]": {"*"}})
		}, "its signing secret is not known", [][]string{{"-apply"}}},
		{"its secret was put in by hand", func(a *account, _ string) {
			a.Cloud.Put(`{"stripe":{"api_key":"` + secretKey + `","publishable_key":"` + publicKey + `","webhook_secrets":["` + a.stored()[0] + `"]}}`)
		}, "1 signing secrets were stored by hand", [][]string{{"-apply"}, {"-finish", "-apply"}}},
		{"a rotation is not finished", func(a *account, _ string) { a.run("-rotate", "-apply") }, "a rotation is under way", [][]string{{"-finish", "-apply"}}},
		{"the keys are others", func(a *account, _ string) { a.Env["STRIPE_PUBLISHABLE_KEY"] = "pk_test_another" }, "stripe.publishable_key is not what STRIPE_PUBLISHABLE_KEY says",
			[][]string{{"-apply"}}},
		{"it has another API version", func(a *account, id string) {
			made := a.call(http.MethodPost, "/v1/webhook_endpoints", map[string][]string{"url": {webhookURL}, "enabled_events[]": stripegw.EventTypes(), "api_version": {"2022-11-15"}})
			a.call(http.MethodDelete, "/v1/webhook_endpoints/"+id, nil)
			old := a.Cloud.Secret()
			a.Cloud.Put(strings.ReplaceAll(old, id, made["id"].(string)))
		}, "has API version 2022-11-15, not 2023-10-16", [][]string{{"-rotate", "-apply"}, {"-finish", "-apply"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			a.apply()
			row.change(a, a.ids()[0])
			shown := a.run("-show")
			shown.Want(t, 1, row.want)
			for _, args := range row.mends {
				if command := "go run ./scripts/stripesetup -stack till-dev -gateway-url " + stripeURL; !strings.Contains(shown.Out, "mend: "+command+" ") {
					t.Errorf("no command is told:\n%s", shown.Out)
				}
				a.run(args...).Want(t, 0)
			}
			a.run("-show").Want(t, 0)
			if got := a.verified(a.deliveries(), a.stored()); got != 1 {
				t.Errorf("%d deliveries verify", got)
			}
		})
	}
}

func TestAVersionThatCannotBeChangedIsLeftToARotation(t *testing.T) {
	a := newAccount(t)
	a.apply()
	id := a.ids()[0]
	made := a.call(http.MethodPost, "/v1/webhook_endpoints", map[string][]string{"url": {webhookURL}, "enabled_events[]": stripegw.EventTypes()})
	a.call(http.MethodDelete, "/v1/webhook_endpoints/"+id, nil)
	a.Cloud.Put(strings.ReplaceAll(a.Cloud.Secret(), id, made["id"].(string)))
	a.run("-apply").Want(t, 1, "has the account's API version, not 2023-10-16; mend: ", "-rotate -apply, then with -finish -apply")
	if calls := a.changing(); len(calls) > 0 {
		t.Errorf("changed by %v", calls)
	}
}

func TestHandMadeEndpointsStayUntilTheNewOneIsSeenToWork(t *testing.T) {
	a := newAccount(t)
	const byHand = "whsec_canary_put_in_by_hand_0123456789"
	id, _, err := a.sim.AddEndpoint(webhookURL, byHand, stripegw.EventTypes()...)
	if err != nil {
		t.Fatal(err)
	}
	a.Cloud.Put(`{"stripe":{"api_key":"` + secretKey + `","publishable_key":"` + publicKey + `","webhook_secrets":["` + byHand + `"]}}`)
	a.run("-apply").Want(t, 0, "signing secrets that were stored by hand, so the endpoints that they may be of stay")
	if all := a.stored(); len(all) != 2 || all[1] != byHand || len(a.ids()) != 2 || !slices.Contains(a.ids(), id) {
		t.Fatalf("%d secrets, endpoints %v", len(all), a.ids())
	}
	posts := a.deliveries()
	if a.verified(posts, a.stored()) != 2 {
		t.Errorf("of %d deliveries %d verify", len(posts), a.verified(posts, a.stored()))
	}
	a.run("-finish", "-apply").Want(t, 0, "done: remove "+id)
	if len(a.stored()) != 1 || len(a.ids()) != 1 {
		t.Errorf("%d secrets, endpoints %v", len(a.stored()), a.ids())
	}
}
