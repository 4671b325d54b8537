package localshop_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"till/scripts/acceptance"
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

func TestAnAnswerToTheMachineThatWasLostIsGivenAgain(t *testing.T) {
	tests := []struct {
		name, call string
		after      bool
		do         func(*world, acceptance.Order) acceptance.Reply
		status     int
	}{
		{"shipped, and it did not arrive", "machine.Succeed", false, func(w *world, o acceptance.Order) acceptance.Reply { return w.Ship(o.ID, "JD0140") }, http.StatusCreated},
		{"shipped, and the receipt was lost", "machine.Succeed", true, func(w *world, o acceptance.Order) acceptance.Reply { return w.Ship(o.ID, "JD0140") }, http.StatusCreated},
		{"cancelled, and it did not arrive", "machine.Cancel", false, func(w *world, o acceptance.Order) acceptance.Reply { return w.Cancel(o.ID) }, http.StatusOK},
		{"cancelled, and the receipt was lost", "machine.Cancel", true, func(w *world, o acceptance.Order) acceptance.Reply { return w.Cancel(o.ID) }, http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			strike, struck := once(tt.call, fault.New(fault.Unknown, "machine", "dependency_unavailable", ""))
			w.tricks.port = func(call string, after bool) error {
				if after != tt.after {
					return nil
				}
				return strike(call)
			}
			tt.do(w, o).Want(t, tt.status)
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
		do   func(*world, acceptance.Order) acceptance.Reply
		want [2]string
	}{
		{"staff ship all the same", func(w *world, o acceptance.Order) acceptance.Reply { return w.Ship(o.ID, "JD0140") }, [2]string{"shipped", "paid"}},
		{"the shopper cancels", func(w *world, o acceptance.Order) acceptance.Reply { return w.Cancel(o.ID) }, [2]string{"cancelled", "refunded"}},
		{"staff refund it all", func(w *world, o acceptance.Order) acceptance.Reply { return w.Refund(o.ID, o.Total.Amount, w.Key()) }, [2]string{"cancelled", "refunded"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := open(t)
			w.stopped = true
			o := w.Fulfilling(acceptance.Of("mug-blue", 1, "EUR"))
			w.stop()
			w.pass(time.Hour)
			w.sound()
			if r := tt.do(w, o); r.Status/100 != 2 {
				t.Fatalf("%d %s", r.Status, r.Body)
			}
			w.pass(time.Hour)
			if got := w.View(o.ID); got.Status != tt.want[0] || got.PaymentStatus != tt.want[1] {
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
	o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
	w.pass(10 * time.Second)
	w.Is(o, "fulfilling", "paid", "unfulfilled")
	w.stop()
	w.tricks.before = nil
	w.pass(2 * time.Hour)
	if got := w.StaffView(o.ID); len(got.Holds) != 1 || got.Holds[0].Key != "fulfillment_failed" {
		t.Fatalf("holds: %+v", got.Holds)
	}
	w.sound()
	w.AsStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/fulfillment_failed", "", nil).Want(t, http.StatusOK)
	w.pass(time.Minute)
	w.wantExecutions(map[asl.Status]int{asl.Aborted: 1, asl.Running: 1})
	w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
	w.pass(time.Hour)
	w.Is(o, "shipped", "paid", "fulfilled")
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
			o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
			w.pass(time.Minute)
			if got := w.StaffView(o.ID); !got.OnHold {
				t.Fatalf("%+v", got)
			}
			w.Ship(o.ID, "JD0140").Want(t, http.StatusConflict, "order_on_hold")
			w.wantExecutions(map[asl.Status]int{asl.Failed: 1})
			w.pass(day)
			w.settled()
			w.tricks.before = nil
			w.tricks.send = func(string, string) []time.Duration { return nil } // And the message that begins anew is lost.
			w.AsStaff(http.MethodDelete, "/staff/orders/"+string(o.ID)+"/holds/fulfillment_failed", "", nil).Want(t, http.StatusOK)
			w.pass(2 * time.Second)
			w.tricks.send = nil
			w.pass(time.Hour)
			w.Is(o, "fulfilling", "paid", "unfulfilled")
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
				o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
				w.pass(time.Minute)
				if step == "Compensate" {
					w.Cancel(o.ID).Want(t, http.StatusOK)
				} else {
					w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
				}
				w.pass(time.Hour)
				if got := w.View(o.ID); got.OnHold || *struck != 1 {
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
	o := w.Buy(acceptance.Of("mug-blue", 1, "EUR"), "hosted")
	for range 1000 {
		if *struck == 1 {
			break
		}
		w.pass(10 * time.Millisecond)
	}
	w.Ship(o.ID, "JD0140").Want(t, http.StatusCreated)
	w.wantExecutions(map[asl.Status]int{asl.Running: 1})
	w.pass(time.Hour)
	w.Is(o, "shipped", "paid", "fulfilled")
	w.wantExecutions(map[asl.Status]int{asl.Succeeded: 1})
	w.settled()
}
