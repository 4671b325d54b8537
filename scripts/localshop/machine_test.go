package localshop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/localcloud/asl"
	"till/scripts/localcloud/invoke"
	"till/shared/fault"
)

func (w *world) wantExecutions(want map[asl.Status]int) {
	w.t.Helper()
	got := w.Cloud.Machines.Count()
	for _, status := range []asl.Status{asl.Running, asl.Succeeded, asl.Failed, asl.Aborted, asl.TimedOut} {
		if got[status] != want[status] {
			w.t.Errorf("executions: %v, want %v", got, want)
			return
		}
	}
}

func TestNothingIsShippedBeforeTheMachineAsksForIt(t *testing.T) {
	w := open(t)
	o := w.place(of("mug-blue", 1, "EUR"))
	w.ship(o.ID, "JD0140").want(t, http.StatusConflict, "order_state_conflict")
	w.enter(w.pay(o.ID, "hosted").RedirectURL, pays).want(t, http.StatusSeeOther)
	w.ship(o.ID, "JD0140").want(t, http.StatusConflict, "order_state_conflict")
	w.pass(10 * time.Second)
	w.ship(o.ID, "").want(t, http.StatusUnprocessableEntity, "shipment_invalid")
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.ship(o.ID, "JD0141").want(t, http.StatusConflict, "order_state_conflict")
	w.pass(time.Hour)
	w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
	w.settled()
}

func TestAnOrderIsShippedInTwoParcels(t *testing.T) {
	w := open(t)
	b := of("mug-blue", 3, "EUR")
	b["lines"] = []map[string]any{{"sku": "mug-blue", "quantity": 3}, {"sku": "tee-organic", "quantity": 1}}
	o := w.fulfilling(b)
	part := map[string]any{"carrier": "DHL", "tracking_number": "1", "lines": []map[string]any{{"sku": "mug-blue", "quantity": 2}}}
	path := "/staff/orders/" + string(o.ID) + "/shipments"
	w.asStaff(http.MethodPost, path, "", part).want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.wantStatus(o, "fulfilling", "paid", "partially_fulfilled")
	w.wantExecutions(map[asl.Status]int{asl.Running: 1})
	w.cancel(o.ID).want(t, http.StatusConflict, "order_state_conflict")
	part["tracking_number"] = "2"
	w.asStaff(http.MethodPost, path, "", part).want(t, http.StatusUnprocessableEntity, "quantity_invalid")
	w.ship(o.ID, "2").want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.wantStatus(o, "shipped", "paid", "fulfilled")
	w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
	w.deliver(o.ID, "shp_1").want(t, http.StatusOK)
	w.wantStatus(o, "shipped", "paid", "fulfilled")
	w.deliver(o.ID, "shp_2").want(t, http.StatusOK)
	w.deliver(o.ID, "shp_3").want(t, http.StatusNotFound)
	w.wantStatus(o, "delivered", "paid", "delivered")
	w.settled()
}

func TestAnAnswerToTheMachineThatWasLostIsGivenAgain(t *testing.T) {
	tests := []struct {
		name, call string
		after      bool
		do         func(*world, orderSeen) reply
		status     int
	}{
		{"shipped, and it did not arrive", "machine.Succeed", false, func(w *world, o orderSeen) reply { return w.ship(o.ID, "JD0140") }, http.StatusCreated},
		{"shipped, and the receipt was lost", "machine.Succeed", true, func(w *world, o orderSeen) reply { return w.ship(o.ID, "JD0140") }, http.StatusCreated},
		{"cancelled, and it did not arrive", "machine.Cancel", false, func(w *world, o orderSeen) reply { return w.cancel(o.ID) }, http.StatusOK},
		{"cancelled, and the receipt was lost", "machine.Cancel", true, func(w *world, o orderSeen) reply { return w.cancel(o.ID) }, http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			o := w.fulfilling(of("mug-blue", 1, "EUR"))
			strike, struck := once(tt.call, fault.New(fault.Unknown, "machine", "dependency_unavailable", ""))
			w.tricks.port = func(call string, after bool) error {
				if after != tt.after {
					return nil
				}
				return strike(call)
			}
			tt.do(w, o).want(t, tt.status)
			w.pass(time.Second)
			if !tt.after {
				w.wantExecutions(map[asl.Status]int{asl.Running: 1})
			}
			w.pass(5 * time.Minute)
			w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
			if *struck != 1 {
				t.Errorf("struck %d times", *struck)
			}
			w.pass(time.Hour)
			w.settled()
		})
	}
}

// stop ends the order's execution as people can on the console.
func (w *world) stop() {
	w.t.Helper()
	for _, e := range w.Cloud.Machines.Executions(10) {
		if e.Status == asl.Running {
			if err := w.Cloud.StopExecution(w.t.Context(), e.ARN, "ByHand", ""); err != nil {
				w.t.Fatal(err)
			}
		}
	}
}

