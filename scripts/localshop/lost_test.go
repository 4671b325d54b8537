package localshop_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
	"till/scripts/localcloud/invoke"
	"till/shared/fault"
	"till/shared/order"
)

// bustle is thirty orders that are bought, and shipped as soon as they can be; the first five are cancelled instead.
func bustle(w *world) []acceptance.Order {
	w.t.Helper()
	var orders []acceptance.Order
	for i := range 30 {
		o := w.Place(acceptance.Of("mug-blue", 1, "EUR"))
		key := w.Key()
		var p acceptance.Payment
		w.insist(func() (r acceptance.Reply) { p, r = w.TryPay(o.ID, []string{"hosted", "embedded"}[i%2], key); return r }, http.StatusCreated)
		w.PayUp(p)
		w.pass(7 * time.Second)
		orders = append(orders, o)
	}
	return orders
}

func (w *world) finish(orders []acceptance.Order) {
	w.t.Helper()
	for i, o := range orders {
		if i < 5 {
			w.insist(func() acceptance.Reply { return w.Cancel(o.ID) }, http.StatusOK)
		} else {
			w.insist(func() acceptance.Reply { return w.Ship(o.ID, fmt.Sprintf("JD%04d", i)) }, http.StatusCreated)
		}
	}
	w.pass(day)
	for i, o := range orders {
		want := "shipped"
		if i < 5 {
			want = "cancelled"
		}
		if got := w.View(o.ID).Status; got != want {
			w.t.Errorf("order %d is %s, want %s", i, got, want)
		}
		kind := map[string]string{"shipped": "order_shipped", "cancelled": "order_cancelled"}[want]
		first, last := w.mailed(o.ID, "order_confirmed"), w.mailed(o.ID, kind)
		if min(first, last) < 1 || (max(first, last) > 1 && !w.mailsTwice) {
			w.t.Errorf("order %d: %d and %d mails", i, first, last)
		}
	}
}

func TestLesson37WhatTheCloudLosesOrRepeatsIsMadeGood(t *testing.T) {
	dice := rand.New(rand.NewPCG(3, 4))
	often := func(percent int) bool { return dice.IntN(100) < percent }
	tests := []struct {
		name string
		set  func(*tricks)
	}{
		{"every message comes three times", func(f *tricks) {
			f.send = func(string, string) []time.Duration { return []time.Duration{0, 0, 20 * time.Second} }
		}},
		{"half of the messages are lost", func(f *tricks) {
			f.send = func(string, string) []time.Duration {
				if often(50) {
					return nil
				}
				return []time.Duration{0}
			}
		}},
		{"messages are minutes late", func(f *tricks) {
			f.send = func(string, string) []time.Duration {
				return []time.Duration{time.Duration(dice.IntN(600)) * time.Second}
			}
		}},
		{"the stream repeats itself", func(f *tricks) {
			f.stream = func(string, int) (time.Duration, bool, bool) { return 0, true, false }
		}},
		{"the stream loses everything", func(f *tricks) {
			f.stream = func(string, int) (time.Duration, bool, bool) { return 0, false, true }
		}},
		{"the stream is minutes late", func(f *tricks) {
			f.stream = func(string, int) (time.Duration, bool, bool) {
				return time.Duration(dice.IntN(300)) * time.Second, often(30), false
			}
		}},
		{"workers crash before they work", func(f *tricks) { f.before = fails(often, invoke.Crashed(), workers()...) }},
		{"workers crash after they worked", func(f *tricks) { f.after = fails(often, invoke.Crashed(), workers()...) }},
		{"workers are throttled", func(f *tricks) {
			f.before = fails(often, invoke.Throttled(), append(workers(), "Prepare", "RequestShipment", "Complete", "Compensate")...)
		}},
		{"queues and machine cannot be reached", func(f *tricks) {
			f.port = func(call string, after bool) error {
				if !strings.HasPrefix(call, "kms.") && often(15) {
					return fault.New(map[bool]fault.Kind{false: fault.Unavailable, true: fault.Unknown}[after], "port", "dependency_unavailable", "")
				}
				return nil
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			w.alarms, w.mailsTwice = true, strings.Contains(tt.name, "queues and machine")
			tt.set(w.tricks)
			orders := bustle(w)
			w.pass(2 * time.Hour)
			w.sound()
			*w.tricks = tricks{}
			w.pass(8 * time.Hour) // The sweep asks ever more seldom, at last every six hours.
			for _, o := range orders {
				if got := w.View(o.ID).Status; got != string(order.Fulfilling) {
					t.Errorf("%s is %s", o.ID, got)
				}
			}
			w.finish(orders)
			w.settled()
		})
	}
}

func workers() []string {
	return []string{"Relay", "ApplyEvent", "BeginFulfillment", "Notify", "Sweep"}
}

// fails lets functions of these names fail thirty times of a hundred.
func fails(often func(int) bool, err *invoke.Error, names ...string) func(string) error {
	return func(function string) error {
		for _, name := range names {
			if strings.HasSuffix(function, "-"+name) && often(30) {
				return err
			}
		}
		return nil
	}
}
