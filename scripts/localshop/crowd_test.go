package localshop_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"till/scripts/acceptance"
)

func TestAHundredShoppersBuyFiftyLampsAtOnce(t *testing.T) {
	w := open(t, crowded)
	var mu sync.Mutex
	var bought []acceptance.Order
	count := map[string]int{}
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			o, r := w.TryPlace(acceptance.Of("lamp-desk", 1, "EUR"), w.Key())
			mu.Lock()
			defer mu.Unlock()
			if r.Status == http.StatusCreated {
				bought = append(bought, o)
			}
			count[http.StatusText(r.Status)+" "+r.Code()]++
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
				p, _ := w.TryPay(o.ID, "hosted", w.Key())
				w.Enter(p.RedirectURL, acceptance.Pays)
				return
			}
			p, _ := w.TryPay(o.ID, "embedded", w.Key())
			w.Confirm(p, acceptance.Pays)
		})
	}
	all.Wait()
	w.pass(time.Hour)
	for _, o := range bought {
		w.Is(o, "fulfilling", "paid", "unfulfilled")
	}
	w.settled()
}

func TestARepeatGetsTheSameAnswerWhateverHasChanged(t *testing.T) {
	w := open(t)
	b := acceptance.Of("tea-assam", 4, "EUR")
	b["expected_total"] = 4820
	first, placed := w.TryPlace(b, "days later")
	placed.Want(t, http.StatusCreated)
	token := w.Token(first.ID)
	w.Enter(w.Pay(first.ID, "hosted").RedirectURL, acceptance.Pays).Want(t, http.StatusSeeOther)
	w.TryPut("tea-assam", "If-Match", map[string]any{"name": "Assam", "prices": map[string]int64{"EUR": 1}, "active": false}).Want(t, http.StatusOK)
	w.pass(6 * day)
	again, r := w.TryPlace(b, "days later")
	r.Want(t, http.StatusCreated)
	if again.ID != first.ID || again.Total != first.Total || w.Token(again.ID) != token || again.Status != "fulfilling" {
		t.Errorf("%+v, then %+v", first, again)
	}
	w.View(first.ID)
	w.settled()
}

func TestTwoTabsAndACancellationAtOnceNeverChargeTwice(t *testing.T) {
	w := open(t, crowded)
	var all sync.WaitGroup
	var orders []acceptance.Order
	for i := range 40 {
		o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
		orders = append(orders, o)
		for _, mode := range []string{"hosted", "embedded"} {
			all.Go(func() {
				for range 3 { // A shopper who tries again.
					p, r := w.TryPay(o.ID, mode, w.Key())
					if r.Status != http.StatusCreated {
						continue
					}
					if p.ClientSecret != "" {
						w.Confirm(p, acceptance.Pays)
					} else if p.RedirectURL != "" {
						w.Enter(p.RedirectURL, acceptance.Pays)
					}
				}
			})
		}
		if i%2 == 0 {
			all.Go(func() { w.Cancel(o.ID) })
		}
		all.Go(func() { w.SignIn("manager"); w.Refund(o.ID, 100, "race") })
		if i%10 == 9 {
			all.Go(func() { _ = w.Settle() })
		}
	}
	all.Wait()
	w.sound()
	w.pass(3 * time.Hour)
	for _, o := range orders {
		if got := w.View(o.ID); got.Status != "fulfilling" && got.Status != "cancelled" && got.Status != "expired" {
			t.Errorf("%s is %s", o.ID, got.Status)
		}
	}
	w.settled()
}