func TestAnExecutionThatWasStoppedByHandHoldsNothingUp(t *testing.T) {
	tests := []struct {
		name string
		do   func(*world, orderSeen) reply
		want [2]string
	}{
		{"staff ship all the same", func(w *world, o orderSeen) reply { return w.ship(o.ID, "JD0140") }, [2]string{"shipped", "paid"}},
		{"the shopper cancels", func(w *world, o orderSeen) reply { return w.cancel(o.ID) }, [2]string{"cancelled", "refunded"}},
		{"staff refund it all", func(w *world, o orderSeen) reply { return w.refund(o.ID, o.Total.Amount, w.key()) }, [2]string{"cancelled", "refunded"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			w.stopped = true
			o := w.fulfilling(of("mug-blue", 1, "EUR"))
			w.stop()
			w.pass(time.Hour)
			w.sound()
			if r := tt.do(w, o); r.status/100 != 2 {
				t.Fatalf("%d %s", r.status, r.body)
			}
			w.pass(time.Hour)
			if got := w.view(o.ID); got.Status != tt.want[0] || got.PaymentStatus != tt.want[1] {
				t.Errorf("%+v", got)
			}
			w.settled()
			if r := w.stories()[0].r; r.TaskIn != 0 || (tt.want[0] == "cancelled") != r.Due.IsZero() {
				t.Errorf("still waits for a machine that is gone: task in %d, due %s", r.TaskIn, r.Due)
			}
		})
	}
}

func TestAnExecutionThatEndedWithoutAWordIsBegunAnew(t *testing.T) {
	w := open(t)
	w.alarms = true
	w.tricks.before = func(function string) error { // The second task is never reached.
		if strings.HasSuffix(function, "-RequestShipment") {
			return invoke.Throttled()
		}
		return nil
	}
	o := w.buy(of("mug-blue", 1, "EUR"), "hosted")
	w.pass(10 * time.Second)
	w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
	w.stop()
	w.tricks.before = nil
	w.pass(2 * time.Hour)
	if got := w.staffView(o.ID); len(got.Holds) != 1 || got.Holds[0].Key != "fulfillment_failed" {
		t.Fatalf("holds: %+v", got.Holds)
	}
	w.sound()
	w.asStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/fulfillment_failed", "", nil).want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantExecutions(map[asl.Status]int{asl.Aborted: 1, asl.Running: 1})
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.wantStatus(o, "shipped", "paid", "fulfilled")
	w.wantExecutions(map[asl.Status]int{asl.Aborted: 1, asl.Succeeded: 1})
	w.settled()
}

func TestAStepThatCannotBeDonePutsTheOrderAside(t *testing.T) {
	for _, step := range []string{"Prepare", "RequestShipment"} {
		t.Run(step, func(t *testing.T) {
			w := open(t)
			w.alarms = true
			w.tricks.before = func(function string) error {
				if strings.HasSuffix(function, "-"+step) {
					return &invoke.Error{Type: "InternalError", Message: "internal_error"}
				}
				return nil
			}
			o := w.buy(of("mug-blue", 1, "EUR"), "hosted")
			w.pass(time.Minute)
			if got := w.staffView(o.ID); !got.OnHold {
				t.Fatalf("%+v", got)
			}
			w.ship(o.ID, "JD0140").want(t, http.StatusConflict, "order_on_hold")
			w.wantExecutions(map[asl.Status]int{asl.Failed: 1})
			w.pass(day)
			w.settled()
			w.tricks.before = nil
			w.tricks.send = func(string, string) []time.Duration { return nil } // And the message that begins anew is lost.
			w.asStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/fulfillment_failed", "", nil).want(t, http.StatusOK)
			w.pass(2 * time.Second)
			w.tricks.send = nil
			w.pass(time.Hour)
			w.wantStatus(o, "fulfilling", "paid", "unfulfilled")
			w.wantExecutions(map[asl.Status]int{asl.Failed: 1, asl.Running: 1})
			w.settled()
		})
	}
}

func TestAStepThatCrashesOnceIsTakenAgain(t *testing.T) {
	for _, step := range []string{"Prepare", "RequestShipment", "Complete", "Compensate"} {
		for _, when := range []string{"before it works", "after it worked"} {
			t.Run(step+" "+when, func(t *testing.T) {
				w := open(t)
				strike, struck := once("-"+step, invoke.Crashed())
				if when == "before it works" {
					w.tricks.before = strike
				} else {
					w.tricks.after = strike
				}
				o := w.buy(of("mug-blue", 1, "EUR"), "hosted")
				w.pass(time.Minute)
				if step == "Compensate" {
					w.cancel(o.ID).want(t, http.StatusOK)
				} else {
					w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
				}
				w.pass(time.Hour)
				if got := w.view(o.ID); got.OnHold || *struck != 1 {
					t.Errorf("%+v, struck %d times", got, *struck)
				}
				w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
				w.settled()
			})
		}
	}
}

func TestAParcelBetweenTwoTokensIsToldUnderTheSecond(t *testing.T) {
	w := open(t)
	strike, struck := once("-RequestShipment", invoke.Crashed()) // Its first token is stored, and no longer good.
	w.tricks.after = strike
	o := w.buy(of("mug-blue", 1, "EUR"), "hosted")
	for range 1000 {
		if *struck == 1 {
			break
		}
		w.pass(10 * time.Millisecond)
	}
	w.ship(o.ID, "JD0140").want(t, http.StatusCreated)
	w.wantExecutions(map[asl.Status]int{asl.Running: 1})
	w.pass(time.Hour)
	w.wantStatus(o, "shipped", "paid", "fulfilled")
	w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
	w.settled()
}
