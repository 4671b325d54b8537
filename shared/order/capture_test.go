package order_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"till/shared/fault"
	"till/shared/order"
	"till/shared/payment"
)

func TestCapturesThatAreRefused(t *testing.T) {
	for name, row := range map[string]struct {
		want order.NewCapture
		kind fault.Kind
		code string
	}{
		"more than is left":                            {order.NewCapture{Key: "c2", Amount: total - 999}, fault.Conflict, "capture_exceeds_authorized"},
		"less than nothing":                            {order.NewCapture{Key: "c2", Amount: -1}, fault.Invalid, "capture_invalid"},
		"a part that would end the promise unsaid":     {order.NewCapture{Key: "c2", Amount: 1, Single: true}, fault.Invalid, "capture_invalid"},
		"a key that was used for another amount":       {order.NewCapture{Key: "c1", Amount: 999}, fault.Invalid, "idempotency_key_reused"},
		"a key that was used for a part, for the rest": {order.NewCapture{Key: "c1"}, fault.Invalid, "idempotency_key_reused"},
		"a key that was used for one that is not last": {order.NewCapture{Key: "c1", Amount: 1000, Final: true}, fault.Invalid, "idempotency_key_reused"},
	} {
		t.Run(name, func(t *testing.T) {
			d, a := promised(t)
			d.do(capture(d, order.NewCapture{Key: "c1", Amount: 1000}))
			d.do(took(d, a, "c1", 1000, false))
			d.refused(row.kind, row.code, capture(d, row.want))
		})
	}
	d, _ := packed(t)
	d.refused(fault.Conflict, "payment_not_authorized", capture(d, order.NewCapture{Key: "c1"}))
}

func TestOneCaptureIsOpenAtATime(t *testing.T) {
	d, a := promised(t)
	d.do(capture(d, order.NewCapture{Key: "c1", Amount: 1000}))
	d.refused(fault.Conflict, "capture_in_progress", capture(d, order.NewCapture{Key: "c2", Amount: 1}))
	unknown := func(o *order.Order) (order.Change, error) {
		return o.CaptureUnknown(order.CaptureIDFor(o.ID(), "c1"), d.by("staff:1"))
	}
	d.do(unknown)
	d.again("the unknown outcome", unknown)
	d.refused(fault.Conflict, "capture_in_progress", capture(d, order.NewCapture{Key: "c2", Amount: 1}))
	if !slices.Contains(d.o.Overdue(d.now.Add(time.Minute)), order.AskCapture) {
		t.Error("nobody asks what became of it")
	}
	d.do(took(d, a, "c1", 1000, false))
	d.do(capture(d, order.NewCapture{Key: "c2"}))
	if got, _ := d.o.OpenCapture(); got.Amount != total-1000 || !got.Final || !got.Whole {
		t.Errorf("the rest is %+v", got)
	}
	d.do(took(d, a, "c2", total, true))
	d.is(order.Fulfilling, "paid")
}

func TestACaptureThatIsRefusedIsSeen(t *testing.T) {
	d, a := promised(t)
	d.do(capture(d, order.NewCapture{Key: "c1", Amount: 1000, Final: true}))
	id := order.CaptureIDFor(d.o.ID(), "c1")
	fails := func(o *order.Order) (order.Change, error) {
		return o.ApplyCapture(id, "authorization_over", authorized(d, a), d.by("staff:1"))
	}
	if c := d.do(fails); c.Kind != "capture_failed" {
		t.Errorf("it is %q", c.Kind)
	}
	d.again("the refusal", fails)
	if got, _ := d.o.Capture(id); got.State != payment.CaptureFailed || got.LastError != "authorization_over" || got.Final || !d.o.Held("capture_failed:"+string(id)) {
		t.Errorf("it is %+v, held %v", got, d.o.Record().Holds)
	}
	d.refused(fault.NotFound, "not_found", func(o *order.Order) (order.Change, error) {
		return o.ApplyCapture("cap_none", "", authorized(d, a), d.by("staff:1"))
	})
	d.do(capture(d, order.NewCapture{Key: "c2"})) // What failed set nothing aside.
}

func TestTheNumberOfCapturesIsBounded(t *testing.T) {
	d, a := promised(t)
	for i := range 50 {
		key := string(rune('A' + i))
		d.do(capture(d, order.NewCapture{Key: key, Amount: 1}))
		d.do(took(d, a, key, int64(i+1), false))
	}
	d.refused(fault.TooMany, "too_many_captures", capture(d, order.NewCapture{Key: "c1", Amount: 1}))
}

// neverMoreThanPromised: whatever captures are asked for, and whatever becomes of them in whatever order of news, what is taken and
// open together is never more than was promised, and in the end the price is what was taken.
func neverMoreThanPromised(r *rapid.T) {
	d, a := promised(r)
	var taken int64
	for i := range rapid.IntRange(1, 8).Draw(r, "captures") {
		key := string(rune('a' + i))
		n := order.NewCapture{Key: key, Amount: rapid.Int64Range(0, total).Draw(r, "amount"), Final: rapid.Bool().Draw(r, "final")}
		if _, err := d.try(capture(d, n)); err != nil {
			continue
		}
		open, _ := d.o.OpenCapture()
		if taken+open.Amount > total {
			r.Fatalf("%d are taken and %d asked for", taken, open.Amount)
		}
		switch rapid.SampledFrom([]string{"taken", "taken", "told first", "refused", "lost, then taken"}).Draw(r, "outcome") {
		case "refused":
			d.do(func(o *order.Order) (order.Change, error) {
				f := authorized(d, a)
				f.Captured = taken
				return o.ApplyCapture(open.ID, "refused", f, d.gateway())
			})
			continue
		case "told first":
			f := authorized(d, a)
			if f.Captured = taken + open.Amount; open.Final {
				f.State = payment.Captured
			}
			d.do(news(d, f))
		case "lost, then taken":
			d.do(func(o *order.Order) (order.Change, error) { return o.CaptureUnknown(open.ID, d.gateway()) })
		}
		taken += open.Amount
		d.do(took(d, a, key, taken, open.Final))
		if r := d.o.Record(); r.Captured() != taken || r.Taken(a) != taken {
			d.t.Fatalf("%d and %d are on the books, taken were %d", r.Captured(), r.Taken(a), taken)
		}
	}
	got, _ := d.o.Attempt(a)
	if record := d.o.Record(); got.State == payment.Captured && record.Price() != taken {
		r.Fatalf("the price is %d, taken were %d", record.Price(), taken)
	}
}

func TestNeverMoreIsTakenThanWasPromised(t *testing.T) { rapid.Check(t, neverMoreThanPromised) }
func FuzzNeverMoreIsTakenThanWasPromised(f *testing.F) { f.Fuzz(rapid.MakeFuzz(neverMoreThanPromised)) }
