package localshop_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

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
				o := w.place(of("mug-blue", 1, "EUR"))
				w.trouble(stripesim.Faults{API: tt.api})
				key := w.key()
				_, r := w.tryPay(o.ID, mode, key)
				r.want(t, http.StatusServiceUnavailable, "dependency_unavailable")
				if r.header.Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
				if _, r = w.tryPay(o.ID, mode, key); r.status != http.StatusServiceUnavailable && r.status != http.StatusCreated {
					t.Errorf("at once again: %d %s", r.status, r.body)
				}
				w.sound()
				w.trouble(stripesim.Faults{})
				p, r := w.tryPay(o.ID, mode, key)
				if tt.api.Status == 500 { // A gateway keeps a 500 under its key: this attempt is lost, the next is not.
					w.pass(2 * time.Minute)
					p, r = w.tryPay(o.ID, mode, w.key())
				}
				r.want(t, http.StatusCreated)
				w.payUp(p, mode)
				w.pass(time.Hour)
				w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
				w.settled()
			})
		}
	}
}

// payUp enters the good card where the payment wants it.
func (w *world) payUp(p paymentSeen, mode string) {
	w.t.Helper()
	if mode == "hosted" {
		w.enter(p.RedirectURL, pays).want(w.t, http.StatusSeeOther)
	} else {
		w.confirm(p, pays).want(w.t, http.StatusOK)
	}
}

func TestAShopperWhoGivesUpOnALostStartMayTryOtherwise(t *testing.T) {
	for _, second := range []string{"hosted", "embedded"} {
		t.Run("then "+second, func(t *testing.T) {
			w := open(t)
			o := w.place(of("mug-blue", 1, "EUR"))
			w.trouble(stripesim.Faults{API: stripesim.APIFaults{TimeoutAfter: 1}})
			_, r := w.tryPay(o.ID, "hosted", w.key())
			r.want(t, http.StatusServiceUnavailable)
			w.trouble(stripesim.Faults{})
			w.pass(3 * time.Minute)
			p := w.pay(o.ID, second)
			w.sound()
			w.payUp(p, second)
			w.pass(time.Hour)
			w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
			w.settled()
		})
	}
}

func TestAGatewayThatIsDownForHoursLosesNobodysMoney(t *testing.T) {
	w := open(t)
	paid := w.place(of("mug-blue", 1, "EUR"))
	w.confirm(w.pay(paid.ID, "embedded"), pays).want(t, http.StatusOK)
	left := w.place(of("mug-blue", 1, "EUR"))
	page := w.pay(left.ID, "hosted")
	w.trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
	w.pass(6 * time.Hour)
	w.wantStatus(paid, "awaiting_payment", "unpaid", "unfulfilled")
	w.wantStatus(left, "awaiting_payment", "unpaid", "unfulfilled") // It cannot be closed: so its stock is not sold.
	w.cancel(left.ID).want(t, http.StatusServiceUnavailable)
	w.sound()
	w.trouble(stripesim.Faults{})
	w.pass(12 * time.Hour)
	w.wantStatus(paid, "fulfilling", "paid", "unfulfilled")
	w.wantStatus(left, "expired", "unpaid", "unfulfilled")
	w.enter(page.RedirectURL, pays).want(t, http.StatusGone)
	w.alarms = true // The queue gave up on the event after five tries; the sweep did not.
	w.settled()
}

func TestWithoutKMSNothingIsPlacedAndNothingPaidIsLost(t *testing.T) {
	w := open(t)
	w.place(of("tea-assam", 1, "EUR"))
	w.pass(50 * time.Minute)
	o := w.place(of("mug-blue", 1, "EUR"))
	p := w.pay(o.ID, "embedded")
	w.KMS.Down(true)
	w.pass(15 * time.Minute) // No key is in memory for longer than an hour.
	b := of("mug-blue", 3, "EUR")
	_, r := w.tryPlace(b, "while KMS is down")
	r.want(t, http.StatusServiceUnavailable, "dependency_unavailable")
	if s := w.stock("mug-blue"); r.header.Get("Retry-After") == "" || s.Reserved != 1 {
		t.Errorf("Retry-After %q, stock %+v", r.header.Get("Retry-After"), s)
	}
	w.confirm(p, pays).want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.sound()

	w.KMS.Down(false)
	_, r = w.tryPlace(b, "while KMS is down")
	r.want(t, http.StatusCreated)
	w.pass(2 * time.Hour)
	if w.mailed(o.ID, "order_confirmed") != 1 {
		t.Errorf("mails: %+v", w.Mails.All())
	}
	w.alarms = true
	w.settled()
}

// golden is a purchase as a patient client makes it: what is answered with 503, or 409 for the moment, is asked again with
// the same key. Staff's console does the same.
func golden(w *world) orderSeen {
	w.t.Helper()
	b := of("mug-blue", 2, "EUR")
	o, p, staffKey := orderSeen{}, paymentSeen{}, w.key()
	keys := []string{w.key(), w.key()}
	w.insist(func() (r reply) { o, r = w.tryPlace(b, keys[0]); return r }, http.StatusCreated)
	w.insist(func() (r reply) { p, r = w.tryPay(o.ID, "hosted", keys[1]); return r }, http.StatusCreated)
	w.form(p.RedirectURL, map[string][]string{"card": {pays}, "action": {"pay"}}).want(w.t, http.StatusSeeOther)
	w.pass(time.Hour)
	w.insist(func() reply { return w.refund(o.ID, 500, staffKey) }, http.StatusCreated)
	w.insist(func() reply { return w.ship(o.ID, "JD0140") }, http.StatusCreated)
	w.pass(time.Hour)
	w.insist(func() reply { return w.deliver(o.ID, "shp_1") }, http.StatusOK)
	w.pass(2 * time.Hour)
	return o
}

// insist asks until it is answered, waiting as a client does.
func (w *world) insist(ask func() reply, status int) {
	w.t.Helper()
	var r reply
	for range 10 {
		if r = ask(); r.status != http.StatusServiceUnavailable && r.code() != "idempotency_in_progress" {
			break
		}
		w.pass(20 * time.Second)
	}
	r.want(w.t, status)
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
	for _, op := range methods(t) {
		for _, after := range []bool{false, true} {
			for _, kind := range []fault.Kind{fault.Unavailable, fault.Unknown} {
				if after && kind == fault.Unavailable {
					continue // The store never says that of what has happened.
				}
				t.Run(op+map[bool]string{false: " before ", true: " after "}[after]+kind.String(), func(t *testing.T) {
					for nth := range 3 { // The method's first call, and two later ones.
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
						w.mailsTwice = true
						if got := w.staffView(o.ID); got.Status != "delivered" || got.PaymentStatus != "partially_refunded" {
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
	o := w.place(of("mug-blue", 1, "EUR"))
	p, r := w.tryPay(o.ID, "embedded", w.key())
	r.want(t, http.StatusCreated)
	w.trouble(stripesim.Faults{Webhooks: stripesim.WebhookFaults{Delay: stripesim.Duration(time.Minute)}})
	w.payUp(p, "embedded")
	w.trouble(stripesim.Faults{API: stripesim.APIFaults{Down: true}})
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
	w.trouble(stripesim.Faults{})
	w.pass(24 * time.Hour)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
}
