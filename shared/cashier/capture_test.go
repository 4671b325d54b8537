package cashier_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"till/shared/cashier"
	"till/shared/catalog"
	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

// promise is an order whose money is promised.
func (c *counter) promise() payment.AttemptID {
	c.Helper()
	c.gate.window = 7 * 24 * time.Hour
	want := wants("k1", payment.Hosted)
	want.Manual = true
	a, _, err := c.Begin(c.Context(), c.order(), want, who)
	if err != nil {
		c.Fatal(err)
	}
	c.gate.tell(a.ID, agrees)
	c.settle(a.ID)
	c.is(order.Confirmed, a.ID, payment.Authorized)
	return a.ID
}

func (c *counter) take(want order.NewCapture) (payment.Capture, error) {
	c.Helper()
	_, t, err := c.Capture(c.Context(), c.order(), want, who)
	return t, err
}

// taken holds what the gateway has taken against the order's books.
func (c *counter) taken(want int64) {
	c.Helper()
	r := c.order().Record()
	var there int64
	for _, f := range c.gate.payments {
		there += f.Captured
	}
	if r.Captured() != want || there != want {
		c.Fatalf("%d are on the books, %d at the gateway; want %d", r.Captured(), there, want)
	}
}

func TestAPromiseIsKeptOpenWithItsEnd(t *testing.T) {
	c := open(t)
	a := c.promise()
	c.settle(a)
	if got, _ := c.order().Attempt(a); got.State != payment.Authorized || !got.CaptureBefore.Equal(noon.Add(7*24*time.Hour)) {
		t.Errorf("it is %+v", got)
	}
	if n := c.gate.times("close"); n != 0 {
		t.Errorf("closed %d times", n)
	}
}

func TestCaptureInPartsAndTheRest(t *testing.T) {
	c := open(t)
	a := c.promise()
	for i, want := range []order.NewCapture{{Key: "c1", Amount: 1000}, {Key: "c2", Amount: 380}, {Key: "c3"}} {
		for range 2 { // A repeat takes it once.
			if got, err := c.take(want); err != nil || got.State != payment.CaptureSucceeded {
				t.Fatalf("got %+v, %v", got, err)
			}
		}
		c.taken([]int64{1000, 1380, total}[i])
	}
	c.is(order.Confirmed, a, payment.Captured)
}

func TestAPartIsTheLastAtAGatewayThatTakesOnce(t *testing.T) {
	c := open(t)
	a := c.promise()
	c.gate.single = true
	if _, err := c.take(order.NewCapture{Key: "c1", Amount: 1000}); fault.Code(err) != "capture_invalid" {
		t.Errorf("got %v", err)
	}
	if _, err := c.take(order.NewCapture{Key: "c1", Amount: 1000, Final: true}); err != nil {
		t.Fatal(err)
	}
	c.is(order.Confirmed, a, payment.Captured)
	if r := c.order().Record(); r.Price() != 1000 || r.PaymentStatus() != "paid" {
		t.Errorf("the price is %d, it is %s", r.Price(), r.PaymentStatus())
	}
}

func TestACaptureWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	for name, row := range map[string]struct {
		after bool
		kind  fault.Kind
		later time.Duration
	}{
		"lost before its effect":                     {false, fault.Unknown, time.Minute},
		"lost after its effect":                      {true, fault.Unknown, time.Minute},
		"not made":                                   {false, fault.Unavailable, time.Minute},
		"lost before its effect, its key forgotten":  {false, fault.Unknown, 20 * time.Hour},
		"lost after its effect, its key forgotten":   {true, fault.Unknown, 20 * time.Hour},
		"not made, and left lying until it was late": {false, fault.Unavailable, 20 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			c.promise()
			c.gate.say = once("capture", row.after, of(row.kind))
			got, err := c.take(order.NewCapture{Key: "c1", Amount: 1000})
			if err != nil || !got.State.Open() {
				t.Fatalf("got %+v, %v", got, err)
			}
			if _, err := c.take(order.NewCapture{Key: "c2", Amount: 1000}); fault.Code(err) != "capture_in_progress" {
				t.Errorf("a second one meanwhile: %v", err)
			}
			c.wait(row.later)
			if row.later > time.Hour {
				c.gate.captured = map[payment.CaptureID]bool{} // Keys are forgotten.
			}
			if _, err := c.TakeCapture(t.Context(), c.id, got.ID, who); err != nil {
				t.Fatal(err)
			}
			c.taken(1000)
			if now, _ := c.order().Capture(got.ID); now.State != payment.CaptureSucceeded {
				t.Errorf("it is %+v", now)
			}
		})
	}
}

