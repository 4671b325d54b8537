package localshop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/stripesim"
	"till/shared/fault"
)

func TestAPaymentWhoseStartWasNotAnsweredIsNeverChargedTwice(t *testing.T) {
	tests := []struct {
		name string
		api  stripesim.APIFaults
	}{
		{"no answer, and it happened", stripesim.APIFaults{TimeoutAfter: 1}},
		{"no answer, and it did not happen", stripesim.APIFaults{TimeoutBefore: 1}},
		{"500, and it happened", stripesim.APIFaults{ErrorAfter: 1, Status: 500}},
		{"500, and it did not happen", stripesim.APIFaults{ErrorRate: 1, Status: 500}},
		{"503, and it happened", stripesim.APIFaults{ErrorAfter: 1}},
		{"429", stripesim.APIFaults{ErrorRate: 1, Status: 429}},
		{"409", stripesim.APIFaults{ErrorRate: 1, Status: 409}},
		{"half an answer", stripesim.APIFaults{CutJSON: 1}},
		{"an answer without end", stripesim.APIFaults{Huge: 1}},
		{"no connection", stripesim.APIFaults{Down: true}},
	}
	for _, tt := range tests {
		for _, mode := range []string{"hosted", "embedded"} {
			t.Run(tt.name+" "+mode, func(t *testing.T) {
				w := open(t)
				o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
				w.Trouble(stripesim.Faults{API: tt.api})
				key := w.Key()
				_, r := w.TryPay(o.ID, mode, key)
				r.Want(t, http.StatusServiceUnavailable, "dependency_unavailable")
				if r.Header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				if _, r = w.TryPay(o.ID, mode, key); r.Status != http.StatusServiceUnavailable && r.Status != http.StatusCreated {
					t.Errorf("at once again: %d %s", r.Status, r.Body)
				}
				w.sound()
				w.Trouble(stripesim.Faults{})
				p, r := w.TryPay(o.ID, mode, key)
				if tt.api.Status == 500 { // A gateway keeps a 500 under its key: this attempt is lost, the next is not.
					w.pass(2 * time.Minute)
					p, r = w.TryPay(o.ID, mode, w.Key())
				}
				r.Want(t, http.StatusCreated)
				w.PayUp(p)
				w.pass(time.Hour)
				w.Is(o, "fulfilling", "paid", "unfulfilled")
				w.settled()
			})
		}
	}
}

func TestAShopperWhoGivesUpOnALostStartMayTryOtherwise(t *testing.T) {
	for _, second := range []string{"hosted", "embedded"} {
		t.Run("then "+second, func(t *testing.T) {
			w := open(t)
			o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
			w.Trouble(stripesim.Faults{API: stripesim.APIFaults{TimeoutAfter: 1}})
			_, r := w.TryPay(o.ID, "hosted", w.Key())
			r.Want(t, http.StatusServiceUnavailable)
			w.Trouble(stripesim.Faults{})
			w.pass(3 * time.Minute)
			p := w.Pay(o.ID, second)
			w.sound()
			w.PayUp(p)
			w.pass(time.Hour)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
			w.settled()
		})
	}
}

func TestAGatewayThatIsDownForHoursLosesNobodysMoney(t *testing.T) {
	w := open(t)
	paid := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	w.Confirm(w.Pay(paid.ID, "embedded"), acceptance.Pays).Want(t, http.StatusOK)
	left := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	page := w.Pay(left.ID, "hosted")
	w.Trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
	w.pass(6 * time.Hour)
	w.Is(paid, "awaiting_payment", "unpaid", "unfulfilled")
	w.Is(left, "awaiting_payment", "unpaid", "unfulfilled") // It cannot be closed: so its stock is not sold.
	w.Cancel(left.ID).Want(t, http.StatusServiceUnavailable)
	w.sound()
	w.Trouble(stripesim.Faults{})
	w.pass(12 * time.Hour)
	w.Is(paid, "fulfilling", "paid", "unfulfilled")
	w.Is(left, "expired", "unpaid", "unfulfilled")
	w.Enter(page.RedirectURL, acceptance.Pays).Want(t, http.StatusGone)
	w.alarms = true // The queue gave up on the event after five tries; the sweep did not.
	w.settled()
}

func TestWithoutKMSNothingIsPlacedAndNothingPaidIsLost(t *testing.T) {
	w := open(t)
	w.Place(acceptance.Of("tea-assam", 1, "EUR"))
	w.pass(50 * time.Minute)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	p := w.Pay(o.ID, "embedded")
	w.KMS.Down(true)
	w.pass(15 * time.Minute) // No key is in memory for longer than an hour.
	b := acceptance.Of("mug-blue", 3, "EUR")
	_, r := w.TryPlace(b, "while KMS is down")
	r.Want(t, http.StatusServiceUnavailable, "dependency_unavailable")
	if s := w.stock("mug-blue"); r.Header.Get("Retry-After") == "" || s.Reserved != 1 {
		t.Errorf("Retry-After %q, stock %+v", r.Header.Get("Retry-After"), s)
	}
	w.Confirm(p, acceptance.Pays).Want(t, http.StatusOK)
	w.pass(time.Minute)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	w.sound()

	w.KMS.Down(false)
	_, r = w.TryPlace(b, "while KMS is down")
	r.Want(t, http.StatusCreated)
	w.pass(2 * time.Hour)
	if w.mailed(o.ID, "order_confirmed") != 1 {
		t.Errorf("mails: %+v", w.Mails.All())
	}
	w.alarms = true
	w.settled()
}

