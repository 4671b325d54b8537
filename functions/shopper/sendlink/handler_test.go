package sendlink_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/vault"
)

const accepted = http.StatusAccepted

var rows = []shoptest.Row{
	{Name: "the shopper asks", File: "asked", Status: accepted},
	{Name: "the address in other letters", File: "asked-in-capitals", Status: accepted},
	{Name: "the links of before are to end", File: "asked-and-revoked", Status: accepted},
	{Name: "N56 another's address", File: "another-address", Status: accepted},
	{Name: "N56 an order that is not there", File: "order-unknown", Status: accepted},
	{Name: "a path that is no order", File: "order-malformed", Status: accepted},
	{Name: "no address", File: "no-email", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "two @ in the address", File: "email-with-two-ats", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "a text for yes", File: "revoke-as-text", Status: 422, Code: "revoke_invalid", At: []string{"#/revoke"}},
	{Name: "a member that does not exist", File: "unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/order"}},
	{Name: "all faults are told in one answer", File: "many-faults", Status: 422, Code: "validation_failed", At: []string{"#/order", "#/revoke", "#/email"}},
	{Name: "a card number for an address", File: "card-as-the-email", Status: 422, Code: "card_data_rejected", At: []string{"#/email"}},
	{Name: "no JSON", File: "not-json", Status: 400, Code: "invalid_json"},
	{Name: "no media type", File: "no-media-type", Status: 415, Code: "unsupported_media_type", At: []string{"Content-Type"}},
	{Name: "a customer asks for a code to see what is kept", File: "code-asked-for-export", Status: accepted},
	{Name: "a customer asks for a code to be erased", File: "code-asked-for-erasure", Status: accepted},
	{Name: "somebody asks for a code with an address that nobody orders with", File: "code-for-nobody", Status: accepted},
	{Name: "two @ in the address of a code", File: "code-email-with-two-ats", Status: 422, Code: "email_invalid", At: []string{"#/email"}},
	{Name: "a code for something else", File: "code-purpose-unknown", Status: 422, Code: "purpose_invalid", At: []string{"#/purpose"}},
	{Name: "neither an address nor what for", File: "code-both-wrong", Status: 422, Code: "validation_failed", At: []string{"#/email", "#/purpose"}},
	{Name: "a code of one's own", File: "code-unknown-member", Status: 422, Code: "unknown_field", At: []string{"#/code"}},
	{Name: "a card number for the address of a code", File: "code-card-as-the-email", Status: 422, Code: "card_data_rejected", At: []string{"#/email"}},
	{Name: "no JSON for a code", File: "code-not-json", Status: 400, Code: "invalid_json"},
	{Name: "a page that is not the shop's asks for a code", File: "code-origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
	{Name: "a page that is not the shop's", File: "origin-off-the-list", Status: 403, Code: "origin_not_allowed"},
}

func TestRequestsForLinks(t *testing.T) {
	shoptest.Rows(t, "sendlink", rows, func(s *shoptest.Shop) []string { return s.Place("order-one").Words()[:2] })
	eventfile.AllIn(t, "sendlink", shoptest.Files(rows))
}

// ask sends a request and lets all that follows happen. It gives the mails with links that have come of all requests.
func ask(t *testing.T, s *shoptest.Shop, o shoptest.Opened, file string) (links []shoptest.Letter) {
	t.Helper()
	s.Try(shoptest.Row{Status: accepted}, eventfile.Request(t, "sendlink", file, o.Words()[:2]...))
	s.Pump()
	for _, letter := range s.Mailbox.Sent() {
		if strings.Contains(letter.Key, "#order_link#") {
			links = append(links, letter)
		}
	}
	return links
}

// token is what the link of a mail carries.
func token(t *testing.T, o shoptest.Opened, l shoptest.Letter) string {
	t.Helper()
	_, rest, found := strings.Cut(l.Text, "#order="+string(o.ID)+"&token=")
	if !found {
		t.Fatalf("no link in %q", l.Text)
	}
	out, _, _ := strings.Cut(rest, "\n")
	return out
}

func opens(t *testing.T, s *shoptest.Shop, o shoptest.Opened, token string) bool {
	t.Helper()
	return s.Serve(eventfile.Request(t, "vieworder", "opened", "ORDER_ID", string(o.ID), "ORDER_TOKEN", token)).StatusCode == http.StatusOK
}

func TestAFreshLinkComesWhenTheOldOneHasEnded(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	s.Pump()
	s.Wait(8 * 24 * time.Hour)
	if opens(t, s, o, o.Token) {
		t.Fatal("the old link lives")
	}
	links := ask(t, s, o, "asked-in-capitals")
	if len(links) != 1 || links[0].To != "ada@example.com" || !opens(t, s, o, token(t, o, links[0])) {
		t.Errorf("sent %+v", links)
	}
	if got := s.Order(o).Record(); got.Revocations != 0 || len(got.Owed) != 0 {
		t.Errorf("it has %d revocations and owes %v", got.Revocations, got.Owed)
	}
}