func TestACaptureThatIsRefusedSaysSoAndWhatBecameOfThePromise(t *testing.T) {
	c := open(t)
	a := c.promise()
	c.gate.tell(a, becomes(payment.Expired)) // It has lapsed, and nobody has told us yet.
	got, err := c.take(order.NewCapture{Key: "c1"})
	if err != nil || got.State != payment.CaptureFailed || got.LastError != "authorization_over" {
		t.Fatalf("got %+v, %v", got, err)
	}
	c.is(order.Cancelled, a, payment.Expired)
	c.stock(catalog.Stock{Free: 2})
	if _, err := c.TakeCapture(t.Context(), c.id, "cap_none", who); !fault.Is(err, fault.NotFound) {
		t.Errorf("a capture that is none: %v", err)
	}
}

func TestACaptureThatWasRefusedBecauseItIsDoneIsDone(t *testing.T) {
	c := open(t)
	c.promise()
	c.gate.say = once("capture", true, fault.New(fault.Conflict, "gateway", "payment_not_open", ""))
	if got, err := c.take(order.NewCapture{Key: "c1"}); err != nil || got.State != payment.CaptureSucceeded {
		t.Errorf("got %+v, %v", got, err)
	}
	c.taken(total)
}

func TestACaptureThatIsAcceptedAndNotTakenYetStaysOpen(t *testing.T) {
	c := open(t)
	a := c.promise()
	slow := &pending{gateway: c.gate}
	c.Gateway = func(context.Context, string) (payment.Gateway, error) { return slow, nil }
	got, err := c.take(order.NewCapture{Key: "c1"})
	if err != nil || got.State != payment.CaptureUnknown {
		t.Fatalf("got %+v, %v", got, err)
	}
	slow.over = true
	if _, err := c.TakeCapture(t.Context(), c.id, got.ID, who); err != nil {
		t.Fatal(err)
	}
	c.is(order.Confirmed, a, payment.Captured)
}

// pending is a gateway that accepts a capture and makes it later.
type pending struct {
	*gateway
	over bool
}

func (p *pending) Capture(ctx context.Context, a payment.Attempt, t payment.Capture) (payment.Facts, error) {
	if p.over {
		return p.gateway.Capture(ctx, a, t)
	}
	return p.Fetch(ctx, a)
}

func TestTwentyCapturesAtOnceTakeNoMoreThanWasPromised(t *testing.T) {
	c := open(t)
	c.promise()
	var all sync.WaitGroup
	var taken atomic.Int64
	for i := range 20 {
		all.Go(func() {
			o, err := c.Book.Load(t.Context(), c.id)
			if err != nil {
				t.Error(err)
				return
			}
			_, _, err = c.Capture(t.Context(), o, order.NewCapture{Key: fmt.Sprint(i), Amount: 500}, who)
			switch {
			case err == nil:
				taken.Add(500)
			case fault.Code(err) != "capture_in_progress" && fault.Code(err) != "capture_exceeds_authorized":
				t.Errorf("got %v", err)
			}
		})
	}
	all.Wait()
	if taken.Load() > total || taken.Load() == 0 {
		t.Errorf("%d were taken of %d", taken.Load(), total)
	}
	c.taken(taken.Load())
}

