package notify_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"till/scripts/shoptest"
	"till/shared/eventfile"
	"till/shared/order"
	"till/shared/payment/paymenttest"
	"till/shared/shop"
	"till/shared/vault"
)

// owed is the message about the one mail that an order owes.
func owed(t *testing.T, s *shoptest.Shop, o shoptest.Opened) events.SQSEvent {
	t.Helper()
	all := s.Order(o).Record().Owed
	if len(all) != 1 || all[0].Kind != "order_confirmed" {
		t.Fatalf("the order owes %+v", all)
	}
	return eventfile.Read[events.SQSEvent](t, "notify", "order-confirmed", "ORDER_ID", string(o.ID), "CHANGE_N", strconv.Itoa(all[0].N))
}

func TestAMailIsSentOnceToWhoOrdered(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	message := owed(t, s, o)
	for range 3 {
		if failed := s.Notify(message); len(failed) > 0 {
			t.Fatalf("these come again: %v", failed)
		}
	}
	sent := s.Mailbox.Sent()
	if len(sent) != 1 || sent[0].To != "ada@example.com" || len(s.Order(o).Record().Owed) != 0 {
		t.Fatalf("sent %+v", sent)
	}
	if strings.Contains(sent[0].Text, "Ada") || strings.Contains(sent[0].Subject, "Ada") || strings.Contains(sent[0].Text, "Linden") {
		t.Errorf("the mail names the shopper: %+v", sent[0])
	}
}

func TestAMailIsInTheNameThatStaffHaveDecided(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	sender := shop.Sender{Name: "Harbour shop", ReplyTo: "help@shop.example"}
	if err := s.Store.SaveSettings(t.Context(), shop.Version{N: 1, At: s.Now(), By: "staff:1", Settings: shop.Settings{Mail: &sender}}); err != nil {
		t.Fatal(err)
	}
	message := owed(t, s, o)
	s.Break("Settings", shoptest.Down())
	s.Notify(message) // Without its name, rather than not at all.
	s.Mend()
	if sent := s.Mailbox.Sent(); len(sent) != 1 || sent[0].From != (shop.Sender{}) {
		t.Errorf("while the settings cannot be read: %+v", sent)
	}
	other, _ := s.Paid("order-two")
	s.Notify(owed(t, s, other))
	if sent := s.Mailbox.Sent(); len(sent) != 2 || sent[1].From != sender {
		t.Errorf("sent %+v", sent)
	}
}

// TestMailsAreWrittenAsTheirReaderDoes orders in three currencies as browsers of some languages do. Who reads a language that mails are not
// written in gets English, with sums as they are at home.
func TestMailsAreWrittenAsTheirReaderDoes(t *testing.T) {
	tests := []struct{ language, currency, head, want string }{
		{"de-DE,de;q=0.9", "EUR", "Ihre Bestellung ist bestätigt", "Gesamtbetrag: 53,41\u00a0€\n"},
		{"en-GB,en;q=0.9", "EUR", "Your order is confirmed", "Total: €53.41\n"},
		{"fr-CH, fr;q=0.9, en;q=0.8", "EUR", "Votre commande est confirmée", "Montant total\u00a0: 53.41\u00a0€\n"},
		{"nl", "EUR", "Uw bestelling is bevestigd", "Totaalbedrag: €\u00a053,41\n"},
		{"es", "KWD", "Su pedido está confirmado", "Importe total: 6,530\u00a0KWD\n"},
		{"it-IT", "JPY", "Il suo ordine è confermato", "Totale: 5710\u00a0¥\n"},
		{"ja", "EUR", "Your order is confirmed", "Total: €53.41\n"},
		{"de", "JPY", "Ihre Bestellung ist bestätigt", "Gesamtbetrag: 5.710\u00a0¥\n"},
		{"en", "JPY", "Your order is confirmed", "Total: ¥5,710\n"}, {"ja-JP", "JPY", "Your order is confirmed", "Total: ￥5,710\n"},
		{"de", "KWD", "Ihre Bestellung ist bestätigt", "Gesamtbetrag: 6,530\u00a0KWD\n"},
		{"en", "KWD", "Your order is confirmed", "Total: KWD\u00a06.530\n"}, {"ja", "KWD", "Your order is confirmed", "Total: KWD\u00a06.530\n"},
		// As in Germany, where it goes.
		{"", "EUR", "Ihre Bestellung ist bestätigt", "Gesamtbetrag: 53,41\u00a0€\n"},
		{strings.Repeat("x-", 5000), "EUR", "Ihre Bestellung ist bestätigt", "Gesamtbetrag: 53,41\u00a0€\n"},
	}
	for _, tt := range tests {
		s := shoptest.New(t)
		req := eventfile.Request(t, "placeorder", "no-expected-total")
		req.Body = strings.Replace(req.Body, "EUR", tt.currency, 1)
		req.Headers["accept-language"] = tt.language
		o := s.PlaceWith(req)
		id := s.Pay(o, "pay")
		s.Tell(id, paymenttest.Paid)
		s.Return(o, id)
		s.Notify(owed(t, s, o))
		sent := s.Mailbox.Sent()
		if len(sent) != 1 || !strings.Contains(sent[0].Text, tt.want) || sent[0].Subject != tt.head+" ("+string(o.ID)+")" {
			t.Errorf("%q in %s: %+v", tt.language, tt.currency, sent)
		}
	}
}