func TestNothingTellsWhetherOrderAndAddressBelongTogether(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	n := s.Order(o).Record().N
	var first string
	for _, file := range []string{"asked", "another-address", "order-unknown", "order-malformed"} {
		before, words := len(s.Mail.Ever()), o.Words()[:2]
		if strings.HasPrefix(file, "order-") {
			words = nil
		}
		resp := s.Try(shoptest.Row{Status: accepted}, eventfile.Request(t, "sendlink", file, words...))
		if sent := s.Mail.Ever()[before:]; len(sent) != 1 || strings.Contains(sent[0], "example") {
			t.Errorf("%s: on the queue are %q", file, sent)
		}
		if first == "" {
			first = resp.Body
		}
		if resp.Body != first {
			t.Errorf("%s answers %s", file, resp.Body)
		}
		if file == "asked" {
			s.Mail.Take() // The shopper's own is answered elsewhere.
		}
	}
	s.Pump()
	if got := s.Order(o).Record().N; got != n || len(s.Mailbox.Sent()) != 0 {
		t.Errorf("%d changes came of it, and the mails %+v", got-n, s.Mailbox.Sent())
	}
}

func TestTheAnswerNeedsNothingThatKnowsOrders(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	for _, operation := range []string{"Order", "LoadCustomer", "LoadIndex", "Change"} {
		s.Break(operation, shoptest.Down())
	}
	s.KMS.Down(true)
	s.Try(shoptest.Row{Status: accepted}, eventfile.Request(t, "sendlink", "asked", o.Words()[:2]...))
}

func TestARequestThatCannotBeKeptIsNotAcknowledged(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Break("queue.mail", shoptest.Down())
	s.Try(shoptest.Row{Status: http.StatusServiceUnavailable, Code: "dependency_unavailable"}, eventfile.Request(t, "sendlink", "asked", o.Words()[:2]...))
	s.Mend()
	if links := ask(t, s, o, "asked"); len(links) != 1 {
		t.Errorf("sent %+v", links)
	}
}

func TestOldLinksEndIfThatIsAskedFor(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	first := token(t, o, ask(t, s, o, "asked")[0])
	s.Wait(2 * time.Minute)
	links := ask(t, s, o, "asked-and-revoked")
	if len(links) != 2 || opens(t, s, o, first) || opens(t, s, o, o.Token) || !opens(t, s, o, token(t, o, links[1])) {
		t.Errorf("sent %d; the first opens: %v", len(links), opens(t, s, o, first))
	}
}

func TestAMailboxIsNotFilled(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	s.Order(o)
	for range 3 {
		ask(t, s, o, "asked")
	}
	if links := ask(t, s, o, "asked"); len(links) != 1 {
		t.Errorf("%d mails within a moment", len(links))
	}
	for range 10 {
		s.Wait(10 * time.Minute)
		ask(t, s, o, "asked")
	}
	if links := ask(t, s, o, "asked"); len(links) != 5 {
		t.Errorf("%d mails within two hours", len(links))
	}
	s.Wait(24 * time.Hour)
	if links := ask(t, s, o, "asked"); len(links) != 6 || len(s.Order(o).Record().LinkAsks) != 1 {
		t.Errorf("%d mails a day later", len(links))
	}
}

func TestWhoWasErasedGetsNoLink(t *testing.T) {
	s := shoptest.New(t)
	o := s.Place("order-one")
	if err := s.Vault.Shred(t.Context(), vault.CustomerID(s.Order(o).Record().Customer)); err != nil {
		t.Fatal(err)
	}
	if links := ask(t, s, o, "asked"); len(links) != 0 {
		t.Errorf("sent %+v", links)
	}
}

func TestARequestWaitsWhileItCannotBeLookedInto(t *testing.T) {
	for _, operation := range []string{"Order", "LoadCustomer", "Save"} {
		s := shoptest.New(t)
		o := s.Place("order-one")
		s.Try(shoptest.Row{Status: accepted}, eventfile.Request(t, "sendlink", "asked", o.Words()[:2]...))
		message := s.Mail.Take()
		s.Break(operation, shoptest.Down())
		if failed := s.Notify(shoptest.Batch(message...)); len(failed) != 1 {
			t.Errorf("%s: these come again: %v", operation, failed)
		}
		s.Mend()
		if failed := s.Notify(shoptest.Batch(message...)); len(failed) != 0 || !s.Order(o).Owes("order_link", 2) {
			t.Errorf("%s: later these come again: %v", operation, failed)
		}
	}
}