func TestVoidEndsAnOrderThatGotNothing(t *testing.T) {
	for name, failure := range map[string]error{"at once": nil, "by the sweep": of(fault.Unavailable), "though its answer was lost": of(fault.Unknown)} {
		t.Run(name, func(t *testing.T) {
			c := open(t)
			a := c.promise()
			if failure != nil {
				c.gate.say = once("close", fault.Is(failure, fault.Unknown), failure)
			}
			if _, err := c.Void(t.Context(), c.order(), nil, who); err != nil {
				t.Fatal(err)
			}
			if failure != nil {
				c.is(order.Confirmed, a, payment.Authorized)
				c.settle(a)
			}
			c.is(order.Cancelled, a, payment.Canceled)
			c.stock(catalog.Stock{Free: 2})
			if _, err := c.Void(t.Context(), c.order(), nil, who); err != nil {
				t.Errorf("once more: %v", err)
			}
		})
	}
}

func TestVoidOfWhatIsNotCapturedKeepsWhatIs(t *testing.T) {
	c := open(t)
	a := c.promise()
	if _, err := c.take(order.NewCapture{Key: "c1", Amount: 1000}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Void(t.Context(), c.order(), nil, who); err != nil {
		t.Fatal(err)
	}
	c.is(order.Confirmed, a, payment.Captured)
	c.taken(1000)
	if r := c.order().Record(); r.Price() != 1000 || len(r.Holds) != 0 {
		t.Errorf("the price is %d, held %v", r.Price(), r.Holds)
	}
}

func TestCancellingAnOrderGivesUpItsPromise(t *testing.T) {
	c := open(t)
	a := c.promise()
	ending := cashier.Ending{Task: c.store.Change, Stop: func(context.Context, string) error { return nil }}
	o, err := ending.Cancel(t.Context(), c.Cashier, c.order(), who)
	if err != nil || o.Record().Status != order.Cancelled {
		t.Fatalf("got %v", err)
	}
	c.is(order.Cancelled, a, payment.Canceled)
	c.stock(catalog.Stock{Free: 2})
}

func TestASecondPromiseBesideThePaymentIsGivenUp(t *testing.T) {
	c := open(t)
	first := c.begin("k1")
	if _, err := c.Cashier.Close(t.Context(), c.id, who); err != nil {
		t.Fatal(err)
	}
	want := wants("k2", payment.Hosted)
	want.Manual = true
	second, _, err := c.Begin(t.Context(), c.order(), want, who)
	if err != nil {
		t.Fatal(err)
	}
	c.gate.tell(first, pays)
	c.settle(first)
	c.is(order.Confirmed, second.ID, payment.Expired)
}

func TestAWarningBeforeAPromiseLapses(t *testing.T) {
	c := open(t)
	a := c.promise()
	c.wait(6*24*time.Hour - time.Minute)
	if o, err := c.Lapse(t.Context(), c.id, who); err != nil || o.Held("capture_expiring") {
		t.Errorf("too early: %v", err)
	}
	c.wait(time.Hour)
	if o, err := c.Lapse(t.Context(), c.id, who); err != nil || !o.Held("capture_expiring") {
		t.Errorf("not held: %v", err)
	}
	c.settle(a)
	if _, err := c.take(order.NewCapture{Key: "c1"}); err != nil || c.order().Held("capture_expiring") {
		t.Errorf("held when it was taken: %v", err)
	}
}

func TestOpenDisputesAreAskedAbout(t *testing.T) {
	c := open(t)
	a := c.begin("k1")
	c.gate.tell(a, pays)
	c.gate.tell(a, func(f *payment.Facts) {
		f.Disputes = []payment.DisputeFacts{{Ref: "dp_1", State: payment.DisputeUnderReview, Amount: total, Withdrawn: total}}
	})
	c.settle(a)
	c.gate.tell(a, func(f *payment.Facts) { // Its webhook is lost.
		f.Disputes[0].State, f.Disputes[0].Withdrawn = payment.DisputeWon, 0
	})
	if err := c.Disputes(t.Context(), c.order(), who); err != nil {
		t.Fatal(err)
	}
	if got, _ := c.order().Dispute("dp_1"); got.State != payment.DisputeWon || c.order().Held("dispute:dp_1") {
		t.Errorf("it is %+v", got)
	}
	before := c.gate.times("fetch")
	if err := c.Disputes(t.Context(), c.order(), who); err != nil || c.gate.times("fetch") != before {
		t.Errorf("closed ones are asked about: %v", err)
	}
}
