package setup_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"till/scripts/setup"
	"till/scripts/setup/setuptest"
	"till/scripts/setup/stripehooks"
)

func creates(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/webhook_endpoints")
}

func TestACrashBetweenCreatingAndStoringIsMendedByTheNextRun(t *testing.T) {
	for _, row := range []struct {
		name string
		ruin func(a *account)
		said string
	}{
		{"the secret cannot be written, and Stripe goes away", func(a *account) {
			a.Cloud.Refuse = func(call string) string {
				if call == "PutSecretValue" {
					return "InternalServiceErrorX"
				}
				return ""
			}
			a.block = func(r *http.Request) bool { return r.Method == http.MethodDelete }
		}, "is of no use and could not be removed"},
		{"the answer is lost each time", func(a *account) { a.lose = creates }, "the endpoint may be there all the same"},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := newAccount(t)
			row.ruin(a)
			a.run("-apply").Want(t, 1, row.said)
			left := a.ids()
			if len(left) != 1 || len(a.stored()) != 0 {
				t.Fatalf("endpoints %v, %d secrets", left, len(a.stored()))
			}
			a.lose, a.block, a.Cloud.Refuse = nil, nil, nil
			a.run("-show").Want(t, 1, left[0]+" leads to the shop, but its signing secret is not known", "no endpoint leads to the shop whose webhooks it can verify")
			a.run("-apply").Want(t, 0, "done: remove "+left[0]+", whose signing secret is lost")
			a.run("-show").Want(t, 0)
			if len(a.ids()) != 1 || a.ids()[0] == left[0] || a.verified(a.deliveries(), a.stored()) != 1 {
				t.Errorf("endpoints %v", a.ids())
			}
			a.othersKept()
		})
	}
}

func TestAnEndpointWhoseSecretCannotBeStoredIsRemoved(t *testing.T) {
	a := newAccount(t)
	a.apply()
	before := a.Cloud.Secret()
	a.Cloud.Refuse = func(call string) string {
		if call == "UpdateSecretVersionStage" {
			return "AccessDeniedException"
		}
		return ""
	}
	a.run("-rotate", "-apply").Want(t, 1, "the secret was not changed", "you may not secretsmanager:UpdateSecretVersionStage", "the endpoint that was made for it is removed again")
	if len(a.ids()) != 1 || a.Cloud.Secret() != before {
		t.Errorf("endpoints %v", a.ids())
	}
}

func TestALostAnswerOfACreationIsAskedForAgain(t *testing.T) {
	a := newAccount(t)
	times := 0
	a.lose = func(r *http.Request) bool {
		if creates(r) {
			times++
		}
		return creates(r) && times == 1
	}
	a.run("-apply").Want(t, 0)
	if len(a.ids()) != 1 || times != 2 || a.verified(a.deliveries(), a.stored()) != 1 {
		t.Errorf("endpoints %v after %d calls", a.ids(), times)
	}
}

func TestLostAnswersOfTheSecretLoseNothing(t *testing.T) {
	for _, call := range []string{"PutSecretValue", "UpdateSecretVersionStage"} {
		t.Run(call, func(t *testing.T) {
			a := newAccount(t)
			times := 0
			a.Cloud.Cut = func(c string) bool {
				if c == call {
					times++
				}
				return c == call && times == 1
			}
			a.run("-apply").Want(t, 0)
			a.run("-show").Want(t, 0)
			if len(a.ids()) != 1 || len(a.stored()) != 1 {
				t.Errorf("endpoints %v, %d secrets", a.ids(), len(a.stored()))
			}
			a.othersKept()
		})
	}
}

func TestWhenItIsNotKnownWhetherTheSecretIsStoredTheEndpointStays(t *testing.T) {
	a := newAccount(t)
	a.apply()
	moved := false
	a.Cloud.Cut = func(call string) bool { moved = moved || call == "UpdateSecretVersionStage"; return moved }
	a.run("-rotate", "-apply").Want(t, 1, "may be stored. Run this again: if it is not, that is mended")
	a.Cloud.Cut = nil
	if len(a.ids()) != 2 {
		t.Fatalf("endpoints %v", a.ids())
	}
	a.run("-rotate", "-apply").Want(t, 0, "nothing to do")
	if posts := a.deliveries(); a.verified(posts, a.stored()) != 2 {
		t.Error("not both endpoints' deliveries verify")
	}
}

func TestWhoComesInBetweenLosesNothing(t *testing.T) {
	for _, call := range []string{"PutSecretValue", "UpdateSecretVersionStage"} {
		t.Run(call, func(t *testing.T) {
			a := newAccount(t)
			times := 0
			a.Cloud.Before = func(c string) {
				if c == call && times < 3 {
					times++
					a.Cloud.Put(strings.Replace(a.Cloud.Secret(), `"note":"kept"`, fmt.Sprintf(`"by_hand_%d":"x","note":"kept"`, times), 1))
				}
			}
			a.run("-apply").Want(t, 0)
			for n := range times {
				if !strings.Contains(a.Cloud.Secret(), fmt.Sprintf("by_hand_%d", n+1)) {
					t.Errorf("what was put in by hand is gone: %s", a.Cloud.Secret())
				}
			}
			if times != 3 || len(a.stored()) != 1 || a.Cloud.Pending() != 0 {
				t.Errorf("%d times, %d secrets", times, len(a.stored()))
			}
		})
	}
}

