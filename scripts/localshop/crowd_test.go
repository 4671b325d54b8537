package localshop_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"till/shared/order"
)

func TestAHundredShoppersBuyFiftyLampsAtOnce(t *testing.T) {
	w := open(t, crowded)
	var mu sync.Mutex
	var bought []orderSeen
	count := map[string]int{}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			o, r := w.tryPlace(of("lamp-desk", 1, "EUR"), w.key())
			mu.Lock()
			defer mu.Unlock()
			if r.status == http.StatusCreated {
				bought = append(bought, o)
			}
			count[http.StatusText(r.status)+" "+r.code()]++
		})
	}
	all.Wait()
	if len(bought) != 50 || count["Created "] != 50 || count["Conflict out_of_stock"] != 50 {
		t.Fatalf("answers: %v", count)
	}
	if s := w.stock("lamp-desk"); s.Free != 0 || s.Reserved != 50 {
		t.Fatalf("stock: %+v", s)
	}
	w.sound()
	for i, o := range bought {
		all.Go(func() {
			if i%2 == 0 {
				p, _ := w.tryPay(o.ID, "hosted", w.key())
				w.enter(p.RedirectURL, pays)
				return
			}
			p, _ := w.tryPay(o.ID, "embedded", w.key())
			w.confirm(p, pays)
		})
	}
	all.Wait()
	w.pass(time.Hour)
	for _, o := range bought {
		w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	}
	w.settled()
}

func TestOneKeyFiftyTimesAtOnceIsOneOrderAndOnePayment(t *testing.T) {
	w := open(t, crowded)
	ids, tokens, statuses := map[order.ID]int{}, map[string]int{}, map[int]int{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			o, r := w.tryPlace(of("mug-blue", 1, "EUR"), "the one key")
			mu.Lock()
			defer mu.Unlock()
			ids[o.ID]++
			tokens[w.token(o.ID)]++
			statuses[r.status]++
		})
	}
	all.Wait()
	if len(ids) != 1 || len(tokens) != 1 || statuses[http.StatusCreated] != 50 {
		t.Fatalf("orders %v, answers %v, %d tokens", ids, statuses, len(tokens))
	}
	_, other := w.tryPlace(of("mug-blue", 2, "EUR"), "the one key")
	other.want(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.sound()

	o := w.view(w.stories()[0].r.ID)
	pages, answers := map[string]int{}, map[string]int{}
	for range 50 {
		all.Go(func() {
			p, r := w.tryPay(o.ID, "hosted", "pay once")
			mu.Lock()
			defer mu.Unlock()
			answers[http.StatusText(r.status)+" "+r.code()]++
			if r.status == http.StatusCreated {
				pages[p.RedirectURL]++
			}
		})
	}
	all.Wait()
	if len(pages) != 1 || answers["Created "]+answers["Conflict idempotency_in_progress"] != 50 {
		t.Fatalf("pages %v, answers %v", pages, answers)
	}
	p, r := w.tryPay(o.ID, "hosted", "pay once")
	r.want(t, http.StatusCreated)
	_, reused := w.tryPay(o.ID, "embedded", "pay once")
	reused.want(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	if pages[p.RedirectURL] == 0 || len(w.stories()[0].r.Attempts) != 1 || len(w.Stripe.Payments()) != 1 {
		t.Fatalf("attempts %+v, at the gateway %+v", w.stories()[0].r.Attempts, w.Stripe.Payments())
	}
	w.enter(p.RedirectURL, pays).want(t, http.StatusSeeOther)
	w.pass(time.Hour)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.settled()
}

func TestARepeatGetsTheSameAnswerWhateverHasChanged(t *testing.T) {
	w := open(t)
	b := of("tea-assam", 4, "EUR")
	b["expected_total"] = 5295
	first, placed := w.tryPlace(b, "days later")
	placed.want(t, http.StatusCreated)
	token := w.token(first.ID)
	w.enter(w.pay(first.ID, "hosted").RedirectURL, pays).want(t, http.StatusSeeOther)
	w.asStaff(http.MethodPut, "/staff/products/tea-assam", "", map[string]any{"name": "Assam", "prices": map[string]int64{"EUR": 1}, "active": false}).want(t, http.StatusOK)
	w.pass(6 * day)
	again, r := w.tryPlace(b, "days later")
	r.want(t, http.StatusCreated)
	if again.ID != first.ID || again.Total != first.Total || w.token(again.ID) != token || again.Status != "fulfilling" {
		t.Errorf("%+v, then %+v", first, again)
	}
	w.view(first.ID)
	w.settled()
}

func TestTwoTabsAndACancellationAtOnceNeverChargeTwice(t *testing.T) {
	w := open(t, crowded)
	var all sync.WaitGroup
	var orders []orderSeen
	for i := range 40 {
		o := w.place(of("mug-blue", 1, "EUR"))
		orders = append(orders, o)
		for _, mode := range []string{"hosted", "embedded"} {
			all.Go(func() {
				for range 3 { // A shopper who tries again.
					p, r := w.tryPay(o.ID, mode, w.key())
					if r.status != http.StatusCreated {
						continue
					}
					if p.ClientSecret != "" {
						w.confirm(p, pays)
					} else if p.RedirectURL != "" {
						w.enter(p.RedirectURL, pays)
					}
				}
			})
		}
		if i%2 == 0 {
			all.Go(func() { w.cancel(o.ID) })
		}
		all.Go(func() { w.signIn(); w.refund(o.ID, 100, "race") })
		if i%10 == 9 {
			all.Go(func() { _ = w.Settle() })
		}
	}
	all.Wait()
	w.sound()
	w.pass(3 * time.Hour)
	for _, o := range orders {
		if got := w.view(o.ID); got.Status != "fulfilling" && got.Status != "cancelled" && got.Status != "expired" {
			t.Errorf("%s is %s", o.ID, got.Status)
		}
	}
	w.settled()
}