// golden is a purchase as a patient client makes it: what is answered with 503, or 409 for the moment, is asked again with
// the same key. Staff's console does the same.
func golden(w *world) acceptance.Order {
	w.t.Helper()
	b := acceptance.Of("mug-blue", 2, "EUR")
	o, p, staffKey := acceptance.Order{}, acceptance.Payment{}, w.Key()
	keys := []string{w.Key(), w.Key()}
	w.insist(func() (r acceptance.Reply) { o, r = w.TryPlace(b, keys[0]); return r }, http.StatusCreated)
	w.insist(func() (r acceptance.Reply) { p, r = w.TryPay(o.ID, "hosted", keys[1]); return r }, http.StatusCreated)
	w.Form(p.RedirectURL, map[string][]string{"card": {acceptance.Pays}, "action": {"pay"}}).Want(w.t, http.StatusSeeOther)
	w.pass(time.Hour)
	w.insist(func() acceptance.Reply { return w.Refund(o.ID, 500, staffKey) }, http.StatusCreated)
	w.insist(func() acceptance.Reply { return w.Ship(o.ID, "JD0140") }, http.StatusCreated)
	w.pass(time.Hour)
	w.insist(func() acceptance.Reply { return w.Deliver(o.ID, "shp_1") }, http.StatusOK)
	w.pass(2 * time.Hour)
	return o
}

// insist asks until it is answered, waiting as a client does.
func (w *world) insist(ask func() acceptance.Reply, status int) {
	w.t.Helper()
	var r acceptance.Reply
	for range 10 {
		if r = ask(); r.Status != http.StatusServiceUnavailable && r.Code() != "idempotency_in_progress" {
			break
		}
		w.pass(20 * time.Second)
	}
	r.Want(w.t, status)
}

// methods lists every method of the store that the golden path calls, in the order of their first call.
func methods(t *testing.T) []string {
	t.Helper()
	var seen []string
	w := open(t)
	w.tricks.store = func(op string, _ bool) error {
		if !slices.Contains(seen, op) {
			seen = append(seen, op)
		}
		return nil
	}
	golden(w)
	w.tricks.store = nil
	w.settled()
	return seen
}

func TestAnySingleFaultOfTheStoreHeals(t *testing.T) {
	strikes := 3
	if raced { // Ten times as slow, and it sees no more in a later call.
		strikes = 1
	}
	for _, op := range methods(t) {
		for _, after := range []bool{false, true} {
			for _, kind := range []fault.Kind{fault.Unavailable, fault.Unknown} {
				if after && kind == fault.Unavailable {
					continue // The store never says that of what has happened.
				}
				t.Run(op+map[bool]string{false: " before ", true: " after "}[after]+kind.String(), func(t *testing.T) {
					for nth := range strikes { // The method's first call, and two later ones.
						w := open(t)
						calls := 0
						w.tricks.store = func(got string, late bool) error {
							if got != op || late != after {
								return nil
							}
							if calls++; calls-1 != nth*3 {
								return nil
							}
							return fault.New(kind, "memory."+op, "dependency_unavailable", "")
						}
						o := golden(w)
						w.tricks.store = nil
						if calls <= nth*3 {
							return // It is not called so often: nothing was struck, and nothing would be.
						}
						w.mailsTwice = true
						if got := w.StaffView(o.ID); got.Status != "delivered" || got.PaymentStatus != "partially_refunded" {
							t.Errorf("call %d struck: %s, %s", nth*3, got.Status, got.PaymentStatus)
						}
						w.settled()
					}
				})
			}
		}
	}
}

func TestAnOutageOfADayDoesNotFillTheDeadLetters(t *testing.T) {
	w := open(t)
	o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
	p, r := w.TryPay(o.ID, "embedded", w.Key())
	r.Want(t, http.StatusCreated)
	w.Trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Delay: stripesim.Duration(time.Minute)}})
	w.PayUp(p)
	w.Trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
	w.pass(24 * time.Hour)
	state, err := w.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	dead := 0
	for _, q := range state.Queues {
		dead += q.DeadLetters
	}
	if dead == 0 || dead > 20 {
		t.Errorf("%d dead letters of one event", dead)
	}
	w.Trouble(stripesim.Faults{})
	w.pass(24 * time.Hour)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
}
