package order_test

import (
	"slices"
	"testing"
	"time"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func asked(d *desk) func(*order.Order) (order.Change, error) {
	return func(o *order.Order) (order.Change, error) { return o.Asked(d.by("sweep")) }
}

// sweeps lists when the sweep would look at the order, and what it would do, while it never helps: n times.
func sweeps(d *desk, n int) (waits []time.Duration, tasks []order.Task) {
	d.t.Helper()
	from := d.now
	for range n {
		due := d.o.Record().Due
		if due.IsZero() {
			break
		}
		if due.Before(d.now) {
			d.t.Fatalf("after a look at %v it is due at %v", d.now, due)
		}
		waits = append(waits, due.Sub(from))
		d.now = due
		for _, task := range d.o.Overdue(d.now) {
			if !slices.Contains(tasks, task) {
				tasks = append(tasks, task)
			}
			if task == order.WarnOfLapse { // It asks nobody: this is never done in vain.
				d.do(func(o *order.Order) (order.Change, error) { return o.CaptureExpires(d.by("sweep")) })
			}
		}
		d.do(asked(d))
	}
	return waits, tasks
}

// vain is an order about which the sweep does something in vain.
type vain struct {
	name string
	make func(t *testing.T) *desk
	want []order.Task
}

// moneyInVain lists those whose money was promised, is disputed, or waits for people.
func moneyInVain() []vain {
	return []vain{
		{"a capture whose outcome does not come", func(t *testing.T) *desk {
			d, _ := promised(t)
			mailed(d)
			d.do(capture(d, order.NewCapture{Key: "c1"}))
			return d
		}, []order.Task{order.AskCapture, order.AskPayment}},
		{"a promise that is given up in vain", func(t *testing.T) *desk {
			d, _ := promised(t)
			mailed(d)
			d.do(func(o *order.Order) (order.Change, error) { return o.RequestVoid(nil, d.by("staff:1")) })
			return d
		}, []order.Task{order.AskPayment}},
		{"a try whose outcome does not come", func(t *testing.T) *desk {
			d := place(t)
			d.do(tries(d, begun(d, "k1")))
			return d
		}, []order.Task{order.AskPayment, order.EndUnpaid}},
		{"a dispute that is not decided", func(t *testing.T) *desk {
			d, a := packed(t)
			mailed(d)
			d.do(disputed(d, a, payment.DisputeFacts{Ref: "dp_1", State: payment.DisputeUnderReview, Amount: 500}))
			return d
		}, []order.Task{order.AskDispute}},
		{"a refund that nobody approves", func(t *testing.T) *desk {
			d, _ := packed(t)
			mailed(d)
			d.do(asksMuch(d, 2000))
			return d
		}, nil},
	}
}

// TestWhatIsAskedInVainIsAskedLessAndLessOften: I19, and no order is looked at each minute for ever.
func TestWhatIsAskedInVainIsAskedLessAndLessOften(t *testing.T) {
	tests := []vain{
		{"an order that nobody ends", func(t *testing.T) *desk { return place(t) }, []order.Task{order.EndUnpaid}},
		{"an open payment", func(t *testing.T) *desk { d := place(t); begun(d, "k1"); return d }, []order.Task{order.AskPayment, order.EndUnpaid}},
		{"a slow payment", func(t *testing.T) *desk { return in(t, order.PaymentProcessing) }, []order.Task{order.AskPayment}},
		{"a paid order whose machine does not begin", func(t *testing.T) *desk { d, _ := paid(t); mailed(d); return d }, []order.Task{order.BeginAgain}},
		{"an order that staff leave", func(t *testing.T) *desk { d, _ := packed(t); mailed(d); return d }, nil},
		{"a refund whose outcome does not come", func(t *testing.T) *desk {
			d, _ := packed(t)
			mailed(d)
			d.do(askBack(d, "r1", 100))
			return d
		}, []order.Task{order.AskRefund}},
		{"a machine that is told in vain", func(t *testing.T) *desk {
			d, _ := packed(t)
			d.do(ship(d, "1"))
			mailed(d)
			return d
		}, []order.Task{order.AnswerTask}},
		{"a delivered order that nobody finishes", func(t *testing.T) *desk { return in(t, order.Delivered) }, []order.Task{order.FinishOrder}},
		{"a hold", func(t *testing.T) *desk {
			d := place(t)
			d.do(cancel(d))
			mailed(d)
			d, _ = packed(t)
			mailed(d)
			d.do(func(o *order.Order) (order.Change, error) { return o.Hold("manual", nil, d.by("staff:1")) })
			return d
		}, nil},
	}
	for _, tt := range append(tests, moneyInVain()...) {
		t.Run(tt.name, func(t *testing.T) {
			waits, tasks := sweeps(tt.make(t), 40)
			if len(waits) != 40 || !slices.Equal(tasks, tt.want) && !subset(tt.want, tasks) {
				t.Fatalf("it would %v in %v, want %v", tasks, waits, tt.want)
			}
			if last := waits[39] - waits[29]; last < 10*time.Hour {
				t.Errorf("the last ten of 40 looks come within %v: %v", last, waits)
			}
		})
	}
}

// TestWhatOnlyPeopleMoveOnIsLookedAtEachWeek: each look is a change, and to look more often moves nothing.
func TestWhatOnlyPeopleMoveOnIsLookedAtEachWeek(t *testing.T) {
	for name, status := range map[string]order.Status{"nobody ships": order.Fulfilling, "no carrier delivers": order.Shipped} {
		d, _ := packed(t)
		if status == order.Shipped {
			d = in(t, status)
		}
		mailed(d)
		d.do(func(o *order.Order) (order.Change, error) {
			if o.Record().TaskIn == 0 || status == order.Fulfilling {
				return order.Change{}, nil
			}
			return o.CloseFulfillment(d.by("sweep"))
		})
		waits, tasks := sweeps(d, 12)
		for i := 2; i < len(waits); i++ {
			if apart := waits[i] - waits[i-1]; apart < 7*24*time.Hour || apart > 7*24*time.Hour+time.Hour {
				t.Errorf("%s: looks come at %v", name, waits)
				break
			}
		}
		if len(waits) != 12 || len(tasks) > 0 {
			t.Errorf("%s: %d looks, %v", name, len(waits), tasks)
		}
	}
}

func subset(want, got []order.Task) bool {
	for _, w := range want {
		if !slices.Contains(got, w) {
			return false
		}
	}
	return want != nil
}

// TestAskingOneThingDoesNotPutOffAnother: only what was overdue is asked later.
func TestAskingOneThingDoesNotPutOffAnother(t *testing.T) {
	d, _ := packed(t)
	d.do(askBack(d, "r1", 100))
	d.do(refundNews(d, "r1", payment.RefundPending)) // Looked at a day from now.
	for range 10 {
		d.wait(time.Hour).do(asked(d))
	}
	if got := d.o.Overdue(noon.Add(25 * time.Hour)); !slices.Contains(got, order.AskRefund) {
		t.Errorf("a day later: %v", got)
	}
	if got := d.o.Overdue(noon.Add(23 * time.Hour)); slices.Contains(got, order.AskRefund) {
		t.Errorf("within a day: %v", got)
	}
}

func TestUnknownIsAskedAtOnceAndWhatIsOpenLater(t *testing.T) {
	d := place(t)
	a := start(d, "k1")
	d.do(func(o *order.Order) (order.Change, error) {
		return o.PaymentStarted(a, payment.Started{}, fault.New(fault.Unknown, "x", "", ""), d.by("shopper"))
	})
	if got := d.o.Record().Due; !got.Equal(noon.Add(10 * time.Second)) {
		t.Errorf("unknown is due at %v", got)
	}
	d.do(news(d, facts(d, a, payment.RequiresAction)))
	if got := d.o.Overdue(noon.Add(4 * time.Minute)); len(got) != 0 {
		t.Errorf("after 4 minutes: %v", got)
	}
	if got := d.o.Overdue(noon.Add(5 * time.Minute)); !slices.Equal(got, []order.Task{order.AskPayment}) {
		t.Errorf("after 5 minutes: %v", got)
	}
	if got := d.o.Overdue(noon.Add(30 * time.Minute)); !slices.Equal(got, []order.Task{order.AskPayment, order.EndUnpaid}) {
		t.Errorf("after half an hour: %v", got)
	}
}

// TestAnEarlierEntryNearbyStays: moving the index entry costs; a look that is too early costs less.
func TestAnEarlierEntryNearbyStays(t *testing.T) {
	d := place(t)
	before := d.o.Record().Due
	d.wait(time.Minute)
	a := begun(d, "k1")
	if got := d.o.Record().Due; !got.Equal(before) {
		t.Errorf("due moved from %v to %v", before, got)
	}
	d.do(news(d, facts(d, a, payment.Processing)))
	d.do(news(d, facts(d, a, payment.Captured)))
	if got := d.o.Record().Due; !got.Equal(before) {
		t.Errorf("due moved from %v to %v", before, got)
	}
}

// TestALateOrderThatIsTouchedStaysOnTheList: a change in the very moment that a deadline passes is no reason to forget it.
func TestALateOrderThatIsTouchedStaysOnTheList(t *testing.T) {
	waiting, _ := packed(t)
	closed, _ := packed(t)
	closed.do(ship(closed, "1"))
	closed.do(func(o *order.Order) (order.Change, error) { return o.CloseFulfillment(closed.by("fulfillment")) })
	desks := []*desk{waiting, closed}
	for _, s := range stored() {
		if !s.Ended() {
			desks = append(desks, in(t, s))
		}
	}
	for _, d := range desks {
		mailed(d)
		for range 5 {
			d.wait(40 * 24 * time.Hour).do(func(o *order.Order) (order.Change, error) { return o.Revoke(d.by("staff:1")) })
			if d.o.Record().Due.IsZero() {
				t.Fatalf("I19: a %s order is on no list", d.o.Record().Status)
			}
		}
	}
}

func TestAMailThatIsNotTakenIsTriedMoreAndMoreSeldomAndGivenUpInTheEnd(t *testing.T) {
	d, _ := paid(t)
	n, owedAt := len(d.chain), d.now
	var waits []time.Duration
	last := owedAt
	for day := owedAt.Add(30 * 24 * time.Hour); d.now.Before(day) && d.o.Owes("order_confirmed", n); d.now = d.now.Add(time.Minute) {
		if !slices.Contains(d.o.Overdue(d.now), order.MailAgain) {
			if len(d.o.DueMails(d.now)) != 0 {
				t.Fatal("a mail is due that is not overdue")
			}
			continue
		}
		waits, last = append(waits, d.now.Sub(last).Round(10*time.Minute)), d.now
		late, _ := d.o.UnsentMails(d.now)
		if late := len(late) > 0; late != (len(waits) > 2) && len(waits) < 18 {
			t.Errorf("at try %d people are told: %v", len(waits), late)
		}
		d.do(func(o *order.Order) (order.Change, error) { return o.Asked(d.by("sweep")) })
	}
	hours := func(n time.Duration) time.Duration { return n * time.Hour }
	want := []time.Duration{10 * time.Minute, 20 * time.Minute, hours(1), hours(3), hours(6), hours(12), hours(24), hours(24)}
	if len(waits) < 15 || !slices.Equal(waits[:len(want)], want) {
		t.Errorf("it is tried after %v", waits)
	}
	if got := d.chain[len(d.chain)-1].Kind; d.o.Owes("order_confirmed", n) || got != "mail_given_up" || d.now.Sub(owedAt) < 12*24*time.Hour {
		t.Errorf("after %v it is owed: %v; the last change is %s", d.now.Sub(owedAt), d.o.Owes("order_confirmed", n), got)
	}
}

// A mail is owed once per order, kind and change, until it is sent.
func TestLesson38AMailIsOwedUntilItIsSentAndThenNoMore(t *testing.T) {
	d, _ := paid(t)
	n := len(d.chain)
	if !d.o.Owes("order_confirmed", n) || d.o.Owes("order_confirmed", n+1) || d.o.Owes("order_shipped", n) {
		t.Errorf("it owes %v", d.o.Record().Owed)
	}
	if got := d.o.Overdue(d.now.Add(10 * time.Minute)); !slices.Contains(got, order.MailAgain) {
		t.Errorf("after 10 minutes: %v", got)
	}
	sent := func(o *order.Order) (order.Change, error) { return o.MailSent("order_confirmed", n, d.by("notify")) }
	d.do(sent)
	d.again("sending", sent)
	d.again("a mail that is not owed", func(o *order.Order) (order.Change, error) { return o.MailSent("order_shipped", n, d.by("notify")) })
	if d.o.Owes("order_confirmed", n) {
		t.Error("what is sent is owed")
	}
}
