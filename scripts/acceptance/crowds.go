package acceptance

import (
	"fmt"
	"net/http"
	"sync"

	"till/shared/order"
)

// crowds are many at once.
func crowds() []Scenario {
	return []Scenario{
		{Name: "one key places one order and starts one payment", Begin: oneKey},
		{Name: "twenty shoppers want the last unit", Begin: lastUnit},
		{Name: "two tabs and a cancellation at once never charge twice", Begin: twoTabs},
	}
}

const crowd = 20

// tally counts answers by status and code: "409 out_of_stock".
func tally(replies []Reply) map[string]int {
	out := map[string]int{}
	for _, r := range replies {
		out[fmt.Sprintf("%d %s", r.Status, r.Code())]++
	}
	return out
}

// patience is how often a client asks again what was answered with 503, 429 or "in progress".
const patience = 8

// Patiently asks as a patient client does, with the same key each time: whoever is told to try again, does.
func (v *Visit) Patiently(ask func() Reply) Reply {
	var r Reply
	for range patience {
		if r = ask(); r.Status != http.StatusServiceUnavailable && r.Status != http.StatusTooManyRequests {
			break
		}
	}
	return r
}

func oneKey(v *Visit) func() {
	sku := v.Product("mug", 1680, 60)
	b, key := Of(sku, 1, "EUR"), v.Key()
	orders, replies := make([]Order, crowd), make([]Reply, crowd)
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() {
			replies[i] = v.Patiently(func() (r Reply) { orders[i], r = v.TryPlace(b, key); return r })
		})
	}
	all.Wait()
	ids := map[order.ID]bool{}
	for _, o := range orders {
		ids[o.ID] = true
	}
	if count := tally(replies); len(ids) != 1 || count["201 "] != crowd {
		v.T.Fatalf("orders %v, answers %v", ids, count)
	}
	o, again := v.TryPlace(b, key)
	again.Want(v.T, http.StatusCreated)
	v.Is(o, "awaiting_payment", "unpaid", "unfulfilled")
	_, other := v.TryPlace(Of(sku, 2, "EUR"), key)
	other.Want(v.T, http.StatusUnprocessableEntity, "idempotency_key_reused")

	payOnce := v.Key()
	payments := make([]Payment, crowd)
	for i := range crowd {
		all.Go(func() { payments[i], replies[i] = v.TryPay(o.ID, Hosted, payOnce) })
	}
	all.Wait()
	if count := tally(replies); count["201 "]+count["409 idempotency_in_progress"] != crowd {
		v.T.Fatalf("answers %v", count)
	}
	p, r := v.TryPay(o.ID, Hosted, payOnce)
	r.Want(v.T, http.StatusCreated)
	for _, q := range payments {
		if q.ID != "" && (q.ID != p.ID || q.RedirectURL != p.RedirectURL) {
			v.T.Errorf("two payments: %+v, %+v", q, p)
		}
	}
	_, reused := v.TryPay(o.ID, Embedded, payOnce)
	reused.Want(v.T, http.StatusUnprocessableEntity, "idempotency_key_reused")
	v.PayUp(p)
	v.Becomes(o, "fulfilling", "paid", "unfulfilled")
	return nil
}

func lastUnit(v *Visit) func() {
	sku := v.Product("lamp", 14900, 1)
	orders, replies := make([]Order, crowd), make([]Reply, crowd)
	var all sync.WaitGroup
	for i := range crowd {
		key := v.Key()
		all.Go(func() {
			replies[i] = v.Patiently(func() (r Reply) { orders[i], r = v.TryPlace(Of(sku, 1, "EUR"), key); return r })
		})
	}
	all.Wait()
	if count := tally(replies); count["201 "] != 1 || count["409 out_of_stock"] != crowd-1 {
		v.T.Fatalf("answers: %v", count)
	}
	v.availability(sku, "false")
	for _, o := range orders {
		if o.ID != "" {
			v.PayUp(v.Pay(o.ID, Hosted))
			v.Becomes(o, "fulfilling", "paid", "unfulfilled")
		}
	}
	return nil
}

func twoTabs(v *Visit) func() {
	sku := v.Product("mug", 1680, 60)
	var all sync.WaitGroup
	var orders []Order
	for i := range 6 {
		o := v.Place(Of(sku, 1, "EUR"))
		orders = append(orders, o)
		for _, mode := range Modes() {
			all.Go(func() {
				for range 3 { // A shopper who tries again.
					if p, r := v.TryPay(o.ID, mode, v.Key()); r.Status == http.StatusCreated && p.RedirectURL+p.ClientSecret != "" {
						v.Card(p, Pays)
					}
				}
			})
		}
		if i%2 == 0 {
			all.Go(func() { v.Cancel(o.ID) })
		}
	}
	all.Wait()
	for _, o := range orders {
		v.Eventually("an end of the race for "+string(o.ID), func() bool {
			got, r := v.TryView(o.ID)
			if r.Status == http.StatusOK && got.Status == "awaiting_payment" { // The tabs hindered each other: one more try.
				if p, r := v.TryPay(o.ID, Hosted, v.Key()); r.Status == http.StatusCreated {
					v.Card(p, Pays)
				}
			}
			return got.Status == "fulfilling" || got.Status == "cancelled"
		})
	}
	return nil
}
