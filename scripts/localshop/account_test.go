package localshop_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/cognito"
	"till/scripts/localshop"
	"till/shared/order"
)

// withAccounts opens the shop with accounts for customers.
func withAccounts(o *localshop.Options) {
	o.Parameters = map[string]string{"CustomerAccounts": "yes"}
}

// signed is the header of who is signed in with an address.
func (w *world) signed(email string, verified bool) map[string]string {
	w.t.Helper()
	token, err := w.Cloud.CustomerToken(cognito.Customer{Email: email, Verified: verified})
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]string{"Authorization": "Bearer " + token}
}

// theirs lists the orders that an account shows, over all pages.
func (w *world) theirs(header map[string]string) (ids []order.ID) {
	w.t.Helper()
	for next := ""; ; {
		r := w.Call(http.MethodGet, "/account/orders?next="+next, header, nil)
		r.Want(w.t, http.StatusOK)
		var page struct {
			Orders []struct{ ID order.ID }
			Next   string
		}
		if err := json.Unmarshal(r.Body, &page); err != nil {
			w.t.Fatal(err)
		}
		for _, o := range page.Orders {
			ids = append(ids, o.ID)
		}
		if next = page.Next; next == "" {
			return ids
		}
	}
}

func TestAnAccountShowsItsOwnOrdersAndOpensThem(t *testing.T) {
	w := open(t, withAccounts)
	var placed []order.ID
	for range 3 {
		placed = append(placed, w.Place(acceptance.Of("mug-blue", 1, "EUR")).ID)
		w.pass(5 * time.Minute)
	}
	bobs := acceptance.Of("mug-blue", 1, "EUR")
	bobs["email"] = "bob@example.com"
	other := w.Place(bobs).ID
	slices.Reverse(placed)
	ada, bob := w.signed("Ada@Example.com", true), w.signed("bob@example.com", true)
	if got := w.theirs(ada); !slices.Equal(got, placed) {
		t.Errorf("Ada has %v, not %v", got, placed)
	}
	if got := w.theirs(bob); !slices.Equal(got, []order.ID{other}) {
		t.Errorf("Bob has %v", got)
	}
	w.Call(http.MethodGet, "/account/orders/"+string(other), ada, nil).Want(t, http.StatusNotFound, "not_found")
	r := w.Call(http.MethodGet, "/account/orders/"+string(placed[0]), ada, nil)
	r.Want(t, http.StatusOK)
	var got struct{ Token string }
	if err := json.Unmarshal(r.Body, &got); err != nil {
		t.Fatal(err)
	}
	link := map[string]string{"Authorization": "Bearer " + got.Token}
	w.Call(http.MethodGet, "/orders/"+string(placed[0]), link, nil).Want(t, http.StatusOK)
	w.Call(http.MethodGet, "/orders/"+string(placed[1]), link, nil).Want(t, http.StatusNotFound, "not_found")
	w.Call(http.MethodPost, "/orders/"+string(placed[0])+"/cancellation", link, nil).Want(t, http.StatusOK)
	w.sound()
}

func TestATokenOpensWhatItsPoolIsFor(t *testing.T) {
	w := open(t, withAccounts)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	old := w.signed("ada@example.com", true)
	w.pass(61 * time.Minute)
	customer, unverified := w.signed("ada@example.com", true), w.signed("ada@example.com", false)
	bearer := func(token string) map[string]string { return map[string]string{"Authorization": "Bearer " + token} }
	// An access token of the right pool and client, as the pool gives it beside the ID token.
	access, err := w.Cloud.Customers.Token(cognito.Person{Username: "ada@example.com"})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(customer["Authorization"], ".")
	for _, path := range []string{"/account/orders", "/account/orders/" + string(o.ID)} {
		for name, tt := range map[string]struct {
			header map[string]string
			status int
			code   string
		}{
			"nothing":                {nil, 401, ""},
			"a token of staff":       {bearer(w.SignIn("admin")), 401, ""},
			"the order's own token":  {bearer(w.Token(o.ID)), 401, ""},
			"an expired token":       {old, 401, ""},
			"a token cut short":      {map[string]string{"Authorization": parts[0] + "." + parts[1] + "."}, 401, ""},
			"an access token":        {bearer(access), 401, "unauthorized"},
			"an unconfirmed address": {unverified, 403, "email_unverified"},
		} {
			if r := w.Call(http.MethodGet, path, tt.header, nil); r.Status != tt.status || r.Code() != tt.code {
				t.Errorf("%s with %s: %d %s", path, name, r.Status, r.Body)
			}
		}
	}
	for _, path := range []string{"/staff/orders", "/staff/orders/" + string(o.ID)} {
		for _, header := range []map[string]string{customer, bearer(access)} {
			if r := w.Call(http.MethodGet, path, header, nil); r.Status != http.StatusUnauthorized {
				t.Errorf("%s takes a customer's token: %d", path, r.Status)
			}
		}
	}
	if r := w.Call(http.MethodGet, "/orders/"+string(o.ID), customer, nil); r.Status != http.StatusNotFound {
		t.Errorf("an account's token opens an order as its link does: %d", r.Status)
	}
}

func TestAShopWithoutAccountsIsClosedThere(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	for _, path := range []string{"/account/orders", "/account/orders/" + string(o.ID)} {
		if r := w.Call(http.MethodGet, path, map[string]string{"Authorization": "Bearer " + w.SignIn("admin")}, nil); r.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, r.Status)
		}
		// Not even a token for nobody, if there were one.
		w.Call(http.MethodGet, path, w.signed("ada@example.com", true), nil).Want(t, http.StatusNotFound, "not_found")
	}
	stored, err := w.Store.Order(t.Context(), o.ID)
	if err != nil || stored.Record().Listed {
		t.Errorf("the order is listed: %v", err)
	}
}