func TestTheLinkInAMailOpensTheOrder(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	s.Notify(owed(t, s, o))
	_, rest, _ := strings.Cut(s.Mailbox.Sent()[0].Text, shoptest.Origin+"/shop/order.html#order="+string(o.ID)+"&token=")
	token, _, _ := strings.Cut(rest, "\n")
	if got := s.Serve(eventfile.Request(t, "vieworder", "opened", "ORDER_ID", string(o.ID), "ORDER_TOKEN", token)).StatusCode; got != 200 {
		t.Errorf("it opens with %d", got)
	}
}

func TestAnErasedCustomerGetsNoMailAndNothingIsOwed(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	message := owed(t, s, o)
	if err := s.Vault.Shred(t.Context(), vault.CustomerID(s.Order(o).Record().Customer)); err != nil {
		t.Fatal(err)
	}
	if failed := s.Notify(message); len(failed) > 0 || len(s.Mailbox.Sent()) > 0 || len(s.Order(o).Record().Owed) > 0 {
		t.Errorf("failed %v, sent %d, owed %v", failed, len(s.Mailbox.Sent()), s.Order(o).Record().Owed)
	}
}

func TestWhatIsNotOwedIsNotSent(t *testing.T) {
	for _, file := range []string{"kind-unknown", "change-not-owed"} {
		s := shoptest.New(t)
		o, _ := s.Paid("order-one")
		failed := s.Notify(eventfile.Read[events.SQSEvent](t, "notify", file, "ORDER_ID", string(o.ID)))
		if len(failed) > 0 || len(s.Mailbox.Sent()) > 0 {
			t.Errorf("%s: failed %v, sent %v", file, failed, s.Mailbox.Sent())
		}
	}
}

func TestMessagesThatCannotBeUsedComeAgainUntilPeopleSeeThem(t *testing.T) {
	files := []string{"no-json", "version-unknown", "order-unknown"}
	for _, file := range files {
		s := shoptest.New(t)
		var replace []string
		if file == "version-unknown" {
			replace = []string{"ORDER_ID", "ord_abcdefghijklmnopqrstuvwxyz"}
		}
		if failed := s.Notify(eventfile.Read[events.SQSEvent](t, "notify", file, replace...)); !slices.Equal(failed, []string{"1"}) {
			t.Errorf("%s: these come again: %v", file, failed)
		}
	}
	eventfile.AllIn(t, "notify", append(files, "code-asked", "order-confirmed", "kind-unknown", "change-not-owed"))
}

func TestAMailComesAgainWhileAnythingIsDownAndIsNotLost(t *testing.T) {
	for operation, mails := range map[string]int{
		"Order": 1, "Change": 1, "LoadCustomer": 1, "mail.Send": 1,
		"after mail.Send": 2, "Save": 2, // Sent, and not known to be: a second one is better than none.
	} {
		s := shoptest.New(t)
		o, _ := s.Paid("order-one")
		message := owed(t, s, o)
		s.Break(operation, shoptest.Down())
		if failed := s.Notify(message); !slices.Equal(failed, []string{"1"}) {
			t.Errorf("%s: these come again: %v", operation, failed)
		}
		s.Mend()
		if failed := s.Notify(message); len(failed) > 0 || len(s.Mailbox.Sent()) != mails {
			t.Errorf("%s: failed %v, sent %d", operation, failed, len(s.Mailbox.Sent()))
		}
	}
}

func TestEveryMailThatAnOrderCanOweHasWords(t *testing.T) {
	s := shoptest.New(t)
	o, id := s.Shipped("order-one")
	s.Serve(s.Staff("refund", "a-part", o.Words()[:2]...))
	cancelled, _ := s.Paid("order-two")
	s.Serve(eventfile.Request(t, "cancelorder", "cancelled", cancelled.Words()...))
	s.Pump() // Fails the test for a mail without words.
	for _, want := range []string{"order_confirmed", "order_shipped", "order_cancelled", "refund_sent"} {
		if !slices.ContainsFunc(s.Mailbox.Sent(), func(l shoptest.Letter) bool { return strings.Contains(l.Key, "#"+want+"#") && l.Subject != "" }) {
			t.Errorf("no mail is %s: %+v (%s)", want, s.Mailbox.Sent(), id)
		}
	}
}

func TestWhatHappensToAnOrderWhileItsMailLeavesIsKeptAndTheMailIsSentOnce(t *testing.T) {
	s := shoptest.New(t)
	o, _ := s.Paid("order-one")
	message, was, held := owed(t, s, o), s.Store.Fault, false
	s.Store.Fault = func(op string, after bool) error {
		if op == "LoadCustomer" && !held { // The mail is being written.
			held = true
			_, _, err := s.Cashier().Book.Change(t.Context(), o.ID, func(o *order.Order) (order.Change, error) {
				return o.Hold("manual", nil, order.By{Who: "staff:1", At: s.Now()})
			})
			if err != nil {
				t.Error(err)
			}
		}
		return was(op, after)
	}
	if failed := s.Notify(message); len(failed) > 0 {
		t.Fatalf("these come again: %v", failed)
	}
	if now := s.Order(o); !now.Held("manual") || len(now.Record().Owed) != 0 || len(s.Mailbox.Sent()) != 1 {
		t.Errorf("the order is held for %v and owes %v; sent are %v", now.Record().Holds, now.Record().Owed, s.Mailbox.Sent())
	}
}