func TestSomebodyWhoAlwaysComesInBetweenEndsTheRun(t *testing.T) {
	a := newAccount(t)
	a.Cloud.Before = func(call string) {
		if call == "PutSecretValue" {
			a.Cloud.Put(others)
		}
	}
	a.run("-apply").Want(t, 1, "others change the secret all the time")
	if a.Cloud.Secret() != others || len(a.ids()) > 0 {
		t.Error("something was changed")
	}
}

func TestManyAtOnceLoseNothing(t *testing.T) {
	a := newAccount(t)
	var all sync.WaitGroup
	results := make([]setuptest.Result, 4)
	for i := range results {
		// Each is another gateway's setup: the same Stripe under another name in the same secret.
		shop := &setuptest.Shop{Cloud: a.Cloud, Gateway: stripehooks.Gateway(), URL: stripeURL, Transport: a, Env: a.Env}
		shop.Gateway.Name = fmt.Sprintf("gateway%d", i)
		shop.Gateway.Path = fmt.Sprintf("/webhooks/%d", i)
		shop.Gateway.Command = fmt.Sprintf("%dsetup", i)
		all.Go(func() { results[i] = shop.Run(context.WithoutCancel(t.Context()), t, "-apply") })
	}
	all.Wait()
	for i, r := range results {
		r.Want(t, 0)
		if list, _ := a.Cloud.Account(fmt.Sprintf("gateway%d", i))["webhook_secrets"].([]any); len(list) != 1 {
			t.Errorf("gateway %d has %d secrets", i, len(list))
		}
	}
	if len(a.ids()) != 4 {
		t.Errorf("%d endpoints", len(a.ids()))
	}
	a.othersKeptBeside("gateway0", "gateway1", "gateway2", "gateway3")
}

func TestTwoWhoSetUpTheSameGatewayAtOnceLeaveOneThatWorks(t *testing.T) {
	a := newAccount(t)
	second := &setuptest.Shop{Cloud: a.Cloud, Gateway: stripehooks.Gateway(), URL: stripeURL, Transport: a, Env: a.Env}
	began := false
	a.Cloud.Before = func(call string) {
		if call == "PutSecretValue" && !began {
			began = true
			second.Run(t.Context(), t, "-apply").Want(t, 0)
		}
	}
	a.run("-apply").Want(t, 0)
	posts := a.deliveries()
	if len(posts) == 0 || a.verified(posts, a.stored()) != len(posts) {
		t.Errorf("of %d deliveries %d verify", len(posts), a.verified(posts, a.stored()))
	}
	a.run("-finish", "-apply").Want(t, 0)
	a.run("-show").Want(t, 0)
}

func TestAnEndpointIsNotRemovedWhileSomebodyStoresItsSecret(t *testing.T) {
	a := newAccount(t)
	a.apply()
	stored := a.Cloud.Secret()
	a.Cloud.Put(others)
	reads := 0
	a.Cloud.Before = func(call string) {
		if call == "GetSecretValue" {
			if reads++; reads == 3 { // The one before the removal.
				a.Cloud.Put(stored)
			}
		}
	}
	r := a.run("-apply")
	r.Want(t, 1, "its signing secret has just been stored by somebody else; run this again")
	if len(a.ids()) != 2 {
		t.Errorf("endpoints %v after %d reads\n%s", a.ids(), reads, r.Out)
	}
}

func TestAnInterruptedRunFinishesItsStep(t *testing.T) {
	a := newAccount(t)
	ctx, interrupt := context.WithCancel(t.Context())
	a.lose = func(r *http.Request) bool {
		if creates(r) {
			interrupt()
		}
		return false
	}
	a.Run(ctx, t, "-apply").Want(t, setup.Done)
	if len(a.stored()) != 1 || a.verified(a.deliveries(), a.stored()) != 1 {
		t.Error("the endpoint was made in vain")
	}
	a.run("-rotate", "-apply").Want(t, 0)
	before := a.ids()
	ctx, interrupt = context.WithCancel(t.Context())
	a.lose = func(r *http.Request) bool {
		if r.Method == http.MethodDelete {
			interrupt()
		}
		return false
	}
	a.Run(ctx, t, "-finish", "-apply").Want(t, setup.Failed, "interrupted; run it again")
	if !slices.Equal(a.ids(), before[:1]) || len(a.stored()) != 2 {
		t.Errorf("endpoints %v, %d secrets", a.ids(), len(a.stored()))
	}
	a.run("-finish", "-apply").Want(t, 0)
	a.run("-show").Want(t, 0)
}
