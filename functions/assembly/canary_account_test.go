package assembly_test

import (
	"strings"
	"testing"

	"till/scripts/shoptest"
)

// account has the customer look at the order in their account: the token names the address in the clear. Whoever has not confirmed theirs, or
// while something is down, is refused with it.
func account(t *testing.T, w *world, o shoptest.Opened) {
	t.Helper()
	for _, file := range []string{"first-page", "opened", "email-unverified", "access-token"} {
		req := w.Staff("myorders", file)
		if file == "opened" {
			req = w.Staff("myorders", file, o.Words()[:2]...)
		}
		req.RequestContext.Authorizer.JWT.Claims["email"] = email
		if file == "first-page" || file == "opened" {
			if body := w.must(req).Body; !strings.Contains(body, string(o.ID)) || strings.Contains(body, email) || strings.Contains(body, name) {
				t.Errorf("the account shows %s", body)
			}
			w.Break("LoadIndex", shoptest.Down())
		}
		w.ask(req)
		w.Mend()
	}
}
