package localshop_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
	"till/scripts/localshop"
	"till/shared/order"
)

// intent is what a shopper of the storm means to do.
type intention string

const (
	paysAtOnce intention = "pays"
	failsFirst intention = "is declined, then pays"
	abandons   intention = "opens the page and leaves"
	neverPays  intention = "places the order and leaves"
)

// storm sends 200 shoppers through an hour in which every webhook comes three times, minutes late, in any order, or, three
// of ten, not at all. It gives what each meant to do, and the hash of everything in the end.
func storm(t *testing.T, seed string) (w *world, meant map[order.ID]intention, hash string) {
	w = open(t, func(o *localshop.Options) { o.Seed, o.Random = seed, seeded(seed) })
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{
		Duplicate: 3, Delay: stripesim.Duration(4 * time.Minute), Drop: 0.3, Reorder: true,
	}})
	dice := rand.New(rand.NewPCG(1, 2))
	skus, modes := []string{"mug-blue", "notebook-dot", "mug-white"}, []string{"hosted", "embedded"}
	meant = map[order.ID]intention{}
	for range 200 {
		o := w.Place(acceptance.Of(skus[dice.IntN(len(skus))], 1, "EUR"))
		mode := modes[dice.IntN(2)]
		will := []intention{paysAtOnce, paysAtOnce, paysAtOnce, failsFirst, abandons, neverPays}[dice.IntN(6)]
		meant[o.ID] = will
		w.act(o, mode, will)
		w.pass(time.Duration(dice.IntN(18)) * time.Second)
	}
	w.sound()
	w.pass(2 * day)
	w.settled()
	return w, meant, w.hash()
}

func (w *world) act(o acceptance.Order, mode string, will intention) {
	w.t.Helper()
	if will == neverPays {
		return
	}
	p := w.Pay(o.ID, mode)
	enter := func(card string) acceptance.Reply { return w.Confirm(p, card) }
	if mode == "hosted" {
		enter = func(card string) acceptance.Reply { // The tab is closed before it comes back to the shop.
			return w.Form(p.RedirectURL, map[string][]string{"card": {card}, "action": {"pay"}})
		}
	}
	if will == failsFirst {
		enter(acceptance.Declined).Want(w.t, http.StatusPaymentRequired)
	}
	if will == paysAtOnce || will == failsFirst {
		if got := enter(acceptance.Pays).Status; got != http.StatusOK && got != http.StatusSeeOther {
			w.t.Fatalf("the gateway answered %d", got)
		}
	}
}

// hash is that of everything that can be seen, and of every chain.
func (w *world) hash() string {
	w.t.Helper()
	state, err := w.State(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(state); err != nil {
		w.t.Fatal(err)
	}
	for _, s := range w.stories() {
		fmt.Fprintln(h, s.r.ID, s.r.Head)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func TestLostLateAndRepeatedWebhooksChangeNothingInTheEnd(t *testing.T) {
	w, meant, _ := storm(t, "storm")
	for _, s := range w.stories() {
		want, charges := order.Fulfilling, 1
		if will := meant[s.r.ID]; will == abandons || will == neverPays {
			want, charges = order.Expired, 0
		}
		if s.r.Status != want || s.book.Charges != charges || s.book.Captured != int64(charges)*s.r.Total {
			t.Errorf("%s, whose shopper %s: %s, gateway %+v", s.r.ID, meant[s.r.ID], s.r.Status, s.book)
		}
		if charges == 1 && w.mailed(s.r.ID, "order_confirmed") != 1 {
			t.Errorf("%s: %d mails", s.r.ID, w.mailed(s.r.ID, "order_confirmed"))
		}
	}
	if lost := w.Stripe.Stats().Lost; lost < 50 {
		t.Errorf("only %d webhooks were lost", lost)
	}
}

func TestTheSameSeedGivesTheSameHistory(t *testing.T) {
	_, _, first := storm(t, "twice")
	_, _, second := storm(t, "twice")
	if first != second {
		t.Errorf("%s, then %s", first, second)
	}
}
